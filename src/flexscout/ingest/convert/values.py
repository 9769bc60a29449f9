"""Convert columns of texts to typed values, with a reason where a text can't be converted.

What all columns share is one query over all of them; only what is left is done column by column.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import polars as pl

from flexscout.domain import CanonicalColumn, blank_missing, format_count, list_cell_values, shorten
from flexscout.ingest.cell_queries import CellExpression, find_columns, map_columns
from flexscout.ingest.convert.decimal_marks import (
    DecimalMark,
    count_marks,
    detect_decimal_marks,
    has_decimal_comma,
    has_unclear_fractions,
    swap_marks,
)
from flexscout.ingest.convert.free_form import RewrittenTexts
from flexscout.ingest.convert.types import Conversion, find_conversion
from flexscout.models import IssueNote, IssueReason

_SHOWN_CHARACTERS = 40  # of a text in a note
_TOO_NARROW = r"^#{3,}$"  # what Excel shows, and exports as CSV, where a number is wider than its column
# Two spaces, and every other character that Unicode counts as white space.
_UNTIDY = [
    "  ",
    *"\t\n\v\f\r\x85\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000",
]


@dataclass(frozen=True)
class TypedColumns:
    """Converted columns.

    Attributes:
        values: Typed columns.
        reasons: Column -> reason codes, null where the value is fine. Columns without problems are not in it.
        notes: Column -> notes about the column as a whole. Columns without notes are not in it.

    """

    values: pl.DataFrame
    reasons: dict[str, pl.Series]
    notes: dict[str, list[IssueNote]]


def clean_texts(texts: pl.DataFrame, columns: Mapping[str, CanonicalColumn]) -> pl.DataFrame:
    """Collapse and trim whitespace, and set texts that mean "missing" to null: `--`, `N/A`, and those of the column's type."""
    if not columns:
        return texts
    # Searching for what is rare is cheaper than replacing it everywhere.
    untidy = set(find_columns(texts, _is_untidy))
    known = map_columns(texts, {name: _collapse if name in untidy else blank_missing for name in columns})
    patterns = {name: find_conversion(column).missing_pattern for name, column in columns.items()}
    return map_columns(known, {name: _build_blanking(pattern) for name, pattern in patterns.items() if pattern})


def _is_untidy(text: pl.Expr) -> pl.Expr:
    return text.str.contains_any(_UNTIDY)


def _collapse(text: pl.Expr) -> pl.Expr:
    return blank_missing(text.str.replace_all(r"\s+", " "))


@cache
def _build_blanking(pattern: str) -> CellExpression:
    def blank_matching(text: pl.Expr) -> pl.Expr:
        return pl.when(~text.str.contains(pattern)).then(text)

    return blank_matching


def convert_texts(texts: pl.DataFrame, columns: Mapping[str, CanonicalColumn]) -> TypedColumns:
    """Convert cleaned texts to typed values.

    Args:
        texts: One column of texts per canonical column, cleaned by `clean_texts`.
        columns: Name -> canonical column.

    """
    values = convert_common_forms(texts, columns)
    return finish_conversion(texts, values, columns, _detect_marks(texts, values, select_decimal_columns(columns)))


def select_decimal_columns(columns: Mapping[str, CanonicalColumn]) -> list[str]:
    """Return the names of the columns whose texts may have decimal commas."""
    return [name for name, column in columns.items() if find_conversion(column).has_decimals]


def convert_common_forms(texts: pl.DataFrame, columns: Mapping[str, CanonicalColumn]) -> pl.DataFrame:
    """Convert the texts that are written in the usual forms of their column; null where they are not."""
    return _parse_common({name: find_conversion(column) for name, column in columns.items()}, texts)


