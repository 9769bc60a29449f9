"""Workbooks: real types, formats, filters; text stays text; equal tables give equal bytes."""

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from rustpy_xlsxwriter import FastExcel, Format

from flexscout.domain import WORKBOOK_CREATOR, unescape_names
from flexscout.runtime import interrupts

MAX_SHEET_ROWS = 1_048_575
"""Rows that a sheet holds below its header, by Excel's specification."""
MAX_SHEET_COLUMNS = 16_384
MAX_CELL_CHARACTERS = 32_767

_NARROWEST, _WIDEST, _SAMPLED = 9, 48, 500  # characters, characters, rows
_FIRST_DATE = date(1900, 3, 1)  # before it, Excel's calendar is wrong or has no days
_PLAIN_NUMBER = r"^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,12})?$"
_PAGE = {"repeat_rows": 0, "landscape": True}  # the header, on each printed page
_FITS_A_PAGE = 20  # columns that can be read when they are printed side by side
_STAMP = "2000-01-01T00:00:00Z"  # in place of the time of writing, so that equal input gives equal bytes


@dataclass(frozen=True)
class Sheet:
    """A sheet to write.

    `table`: a frame, or rows as dicts of mixed types; `formats`: column -> Excel number format; `texts`: columns of
    digits that are no numbers (ZIP codes, parcel numbers); `bars`: the column that bars are drawn in; `links`: column of web
    addresses -> the column whose text it shows; `wrapped`: columns of long texts, in several lines; `widths`: column ->
    characters; `heights`: row, 1 the first below the header -> points; `charts`, `page`: as the writer takes them.
    """

    name: str
    table: pl.DataFrame | list[dict[str, Any]]
    formats: dict[str, str] = field(default_factory=dict)
    texts: tuple[str, ...] = ()
    bars: str = ""
    links: dict[str, str] = field(default_factory=dict)
    wrapped: tuple[str, ...] = ()
    widths: dict[str, float] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    charts: list[dict[str, Any]] = field(default_factory=list)
    page: dict[str, Any] = field(default_factory=dict)


def write_workbook(sheets: Sequence[Sheet], path: Path) -> list[str]:
    """Write the sheets; a table of more rows than a sheet holds goes on in further ones.

    Gives, in sentences, what a sheet could not hold as it was.
    """
    notes: list[str] = []
    book = FastExcel(path).format(bold_headers=True).freeze(row=1)
    for sheet in sheets:
        for name, table in _parts(sheet, notes):
            _add(book, sheet, name, table)
    # The writer takes an interrupt in its midst for a table of another kind, and goes on.
    with interrupts.defer_interrupts():
        book.save()
    _without_time(path)
    return notes


