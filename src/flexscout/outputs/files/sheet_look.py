"""How a sheet looks: formats, colors, heights of rows, and its pages in print."""

import math
from collections.abc import Sequence
from typing import Any

import polars as pl
from rustpy_xlsxwriter import Format

from flexscout.domain import shorten
from flexscout.outputs.files.layout import GRAY, LINE, NAVY, Cell, Sheet, Style

HEADER = Style(bold=True, fill=NAVY, color="#FFFFFF", align="left", wrap=True)
"""The look of a table's header."""

_MAX_FITTED_ROWS = 5_000  # whose heights fit their texts; such a sheet is held in memory
_MAX_FOOTER = 80  # characters; Excel allows 255 with the rest and with codes
_MAX_COLUMNS_PER_PAGE = 20  # that are readable in print
_MARGINS = {"left": 0.4, "right": 0.4, "top": 0.5, "bottom": 0.6, "header": 0.3, "footer": 0.3}  # inches
_LETTER = 1  # paper size
_BAR_COLOR = "#9DC3E6"
_CLASS_COLORS = (("#C6E0B4", "#1E4620"), ("#DDEBF7", "#1F3864"), ("#FFF2CC", "#5F4B00"), ("#EDEDED", "#404040"))
_TITLE, _SENTENCE = Style(size=14, bold=True, color=NAVY), Style(size=10, color=GRAY, wrap=True, align="top")
_TITLE_HEIGHT, _LINE_HEIGHT, _MAX_LINES = 21.0, 14.0, 6  # points


def build_format(style: Style) -> Format:
    """Return the writer's format of a style."""
    form = Format().set_font_size(style.size)
    form = form.set_bold() if style.bold else form
    form = form.set_font_color(style.color) if style.color else form
    form = form.set_background_color(style.fill) if style.fill else form
    form = form.set_num_format(style.number) if style.number else form
    form = form.set_text_wrap() if style.wrap else form
    form = form.set_align(style.align) if style.align else form
    form = form.set_align("top") if style.wrap else form
    form = form.set_align("left").set_indent(style.indent) if style.indent else form
    return form.set_border_bottom("thin").set_border_bottom_color(LINE) if style.line else form


def to_merge(cell: Cell) -> tuple[int, int, int, int, str, Format]:
    """Return a cell above the table as the writer takes it."""
    return cell.row, cell.first, cell.row, cell.last, str(cell.value), build_format(cell.style)


def list_title_cells(sheet: Sheet, columns: Sequence[str]) -> tuple[Cell, ...]:
    """Return the cells with the sheet's name and what it is for, as wide as the table."""
    last = max(len(columns) - 1, 1)
    return (Cell(0, 0, last, sheet.name, _TITLE), Cell(1, 0, last, sheet.about, _SENTENCE)) if sheet.about else ()


def has_heights(sheet: Sheet) -> bool:
    """Return whether the heights of rows are written; those above the header only stay if the sheet is held in memory."""
    return bool(sheet.cells) or (bool(sheet.about) and sheet.row_count <= _MAX_FITTED_ROWS)


def choose_heights(sheet: Sheet, widths: dict[str, float]) -> dict[int, float]:
    """Return the heights of rows: programs that open a workbook don't fit them to wrapped text."""
    if sheet.cells or not has_heights(sheet):
        return {sheet.header_row + row: height for row, height in sheet.heights.items()}
    lines = max((_count_lines(name, width - 1) for name, width in widths.items()), default=1)
    sentence = math.ceil(len(sheet.about) / max(sum(list(widths.values())[: sheet.printed or None]), 1))
    heights = {0: _TITLE_HEIGHT, 1: sentence * _LINE_HEIGHT, sheet.header_row: lines * _LINE_HEIGHT + 3}
    wrapped = [name for name in sheet.wrapped if name in widths]
    if wrapped and isinstance(sheet.table, pl.DataFrame):
        most = pl.max_horizontal(_count_wrapped_lines(name, widths[name]) for name in wrapped).clip(1, _MAX_LINES)
        fitted = sheet.table.select(most * _LINE_HEIGHT + 1).to_series()
        heights |= dict(enumerate(fitted.to_list(), sheet.header_row + 1))
    return heights