def finish_conversion(
    texts: pl.DataFrame, values: pl.DataFrame, columns: Mapping[str, CanonicalColumn], marks: Mapping[str, DecimalMark]
) -> TypedColumns:
    """Convert the remaining texts, and check all values.

    Args:
        texts: Cleaned texts.
        values: Result of `convert_common_forms`.
        columns: Name -> canonical column.
        marks: Column -> decimal mark, for the columns that don't plainly have points.

    """
    conversions = {name: find_conversion(column) for name, column in columns.items()}
    notes = {name: [mark.note] for name, mark in marks.items()}
    originals = texts
    commas = [name for name, mark in marks.items() if mark.is_comma]
    if commas:
        texts = texts.with_columns(swap_marks(texts[name]) for name in commas)
        values = values.with_columns(_parse_common({name: conversions[name] for name in commas}, texts.select(commas)))
    finished: list[pl.Series] = []
    reasons: dict[str, pl.Series] = {}
    for (name, column), *series in zip(columns.items(), originals, texts, values, strict=True):
        converted, codes, noted = _finish_column(conversions[name], column.unit, *series)
        finished.append(converted)
        reasons |= {name: codes} if codes is not None else {}
        notes[name] = [*notes.get(name, ()), *noted]
    typed, reasons = _blank_out_of_range(pl.DataFrame(finished), reasons, columns)
    return TypedColumns(*_blank_error_cells(texts, typed, reasons), {name: notes[name] for name in columns if notes[name]})


def select_unconverted(texts: pl.Series, values: pl.Series) -> pl.Series:
    """Return the texts of a column that have no value yet, including missing ones."""
    return texts.filter(values.is_null())


def select_fractions(texts: pl.Series, values: pl.Series) -> pl.Series:
    """Return the texts of a column whose values are not whole numbers."""
    return texts.filter((values % 1 != 0).fill_null(value=False))


def _parse_common(conversions: Mapping[str, Conversion], texts: pl.DataFrame) -> pl.DataFrame:
    """Parse the usual form of each column, and the second form where the first leaves texts."""
    values = map_columns(texts, {name: each.parse_common for name, each in conversions.items() if each.parse_common})
    pairs = zip(conversions.items(), texts, values, strict=True)
    parsers = {name: each.parse_second for (name, each), *pair in pairs if each.parse_second and _has_unconverted(*pair)}
    second = map_columns(texts[:, list(parsers)], parsers)
    return values.with_columns(pl.col(found.name).fill_null(found) for found in second) if second.width else values


def _detect_marks(texts: pl.DataFrame, values: pl.DataFrame, names: list[str]) -> dict[str, DecimalMark]:
    """Detect decimal commas. They are never a usual form, so most sheets need no look at all texts."""
    unconverted = (select_unconverted(texts[name], values[name]) for name in names if _has_unconverted(texts[name], values[name]))
    fractions = (select_fractions(texts[name], values[name]) for name in names)
    if any(map(has_decimal_comma, unconverted)) or has_unclear_fractions(fractions):
        return detect_decimal_marks({name: count_marks(texts[name]) for name in names})
    return {}


def _finish_column(
    conversion: Conversion, unit: str, originals: pl.Series, texts: pl.Series, values: pl.Series
) -> tuple[pl.Series, pl.Series | None, list[IssueNote]]:
    """Parse the remaining forms of one column; return the values, the reasons of what can't be parsed, and notes.

    `texts` are the originals with decimal points.
    """
    notes = []
    if conversion.describe and _has_unconverted(texts, values) and (note := conversion.describe(texts)):
        notes.append(note)
    readable = texts
    if conversion.parse_rest and _has_unconverted(texts, values):
        rest = _find_unconverted_rows(texts, values)
        values = values.scatter(rest, conversion.parse_rest(texts.gather(rest), unit))
        if conversion.rewrite and _has_unconverted(texts, values):
            rest = _find_unconverted_rows(texts, values)
            rewritten = conversion.rewrite(texts.gather(rest), unit)
            parsed = conversion.parse_rest(rewritten.texts, unit)
            values = values.scatter(rest, parsed)
            readable = texts.clone().scatter(rest, rewritten.texts)  # scatter changes its series
            notes += _describe_rewritten(originals.gather(rest), rewritten, parsed)
    reasons = None
    if conversion.reason and _has_unconverted(texts, values):
        rest = _find_unconverted_rows(texts, values)
        if conversion.is_missing:
            rest = rest.filter(~conversion.is_missing(texts.gather(rest)))
        reasons = _build_no_reasons(texts.len()).scatter(rest, conversion.reason.value) if rest.len() else None
    if conversion.keeps_text:
        values = values.zip_with(values.is_not_null(), texts)
    return conversion.adjust(readable, values) if conversion.adjust else values, reasons, notes


