"""Normalized text and comparison keys: values with equal keys mean the same.

A key is null where the value says nothing: it is missing, blank, or nothing but punctuation.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache

import polars as pl

from flexscout.domain.vocabulary import (
    list_cell_values,
    map_address_phrases,
    map_address_terms,
    map_address_words,
    map_state_codes,
)


def normalize_words(text: pl.Expr) -> pl.Expr:
    """Return the text as upper-case words: `St. John's-Rd` becomes `ST JOHNS RD`."""
    upper = text.str.to_uppercase().str.replace_all(r"([A-Z]{2})\.([A-Z]{2})", "$1 $2").str.replace_all(r"[.'`\u2018\u2019]", "")
    words = upper.str.replace_all(r"[^\w#-]+|_", " ").str.replace_all("#", " # ", literal=True)
    # A hyphen stays only within a range of house numbers.
    return words.str.replace_all(r"(\D)-|-(\D)", "$1 $2").str.replace_all(r"\s+", " ").str.strip_chars()


def abbreviate_words(text: pl.Expr) -> pl.Expr:
    """Return normalized words with every word, directions included, abbreviated as in USPS Publication 28."""
    return _replace_words(text, _map_abbreviations())


def abbreviate_street(text: pl.Expr) -> pl.Expr:
    """Return a normalized address with words and phrases abbreviated, except directions: not every NORTH is one."""
    return _replace_words(_replace_words(text, _map_phrases()), _map_abbreviations_except_directions())


def expand_abbreviations(text: pl.Expr) -> pl.Expr:
    """Return a normalized street name with its words in full: `N IND CTR` becomes `NORTH INDUSTRIAL CENTER`.

    Close matching counts differing letters, and a typo in a long word is one letter.
    """
    return _replace_words(text, _map_expansions())


def abbreviate_directions(text: pl.Expr) -> pl.Expr:
    """Return normalized words with directions abbreviated: `OLD WEST LATHROP` becomes `OLD W LATHROP`."""
    return _replace_words(text, _map_direction_abbreviations())


def map_distinct(texts: pl.Series, normalize: Callable[[pl.Expr], pl.Expr]) -> pl.Series:
    """Apply `normalize` once to each distinct text and return a value per row."""
    distinct = texts.unique().drop_nulls().alias("text")
    normalized = distinct.to_frame().select(normalize(pl.col("text"))).to_series()
    return texts.replace_strict(distinct, normalized, default=None, return_dtype=pl.String)


def is_cell_value(text: pl.Expr, kind: str) -> pl.Expr:
    """Return whether each text is one of those of a kind, a list in `values.yaml`, whatever its case."""
    return text.str.to_lowercase().is_in(_list_cell_values(kind))


def blank_missing(text: pl.Expr) -> pl.Expr:
    """Return the trimmed text, null where it means that a value is missing."""
    trimmed = text.str.strip_chars()
    return pl.when(~is_cell_value(trimmed, "missing")).then(trimmed)


@cache
def _list_cell_values(kind: str) -> pl.Expr:
    # Kept, because to make a column of the list takes as long as to search a small column.
    return pl.lit(pl.Series(list_cell_values(kind), dtype=pl.String).implode())


def blank_to_null(text: pl.Expr) -> pl.Expr:
    """Return the text, null where it is empty."""
    return text.cast(pl.String).replace("", None)  # a condition would have Polars compute the text twice


def city_key(city: pl.Expr) -> pl.Expr:
    """Return the comparison key of a city: `Saint Louis` and `St. Louis` are both `ST LOUIS`.

    A district in parentheses, a state after a comma and `City of` don't count: `City of Dallas, TX` is `DALLAS`. Articles and
    prefixes belong to the next word: `La Grange` is `LAGRANGE`.
    """
    words = normalize_words(city.str.replace(r"\s*\(.*\)|,\s*[A-Za-z]{2}\.?\s*$", ""))
    name = words.str.replace(r"^(?:CITY|TOWN|VILLAGE|BOROUGH) OF (\w)", "$1")
    return blank_to_null(abbreviate_words(name.str.replace_all(r"\b(O|D|MC|DE|LA|LE|DU) (\w)", "$1$2")))


def county_key(county: pl.Expr) -> pl.Expr:
    """Return the comparison key of a county: `Palm Beach County`, `palm beach` and `Palm Beach Co.` are the same."""
    words = abbreviate_words(normalize_words(county))
    return blank_to_null(words.str.replace(r" (?:CNTY|CO|PARISH|BOROUGH|MUNICIPIO|CENSUS AREA)$", "").str.replace_all(" ", ""))


def state_key(state: pl.Expr) -> pl.Expr:
    """Return the two-letter code of a state given as a name or code; any other text in upper case."""
    return blank_to_null(normalize_words(state)).replace(map_state_codes())


def zip_key(code: pl.Expr) -> pl.Expr:
    """Return the first five digits of a ZIP code."""
    return blank_to_null(code.str.strip_chars().str.slice(0, 5))


def unit_key(unit: pl.Expr) -> pl.Expr:
    """Return a unit without its designator and leading zeros: `Suite 04` and `Bay 4` become `4`."""
    words = pl.format(" {} ", abbreviate_street(normalize_words(unit)))
    bare = words.str.replace_all(r" (?:UNIT|NO|BAYS?) (?:(?:UNIT|NO) )*", " ")
    return blank_to_null(bare.str.strip_chars(" ").str.replace_all(r"\b0+(\d)", "$1"))


def apn_key(apn: pl.Expr, *, leading_zeros: bool = True) -> pl.Expr:
    """Return the letters and digits of an APN: `06-43` and `0643` are the same parcel.

    Args:
        apn: Parcel numbers as text.
        leading_zeros: Whether leading zeros count. Spreadsheets drop them, but within a county they can tell parcels apart.

    """
    key = apn.str.to_uppercase().str.replace_all(r"[\W_]+", "")
    return blank_to_null(key) if leading_zeros else blank_to_null(key).str.strip_chars_start("0")


def have_different_apns(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """Return whether both sides name a parcel and the parcels differ; false if either APN is missing."""
    return (apn_key(left) != apn_key(right)).fill_null(value=False)


# In each pattern a word stands between two spaces. The texts they are applied to have doubled spaces, so that neighboring
# words don't share one.


@cache
def _map_abbreviations() -> Mapping[str, str]:
    return {f" {word} ": f" {short} " for word, short in map_address_words().items()}


@cache
def _map_abbreviations_except_directions() -> Mapping[str, str]:
    directions = {form for forms in map_address_terms("directions").values() for form in forms}
    return {f" {word} ": f" {short} " for word, short in map_address_words().items() if word not in directions}


@cache
def _map_direction_abbreviations() -> Mapping[str, str]:
    return {f" {form} ": f" {short} " for short, forms in map_address_terms("directions").items() for form in forms}


@cache
def _map_phrases() -> Mapping[str, str]:
    # The longest first: DR MARTIN LUTHER KING JR before MARTIN LUTHER KING.
    longest_first = sorted(map_address_phrases().items(), key=lambda phrase: -len(phrase[0]))
    return {f" {phrase.replace(' ', '  ')} ": f" {short.replace(' ', '  ')} " for phrase, short in longest_first}


@cache
def _map_expansions() -> Mapping[str, str]:
    terms = {**map_address_terms("suffixes"), **map_address_terms("names"), **map_address_terms("directions")}
    # ST is Street or Saint.
    return {f" {short} ": f" {_find_longest_singular((short, *forms))} " for short, forms in terms.items() if short != "ST"}


def _find_longest_singular(forms: Sequence[str]) -> str:
    """Return the longest form that isn't the plural of another one: PARK, not PARKS."""
    return max((form for form in forms if form.removesuffix("S") not in forms or not form.endswith("S")), key=len)


def _replace_words(text: pl.Expr, patterns: Mapping[str, str]) -> pl.Expr:
    spaced = pl.format(" {} ", text.str.replace_all(" ", "  ", literal=True))
    return spaced.str.replace_many(patterns, leftmost=True).str.replace_all("  ", " ", literal=True).str.strip_chars(" ")
