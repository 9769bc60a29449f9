"""A past run as its report shows it, from what is kept of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import polars as pl

from flexscout.classification import Criteria
from flexscout.errors import NothingToReadError
from flexscout.history import RunBook, RunRecord
from flexscout.page import ROWS, draw_page
from flexscout.reporting import FORMAT
from flexscout.vocabulary import columns


@dataclass(frozen=True)
class PastRun:
    """A run that is on record.

    `report`: the content of its `pipeline_summary.json`; `messages`: what it said; `master`: its list, without columns where no
    file could be read; `explanations`: why the first of the list scored what they did, empty where the list no longer tells.
    """

    report: Mapping[str, Any]
    messages: list[str]
    master: pl.DataFrame
    explanations: list[str]

    @classmethod
    def of(cls, book: RunBook, record: RunRecord) -> Self:
        """The run of a record; reads its list and nothing else.

        Raises NothingToReadError if that is not kept any more, or another version of flexscout made the report.
        """
        if record.report["format"] != FORMAT:
            raise NothingToReadError(
                f"Run {record.number} was of flexscout {record.report['flexscout']}, whose reports have another format.",
                "The files that it wrote still tell; `flexscout run` makes new ones.",
            )
        found = record.report["statistics"]["successful_files"]
        master = pl.read_parquet(book.kept_result(record)) if found else pl.DataFrame()
        return cls(record.report, record.messages, master, _explanations(master, record))

    def page(self) -> str:
        """The page as the run wrote it."""
        return draw_page(self.report, self.master, self.explanations).html(self.report, self.messages)


def _explanations(master: pl.DataFrame, record: RunRecord) -> list[str]:
    criteria = Criteria.recorded(record.settings, record.report["profile"], record.begun)
    standard = {column.name for column in columns()}
    whole = record.settings.output_columns == "all" or set(criteria.profile.columns) <= standard
    return criteria.explain(master.head(ROWS)) if whole else []
