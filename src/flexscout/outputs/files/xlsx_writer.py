"""Write workbooks: typed cells, formats and filters; text stays text; equal tables give equal bytes."""

import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from rustpy_xlsxwriter import FastExcel, Format

from flexscout.domain import WORKBOOK_CREATOR, WORKBOOK_LIST_TAG, format_count, unescape_names
from flexscout.runtime import interrupts

MAX_SHEET_ROWS = 1_048_575
"""Excel's limits: rows below the header, columns, characters in a cell."""
MAX_SHEET_COLUMNS = 16_384
MAX_CELL_CHARACTERS = 32_767

_MIN_WIDTH, _MAX_WIDTH = 9, 48  # characters
_SAMPLE_ROWS = 500
_FIRST_DATE = date(1900, 3, 1)  # Excel's calendar is wrong before it, or has no days
_PLAIN_NUMBER = r"^-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,12})?$"  # ASCII digits, as a cast reads them
_PAGE = {"repeat_rows": 0, "landscape": True}  # the header row on each printed page
_MAX_COLUMNS_PER_PAGE = 20  # that are readable in print
_TIMESTAMP = "2000-01-01T00:00:00Z"  # replaces the time of writing, so that equal input gives equal bytes
_HEADER_FILL, _HEADER_FONT, _BAR_COLOR = "#1F3864", "#FFFFFF", "#9DC3E6"


@dataclass(frozen=True)
class Sheet:
    """A sheet to write.

    Attributes:
        name: The sheet's name.
        table: A frame, or rows as dicts of mixed types.
        formats: Column -> Excel number format.
        texts: Columns of digits that aren't numbers, such as ZIP codes and parcel numbers.
        bars: The column that gets data bars.
        links: Column of web addresses -> column whose text it shows.
        choices: Column -> texts that the user may choose from; others stay possible.
        wrapped: Columns of long texts, wrapped to several lines.
        widths: Column -> width in characters.
        heights: Row -> height in points; row 1 is the first below the header.
        charts: Charts, as `FastExcel.sheet` takes them.
        page: Page setup, as `FastExcel.sheet` takes it.

    """

    name: str
    table: pl.DataFrame | list[dict[str, Any]]
    formats: dict[str, str] = field(default_factory=dict)
    texts: tuple[str, ...] = ()
    bars: str = ""
    links: dict[str, str] = field(default_factory=dict)
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)
    wrapped: tuple[str, ...] = ()
    widths: dict[str, float] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    charts: list[dict[str, Any]] = field(default_factory=list)
    page: dict[str, Any] = field(default_factory=dict)


def write_workbook(sheets: Sequence[Sheet], path: Path, compute_list_id: Callable[[], str] | None = None) -> list[str]:
    """Write the sheets; a table with too many rows for one sheet continues in further sheets.

    Args:
        sheets: The sheets.
        path: The workbook.
        compute_list_id: Returns the checksum of the list in the workbook, which goes into its properties.

    Returns:
        Messages about what Excel can't hold as it is.

    """
    messages: list[str] = []
    book = FastExcel(path).format(bold_headers=True).freeze(row=1)
    for sheet in sheets:
        for name, table in _split_table(sheet, messages):
            _add_sheet(book, sheet, name, table)
    # The writer would take an interrupt for a table of another type and go on.
    with interrupts.defer_interrupts():
        book.save()
    _normalize_properties(path, f"{WORKBOOK_LIST_TAG}{compute_list_id()}" if compute_list_id else "")
    return messages


