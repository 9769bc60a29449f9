"""Replay a past run from its cached tables: every row, classified and matched as it was then."""

import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeVar

import polars as pl
import polars.selectors as cs

from flexscout.config import PipelineConfiguration, is_address
from flexscout.domain import REASONS, SOURCE_COLUMNS, STATUS, TO_VERIFY, join_some
from flexscout.errors import FlexscoutError, NothingToReadError
from flexscout.history import RunHistory, RunRecord, read_decisions
from flexscout.ingest import AbsentFiles, Download, FileIngestor, Scan, build_source_file, find_input, scan_inputs
from flexscout.matching import DETAIL_COLUMNS, Clusters, Decision, assign_property_ids
from flexscout.merging import CORRECTION_SCHEMA, ROW, MergedProperties, match_properties, match_rows, merge_properties
from flexscout.models import FileRecord, FileStatus, RowStatus, SourceFile
from flexscout.runtime import NoProgress, TableCache, open_table_cache
from flexscout.scoring import MODIFIED, ClassifiedFiles, Criteria, score_files, select_match_columns
from flexscout.staging import stage_known_inputs

_MAX_NAMES = 3  # in a sentence


class FileChange(StrEnum):
    """What happened to a file since the run."""

    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True)
class InputFile:
    """A file as the run read it, and what happened to it since. If it is gone or changed, only its name and hash are known.

    `download` puts it in its place, if it is elsewhere.
    """

    source: SourceFile
    since: FileChange
    download: Download = list


def find_inputs(
    report: Mapping[str, Any], config: PipelineConfiguration, absent: AbsentFiles
) -> tuple[tuple[InputFile, ...], tuple[str, ...]]:
    """Return the files that a run could read, by its report, and the names of files that are new since."""
    sources = {source.name: source for source in _scan_now(config, absent).sources}
    entries = {entry["file"]: entry for entry in report["files"]}
    read = [entry for entry in entries.values() if entry["status"] == FileStatus.OK]
    new = tuple(name for name in sources if name not in entries)
    return tuple(_check_input(entry, sources, config, absent) for entry in read), new


def describe_inputs(inputs: Iterable[InputFile], new: Iterable[str], run: int, folder: str) -> list[str]:
    """Return sentences about what changed in the input folder since the run."""
    if is_address(folder):
        return [f"{folder} of run {run} can't be read. This answer uses what the run read."]
    if not os.path.exists(folder):  # noqa: PTH110 - doesn't raise
        return [f"The input {folder} of run {run} can't be found from {Path.cwd()}. This answer uses what the run read."]
    by_change = {change: [one.source.name for one in inputs if one.since is change] for change in FileChange}
    changed, gone, added = by_change[FileChange.CHANGED], by_change[FileChange.GONE], list(new)
    sentences = [
        (changed, f"{list_some(changed)} different since run {run}. This answer uses what the run read."),
        (gone, f"{list_some(gone)} gone since run {run}. This answer uses what the run read."),
        (added, f"{list_some(added)} new since run {run}, and not part of this answer."),
    ]
    return [sentence for names, sentence in sentences if names]


def _scan_now(config: PipelineConfiguration, absent: AbsentFiles) -> Scan:
    """Scan the folder as it is now; return an empty scan if it is gone."""
    try:
        return scan_inputs(config, known=absent.known)
    except (FlexscoutError, OSError):
        return Scan((), (), ())


def _check_input(
    entry: Mapping[str, Any], sources: Mapping[str, SourceFile], config: PipelineConfiguration, absent: AbsentFiles
) -> InputFile:
    name, hashed = entry["file"], entry["fingerprint"]
    path = find_input(config, name) or Path(config.input_folder) / name
    source = sources.get(name) or absent.known.get(path) or _find_unscanned(path, name)
    if source and source.fingerprint == hashed:
        return InputFile(replace(source, modified=entry.get("modified", source.modified)), FileChange.SAME, absent.download)
    modified = entry.get("modified", 0.0)
    return InputFile(SourceFile(path, name, 0, modified, hashed), FileChange.CHANGED if source else FileChange.GONE)


