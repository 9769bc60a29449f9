"""CSV, TSV and other delimited text as raw text: no header, no types, no value changed."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from flexscout.domain import blank_to_null
from flexscout.error_codes import ErrorCode
from flexscout.errors import DataFormatError
from flexscout.ingest.cell_queries import find_columns, map_columns
from flexscout.ingest.file_types import decode_to_utf_8
from flexscout.ingest.header_row import count_most_known_names
from flexscout.ingest.readers.limits import MAX_COLUMNS
from flexscout.ingest.readers.raw_workbook import RawSheet, Workbook, trim_cells
from flexscout.models import IssueNote, IssueReason

DELIMITERS = ",;\t|"

MAX_CELL_CHARACTERS = 2**20
"""Characters of a cell; Excel's own limit is 32,767, parcel outlines are longer."""
MAX_CELL_LINES = 200
"""Lines of a cell; a cell with more was opened by a stray quote."""
_MAX_LINE_BYTES = 2**24
_PEEK_BYTES = 2**22
_MAX_FILE_BYTES = 2**31
_TEXT_FORMULA = r'^="([^"]*)"$'
_SAMPLE_BYTES = 2**16
_SAMPLE_ROWS = 100
_BLOCK_RECORDS = 20_000
_EXPORT_AGAIN = "Export it again, or leave it out."
_QUOTE, _LINE_FEED, _RETURN = b'"\n\r'

Positions = NDArray[np.intp]


@dataclass(frozen=True)
class TextLayout:
    """Layout of a well-formed text.

    Attributes:
        records: Number of records.
        width: Cells of the widest record.
        lines: Lines of the tallest record.

    """

    records: int
    width: int
    lines: int


def read_delimited(path: Path) -> Workbook:
    """Read a delimited text as one sheet; row i is record i + 1, as Excel numbers them.

    Raises DataFormatError if it is not a table; OSError if it can't be opened.
    """
    if path.stat().st_size > _MAX_FILE_BYTES:
        raise _build_not_a_table_error(path, f"it is larger than {_MAX_FILE_BYTES // 2**30} GB", "Split the file.")
    return _read_content(path, path.read_bytes())


def peek_delimited(path: Path, rows: int) -> Workbook:
    """Read the first `rows` records of a delimited text, without the rest. Raises what `read_delimited` does."""
    with path.open("rb") as file:
        content = file.read(_PEEK_BYTES)
        if b"\n" not in content:
            content += file.read(_MAX_LINE_BYTES)
        is_complete = not file.read(1)
    if is_complete:
        return _read_content(path, content, rows)
    # The last line may be incomplete. In UTF-16 a line feed is two bytes.
    cut = content.rfind(b"\n") + 1
    text, encoding = decode_to_utf_8(content[: cut + cut % 2] if b"\0" in content[:_SAMPLE_BYTES] else content[:cut] or content)
    return _read_text(path, text, encoding, rows)


def _read_content(path: Path, content: bytes, rows: int | None = None) -> Workbook:
    text, encoding = decode_to_utf_8(content)
    del content  # a second copy of a large file
    return _read_text(path, text, encoding, rows)


def _read_text(path: Path, text: bytes, encoding: str, rows: int | None) -> Workbook:
    ends_in_line_end = text.endswith((b"\n", b"\r"))
    text = _normalize_line_ends(text)
    _check_lines(path, text)
    delimiter, is_ambiguous = _detect_delimiter(text)
    cells, notes = _parse(path, text, delimiter, rows)
    if rows is None or cells.height < rows:
        notes += _find_cut_off(text, delimiter, cells, ends_in_line_end=ends_in_line_end)
    cells = trim_cells(_unwrap_formulas(cells) if b'="' in text else cells)
    if cells.is_empty():
        raise DataFormatError(ErrorCode.EMPTY_FILE, f"{path.name} is empty: no cell has a value.", "Export it again.")
    notes = [*_describe_choices(delimiter, encoding, is_ambiguous=is_ambiguous), *notes]
    return Workbook((RawSheet(path.stem, cells, notes=tuple(notes)),), ())


def _normalize_line_ends(text: bytes) -> bytes:
    if b"\n" not in text and b"\r" in text:
        text = text.replace(b"\r", b"\n")  # line ends of old Macs
    return text if text.endswith(b"\n") else text + b"\n"


def _check_lines(path: Path, text: bytes) -> None:
    if text.find(b"\n", 0, _MAX_LINE_BYTES) < 0:
        raise _build_not_a_table_error(path, f"its first line is longer than {_MAX_LINE_BYTES // 2**20} MB", _EXPORT_AGAIN)
    if text.count(b"\0", 0, _SAMPLE_BYTES) > _SAMPLE_BYTES // 200:
        raise _build_not_a_table_error(path, "it is not text", _EXPORT_AGAIN)


