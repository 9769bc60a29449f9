"""One spelling of the words in a text: upper case, no punctuation, standard abbreviations."""

from collections.abc import Callable, Mapping
from functools import cache

import polars as pl

from flexscout.domain.vocabulary import address_phrases, address_terms, address_words


def normalize_words(text: pl.Expr) -> pl.Expr:
    """Upper case, words only: `St. John's-Rd` is `ST JOHNS RD`."""
    upper = text.str.to_uppercase().str.replace_all(r"([A-Z]{2})\.([A-Z]{2})", "$1 $2").str.replace_all(r"[.'`\u2018\u2019]", "")
    words = upper.str.replace_all(r"[^\w#-]+|_", " ").str.replace_all("#", " # ", literal=True)
    # A hyphen stays only within a range of house numbers.
    return words.str.replace_all(r"(\D)-|-(\D)", "$1 $2").str.replace_all(r"\s+", " ").str.strip_chars()


def abbreviate_words(text: pl.Expr) -> pl.Expr:
    """Every word of a plain text as Publication 28 abbreviates it, directions too."""
    return _replaced(text, _patterns(_WITH_DIRECTIONS))


def abbreviate_street(text: pl.Expr) -> pl.Expr:
    """Words and phrases of a plain address abbreviated; directions stay, since not every NORTH is one."""
    return _replaced(_replaced(text, _patterns(_PHRASES)), _patterns(_WITHOUT_DIRECTIONS))


def spell_out(text: pl.Expr) -> pl.Expr:
    """The words of a street's name in full, so that a letter that is missing counts as one: IND CTR is INDUSTRIAL CENTER."""
    return _replaced(text, _patterns(_IN_FULL))


def spell_distinct(texts: pl.Series, spelling: Callable[[pl.Expr], pl.Expr]) -> pl.Series:
    """The texts in the spelling, each distinct one spelled once."""
    distinct = texts.unique().drop_nulls().alias("text")
    spelled = distinct.to_frame().select(spelling(pl.col("text"))).to_series()
    return texts.replace_strict(distinct, spelled, default=None, return_dtype=pl.String)


def unit_key(text: pl.Expr) -> pl.Expr:
    """A unit without the word for it: Suite 4 is 4."""
    words = pl.format(" {} ", abbreviate_street(normalize_words(text))).str.replace_all(r" (?:UNIT|NO) (?:(?:UNIT|NO) )*", " ")
    bare = words.str.strip_chars(" ").str.replace_all(r"\b0+(\d)", "$1")
    return pl.when(bare != "").then(bare)


_WITH_DIRECTIONS, _WITHOUT_DIRECTIONS, _PHRASES, _IN_FULL = (
    "words with directions",
    "words without directions",
    "phrases",
    "in full",
)


@cache
def _patterns(which: str) -> Mapping[str, str]:
    """Each word between two spaces, as the doubled spaces of a text leave every word its own pair."""
    if which == _PHRASES:
        return {f" {phrase.replace(' ', '  ')} ": f" {short.replace(' ', '  ')} " for phrase, short in address_phrases().items()}
    if which == _IN_FULL:
        terms = {**address_terms("suffixes"), **address_terms("names")}
        return {f" {short} ": f" {max(forms, key=len)} " for short, forms in terms.items() if forms and short != "ST"}
    directions = {form for forms in address_terms("directions").values() for form in forms}
    kept = () if which == _WITH_DIRECTIONS else directions
    return {f" {word} ": f" {short} " for word, short in address_words().items() if word not in kept}


def _replaced(text: pl.Expr, patterns: Mapping[str, str]) -> pl.Expr:
    spaced = pl.format(" {} ", text.str.replace_all(" ", "  ", literal=True))
    return spaced.str.replace_many(patterns, leftmost=True).str.replace_all("  ", " ", literal=True).str.strip_chars(" ")