def _find_unscanned(path: Path, name: str) -> SourceFile | None:
    """Return a file that the scan skips today, for example because it is a copy of another one."""
    try:
        return build_source_file(path, name)
    except OSError:
        return None


def list_some(names: list[str]) -> str:
    """Return `a.xlsx is` or `a.xlsx, b.xlsx, c.xlsx and 2 more are`."""
    return f"{join_some(names, _MAX_NAMES)} {'is' if len(names) == 1 else 'are'}"


PROPERTY, RANK, AT = "__property", "__rank", "__at"
"""Working columns: the cluster of a row; its rank on the list, from 1; its position among all rows."""

T = TypeVar("T")

_LIST_COLUMNS = [*SOURCE_COLUMNS, "Flex Score"]


@dataclass(frozen=True)
class ReplayedRun:
    """A past run, replayed.

    Attributes:
        record: The record of the run.
        config: Its settings.
        criteria: Its criteria.
        files: Its classified rows.
        decisions: The user's decisions as they are now.
        matched: Its clusters, or None if it had no candidates.
        ranking: Its list.
        inputs: What happened to each file since, by name.
        kept: The list as the run published it, or None if it was not kept.
        warnings: Sentences about how this replay may differ from the run.

    """

    record: RunRecord
    config: PipelineConfiguration
    criteria: Criteria
    files: ClassifiedFiles
    decisions: tuple[Decision, ...]
    matched: Clusters | None
    ranking: MergedProperties
    inputs: Mapping[str, InputFile]
    kept: pl.DataFrame | None
    warnings: tuple[str, ...]
    _made: dict[type, Any] = field(default_factory=dict, repr=False)

    def keep(self, kind: type[T]) -> T:
        """Return the only object of a class that lives as long as the replay, such as what was read of its files."""
        made: T = self._made.setdefault(kind, kind())
        return made

    @cached_property
    def records(self) -> dict[str, FileRecord]:
        """The record of each file, by name."""
        return {result.record.source.name: result.record for result in self.files.results}

    @cached_property
    def candidate_count(self) -> int:
        """How many of the rows, which come first, were candidates before merging."""
        return self.files.candidates.height

    @cached_property
    def rows(self) -> pl.DataFrame:
        """Every property row with STATUS, PROPERTY and AT; the surviving rows have a RANK."""
        candidates = self.files.candidates.with_columns(pl.lit(str(RowStatus.CANDIDATE)).alias(STATUS))
        parts = [part for part in (candidates, self.files.rejected) if part.width]
        if not parts:
            return pl.DataFrame()
        rows = self.update_outcome(pl.concat(parts, how="diagonal_relaxed").with_columns(pl.int_range(pl.len()).alias(AT)))
        cluster = self.clusters.cluster_ids if self.config.enable_deduplication else pl.col(AT)
        return rows.with_columns(cluster.alias(PROPERTY)).join(self._ranks, on=AT, how="left", maintain_order="left")

    def update_outcome(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return the rows with the status and reasons that they have after merging, and with the dates that merging compares."""
        columns = [name for name in (STATUS, REASONS, TO_VERIFY) if name in rows.columns]
        rejected = self.ranking.rejected_rows
        if rejected.width:
            changed = rejected.select(*SOURCE_COLUMNS, *(pl.col(name).alias(f"{name} new") for name in columns))
            rows = (
                rows.join(changed, on=SOURCE_COLUMNS, how="left", maintain_order="left")
                .with_columns(pl.coalesce(f"{name} new", name).alias(name) for name in columns)
                .drop(f"{name} new" for name in columns)
            )
        if self.config.snapshots == "all" or MODIFIED not in rows.columns:
            return rows
        dates = self.ranking.snapshots.select(pl.col("file").alias(SOURCE_COLUMNS[0]), "seconds")
        dated = rows.join(dates, on=SOURCE_COLUMNS[0], how="left", maintain_order="left")
        return dated.with_columns(pl.coalesce("seconds", MODIFIED).alias(MODIFIED)).drop("seconds")

    @cached_property
    def clusters(self) -> Any:
        """The clusters of all rows, also without candidates."""
        if self.matched:
            return self.matched
        columns = (*self.config.duplicate_fields, *DETAIL_COLUMNS)
        return match_rows(select_match_columns(self.files.rejected, columns), self.config, self.decisions)

    @cached_property
    def is_exact(self) -> bool:
        """Whether every file was there, and the list is the one that the run published, as far as that is known."""
        if not self.inputs.keys() <= self.records.keys():
            return False
        if self.kept is not None:
            return _is_published(self.ranking, self.kept, self.record)
        statistics, scores = self.record.report["statistics"], self.ranking.survivors["Flex Score"]
        mean = scores.mean() if scores.len() else 0.0
        is_equal = math.isclose(mean, statistics["average_flex_score"], abs_tol=1e-6)  # type: ignore[arg-type]
        return scores.len() == statistics["unique_flex_properties"] and is_equal

    @property
    def _ranks(self) -> pl.DataFrame:
        survivors = self.ranking.survivors
        if ROW not in survivors.columns:
            return pl.DataFrame(schema={AT: pl.Int64, RANK: pl.Int64, "Property ID": pl.String})
        ranks = survivors.with_row_index(RANK, offset=1)
        return ranks.select(pl.col(ROW).cast(pl.Int64).alias(AT), pl.col(RANK).cast(pl.Int64), "Property ID")

    def assign_ids(self, rows: pl.DataFrame) -> pl.Series:
        """Return the property IDs that rows would have on the list."""
        return assign_property_ids(self.clusters.identify(rows[AT]), rows)


@contextmanager
def replay(history: RunHistory, record: RunRecord) -> Iterator[ReplayedRun]:
    """Replay a run. Files with cached tables are not read again; the tables live as long as the context.

    Raises:
        ConfigurationError: The mapping file of the run is gone, or this version doesn't know its profile.

    """
    here = {"reuse": True, "progress_reporting": False, "output_file": str(history.workbook)}
    copied, absent = _copy_inputs(record.settings)
    config = _locate_inputs(copied, history.workbook).model_copy(update=here)
    decisions = read_decisions(config.decisions_file).decisions
    criteria = Criteria.from_record(config, record.report["profile"], record.begun)
    ingestor = FileIngestor.for_criteria(config, criteria.profile.eligibility)
    inputs, new = find_inputs(record.report, config, absent)
    with open_table_cache(config) as cache:
        available, lost = _split_inputs(inputs, ingestor, cache)
        unreachable: list[SourceFile] = []
        download = partial(_download_reachable, absent, unreachable)
        batches = ingestor.ingest([one.source for one in available], cache, download)
        files = score_files(batches, criteria, config.duplicate_fields, NoProgress())
        clusters = match_properties(files, config, decisions)
        corrections = list_corrections(record)
        merged = merge_properties(files, clusters, config, criteria, lambda _: corrections)
        user_columns = record.report["notes"].get("columns", config.user_columns)
        kept = _read_published(history.find_result(record), user_columns)
        changes = describe_inputs(inputs, new, record.number, config.input_folder)
        warnings = (
            *changes,
            *_describe_failed(record),
            *_describe_lost([*(one.source for one in lost), *unreachable], record),
            *_describe_difference(merged, kept, record),
        )
        by_name = {one.source.name: one for one in inputs}
        yield ReplayedRun(record, config, criteria, files, decisions, clusters, merged, by_name, kept, warnings)


def _copy_inputs(config: PipelineConfiguration) -> tuple[PipelineConfiguration, AbsentFiles]:
    """Return the settings with inputs in object storage copied here; if they can't be, the answer uses what the run read."""
    try:
        return stage_known_inputs(config)
    except FlexscoutError:
        return config, AbsentFiles()


def _locate_inputs(config: PipelineConfiguration, workbook: Path) -> PipelineConfiguration:
    """Return the settings of a run with its inputs as they are found from the current folder.

    Relative paths that don't exist from here count from where the run was: the folder from which its settings name the workbook.
    """
    parts, found = Path(config.output_file).parts, Path(os.path.abspath(workbook)).parts  # noqa: PTH100 - links stay
    there = Path(*found[: -len(parts)]) if found[-len(parts) :] == parts != found else Path()

    def locate(path: str) -> str:
        return str(there / path) if path and not os.path.exists(path) and os.path.exists(there / path) else path  # noqa: PTH110

    mapping = locate(config.mapping) if isinstance(config.mapping, str) else tuple(map(locate, config.mapping))
    more = tuple(map(locate, config.more_inputs))
    places = {"input_folder": locate(config.input_folder), "code_tables": locate(config.code_tables)}
    return config.model_copy(update={**places, "more_inputs": more, "mapping": mapping})


def list_corrections(record: RunRecord) -> pl.DataFrame:
    """Return the user's corrections that a run applied, by the property IDs of that run."""
    corrected = record.report["notes"].get("corrected", [])
    return pl.DataFrame([{name: one.get(name) for name in CORRECTION_SCHEMA} for one in corrected], schema=CORRECTION_SCHEMA)


def _read_published(result: Path | None, user_columns: Sequence[str]) -> pl.DataFrame | None:
    """Return sources, scores, IDs and user columns of the published list, or None if it was not kept."""
    wanted = cs.by_name(*_LIST_COLUMNS, "Property ID", *user_columns, require_all=False)
    return pl.scan_parquet(result).select(wanted).collect() if result else None


def _split_inputs(
    inputs: tuple[InputFile, ...], ingestor: FileIngestor, cache: TableCache
) -> tuple[list[InputFile], list[InputFile]]:
    """Return the inputs that are cached or can be read again, and the lost ones."""
    lost = [one for one in inputs if one.since is not FileChange.SAME and ingestor.find_cached(one.source, cache) is None]
    return [one for one in inputs if one not in lost], lost


def _download_reachable(absent: AbsentFiles, unreachable: list[SourceFile], sources: Sequence[SourceFile]) -> list[SourceFile]:
    """Download files that have to be read; if some can't be, return those that are here, and list the others as unreachable."""
    try:
        return absent.download(sources)
    except NothingToReadError:
        found = {one.name: _find_unscanned(one.path, one.name) for one in sources}
        here = {name: now.fingerprint for name, now in found.items() if now}
        unreachable += [one for one in sources if here.get(one.name) != one.fingerprint]
        return [one for one in sources if here.get(one.name) == one.fingerprint]


def _describe_lost(lost: list[SourceFile], record: RunRecord) -> list[str]:
    if not lost:
        return []
    names = join_some([one.name for one in lost], _MAX_NAMES)
    rows = f"the rows that run {record.number} read there are missing"
    return [f"The tables of {names} are no longer cached, so {rows}. Run flexscout again."]


def _describe_failed(record: RunRecord) -> list[str]:
    names = [entry["file"] for entry in record.report["files"] if entry["status"] == FileStatus.FAILED]
    them = "it" if len(names) == 1 else "them"
    return [f"{list_some(names)} not part of this answer: run {record.number} could not read {them}."] if names else []


def _describe_difference(ranking: MergedProperties, kept: pl.DataFrame | None, record: RunRecord) -> list[str]:
    if kept is None:
        return [f"The list of run {record.number} was not kept, so this answer can't be checked against it."]
    if _is_published(ranking, kept, record):
        return []
    return [f"The replayed list differs from the one that run {record.number} published. Run flexscout again."]


def _is_published(ranking: MergedProperties, kept: pl.DataFrame, record: RunRecord) -> bool:
    """Return whether the replayed list is the one that the run published."""
    listed = ranking.survivors
    if record.report["notes"].get("hidden"):  # properties that the user rejected
        listed = listed.join(kept, on="Property ID", how="semi", maintain_order="left")
    replayed, published = (frame.select(cs.by_name(*_LIST_COLUMNS, require_all=False)) for frame in (listed, kept))
    return replayed.equals(published)
