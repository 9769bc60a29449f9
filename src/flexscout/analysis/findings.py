"""A report with the tables that it tells of, as each of the files that a run makes of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from flexscout.classification import Criteria
from flexscout.errors import NothingToReadError, OutputError
from flexscout.export import Outputs, Tables, write_report, write_tables_as_workbook
from flexscout.history import RunBook, RunRecord
from flexscout.page import ROWS, draw_page
from flexscout.reporting import FORMAT
from flexscout.vocabulary import columns, escape_names

_FORMATS = (".json", ".html", ".xlsx")


@dataclass(frozen=True)
class Findings:
    """What is known of a run, or of what a notebook has put together.

    `report`: the content of `pipeline_summary.json`; `messages`: what a person should know, in sentences; `tables`: the list with
    its explanations, and the other tables where these are known.
    """

    report: Mapping[str, Any]
    messages: Sequence[str]
    tables: Tables

    def write(self, path: Path) -> Path:
        """Write the report, the page or the workbook, as the path ends; gives the path. Raises OutputError."""
        suffix = path.suffix.lower()
        if suffix not in _FORMATS:
            formats = f"{', '.join(_FORMATS[:-1])} or {_FORMATS[-1]}"
            raise OutputError(f"{path.name} names no format that a report can be written in.", f"End it in {formats}.")
        with Outputs() as outputs:
            self._write(suffix, outputs.beside(path))
            return outputs.commit()[0]

    def _write(self, suffix: str, path: Path) -> None:
        if suffix == ".json":
            write_report(self.report, path)
        elif suffix == ".html":
            page = draw_page(self.report, self.tables.master, self.tables.explanations)
            page.write(path, self.report, self.messages)
        else:
            write_tables_as_workbook(self.tables, self.report, path)


def findings_of(book: RunBook, record: RunRecord) -> Findings:
    """The findings of a past run: its list is read, and nothing else.

    Raises NothingToReadError if that is not kept any more, or another version of flexscout made the report.
    """
    if record.report["format"] != FORMAT:
        raise NothingToReadError(
            f"Run {record.number} was of flexscout {record.report['flexscout']}, whose reports have another format.",
            "The files that it wrote still tell; `flexscout run` makes new ones.",
        )
    found = record.report["statistics"]["successful_files"]
    master = escape_names(pl.read_parquet(book.kept_result(record))) if found else pl.DataFrame()
    tables = Tables(master, explanations=_explanations(master, record), own=record.settings.user_columns)
    return Findings(record.report, record.messages, tables)


def _explanations(master: pl.DataFrame, record: RunRecord) -> list[str]:
    criteria = Criteria.recorded(record.settings, record.report["profile"], record.begun)
    standard = {column.name for column in columns()}
    whole = record.settings.output_columns == "all" or set(criteria.profile.columns) <= standard
    return criteria.explain(master.head(ROWS)) if whole else []
