"""Tables in the format that a file's name asks for."""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from flexscout.errors import OutputError
from flexscout.export.delimited import write_csv
from flexscout.export.outputs import Outputs
from flexscout.export.parquet import write_parquet
from flexscout.export.report import write_report
from flexscout.export.sheets import number_formats
from flexscout.export.workbook import Sheet, write_workbook
from flexscout.vocabulary import columns

_TEXTS = tuple(column.name for column in columns() if column.type in ("text", "state", "zip"))
_SINGLE: dict[str, Callable[[pl.DataFrame, Path], None]] = {".csv": write_csv, ".parquet": write_parquet}

logger = logging.getLogger("flexscout.export")


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
    with Outputs() as outputs:
        _write(tables, outputs.beside(path), bars, report or {})
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
    sheets = [Sheet(name, table, number_formats(table.columns), _TEXTS, bars) for name, table in tables.items()]
    for note in write_workbook(sheets, path):
        logger.warning("%s", note)
