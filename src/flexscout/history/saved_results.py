"""The master table of a result, typed as it was."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from flexscout.domain import (
    SCORE_COLUMNS,
    SOURCE_COLUMNS,
    canonical_columns,
    escape_name,
    escape_names,
    is_score_number,
    unquote_formulas,
)
from flexscout.error_codes import ErrorCode
from flexscout.errors import DataFormatError, to_processing_error
from flexscout.ingest import FileType, collect_cells, detect_file_type, read_named_sheets, read_workbook, translate_reader_errors

_WORKBOOKS = {FileType.XLSX, FileType.XLSB, FileType.XLS, FileType.ODS}
_SEARCHED = 25  # rows in which the header stands, if a person put some above it


@dataclass(frozen=True)
class ResultSheet:
    """A sheet below its header.

    `headers`: the texts of its header, by position, null where there is none; `cells`: text, columns named by position, null
    where empty; `row`: of the first of them, as Excel numbers it.
    """

    name: str
    headers: tuple[str | None, ...]
    cells: pl.DataFrame
    row: int

    def positions(self, name: str) -> list[str]:
        """The columns under a header, whatever its case and spaces."""
        return [str(i) for i, header in enumerate(self.headers) if header and _folded(header) == _folded(name)]


def read_result_sheets(path: Path, names: Collection[str], known: Collection[str], *, required: bool = True) -> list[ResultSheet]:
    """The sheets of these names and those in which they go on (`Flex Properties (2)`), but for empty ones; of a CSV the only one.

    `known`: columns of which a header has at least one; `required`: whether there has to be such a sheet. Raises ProcessingError
    if there is none, one has no such header, or anything can't be read.
    """
    try:
        with translate_reader_errors(path):
            kind = detect_file_type(path)
        cells = _cells(path, kind, _is_one_of(names), required=required)
    except OSError as error:
        raise to_processing_error(path, error) from error
    return [_below_header(path, name, sheet, known) for name, sheet in cells.items() if sheet.height]


def _cells(path: Path, kind: FileType, wanted: Callable[[str], bool], *, required: bool) -> dict[str, pl.DataFrame]:
    if kind not in _WORKBOOKS:
        return {sheet.name: collect_cells(sheet.cells) for sheet in read_workbook(path).sheets}
    found = read_named_sheets(path, kind, wanted)
    if required and not any(map(wanted, found)):
        raise DataFormatError.not_a_result(path.name, f"its sheets are {', '.join(found)}")
    return found


def _is_one_of(names: Collection[str]) -> Callable[[str], bool]:
    pattern = re.compile(rf"({'|'.join(map(re.escape, names))})( \(\d+\))?", re.IGNORECASE)
    return lambda name: bool(pattern.fullmatch(name.strip()))


def _below_header(path: Path, name: str, cells: pl.DataFrame, known: Collection[str]) -> ResultSheet:
    folded = [_folded(column) for column in known]
    head = cells.head(_SEARCHED)
    found = head.select(pl.any_horizontal(_fold(pl.all()).is_in(folded))).to_series().fill_null(value=False).arg_true()
    if found.is_empty():
        where = f'sheet "{name}": ' if name != path.stem else ""
        raise DataFormatError.not_a_result(path.name, f"{where}none of its first rows is a header with {' or '.join(known)}")
    header = int(found[0])
    return ResultSheet(name, cells.row(header), cells.slice(header + 1), header + 2)


def _fold(text: pl.Expr) -> pl.Expr:
    return text.str.to_lowercase().str.replace_all(r"\s+", "")


def _folded(text: str) -> str:
    return "".join(text.lower().split())


MASTER_SHEET, SCORE_COLUMN = "Flex Properties", SCORE_COLUMNS[0]
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
    if is_parquet:
        with translate_reader_errors(path):
            table = escape_names(pl.read_parquet(path))
    else:
        table = _of_texts(path)
    if table.width and SCORE_COLUMN not in table.columns:
        raise DataFormatError.not_a_result(path.name, f"it has no column {SCORE_COLUMN}")
    return table


def _starts_with(path: Path, start: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(start)) == start
    except OSError as error:
        raise to_processing_error(path, error) from error


def _of_texts(path: Path) -> pl.DataFrame:
    try:
        sheets = read_result_sheets(path, [MASTER_SHEET], [SCORE_COLUMN])
    except DataFormatError as error:
        if error.code in (ErrorCode.NO_RESULT, ErrorCode.DAMAGED, ErrorCode.PASSWORD_PROTECTED):
            raise
        # What can't be a table can't be a result either: that it is no export is of no interest here.
        raise DataFormatError.not_a_result(path.name, error.message.replace(path.name, "it", 1).removesuffix(".")) from None
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
    kinds = {column.name: column.type for column in canonical_columns()}
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
