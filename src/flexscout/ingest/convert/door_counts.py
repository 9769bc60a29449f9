"""Count doors and docks in texts such as `4/16'0"w x 12'0"h`, `2 - 10x12` or `4 DH, 2 GL`."""

import polars as pl

_COUNT = r"(?:\([0-9]{1,3}\)|[0-9]{1,3})"
_LENGTH = r"[0-9]{1,3}(?:\.[0-9]+)?(?: ?(?:'|ft\.?|feet))?(?: ?-? ?[0-9]{1,2} ?(?:\"|''|in\.?))?"
_SIZE = rf"\(?{_LENGTH} ?(?:w(?:ide)?)?\.? ?x ?{_LENGTH} ?(?:h(?:igh)?|tall)?\.?\)?"
# Kinds of doors by unit of the column. Exterior and interior docks are CoStar's.
_KINDS = {
    "docks": r"(?:ext|int)(?:erior)?|dh|dd|dock[- ]?high|(?:loading |semi[- ]?)?docks?|truck(?: ?wells?)?|tailgate",
    "doors": r"gl|gr|grade(?:[- ]?level)?|at[- ]grade|drive[- ]?(?:ins?|thrus?)|di|ohd?|overhead|roll[- ]?ups?|ramps?|garage",
}
_ANY_KIND = "|".join(_KINDS.values())
_NOUNS = r"(?: ?-?(?:doors?|docks?|positions?|bays?|levell?ers?|ramps?)\b)?(?: (?:w/|with) ?levell?ers?)?"
_TOTAL = r"(?: ?tot(?:al)?\b\.?)?"
# A count before a size is set apart from it: 10x12 isn't one door.
_COUNT_BEFORE_SIZE = r"(?:\([0-9]{1,3}\) ?|[0-9]{1,3}(?: ?[-/@:(,] ?| ))"
_COUNT_BEFORE_KIND = rf"(?:{_COUNT} ?-? ?|{_COUNT_BEFORE_SIZE}{_SIZE} ?-? ?)"
_PART = rf"{_COUNT_BEFORE_KIND}(?:{_ANY_KIND})\b\.?{_NOUNS}(?: ?[-@:]? ?{_SIZE})?"
_PARTS = rf"^{_PART}(?: ?(?:[,/&+;]|and) ?{_PART})*$"
_BARE = rf"^{_COUNT}{_TOTAL}{_NOUNS}$"
_SIZED = rf"{_COUNT}{_TOTAL}{_NOUNS}(?: ?[-/@:(,] ?| ){_SIZE}\)?{_NOUNS}|{_COUNT_BEFORE_SIZE}{_SIZE}{_NOUNS}"
_ALL_SIZED = rf"^(?:{_SIZED})(?: ?(?:[,/&+;]|and) ?(?:{_SIZED}))*$"
_NO_DOORS = rf"^no{_NOUNS}$"
_BUILDING_TOTAL = r" ?\((?:bldg\.?|building) ?total\)"
_NUMBER_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_WORD = rf"^({'|'.join(_NUMBER_WORDS)})\b(?: ?\([0-9]+\))?"


def count_doors(lower: pl.Series, unit: str) -> pl.Series:
    """Return the number of docks or doors as text; null where a text doesn't tell.

    Args:
        lower: Lower-case texts.
        unit: `docks` or `doors`. Of a text with several kinds only those of this unit count.

    """
    texts = _spell_digits(lower.str.replace(_BUILDING_TOTAL, "").str.replace(_NO_DOORS, "0"))
    of_kind = _add_counts(texts, rf"{_COUNT_BEFORE_KIND}(?:{_KINDS[unit]})\b").set(~texts.str.contains(_PARTS), None)
    of_any_kind = _add_counts(texts, rf"{_BARE}|{_SIZED}").set(~texts.str.contains(rf"{_BARE}|{_ALL_SIZED}"), None)
    return of_kind.fill_null(of_any_kind).cast(pl.String)


def _add_counts(texts: pl.Series, pattern: str) -> pl.Series:
    """Return the sum of the first numbers of all matches; null where there is no match."""
    counts = texts.str.extract_all(pattern).list.eval(pl.element().str.extract("([0-9]+)").cast(pl.Int64))
    return counts.list.sum().set(counts.list.len() == 0, None)


def _spell_digits(lower: pl.Series) -> pl.Series:
    """Write a number word at the beginning, such as `two (2)`, as digits."""
    digits = {word: str(number) for number, word in enumerate(_NUMBER_WORDS, start=1)}
    word = lower.str.extract(_WORD).replace_strict(digits, default=None, return_dtype=pl.String)
    return (word + lower.str.replace(_WORD, "")).fill_null(lower)