def _count_wrapped_lines(name: str, width: float) -> pl.Expr:
    """Return in how many lines each text of a column is written, about."""
    lines = pl.col(name).cast(pl.String).str.split("\n")
    return lines.list.eval((pl.element().str.len_chars() / (width - 1)).ceil().clip(1)).list.sum().fill_null(1)


def _count_lines(text: str, width: float) -> int:
    """Return in how many lines a header is written, broken between words."""
    lines, used = 1, 0
    for word in text.split():
        if used and used + 1 + len(word) > width:
            lines, used = lines + 1, 0
        used += len(word) + bool(used)
    return lines


def choose_formats(sheet: Sheet, columns: Sequence[str]) -> dict[str, Format]:
    """Return the format of each column that has one; a text after a number is moved away from it.

    A format costs a tenth of a cell's time, so long lists only have those of numbers.
    """
    if isinstance(sheet.table, list):
        return {}
    if not has_heights(sheet):
        return {name: build_format(Style(number=sheet.formats[name])) for name in columns if name in sheet.formats}
    is_number = [dtype.is_numeric() for dtype in sheet.table.dtypes]
    formats = {}
    for i, name in enumerate(columns):
        is_centered = name in sheet.centered
        style = Style(
            number=sheet.formats.get(name, ""),
            wrap=name in sheet.wrapped,
            align="center" if is_centered else "",
            line=True,
            indent=int(i > 0 and is_number[i - 1] and not is_number[i] and not is_centered),
        )
        formats[name] = build_format(style).set_align("top") if sheet.wrapped else build_format(style)
    return formats


def choose_colors(sheet: Sheet, columns: Sequence[str]) -> dict[str, Any] | None:
    """Return the data bars, and a color for each class; the formula of a rule can't hold quotation marks."""
    rules: dict[str, Any] = {}
    if sheet.bars in columns:
        rules[sheet.bars] = {"type": "data_bar", "color": _BAR_COLOR}
    for column, texts in sheet.colors.items():
        if column in columns:
            ranked = [(text, _CLASS_COLORS[min(i, len(_CLASS_COLORS) - 1)]) for i, text in enumerate(texts) if '"' not in text]
            longest_first = sorted(ranked, key=lambda entry: -len(entry[0]))
            rules[column] = [
                {"type": "text", "criteria": "begins_with", "value": text, "format": build_format(Style(fill=fill, color=color))}
                for text, (fill, color) in longest_first
            ]
    return rules or None


def list_choices(sheet: Sheet) -> dict[str, dict[str, Any]] | None:
    """Return the rules of columns with texts to choose from; another text gets a warning."""
    rule = {"type": "list", "error_style": "warning"}
    return {column: {**rule, "values": list(values)} for column, values in sheet.choices.items()} or None


def choose_page(sheet: Sheet, columns: Sequence[str]) -> dict[str, Any]:
    """Return the page setup: the header row on each page, and as wide as the page if that is readable."""
    count = sheet.printed or len(columns)
    height = len(sheet.table) + sheet.header_row
    page: dict[str, Any] = {"landscape": True, "paper_size": _LETTER, "margins": _MARGINS}
    if not sheet.cells:
        page["repeat_rows"] = sheet.header_row
    if count <= _MAX_COLUMNS_PER_PAGE:
        page["fit_to_pages"] = (1, 0)
    if sheet.about or count < len(columns):
        page["print_area"] = (0, 0, height, count - 1)  # the lines of columns go on below the table
    footer = shorten(sheet.footer, _MAX_FOOTER).replace("&", "&&")
    page["footer"] = f"&L&9 {footer}&C&9 &A&R&9 Page &P of &N"  # a digit of a name is not part of the size
    return page | sheet.page
