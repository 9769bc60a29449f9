"""Of the rows of one property the best survives; the ledger says what was merged into it."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from flexscout.aggregation.order import in_order
from flexscout.model import SOURCE_COLUMNS
from flexscout.vocabulary import columns

LEDGER_SCHEMA = {
    "Duplicate Group": pl.Int64,
    "Address": pl.String,
    "City": pl.String,
    "State": pl.String,
    "Kept File": pl.String,
    "Kept Sheet": pl.String,
    "Kept Row": pl.Int64,
    "Kept Score": pl.Float64,
    "Removed File": pl.String,
    "Removed Sheet": pl.String,
    "Removed Row": pl.Int64,
    "Removed Score": pl.Float64,
    "Evidence": pl.String,
    "Different APN": pl.Boolean,
    "Fields That Differ": pl.String,
}
"""The ledger: a row per removed row; groups are numbered in the order of the survivors."""

_PLACE = ("Address", "City", "State")
_NAMES = ("File", "Sheet", "Row")


@dataclass(frozen=True)
class Deduplicated:
    """`survivors`: a row per property, best first; `ledger`: LEDGER_SCHEMA, a row per removed row."""

    survivors: pl.DataFrame
    ledger: pl.DataFrame


def deduplicate(frame: pl.DataFrame, keys: str, newness: str, fields: Sequence[str]) -> Deduplicated:
    """Keep the best row of each key.

    `keys`: the column with the key, null where a row is no duplicate of any; `newness`: a number, greater is newer;
    `fields`: the columns that the key was made of, for the evidence. The survivor has the highest score, then the
    most canonical cells, then the newest file, then the first file name, sheet and row.
    """
    ranked = frame.sort(
        ["Flex Score", _filled_cells(frame), newness, *SOURCE_COLUMNS], descending=[True, True, True, False, False, False]
    ).with_row_index("__rank")
    is_first = pl.col("__rank") == pl.col("__rank").min().over(keys)
    marked = ranked.with_columns((is_first | pl.col(keys).is_null()).alias("__kept"))
    survivors = in_order(marked.filter("__kept").drop("__rank", "__kept"))
    ledger = _ledger(survivors, marked.filter(~pl.col("__kept")), keys, fields)
    return Deduplicated(survivors.drop(keys, newness), ledger)


def unmerged(frame: pl.DataFrame, working: Sequence[str]) -> Deduplicated:
    """Every row in order, without the `working` columns, and an empty ledger."""
    return Deduplicated(in_order(frame.drop(working, strict=False)), pl.DataFrame(schema=LEDGER_SCHEMA))


def _filled_cells(frame: pl.DataFrame) -> pl.Expr:
    there = [column.name for column in columns() if column.name in frame.columns]
    return pl.sum_horizontal(pl.col(there).is_not_null().cast(pl.UInt32)) if there else pl.col("Flex Score") * 0


def _ledger(survivors: pl.DataFrame, removed: pl.DataFrame, keys: str, fields: Sequence[str]) -> pl.DataFrame:
    """The removed rows beside the rows that were kept for them."""
    groups = survivors.filter(pl.col(keys).is_in(removed[keys].unique().to_list())).with_row_index("__group", offset=1)
    kept = groups.rename({name: f"__kept {name}" for name in groups.columns if name not in ("__group", keys)})
    pairs = removed.join(kept, on=keys, how="inner")
    there = [name for name in (column.name for column in columns()) if name in removed.columns]
    ledger = pairs.select(
        pl.col("__group").cast(pl.Int64).alias("Duplicate Group"),
        *((pl.col(f"__kept {name}") if name in there else pl.lit(None, pl.String)).alias(name) for name in _PLACE),
        *(pl.col(f"__kept Source {name}").alias(f"Kept {name}") for name in _NAMES),
        pl.col("__kept Flex Score").alias("Kept Score"),
        *(pl.col(f"Source {name}").alias(f"Removed {name}") for name in _NAMES),
        pl.col("Flex Score").alias("Removed Score"),
        pl.lit(f"same {', '.join(fields)} after normalization").alias("Evidence"),
        _different_apn(there).alias("Different APN"),
        _differences(there).alias("Fields That Differ"),
    )
    return ledger.sort("Duplicate Group", "Removed File", "Removed Sheet", "Removed Row")


def _different_apn(there: Sequence[str]) -> pl.Expr:
    """Whether both rows name a parcel, and not the same."""
    if "APN" not in there:
        return pl.lit(value=False)
    own, kept = (pl.col(name).str.replace_all(r"[\W_]+", "").str.to_uppercase() for name in ("APN", "__kept APN"))
    return (own != kept).fill_null(value=False)


def _differences(there: Sequence[str]) -> pl.Expr:
    """`Building SqFt: 30000 (kept), 31000; ...`: what both rows fill, and differently whatever the case."""
    parts = [
        pl.when(_comparable(name) != _comparable(f"__kept {name}")).then(
            pl.format("{}: {} (kept), {}", pl.lit(name), _shown(f"__kept {name}"), _shown(name))
        )
        for name in there
    ]
    return pl.concat_str(parts, separator="; ", ignore_nulls=True) if parts else pl.lit("")


def _comparable(name: str) -> pl.Expr:
    return _shown(name).str.to_lowercase()


def _shown(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.String).str.replace(r"^(-?\d+)\.0$", "$1")
