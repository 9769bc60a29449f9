"""Rules as expressions over whole columns. Knows no property words: those are the profile's and the vocabulary's."""

import operator
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import reduce
from typing import Any, TypeVar

import narwhals as nw

from flexscout.domain import word_forms
from flexscout.errors import DataFormatError
from flexscout.scoring.profile import Part, Profile, Rule, value_kind

# What lower case is, differs: one letter or two, and whether a word ends there.
_DOTTED_I, _FINAL_SIGMA, _SIGMA = "\u0130", "\u03c2", "\u03c3"

# A word that is said not to hold: Non-industrial, Retail (no warehouse).
_DENIED = "(?:^| )(?:no|non|not|without) [^ ]+"

# Space, ASCII punctuation, no-break spaces, dashes and the like, spelled out: what \W means differs between the libraries.
_GAPS = "[\t-\r -/:-@\\[-`{-\u00bf\u2000-\u206f\u3000]+"


def match_keywords(text: nw.Expr, tests: Sequence[Sequence[str]]) -> nw.Expr:
    """Which tests each text passes, as the bits of a number; null where there is no text.

    A test: `words` and some, of which one has to stand in the text in any of its forms; or `is` and some, of which the text
    has to be one, up to case and punctuation. A word behind `no`, `non`, `not` or `without` does not stand there.
    """
    lower = text.str.replace_all(_DOTTED_I, "i", literal=True).str.to_lowercase()
    plain = lower.str.replace_all(_FINAL_SIGMA, _SIGMA, literal=True).str.replace_all(_GAPS, " ")
    affirmed = plain.str.replace_all(_DENIED, " ")
    bits = [
        nw.when(_passes(plain, affirmed, test)).then(nw.lit(2.0**bit)).otherwise(nw.lit(0.0)) for bit, test in enumerate(tests)
    ]
    return nw.when(~text.is_null()).then(sum_in_order(bits))


def has_bit(number: nw.Expr, bit: int) -> nw.Expr:
    """Whether the bit is set; false where there was no text."""
    shifted = number * 2.0 ** -(bit + 1)
    # No remainder: pandas over Arrow has none.
    return (shifted - shifted.floor() >= 0.5).fill_null(value=False)  # noqa: PLR2004 - half of the next bit


def sum_in_order(terms: Iterable[nw.Expr]) -> nw.Expr:
    """The sum from left to right: in one order, so that all libraries round alike."""
    return reduce(operator.add, terms)


def _passes(plain: nw.Expr, affirmed: nw.Expr, test: Sequence[str]) -> nw.Expr:
    how, *words = test
    if how == "is":
        return plain.str.replace_all(" ", "", literal=True).is_in([_plain(word).replace(" ", "") for word in words])
    forms = [_pattern(form) for word in words for form in word_forms(word)]
    denying = any(re.match(_DENIED, form) for form in forms)  # a profile may look for what is not there
    return (plain if denying else affirmed).str.contains(f"(?:^| )(?:{'|'.join(forms)})(?: |$)")


def _pattern(form: str) -> str:
    return re.escape(_plain(form).strip(" ")).replace("\\ ", " ")


def _plain(text: str) -> str:
    """A profile's own text in the form that is looked for."""
    return re.sub(_GAPS, " ", text.replace(_DOTTED_I, "i").lower().replace(_FINAL_SIGMA, _SIGMA))


Frame = TypeVar("Frame", nw.DataFrame[Any], nw.LazyFrame[Any])

_REPEATED = 4  # rows for one distinct text, from which looking at each text once pays


def rule_column(column: str) -> str:
    """The working column of a canonical column: numbers, times, or for a text the answers to the profile's tests."""
    return f"__flexscout {column}"


def column_names(frame: Frame) -> list[str]:
    """The names of a frame's columns, or of a query's."""
    return list(frame.collect_schema().names())