def _detect_delimiter(text: bytes) -> tuple[str, bool]:
    """Return the delimiter, and whether another one fits as well.

    It is the one with which a row has the most known column names; of equals, the one with which the most rows have the same
    number of cells.
    """
    sample = text[:_SAMPLE_BYTES].decode("utf-8", "ignore")
    scores = sorted(((_score_delimiter(sample, delimiter), -i) for i, delimiter in enumerate(DELIMITERS)), reverse=True)
    (best, position), (second, _), *_ = scores
    return DELIMITERS[-position], best == second and best[1] > 0


def _score_delimiter(sample: str, delimiter: str) -> tuple[int, int]:
    rows = list(islice(_read_records(sample, delimiter), _SAMPLE_ROWS))
    widths = [len(row) for row in rows if len(row) > 1]
    return count_most_known_names(rows), max(map(widths.count, set(widths)), default=0)


def _parse(path: Path, text: bytes, delimiter: str, rows: int | None) -> tuple[pl.DataFrame, list[IssueNote]]:
    layout = measure_layout(text, ord(delimiter))
    if layout and layout.lines <= MAX_CELL_LINES and b"\0" not in text and text.count(b"\r") == text.count(b"\r\n"):
        _check_width(path, layout.width)
        cells = _parse_well_formed(text, delimiter, layout, rows)
        if cells is not None:
            _check_cell_sizes(path, cells)
            return cells, []
    return _parse_leniently(path, text.decode("utf-8", "replace"), delimiter, rows)


def _parse_well_formed(text: bytes, delimiter: str, layout: TextLayout, rows: int | None) -> pl.DataFrame | None:
    """Parse well-formed text with Polars; return None if it finds other records than the layout has."""
    names = delimiter.join(map(str, range(layout.width)))
    try:
        frame = pl.read_csv(
            names.encode() + b"\n" + text, separator=delimiter, infer_schema=False, n_rows=rows, raise_if_empty=False
        )
    except pl.exceptions.PolarsError:
        return None
    expected = layout.records if rows is None else min(rows, layout.records)
    return _blank_to_null(frame) if frame.shape == (expected, layout.width) else None


def _parse_leniently(path: Path, text: str, delimiter: str, rows: int | None) -> tuple[pl.DataFrame, list[IssueNote]]:
    """Parse text with stray quotes with the standard library, which treats them as Excel does; return cells and notes."""
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    try:
        cells = _collect_records(path, _read_records(text, delimiter), rows)
    except csv.Error:
        pass  # a stray quote opened a cell that does not end
    else:
        row = _find_overlong_cell(cells)
        if row is None:
            return cells, []
        reason = f"a quote in row {row} opens a cell that does not end for {MAX_CELL_LINES} lines"
        return _collect_records(path, _read_records(text, delimiter, quoting=csv.QUOTE_NONE), rows), [
            _describe_literal_quotes(reason)
        ]
    try:
        cells = _collect_records(path, _read_records(text, delimiter, quoting=csv.QUOTE_NONE), rows)
    except csv.Error:
        raise _build_cell_too_long_error(path) from None
    return cells, [_describe_literal_quotes("a quote opens a cell that does not end")]


def _read_records(text: str, delimiter: str, quoting: int = csv.QUOTE_MINIMAL) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting)  # type: ignore[arg-type]


def _collect_records(path: Path, records: Iterator[list[str]], rows: int | None) -> pl.DataFrame:
    """Collect records into one frame, block by block; it is as wide as the widest record."""
    remaining = islice(records, rows)
    frames = [_build_block(path, block) for block in iter(lambda: list(islice(remaining, _BLOCK_RECORDS)), [])]
    return _blank_to_null(pl.concat(frames, how="diagonal")) if frames else pl.DataFrame()


def _build_block(path: Path, records: list[list[str]]) -> pl.DataFrame:
    _check_width(path, max(map(len, records)))
    columns = list(zip_longest(*records)) or [(None,) * len(records)]
    return pl.DataFrame({str(i): pl.Series(column, dtype=pl.String) for i, column in enumerate(columns)})


def _unwrap_formulas(cells: pl.DataFrame) -> pl.DataFrame:
    """Take the text out of cells such as ="02101", as exports write what Excel isn't to change."""
    return _blank_to_null(cells.with_columns(pl.all().str.replace(_TEXT_FORMULA, "$1")))


def _blank_to_null(cells: pl.DataFrame) -> pl.DataFrame:
    return map_columns(cells, dict.fromkeys(cells.columns, blank_to_null))


