"""Tables in the format that a file's name asks for."""

import logging
from collections.abc import Callable
from pathlib import Path

import polars as pl

from flexscout.errors import OutputError
from flexscout.export.delimited import write_csv
from flexscout.export.outputs import Outputs
from flexscout.export.parquet import write_parquet
from flexscout.export.sheets import number_formats
from flexscout.export.workbook import Sheet, write_workbook
from flexscout.vocabulary import columns

_TEXTS = tuple(column.name for column in columns() if column.type in ("text", "state", "zip"))
_SINGLE: dict[str, Callable[[pl.DataFrame, Path], None]] = {".csv": write_csv, ".parquet": write_parquet}

logger = logging.getLogger("flexscout.export")


def write_by_suffix(tables: dict[str, pl.DataFrame], path: Path, bars: str = "") -> Path:
    """Write tables by their names: a workbook (.xlsx) holds all of them, .csv and .parquet the first.

    `bars`: the column that the workbook shows with bars. Raises OutputError for any other suffix, or if it can't be written.
    """
    suffix = path.suffix.lower()
    if suffix not in (".xlsx", *_SINGLE):
        raise OutputError(f"{path.name} names no format that can be written.", "End it in .xlsx, .csv or .parquet.")
    with Outputs() as outputs:
        if suffix == ".xlsx":
            _write_workbook(tables, outputs.beside(path), bars)
        else:
            _SINGLE[suffix](next(iter(tables.values())), outputs.beside(path))
        return outputs.commit()[0]


def _write_workbook(tables: dict[str, pl.DataFrame], path: Path, bars: str) -> None:
    sheets = [Sheet(name, table, number_formats(table.columns), _TEXTS, bars) for name, table in tables.items()]
    for note in write_workbook(sheets, path):
        logger.warning("%s", note)