def add_rule_columns(frame: Frame, profile: Profile) -> Frame:
    """The frame with a working column for each column of the profile; null in every row where the frame lacks it."""
    names = set(column_names(frame))
    kinds = {name: value_kind(name) for name in profile.columns}
    there = {name: kind for name, kind in kinds.items() if name in names}
    lacking = [_nothing(kind).alias(rule_column(name)) for name, kind in kinds.items() if name not in names]
    numbers = [_number(name) for name, kind in there.items() if kind == "number"]
    dates = [nw.col(name).cast(nw.Datetime("us")).alias(rule_column(name)) for name, kind in there.items() if kind == "date"]
    texts = [_text(frame, name, profile) for name, kind in there.items() if kind == "text"]
    return frame.with_columns(*lacking, *numbers, *dates, *texts)


def validate_frame(frame: Frame, profile: Profile) -> None:
    """Raise DataFormatError if the profile knows none, TypeError for texts where numbers are needed."""
    schema = frame.collect_schema()
    if schema and not any(name in schema for name in profile.columns):
        raise DataFormatError.missing_frame_columns(profile.columns, list(schema))
    for name in profile.columns:
        # A column without any value may be of any type.
        if schema.get(name) == nw.String and value_kind(name) == "number" and _has_values(frame, name):
            raise TypeError(f"{name} holds texts: give numbers; FlexPropertyClassifier reads texts.")


def _has_values(frame: Frame, name: str) -> bool:
    """Whether a frame's column has any; a query is not asked."""
    return isinstance(frame, nw.DataFrame) and not frame[name].is_null().all()


def drop_rule_columns(frame: Frame, profile: Profile) -> Frame:
    """The frame as it is handed out."""
    return frame.drop(*(rule_column(name) for name in profile.columns), strict=False)


def _number(name: str) -> nw.Expr:
    number = nw.col(name).cast(nw.Float64())
    # Neither NaN nor infinite: of two infinities come values on which the libraries differ.
    return nw.when(number.is_finite()).then(number).alias(rule_column(name))


def _nothing(kind: str) -> nw.Expr:
    return nw.lit(None, dtype=nw.Datetime("us") if kind == "date" else nw.Float64())


def _text(frame: Frame, name: str, profile: Profile) -> nw.Expr:
    """The answers of each row's text; where texts repeat, each is looked at once."""
    text = nw.col(name).cast(nw.String())
    asked = match_keywords(text, profile.text_tests[name]).alias(rule_column(name))
    if not isinstance(frame, nw.DataFrame):
        return asked
    distinct = frame.select(text.alias("text")).unique().filter(~nw.col("text").is_null())
    if not len(distinct) or len(distinct) * _REPEATED > len(frame):
        return asked
    found = distinct.select("text", match_keywords(nw.col("text"), profile.text_tests[name]).alias("answers"))
    known = dict(zip(found["text"].to_list(), found["answers"].to_list(), strict=True))
    return text.replace_strict(known, return_dtype=nw.Float64()).alias(rule_column(name))


