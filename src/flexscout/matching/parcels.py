"""Parcels as evidence: rows with one APN at one house number are one property, and rows with different APNs are not."""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from flexscout.matching.keys import is_known_area
from flexscout.matching.match_rules import MIN_APN_LENGTH, MatchKind, MatchRule
from flexscout.runtime import PartitionedTable

_MAX_ADDRESSES = 5  # with one APN; more share it because it is a placeholder, or a site too large to be one property
_PLACEHOLDER = r"^(?:0+|1+|9+|X+|\D+)$"
_AREAS = {"county": "county", "zip": "ZIP code", "city": "city"}
_COMPARED = ("row", "apn", "number", "unit", "written", "state", "city", "zip", "county")
_SHARED_APN_SCORE = 0.8

PARCEL_RULES = tuple((MatchKind.SAME_PARCEL, f"same APN and house number in one {name}") for name in _AREAS.values())
"""Kind and evidence of the rules whose keys `build_parcel_keys` returns."""


def select_with_apn(rows: pl.DataFrame, place_rows: pl.Series) -> pl.DataFrame:
    """Return what `find_shared_parcels` compares of the rows with a usable APN, and the APN without leading zeros, `parcel_apn`.

    Args:
        rows: Normalized rows.
        place_rows: The first row at the place of each row, null if its address has no house number.

    """
    is_usable = (pl.col("apn").str.len_chars() >= MIN_APN_LENGTH) & ~pl.col("apn").str.contains(_PLACEHOLDER)
    return (
        rows.select(*_COMPARED, place_rows.alias("place_row"))
        .filter(is_usable & pl.col("written").is_not_null())
        .with_columns(pl.col("apn").str.strip_chars_start("0").alias("parcel_apn"))
        .drop("apn")
    )


