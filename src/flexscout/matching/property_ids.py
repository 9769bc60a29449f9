"""Property IDs: a name for each property that stays the same from run to run."""

from collections.abc import Sequence
from hashlib import blake2b

import polars as pl

from flexscout.domain import POSTAL_COLUMNS, SOURCE_COLUMNS, apn_key, select_as_text
from flexscout.matching.keys import remove_file_scope
from flexscout.matching.match_rules import build_local_keys, is_place_match, list_local_rules
from flexscout.matching.normalized_rows import KEY
from flexscout.matching.parcels import PARCEL_RULES, depends_on_apn
from flexscout.runtime import ROWS_PER_PART

CONFLICT = "has_conflict"
"""Column: whether a row was connected with addresses that have other APNs."""

_PARCEL_COLUMNS = ("APN", "State", "County")
_OTHER_COLUMNS = ("Property Name", *POSTAL_COLUMNS, "County", "Building SqFt", "Lot Size Acres", "Year Built")
_ID_BYTES = 8  # the chance of a collision among 150 million properties is one in 1,600


def build_identity_keys(rows: pl.DataFrame, fields: Sequence[str], parcel_keys: pl.DataFrame, *, by_unit: bool) -> pl.DataFrame:
    """Return the first `key`, `apn` and `unit` of each `cluster` among some rows; the key is null where the address is unknown.

    The first key is that of the strongest match rule that has one. It doesn't depend on the names of files.

    Args:
        rows: Rows of a partition: KEY_COLUMNS of normalized rows, `row`, `cluster` and CONFLICT.
        fields: Columns in which two rows have to agree.
        parcel_keys: The keys of rows that share a parcel with another address.
        by_unit: Whether clusters were split by parcel and unit.

    """
    first = pl.format("0 {}", pl.lit(remove_file_scope(rows[KEY]))).alias("key")  # of the strongest rule, which most rows have
    table = rows.select("cluster", first, *build_parcel_parts())
    others = table["key"].is_null().arg_true()
    if others.len():
        weaker = _build_weaker_keys(rows[others], fields, parcel_keys, by_unit=by_unit)
        table = table.with_columns(table["key"].scatter(others, weaker))
    return _find_first(table)


def _build_weaker_keys(rows: pl.DataFrame, fields: Sequence[str], parcel_keys: pl.DataFrame, *, by_unit: bool) -> pl.Series:
    """Return the first key of rows that don't have that of the strongest rule, as `build_identity_keys` expects them."""
    local = build_local_keys(rows, fields, by_unit=by_unit)
    with_apn = pl.when(CONFLICT).then(pl.concat_str("key", "apn", separator="|")).otherwise("key").alias("key")
    keys = [
        rows.select(CONFLICT, "apn", keys.alias("key")).select(with_apn)["key"] if depends_on_apn(kind) else keys
        for (kind, _), keys in zip(list_local_rules(fields, by_unit=by_unit), local, strict=True)
    ]
    for rule in range(len(PARCEL_RULES) if is_place_match(fields) else 0):
        own = parcel_keys.filter(pl.col("rule") == rule).select("row", "key")
        keys.append(rows.select("row").join(own, on="row", how="left", maintain_order="left")["key"])
    ranked = [pl.format(f"{rank} {{}}", pl.lit(remove_file_scope(texts))) for rank, texts in enumerate(keys)]
    return rows.select(pl.coalesce(ranked).alias("key"))["key"]


def join_identity_keys(parts: Sequence[pl.DataFrame], *, by_unit: bool) -> pl.DataFrame:
    """Return what identifies each `cluster` from run to run as `key`, null where its address is unknown.

    Args:
        parts: What `build_identity_keys` returns for each partition with rows of the clusters.
        by_unit: Whether clusters were split by parcel and unit.

    """
    first = _find_first(pl.concat(parts))
    with_parcel = pl.format("{}|{}|{}", "key", pl.col("apn").fill_null(""), pl.col("unit").fill_null(""))
    return first.select("cluster", (with_parcel if by_unit else pl.col("key")).alias("key"))


