"""Whether two values of a column say the same, and how a value is shown."""

from collections.abc import Sequence

import polars as pl
import polars.datatypes as kinds_of

from flexscout.domain import abbreviate_words, apn_key, blank_to_null, normalize_words


def normalize_spelling(text: pl.Expr) -> pl.Expr:
    """Upper case, no punctuation, words as the Postal Service abbreviates them; null where it says nothing."""
    return blank_to_null(abbreviate_words(normalize_words(text)))


_NOISE = 1e-9  # share of the larger number; a workbook keeps nine decimals
_IN_WORDS = {"Address", "City", "County"}


def differs(old: pl.Expr, new: pl.Expr, kinds: Sequence[pl.DataType], name: str) -> pl.Expr:
    """Whether the values of column `name` differ, by their `kinds`; a value that came or went differs."""
    if all(kind.is_numeric() for kind in kinds):
        other = _apart(old.cast(pl.Float64), new.cast(pl.Float64))
    elif len({*kinds}) == 1 and not isinstance(kinds[0], kinds_of.String):
        other = old != new
    else:
        old, new = (_comparable(format_values(side), name) for side in (old, new))
        other = old != new
    return other.fill_null(value=False) | (old.is_null() != new.is_null())


def format_values(value: pl.Expr) -> pl.Expr:
    """A value as text: numbers without empty decimals, days as YYYY-MM-DD."""
    return value.cast(pl.String).str.replace(r"^(-?\d+)\.0+$", "$1")


def _apart(old: pl.Expr, new: pl.Expr) -> pl.Expr:
    # Infinity is no distance away from itself, and yet none can be calculated.
    return (old != new) & ((old - new).abs() > _NOISE * pl.max_horizontal(old.abs(), new.abs(), 1.0))


def _comparable(text: pl.Expr, name: str) -> pl.Expr:
    """What is left of a text when case and form say nothing."""
    if name in _IN_WORDS:
        return normalize_spelling(text)
    if name == "APN":
        return apn_key(text)
    tidy = text.str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars(" ")
    return pl.when(tidy != "").then(tidy)
