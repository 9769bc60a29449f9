"""Identify properties in two results, and find those whose ID changed.

An ID comes from the plainest spelling of the address among a property's rows, so a new row with a plainer spelling changes it.
"""

from collections.abc import Sequence

import polars as pl

from flexscout.domain import ADDRESS_COLUMNS, LINK_COLUMNS, SOURCE_COLUMNS, apn_key, zip_key
from flexscout.errors import AggregationError
from flexscout.history.compare_values import normalize_spelling

KEY, NUMBER, RANK = "__key", "__number", "__rank"
"""Working columns: the property's identity; the row's number among rows with the same identity, from 0; its rank, from 1."""

ID = LINK_COLUMNS[0]

KEPT = "Kept "
"""Prefix of the columns of the property that another one was merged into."""

_PLACE = (*ADDRESS_COLUMNS, "Unit")
_SIDES = ((*ADDRESS_COLUMNS, "Kept Unit"), tuple(f"Removed {name}" for name in _PLACE))

MERGE_COLUMNS = frozenset({ID, *_SIDES[0], *_SIDES[1]})
"""Columns of a merge log by which merged properties are found; the log of an older version lacks some."""

_KEYS = (KEY, NUMBER)
_NEW = "__new "  # prefix of working columns
_APN, _STATE, _COUNTY = "__apn", "__state", "__county"  # working columns
_MIN_APN_LENGTH = 6  # letters and digits; a shorter number may be a mere counter
_SEPARATOR = "\x1f"  # occurs in no cell


def choose_identity_columns(old: pl.DataFrame, new: pl.DataFrame) -> tuple[str, ...]:
    """Return the columns that identify a property in both tables: its ID, or its address if a table with rows has no IDs.

    Raises:
        AggregationError: A table has neither.

    """
    tables = [table for table in (old, new) if table.height]
    if all(ID in table.columns for table in tables):
        return (ID,)
    for table in tables:
        if "Address" not in table.columns:
            needed = [f"{ID} or Address"]
            raise AggregationError.missing_columns("compare it", needed, table.columns, "Compare two results of flexscout.")
    return tuple(name for name in ADDRESS_COLUMNS if all(name in table.columns for table in tables))


def rank_rows(table: pl.DataFrame, identity: Sequence[str]) -> pl.DataFrame:
    """Add KEY, NUMBER and RANK; KEY is null if the identity is unknown."""
    if not table.width:
        return pl.DataFrame(schema={KEY: pl.String, NUMBER: pl.UInt32, RANK: pl.UInt32})
    ranked = table.with_row_index(RANK, offset=1).with_columns(_build_key(identity).alias(KEY))
    if not ranked[KEY].is_duplicated().any():  # as IDs are, so that nothing has to be sorted
        return ranked.with_columns(pl.lit(0, pl.UInt32).alias(NUMBER), pl.col(RANK).cast(pl.UInt32))
    order = [name for name in (*SOURCE_COLUMNS, RANK) if name in ranked.columns]
    # Tables are wide, so only the columns of the order are sorted.
    sources = ranked.select(KEY, *order).sort(order)
    numbers = sources.select(RANK, pl.int_range(pl.len(), dtype=pl.UInt32).over(KEY).alias(NUMBER)).sort(RANK)
    return ranked.with_columns(numbers[NUMBER], pl.col(RANK).cast(pl.UInt32))


