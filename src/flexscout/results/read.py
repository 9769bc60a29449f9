"""The master table of a result, typed as it was."""

from collections.abc import Callable
from pathlib import Path

import polars as pl

from flexscout.errors import DataFormatError, as_processing_error
from flexscout.export.delimited import unquote_formulas
from flexscout.model import SCORE_COLUMNS, SOURCE_COLUMNS, is_score_number
from flexscout.reading.workbook import guarded
from flexscout.results.sheets import ResultSheet, read_result_sheets
from flexscout.vocabulary import columns, escape_name, escape_names

MASTER_SHEET, SCORE = "Flex Properties", SCORE_COLUMNS[0]
"""The sheet with the list, and a column that only a result has."""

_PARQUET = b"PAR1"
_YES_NO = {"yes": True, "true": True, "no": False, "false": False}
_TEXTS = ("text", "state", "zip")


def read_result(path: Path) -> pl.DataFrame:
    """The master table that a run wrote as workbook, CSV or Parquet, whatever the file is called; its order is the ranking.

    Canonical columns and scores have their types, but for one with a value that is not of it, which stays text; the others are
    text unless the file says otherwise. Raises ProcessingError if it is no result, or can't be read.
    """
    is_parquet = _starts_with(path, _PARQUET)
    table = escape_names(guarded(path, lambda: pl.read_parquet(path))) if is_parquet else _of_texts(path)
    if table.width and SCORE not in table.columns:
        raise DataFormatError.no_result(path.name, f"it has no column {SCORE}")
    return table


def _starts_with(path: Path, start: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(start)) == start
    except OSError as error:
        raise as_processing_error(path, error) from error


def _of_texts(path: Path) -> pl.DataFrame:
    try:
        sheets = read_result_sheets(path, [MASTER_SHEET], [SCORE])
    except DataFormatError as error:
        if error.code in ("no_result", "damaged", "password_protected"):
            raise
        # What can't be a table can't be a result either: that it is no export is of no interest here.
        raise DataFormatError.no_result(path.name, error.message.replace(path.name, "it", 1).removesuffix(".")) from None
    tables = [_named(sheet) for sheet in sheets]
    return _typed(pl.concat(tables, how="diagonal")) if tables else pl.DataFrame()


def _named(sheet: ResultSheet) -> pl.DataFrame:
    """The rows that hold anything, under their headers; of equal headers the first."""
    names: dict[str, str] = {}
    for i, header in enumerate(sheet.headers):
        if header:
            names.setdefault(header.strip().removeprefix("'"), str(i))
    filled = sheet.cells.filter(pl.any_horizontal(pl.all().is_not_null()))
    return filled.select(unquote_formulas(pl.col(position)).alias(escape_name(name)) for name, position in names.items())


def _typed(table: pl.DataFrame) -> pl.DataFrame:
    """Each column by its type, if all its texts are of it."""
    kinds = {column.name: column.type for column in columns()}
    types = {name: _conversion(kinds.get(name, ""), name) for name in table.columns}
    typed = table.select(convert(pl.col(name)) for name, convert in types.items() if convert)
    return table.with_columns(values for values in typed if values.null_count() == table[values.name].null_count())


def _conversion(kind: str, name: str) -> Callable[[pl.Expr], pl.Expr] | None:
    if kind == "date":
        return lambda text: text.str.replace(" 00:00:00", "", literal=True).str.to_date("%Y-%m-%d", strict=False)
    if kind == "flag":
        return lambda text: text.str.to_lowercase().replace_strict(_YES_NO, default=None, return_dtype=pl.Boolean)
    if name == SOURCE_COLUMNS[2]:
        return lambda text: text.cast(pl.Int64, strict=False)
    is_number = is_score_number(name) or (kind and kind not in _TEXTS)
    return (lambda text: text.cast(pl.Float64, strict=False)) if is_number else None
