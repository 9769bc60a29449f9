"""Property IDs: a name for each property that stays the same from run to run."""

from collections.abc import Sequence
from hashlib import blake2b

import polars as pl

from flexscout.domain import POSTAL_COLUMNS, SOURCE_COLUMNS, apn_key, select_as_text
from flexscout.matching.keys import remove_file_scope
from flexscout.matching.match_rules import MatchRule

_PARCEL_COLUMNS = ("APN", "State", "County")
_OTHER_COLUMNS = ("Property Name", *POSTAL_COLUMNS, "County", "Building SqFt", "Lot Size Acres", "Year Built")
_ID_BYTES = 6  # a collision among a million properties is unlikely


def build_identity_keys(rules: Sequence[MatchRule], cluster_ids: pl.Series, parcels: pl.DataFrame | None) -> pl.Series:
    """Return what identifies the property of each row from run to run, null where its address is unknown.

    That is the first key of its cluster, by the strongest match rule that has one. It doesn't depend on the names of files.

    Args:
        rules: The match rules, the strongest first.
        cluster_ids: The cluster of each row.
        parcels: `apn` and `unit` of each row if clusters were split by parcel.

    """
    ranked = [pl.format(f"{rank} {{}}", pl.lit(remove_file_scope(rule.keys))) for rank, rule in enumerate(rules)]
    keys = pl.select(pl.coalesce(ranked).alias("key"), cluster_ids.alias("cluster"))
    if parcels is None:
        return keys.select(pl.col("key").min().over("cluster"))["key"]
    first = keys.with_columns(parcels).select(pl.col("key", "apn", "unit").min().over("cluster"))
    return first.select(pl.format("{}|{}|{}", "key", pl.col("apn").fill_null(""), pl.col("unit").fill_null("")))["key"]


def mark_told_apart(identity_keys: pl.Series, cluster_ids: pl.Series, different: pl.DataFrame) -> pl.Series:
    """Return other identity keys for properties at the address of another one that the user told apart.

    The first of the two keeps its key, so that its notes stay with it.

    Args:
        identity_keys: The identity key of each row.
        cluster_ids: The cluster of each row.
        different: `side`, `row` and `detail` of the user's decisions; `detail` tells the property from the other one.

    """
    second = different.filter((pl.col("side") == 1) & pl.col("detail").is_not_null())
    if second.is_empty():
        return identity_keys
    details = second.group_by(cluster_ids.gather(second["row"]).alias("cluster")).agg(pl.col("detail").min())
    keys = pl.DataFrame([identity_keys.alias("key"), cluster_ids.alias("cluster")])
    joined = keys.join(details, on="cluster", how="left", maintain_order="left")
    return joined.select(pl.coalesce(pl.format("{}|{}", "key", "detail"), "key").alias("key"))["key"]


def assign_property_ids(identity_keys: pl.Series, rows: pl.DataFrame) -> pl.Series:
    """Return a unique `Property ID` for each row.

    Args:
        identity_keys: The identity key of each row.
        rows: One row per property.

    """
    return number_equal_ids(hash_identities(identity_keys, rows), rows)


def hash_identities(identity_keys: pl.Series, rows: pl.DataFrame) -> pl.Series:
    """Return the `Property ID` of each row, which different properties may share.

    Args:
        identity_keys: The identity key of each row. A row without one gets its ID from its parcel, else from its other values.
        rows: Rows with canonical columns.

    """
    names = tuple(dict.fromkeys((*_PARCEL_COLUMNS, *_OTHER_COLUMNS)))
    texts = select_as_text(rows, names).with_columns(apn_key(pl.col("APN")).alias("APN"))
    parcel, other = (pl.concat_str(pl.col(names).fill_null(""), separator="|") for names in (_PARCEL_COLUMNS, _OTHER_COLUMNS))
    by_parcel = pl.when(pl.col("APN").is_not_null()).then(pl.format("parcel {}", parcel))
    identities = texts.select(pl.coalesce(pl.lit(identity_keys), by_parcel, pl.format("row {}", other)).alias("identity"))
    # BLAKE2 is the same on every machine and in every version, unlike a frame's hash; it takes 1 s for a million rows.
    texts_of_rows = identities["identity"].to_list()  # iterating over a column takes longer
    digests = [f"P-{blake2b(text.encode(), digest_size=_ID_BYTES).hexdigest().upper()}" for text in texts_of_rows]
    return pl.Series("Property ID", digests, dtype=pl.String)


def number_equal_ids(ids: pl.Series, rows: pl.DataFrame) -> pl.Series:
    """Return the IDs of rows of different properties; those that are equal are numbered by source: `-2`, `-3`."""
    if not ids.is_duplicated().any():
        return ids
    sources = rows.select(SOURCE_COLUMNS).with_columns(ids).with_row_index("at").sort(SOURCE_COLUMNS)
    number = pl.int_range(1, pl.len() + 1).over("Property ID")
    numbered = pl.when(number > 1).then(pl.format("{}-{}", "Property ID", number)).otherwise("Property ID")
    return sources.with_columns(numbered.alias("Property ID")).sort("at")["Property ID"]
