"""Rules as expressions over whole columns. Knows no property words: those are the profile's and the vocabulary's."""

import operator
import re
from collections.abc import Iterable

import narwhals as nw

from flexscout.classification.profile import Rule
from flexscout.vocabulary import word_forms

_NOT_WORDS = r"[\W_]+"


def working(column: str) -> str:
    """The working column that holds a column's values for the rules: numbers or plain words, null where missing."""
    return f"__flexscout {column}"


def plain_words(text: nw.Expr) -> nw.Expr:
    """A text in lower case, with one space between its words."""
    return text.str.to_lowercase().str.replace_all(_NOT_WORDS, " ")


def holds(rule: Rule, column: str) -> nw.Expr:
    """Whether the rule holds for each row; false where the value is missing."""
    return (_has_words(rule.words, column) if rule.words else _in_range(rule, column)).fill_null(value=False)


def points(rules: Iterable[Rule], column: str) -> nw.Expr:
    """The points of the first rule that holds, 0 where none does."""
    expression = nw.lit(0.0)
    for rule in reversed(tuple(rules)):
        expression = nw.when(holds(rule, column)).then(nw.lit(rule.points)).otherwise(expression)
    return expression


def refusals(rule: Rule, column: str) -> list[tuple[nw.Expr, str]]:
    """What can be wrong with a value that is there: a condition and its sentence."""
    value = nw.col(working(column))
    if rule.words:
        lacks = ~value.is_null() & ~_has_words(rule.words, column).fill_null(value=False)
        return [(lacks, f"{column} is none of {', '.join(rule.words)}")]
    bounds = (
        (rule.at_least, operator.lt, "below"),
        (rule.above, operator.le, "not above"),
        (rule.at_most, operator.gt, "above"),
        (rule.below, operator.ge, "not below"),
    )
    return [(broken(value, bound), f"{column} {words} {bound:,}") for bound, broken, words in bounds if bound is not None]


def _in_range(rule: Rule, column: str) -> nw.Expr:
    value = nw.col(working(column))
    conditions = [~value.is_null()]
    if rule.at_least is not None:
        conditions.append(value >= rule.at_least)
    if rule.above is not None:
        conditions.append(value > rule.above)
    if rule.at_most is not None:
        conditions.append(value <= rule.at_most)
    if rule.below is not None:
        conditions.append(value < rule.below)
    return nw.all_horizontal(*conditions, ignore_nulls=True)


def _has_words(words: Iterable[str], column: str) -> nw.Expr:
    """Whether the plain words hold one of the words in one of its forms."""
    forms = "|".join(_pattern(form) for word in words for form in word_forms(word))
    return nw.col(working(column)).str.contains(f"(?:^| )(?:{forms})(?: |$)")


def _pattern(form: str) -> str:
    return re.escape(re.sub(_NOT_WORDS, " ", form.lower()).strip()).replace("\\ ", " ")
