"""Read a result that a run wrote back as a typed master table."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from flexscout.domain import (
    LINK_COLUMNS,
    SCORE_COLUMNS,
    SOURCE_COLUMNS,
    WORKBOOK_LIST_TAG,
    escape_name,
    escape_names,
    is_score_number,
    list_canonical_columns,
    unquote_formulas,
)
from flexscout.error_codes import ErrorCode
from flexscout.errors import DataFormatError, to_processing_error
from flexscout.ingest import FileType, detect_file_type, read_workbook_properties

MASTER_SHEET, MORE_SHEET, SCORE_COLUMN = "Flex Properties", "All Columns", SCORE_COLUMNS[0]
"""The sheet of the list, the sheet of its other columns, and a column that only a result has."""

_ID = LINK_COLUMNS[0]
_WORKBOOK_TYPES = {FileType.XLSX, FileType.XLSB, FileType.XLS, FileType.ODS}
_PARQUET_MAGIC = b"PAR1"
_HEADER_SEARCH_ROWS = 25  # the user may have put rows above the header
_FLAGS = {"yes": True, "true": True, "no": False, "false": False}
_TEXT_TYPES = ("text", "state", "zip")
_RESULT_ERRORS = (ErrorCode.NO_RESULT, ErrorCode.DAMAGED, ErrorCode.PASSWORD_PROTECTED)


_LIST_ID = re.compile(rf"{WORKBOOK_LIST_TAG}([0-9a-f]{{64}})".encode())


@dataclass(frozen=True)
class ResultSheet:
    """A sheet of a result, split at its header.

    Attributes:
        name: The sheet's name.
        headers: Its headers by position, null where empty.
        cells: The cells below as text, columns named by position, null where empty.
        row: The first row of `cells`, as Excel numbers it.

    """

    name: str
    headers: tuple[str | None, ...]
    cells: pl.DataFrame
    row: int

    def find_positions(self, name: str) -> list[str]:
        """Return the columns with this header, ignoring case and spaces."""
        return [str(i) for i, header in enumerate(self.headers) if header and _fold(header) == _fold(name)]


def read_result(path: Path) -> pl.DataFrame:
    """Read the master table from a workbook, CSV or Parquet file that a run wrote, whatever its name; its order is the ranking.

    Canonical columns and scores get their types; a column with a value of another type stays text, as do other columns unless
    the file has types.

    Raises:
        ProcessingError: The file is not a result, or can't be read.

    """
    from flexscout.ingest import translate_reader_errors  # noqa: PLC0415 - most runs read no result back

    if _is_parquet(path):
        with translate_reader_errors(path):
            table = escape_names(pl.read_parquet(path))
    else:
        table = _read_text_table(path)
    if table.width and SCORE_COLUMN not in table.columns:
        raise DataFormatError.not_a_result(path.name, f"it has no column {SCORE_COLUMN}")
    return table


def read_list_id(workbook: Path) -> str | None:
    """Return the checksum of the list that a workbook was written with, or None if its properties don't have it."""
    found = _LIST_ID.search(read_workbook_properties(workbook))
    return found[1].decode() if found else None


def read_result_sheets(
    path: Path, names: Collection[str], known: Collection[str], optional: Collection[str] = ()
) -> list[ResultSheet]:
    """Read the sheets with these names and their continuations (`Flex Properties (2)`), except empty ones; a CSV is one sheet.

    Args:
        path: A workbook or CSV file that a run wrote.
        names: Names of sheets.
        known: Columns of which a header has at least one.
        optional: Names of further sheets, which may have no header; they are skipped then.

    Raises:
        ProcessingError: There is no sheet of `names` if there are any, one has no header, or the file can't be read.

    """
    from flexscout.ingest import translate_reader_errors  # noqa: PLC0415 - most runs read no result back

    is_required, is_optional = _match_names(names), _match_names(optional)
    try:
        with translate_reader_errors(path):
            file_type = detect_file_type(path)
        sheets = _read_sheets(path, file_type, lambda name: is_required(name) or is_optional(name))
    except OSError as error:
        raise to_processing_error(path, error) from error
    if names and file_type in _WORKBOOK_TYPES and not any(map(is_required, sheets)):
        raise DataFormatError.not_a_result(path.name, f"its sheets are {', '.join(sheets)}")
    split = {name: _split_at_header(name, cells, known) for name, cells in sheets.items() if cells.height}
    for name, sheet in split.items():
        if sheet is None and not is_optional(name):
            title = f'sheet "{name}": ' if name != path.stem else ""
            raise DataFormatError.not_a_result(path.name, f"{title}none of its first rows is a header with {' or '.join(known)}")
    return [sheet for sheet in split.values() if sheet]


