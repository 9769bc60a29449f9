"""Write a result in every configured format."""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from flexscout.config import PipelineConfiguration
from flexscout.domain import OUTPUT_COLUMNS, is_score_column, join_some, list_canonical_columns
from flexscout.errors import OutputError
from flexscout.outputs.files.layout import Sheet
from flexscout.outputs.files.property_sheets import describe_unlinked_rows
from flexscout.outputs.files.sheets import build_sheets, choose_number_formats
from flexscout.outputs.files.table_files import add_reason_texts, write_csv, write_parquet, write_report
from flexscout.outputs.files.xlsx_writer import write_workbook
from flexscout.outputs.results import ResultTables
from flexscout.outputs.transaction import OutputTransaction
from flexscout.runtime import compute_checksum

_TEXTS = tuple(column.name for column in list_canonical_columns() if column.type in ("text", "state", "zip"))

logger = logging.getLogger("flexscout.outputs")


def check_suffix(path: Path, suffixes: Collection[str]) -> None:
    """Raise OutputError if the path has none of these suffixes."""
    if path.suffix.lower() not in suffixes:
        formats = join_some(list(suffixes), len(suffixes), last=" or ")
        raise OutputError(f"Can't write {path.name}: its suffix is not a supported format.", f"Use {formats}.")


def write_by_suffix(path: Path, writers: Mapping[str, Callable[[Path], object]]) -> Path:
    """Write a file in the format of its suffix; an existing file is kept as `NAME.bak`.

    Args:
        path: The file to write.
        writers: Suffix -> function that writes the content in that format to the path it is given.

    Returns:
        The path that was written.

    Raises:
        OutputError: The suffix is unknown, or the file can't be written.

    """
    check_suffix(path, writers)
    with OutputTransaction() as outputs:
        writers[path.suffix.lower()](outputs.stage(path))
        return outputs.commit()[0]


def export_tables(
    tables: Mapping[str, pl.DataFrame], path: Path, bars: str = "", report: Mapping[str, Any] | None = None
) -> Path:
    """Write tables in the format of the path's suffix.

    Args:
        tables: Sheet name -> table. A workbook (.xlsx) holds all of them; .csv and .parquet hold the first.
        path: The file to write.
        bars: The column that gets data bars in a workbook.
        report: The content of a .json file.

    Returns:
        The path that was written.

    Raises:
        OutputError: The suffix is unknown, or the file can't be written.

    """

    def write_sheets(staged: Path) -> None:
        sheets = [Sheet(name, table, choose_number_formats(table.columns), _TEXTS, bars) for name, table in tables.items()]
        for message in write_workbook(sheets, staged):
            logger.warning("%s", message)

    first = next(iter(tables.values()))
    writers: dict[str, Callable[[Path], None]] = {
        ".xlsx": write_sheets,
        ".csv": partial(write_csv, first),
        ".parquet": partial(write_parquet, first),
    }
    return write_by_suffix(path, writers if report is None else {**writers, ".json": partial(write_report, report)})


def write_tables(
    tables: ResultTables, report: Mapping[str, Any], config: PipelineConfiguration, outputs: OutputTransaction
) -> list[str]:
    """Stage the workbook, its CSV and Parquet copies, the merge log and the issues.

    Returns:
        Messages about values a format can't represent exactly.

    """
    tables = replace(
        tables, master=_select_columns(tables.master, config, tables.user_columns), issues=add_reason_texts(tables.issues)
    )
    workbook, parquet = outputs.stage(Path(config.output_file)), outputs.stage(config.parquet_file)
    log_csv, log_parquet = config.duplicates_files
    # The workbook keeps one core busy; the other files are written on another.
    with ThreadPoolExecutor(max_workers=1) as executor:
        copies = [
            executor.submit(write_parquet, tables.master, parquet),
            executor.submit(write_csv, tables.issues, outputs.stage(config.issues_file)),
            executor.submit(write_csv, tables.merge_log, outputs.stage(log_csv)),
            executor.submit(write_parquet, tables.merge_log, outputs.stage(log_parquet)),
        ]
        if config.enable_csv_export:
            copies.append(executor.submit(write_csv, tables.master, outputs.stage(config.csv_file)))
        # The checksum tells a later run which list the workbook was written with.
        workbook_messages = write_workbook(build_sheets(tables, report), workbook, lambda: _await_checksum(copies[0], parquet))
        messages = [*workbook_messages, *describe_unlinked_rows(tables.master)]
    for copy in copies:
        copy.result()
    return messages


def write_tables_as_workbook(tables: ResultTables, report: Mapping[str, Any], path: Path) -> None:
    """Write the tables as a workbook, without copies in other formats."""
    issues = add_reason_texts(tables.issues) if tables.issues.width else tables.issues
    write_workbook(build_sheets(replace(tables, issues=issues), report), path)


def _await_checksum(written: Future[None], path: Path) -> str:
    """Return the checksum of a file once it is written."""
    written.result()
    return compute_checksum(path)


def _select_columns(master: pl.DataFrame, config: PipelineConfiguration, user_columns: Sequence[str]) -> pl.DataFrame:
    """Select the columns to write; the user's own come last, so that the others keep their positions for programs."""
    own = [name for name in master.columns if name in user_columns]
    names = [name for name in master.columns if name not in own]
    if config.output_columns != "all":
        standard = {column.name for column in list_canonical_columns()} | set(OUTPUT_COLUMNS)
        names = [name for name in names if name in standard or is_score_column(name)]
    return master.select(*names, *own)
