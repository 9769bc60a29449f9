"""Convert the texts below a header to a typed property table, in memory."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from flexscout.domain import find_canonical_column
from flexscout.ingest.cell_queries import map_columns
from flexscout.ingest.convert.issues import IssueCollector
from flexscout.ingest.convert.mapped_columns import describe_columns, fill_acres, find_column_type, finish_columns, sort_columns
from flexscout.ingest.convert.rows import RowKind, classify_rows
from flexscout.ingest.convert.types import find_conversion
from flexscout.ingest.convert.unmapped_columns import detect_value_kinds, drop_empty_columns, find_unmapped_columns
from flexscout.ingest.convert.values import clean_texts, convert_texts
from flexscout.ingest.derived_columns import add_derived_columns
from flexscout.models import HeaderMap


@dataclass(frozen=True)
class ConvertedSheet:
    """A typed sheet.

    Attributes:
        table: One row per property: canonical columns, `Source Sheet`, `Source Row`, then unmapped columns.
        issues: Listed issues with the columns of ISSUE_SCHEMA, sorted by row; at most MAX_LISTED_ISSUES.
        issue_counts: Reason code -> number of all issues.
        rows_read: Rows from below the header to the last row with a value.
        blank: Blank rows among them.
        not_data: Totals, notes, repeated headers and rows of other tables among them.
        value_kinds: One letter per unmapped column, in order; see `detect_value_kinds`.

    """

    table: pl.DataFrame
    issues: pl.DataFrame
    issue_counts: tuple[tuple[str, int], ...]
    rows_read: int
    blank: int
    not_data: int
    value_kinds: str = ""


def convert_sheet(
    sheet: str, cells: pl.DataFrame, header_row: int, header_map: HeaderMap, *, from_1904: bool = False
) -> ConvertedSheet:
    """Convert the rows below the header to a typed table.

    Args:
        sheet: Sheet name.
        cells: Texts of the sheet, columns named by position.
        header_row: Position of the header row from 0; -1 if there is no header.
        header_map: What the columns mean.
        from_1904: Whether bare numbers in date columns are days since 1904.

    """
    texts = trim_cells(cells.slice(header_row + 1))
    texts = add_derived_columns(texts.head(measure_height(texts)), header_map.derived)
    body = texts.with_row_index("row", offset=header_row + 2)
    row_kinds = classify_rows(body, header_map)
    issues = IssueCollector(sheet)
    issues.add_column_issues(header_map.issues)
    issues.add_row_issues(body, row_kinds)
    is_property = row_kinds == RowKind.PROPERTY.value
    rows = body if is_property.all() else body.filter(is_property)
    mapped = _convert_mapped(rows, header_map, issues, from_1904=from_1904)
    unmapped = _select_columns(rows, find_unmapped_columns(header_map))
    table = pl.DataFrame([*fill_acres(mapped), *build_source(sheet, rows["row"]), *drop_empty_columns(unmapped)])
    return build_converted_sheet(table, issues, row_kinds, detect_value_kinds(unmapped))


def convert_column(name: str, texts: pl.Series) -> pl.Series:
    """Convert the texts of one canonical column; null where a text is missing or can't be converted."""
    columns = {name: find_canonical_column(name)}
    return convert_texts(clean_texts(texts.to_frame(name), columns), columns).values[name]


def can_convert(name: str, text: str) -> bool:
    """Return whether a text is a value of a canonical column, and no issue."""
    columns = {name: find_canonical_column(name)}
    typed = convert_texts(clean_texts(pl.DataFrame({name: [text]}), columns), columns)
    return typed.values[name].count() == 1 and not any(reasons.count() for reasons in typed.reasons.values())


def get_number_range(name: str) -> tuple[float, float]:
    """Return the smallest and largest number that a canonical column can hold."""
    column = find_canonical_column(name)
    return find_conversion(column).bounds(column) or (float("-inf"), float("inf"))


def trim_cells(cells: pl.DataFrame) -> pl.DataFrame:
    """Return texts without surrounding whitespace, null where nothing is left."""
    filled = [values.name for values in cells if values.null_count() < values.len()]
    return map_columns(cells, dict.fromkeys(filled, _trim))


def _trim(text: pl.Expr) -> pl.Expr:
    return text.str.strip_chars().replace("", None)


def measure_height(texts: pl.DataFrame) -> int:
    """Return the number of rows up to the last one with a value."""
    if texts.height and any(value is not None for value in texts.row(-1)):
        return texts.height
    filled = texts.select(pl.any_horizontal(pl.all().is_not_null())).to_series().arg_true()
    return 0 if filled.is_empty() else int(filled[-1]) + 1


def build_source(sheet: str, rows: pl.Series) -> list[pl.Series]:
    """Return the columns that locate each row in its file."""
    sheets = pl.repeat(sheet, rows.len(), dtype=pl.String, eager=True)
    return [sheets.alias("Source Sheet"), rows.cast(pl.Int64).alias("Source Row")]


def build_converted_sheet(table: pl.DataFrame, issues: IssueCollector, row_kinds: pl.Series, value_kinds: str) -> ConvertedSheet:
    """Count rows by kind, and put a converted sheet together."""
    properties, blank = (int((row_kinds == kind.value).sum()) for kind in (RowKind.PROPERTY, RowKind.BLANK))
    not_data = row_kinds.len() - properties - blank
    return ConvertedSheet(table, issues.to_frame(), issues.count_by_reason(), row_kinds.len(), blank, not_data, value_kinds)


def _select_columns(rows: pl.DataFrame, positions: Mapping[str, str]) -> pl.DataFrame:
    """Return the columns at some positions, with their names."""
    selected = rows[:, list(positions.values())]
    selected.columns = list(positions)
    return selected


def _convert_mapped(rows: pl.DataFrame, header_map: HeaderMap, issues: IssueCollector, *, from_1904: bool) -> list[pl.Series]:
    """Return the canonical columns in order; `issues` receives what couldn't be converted."""
    mapped = sort_columns(header_map.canonical)
    columns = {name: find_column_type(column, from_1904=from_1904) for name, column in mapped.items()}
    texts = clean_texts(_select_columns(rows, {name: str(column.position) for name, column in mapped.items()}), columns)
    typed = convert_texts(texts, columns)
    issues.add_column_issues(describe_columns(typed.notes, mapped))
    return finish_columns(rows["row"], texts, typed, mapped, issues)
