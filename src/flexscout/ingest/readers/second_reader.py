"""openpyxl as the second reader of .xlsx workbooks: for a peek at the first rows, and for sheets that fastexcel refuses.

It is a dependency anyway, follows the relations of a package wherever they lead, knows every encoding of XML, and streams rows.
It isn't the first reader because it takes 15 times as long.
"""

import re
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, Self
from xml.parsers import expat  # nosec B406 # its one use refuses document types

import polars as pl

from flexscout.errors import DataFormatError
from flexscout.ingest.file_types import FileType
from flexscout.ingest.readers.cell_extent import align_to_tags
from flexscout.ingest.readers.limits import DEFAULT_MEMORY, check_extent, check_limits, read_xml_parts
from flexscout.ingest.readers.raw_workbook import (
    LoadedSheet,
    Workbook,
    collect_sheets,
    report_unreadable,
    translate_reader_errors,
    trim_cells,
)
from flexscout.models import IssueReason

_ROWS_PER_FRAME = 1_000  # rows that are held as Python values, padded to the widest of them
_ROW_NUMBER = re.compile(rb"""<(?:\w{1,20}:)?row\s(?:[^<>]{0,200}?\s)?r=["'](\d{1,10})\b""")


def peek_xlsx(path: Path, rows: int) -> Workbook:
    """Read the first `rows` rows of every sheet of an .xlsx.

    Raises:
        DataFormatError: openpyxl refuses the workbook, it has no cells, or a document type, whose entities would expand, or a
            sheet starts with a blank row: its first rows may come later, where openpyxl drops them.
        OSError: It can't be opened.

    """
    with path.open("rb") as file, _ignore_warnings():
        with translate_reader_errors(path):
            if any(b"<!DOCTYPE" in next(chunks, b"").replace(b"\0", b"") for chunks in read_xml_parts(path, DEFAULT_MEMORY)):
                raise report_unreadable(path)
            book = _open_book(file)
            loaded = {sheet.title: _peek_sheet(sheet, rows) for sheet in book.worksheets}
        if any(sheet.cells.height and not any(sheet.cells.row(0)) for sheet in loaded.values()):
            raise report_unreadable(path)
        return collect_sheets(path, loaded, loaded.__getitem__)


class SecondReader:
    """An .xlsx that is opened, and examined for what openpyxl would drop or expand, when a sheet of it is first needed.

    As a context, it closes the file.

    Args:
        path: The workbook.
        memory: Bytes that reading may use.

    """

    def __init__(self, path: Path, memory: int) -> None:
        self._path, self._memory = path, memory

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if "_book" in self.__dict__:
            self._book.close()

    @property
    def sheet_names(self) -> list[str]:
        """Names of the sheets, or none if openpyxl refuses the workbook, too."""
        try:
            return list(self._sheets)
        except DataFormatError:
            return []

    def load(self, name: str) -> LoadedSheet:
        """Load a sheet. Raises DataFormatError if that isn't possible without loss, and LimitError if it needs more memory."""
        if name not in self._sheets:
            raise report_unreadable(self._path)
        with _ignore_warnings(), translate_reader_errors(self._path):
            sheet = self._sheets[name]
            cells = pl.concat(self._read_frames(sheet), how="diagonal")
        return LoadedSheet(trim_cells(cells), sheet.sheet_state != "visible", ((IssueReason.SECOND_READER, ""),))

    @cached_property
    def _book(self) -> Any:
        check_limits(self._path, FileType.XLSX, self._memory)
        with _ignore_warnings(), translate_reader_errors(self._path):
            for chunks in read_xml_parts(self._path, self._memory):
                _examine_part(self._path, chunks)
            return _open_book(self._path)

    @property
    def _sheets(self) -> dict[str, Any]:
        return {sheet.title: sheet for sheet in self._book.worksheets}

    def _read_frames(self, sheet: Any) -> list[pl.DataFrame]:
        rows = _iter_rows(sheet)
        frames = [_build_frame([])]
        height = width = 0
        while taken := list(islice(rows, _ROWS_PER_FRAME)):
            frame = _build_frame(taken)
            height, width = height + frame.height, max(width, frame.width)
            check_extent(self._path, sheet.title, height, width, self._memory)
            frames.append(frame)
        return frames


@contextmanager
def _ignore_warnings() -> Iterator[None]:
    """Suppress openpyxl's warnings about formats and extensions that it doesn't know."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _open_book(file: Any) -> Any:
    import openpyxl  # noqa: PLC0415 - slow to import, and rarely needed by a run

    return openpyxl.load_workbook(file, read_only=True, data_only=True)


def _examine_part(path: Path, chunks: Iterable[bytes]) -> None:
    """Raise DataFormatError for a document type, whose entities would expand, and for rows out of order, which would be lost."""
    unreadable = report_unreadable(path)

    def refuse(*_: object) -> None:
        raise unreadable

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    last_row = 0
    for text in align_to_tags(chunks):
        try:
            parser.Parse(text, False)  # noqa: FBT003 - whether it is the last
        except expat.ExpatError:
            return  # if openpyxl needs this part, it will refuse it, too
        numbers = [last_row, *map(int, _ROW_NUMBER.findall(text.replace(b"\0", b"")))]
        if len({*numbers}) < len(numbers) or numbers != sorted(numbers):
            raise unreadable
        last_row = numbers[-1]


def _iter_rows(sheet: Any) -> Iterator[tuple[object, ...]]:
    sheet.reset_dimensions()  # many exporters write A1 whatever the size of the table
    return sheet.iter_rows(values_only=True)  # type: ignore[no-any-return]


def _peek_sheet(sheet: Any, count: int) -> LoadedSheet:
    return LoadedSheet(_build_frame(list(islice(_iter_rows(sheet), count))), sheet.sheet_state != "visible")


def _build_frame(rows: list[tuple[object, ...]]) -> pl.DataFrame:
    """Return rows as texts, padded to the widest of them; one column at least, so that blank rows are rows."""
    width = max(1, max(map(len, rows), default=1))
    texts = [[*map(_to_text, row), *[None] * (width - len(row))] for row in rows]
    return pl.DataFrame(texts, schema={str(position): pl.String for position in range(width)}, orient="row")


def _to_text(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).lower() if isinstance(value, bool) else str(value)
