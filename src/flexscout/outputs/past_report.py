"""The report of a past run, from its record and the tables that the history keeps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from flexscout.domain import escape_names, list_canonical_columns
from flexscout.errors import NothingToReadError
from flexscout.history import RunHistory, RunRecord
from flexscout.merging import MAX_EXPLAINED_ROWS
from flexscout.outputs.branding import load_branding
from flexscout.outputs.comparisons import add_comparisons
from flexscout.outputs.files import write_by_suffix, write_report, write_tables_as_workbook
from flexscout.outputs.html import render_page
from flexscout.outputs.memo import render_memo
from flexscout.outputs.report import REPORT_FORMAT
from flexscout.outputs.results import PAGE_RECORDS, ResultTables
from flexscout.scoring import Criteria


@dataclass(frozen=True)
class ReportContent:
    """What a report shows.

    Attributes:
        report: Content of `pipeline_summary.json`.
        messages: Sentences for the user.
        tables: The ranked list with its explanations, and the other tables if they are known.
        page_tables: The tables for the page, if more is known of the properties on it.

    """

    report: Mapping[str, Any]
    messages: Sequence[str]
    tables: ResultTables
    page_tables: ResultTables | None = None

    def write(self, path: Path) -> Path:
        """Write JSON, HTML, a workbook or a memo, depending on the suffix, and return the path. Raises OutputError."""
        writers: dict[str, Callable[[Path], None]] = {
            ".json": partial(write_report, self.report),
            ".html": self._write_page,
            ".xlsx": partial(write_tables_as_workbook, self.tables, self.report),
            ".pdf": self._write_memo,
        }
        return write_by_suffix(path, writers)

    def _write_memo(self, path: Path) -> None:
        path.write_bytes(render_memo(self.tables, self.report, load_branding(self.report["settings"])))

    def _write_page(self, path: Path) -> None:
        render_page(self.report, self.page_tables or self.tables).write(path, self.report, self.messages)


def load_report_content(history: RunHistory, record: RunRecord) -> ReportContent:
    """Load the report content of a past run, without reading its input files.

    Raises:
        NothingToReadError: The list of the run is no longer kept, or another version of flexscout wrote the report.

    """
    if record.report["format"] != REPORT_FORMAT:
        raise NothingToReadError(
            f"Run {record.number} was made by flexscout {record.report['flexscout']}, which has another report format.",
            "Open the files that it wrote, or make new ones with `flexscout run`.",
        )
    has_results = record.report["statistics"]["successful_files"]
    master = escape_names(pl.read_parquet(history.require_result(record))) if has_results else pl.DataFrame()
    columns = tuple(record.report["notes"].get("columns", record.settings.user_columns))
    criteria = Criteria.from_record(record.settings, record.report["profile"], record.begun)
    canonical = {column.name for column in list_canonical_columns()}
    has_all_columns = record.settings.output_columns == "all" or set(criteria.profile.columns) <= canonical
    explained = criteria.explain(master.head(MAX_EXPLAINED_ROWS) if has_all_columns else master.clear())
    tables = ResultTables(
        add_comparisons(master, columns),
        explanations=explained["Explanation"].to_list(),
        reasons=explained["Reasons"].to_list(),
        user_columns=columns,
    )
    merge_log, changes, source_rows = (history.read_table(record, name) for name in PAGE_RECORDS)
    merge_log = pl.DataFrame() if merge_log is None else merge_log
    page_tables = replace(tables, merge_log=merge_log, changes=changes, source_rows=source_rows)
    return ReportContent(record.report, record.messages, tables, page_tables)