class RuleExpressions:
    """A profile's rules as expressions over the working columns.

    `as_of`: the day from which dates are counted back, by default today.
    """

    def __init__(self, profile: Profile, as_of: date | None) -> None:
        self._tests = profile.text_tests
        self._as_of = as_of or date.today()  # noqa: DTZ011 - the day where the user is

    def holds_for_column(self, rule: Rule, column: str) -> nw.Expr:
        """Whether the rule holds for the column; false where the value is missing."""
        return self._condition(rule, nw.col(rule_column(column)), column)

    def points(self, part: Part) -> nw.Expr:
        """The points of the first rule that holds, 0 where none does."""
        seen, expression = rule_value(part), nw.lit(0.0)
        for rule in reversed(part.rules):
            expression = nw.when(self.holds_for_part(rule, part)).then(_points(rule, seen)).otherwise(expression)
        return expression

    def holds_for_part(self, rule: Rule, part: Part) -> nw.Expr:
        """Whether the rule holds for the part's value; false where it is missing."""
        return self._condition(rule, rule_value(part), part.column or "")

    def ceiling(self, part: Part, points: nw.Expr) -> nw.Expr:
        """The part's points, or the most that it can give where its value is missing."""
        return nw.when(rule_value(part).is_null()).then(nw.lit(part.max_points)).otherwise(points)

    def failures(self, rule: Rule, column: str) -> list[tuple[nw.Expr, str]]:
        """What can be wrong with a value that is there: a condition and its sentence."""
        seen = nw.col(rule_column(column))
        if rule.kind != "number":
            return [(~seen.is_null() & ~self.holds_for_column(rule, column), f"{column} {_lacks(rule)}")]
        bounds = (
            (rule.at_least, operator.lt, "below"),
            (rule.above, operator.le, "not above"),
            (rule.at_most, operator.gt, "above"),
            (rule.below, operator.ge, "not below"),
        )
        there = ~seen.is_null()
        return [
            (there & broken(seen, bound), f"{column} {words} {bound:,.12g}")
            for bound, broken, words in bounds
            if bound is not None
        ]

    def _condition(self, rule: Rule, seen: nw.Expr, column: str) -> nw.Expr:
        if rule.text_test:
            return has_bit(seen, self._tests[column].index(rule.text_test))
        if rule.within_days is not None:
            day = datetime.combine(self._as_of, time())
            return _all([~seen.is_null(), seen >= day - timedelta(days=rule.within_days), seen < day + timedelta(days=1)])
        return _in_range(rule, seen)


def rule_value(part: Part) -> nw.Expr:
    """What the rules of the part look at, null where it is missing."""
    if part.ratio:
        of, to = _sum(part.ratio.of), _sum(part.ratio.to)
        to = to if part.ratio.if_missing is None else to.fill_null(part.ratio.if_missing)
        return nw.when(to > 0).then(of / to)
    return _sum(part.columns)


def describe_condition(rule: Rule) -> str:
    """The condition in words: `from 0.5 to 20`."""
    if rule.keywords:
        return f"has one of {', '.join(rule.keywords)}"
    if rule.codes:
        return f"is one of {', '.join(rule.codes)}"
    if rule.within_days is not None:
        return f"within {rule.within_days:,.12g} days"
    bounds = ((rule.at_least, "from"), (rule.above, "above"), (rule.at_most, "to"), (rule.below, "below"))
    return " ".join(f"{word} {bound:,.12g}" for bound, word in bounds if bound is not None)


def _in_range(rule: Rule, seen: nw.Expr) -> nw.Expr:
    bounds: tuple[tuple[float | None, Callable[[nw.Expr, float], nw.Expr]], ...] = (
        (rule.at_least, operator.ge),
        (rule.above, operator.gt),
        (rule.at_most, operator.le),
        (rule.below, operator.lt),
    )
    return _all([within(seen, bound) for bound, within in bounds if bound is not None])


def _all(conditions: Sequence[nw.Expr]) -> nw.Expr:
    return reduce(operator.and_, conditions).fill_null(value=False)


def _points(rule: Rule, seen: nw.Expr) -> nw.Expr:
    if not isinstance(rule.points, tuple):
        return nw.lit(rule.points)
    least, most = rule.lower or 0.0, rule.upper or 0.0
    first, last = rule.points
    # A factor, not a division by a number: the libraries divide by it in different ways.
    return first + (seen - least) * ((last - first) / (most - least))


def _sum(columns: Sequence[str]) -> nw.Expr:
    """The sum of what is there; null where nothing is."""
    values = [nw.col(rule_column(name)) for name in columns]
    if len(values) == 1:
        return values[0]
    known = reduce(operator.or_, [~one.is_null() for one in values])
    return nw.when(known).then(sum_in_order(one.fill_null(0.0) for one in values))


def _lacks(rule: Rule) -> str:
    if rule.within_days is not None:
        return f"is not {describe_condition(rule)}"
    return f"is none of {', '.join(rule.keywords or rule.codes)}"
