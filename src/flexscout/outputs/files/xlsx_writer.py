"""Write workbooks: typed cells, formats and filters; text stays text; equal tables give equal bytes."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from rustpy_xlsxwriter import FastExcel

from flexscout.domain import WORKBOOK_LIST_TAG, format_count, unescape_names
from flexscout.outputs.files.charts import render_chart
from flexscout.outputs.files.layout import Sheet, Style
from flexscout.outputs.files.sheet_look import (
    HEADER,
    build_format,
    choose_colors,
    choose_formats,
    choose_heights,
    choose_page,
    has_heights,
    list_choices,
    list_title_cells,
    to_merge,
)
from flexscout.outputs.files.xlsx_blocks import RowBlocks, build_model_row, can_render
from flexscout.outputs.files.xlsx_package import NativeTable, PackageChanges
from flexscout.runtime import interrupts

MAX_SHEET_ROWS = 1_048_575
"""Excel's limits: rows below the first, columns, characters in a cell."""
MAX_SHEET_COLUMNS = 16_384
MAX_CELL_CHARACTERS = 32_767

_MIN_BLOCK_ROWS = 8_000  # of a sheet that is written in blocks; more than any table or fitted sheet has
_MAX_TABLE_ROWS = 8_000  # of an Excel table, unless it is written in blocks: its sheet is compressed twice
_MIN_WIDTH, _MAX_WIDTH = 9, 48  # characters
_SAMPLE_ROWS = 500
_FIRST_DATE = date(1900, 3, 1)  # Excel's calendar is wrong before it, or has no days
_PLAIN_NUMBER = r"^-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,12})?$"  # ASCII digits, as a cast reads them
_ESCAPE = r"_x[0-9A-Fa-f]{4}_"  # Excel would read it as a character
_FILTER_WIDTH = 3  # characters; of the arrow in a header


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
    parts = [part for sheet in sheets for part in _split_table(sheet, messages)]
    blocks = [_take_blocks(part) for part in parts]
    parts = [_shorten(part, block) for part, block in zip(parts, blocks, strict=True)]
    book = FastExcel(path).format(bold_headers=True)
    for part in parts:
        _add_sheet(book, part)
    # The writer would take an interrupt for a table of another type and go on.
    with interrupts.defer_interrupts():
        book.save()
    changes = _list_changes(parts)
    for number, block in enumerate(blocks, 1):
        if block:
            changes.add_rows(number, block)
    changes.set_properties(f"{WORKBOOK_LIST_TAG}{compute_list_id()}" if compute_list_id else "")
    changes.apply(path)
    return messages


def _list_changes(sheets: Sequence[Sheet]) -> PackageChanges:
    """Return what the writer can't write: tables, numbers above a table, widths of columns without a header, charts."""
    changes, charts = PackageChanges(), 0
    for number, sheet in enumerate(sheets, 1):
        if _is_native_table(sheet):
            changes.add_table(number, _describe_table(sheet))
        if numbers := _list_numbers(sheet):
            changes.write_numbers(number, numbers)
        if sheet.column_widths:
            changes.set_widths(number, sheet.column_widths)
        for chart in sheet.charts:
            charts += 1
            changes.replace_chart(charts, render_chart(chart, sheet.name))
    return changes


