"""Mapped columns: from the texts below a header to the canonical columns of a property table.

Shared by `table.py`, which converts all columns at once, and `chunked.py`, which converts one at a time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import product

import polars as pl

from flexscout.domain import SQUARE_FEET_PER_ACRE, CanonicalColumn, find_canonical_column, list_canonical_columns, map_code_tables
from flexscout.ingest.convert.dates import FROM_1904
from flexscout.ingest.convert.free_form import VACANCY
from flexscout.ingest.convert.issues import IssueCollector
from flexscout.ingest.convert.values import TypedColumns
from flexscout.ingest.land_use_codes import describe_codes
from flexscout.models import Issue, IssueNote, IssueReason
from flexscout.sheet_columns import MappedColumn

_ACRE_DECIMALS = 6  # a twentieth of a square foot
_LARGEST_SCALED = 1e10  # no price or size is as large: $1,200,000 in a column in millions is whole already
_THOUSAND = 1e3
_LEAST_WHOLE = {"USD": 1e5, "square feet": 5e3}
_OUTLIER = 50  # medians; a value in thousands or millions that is as large is whole
_SHOWN_VALUES = 3
_ORDER = {column.name: position for position, column in enumerate(list_canonical_columns())}


def sort_columns(mapped: Iterable[MappedColumn]) -> dict[str, MappedColumn]:
    """Return the columns by canonical name, in canonical order."""
    return {column.name: column for column in sorted(mapped, key=lambda column: _ORDER[column.name])}


def find_canonical_position(name: str) -> int:
    """Return the position of a canonical column among all."""
    return _ORDER[name]


def find_column_type(mapped: MappedColumn, *, from_1904: bool) -> CanonicalColumn:
    """Return the canonical column with the unit of its source: vacancies, and with `from_1904` dates in days since 1904."""
    column = find_canonical_column(mapped.name)
    if mapped.inverted and column.type == "percent":
        return replace(column, unit=VACANCY)
    if mapped.factor != 1 and column.min_value is not None:
        return replace(column, min_value=column.min_value / mapped.factor)
    return replace(column, unit=FROM_1904) if from_1904 and column.type == "date" else column


def describe_columns(notes: Mapping[str, Iterable[IssueNote]], mapped: Mapping[str, MappedColumn]) -> Iterable[Issue]:
    """Return notes about whole columns as issues, in the order of `mapped`."""
    return (Issue("", 0, column.header, "", *note) for name, column in mapped.items() for note in notes.get(name, ()))


def finish_columns(
    rows: pl.Series, texts: pl.DataFrame, typed: TypedColumns, mapped: Mapping[str, MappedColumn], issues: IssueCollector
) -> list[pl.Series]:
    """Describe codes, scale numbers, invert opposites and report the issues of typed columns.

    Args:
        rows: Row numbers as shown in Excel.
        texts: Cleaned texts of the columns.
        typed: The columns, typed.
        mapped: Canonical name -> where the column comes from.
        issues: Receives what couldn't be converted.

    Returns:
        The columns as the property table has them.

    """
    values, unknown_codes = _describe_coded_columns(typed.values, mapped)
    for name, reasons in product(mapped, (typed.reasons, unknown_codes)):
        if name in reasons:
            issues.add_value_issues(rows, mapped[name].header, texts[name], reasons[name])
    scaled = [_scale_numbers(column, texts[column.name], mapped[column.name], issues) for column in values]
    return [(100 - column).alias(column.name) if mapped[column.name].inverted else column for column in scaled]


def _scale_numbers(values: pl.Series, texts: pl.Series, mapped: MappedColumn, issues: IssueCollector) -> pl.Series:
    """Multiply numbers, unless the text has a unit or scale of its own, which `450 (est)` has not, or the value is whole."""
    if mapped.factor == 1:
        return values
    has_own = texts.str.contains(r"\d\s*[A-Za-z]").fill_null(value=False)
    numbers = values.set(has_own, None)
    is_whole = (numbers * mapped.factor > _LARGEST_SCALED).fill_null(value=False)
    least = _LEAST_WHOLE.get(find_canonical_column(mapped.name).unit, _LARGEST_SCALED)
    if mapped.factor >= _THOUSAND and isinstance(median := numbers.median(), float):
        is_whole |= (numbers >= max(least, _OUTLIER * median)).fill_null(value=False)
    if count := int(is_whole.sum()):
        detail = f"{count:,} of {values.count():,} values"
        shown = ", ".join(texts.filter(is_whole).head(_SHOWN_VALUES))
        issues.add_column_issues([Issue("", 0, mapped.header, shown, IssueReason.WHOLE_VALUES, detail)])
    return values.zip_with(has_own | is_whole, (values * mapped.factor).round(_ACRE_DECIMALS))


def fill_acres(columns: list[pl.Series]) -> list[pl.Series]:
    """Fill `Lot Size Acres`, where it is missing or 0, from `Lot Size SqFt`."""
    by_name = {values.name: values for values in columns}
    if "Lot Size SqFt" not in by_name:
        return columns
    acres = (by_name["Lot Size SqFt"] / SQUARE_FEET_PER_ACRE).round(_ACRE_DECIMALS).alias("Lot Size Acres")
    if "Lot Size Acres" in by_name:
        known = (by_name["Lot Size Acres"] > 0).fill_null(value=False)
        acres = by_name["Lot Size Acres"].zip_with(known | acres.is_null(), acres)
    by_name["Lot Size Acres"] = acres
    return sorted(by_name.values(), key=lambda values: _ORDER[values.name])


def _describe_coded_columns(
    values: pl.DataFrame, mapped: Mapping[str, MappedColumn]
) -> tuple[pl.DataFrame, dict[str, pl.Series]]:
    """Describe the codes of all columns that have a code table; return also the reasons of unknown codes, by column."""
    coded = {
        name: describe_codes(values[name], map_code_tables()[column.codes]) for name, column in mapped.items() if column.codes
    }
    unknown = {name: reasons for name, (_, reasons) in coded.items() if reasons.count()}
    return values.with_columns(described for described, _ in coded.values()), unknown