def _parts(sheet: Sheet, notes: list[str]) -> list[tuple[str, Any]]:
    """The sheet's table, fit for Excel, cut into as many as it takes."""
    if isinstance(sheet.table, list):
        return [(sheet.name, sheet.table)]
    table = _fit(sheet, notes)
    count = max(1, -(-table.height // MAX_SHEET_ROWS))
    if count > 1:
        notes.append(f"{sheet.name} has {table.height:,} rows, more than a sheet holds: it goes on in {count - 1} more.")
    slices = [table.slice(i * MAX_SHEET_ROWS, MAX_SHEET_ROWS) for i in range(count)]
    return [(sheet.name if i == 0 else f"{sheet.name} ({i + 1})", part) for i, part in enumerate(slices)]


def _fit(sheet: Sheet, notes: list[str]) -> pl.DataFrame:
    """What Excel can't hold as it is: too many columns, too long texts, dates before its calendar."""
    table = pl.DataFrame(sheet.table)
    if table.width > MAX_SHEET_COLUMNS:
        notes.append(
            f"{sheet.name} has {table.width:,} columns; the workbook holds the first {MAX_SHEET_COLUMNS:,}, the CSV all."
        )
        table = table.select(table.columns[:MAX_SHEET_COLUMNS])
    return unescape_names(pl.DataFrame([_fit_column(sheet, table[name], notes) for name in table.columns]))


def _fit_column(sheet: Sheet, values: pl.Series, notes: list[str]) -> pl.Series:
    if values.dtype == pl.Date:
        if ((values < _FIRST_DATE).fill_null(value=False)).any():
            notes.append(f"{sheet.name}, {values.name}: Excel has no dates before March 1900, so the column is text.")
            return values.cast(pl.String)
        return values
    if values.dtype == pl.Boolean:
        return values.replace_strict({True: "yes", False: "no"}, return_dtype=pl.String)
    if values.dtype != pl.String:
        return values
    if _has_too_long(values):
        notes.append(
            f"{sheet.name}, {values.name}: texts over {MAX_CELL_CHARACTERS:,} characters are cut; the CSV has them whole."
        )
        values = values.str.slice(0, MAX_CELL_CHARACTERS)
    return values.cast(pl.Float64) if values.name not in sheet.texts and _are_plain_numbers(values) else values


def _has_too_long(values: pl.Series) -> bool:
    longest = values.str.len_bytes().max()  # counted in a tenth of the time that characters take
    return (
        isinstance(longest, int) and longest > MAX_CELL_CHARACTERS and bool((values.str.len_chars() > MAX_CELL_CHARACTERS).any())
    )


def _are_plain_numbers(values: pl.Series) -> bool:
    """Whether there are values, and each is a number; the first ones tell of most columns that they are none."""
    filled = values.drop_nulls()
    return filled.len() > 0 and all(part.str.contains(_PLAIN_NUMBER).all() for part in (filled.head(_SAMPLED), filled))


def _add(book: FastExcel, sheet: Sheet, name: str, table: Any) -> None:
    columns = list(table[0]) if isinstance(table, list) else table.columns
    is_frame = isinstance(table, pl.DataFrame)
    formats = {column: Format().set_num_format(form) for column, form in sheet.formats.items() if column in columns}
    if sheet.heights:
        formats = {column: formats.get(column, Format()).set_align("top") for column in columns}
    formats |= {column: Format().set_text_wrap().set_align("top") for column in sheet.wrapped}
    book.sheet(
        name,
        table,
        header_format=Format().set_bold().set_background_color("#1F3864").set_font_color("#FFFFFF").set_align("left"),
        column_formats=formats or None,
        column_widths=_widths(sheet, table, columns),
        autofilter=is_frame and table.height > 0,
        ignore_errors=[column for column in sheet.texts if column in columns] or None,
        conditional_formats={sheet.bars: {"type": "data_bar", "color": "#9DC3E6"}}
        if sheet.bars in columns and is_frame and table.height
        else None,
        url_columns=sheet.links or None,
        row_heights=sheet.heights or None,
        charts=sheet.charts or None,
        page_setup=_PAGE | ({"fit_to_pages": (1, 0)} if len(columns) <= _FITS_A_PAGE else {}) | sheet.page,
    )


def _widths(sheet: Sheet, table: Any, columns: Sequence[str]) -> dict[str, float]:
    """Those of the sheet; the other columns are wide enough for the header and nearly all of the first rows."""
    own = {name: width for name, width in sheet.widths.items() if name in columns}
    return (_fitting(table) if isinstance(table, pl.DataFrame) else {columns[0]: 38, columns[-1]: 60}) | own


def _fitting(table: pl.DataFrame) -> dict[str, float]:
    sample = table.head(_SAMPLED)
    lengths = sample.select(pl.all().cast(pl.String).str.len_chars().quantile(0.95)).row(0) if sample.height else ()
    longest = lengths or [0] * table.width
    return {
        name: float(min(max(_NARROWEST, len(name) + 3, int(length or 0) + 2), _WIDEST))
        for name, length in zip(table.columns, longest, strict=True)
    }


def _without_time(path: Path) -> None:
    """Replace the time of writing in the workbook's properties, which stand at its end, and name their creator."""
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as book:
        entries = list(book.infolist())
        first = next(i for i, entry in enumerate(entries) if entry.filename == "docProps/core.xml")
        contents = [(entry, book.read(entry)) for entry in entries[first:]]
        for entry in entries[first:]:
            book.filelist.remove(entry)
            del book.NameToInfo[entry.filename]
        book.start_dir = entries[first].header_offset
        for entry, content in contents:
            fresh = zipfile.ZipInfo(entry.filename, entry.date_time)
            fresh.create_system = entry.create_system
            book.writestr(fresh, _timeless(content), zipfile.ZIP_DEFLATED)


def _timeless(content: bytes) -> bytes:
    stamped = re.sub(rb">\d{4}-\d{2}-\d{2}T[\d:.]+Z<", f">{_STAMP}<".encode(), content)
    return stamped.replace(b"<dc:creator></dc:creator>", f"<dc:creator>{WORKBOOK_CREATOR}</dc:creator>".encode())
