"""Properties that have another identity now, found again by what they say of themselves.

An ID comes from the plainest of all the ways in which a property's rows write its address: a new row that writes it more plainly
gives it another one.
"""

from collections.abc import Sequence

import polars as pl

from flexscout.domain import ADDRESS_COLUMNS, LINK_COLUMNS, SOURCE_COLUMNS, apn_key, zip_key
from flexscout.errors import AggregationError
from flexscout.history.compare_values import normalize_spelling

KEY, NUMBER, RANK = "__key", "__number", "__rank"
"""Working columns: what is equal in the rows of one property; which of its rows it is, from 0; its place in the table, from 1."""

ID = LINK_COLUMNS[0]

_BETWEEN_IDENTITY = "\x1f"  # a separator that no cell holds


def identity_columns(old: pl.DataFrame, new: pl.DataFrame) -> tuple[str, ...]:
    """The columns that tell a property: its ID, or the place where a table lacks that. A table without rows lacks nothing.

    Raises AggregationError if a table has neither.
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
    """The table with KEY, NUMBER and RANK; a row of which nothing is known has no KEY."""
    if not table.width:
        return pl.DataFrame(schema={KEY: pl.String, NUMBER: pl.UInt32, RANK: pl.UInt32})
    known = table.with_row_index(RANK, offset=1).with_columns(_key(identity).alias(KEY))
    order = [name for name in (*SOURCE_COLUMNS, RANK) if name in known.columns]
    # A table is wide: only what tells the order is sorted.
    sources = known.select(KEY, *order).sort(order)
    numbers = sources.select(RANK, pl.int_range(pl.len(), dtype=pl.UInt32).over(KEY).alias(NUMBER)).sort(RANK)
    return known.with_columns(numbers[NUMBER], pl.col(RANK).cast(pl.UInt32))


def _key(identity: Sequence[str]) -> pl.Expr:
    if identity == (ID,):
        return pl.col(ID).cast(pl.String)
    first, *rest = (normalize_spelling(pl.col(name).cast(pl.String)) for name in identity)
    return pl.concat_str(first, *(part.fill_null("") for part in rest), separator=_BETWEEN_IDENTITY)


_KEYS = (KEY, NUMBER)
_NEW = "__new "
_APN, _LEAST_APN = "__apn", 6  # a working column; letters and digits of a parcel number that is no mere counter
_BETWEEN = "\x1f"


def find_successors(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """`Old ID` and `New ID` of properties on both lists that have another one now; none where a list has no IDs."""
    nothing = pl.DataFrame(schema={"Old ID": pl.String, "New ID": pl.String})
    if ID not in old.columns or ID not in new.columns:
        return nothing
    found = _pairs(*_alone(rank_rows(old, (ID,)), rank_rows(new, (ID,))))
    return found.select(pl.col(KEY).alias("Old ID"), pl.col(f"{_NEW}{KEY}").alias("New ID")).sort("Old ID")


def apply_successors(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """The rows of `before`, in their order, under the KEY and NUMBER that their property has in `after`."""
    followed = before.join(_pairs(*_alone(before, after)), on=_KEYS, how="left", maintain_order="left")
    return followed.with_columns(pl.coalesce(f"{_NEW}{key}", key).alias(key) for key in _KEYS).select(before.columns)


def _alone(before: pl.DataFrame, after: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Of each the rows that the other does not have, by their keys."""
    return before.join(after, on=_KEYS, how="anti"), after.join(before, on=_KEYS, how="anti")


def _pairs(left: pl.DataFrame, arrived: pl.DataFrame) -> pl.DataFrame:
    """KEY and NUMBER of a row that is gone, and of the one that came for it: the only ones on both sides that say the same."""
    gone, come = _told(left), _told(arrived).rename(lambda name: f"{_NEW}{name}")
    found = gone.select(*_KEYS, *(pl.lit(None, come.schema[f"{_NEW}{key}"]).alias(f"{_NEW}{key}") for key in _KEYS)).clear()
    for name in ("zip", "city", "parcel"):
        pairs = _only(gone, name).join(_only(come, f"{_NEW}{name}"), left_on=name, right_on=f"{_NEW}{name}")
        agreed = pairs.filter((pl.col(_APN) == pl.col(f"{_NEW}{_APN}")).fill_null(value=True)).select(found.columns)
        found = pl.concat([found, agreed])
        gone = gone.join(found, on=_KEYS, how="anti")
        come = come.join(found, on=[f"{_NEW}{key}" for key in _KEYS], how="anti")
    return found


def _only(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """The rows that alone have their value."""
    return rows.filter(pl.col(name).is_not_null() & pl.col(name).is_unique())


def _told(rows: pl.DataFrame) -> pl.DataFrame:
    """Of each row its keys, and what names its place: by ZIP code, by city, by parcel; null where it does not say."""
    address, unit, city, state, county = (
        _text(rows, name, spelled_out=True) for name in ("Address", "Unit", "City", "State", "County")
    )
    zip_code = zip_key(_text(rows, "Zip Code"))
    apn = apn_key(_text(rows, "APN"))
    known = rows.select(
        *_KEYS,
        _joined([address, zip_code, state], unit).alias("zip"),
        _joined([address, city, state], unit).alias("city"),
        _joined([apn, county, state], unit).alias("parcel"),
        pl.when(apn.str.len_chars() >= _LEAST_APN).then(apn).alias(_APN),
    )
    return known.with_columns(pl.when(pl.col(_APN).is_not_null()).then("parcel"))


def _joined(parts: Sequence[pl.Expr], unit: pl.Expr) -> pl.Expr:
    return pl.concat_str(*parts, unit.fill_null(""), separator=_BETWEEN)


def _text(rows: pl.DataFrame, name: str, *, spelled_out: bool = False) -> pl.Expr:
    text = pl.col(name).cast(pl.String) if name in rows.columns else pl.lit(None, pl.String)
    return normalize_spelling(text) if spelled_out else text
