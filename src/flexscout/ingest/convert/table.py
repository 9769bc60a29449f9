"""A sheet's text below its header -> a typed table, its Issues, and the count of what is no property."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import product

import polars as pl

from flexscout.domain import (
    SQUARE_FEET_PER_ACRE,
    CanonicalColumn,
    CodeTable,
    canonical_column,
    canonical_columns,
    code_tables,
    escape_name,
)
from flexscout.ingest.convert.dates import FROM_1904
from flexscout.ingest.convert.issues import IssueList
from flexscout.ingest.convert.rows import BLANK, PROPERTY, classify_rows
from flexscout.ingest.convert.types import find_conversion
from flexscout.ingest.convert.values import TypedColumns, clean_texts, convert_texts
from flexscout.models import HeaderMap, Issue, MappedColumn

NUMBERS, DATES, TEXTS, NOTHING = "n", "d", "t", "-"

_NUMBER = r"^[-($]*[\d,]*\.?\d+\)?%?$"
_DATE = r"^(?:\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{2,4}$|[A-Z][a-z]{2,8} \d{1,2}, \d{4}$)"
LOOKED_AT = 100
"""Rows at the beginning that tell the kind."""

_NEARLY_ALL = 0.9


def detect_value_kinds(columns: pl.DataFrame) -> str:
    """A letter per column of texts: NUMBERS or DATES if nearly all of its first values are, else TEXTS; NOTHING without any."""
    if not columns.width:
        return ""
    # One long column is asked twice; asking each column costs three times as much where rows are few.
    first = columns.head(LOOKED_AT)
    first.columns = [str(position) for position in range(first.width)]  # a header may be `name` or `text`
    cells = first.unpivot(variable_name="name", value_name="text").group_by("name")
    text = pl.col("text")
    shares = cells.agg(text.str.contains(_NUMBER).mean(), text.str.contains(_DATE).mean().alias("dates")).rows()
    kinds = {name: _kind(numbers, dates) for name, numbers, dates in shares}
    return "".join(kinds.get(name, NOTHING) for name in first.columns)


def _kind(numbers: float | None, dates: float | None) -> str:
    if numbers is None or dates is None:
        return NOTHING
    return NUMBERS if numbers >= _NEARLY_ALL else DATES if dates >= _NEARLY_ALL else TEXTS


_DECIMALS = r"\.0+$"  # 48.0: a number to the program that wrote it
_WORD = r"[A-Za-z]{3}"  # such a text describes itself already


def describe_codes(texts: pl.Series, table: CodeTable) -> tuple[pl.Series, pl.Series]:
    """Codes as `048 Warehousing, ...`, and the reasons of those that the table does not have, which stay as they are."""
    code = pl.col("text").str.replace(_DECIMALS, "").str.zfill(table.digits)
    meaning = code.replace_strict(table.codes, default=None, return_dtype=pl.String)
    unknown = pl.col("text").is_not_null() & meaning.is_null() & ~pl.col("text").str.contains(_WORD)
    both = pl.coalesce(pl.format("{} {}", code, meaning), pl.col("text")).alias("both")
    frame = texts.to_frame("text").select(both, pl.when(unknown).then(pl.lit("unknown_code")).alias("reason"))
    return frame["both"].alias(texts.name), frame["reason"]


_ACRE_DECIMALS = 6  # a twentieth of a square foot
_ORDER = {entry.name: position for position, entry in enumerate(canonical_columns())}
_MIDNIGHT = r"^(\d{4}-\d{2}-\d{2}) 00:00:00$"

TRIMMED = pl.all().str.strip_chars().replace("", None)
ENDS_AT_MIDNIGHT = pl.all().str.ends_with(" 00:00:00").any()


@dataclass(frozen=True)
class Converted:
    """A sheet, typed.

    `table`: a row per property: canonical columns, `Source Sheet`, `Source Row`, then the columns that pass through;
    `issues`: ISSUE_SCHEMA, in the order of the rows, at most MAX_LISTED_ISSUES; `issue_counts`: reason -> how many there are;
    `rows_read`: rows from below the header to the last that is not empty; `kinds`: a letter per column that passes through,
    in their order (see kinds.py).
    """

    table: pl.DataFrame
    issues: pl.DataFrame
    issue_counts: tuple[tuple[str, int], ...]
    rows_read: int
    blank: int
    not_data: int
    kinds: str = ""


def convert_sheet(
    sheet: str, cells: pl.DataFrame, header_row: int, header_map: HeaderMap, *, from_1904: bool = False
) -> Converted:
    """Type the rows below `header_row` (a position, from 0) as `header_map` says.

    `from_1904`: whether bare day numbers count from 1904.
    """
    body = _body(cells, header_row)
    kinds = classify_rows(body, header_map)
    rows = body.filter(kinds == PROPERTY)
    issues = IssueList(sheet)
    issues.of_columns(header_map.issues)
    issues.of_rows(body, kinds)
    typed = _typed(rows, header_map.canonical, issues, from_1904=from_1904)
    extras = rows.select(pl.col(str(entry.position)).alias(escape_name(entry.name)) for entry in header_map.unmapped)
    table = pl.DataFrame([*fill_acres(typed), *source_columns(sheet, rows["row"]), *_extras(extras)])
    blank, not_data = int((kinds == BLANK).sum()), int((~kinds.is_in([PROPERTY, BLANK])).sum())
    return Converted(table, issues.listed(), issues.counts(), body.height, blank, not_data, detect_value_kinds(extras))


def convert_column(name: str, texts: pl.Series) -> pl.Series:
    """The values of one canonical column; null where a text is missing or won't do."""
    kinds = {name: canonical_column(name)}
    return convert_texts(clean_texts(texts.to_frame(name), kinds), kinds).values[name]


