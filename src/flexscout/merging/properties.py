"""Turn classified rows into one record per property, and account for the rows that aren't on the list.

Matching looks at all rows, candidates or not, because two candidates can be connected through a row that is not one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import starmap

import polars as pl

from flexscout.config import PipelineConfiguration
from flexscout.domain import SOURCE_COLUMNS, STATUS
from flexscout.matching import DETAIL_COLUMNS, Clusters, Decision, MatchSettings, Rows, RunTasks, find_clusters
from flexscout.merging.corrections import CORRECTED_SCHEMA, FindCorrections, apply_corrections, build_empty_corrections
from flexscout.merging.merge_log import MERGE_LOG_SCHEMA, count_removed_rows, move_rows
from flexscout.merging.merged_rows import PROPERTY_SOURCE_SCHEMA, REJECTED_COLUMNS, ROW, MatchedRows, merge_rows
from flexscout.merging.possible_duplicates import POSSIBLE_SCHEMA
from flexscout.merging.promoted_rows import add_promoted_outcome, add_rejected_ids, promote_corrected, show_corrected
from flexscout.merging.records import OUTCOME
from flexscout.merging.snapshots import SNAPSHOT_SCHEMA, find_snapshots
from flexscout.models import ProcessingResult, RowStatus
from flexscout.scoring import MISSING_FIELDS, POSITION, ClassifiedFiles, Criteria, MatchColumns, select_rejected

_FILE, _, _NUMBER = SOURCE_COLUMNS


@dataclass(frozen=True)
class MergedProperties:
    """The properties on the list, and what became of all other rows.

    Attributes:
        survivors: One record per property in list order, with canonical columns, `LINK_COLUMNS`, `SEEN_COLUMNS`,
            `RECORD_COLUMNS`, `POSITION` and, where rows were matched, `ROW`.
        merge_log: One row per row that a property was merged from beside the surviving one, with the ID of the property.
        possible_duplicates: One row per pair of properties that may be the same, surest first.
        rejected_rows: All rows that aren't on the list and weren't merged into it, with their reasons.
        results: One per file, with the final account of its rows.
        snapshots: The source and the day of each file (SNAPSHOT_SCHEMA).
        property_sources: The sources of each property (PROPERTY_SOURCE_SCHEMA).
        filtered_out: Properties that don't meet the filter.
        contradictions: Sentences about decisions of the user that contradict others.
        corrections: The user's corrections, with the values from the sources, see `CorrectedRows`.
        source_rows: The rows of the best properties as their exports have them, see `select_source_rows`.

    """

    survivors: pl.DataFrame
    merge_log: pl.DataFrame
    rejected_rows: pl.DataFrame
    results: tuple[ProcessingResult, ...]
    possible_duplicates: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=POSSIBLE_SCHEMA))
    snapshots: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SNAPSHOT_SCHEMA))
    property_sources: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PROPERTY_SOURCE_SCHEMA))
    filtered_out: int = 0
    contradictions: tuple[str, ...] = ()
    corrections: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=CORRECTED_SCHEMA))
    source_rows: pl.DataFrame = field(default_factory=pl.DataFrame)

    @property
    def master(self) -> pl.DataFrame:
        """The survivors without working columns other than `POSITION`."""
        return self.survivors.drop(ROW, strict=False)


def match_properties(
    files: ClassifiedFiles, config: PipelineConfiguration, decisions: Sequence[Decision] = (), run: RunTasks = starmap
) -> Clusters | None:
    """Match all rows of the files: first the candidates, then the rejected rows. None if there are no candidates.

    Args:
        files: The classified files.
        config: The settings.
        decisions: The user's decisions.
        run: What runs the tasks if rows are matched in several partitions.

    """
    if not files.candidates.width:
        return None
    columns = (*config.duplicate_fields, *(DETAIL_COLUMNS if decisions else ()))
    return match_rows(MatchColumns(files, columns), config, decisions, run)


def match_rows(
    rows: Rows, config: PipelineConfiguration, decisions: Sequence[Decision] = (), run: RunTasks = starmap
) -> Clusters:
    """Match rows by the settings of a run and the user's decisions; `rows` have `MISSING_FIELDS`."""
    settings = MatchSettings.from_config(config)
    settings = settings if config.enable_deduplication else replace(settings, close_matches="off")
    return find_clusters(rows, settings, MISSING_FIELDS, decisions, run)