def _match_names(names: Collection[str]) -> Callable[[str], bool]:
    pattern = re.compile(rf"({'|'.join(map(re.escape, names))})( \(\d+\))?", re.IGNORECASE)
    return lambda name: bool(names and pattern.fullmatch(name.strip()))


def _read_sheets(path: Path, file_type: FileType, is_wanted: Callable[[str], bool]) -> dict[str, pl.DataFrame]:
    from flexscout.ingest import collect_cells, read_named_sheets, read_workbook  # noqa: PLC0415 - as above

    if file_type not in _WORKBOOK_TYPES:
        return {sheet.name: collect_cells(sheet.cells) for sheet in read_workbook(path).sheets}
    return read_named_sheets(path, file_type, is_wanted)


def _split_at_header(name: str, cells: pl.DataFrame, known: Collection[str]) -> ResultSheet | None:
    folded = pl.all().str.to_lowercase().str.replace_all(r"\s+", "")
    is_header = pl.any_horizontal(folded.is_in([_fold(column) for column in known]))
    rows = cells.head(_HEADER_SEARCH_ROWS).select(is_header).to_series().fill_null(value=False).arg_true()
    if rows.is_empty():
        return None
    header = int(rows[0])
    return ResultSheet(name, cells.row(header), cells.slice(header + 1), header + 2)


def _fold(text: str) -> str:
    return "".join(text.lower().split())


def _is_parquet(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_PARQUET_MAGIC)) == _PARQUET_MAGIC
    except OSError as error:
        raise to_processing_error(path, error) from error


def _read_text_table(path: Path) -> pl.DataFrame:
    try:
        sheets = read_result_sheets(path, [MASTER_SHEET], [SCORE_COLUMN, _ID], [MORE_SHEET])
    except DataFormatError as error:
        if error.code in _RESULT_ERRORS:
            raise
        # A file that isn't a table isn't a result either; the advice for exports would mislead here.
        raise DataFormatError.not_a_result(path.name, error.message.replace(path.name, "it", 1).removesuffix(".")) from None
    listed, more = (
        [_name_columns(sheet) for sheet in sheets if sheet.name.startswith(MORE_SHEET) == is_more] for is_more in (False, True)
    )
    if not listed:
        return pl.DataFrame()
    return _convert_columns(_join_columns(pl.concat(listed, how="diagonal"), pl.concat(more, how="diagonal") if more else None))


def _join_columns(table: pl.DataFrame, more: pl.DataFrame | None) -> pl.DataFrame:
    """Add the columns of the other sheet to the list, by Property ID."""
    if more is None or not all(_ID in one.columns for one in (table, more)):
        return table
    added = more.select(_ID, pl.exclude(*table.columns)).unique(_ID, keep="first")
    return table.join(added, on=_ID, how="left", maintain_order="left")


def _name_columns(sheet: ResultSheet) -> pl.DataFrame:
    """Return the non-empty rows under their headers; if headers are equal, the first column counts."""
    positions: dict[str, str] = {}
    for i, header in enumerate(sheet.headers):
        if header:
            positions.setdefault(header.strip().removeprefix("'"), str(i))
    filled = sheet.cells.filter(pl.any_horizontal(pl.all().is_not_null()))
    return filled.select(unquote_formulas(pl.col(position)).alias(escape_name(name)) for name, position in positions.items())


def _convert_columns(table: pl.DataFrame) -> pl.DataFrame:
    """Convert each column to its type, if all its texts are of that type."""
    types = {column.name: column.type for column in list_canonical_columns()}
    conversions = {name: _choose_conversion(types.get(name, ""), name) for name in table.columns}
    converted = table.select(convert(pl.col(name)) for name, convert in conversions.items() if convert)
    return table.with_columns(values for values in converted if values.null_count() == table[values.name].null_count())


def _choose_conversion(column_type: str, name: str) -> Callable[[pl.Expr], pl.Expr] | None:
    if column_type == "date":
        return lambda text: text.str.replace(" 00:00:00", "", literal=True).str.to_date("%Y-%m-%d", strict=False)
    if column_type == "flag":
        return lambda text: text.str.to_lowercase().replace_strict(_FLAGS, default=None, return_dtype=pl.Boolean)
    if name == SOURCE_COLUMNS[2]:
        return lambda text: text.cast(pl.Int64, strict=False)
    is_number = is_score_number(name) or (column_type and column_type not in _TEXT_TYPES)
    return (lambda text: text.cast(pl.Float64, strict=False)) if is_number else None