def find_shared_parcels(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows whose APN other addresses in the same county, ZIP code or city have too.

    Rows without a known state match by county unless rows in two states have that county and APN.

    Args:
        rows: As `select_with_apn` returns them: all those with an APN.

    Returns:
        `row`, `apn`, `area` (one of `_AREAS`), `parcel` (a key of area and APN), `place`, `place_row`, `number` and `unit`.

    """
    apns = rows.filter(pl.col("parcel_apn").is_duplicated()).rename({"parcel_apn": "apn"})
    state = pl.when(is_known_area(pl.col("state"))).then("state")
    known = apns.select("county", "apn", state.alias("only_state")).drop_nulls().unique()
    states = known.group_by("county", "apn").agg(pl.col("only_state").min(), pl.len().alias("states"))
    placed = apns.join(states, on=["county", "apn"], how="left", maintain_order="left").with_columns(
        pl.coalesce(
            state, pl.when(pl.col("states") == 1).then("only_state"), pl.when(pl.col("states").is_null()).then(pl.lit(""))
        ).alias("state_of_county"),
        pl.when(is_known_area(pl.col("city"))).then(pl.concat_str(state, "city", separator="|")).alias("city"),
        pl.coalesce(pl.format("place {}", "place_row"), "written").alias("place"),
    ).with_columns(pl.concat_str("state_of_county", "county", separator="|").alias("county"))  # fmt: skip
    address = ("row", "apn", "number", "unit", "place", "place_row")
    parts = [
        placed.select(*address, pl.lit(area).alias("area"), pl.concat_str("apn", area, separator="|").alias("parcel"))
        for area in _AREAS
    ]
    shared = [part.drop_nulls("parcel").filter(pl.col("parcel").is_duplicated()) for part in parts]
    places = pl.col("place").n_unique().over("area", "parcel")
    return pl.concat(shared).filter(places.is_between(2, _MAX_ADDRESSES))


def build_parcel_keys(parcels: pl.DataFrame) -> pl.DataFrame:
    """Return the keys of rows with the same APN, house number and unit in one county, ZIP code or city.

    The street may differ: a corner building has two, and numbered roads have names.

    Args:
        parcels: As `find_shared_parcels` returns them.

    Returns:
        `row`, `rule` (its position in PARCEL_RULES), `key` as text, and `first`, the first row with the key.

    """
    number = pl.col("number").str.extract(r"^([A-Z]?\d+)")
    key = pl.concat_str("parcel", number, "unit", separator="|").alias("key")
    rule = pl.col("area").replace_strict({area: rule for rule, area in enumerate(_AREAS)}, return_dtype=pl.Int64)
    keys = parcels.select("row", rule.alias("rule"), key).drop_nulls("key")
    return keys.with_columns(pl.col("row").min().over("rule", "key").alias("first"))


def pair_shared_parcels(parcels: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs of rows with one APN and unlike addresses, for review.

    They may be one building under two addresses or two buildings of a campus, and merging would hide the second one.

    Args:
        parcels: As `find_shared_parcels` returns them.

    Returns:
        `left` < `right` (positions of rows), `Score`, `Evidence`, `sure` and `merge`.

    """
    # One row for each place with an APN, the same in every area.
    place_row = pl.coalesce("place_row", pl.col("row").min().over("apn", "place"))
    first = parcels.with_columns(place_row.alias("row")).unique(["area", "parcel", "place"], keep="first", maintain_order=True)
    pairs = first.join(first, on=["area", "parcel"], suffix="_r")
    has_other_number = (pl.col("number") != pl.col("number_r")).fill_null(value=True)
    ends = pairs.filter((pl.col("row") < pl.col("row_r")) & has_other_number)
    flags = {"sure": False, "merge": False}
    return (
        ends.select(pl.col("row").alias("left"), pl.col("row_r").alias("right"))
        .unique()
        .sort("left", "right")
        .with_columns(
            pl.lit(_SHARED_APN_SCORE).alias("Score"),
            pl.lit("APN equal; addresses differ").alias("Evidence"),
            *(pl.lit(value).alias(name) for name, value in flags.items()),
        )
    )


def combine_shared(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return the pairs that `pair_shared_parcels` found among several APNs; two places may share more than one."""
    return parts[0] if len(parts) == 1 else pl.concat(parts).unique(["left", "right"]).sort("left", "right")


def find_parcel_conflicts(first_rows: pl.Series, exact_keys: pl.Series, rows: PartitionedTable) -> pl.Series:
    """Return whether the cluster of each row joins addresses with APNs of one format and none in common.

    Args:
        first_rows: The first row of the cluster of each row, by all rules and merged pairs.
        exact_keys: The keys of the first rule, exact address and city. Its matches don't depend on the APN.
        rows: The normalized rows.

    """
    table = pl.DataFrame([first_rows.alias("cluster"), exact_keys.alias("key")]).with_row_index("row").cast({"row": pl.Int64})
    table = table.select("row", "cluster", pl.coalesce("key", "row").alias("address"))
    # The other clusters have one address.
    mixed = table.filter(pl.col("address") != pl.col("cluster"))["cluster"].unique()
    members = table.filter(pl.col("cluster").is_in(mixed.implode()))
    known = members.with_columns(rows.gather(members["row"], ["apn"])["apn"]).drop_nulls("apn")
    # APNs of different formats can't be compared: spreadsheets drop leading zeros, and counties add suffixes.
    apn_format = pl.col("apn").str.replace_all(r"\d", "9").str.replace_all(r"[A-Z]", "A")
    parcels = known.select("cluster", "address", "apn", apn_format.alias("format")).unique()
    addresses = pl.col("address").n_unique().over("cluster", "format")
    with_apn = pl.col("address").n_unique().over("cluster", "format", "apn")
    is_shared = (with_apn == addresses).any().over("cluster", "format")
    return first_rows.is_in(parcels.filter(~is_shared)["cluster"].unique().implode())


def separate_parcels(
    has_conflict: pl.Series, rules: Sequence[MatchRule], pairs: pl.DataFrame, rows: PartitionedTable
) -> tuple[list[MatchRule], pl.DataFrame]:
    """Return the rules and pairs so that no cluster joins addresses with different APNs.

    In a cluster with a conflict, only the first rule (exact address and city) and equal APNs still match. The other close matches
    are left for review.

    Args:
        has_conflict: As `find_parcel_conflicts` returns it.
        rules: The match rules, the strongest first.
        pairs: The close matches.
        rows: The normalized rows.

    """
    members = has_conflict.arg_true().cast(pl.Int64)
    apns = rows.gather(members, ["apn"])["apn"]
    separated = [
        replace(rule, keys=rule.keys.scatter(members, _add_apn(rule.keys.gather(members), members, apns)))
        if depends_on_apn(rule.kind)
        else rule
        for rule in rules
    ]
    # A close match joins two places by their first rows, whichever APN these have.
    is_blocked = pl.lit(has_conflict.gather(pairs["left"]))
    reason = pl.when(is_blocked & pl.col("sure")).then(pl.lit("; several parcels fit")).otherwise(pl.lit(""))
    return separated, pairs.with_columns(pl.col("sure", "merge") & ~is_blocked, pl.col("Evidence") + reason)


def depends_on_apn(kind: MatchKind) -> bool:
    """Whether a rule of this kind matches only rows with an equal APN in clusters with different ones."""
    return kind not in (MatchKind.SAME_FIELDS, MatchKind.SAME_PARCEL)


def _add_apn(keys: pl.Series, rows: pl.Series, apns: pl.Series) -> pl.Series:
    """Return keys that are equal for rows with equal keys and APNs, null without one of them."""
    table = pl.DataFrame([keys.alias("key"), rows.alias("row"), apns.alias("apn")])
    is_known = pl.col("key").is_not_null() & pl.col("apn").is_not_null()
    return table.select(pl.when(is_known).then(pl.col("row").min().over("key", "apn")).cast(keys.dtype).alias("key")).to_series()
