"""Of the rows of one property the best survives; the ledger says what was merged into it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from flexscout.aggregation.order import in_order
from flexscout.aggregation.sources import with_sources
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
    "Match": pl.String,
    "Evidence": pl.String,
    "Different APN": pl.Boolean,
    "Fields That Differ": pl.String,
}
"""The ledger: a row per removed row; groups are numbered in the order of the survivors."""

Why = Callable[[pl.DataFrame, pl.DataFrame], pl.DataFrame]
"""Kept and removed rows, beside each other -> why they are one: `Match`, the kind of it, and `Evidence`, a sentence."""

_PLACE = ("Address", "City", "State")
_NAMES = ("File", "Sheet", "Row")
_RANK, _BEST, _KEPT = "__rank", "__best", "__kept "  # working columns: a row's rank, its group's best rank, the kept row's cells


@dataclass(frozen=True)
class Deduplicated:
    """`survivors`: a row per property, best first, `with_sources`; `ledger`: LEDGER_SCHEMA, a row per removed row."""

    survivors: pl.DataFrame
    ledger: pl.DataFrame


def deduplicate(frame: pl.DataFrame, keys: str, newness: str, why: Why) -> Deduplicated:
    """Keep the best row of each key.

    `keys`: the column with the key, null where a row is no duplicate of any; `newness`: a number, greater is newer; `why`: gives
    the evidence of each kept and removed row. The survivor has the highest score, then the most canonical cells, then the newest
    file, then the first file name, sheet and row.
    """
    ranked = frame.sort(
        ["Flex Score", _filled_cells(frame), newness, *SOURCE_COLUMNS], descending=[True, True, True, False, False, False]
    ).with_row_index(_RANK)
    best = pl.when(pl.col(keys).is_null()).then(_RANK).otherwise(pl.col(_RANK).min().over(keys))
    marked = ranked.with_columns(best.alias(_BEST))
    survivors = in_order(marked.filter(pl.col(_BEST) == pl.col(_RANK)))
    removed = marked.filter(pl.col(_BEST) != pl.col(_RANK))
    groups = _groups(survivors, removed)
    numbers = removed.select(_BEST).join(groups, left_on=_BEST, right_on=_RANK, how="left", maintain_order="left")["group"]
    ledger = _ledger(removed, marked[removed[_BEST]], numbers, why)
    of_survivors = survivors.select(_RANK).join(groups, on=_RANK, how="left", maintain_order="left")["group"]
    return Deduplicated(with_sources(survivors.drop(keys, newness, _RANK, _BEST), ledger, of_survivors), ledger)


def unmerged(frame: pl.DataFrame, working: Sequence[str]) -> Deduplicated:
    """Every row in order, without the `working` columns, and an empty ledger."""
    survivors, ledger = in_order(frame.drop(working, strict=False)), pl.DataFrame(schema=LEDGER_SCHEMA)
    none = pl.repeat(None, survivors.height, dtype=pl.Int64, eager=True)
    return Deduplicated(with_sources(survivors, ledger, none) if survivors.width else survivors, ledger)


def _filled_cells(frame: pl.DataFrame) -> pl.Expr:
    there = [column.name for column in columns() if column.name in frame.columns]
    return pl.sum_horizontal(pl.col(there).is_not_null().cast(pl.UInt32)) if there else pl.col("Flex Score") * 0


def _groups(survivors: pl.DataFrame, removed: pl.DataFrame) -> pl.DataFrame:
    """The rank of each survivor into which a row is merged, and the number of its `group`, counted in their order."""
    return survivors.select(_RANK).filter(pl.col(_RANK).is_in(removed[_BEST].implode())).with_row_index("group", offset=1)


def _ledger(removed: pl.DataFrame, kept: pl.DataFrame, groups: pl.Series, why: Why) -> pl.DataFrame:
    """The removed rows beside the rows that were kept for them."""
    there = [name for name in (column.name for column in columns()) if name in removed.columns]
    pairs = pl.concat([removed, kept.rename(lambda name: f"{_KEPT}{name}")], how="horizontal")
    ledger = pairs.select(
        groups.cast(pl.Int64).alias("Duplicate Group"),
        *((pl.col(f"{_KEPT}{name}") if name in there else pl.lit(None, pl.String)).alias(name) for name in _PLACE),
        *(pl.col(f"{_KEPT}Source {name}").alias(f"Kept {name}") for name in _NAMES),
        pl.col(f"{_KEPT}Flex Score").alias("Kept Score"),
        *(pl.col(f"Source {name}").alias(f"Removed {name}") for name in _NAMES),
        pl.col("Flex Score").alias("Removed Score"),
        *(pl.lit(told) for told in why(kept, removed)),
        _different_apn(there).alias("Different APN"),
        _differences(pairs, there).alias("Fields That Differ"),
    )
    return ledger.sort("Duplicate Group", "Removed File", "Removed Sheet", "Removed Row")


def _different_apn(there: Sequence[str]) -> pl.Expr:
    """Whether both rows name a parcel, and not the same."""
    if "APN" not in there:
        return pl.lit(value=False)
    own, kept = (pl.col(name).str.replace_all(r"[\W_]+", "").str.to_uppercase() for name in ("APN", f"{_KEPT}APN"))
    return (own != kept).fill_null(value=False)


def _differences(pairs: pl.DataFrame, there: Sequence[str]) -> pl.Expr:
    """`Building SqFt: 30000 (kept), 31000; ...`: what both rows fill, and differently whatever the case."""
    differ = pairs.select((pl.col(name) != pl.col(f"{_KEPT}{name}")).any().alias(name) for name in there)
    parts = [
        pl.when(_comparable(name) != _comparable(f"{_KEPT}{name}")).then(
            pl.format("{}: {} (kept), {}", pl.lit(name), _shown(f"{_KEPT}{name}"), _shown(name))
        )
        for name in there
        if differ[name].any()
    ]
    return pl.concat_str(parts, separator="; ", ignore_nulls=True) if parts else pl.lit("")


def _comparable(name: str) -> pl.Expr:
    return _shown(name).str.to_lowercase()


def _shown(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.String).str.replace(r"^(-?\d+)\.0$", "$1")