def _describe_rewritten(originals: pl.Series, rewritten: RewrittenTexts, values: pl.Series) -> list[IssueNote]:
    """Return notes about the texts that were rewritten and then parsed, with their number and the first of them."""
    masks = {IssueReason.APPROXIMATE: rewritten.is_approximate, IssueReason.PARTLY_READ: rewritten.is_partial}
    noted = {reason: originals.filter(mask & values.is_not_null()) for reason, mask in masks.items()}
    return [
        (reason, f"{format_count(texts.len(), 'value')}, the first {shorten(texts[0], _SHOWN_CHARACTERS)}")
        for reason, texts in noted.items()
        if texts.len()
    ]


def _find_unconverted_rows(texts: pl.Series, values: pl.Series) -> pl.Series:
    return (texts.is_not_null() & values.is_null()).arg_true()


def _has_unconverted(texts: pl.Series, values: pl.Series) -> bool:
    return values.null_count() > texts.null_count()


def _blank_error_cells(
    texts: pl.DataFrame, values: pl.DataFrame, reasons: Mapping[str, pl.Series]
) -> tuple[pl.DataFrame, dict[str, pl.Series]]:
    """Blank what Excel shows for an error, in columns of any type."""
    candidates = find_columns(texts, _begins_with_sign)
    if not candidates:
        return values, dict(reasons)
    is_error = pl.all().str.to_lowercase().is_in(list(list_cell_values("errors"))) | pl.all().str.contains(_TOO_NARROW)
    masks = texts.select(candidates).select(is_error.fill_null(value=False))
    return _blank_values(values, reasons, masks, IssueReason.ERROR_CELL)


def _begins_with_sign(text: pl.Expr) -> pl.Expr:
    return text.str.starts_with("#")


def _blank_out_of_range(
    values: pl.DataFrame, reasons: Mapping[str, pl.Series], columns: Mapping[str, CanonicalColumn]
) -> tuple[pl.DataFrame, dict[str, pl.Series]]:
    """Blank values outside the bounds of their column."""
    bounds = {name: find_conversion(column).bounds(column) for name, column in columns.items()}
    exceeded = {name: bound for name, bound in bounds.items() if bound and _has_value_outside(values[name], *bound)}
    masks = values.select(_is_out_of_range(pl.col(name), *bound) for name, bound in exceeded.items())
    return _blank_values(values, reasons, masks, IssueReason.OUT_OF_RANGE)


def _has_value_outside(values: pl.Series, smallest: float, largest: float) -> bool:
    least, most = values.min(), values.max()
    return isinstance(least, int | float) and isinstance(most, int | float) and (least < smallest or most > largest)


def _is_out_of_range(number: pl.Expr, smallest: float, largest: float) -> pl.Expr:
    return ((number < smallest) | (number > largest)).fill_null(value=False)


def _blank_values(
    values: pl.DataFrame, reasons: Mapping[str, pl.Series], masks: pl.DataFrame, reason: IssueReason
) -> tuple[pl.DataFrame, dict[str, pl.Series]]:
    """Blank the masked values, and give them a reason. Masks have the names of their columns."""
    used = [mask for mask in masks if mask.any()]
    if not used:
        return values, dict(reasons)
    added = {mask.name: reasons.get(mask.name, _build_no_reasons(values.height)).set(mask, reason.value) for mask in used}
    blanked = values.with_columns(pl.when(~mask).then(pl.col(mask.name)).alias(mask.name) for mask in used)
    return blanked, {**reasons, **added}


def _build_no_reasons(height: int) -> pl.Series:
    return pl.repeat(None, height, dtype=pl.String, eager=True)
