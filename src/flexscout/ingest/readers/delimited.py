"""CSV and its kin as raw text: no header, no types, nothing lost."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from flexscout.error_codes import ErrorCode
from flexscout.errors import DataFormatError
from flexscout.ingest.file_types import decode_to_utf_8
from flexscout.ingest.header_row import count_known_names
from flexscout.ingest.readers.limits import MAX_COLUMNS
from flexscout.ingest.readers.raw_workbook import RawSheet, Workbook, trim_cells
from flexscout.models import IssueNote, IssueReason

_QUOTE, _LINE_FEED, _RETURN = b'"\n\r'

Positions = NDArray[np.intp]


@dataclass(frozen=True)
class TextLayout:
    """What a well-formed text holds: the number of records, the cells of the widest, and the lines of the tallest."""

    records: int
    width: int
    lines: int


def measure_layout(text: bytes, delimiter: int) -> TextLayout | None:
    """The build of a text that ends in a line feed; None if a quote stands where the format has none.

    A well-formed quote opens a cell at its beginning, closes it at its end, or is doubled.
    """
    data = np.frombuffer(text, dtype=np.uint8)
    quotes = np.flatnonzero(data == _QUOTE)
    if len(quotes) and not _well_formed(data, quotes, delimiter):
        return None
    feeds = np.flatnonzero(data == _LINE_FEED)
    ends = _outside(feeds, quotes)
    delimiters = _outside(np.flatnonzero(data == delimiter), quotes)
    return TextLayout(len(ends), _most_between(delimiters, ends) + 1, _most_between(feeds, ends))


def _well_formed(data: NDArray[np.uint8], quotes: Positions, delimiter: int) -> bool:
    if len(quotes) % 2:
        return False
    border = np.zeros(256, dtype=bool)
    border[[_QUOTE, _LINE_FEED, _RETURN, delimiter]] = True
    opening, closing = quotes[0::2], quotes[1::2]
    before = np.where(opening > 0, data[opening - 1], _LINE_FEED)
    # A quote at an even place that follows a quote is the second half of a doubled one.
    return bool(border[before].all() and border[data[closing + 1]].all())


def _outside(positions: Positions, quotes: Positions) -> Positions:
    """The positions that no quotes enclose."""
    return positions[np.searchsorted(quotes, positions) % 2 == 0] if len(quotes) else positions


def _most_between(positions: Positions, ends: Positions) -> int:
    """The most positions in one record; `ends` are the records' last positions."""
    counts = np.diff(np.searchsorted(positions, ends, side="right"), prepend=0)
    return int(counts.max(initial=0))


DELIMITERS = ",;\t|"

LONGEST_CELL = 2**20
"""Characters of a cell; Excel's own limit is 32,767, outlines of parcels are longer."""
MOST_LINES = 200
"""Lines of a cell; one of more was opened by a quote that nothing closes."""
_LONGEST_LINE = 2**24  # bytes
_PEEKED = 2**22  # bytes
_MOST_BYTES = 2**31
_SAMPLE = 2**16  # bytes
_SAMPLED_ROWS = 100
_BLOCK = 20_000  # records


def read_delimited(path: Path) -> Workbook:
    """The table of a delimited text as one sheet; row i is record i + 1, as Excel numbers them.

    Raises DataFormatError if it is no table; OSError if it can't be opened.
    """
    if path.stat().st_size > _MOST_BYTES:
        raise _no_table(path, f"it is larger than {_MOST_BYTES // 2**30} GB", "Split the file.")
    return _table(path, path.read_bytes())


def peek_delimited(path: Path, rows: int) -> Workbook:
    """Its first `rows` records, without reading the rest. Raises as `read_delimited` does."""
    with path.open("rb") as file:
        content = file.read(_PEEKED)
        if b"\n" not in content:
            content += file.read(_LONGEST_LINE)
        whole = not file.read(1)
    if whole:
        return _table(path, content, rows)
    # What stands after the last end of a line is part of one; in UTF-16 the end is two bytes.
    cut = content.rfind(b"\n") + 1
    text, encoding = decode_to_utf_8(content[: cut + cut % 2] if b"\0" in content[:_SAMPLE] else content[:cut] or content)
    return _table_of_text(path, text, encoding, rows)


