"""Pairs to review: possible duplicates and merges of the last run, with what is decided about them and what that changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from flexscout.config import PipelineConfiguration
from flexscout.domain import ADDRESS_COLUMNS, SOURCE_COLUMNS, list_canonical_columns
from flexscout.history import VARYING_COLUMNS, differs, read_decisions
from flexscout.insights.decide import PropertyDecisions, build_pair
from flexscout.insights.replayed_run import ReplayedRun, list_corrections
from flexscout.insights.reranking import Reranking, list_moves
from flexscout.insights.source_rows import load_scored_rows
from flexscout.matching import DECISION, SIDE_COLUMNS, DecisionKind
from flexscout.merging import match_properties, merge_properties, select_current

PAIR_KEY, IS_MERGED = "Key", "Is Merged"
"""Columns of a table of pairs: `FILE:SHEET:ROW` of both sides, and whether they are merged already."""

_OTHER = "Other "
_ID = "Property ID"
_PREFIXES = ("", _OTHER)  # of the columns of each side
_COMPARED = tuple(column.name for column in list_canonical_columns())
_SIDE_SCHEMA = {
    _ID: pl.String,
    **dict.fromkeys(SIDE_COLUMNS, pl.String), "Building SqFt": pl.Float64,
    **dict.fromkeys(SOURCE_COLUMNS[:2], pl.String), SOURCE_COLUMNS[2]: pl.Int64,
    "Flex Score": pl.Float64,
}  # fmt: skip
_SCHEMA = {
    IS_MERGED: pl.Boolean, "Match Score": pl.Float64, "Match": pl.String, "Evidence": pl.String, "Different APN": pl.Boolean,
    **{f"{prefix}{name}": dtype for prefix in _PREFIXES for name, dtype in _SIDE_SCHEMA.items()},
}  # fmt: skip
_FINAL = (DecisionKind.SAME, DecisionKind.DIFFERENT)


@dataclass(frozen=True)
class ComparedValue:
    """A column of both sides of a pair.

    Attributes:
        column: The canonical column.
        values: The value of each side.
        is_different: Whether the values differ by more than spelling.

    """

    column: str
    values: tuple[Any, Any]
    is_different: bool

    @property
    def is_single(self) -> bool:
        """Whether only one side has a value."""
        return None in self.values

    @property
    def differs(self) -> bool:
        """Whether both sides have a value, and the values differ."""
        return self.is_different and not self.is_single


@dataclass(frozen=True)
class ReviewProgress:
    """How far the review is.

    Attributes:
        decided: Decisions that two properties are the same or different.
        open: Possible duplicates without such a decision.
        merged: Rows that the last run merged.

    """

    decided: int
    open: int
    merged: int


class PairReview:
    """The possible duplicates and the merges of a replayed run, and the user's decisions about them as they are now.

    Args:
        config: The settings of the run.
        past: The replayed run.

    Attributes:
        decisions: The decisions, to list and to remove.

    """

    def __init__(self, config: PipelineConfiguration, past: ReplayedRun) -> None:
        self._config, self._past = config, past
        self.decisions = PropertyDecisions(config, past=past)

    def list_pairs(self, *, merged: bool, limit: int) -> tuple[pl.DataFrame, int]:
        """Return the first merges or possible duplicates with the evidence, both sides and DECISION, and how many there are.

        Possible duplicates are in the order of their match scores; merges that name different parcels come first.
        """
        pairs = self._load_pairs().filter(pl.col(IS_MERGED) == merged)
        shown = pairs.head(limit)
        return shown.with_columns(pl.Series(DECISION, self._find_kinds(shown), dtype=pl.String)), pairs.height

    def find_pair(self, key: str) -> Mapping[str, Any] | None:
        """Return the row of a pair, or None."""
        found = self._load_pairs().filter(pl.col(PAIR_KEY) == key)
        return None if found.is_empty() else found.row(0, named=True)

    def find_kind(self, first: str, second: str) -> DecisionKind | None:
        """Return what is decided about two properties that may be one, by their Property IDs, or None if nothing is."""
        ids, others = pl.col(_ID), pl.col(f"{_OTHER}{_ID}")
        is_pair = ((ids == first) & (others == second)) | ((ids == second) & (others == first))
        return next(iter(self._find_kinds(self._load_pairs().filter(is_pair).head(1))), None)

    def decide(self, kind: DecisionKind | None, pair: Mapping[str, Any]) -> tuple[str, ...]:
        """Save today's decision about a pair, or remove the one there is; return the contradictions as sentences.

        Raises:
            DecisionError: The sides can't be told apart.
            OutputError: The decision can't be saved, as while a run is going.

        """
        self.decisions.decide_pair(kind, build_pair(pair))
        return tuple(str(one) for one in self.decisions.find_contradictions())

    def measure_progress(self) -> ReviewProgress:
        """Return how far the review of the possible duplicates is."""
        pairs = self._load_pairs()
        kinds = self._find_kinds(pairs.filter(~pl.col(IS_MERGED)))
        decided = sum(one.kind in _FINAL for one in read_decisions(self._config.decisions_file).decisions)
        return ReviewProgress(decided, sum(kind not in _FINAL for kind in kinds), int(pairs[IS_MERGED].sum()))

    def compare_values(self, pair: Mapping[str, Any]) -> list[ComparedValue]:
        """Return the values of both sides: those that differ first, then equal ones, then those that only one side has."""
        sides = [self._load_side(pair, prefix) for prefix in _PREFIXES]
        names = [name for name in _COMPARED if any(name in side.columns and side[name][0] is not None for side in sides)]
        left, right = (
            side.select(name if name in side.columns else pl.lit(None).alias(name) for name in names) for side in sides
        )
        both = pl.concat([left, right.rename(lambda name: f"{_OTHER}{name}")], how="horizontal")
        different = both.select(
            differs(pl.col(name), pl.col(f"{_OTHER}{name}"), (left.schema[name], right.schema[name]), name).alias(name)
            for name in names
        )
        compared = [
            ComparedValue(name, (left[name][0], right[name][0]), different[name][0] and name not in VARYING_COLUMNS)
            for name in names
        ]
        return sorted(compared, key=lambda one: (one.is_single, not one.differs))

    def preview_list(self) -> Reranking:
        """Return the list as the decisions would have it, without reading or scoring any row again."""
        past = self._past
        clusters = match_properties(past.files, past.config, read_decisions(self._config.decisions_file).decisions)
        corrections = list_corrections(past.record)
        listed = merge_properties(past.files, clusters, past.config, past.criteria, lambda _: corrections).survivors
        published = past.kept if past.kept is not None and not past.record.report["notes"].get("hidden") else None
        old = past.ranking.survivors if published is None else published
        return Reranking(old, listed, list_moves(old, listed))

    def _load_pairs(self) -> pl.DataFrame:
        return self._past.keep(_Pairs).get(self._past)

    def _find_kinds(self, pairs: pl.DataFrame) -> list[DecisionKind | None]:
        return self.decisions.find_kinds([build_pair(row).sides for row in pairs.iter_rows(named=True)])

    def _load_side(self, pair: Mapping[str, Any], prefix: str) -> pl.DataFrame:
        """Return the one row of a side: the property as listed, or the source row of a merge."""
        survivors = self._past.ranking.survivors
        if not pair[IS_MERGED]:
            return survivors.filter(pl.col(_ID) == pair[f"{prefix}{_ID}"]).head(1)
        is_row = pl.all_horizontal(pl.col(name) == pair[f"{prefix}{name}"] for name in SOURCE_COLUMNS)
        return load_scored_rows(self._past, self._past.rows.filter(is_row).head(1))


class _Pairs:
    """The pairs of a replay, listed once."""

    def __init__(self) -> None:
        self._table: pl.DataFrame | None = None

    def get(self, past: ReplayedRun) -> pl.DataFrame:
        """Return the pairs (_SCHEMA)."""
        if self._table is None:
            parts = (_list_possible(past.ranking.possible_duplicates), _list_merged(past.ranking.merge_log))
            keys = [pl.concat_str([f"{prefix}{name}" for name in SOURCE_COLUMNS], separator=":") for prefix in _PREFIXES]
            self._table = pl.concat(map(_conform, parts)).with_columns(pl.concat_str(keys, separator="|").alias(PAIR_KEY))
        return self._table


def _list_possible(pairs: pl.DataFrame) -> pl.DataFrame:
    return pairs.with_columns(pl.lit(value=False).alias(IS_MERGED))


def _list_merged(merge_log: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that were merged, those that name different parcels first; older exports of one source are no merges."""
    if not merge_log.width:
        return merge_log
    log = select_current(merge_log).sort("Different APN", descending=True, maintain_order=True)
    kept, removed = (
        [
            *(pl.col(f"{side} {name.removeprefix('Source ')}").alias(f"{prefix}{name}") for name in SOURCE_COLUMNS),
            pl.col(f"{side} Score").alias(f"{prefix}Flex Score"),
        ]
        for side, prefix in zip(("Kept", "Removed"), _PREFIXES, strict=True)
    )
    details = [
        pl.col(f"{side} {name}").alias(f"{prefix}{name}")
        for side, prefix in zip(("Kept", "Removed"), _PREFIXES, strict=True)
        for name in SIDE_COLUMNS
        if f"{side} {name}" in log.columns
    ]
    matches = ("Match", "Evidence", "Different APN", *(name for name in (*ADDRESS_COLUMNS, _ID) if name in log.columns))
    return log.select(*matches, *kept, *removed, *details, pl.lit(value=True).alias(IS_MERGED))


def _conform(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs with all columns of _SCHEMA, or none if the run compared nothing."""
    if IS_MERGED not in pairs.columns or SOURCE_COLUMNS[0] not in pairs.columns:
        return pl.DataFrame(schema=_SCHEMA)
    return pairs.select(
        (pl.col(name) if name in pairs.columns else pl.lit(None)).cast(dtype).alias(name) for name, dtype in _SCHEMA.items()
    )