def _find_cut_off(text: bytes, delimiter: str, cells: pl.DataFrame, *, ends_in_line_end: bool) -> list[IssueNote]:
    """Return a note if the last row is incomplete: it ends inside a quote, or without a line end after too few cells.

    `text` ends in a line feed, which is part of the last cell if that is open. A footer follows a blank or short row; not a
    full one.
    """
    in_last_row = any(cell is not None and cell.endswith("\n") for row in cells.tail(1).rows() for cell in row)
    if in_last_row and not text.endswith((b'"\n', b'"\r\n')):
        return [(IssueReason.CUT_OFF, f"row {cells.height:,} ends inside a quotation mark")]
    if ends_in_line_end:
        return []
    start = text.rfind(b"\n", 0, -1) + 1
    last, before = text[start:-1], text[text.rfind(b"\n", 0, max(start - 1, 0)) + 1 : start]
    count, full = (_count_cells(line, delimiter) for line in (last, before))
    ends_cell_of_several_lines = last.count(b'"') % 2
    if count < full == cells.width and last.strip() and not ends_cell_of_several_lines:
        return [(IssueReason.CUT_OFF, f"row {cells.height:,} has {count:,} of {full:,} cells")]
    return []


def _count_cells(line: bytes, delimiter: str) -> int:
    return len(next(_read_records(line.decode("utf-8", "replace"), delimiter), []))


def _find_overlong_cell(cells: pl.DataFrame) -> int | None:
    """Return the number of the first record with a cell of too many lines."""
    lines = pl.max_horizontal(pl.all().str.count_matches("\n", literal=True).fill_null(0))
    rows = cells.select(lines >= MAX_CELL_LINES).to_series().arg_true()
    return rows[0] + 1 if len(rows) else None


def _check_cell_sizes(path: Path, cells: pl.DataFrame) -> None:
    if find_columns(cells, _is_too_long):
        raise _build_cell_too_long_error(path)


def _is_too_long(cell: pl.Expr) -> pl.Expr:
    return cell.str.len_bytes() > 4 * MAX_CELL_CHARACTERS


def _check_width(path: Path, width: int) -> None:
    if width > MAX_COLUMNS:
        reason = f"a row has {width:,} columns, and no sheet has more than {MAX_COLUMNS:,}"
        raise _build_not_a_table_error(path, reason, _EXPORT_AGAIN, ErrorCode.TOO_MANY_COLUMNS)


def _build_cell_too_long_error(path: Path) -> DataFormatError:
    return _build_not_a_table_error(path, f"a cell has more than {MAX_CELL_CHARACTERS:,} characters", _EXPORT_AGAIN)


def _build_not_a_table_error(path: Path, reason: str, next_step: str, code: ErrorCode = ErrorCode.NO_TABLE) -> DataFormatError:
    return DataFormatError(code, f"{path.name} can't be read as a table: {reason}.", next_step)


def _describe_literal_quotes(reason: str) -> IssueNote:
    detail = f"{reason}, so quotes are read as text; check the rows whose cells contain the delimiter"
    return IssueReason.READ_WITHOUT_QUOTES, detail


def _describe_choices(delimiter: str, encoding: str, *, is_ambiguous: bool) -> list[IssueNote]:
    name = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}[delimiter]
    notes: list[IssueNote] = []
    if is_ambiguous:
        notes.append((IssueReason.DELIMITER_UNCLEAR, f"read as separated by {name}; another delimiter fits as well"))
    if encoding == "windows-1252":
        notes.append((IssueReason.ENCODING_ASSUMED, "the text is not UTF-8 and is read as Windows-1252"))
    return notes


def measure_layout(text: bytes, delimiter: int) -> TextLayout | None:
    """Measure a text that ends in a line feed; return None if it has stray quotes.

    A well-formed quote opens a cell at its beginning, closes it at its end, or is doubled.
    """
    data = np.frombuffer(text, dtype=np.uint8)
    quotes = np.flatnonzero(data == _QUOTE)
    if len(quotes) and not _has_well_formed_quotes(data, quotes, delimiter):
        return None
    feeds = np.flatnonzero(data == _LINE_FEED)
    ends = _select_outside_quotes(feeds, quotes)
    delimiters = _select_outside_quotes(np.flatnonzero(data == delimiter), quotes)
    return TextLayout(len(ends), _count_most_per_record(delimiters, ends) + 1, _count_most_per_record(feeds, ends))


def _has_well_formed_quotes(data: NDArray[np.uint8], quotes: Positions, delimiter: int) -> bool:
    if len(quotes) % 2:
        return False
    border = np.zeros(256, dtype=bool)
    border[[_QUOTE, _LINE_FEED, _RETURN, delimiter]] = True
    opening, closing = quotes[0::2], quotes[1::2]
    before = np.where(opening > 0, data[opening - 1], _LINE_FEED)
    # A quote at an even index that follows a quote is the second half of a doubled quote.
    return bool(border[before].all() and border[data[closing + 1]].all())


def _select_outside_quotes(positions: Positions, quotes: Positions) -> Positions:
    """Return the positions that no quotes enclose."""
    return positions[np.searchsorted(quotes, positions) % 2 == 0] if len(quotes) else positions


def _count_most_per_record(positions: Positions, ends: Positions) -> int:
    """Return the largest number of positions in one record; `ends` are the records' last positions."""
    counts = np.diff(np.searchsorted(positions, ends, side="right"), prepend=0)
    return int(counts.max(initial=0))
