"""Sheets of a workbook that a run wrote and a person may have edited since, as text."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from flexscout.errors import DataFormatError, as_processing_error
from flexscout.kinds import Kind, kind_of
from flexscout.reading import in_memory, read_workbook
from flexscout.reading.workbook import guarded, read_named_sheets

_WORKBOOKS = {Kind.XLSX, Kind.XLSB, Kind.XLS, Kind.ODS}
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
        cells = _cells(path, guarded(path, lambda: kind_of(path)), _is_one_of(names), required=required)
    except OSError as error:
        raise as_processing_error(path, error) from error
    return [_below_header(path, name, sheet, known) for name, sheet in cells.items() if sheet.height]


def _cells(path: Path, kind: Kind, wanted: Callable[[str], bool], *, required: bool) -> dict[str, pl.DataFrame]:
    if kind not in _WORKBOOKS:
        return {sheet.name: in_memory(sheet.cells) for sheet in read_workbook(path).sheets}
    found = read_named_sheets(path, kind, wanted)
    if required and not any(map(wanted, found)):
        raise DataFormatError.no_result(path.name, f"its sheets are {', '.join(found)}")
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
        raise DataFormatError.no_result(path.name, f"{where}none of its first rows is a header with {' or '.join(known)}")
    header = int(found[0])
    return ResultSheet(name, cells.row(header), cells.slice(header + 1), header + 2)


def _fold(text: pl.Expr) -> pl.Expr:
    return text.str.to_lowercase().str.replace_all(r"\s+", "")


def _folded(text: str) -> str:
    return "".join(text.lower().split())