def _table(path: Path, content: bytes, rows: int | None = None) -> Workbook:
    text, encoding = decode_to_utf_8(content)
    del content  # a second copy of a large file
    return _table_of_text(path, text, encoding, rows)


def _table_of_text(path: Path, text: bytes, encoding: str, rows: int | None) -> Workbook:
    text = _with_line_feeds(text)
    _check_lines(path, text)
    delimiter, ambiguous = _delimiter(text)
    cells, notes = _cells(path, text, delimiter, rows)
    cells = trim_cells(cells)
    if cells.is_empty():
        raise DataFormatError(ErrorCode.EMPTY_FILE, f"{path.name} is empty: no cell of it holds anything.", "Export it again.")
    notes = [*_of_choices(delimiter, encoding, ambiguous=ambiguous), *notes]
    return Workbook((RawSheet(path.stem, cells, notes=tuple(notes)),), ())


def _with_line_feeds(text: bytes) -> bytes:
    if b"\n" not in text and b"\r" in text:
        text = text.replace(b"\r", b"\n")  # as old Macs end lines
    return text if text.endswith(b"\n") else text + b"\n"


def _check_lines(path: Path, text: bytes) -> None:
    if text.find(b"\n", 0, _LONGEST_LINE) < 0:
        raise _no_table(path, f"its first line is longer than {_LONGEST_LINE // 2**20} MB", "Export it again, or leave it out.")
    if text.count(b"\0", 0, _SAMPLE) > _SAMPLE // 200:
        raise _no_table(path, "it is not text", "Export it again, or leave it out.")


def _delimiter(text: bytes) -> tuple[str, bool]:
    """What separates the cells, and whether another would do as well.

    It is the one under which a row names the most columns; of equals, the one under which the most rows are equally wide.
    """
    sample = text[:_SAMPLE].decode("utf-8", "ignore")
    scores = sorted(((_fitness(sample, delimiter), -i) for i, delimiter in enumerate(DELIMITERS)), reverse=True)
    (best, position), (second, _), *_ = scores
    return DELIMITERS[-position], best == second and best[1] > 0


def _fitness(sample: str, delimiter: str) -> tuple[int, int]:
    rows = list(islice(_records(sample, delimiter), _SAMPLED_ROWS))
    widths = [len(row) for row in rows if len(row) > 1]
    known = max(map(count_known_names, rows), default=0)
    return known, max(map(widths.count, set(widths)), default=0)


def _cells(path: Path, text: bytes, delimiter: str, rows: int | None) -> tuple[pl.DataFrame, list[IssueNote]]:
    build = measure_layout(text, ord(delimiter))
    if build and build.lines <= MOST_LINES and b"\0" not in text and text.count(b"\r") == text.count(b"\r\n"):
        _check_width(path, build.width)
        cells = _read_fast(text, delimiter, build, rows)
        if cells is not None:
            return _checked(path, cells), []
    return _read_carefully(path, text.decode("utf-8", "replace"), delimiter, rows)


def _read_fast(text: bytes, delimiter: str, build: TextLayout, rows: int | None) -> pl.DataFrame | None:
    """The cells as Polars reads them, which knows well-formed text only; None if it sees other records than there are."""
    names = delimiter.join(map(str, range(build.width)))
    try:
        frame = pl.read_csv(
            names.encode() + b"\n" + text, separator=delimiter, infer_schema=False, n_rows=rows, raise_if_empty=False
        )
    except pl.exceptions.PolarsError:
        return None
    expected = build.records if rows is None else min(rows, build.records)
    return _without_blanks(frame) if frame.shape == (expected, build.width) else None