def number_range_of(name: str) -> tuple[float, float]:
    """Return the least and the greatest number that a canonical column can hold."""
    kind = canonical_column(name)
    return find_conversion(kind).bounds(kind) or (float("-inf"), float("inf"))


def _body(cells: pl.DataFrame, header_row: int) -> pl.DataFrame:
    """The rows below the header to the last with a value, trimmed texts, with Excel's row number in `row`."""
    body = cells.slice(header_row + 1).with_columns(TRIMMED).with_row_index("row", offset=header_row + 2)
    return body.head(measure_height(body.drop("row")))


def measure_height(texts: pl.DataFrame) -> int:
    """Rows up to the last with a value."""
    filled = texts.select(pl.any_horizontal(pl.all().is_not_null())).to_series().arg_true()
    return 0 if filled.is_empty() else int(filled[-1]) + 1


def _typed(rows: pl.DataFrame, mapped: Iterable[MappedColumn], issues: IssueList, *, from_1904: bool) -> list[pl.Series]:
    """The canonical columns in their order; what is wrong with them goes to `issues`."""
    ordered = sort_columns(mapped)
    kinds = {name: column_type(name, from_1904=from_1904) for name in ordered}
    texts = clean_texts(rows.select(pl.col(str(entry.position)).alias(name) for name, entry in ordered.items()), kinds)
    found = convert_texts(texts, kinds)
    issues.of_columns(describe_columns(found.notes, ordered))
    return report_issues(rows["row"], texts, found, ordered, issues)


def report_issues(
    rows: pl.Series, texts: pl.DataFrame, found: TypedColumns, mapped: Mapping[str, MappedColumn], issues: IssueList
) -> list[pl.Series]:
    """Typed columns as the table has them; what is wrong with their values goes to `issues`. `rows`: as Excel numbers them."""
    values, unknown = _described(found.values, mapped)
    for name, reasons in product(mapped, (found.reasons, unknown)):
        if name in reasons:
            issues.of_values(rows, mapped[name].header, texts[name], reasons[name])
    return [(100 - column).alias(column.name) if mapped[column.name].inverted else column for column in values]


def sort_columns(mapped: Iterable[MappedColumn]) -> dict[str, MappedColumn]:
    """By name, in the order that canonical columns have."""
    return {entry.name: entry for entry in sorted(mapped, key=lambda entry: _ORDER[entry.name])}


def column_position(name: str) -> int:
    """Where a canonical column stands among all."""
    return _ORDER[name]


def describe_columns(notes: Mapping[str, str], mapped: Mapping[str, MappedColumn]) -> Iterable[Issue]:
    """What is to say of whole columns."""
    return (Issue("", 0, mapped[name].header, "", note) for name, note in notes.items())


def column_type(name: str, *, from_1904: bool) -> CanonicalColumn:
    """What a canonical column is; its dates may count from 1904."""
    kind = canonical_column(name)
    return replace(kind, unit=FROM_1904) if from_1904 and kind.type == "date" else kind


def _described(values: pl.DataFrame, ordered: Mapping[str, MappedColumn]) -> tuple[pl.DataFrame, dict[str, pl.Series]]:
    """Columns of codes with their words; and by column, the reasons of unknown codes."""
    coded = {name: describe_codes(values[name], code_tables()[entry.codes]) for name, entry in ordered.items() if entry.codes}
    unknown = {name: reasons for name, (_, reasons) in coded.items() if reasons.count()}
    return values.with_columns(both for both, _ in coded.values()), unknown


def fill_acres(typed: list[pl.Series]) -> list[pl.Series]:
    """Fill acres that are missing, or 0, from the lot's square feet."""
    named = {values.name: values for values in typed}
    if "Lot Size SqFt" not in named:
        return typed
    acres = (named["Lot Size SqFt"] / SQUARE_FEET_PER_ACRE).round(_ACRE_DECIMALS).alias("Lot Size Acres")
    if "Lot Size Acres" in named:
        known = (named["Lot Size Acres"] > 0).fill_null(value=False)
        acres = named["Lot Size Acres"].zip_with(known | acres.is_null(), acres)
    named["Lot Size Acres"] = acres
    return sorted(named.values(), key=lambda values: _ORDER[values.name])


def source_columns(sheet: str, rows: pl.Series) -> list[pl.Series]:
    """The columns that say where rows come from."""
    names = pl.repeat(sheet, rows.len(), dtype=pl.String, eager=True)
    return [names.alias("Source Sheet"), rows.cast(pl.Int64).alias("Source Row")]


def _extras(found: pl.DataFrame) -> list[pl.Series]:
    """The columns that pass through, unless they are empty; a date without a time loses its midnight."""
    has_midnights = found.select(ENDS_AT_MIDNIGHT)
    filled = [values for values in found if values.null_count() < values.len()]
    return [strip_midnight(values) if has_midnights[values.name].any() else values for values in filled]


def strip_midnight(texts: pl.Series) -> pl.Series:
    """Dates without the time that a program gave them."""
    return texts.str.replace(_MIDNIGHT, "$1")