def _find_first(keys: pl.DataFrame) -> pl.DataFrame:
    return keys.group_by("cluster").agg(pl.col("key", "apn", "unit").min())


def build_parcel_parts() -> tuple[pl.Expr, pl.Expr]:
    """Return `apn` and `unit` by which parcels at an address differ; the column Unit wins over the unit in the address."""
    has_place = pl.col("number").is_not_null() & pl.col("state").is_not_null()
    in_address = pl.when(has_place & (pl.col("unit") != "")).then("unit")
    return pl.col("apn").str.strip_chars_start("0").alias("apn"), pl.coalesce("unit_column", in_address).alias("unit")


def mark_told_apart(keys: pl.DataFrame, cluster_ids: pl.Series, different: pl.DataFrame) -> pl.DataFrame:
    """Return other identity keys for properties at the address of another one that the user told apart.

    The first of the two keeps its key, so that its notes stay with it.

    Args:
        keys: The identity `key` of each `cluster`.
        cluster_ids: The cluster of each row.
        different: `side`, `row` and `detail` of the user's decisions; `detail` tells the property from the other one.

    """
    second = different.filter((pl.col("side") == 1) & pl.col("detail").is_not_null())
    if second.is_empty():
        return keys
    details = second.group_by(cluster_ids.gather(second["row"]).alias("cluster")).agg(pl.col("detail").min())
    joined = keys.join(details, on="cluster", how="left", maintain_order="left")
    return joined.select("cluster", pl.coalesce(pl.format("{}|{}", "key", "detail"), "key").alias("key"))


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
    parts = (
        _hash_part(identity_keys.slice(start, ROWS_PER_PART), rows.slice(start, ROWS_PER_PART))
        for start in range(0, max(1, rows.height), ROWS_PER_PART)
    )
    return pl.concat(parts)


def _hash_part(identity_keys: pl.Series, rows: pl.DataFrame) -> pl.Series:
    others = identity_keys.is_null().arg_true()
    identities = identity_keys.clone().scatter(others, _describe_rows(rows, others)) if others.len() else identity_keys
    # BLAKE2 is the same on every machine and in every version, unlike a frame's hash; it takes 1 s for a million rows.
    texts = identities.cast(pl.Binary).to_list()  # iterating over a column takes longer
    digests = pl.Series([blake2b(text, digest_size=_ID_BYTES).digest() for text in texts], dtype=pl.Binary)
    ids = pl.format("P-{}", pl.lit(digests).bin.encode("hex").str.to_uppercase())
    return pl.select(ids.alias("Property ID")).to_series()


def _describe_rows(rows: pl.DataFrame, positions: pl.Series) -> pl.Series:
    """Return the parcels of the rows at these positions, else their other values."""
    names = tuple(dict.fromkeys((*_PARCEL_COLUMNS, *_OTHER_COLUMNS)))
    texts = select_as_text(rows, names)[positions].with_columns(apn_key(pl.col("APN")).alias("APN"))
    parcel, other = (pl.concat_str(pl.col(names).fill_null(""), separator="|") for names in (_PARCEL_COLUMNS, _OTHER_COLUMNS))
    by_parcel = pl.when(pl.col("APN").is_not_null()).then(pl.format("parcel {}", parcel))
    return texts.select(pl.coalesce(by_parcel, pl.format("row {}", other)).alias("identity"))["identity"]


def number_equal_ids(ids: pl.Series, rows: pl.DataFrame) -> pl.Series:
    """Return the IDs of rows of different properties; those that are equal are numbered by source: `-2`, `-3`."""
    if not ids.is_duplicated().any():
        return ids
    sources = rows.select(SOURCE_COLUMNS).with_columns(ids).with_row_index("at").sort(SOURCE_COLUMNS)
    number = pl.int_range(1, pl.len() + 1).over("Property ID")
    numbered = pl.when(number > 1).then(pl.format("{}-{}", "Property ID", number)).otherwise("Property ID")
    return sources.with_columns(numbered.alias("Property ID")).sort("at")["Property ID"]
