"""The result in every format that the settings ask for."""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from flexscout.config import PipelineConfiguration
from flexscout.domain import OUTPUT_COLUMNS, canonical_columns, is_score_column
from flexscout.errors import OutputError
from flexscout.outputs.files.front_sheets import describe_unlinked_rows
from flexscout.outputs.files.sheets import ResultTables, build_sheets, choose_number_formats
from flexscout.outputs.files.table_files import add_reason_texts, write_csv, write_parquet, write_report
from flexscout.outputs.files.xlsx_writer import Sheet, write_workbook
from flexscout.outputs.transaction import OutputTransaction

_TEXTS = tuple(column.name for column in canonical_columns() if column.type in ("text", "state", "zip"))
_SINGLE: dict[str, Callable[[pl.DataFrame, Path], None]] = {".csv": write_csv, ".parquet": write_parquet}

logger = logging.getLogger("flexscout.outputs")


def write_by_suffix(
    tables: Mapping[str, pl.DataFrame], path: Path, bars: str = "", report: Mapping[str, Any] | None = None
) -> Path:
    """Write tables by their names: a workbook (.xlsx) holds all of them, .csv and .parquet the first, .json the report if given.

    `bars`: the column that the workbook shows with bars. Raises OutputError for any other suffix, or if it can't be written.
    """
    suffix = path.suffix.lower()
    known = [".xlsx", *_SINGLE, *([".json"] if report is not None else [])]
    if suffix not in known:
        formats = f"{', '.join(known[:-1])} or {known[-1]}"
        raise OutputError(f"{path.name} names no format that can be written.", f"End it in {formats}.")
    with OutputTransaction() as outputs:
        _write(tables, outputs.stage(path), bars, report or {})
        return outputs.commit()[0]


def _write(tables: Mapping[str, pl.DataFrame], path: Path, bars: str, report: Mapping[str, Any]) -> None:
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        _write_workbook(tables, path, bars)
    elif suffix == ".json":
        write_report(report, path)
    else:
        _SINGLE[suffix](next(iter(tables.values())), path)


def _write_workbook(tables: Mapping[str, pl.DataFrame], path: Path, bars: str) -> None:
    sheets = [Sheet(name, table, choose_number_formats(table.columns), _TEXTS, bars) for name, table in tables.items()]
    for note in write_workbook(sheets, path):
        logger.warning("%s", note)


def write_tables(
    tables: ResultTables, report: Mapping[str, Any], config: PipelineConfiguration, outputs: OutputTransaction
) -> list[str]:
    """Write all but the report to their places beside; gives, in sentences, what a format could not hold."""
    chosen = replace(tables, master=_chosen(tables.master, config), issues=add_reason_texts(tables.issues))
    workbook, parquet = outputs.stage(Path(config.output_file)), outputs.stage(config.parquet_file)
    merge_log_csv, merge_log_parquet = config.duplicates_files
    # The workbook keeps one core busy; its twins are written on another.
    with ThreadPoolExecutor(max_workers=1) as beside:
        twins = [
            beside.submit(write_parquet, chosen.master, parquet),
            beside.submit(write_csv, chosen.issues, outputs.stage(config.issues_file)),
            beside.submit(write_csv, chosen.merge_log, outputs.stage(merge_log_csv)),
            beside.submit(write_parquet, chosen.merge_log, outputs.stage(merge_log_parquet)),
        ]
        if config.enable_csv_export:
            twins.append(beside.submit(write_csv, chosen.master, outputs.stage(config.csv_file)))
        notes = [*write_workbook(build_sheets(chosen, report), workbook), *describe_unlinked_rows(chosen.master)]
    for twin in twins:
        twin.result()
    return notes


def write_tables_as_workbook(tables: ResultTables, report: Mapping[str, Any], path: Path) -> None:
    """Write the workbook alone, of what is known."""
    issues = add_reason_texts(tables.issues) if tables.issues.width else tables.issues
    write_workbook(build_sheets(replace(tables, issues=issues), report), path)


def _chosen(master: pl.DataFrame, config: PipelineConfiguration) -> pl.DataFrame:
    """The columns that are written, the person's own after those of the design, whose places programs know."""
    standard = {column.name for column in canonical_columns()} | set(OUTPUT_COLUMNS)
    own = [name for name in master.columns if name in config.user_columns]
    others = [name for name in master.columns if name not in own]
    kept = [name for name in others if name in standard or is_score_column(name)]
    return master.select(*(others if config.output_columns == "all" else kept), *own)
