"""Which columns write `1.234,56` for 1,234.56: a column as a whole, or not at all.

A text that can only be one of the two is evidence; `1.234` is none, and goes with its column or its neighbors.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

_BEFORE, _AFTER = r"^[^\d.,]*", r"[^\d,]*$"
_EVIDENCE = (
    r"(?:\d{{1,3}}(?:{group}\d{{3}})+{point}\d+|\d{{1,3}}(?:{group}\d{{3}}){{2,}}|\d+{point}(?:\d{{1,2}}|\d{{4,}})"
    r"|\d{{4,}}{point}\d+|0*{point}\d+)"
)
_COMMA = _BEFORE + _EVIDENCE.format(group=r"\.", point=",") + _AFTER
_POINT = _BEFORE + _EVIDENCE.format(group=",", point=r"\.") + _AFTER
_UNCLEAR = _BEFORE + r"[1-9]\d{0,2}[.,]\d{3}" + _AFTER
_UNCLEAR_COMMA = _BEFORE + r"[1-9]\d{0,2},\d{3}" + _AFTER

READ = "decimal_comma: its numbers are written as 1.234,56, and are read so"
BY_NEIGHBORS = "decimal_comma: numbers like 1.234 are read as 1234, because other columns are written as 1.234,56"
MIXED = "number_format_unclear: some numbers are written as 1.234,56 and others are not; 1,234.56 is taken to be the form"
UNCLEAR = "number_format_unclear: numbers like 1.234 are read as 1.234, not as 1234; nothing in the sheet says which"


@dataclass(frozen=True)
class Signs:
    """How many texts of a column can only be of one form; how many of either, and those of them that have a comma."""

    comma: int
    point: int
    unclear: int
    unclear_comma: int

    @property
    def is_comma(self) -> bool:
        """Whether it is written with decimal commas: nothing contradicts it, and `1,234` is the exception."""
        return self.comma > self.unclear_comma and not self.point


def signs(texts: pl.Series) -> Signs:
    """The evidence in a column's texts."""
    counts = texts.to_frame("text").select(
        pl.col("text").str.contains(pattern).sum().alias(name)
        for name, pattern in (("comma", _COMMA), ("point", _POINT), ("unclear", _UNCLEAR), ("unclear_comma", _UNCLEAR_COMMA))
    )
    return Signs(*counts.row(0))


def says_comma(texts: pl.Series) -> bool:
    """Whether any of the texts can only have a decimal comma."""
    return bool(texts.str.contains(_COMMA).any())


def says_point(texts: pl.Series) -> bool:
    """Whether any of the texts can only have a decimal point."""
    return bool(texts.str.contains(_POINT).any())


def with_points(texts: pl.Series) -> pl.Series:
    """Points for commas and commas for points, inside numbers."""
    commas_marked = texts.str.replace_all(r"(^|\D|\d),(\d)", "${1}\x00${2}")
    return commas_marked.str.replace_all(r"(\d)\.(\d)", "${1},${2}").str.replace_all("\x00", ".", literal=True)


def verdicts(found: Mapping[str, Signs]) -> dict[str, str]:
    """Column -> what is to say of its form; those that are written with decimal commas start with that word."""
    commas = {name for name, sign in found.items() if sign.is_comma}
    contradicted = any(sign.point for sign in found.values())
    told = {name: _verdict(sign, neighbors=bool(commas), contradicted=contradicted) for name, sign in found.items()}
    return {name: verdict for name, verdict in told.items() if verdict}


def _verdict(sign: Signs, *, neighbors: bool, contradicted: bool) -> str:
    if sign.is_comma:
        return READ
    if sign.comma:
        return MIXED
    if sign.point or not sign.unclear or (contradicted and not neighbors):
        return ""
    if neighbors and not contradicted:
        return BY_NEIGHBORS
    return UNCLEAR if sign.unclear > sign.unclear_comma else ""


def is_unclear(fractional: Iterable[pl.Series]) -> bool:
    """Whether there are texts of numbers with fractions, by column, and none that can only have a decimal point."""
    any_fraction = False
    for texts in fractional:
        if says_point(texts):
            return False
        any_fraction = any_fraction or texts.len() > 0
    return any_fraction