def find_successors(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Return `Old ID` and `New ID` of properties that have another ID now; no rows if a table has no IDs."""
    if ID not in old.columns or ID not in new.columns:
        return pl.DataFrame(schema={"Old ID": pl.String, "New ID": pl.String})
    pairs = _match_unpaired(rank_rows(old, (ID,)), rank_rows(new, (ID,)))
    return pairs.select(pl.col(KEY).alias("Old ID"), pl.col(f"{_NEW}{KEY}").alias("New ID")).sort("Old ID")


def apply_successors(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Return the old rows, in order, with the KEY and NUMBER that their property has in the new ones."""
    joined = old.join(_match_unpaired(old, new), on=_KEYS, how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce(f"{_NEW}{key}", key).alias(key) for key in _KEYS).select(old.columns)


def find_merged(gone: pl.DataFrame, listed: pl.DataFrame, merge_log: pl.DataFrame) -> pl.DataFrame:
    """Return RANK of the rows whose place is in another property now, with its ID and ADDRESS_COLUMNS after KEPT.

    Args:
        gone: Old rows without a partner, with RANK.
        listed: Rows with KEY: the old ones, and the new ones for properties that the old ones lack.
        merge_log: The merge log of the new rows, with their IDs.

    """
    sides = [
        merge_log.select(
            pl.col(ID).alias(f"{KEPT}{ID}"), *(pl.col(name).alias(own) for name, own in zip(names, _PLACE, strict=True))
        )
        for names in _SIDES
    ]
    places = pl.concat(sides).select(f"{KEPT}{ID}", _build_key(_PLACE).alias(KEY)).drop_nulls().unique()
    known = listed.select(
        pl.col(KEY).alias(f"{KEPT}{ID}"), *(_text_column(listed, name).alias(f"{KEPT}{name}") for name in ADDRESS_COLUMNS)
    )
    own = gone.select(RANK, *(_text_column(gone, name).alias(name) for name in _PLACE)).select(
        RANK, _build_key(_PLACE).alias(KEY)
    )
    return (
        own.join(places.unique(KEY, keep="none"), on=KEY)
        .join(known.unique(f"{KEPT}{ID}", keep="first", maintain_order=True), on=f"{KEPT}{ID}")
        .drop(KEY)
    )


def _build_key(identity: Sequence[str]) -> pl.Expr:
    if identity == (ID,):
        return pl.col(ID).cast(pl.String)
    first, *rest = (normalize_spelling(pl.col(name).cast(pl.String)) for name in identity)
    return pl.concat_str(first, *(part.fill_null("") for part in rest), separator=_SEPARATOR)


def _match_unpaired(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Pair rows without a partner by ZIP code, city or parcel, where only one row on each side has that place.

    A row without a state, such as one of a county's file before its state could be inferred, is paired by city or parcel alone,
    and one without a county by its parcel number.

    Returns the KEY and NUMBER of both rows of each pair, the new ones with the prefix _NEW.
    """
    gone, added = old.join(new, on=_KEYS, how="anti"), new.join(old, on=_KEYS, how="anti")
    keys = gone.select(_KEYS), added.select(pl.col(_KEYS).name.prefix(_NEW))
    pairs = pl.concat([part.clear() for part in keys], how="horizontal")
    if gone.is_empty() or added.is_empty():
        return pairs
    gone, added = _build_place_keys(gone), _build_place_keys(added).rename(lambda name: f"{_NEW}{name}")
    for name in ("zip", "city", "parcel", "city_alone", "parcel_alone", "apn"):
        matches = _select_unique(gone, name).join(_select_unique(added, f"{_NEW}{name}"), left_on=name, right_on=f"{_NEW}{name}")
        agrees = [(pl.col(part) == pl.col(f"{_NEW}{part}")).fill_null(value=True) for part in (_APN, _STATE, _COUNTY)]
        pairs = pl.concat([pairs, matches.filter(*agrees).select(pairs.columns)])
        gone = gone.join(pairs, on=_KEYS, how="anti")
        added = added.join(pairs, on=[f"{_NEW}{key}" for key in _KEYS], how="anti")
    return pairs


def _select_unique(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return the rows whose value occurs once."""
    return rows.filter(pl.col(name).is_not_null() & pl.col(name).is_unique())


def _build_place_keys(rows: pl.DataFrame) -> pl.DataFrame:
    """Return each row's KEY and NUMBER, and its place by ZIP code, city and parcel; null where a part is missing."""
    address, unit, city, state, county = (
        normalize_spelling(_text_column(rows, name)) for name in ("Address", "Unit", "City", "State", "County")
    )
    zip_code, apn = zip_key(_text_column(rows, "Zip Code")), apn_key(_text_column(rows, "APN"))
    places = {
        "zip": [address, zip_code],
        "city": [address, city, state],
        "parcel": [apn, county, state],
        "city_alone": [address, city],
        "parcel_alone": [apn, county],
        "apn": [apn],
    }
    keys = rows.select(
        *_KEYS,
        *(pl.concat_str(*parts, unit.fill_null(""), separator=_SEPARATOR).alias(name) for name, parts in places.items()),
        pl.when(apn.str.len_chars() >= _MIN_APN_LENGTH).then(apn).alias(_APN),
        state.alias(_STATE),
        county.alias(_COUNTY),
    )
    return keys.with_columns(
        pl.when(pl.col(_APN).is_not_null()).then(name).alias(name) for name in ("parcel", "parcel_alone", "apn")
    )


def _text_column(rows: pl.DataFrame, name: str) -> pl.Expr:
    return pl.col(name).cast(pl.String) if name in rows.columns else pl.lit(None, pl.String)
