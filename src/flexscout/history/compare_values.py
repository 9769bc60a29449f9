"""Compare two values of a column, and format values as text."""

from collections.abc import Sequence

import polars as pl

from flexscout.domain import abbreviate_words, apn_key, blank_to_null, normalize_words

VARYING_COLUMNS = frozenset({"Latitude", "Longitude", "Property Link"})
"""Columns that vary between exports without meaning."""

_TOLERANCE = 1e-9  # share of the larger number; a workbook keeps nine decimals
_SPELLED_COLUMNS = {"Address", "City", "County"}


def differs(old: pl.Expr, new: pl.Expr, types: Sequence[pl.DataType], name: str) -> pl.Expr:
    """Return whether two values of a column differ; a value that appeared or disappeared differs.

    Args:
        old: The old values.
        new: The new values.
        types: The types of both.
        name: The column's name.

    """
    if all(dtype.is_numeric() for dtype in types):
        is_different = _differs_as_number(old.cast(pl.Float64), new.cast(pl.Float64))
    elif len({*types}) == 1 and not isinstance(types[0], pl.String):
        is_different = old != new
    else:
        old, new = (_normalize_text(format_values(side), name) for side in (old, new))
        is_different = old != new
    return is_different.fill_null(value=False) | (old.is_null() != new.is_null())


def format_values(value: pl.Expr) -> pl.Expr:
    """Return values as text: numbers without a trailing .0, dates as YYYY-MM-DD."""
    return value.cast(pl.String).str.replace(r"^(-?\d+)\.0+$", "$1")


def normalize_spelling(text: pl.Expr) -> pl.Expr:
    """Return upper case without punctuation, with USPS abbreviations; null if nothing remains."""
    return blank_to_null(abbreviate_words(normalize_words(text)))


def _differs_as_number(old: pl.Expr, new: pl.Expr) -> pl.Expr:
    # `old != new` comes first because the difference of two infinities is NaN.
    return (old != new) & ((old - new).abs() > _TOLERANCE * pl.max_horizontal(old.abs(), new.abs(), 1.0))


def _normalize_text(text: pl.Expr, name: str) -> pl.Expr:
    """Return text in which case, spaces and, for places and APNs, spelling don't matter."""
    if name in _SPELLED_COLUMNS:
        return normalize_spelling(text)
    if name == "APN":
        return apn_key(text)
    return blank_to_null(text.str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars(" "))
