"""A past run once more, from the tables that it left: every row, judged and linked as it was then."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
import polars.selectors as cs

from flexscout.config import PipelineConfiguration
from flexscout.domain import SOURCE_COLUMNS, STATUS, join_some
from flexscout.errors import FlexscoutError
from flexscout.history import RunHistory, RunRecord
from flexscout.ingest import FileIngestor, Scan, build_source_file, scan_folder
from flexscout.matching import Clusters, assign_property_ids
from flexscout.merging import ROW, MergedProperties, match_properties, match_rows, merge_properties
from flexscout.models import FileRecord, FileStatus, RowStatus, SourceFile
from flexscout.runtime import NoProgress, TableCache, hash_reading_code, open_table_cache
from flexscout.scoring import ClassifiedFiles, Criteria, score_files, select_match_columns

_NAMED = 3  # files in a sentence


class FileChange(StrEnum):
    """What became of a file since the run."""

    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True)
class InputFile:
    """A file as the run read it, and what became of it; of one that is not the same any more only name and hash are known."""

    source: SourceFile
    since: FileChange


def find_inputs(report: Mapping[str, Any], config: PipelineConfiguration) -> tuple[tuple[InputFile, ...], tuple[str, ...]]:
    """The files that a run could read, by its report; and the names of those that have come since."""
    now = _found(config)
    sources = {source.name: source for source in now.sources}
    entries = {entry["file"]: entry for entry in report["files"]}
    read = [entry for entry in entries.values() if entry["status"] == FileStatus.OK]
    new = tuple(name for name in sources if name not in entries)
    return tuple(_input(entry, sources, Path(config.input_folder)) for entry in read), new


def describe_inputs(inputs: Iterable[InputFile], new: Iterable[str], run: int, folder: Path) -> list[str]:
    """What a person should know of them, in sentences; `folder`: that they were in."""
    if not folder.is_dir():
        return [f"The folder {folder}, which run {run} read, is not to be seen from {Path.cwd()}: this tells of what it read."]
    by_fate = {since: [one.source.name for one in inputs if one.since is since] for since in FileChange}
    said = [
        (f"{list_some(by_fate[FileChange.CHANGED])} another file than in run {run}", "this tells of what it read"),
        (f"{list_some(by_fate[FileChange.GONE])} gone since run {run}", "this tells of what it read"),
        (f"{list_some(list(new))} new since run {run}", "nothing of it is in this"),
    ]
    names = (by_fate[FileChange.CHANGED], by_fate[FileChange.GONE], list(new))
    return [f"{what}: {so}." for (what, so), those in zip(said, names, strict=True) if those]


def _found(config: PipelineConfiguration) -> Scan:
    """The folder as it is now; nothing, if it is gone."""
    try:
        return scan_folder(Path(config.input_folder), config.file_pattern, recursive=config.recursive_scan, own=config.own_files)
    except (FlexscoutError, OSError):
        return Scan((), (), ())


def _input(entry: Mapping[str, Any], sources: Mapping[str, SourceFile], folder: Path) -> InputFile:
    name, hashed = entry["file"], entry["fingerprint"]
    there = sources.get(name) or _at(folder / name, name)
    if there and there.fingerprint == hashed:
        return InputFile(there, FileChange.SAME)
    return InputFile(SourceFile(folder / name, name, 0, 0.0, hashed), FileChange.CHANGED if there else FileChange.GONE)


def _at(path: Path, name: str) -> SourceFile | None:
    """A file that the scan leaves out today, such as the copy of another."""
    try:
        return build_source_file(path, name)
    except OSError:
        return None


def list_some(names: list[str]) -> str:
    """`a.xlsx is`, `a.xlsx, b.xlsx, c.xlsx and 2 more are`."""
    return f"{join_some(names, _NAMED)} {'is' if len(names) == 1 else 'are'}"


PROPERTY, RANK, AT = "__property", "__rank", "__at"
"""Working columns: what is equal in the rows of one property; its place on the list, from 1; where a row stands among all."""

_PLACED = [*SOURCE_COLUMNS, "Flex Score"]


@dataclass(frozen=True)
class ReplayedRun:
    """A run as it was.

    `files`: its rows, classified; `ranking`: its list; `inputs`: what became of each file, by name; `kept`: its list as the run
    kept it, None if it did not; `remarks`: what a person should know before believing this, in sentences.
    """

    record: RunRecord
    config: PipelineConfiguration
    criteria: Criteria
    files: ClassifiedFiles
    matched: Clusters | None
    ranking: MergedProperties
    inputs: Mapping[str, InputFile]
    kept: pl.DataFrame | None
    remarks: tuple[str, ...]

    @cached_property
    def records(self) -> dict[str, FileRecord]:
        """What was found in each file, by name."""
        return {result.record.source.name: result.record for result in self.files.results}

    @cached_property
    def rows(self) -> pl.DataFrame:
        """Every property row with STATUS, PROPERTY, AT, and RANK where it speaks for its property."""
        candidates = self.files.candidates.with_columns(pl.lit(str(RowStatus.CANDIDATE)).alias(STATUS))
        parts = [part for part in (candidates, self.files.rejected) if part.width]
        if not parts:
            return pl.DataFrame()
        together = pl.concat(parts, how="diagonal_relaxed").with_columns(pl.int_range(pl.len()).alias(AT))
        alone = not self.config.enable_deduplication
        numbered = together.with_columns((pl.col(AT) if alone else self.clusters.cluster_ids).alias(PROPERTY))
        return numbered.join(self._ranks, on=AT, how="left", maintain_order="left")

    @cached_property
    def clusters(self) -> Any:
        """Which of the rows are one property."""
        if self.matched:
            return self.matched
        return match_rows(select_match_columns(self.files.spilled_rejected, self.config.duplicate_fields), self.config)

    @property
    def _ranks(self) -> pl.DataFrame:
        survivors = self.ranking.survivors
        if ROW not in survivors.columns:
            return pl.DataFrame(schema={AT: pl.Int64, RANK: pl.Int64, "Property ID": pl.String})
        ranks = survivors.with_row_index(RANK, offset=1)
        return ranks.select(pl.col(ROW).cast(pl.Int64).alias(AT), pl.col(RANK).cast(pl.Int64), "Property ID")

    def would_be_called(self, rows: pl.DataFrame) -> pl.Series:
        """The Property IDs of rows that are not on the list, if they were."""
        return assign_property_ids(self.clusters.identity_keys.gather(rows[AT]), rows)


@contextmanager
def replay(book: RunHistory, record: RunRecord) -> Iterator[ReplayedRun]:
    """The run of the record; no export is read of which the tables are still known. The tables stay as long as the context.

    Raises ConfigurationError if its mapping file is gone, or its profile is none that this flexscout knows.
    """
    config = record.settings.model_copy(update={"reuse": True, "progress_reporting": False})
    criteria = Criteria.from_record(config, record.report["profile"], record.begun)
    ingestor = FileIngestor.for_criteria(config, criteria.profile.eligibility)
    inputs, new = find_inputs(record.report, config)
    with open_table_cache(config.cache_folder, hash_reading_code()) as tables:
        there, lost = _readable(inputs, tables.with_options(ingestor.options))
        batches = ingestor.ingest([one.source for one in there], tables)
        files = score_files(batches, criteria, config.duplicate_fields, NoProgress())
        clusters = match_properties(files, config)
        merged = merge_properties(files, clusters, config, criteria)
        kept = _kept(book.find_result(record), config)
        then = describe_inputs(inputs, new, record.number, Path(config.input_folder))
        remarks = (*then, *_failed(record), *_lost(lost, record), *_differs(merged, kept, record))
        by_name = {one.source.name: one for one in inputs}
        yield ReplayedRun(record, config, criteria, files, clusters, merged, by_name, kept, remarks)


def _kept(result: Path | None, config: PipelineConfiguration) -> pl.DataFrame | None:
    """Of the list that a run kept, where each row comes from and what a person typed; None if it is not kept."""
    wanted = cs.by_name(*_PLACED, "Property ID", *config.user_columns, require_all=False)
    return pl.scan_parquet(result).select(wanted).collect() if result else None


def _readable(inputs: tuple[InputFile, ...], tables: TableCache) -> tuple[list[InputFile], list[InputFile]]:
    """The inputs whose tables are known or can be made again, and the others."""
    lost = [one for one in inputs if one.since is not FileChange.SAME and tables.find(one.source) is None]
    return [one for one in inputs if one not in lost], lost


def _lost(lost: list[InputFile], record: RunRecord) -> list[str]:
    if not lost:
        return []
    names = ", ".join(one.source.name for one in lost)
    return [f"What run {record.number} read of {names} is not kept any more: those rows are missing here. Run flexscout again."]


def _failed(record: RunRecord) -> list[str]:
    """That what is asked for may stand in files that could not be read."""
    names = [entry["file"] for entry in record.report["files"] if entry["status"] == FileStatus.FAILED]
    return (
        [f"{list_some(names)} not in this: run {record.number} could not read {'it' if len(names) == 1 else 'them'}."]
        if names
        else []
    )


def _differs(ranking: MergedProperties, kept: pl.DataFrame | None, record: RunRecord) -> list[str]:
    """That the list is another one than the run wrote, if it is."""
    if kept is None:
        return [f"The list of run {record.number} is not kept: whether this tells of exactly that list can't be checked."]
    own, then = (frame.select(cs.by_name(*_PLACED, require_all=False)) for frame in (ranking.survivors, kept))
    if own.equals(then):
        return []
    return [f"This flexscout, or what is left of the inputs, gives another list than run {record.number} wrote. Run it again."]
