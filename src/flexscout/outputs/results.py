"""What the outputs of a run are made of: its tables, and the facts of its report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl
import polars.selectors as cs

from flexscout.domain import LINK_COLUMNS, join_some
from flexscout.findings import Finding
from flexscout.history import CarryOver
from flexscout.merging import MAX_EXPLAINED_ROWS, MergedProperties
from flexscout.models import ProcessingResult, Source
from flexscout.outputs.comparisons import add_comparisons
from flexscout.scoring import Criteria
from flexscout.skipped import SkippedFile

PAGE_RECORDS = ("merge_log", "changes", "source_rows")
"""Tables of a result of which the page shows the rows of its candidates; the history keeps these rows."""

_ID = LINK_COLUMNS[0]
_MAX_RANKS = 3  # that are named


def describe_rejected_ranks(shown: Sequence[int]) -> str:
    """Return `Rank 2 is rejected and not shown.`; empty if no rank above the last shown one is missing."""
    missing = [str(rank) for rank in range(1, max(shown, default=0)) if rank not in shown]
    if not missing:
        return ""
    verb = "Rank {} is" if len(missing) == 1 else "Ranks {} are"
    return f"{verb.format(join_some(missing, _MAX_RANKS, last=' and '))} rejected and not shown."


@dataclass(frozen=True)
class ResultTables:
    """The tables of a result. A table that isn't known, as for a past run, has no columns and gets no sheet.

    Attributes:
        master: The unique candidates, best first.
        merge_log: One row per removed duplicate.
        possible_duplicates: Pairs of candidates that may be one property, likeliest first.
        rejected_rows: Property rows that aren't candidates, with their rejection reasons.
        issues: The listed data issues.
        explanations: Why the first candidates score what they do, in order.
        reasons: The same in at most three short texts each.
        is_rejected: For each row of `master`, whether the user's status rejects it, or None if it isn't known.
        changes: Changes since the previous result, or None if there is nothing to compare.
        unlisted_notes: The user's notes on properties that aren't in `master`.
        corrections: The user's corrections, with the values from the sources.
        source_rows: The rows of the best candidates as their exports have them.
        user_columns: The user's own columns.

    """

    master: pl.DataFrame
    merge_log: pl.DataFrame = field(default_factory=pl.DataFrame)
    possible_duplicates: pl.DataFrame = field(default_factory=pl.DataFrame)
    rejected_rows: pl.DataFrame = field(default_factory=pl.DataFrame)
    issues: pl.DataFrame = field(default_factory=pl.DataFrame)
    explanations: Sequence[str] = ()
    reasons: Sequence[Sequence[str]] = ()
    is_rejected: pl.Series | None = None
    changes: pl.DataFrame | None = None
    unlisted_notes: pl.DataFrame | None = None
    corrections: pl.DataFrame | None = None
    source_rows: pl.DataFrame | None = None
    user_columns: tuple[str, ...] = ()

    @classmethod
    def from_stages(
        cls, merged: MergedProperties, carried: CarryOver, issues: pl.DataFrame, criteria: Criteria
    ) -> "ResultTables":
        """Return the tables of a run from the results of its last stages."""
        explained = criteria.explain(carried.master.head(MAX_EXPLAINED_ROWS))
        return cls(
            master=add_comparisons(carried.master, carried.user_input.columns),
            merge_log=merged.merge_log,
            possible_duplicates=merged.possible_duplicates,
            rejected_rows=merged.rejected_rows,
            issues=issues,
            explanations=explained["Explanation"].to_list(),
            reasons=explained["Reasons"].to_list(),
            is_rejected=carried.is_rejected,
            changes=carried.changes.table if carried.changes else None,
            unlisted_notes=carried.unlisted_notes,
            corrections=carried.corrections,
            source_rows=merged.source_rows,
            user_columns=carried.user_input.columns,
        )

    def select_page_records(self) -> dict[str, pl.DataFrame]:
        """Return the parts of PAGE_RECORDS that the page shows: those of the explained candidates."""
        ids = self.master.head(MAX_EXPLAINED_ROWS).select(cs.by_name(_ID, require_all=False))
        records = {name: getattr(self, name) for name in PAGE_RECORDS}
        return {
            name: table.join(ids, on=_ID, how="semi", maintain_order="left")
            for name, table in records.items()
            if table is not None and ids.width and _ID in table.columns
        }


@dataclass(frozen=True)
class RunFacts:
    """The facts of a run, from which its report and messages are made.

    Attributes:
        tables: The tables of the result.
        results: One result per input file, by name.
        skipped: Files that weren't read.
        settings: The run's settings.
        seconds: Duration of each stage; it grows while the run goes on.
        workers: Number of worker processes.
        version: Version of flexscout.
        filtered_out: Number of properties that `where` excludes.
        unmatched_mappings: Entries of the mapping file that no header matches.
        profile: The scoring profile.
        decision_messages: Sentences about the user's decisions.
        sources: Where the exports come from.
        findings: File -> what keeps it off the list.

    """

    tables: ResultTables
    results: Sequence[ProcessingResult]
    skipped: Sequence[SkippedFile]
    settings: Mapping[str, Any]
    seconds: Mapping[str, float]
    workers: int
    version: str
    filtered_out: int = 0
    unmatched_mappings: Sequence[str] = ()
    profile: Mapping[str, Any] = field(default_factory=dict)
    decision_messages: Sequence[str] = ()
    sources: Sequence[Source] = ()
    findings: Mapping[str, Sequence[Finding]] = field(default_factory=dict)