def _read_carefully(path: Path, text: str, delimiter: str, rows: int | None) -> tuple[pl.DataFrame, list[IssueNote]]:
    """The cells of a text with stray quotes, as the standard library reads them, which takes them as Excel does."""
    csv.field_size_limit(LONGEST_CELL)
    try:
        cells = _joined(path, _records(text, delimiter), rows)
    except csv.Error:
        pass  # a cell that does not end: a quote opened it
    else:
        row = _first_swallowing(cells)
        if row is None:
            return cells, []
        reason = f"a quote in row {row} opens a cell that does not end for {MOST_LINES} lines"
        return _joined(path, _records(text, delimiter, quoting=csv.QUOTE_NONE), rows), [_literal(reason)]
    try:
        cells = _joined(path, _records(text, delimiter, quoting=csv.QUOTE_NONE), rows)
    except csv.Error:
        raise _too_long(path) from None
    return cells, [_literal("a quote opens a cell that does not end")]


def _records(text: str, delimiter: str, quoting: int = csv.QUOTE_MINIMAL) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting)  # type: ignore[arg-type]


def _joined(path: Path, records: Iterator[list[str]], rows: int | None) -> pl.DataFrame:
    """The records as one frame, block by block; the widest gives the width."""
    left = islice(records, rows)
    frames = [_block(path, block) for block in iter(lambda: list(islice(left, _BLOCK)), [])]
    return _without_blanks(pl.concat(frames, how="diagonal")) if frames else pl.DataFrame()


def _block(path: Path, records: list[list[str]]) -> pl.DataFrame:
    _check_width(path, max(map(len, records)))
    columns = list(zip_longest(*records)) or [(None,) * len(records)]
    return pl.DataFrame({str(i): pl.Series(column, dtype=pl.String) for i, column in enumerate(columns)})


def _without_blanks(cells: pl.DataFrame) -> pl.DataFrame:
    return cells.with_columns(pl.when(pl.all() != "").then(pl.all()))


def _first_swallowing(cells: pl.DataFrame) -> int | None:
    """The number of the first record with a cell of too many lines."""
    lines = pl.max_horizontal(pl.all().str.count_matches("\n", literal=True).fill_null(0))
    found = cells.select(lines >= MOST_LINES).to_series().arg_true()
    return found[0] + 1 if len(found) else None


def _checked(path: Path, cells: pl.DataFrame) -> pl.DataFrame:
    longest = cells.select(pl.max_horizontal(pl.all().str.len_bytes().max())).item() if cells.height else 0
    if (longest or 0) > 4 * LONGEST_CELL:
        raise _too_long(path)
    return cells


def _check_width(path: Path, width: int) -> None:
    if width > MAX_COLUMNS:
        found = f"a row of it has {width:,} columns, and no sheet has more than {MAX_COLUMNS:,}"
        raise _no_table(path, found, "Export it again, or leave it out.", ErrorCode.TOO_MANY_COLUMNS)


def _too_long(path: Path) -> DataFormatError:
    return _no_table(path, f"a cell of it has more than {LONGEST_CELL:,} characters", "Export it again, or leave it out.")


def _no_table(path: Path, found: str, next_step: str, code: ErrorCode = ErrorCode.NO_TABLE) -> DataFormatError:
    return DataFormatError(code, f"{path.name} can't be read as a table: {found}.", next_step)


def _literal(reason: str) -> IssueNote:
    detail = f"{reason}, so quotes are taken as text; look at the rows where cells hold the delimiter"
    return IssueReason.READ_WITHOUT_QUOTES, detail


def _of_choices(delimiter: str, encoding: str, *, ambiguous: bool) -> list[IssueNote]:
    named = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}[delimiter]
    unclear = (IssueReason.DELIMITER_UNCLEAR, f"read as separated by {named}; another would do as well")
    notes = [unclear] if ambiguous else []
    if encoding == "windows-1252":
        notes.append((IssueReason.ENCODING_ASSUMED, "the text is not UTF-8 and is read as Windows-1252"))
    return notes
