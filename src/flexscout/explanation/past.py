"""A past run once more, from the tables that it left: every row, judged and linked as it was then."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
import polars.selectors as cs

from flexscout.classification import Criteria
from flexscout.config import PipelineConfiguration
from flexscout.explanation.inputs import Input, Since, inputs_of, some, told
from flexscout.history import RunBook
from flexscout.history.record import RunRecord
from flexscout.journal import TableCache, reading_version, table_cache
from flexscout.linkage import property_ids
from flexscout.model import SOURCE_COLUMNS, STATUS, FileRecord, FileStatus, RowStatus
from flexscout.processing import ROW, BatchProcessor, Classified, Ranked, gathered, linkable, linked, ranked

PROPERTY, RANK, AT = "__property", "__rank", "__at"
"""Working columns: what is equal in the rows of one property; its place on the list, from 1; where a row stands among all."""

_PLACED = [*SOURCE_COLUMNS, "Flex Score"]


@dataclass(frozen=True)
class Past:
    """A run as it was.

    `files`: its rows, classified; `ranking`: its list; `inputs`: what became of each file, by name; `kept`: its list as the run
    kept it, None if it did not; `remarks`: what a person should know before believing this, in sentences.
    """

    record: RunRecord
    config: PipelineConfiguration
    criteria: Criteria
    files: Classified
    ranking: Ranked
    inputs: Mapping[str, Input]
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
        parts = [part for part in (candidates, self.files.others) if part.width]
        if not parts:
            return pl.DataFrame()
        together = pl.concat(parts, how="diagonal_relaxed").with_columns(pl.int_range(pl.len()).alias(AT))
        alone = not self.config.enable_deduplication
        numbered = together.with_columns((pl.col(AT) if alone else self.groups.numbers).alias(PROPERTY))
        return numbered.join(self._ranks, on=AT, how="left", maintain_order="left")

    @cached_property
    def groups(self) -> Any:
        """Which of the rows are one property."""
        if self.ranking.groups:
            return self.ranking.groups
        return linked(linkable(self.files.shelved_others, self.config.duplicate_fields), self.config)

    @property
    def _ranks(self) -> pl.DataFrame:
        survivors = self.ranking.survivors
        if ROW not in survivors.columns:
            return pl.DataFrame(schema={AT: pl.Int64, RANK: pl.Int64, "Property ID": pl.String})
        ranks = survivors.with_row_index(RANK, offset=1)
        return ranks.select(pl.col(ROW).cast(pl.Int64).alias(AT), pl.col(RANK).cast(pl.Int64), "Property ID")

    def would_be_called(self, rows: pl.DataFrame) -> pl.Series:
        """The Property IDs of rows that are not on the list, if they were."""
        return property_ids(self.groups.identities.gather(rows[AT]), rows)


@contextmanager
def replayed(book: RunBook, record: RunRecord) -> Iterator[Past]:
    """The run of the record; no export is read of which the tables are still known. The tables stay as long as the context.

    Raises ConfigurationError if its mapping file is gone, or its profile is none that this flexscout knows.
    """
    config = record.settings.model_copy(update={"reuse": True, "progress_reporting": False})
    criteria = Criteria.recorded(config, record.report["profile"], record.begun)
    batch = BatchProcessor.judging_by(criteria, config)
    inputs, new = inputs_of(record.report, config)
    with table_cache(config.cache_folder, reading_version()) as tables:
        there, lost = _readable(inputs, tables.depending_on(batch.schema))
        files = gathered([*batch.process([one.source for one in there], tables)])
        ranking = ranked(files, config, criteria)
        kept = _kept(book.intact_result(record), config)
        then = told(inputs, new, record.number, Path(config.input_folder))
        remarks = (*then, *_failed(record), *_lost(lost, record), *_differs(ranking, kept, record))
        by_name = {one.source.name: one for one in inputs}
        yield Past(record, config, criteria, files, ranking, by_name, kept, remarks)


def _kept(result: Path | None, config: PipelineConfiguration) -> pl.DataFrame | None:
    """Of the list that a run kept, where each row comes from and what a person typed; None if it is not kept."""
    wanted = cs.by_name(*_PLACED, "Property ID", *config.user_columns, require_all=False)
    return pl.scan_parquet(result).select(wanted).collect() if result else None


def _readable(inputs: tuple[Input, ...], tables: TableCache) -> tuple[list[Input], list[Input]]:
    """The inputs whose tables are known or can be made again, and the others."""
    lost = [one for one in inputs if one.since is not Since.SAME and tables.find(one.source) is None]
    return [one for one in inputs if one not in lost], lost


def _lost(lost: list[Input], record: RunRecord) -> list[str]:
    if not lost:
        return []
    names = ", ".join(one.source.name for one in lost)
    return [f"What run {record.number} read of {names} is not kept any more: those rows are missing here. Run flexscout again."]


def _failed(record: RunRecord) -> list[str]:
    """That what is asked for may stand in files that could not be read."""
    names = [entry["file"] for entry in record.report["files"] if entry["status"] == FileStatus.FAILED]
    return (
        [f"{some(names)} not in this: run {record.number} could not read {'it' if len(names) == 1 else 'them'}."] if names else []
    )


def _differs(ranking: Ranked, kept: pl.DataFrame | None, record: RunRecord) -> list[str]:
    """That the list is another one than the run wrote, if it is."""
    if kept is None:
        return [f"The list of run {record.number} is not kept: whether this tells of exactly that list can't be checked."]
    own, then = (frame.select(cs.by_name(*_PLACED, require_all=False)) for frame in (ranking.survivors, kept))
    if own.equals(then):
        return []
    return [f"This flexscout, or what is left of the inputs, gives another list than run {record.number} wrote. Run it again."]