def merge_properties(
    files: ClassifiedFiles,
    clusters: Clusters | None,
    config: PipelineConfiguration,
    criteria: Criteria,
    find_corrections: FindCorrections = build_empty_corrections,
) -> MergedProperties:
    """Merge the current rows of each cluster that has a candidate into one record, and assign property IDs.

    The result doesn't have the unmapped columns; `add_unmapped_columns` reads them from the tables.

    Args:
        files: The classified files.
        clusters: The result of `match_properties`.
        config: The settings; with `enable_deduplication: false` every candidate stays.
        criteria: Scores changed records again, and filters the list.
        find_corrections: Returns the user's corrections of records, which win over the sources.

    """
    rejected_rows = select_rejected(files.rejected)
    if clusters is None:
        log = pl.DataFrame(schema={"Duplicate Group": pl.Int64, "Property ID": pl.String, **MERGE_LOG_SCHEMA})
        unused = apply_corrections(files.candidates, find_corrections(files.candidates)).corrections
        return MergedProperties(files.candidates, log, rejected_rows, files.results, corrections=unused)
    sources = files.candidates.select(SOURCE_COLUMNS)
    rejected = _load_rejected(files, sources)
    located = locate_rows(pl.concat([sources, rejected.select(SOURCE_COLUMNS)]), clusters)
    snapshots = find_snapshots((result.record for result in files.results if result.success), located)
    candidates = files.candidates.with_columns(pl.int_range(pl.len()).alias(ROW))
    matched = MatchedRows(candidates, rejected, clusters, located, snapshots, files.tables, find_corrections)
    matched, corrected = promote_corrected(matched, rejected_rows, config, criteria)
    merged = merge_rows(matched, config, criteria)
    outcome = add_promoted_outcome(merged.outcome, matched.promoted, corrected)
    shown = show_corrected(add_rejected_ids(rejected_rows, clusters, sources.height), corrected, sources.height)
    statuses = pl.concat([pl.repeat(str(RowStatus.CANDIDATE), sources.height, eager=True), rejected[STATUS]])
    old = statuses.gather(outcome[ROW]).alias("old")
    moves = outcome.select(located["file"].gather(outcome[ROW]), old, pl.col(STATUS).alias("new"))
    return MergedProperties(
        merged.survivors,
        merged.merge_log,
        _update_rejected(shown, files, sources.height, outcome),
        count_removed_rows(move_rows(files.results, moves), merged.merge_log),
        merged.possible_duplicates,
        snapshots,
        merged.property_sources,
        merged.filtered_out,
        tuple(map(str, clusters.decided.contradictions)),
        merged.corrections,
        merged.source_rows,
    )


def locate_rows(rows: pl.DataFrame, clusters: Clusters) -> pl.DataFrame:
    """Return `file`, `number` and `cluster` of each row; `rows` have SOURCE_COLUMNS, in the order in which they were matched."""
    return rows.select(
        pl.col(_FILE).alias("file"), pl.col(_NUMBER).alias("number"), pl.lit(clusters.cluster_ids).alias("cluster")
    )


def _load_rejected(files: ClassifiedFiles, candidates: pl.DataFrame) -> pl.DataFrame:
    """Return what merging reads of the rejected rows, with their positions among the matched rows, after the candidates."""
    columns = [name for name in REJECTED_COLUMNS if name in files.rejected.columns]
    if not columns:
        return pl.DataFrame(
            schema={**candidates.schema, "Flex Score": pl.Float64, POSITION: pl.UInt32, ROW: pl.Int64, STATUS: pl.String}
        )
    positions = (pl.int_range(pl.len()) + candidates.height).alias(ROW)
    return files.rejected.select(columns).with_columns(positions)


def _update_rejected(rejected_rows: pl.DataFrame, files: ClassifiedFiles, count: int, outcome: pl.DataFrame) -> pl.DataFrame:
    """Return the rejected rows with the new outcome of some, and with the candidates that merging dropped.

    Args:
        rejected_rows: The rows that classification rejected, which were matched after the candidates.
        files: The classified files.
        count: The number of candidates.
        outcome: `ROW`, status, reasons and whether to verify, of each row whose status changed.

    """
    if outcome.is_empty():
        return rejected_rows
    dropped, changed = outcome.filter(pl.col(ROW) < count), outcome.filter(pl.col(ROW) >= count)
    candidates = files.candidates[dropped[ROW]] if dropped.height else pl.DataFrame()
    added = select_rejected(candidates.with_columns(dropped.select(OUTCOME)))
    if rejected_rows.width:
        at = changed[ROW] - count
        updated = [rejected_rows[name].clone().scatter(at, changed[name]) for name in OUTCOME]
        rejected_rows = rejected_rows.with_columns(updated).filter(pl.col(STATUS) != RowStatus.CANDIDATE)
    parts = [part for part in (rejected_rows, added) if part.height]
    return pl.concat(parts, how="diagonal_relaxed").sort(SOURCE_COLUMNS) if parts else rejected_rows
