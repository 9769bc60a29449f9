"""Property IDs: a name for each property that is the same from run to run."""

from collections.abc import Sequence
from hashlib import blake2b

import polars as pl

from flexscout.domain import POSTAL_COLUMNS, SOURCE_COLUMNS, apn_key, select_as_text
from flexscout.matching.keys import remove_file_scope
from flexscout.matching.match_rules import MatchRule

_PARCEL = ("APN", "State", "County")
_SAID = ("Property Name", *POSTAL_COLUMNS, "County", "Building SqFt", "Lot Size Acres", "Year Built")
_BYTES = 6  # of an ID: of a million properties hardly two share one by chance


def identify_clusters(joins: Sequence[MatchRule], groups: pl.Series, parcels: pl.DataFrame | None) -> pl.Series:
    """For each row the least of its group's plainest keys, whatever file it is in; null where there is none.

    `parcels`: `apn` and `unit` of each row, if groups are kept apart by them.
    """
    ranked = [pl.format(f"{rank} {{}}", pl.lit(remove_file_scope(join.keys))) for rank, join in enumerate(joins)]
    keys = pl.select(pl.coalesce(ranked).alias("key"), groups.alias("group"))
    if parcels is None:
        return keys.select(pl.col("key").min().over("group"))["key"]
    least = keys.with_columns(parcels).select(pl.col("key", "apn", "unit").min().over("group"))
    return least.select(pl.format("{}|{}|{}", "key", pl.col("apn").fill_null(""), pl.col("unit").fill_null("")))["key"]


def assign_property_ids(known: pl.Series, rows: pl.DataFrame) -> pl.Series:
    """An ID for each row, no two equal.

    `known`: the `identities` of the rows; a row without one is told by its parcel number, else by what it says of itself. Rows
    that are told alike are numbered in the order of their sources: `-2`, `-3`.
    """
    said = select_as_text(rows, tuple(dict.fromkeys((*_PARCEL, *_SAID)))).with_columns(apn_key(pl.col("APN")).alias("APN"))
    parcel, other = (pl.concat_str(pl.col(names).fill_null(""), separator="|") for names in (_PARCEL, _SAID))
    by_parcel = pl.when(pl.col("APN").is_not_null()).then(pl.format("parcel {}", parcel))
    told = said.select(pl.coalesce(pl.lit(known), by_parcel, pl.format("row {}", other)).alias("told"))["told"]
    return _numbered(pl.select(pl.format("P-{}", pl.lit(_fingerprints(told))).alias("Property ID"))["Property ID"], rows)


def _numbered(ids: pl.Series, rows: pl.DataFrame) -> pl.Series:
    """The IDs, of which the second and later of equal ones get a number."""
    if not ids.is_duplicated().any():
        return ids
    placed = rows.select(SOURCE_COLUMNS).with_columns(ids).with_row_index("at").sort(SOURCE_COLUMNS)
    number = pl.int_range(1, pl.len() + 1).over("Property ID")
    numbered = pl.when(number > 1).then(pl.format("{}-{}", "Property ID", number)).otherwise("Property ID")
    return placed.with_columns(numbered.alias("Property ID")).sort("at")["Property ID"]


def _fingerprints(told: pl.Series) -> pl.Series:
    """The beginning of each text's BLAKE2, hexadecimal: alike on every machine and in every version, unlike a frame's hash."""
    # No library digests a whole column; this takes 1 s for a million.
    return pl.Series([blake2b(text.encode(), digest_size=_BYTES).hexdigest().upper() for text in told], dtype=pl.String)
