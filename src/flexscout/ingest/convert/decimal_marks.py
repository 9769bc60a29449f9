"""Decide which columns write `1.234,56` for 1,234.56.

A column has one decimal mark. Texts such as `1,5` or `1.234,56` can only have one reading and are evidence; `1.234` has two
and follows its column or, without evidence there, the other columns of the sheet.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

import polars as pl

from flexscout.models import IssueNote, IssueReason

_BEFORE, _AFTER = r"^[^\d.,]*", r"[^\d,]*$"
_EVIDENCE = (
    r"(?:\d{{1,3}}(?:{group}\d{{3}})+{point}\d+|\d{{1,3}}(?:{group}\d{{3}}){{2,}}|\d+{point}(?:\d{{1,2}}|\d{{4,}})"
    r"|\d{{4,}}{point}\d+|0*{point}\d+)"
)
_COMMA = _BEFORE + _EVIDENCE.format(group=r"\.", point=",") + _AFTER
_POINT = _BEFORE + _EVIDENCE.format(group=",", point=r"\.") + _AFTER
_AMBIGUOUS = _BEFORE + r"[1-9]\d{0,2}[.,]\d{3}" + _AFTER
_AMBIGUOUS_COMMA = _BEFORE + r"[1-9]\d{0,2},\d{3}" + _AFTER


class DecimalMark(Enum):
    """How a column writes decimals, where that is worth a note. The value is the note."""

    COMMA = (IssueReason.DECIMAL_COMMA, "its numbers are written as 1.234,56, and are read that way")
    COMMA_BY_NEIGHBORS = (
        IssueReason.DECIMAL_COMMA,
        "numbers like 1.234 are read as 1234, because other columns are written as 1.234,56",
    )
    MIXED = (
        IssueReason.NUMBER_FORMAT_UNCLEAR,
        "some numbers are written as 1.234,56 and others are not; all are read as 1,234.56",
    )
    UNCLEAR = (
        IssueReason.NUMBER_FORMAT_UNCLEAR,
        "numbers like 1.234 are read as 1.234, not as 1234; nothing in the sheet shows which is right",
    )

    @property
    def is_comma(self) -> bool:
        """Whether the column is read with decimal commas."""
        return self in (DecimalMark.COMMA, DecimalMark.COMMA_BY_NEIGHBORS)

    @property
    def note(self) -> IssueNote:
        """The reason and detail to report for the column."""
        return self.value


@dataclass(frozen=True)
class MarkCounts:
    """Texts of a column by the decimal marks they allow.

    Attributes:
        comma: Texts that can only have a decimal comma.
        point: Texts that can only have a decimal point.
        ambiguous: Texts with two readings, such as `1.234` and `1,234`.
        ambiguous_comma: Those of the ambiguous texts that have a comma.

    """

    comma: int
    point: int
    ambiguous: int
    ambiguous_comma: int

    @property
    def is_comma(self) -> bool:
        """Whether the column has decimal commas: no text contradicts it, and texts like `1,234` are the exception."""
        return self.comma > self.ambiguous_comma and not self.point


def count_marks(texts: pl.Series) -> MarkCounts:
    """Count the texts of a column by the decimal marks they allow."""
    patterns = (_COMMA, _POINT, _AMBIGUOUS, _AMBIGUOUS_COMMA)
    counts = texts.to_frame("text").select(
        pl.col("text").str.contains(pattern).sum().alias(str(i)) for i, pattern in enumerate(patterns)
    )
    return MarkCounts(*counts.row(0))


def has_decimal_comma(texts: pl.Series) -> bool:
    """Return whether any text can only have a decimal comma."""
    return bool(texts.str.contains(_COMMA).any())


def has_decimal_point(texts: pl.Series) -> bool:
    """Return whether any text can only have a decimal point."""
    return bool(texts.str.contains(_POINT).any())


def has_unclear_fractions(fractions: Iterable[pl.Series]) -> bool:
    """Return whether there are fractions, and none of them can only have a decimal point.

    Args:
        fractions: By column, the texts whose values are not whole numbers.

    """
    has_fractions = False
    for texts in fractions:
        if has_decimal_point(texts):
            return False
        has_fractions = has_fractions or texts.len() > 0
    return has_fractions


def swap_marks(texts: pl.Series) -> pl.Series:
    """Swap commas and points inside numbers."""
    commas_marked = texts.str.replace_all(r"(^|\D|\d),(\d)", "${1}\x00${2}")
    return commas_marked.str.replace_all(r"(\d)\.(\d)", "${1},${2}").str.replace_all("\x00", ".", literal=True)


def detect_decimal_marks(counts: Mapping[str, MarkCounts]) -> dict[str, DecimalMark]:
    """Return the decimal mark of each column that doesn't plainly have points.

    Args:
        counts: Column -> its texts by the decimal marks they allow.

    """
    any_comma = any(count.is_comma for count in counts.values())
    any_point = any(count.point for count in counts.values())
    marks = {name: _detect_mark(count, any_comma=any_comma, any_point=any_point) for name, count in counts.items()}
    return {name: mark for name, mark in marks.items() if mark}


def _detect_mark(count: MarkCounts, *, any_comma: bool, any_point: bool) -> DecimalMark | None:
    """Return the mark of one column; `any_comma`, `any_point`: what columns of the sheet have."""
    if count.is_comma:
        return DecimalMark.COMMA
    if count.comma:
        return DecimalMark.MIXED
    if count.point or not count.ambiguous or (any_point and not any_comma):
        return None
    if any_comma and not any_point:
        return DecimalMark.COMMA_BY_NEIGHBORS
    return DecimalMark.UNCLEAR if count.ambiguous > count.ambiguous_comma else None