def _split_table(sheet: Sheet, messages: list[str]) -> list[tuple[str, Any]]:
    """Return the names and tables of the sheets that hold the sheet's table."""
    if isinstance(sheet.table, list):
        return [(sheet.name, sheet.table)]
    table = _fit_to_excel(sheet, messages)
    count = max(1, -(-table.height // MAX_SHEET_ROWS))
    if count > 1:
        more = format_count(count - 1, "more sheet")
        messages.append(f"{sheet.name} has {table.height:,} rows, too many for one sheet. It continues in {more}.")
    slices = [table.slice(i * MAX_SHEET_ROWS, MAX_SHEET_ROWS) for i in range(count)]
    return [(sheet.name if i == 0 else f"{sheet.name} ({i + 1})", part) for i, part in enumerate(slices)]


def _fit_to_excel(sheet: Sheet, messages: list[str]) -> pl.DataFrame:
    """Return the table within Excel's limits on columns, text lengths and dates."""
    table = pl.DataFrame(sheet.table)
    if table.width > MAX_SHEET_COLUMNS:
        kept = f"The workbook has the first {MAX_SHEET_COLUMNS:,}; the CSV has all."
        messages.append(f"{sheet.name} has {table.width:,} columns. {kept}")
        table = table.select(table.columns[:MAX_SHEET_COLUMNS])
    return unescape_names(pl.DataFrame([_fit_column(sheet, table[name], messages) for name in table.columns]))


def _fit_column(sheet: Sheet, values: pl.Series, messages: list[str]) -> pl.Series:
    if values.dtype == pl.Date:
        if not (values < _FIRST_DATE).fill_null(value=False).any():
            return values
        messages.append(
            f"{sheet.name}, column {values.name}: Excel has no dates before March 1900, so the dates are written as text."
        )
        return values.cast(pl.String)
    if values.dtype == pl.Boolean:
        return values.replace_strict({True: "yes", False: "no"}, return_dtype=pl.String)
    if values.dtype != pl.String:
        return values
    if _has_too_long(values):
        messages.append(
            f"{sheet.name}, column {values.name}: texts over {MAX_CELL_CHARACTERS:,} characters are cut. "
            "The CSV has the full texts."
        )
        values = values.str.slice(0, MAX_CELL_CHARACTERS)
    return values.cast(pl.Float64) if values.name not in sheet.texts and _are_plain_numbers(values) else values


def _has_too_long(values: pl.Series) -> bool:
    longest = values.str.len_bytes().max()  # takes a tenth of the time of counting characters
    return (
        isinstance(longest, int) and longest > MAX_CELL_CHARACTERS and bool((values.str.len_chars() > MAX_CELL_CHARACTERS).any())
    )


def _are_plain_numbers(values: pl.Series) -> bool:
    """Return whether all values are numbers; the first rows decide for most columns of text."""
    filled = values.drop_nulls()
    return filled.len() > 0 and all(part.str.contains(_PLAIN_NUMBER).all() for part in (filled.head(_SAMPLE_ROWS), filled))


def _add_sheet(book: FastExcel, sheet: Sheet, name: str, table: Any) -> None:
    columns = list(table[0]) if isinstance(table, list) else table.columns
    has_rows = isinstance(table, pl.DataFrame) and table.height > 0
    formats = {column: Format().set_num_format(form) for column, form in sheet.formats.items() if column in columns}
    if sheet.heights:
        formats = {column: formats.get(column, Format()).set_align("top") for column in columns}
    formats |= {column: Format().set_text_wrap().set_align("top") for column in sheet.wrapped}
    header = Format().set_bold().set_background_color(_HEADER_FILL).set_font_color(_HEADER_FONT).set_align("left")
    bars = {sheet.bars: {"type": "data_bar", "color": _BAR_COLOR}} if has_rows and sheet.bars in columns else None
    book.sheet(
        name,
        table,
        header_format=header,
        column_formats=formats or None,
        column_widths=_choose_widths(sheet, table, columns),
        autofilter=has_rows,
        ignore_errors=[column for column in sheet.texts if column in columns] or None,
        conditional_formats=bars,
        url_columns=sheet.links or None,
        data_validations=_list_choices(sheet) if has_rows else None,
        row_heights=sheet.heights or None,
        charts=sheet.charts or None,
        page_setup=_PAGE | ({"fit_to_pages": (1, 0)} if len(columns) <= _MAX_COLUMNS_PER_PAGE else {}) | sheet.page,
    )


def _list_choices(sheet: Sheet) -> dict[str, dict[str, Any]] | None:
    rule = {"type": "list", "error_style": "warning"}
    return {column: {**rule, "values": list(values)} for column, values in sheet.choices.items()} or None


def _choose_widths(sheet: Sheet, table: Any, columns: Sequence[str]) -> dict[str, float]:
    """Return the sheet's own widths; other columns fit their header and nearly all of the first rows."""
    own = {name: width for name, width in sheet.widths.items() if name in columns}
    if not isinstance(table, pl.DataFrame):
        return {columns[0]: 38, columns[-1]: 60} | own
    sample = table.head(_SAMPLE_ROWS)
    lengths = sample.select(pl.all().cast(pl.String).str.len_chars().quantile(0.95)).row(0) if sample.height else ()
    longest = lengths or [0] * table.width
    fitted = {
        name: float(min(max(_MIN_WIDTH, len(name) + 3, int(length or 0) + 2), _MAX_WIDTH))
        for name, length in zip(table.columns, longest, strict=True)
    }
    return fitted | own


def _normalize_properties(path: Path, keyword: str) -> None:
    """Replace the time of writing in the workbook's properties, and set the creator and the keyword.

    The properties are among the last entries of the archive, so only those are written again.
    """
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as book:
        entries = list(book.infolist())
        first = next(i for i, entry in enumerate(entries) if entry.filename == "docProps/core.xml")
        contents = [(entry, book.read(entry)) for entry in entries[first:]]
        for entry in entries[first:]:
            book.filelist.remove(entry)
            del book.NameToInfo[entry.filename]
        book.start_dir = entries[first].header_offset
        for entry, content in contents:
            rewritten = zipfile.ZipInfo(entry.filename, entry.date_time)
            rewritten.create_system = entry.create_system
            stamped = re.sub(rb">\d{4}-\d{2}-\d{2}T[\d:.]+Z<", f">{_TIMESTAMP}<".encode(), content)
            keywords = f"<cp:keywords>{keyword}</cp:keywords>" if keyword else ""
            creator = f"<dc:creator>{WORKBOOK_CREATOR}</dc:creator>{keywords}".encode()
            book.writestr(rewritten, stamped.replace(b"<dc:creator></dc:creator>", creator), zipfile.ZIP_DEFLATED)