def _split_table(sheet: Sheet, messages: list[str]) -> list[Sheet]:
    """Return the sheets that hold the sheet's table, with all values within Excel's limits."""
    if isinstance(sheet.table, list):
        return [sheet]
    table = _fit_to_excel(sheet, messages)
    rows = MAX_SHEET_ROWS - sheet.header_row
    count = max(1, -(-table.height // rows))
    if count > 1:
        more = format_count(count - 1, "more sheet")
        messages.append(f"{sheet.name} has {table.height:,} rows, too many for one sheet. It continues in {more}.")
    slices = [table.slice(i * rows, rows) for i in range(count)]
    return [replace(sheet, name=sheet.name if i == 0 else f"{sheet.name} ({i + 1})", table=part) for i, part in enumerate(slices)]


def _take_blocks(sheet: Sheet) -> RowBlocks | None:
    """Return the rows of a long table that are written in blocks: those behind the last linked one."""
    table = sheet.table
    if not isinstance(table, pl.DataFrame) or table.height <= _MIN_BLOCK_ROWS or sheet.cells or not can_render(table):
        return None
    linked = [row + 1 for name in sheet.links for row in table[name].is_not_null().arg_true().tail(1)]
    head = max([_SAMPLE_ROWS, *linked])  # the widths of columns depend on the sample
    if head > table.height // 2:
        return None
    return RowBlocks(table.slice(head), sheet.header_row + 1 + head + 1)


def _shorten(sheet: Sheet, blocks: RowBlocks | None) -> Sheet:
    """Return the sheet with a model row in place of the rows that are written in blocks."""
    if blocks is None or not isinstance(sheet.table, pl.DataFrame):
        return sheet
    head = sheet.table.head(sheet.table.height - blocks.rows.height)
    return replace(sheet, table=pl.concat([head, build_model_row(head)]), more_rows=blocks.rows.height - 1)


def _fit_to_excel(sheet: Sheet, messages: list[str]) -> pl.DataFrame:
    """Return the table within Excel's limits on columns, text lengths and dates."""
    table = pl.DataFrame(sheet.table)
    if table.width > MAX_SHEET_COLUMNS:
        kept = f"The workbook has the first {MAX_SHEET_COLUMNS:,}; the CSV has all."
        messages.append(f"{sheet.name} has {table.width:,} columns. {kept}")
        table = table.select(table.columns[:MAX_SHEET_COLUMNS])
    fitted = [_fit_column(sheet, table[name], messages) for name in _find_columns_to_fit(table, sheet.texts)]
    return unescape_names(table.with_columns(fitted))


def _find_columns_to_fit(table: pl.DataFrame, texts: Collection[str]) -> list[str]:
    """Return the columns that may not fit as they are. All are looked at together; a few rows decide for most texts."""
    names = [name for name, dtype in table.schema.items() if dtype == pl.String]
    sample = [pl.col(name).drop_nulls().head(_SAMPLE_ROWS) for name in names if name not in texts]
    numbers = table.select(values.str.contains(_PLAIN_NUMBER).all() for values in sample)
    long = table.select(pl.col(names).str.len_bytes().max() > MAX_CELL_CHARACTERS)  # a tenth of the time of counting characters
    found = {column.name for frame in (numbers, long) for column in frame if column.any()}
    return [name for name, dtype in table.schema.items() if dtype in (pl.Date, pl.Boolean) or name in found]


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
    if (values.str.len_chars() > MAX_CELL_CHARACTERS).any():
        messages.append(
            f"{sheet.name}, column {values.name}: texts over {MAX_CELL_CHARACTERS:,} characters are cut. "
            "The CSV has the full texts."
        )
        return values.str.slice(0, MAX_CELL_CHARACTERS)
    return values.cast(pl.Float64) if values.name not in sheet.texts and _are_plain_numbers(values) else values


def _are_plain_numbers(values: pl.Series) -> bool:
    filled = values.drop_nulls()
    return not filled.is_empty() and filled.str.contains(_PLAIN_NUMBER).all()


def _add_sheet(book: FastExcel, sheet: Sheet) -> None:
    columns = _list_columns(sheet)
    has_rows = isinstance(sheet.table, pl.DataFrame) and sheet.table.height > 0
    widths = _choose_widths(sheet, columns)
    cells = sheet.cells or list_title_cells(sheet, columns)
    if not sheet.cells:
        book.freeze(row=sheet.header_row + 1, col=sheet.frozen, sheet=sheet.name)
    book.sheet(
        sheet.name,
        sheet.table,
        dedupe_strings=has_heights(sheet),
        header_row=sheet.header_row,
        header_format=build_format(Style() if sheet.cells else HEADER),
        merge_ranges=[to_merge(cell) for cell in cells] or None,
        column_formats=choose_formats(sheet, columns) or None,
        column_widths=widths,
        autofilter=has_rows and not sheet.cells and not _is_native_table(sheet),
        ignore_errors=[column for column in sheet.texts if column in columns] or None,
        conditional_formats=choose_colors(sheet, columns) if has_rows else None,
        url_columns=sheet.links or None,
        data_validations=list_choices(sheet) if has_rows else None,
        row_heights=choose_heights(sheet, widths) or None,
        charts=[_reserve_chart(chart.corner, chart.size, columns) for chart in sheet.charts] or None,
        images=list(sheet.images) or None,
        sheet_view=({"gridlines": False} if sheet.cells else {}) | ({"tab_color": sheet.tab} if sheet.tab else {}) or None,
        page_setup=choose_page(sheet, columns),
    )


def _list_columns(sheet: Sheet) -> list[str]:
    return list(sheet.table[0]) if isinstance(sheet.table, list) else sheet.table.columns


def _list_numbers(sheet: Sheet) -> list[tuple[int, int, float]]:
    """Return the cells above the table that hold numbers; the writer writes them as text."""
    return [(cell.row, cell.first, cell.value) for cell in sheet.cells if not isinstance(cell.value, str)]


def _reserve_chart(corner: tuple[int, int], size: tuple[int, int], columns: Sequence[str]) -> dict[str, Any]:
    """Return a chart whose place and size count; its part is replaced."""
    place = {"row": corner[0], "col": corner[1], "width": size[0], "height": size[1]}
    return {"type": "bar", "categories": columns[0], "series": [columns[-1]], **place}


def _choose_widths(sheet: Sheet, columns: Sequence[str]) -> dict[str, float]:
    """Return the sheet's own widths; other columns fit their header and nearly all of the first rows."""
    if not isinstance(sheet.table, pl.DataFrame):
        return {name: sheet.widths.get(name, _MIN_WIDTH) for name in columns}
    table = sheet.table
    sample = table.head(_SAMPLE_ROWS)
    lengths = sample.select(pl.all().cast(pl.String).str.len_chars().quantile(0.95)).row(0) if sample.height else ()
    longest = lengths or [0] * table.width
    fitted = {
        name: float(min(max(_MIN_WIDTH, len(name) + _FILTER_WIDTH, int(length or 0) + 2), _MAX_WIDTH))
        for name, length in zip(table.columns, longest, strict=True)
    }
    return fitted | {name: width for name, width in sheet.widths.items() if name in columns}


def _is_native_table(sheet: Sheet) -> bool:
    """Return whether the sheet's rows become an Excel table, whose headers have to differ by more than case."""
    is_cheap = sheet.more_rows or sheet.row_count <= _MAX_TABLE_ROWS
    if not (sheet.is_table and is_cheap and isinstance(sheet.table, pl.DataFrame) and sheet.row_count):
        return False
    names = sheet.table.columns
    is_unique = len({name.casefold() for name in names}) == len(names)
    return is_unique and all(name.isprintable() and name.strip() and not re.search(_ESCAPE, name) for name in names)


def _describe_table(sheet: Sheet) -> NativeTable:
    return NativeTable(re.sub(r"\W", "", sheet.name), tuple(_list_columns(sheet)), sheet.header_row, sheet.row_count)
