"""Profile rules as narwhals expressions over whole columns; the keywords come from the profile and the vocabulary."""

import operator
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache, reduce
from typing import Any, TypeVar

import narwhals as nw

from flexscout.domain import format_number, list_word_forms, map_property_type_synonyms
from flexscout.errors import DataFormatError
from flexscout.scoring.profile import Part, Profile, Rule, find_value_kind

Frame = TypeVar("Frame", nw.DataFrame[Any], nw.LazyFrame[Any])

# Libraries disagree on the lower case of these letters.
_DOTTED_I, _FINAL_SIGMA, _SIGMA = "\u0130", "\u03c2", "\u03c3"

# A negated keyword: Non-industrial, Retail (no warehouse).
_NEGATED = "(?:^| )(?:no|non|not|without) [^ ]+"

# Space, ASCII punctuation, no-break spaces, dashes and the like, listed because libraries disagree on \W.
_GAPS = "[\t-\r -/:-@\\[-`{-\u00bf\u2000-\u206f\u3000]+"

_MIN_REPEATS = 4  # rows per distinct text, from which matching distinct texts pays


def match_keywords(text: nw.Expr, tests: Sequence[Sequence[str]]) -> nw.Expr:
    """Test texts for keywords.

    Args:
        text: A text column.
        tests: Each is `("words", ...)`, which passes if the text contains one of the keywords in any form, or `("is", ...)`,
            which passes if the text equals one of the codes, ignoring case and punctuation. A keyword after `no`, `non`, `not` or
            `without` doesn't count.

    Returns:
        A number per text, in which bit i is set if test i passes; null where there is no text.

    """
    lower = text.str.replace_all(_DOTTED_I, "i", literal=True).str.to_lowercase()
    plain = lower.str.replace_all(_FINAL_SIGMA, _SIGMA, literal=True).str.replace_all(_GAPS, " ")
    for phrase, other in map_property_type_synonyms().items():
        plain = plain.str.replace_all(_bound_pattern(phrase), f" {other} ")
    affirmed = plain.str.replace_all(_NEGATED, " ")
    bits = [
        nw.when(_passes(plain, affirmed, test)).then(nw.lit(2.0**bit)).otherwise(nw.lit(0.0)) for bit, test in enumerate(tests)
    ]
    return nw.when(~text.is_null()).then(sum_in_order(bits))


def has_bit(number: nw.Expr, bit: int) -> nw.Expr:
    """Whether a bit is set; false for null."""
    shifted = number * 2.0 ** -(bit + 1)
    # pandas with Arrow types has no remainder.
    return (shifted - shifted.floor() >= 0.5).fill_null(value=False)  # noqa: PLR2004 - half of the next bit


def sum_in_order(terms: Iterable[nw.Expr]) -> nw.Expr:
    """Add expressions from left to right, so that all libraries round alike."""
    return reduce(operator.add, terms)


def number_literal(number: float) -> nw.Expr:
    """Return a number as a float: databases take 0.5 for a decimal."""
    return nw.lit(float(number), dtype=nw.Float64())


def rule_column(column: str) -> str:
    """Return the working column of a canonical column: numbers, times, or for texts the bits of `match_keywords`."""
    return f"__flexscout {column}"


def column_names(frame: Frame) -> list[str]:
    """Return the column names of a frame or query."""
    return list(frame.collect_schema().names())


def add_rule_columns(frame: Frame, profile: Profile) -> Frame:
    """Add a working column for each column of the profile; null in every row if the frame doesn't have the column."""
    names = set(column_names(frame))
    kinds = {name: find_value_kind(name) for name in profile.columns}
    missing = [_null(kind).alias(rule_column(name)) for name, kind in kinds.items() if name not in names]
    present = {name: kind for name, kind in kinds.items() if name in names}
    numbers = [_finite_number(name) for name, kind in present.items() if kind == "number"]
    dates = [nw.col(name).cast(nw.Datetime("us")).alias(rule_column(name)) for name, kind in present.items() if kind == "date"]
    texts = [_keyword_bits(frame, name, profile) for name, kind in present.items() if kind == "text"]
    return frame.with_columns(*missing, *numbers, *dates, *texts)


def drop_rule_columns(frame: Frame, profile: Profile) -> Frame:
    """Drop the working columns."""
    return frame.drop(*(rule_column(name) for name in profile.columns), strict=False)


def validate_frame(frame: Frame, profile: Profile) -> None:
    """Check that a profile can score a frame.

    Raises:
        DataFormatError: The frame has none of the profile's columns.
        TypeError: A column of numbers holds texts.

    """
    schema = frame.collect_schema()
    if schema and not any(name in schema for name in profile.columns):
        raise DataFormatError.missing_frame_columns(profile.columns, list(schema))
    for name in profile.columns:
        # A column without values can have any type.
        if schema.get(name) == nw.String and find_value_kind(name) == "number" and _has_values(frame, name):
            raise TypeError(f"{name} holds text. Convert it to numbers, or use FlexPropertyClassifier, which reads text.")


class RuleExpressions:
    """Builds the expressions of a profile's rules over the working columns.

    Args:
        profile: Profile whose rules are evaluated.
        as_of: Day from which dates are counted back; today if None.

    """

    def __init__(self, profile: Profile, as_of: date | None) -> None:
        self._tests = profile.text_tests
        self._as_of = as_of or date.today()  # noqa: DTZ011 - the day where the user is

    def holds_for_column(self, rule: Rule, column: str) -> nw.Expr:
        """Whether a rule holds for a column; false where the value is missing."""
        return self._condition(rule, nw.col(rule_column(column)), column)

    def holds_for_part(self, rule: Rule, part: Part) -> nw.Expr:
        """Whether a rule holds for the value of a part; false where it is missing."""
        return self._condition(rule, rule_value(part), part.column or "")

    def points(self, part: Part) -> nw.Expr:
        """Points of the first rule that holds; 0 if none does."""
        value, expression = rule_value(part), number_literal(0.0)
        for rule in reversed(part.rules):
            expression = nw.when(self.holds_for_part(rule, part)).then(_rule_points(rule, value)).otherwise(expression)
        return expression

    def ceiling(self, part: Part, points: nw.Expr) -> nw.Expr:
        """Points of a part, or the most it can give where its value is missing."""
        return nw.when(rule_value(part).is_null()).then(number_literal(part.max_points)).otherwise(points)

    def failures(self, rule: Rule, column: str) -> list[tuple[nw.Expr, str]]:
        """List the ways in which a known value can fail an eligibility rule: a condition, and the rejection reason."""
        value = nw.col(rule_column(column))
        is_known = ~value.is_null()
        if rule.kind != "number":
            return [(is_known & ~self.holds_for_column(rule, column), f"{column} {_describe_failure(rule)}")]
        return [(is_known & fails, f"{column} {failure}") for fails, failure in rule.number_range.list_failures(value)]

    def exclusions(self, profile: Profile) -> dict[str, list[tuple[nw.Expr, str]]]:
        """Map the columns of the profile's exclusions to the ways in which a value is excluded: a condition, and the reason."""
        found: dict[str, list[tuple[nw.Expr, str]]] = {}
        for name, rule in profile.split_exclusions:
            reason = f"{name} {_describe_match(rule)}"
            found.setdefault(name, []).append((self.holds_for_column(rule, name), reason))
        return found

    def _condition(self, rule: Rule, value: nw.Expr, column: str) -> nw.Expr:
        if rule.text_test:
            return has_bit(value, self._tests[column].index(rule.text_test))
        if rule.within_days is not None:
            day = datetime.combine(self._as_of, time())
            return _all([~value.is_null(), value >= day - timedelta(days=rule.within_days), value < day + timedelta(days=1)])
        return _all(rule.number_range.compare(value))


def rule_value(part: Part) -> nw.Expr:
    """Value that the rules of a part look at; null where it is missing."""
    if part.ratio:
        of, to = _sum_known(part.ratio.of), _sum_known(part.ratio.to)
        to = to if part.ratio.if_missing is None else to.fill_null(part.ratio.if_missing)
        return nw.when(to > 0).then(of / to)
    return _sum_known(part.columns)


def describe_condition(rule: Rule) -> str:
    """Describe the condition of a rule: `from 0.5 to 20`."""
    if rule.keywords:
        return f"has one of {', '.join(rule.keywords)}"
    if rule.codes:
        return f"is one of {', '.join(rule.codes)}"
    if rule.within_days is not None:
        return f"within {format_number(rule.within_days)} days"
    return rule.number_range.describe()


def _passes(plain: nw.Expr, affirmed: nw.Expr, test: Sequence[str]) -> nw.Expr:
    """Whether texts pass a test; `affirmed` are the texts without negated keywords."""
    kind, *keywords = test
    if kind == "is":
        return plain.str.replace_all(" ", "", literal=True).is_in([_normalize(code).replace(" ", "") for code in keywords])
    forms = [_build_pattern(form) for keyword in keywords for form in list_word_forms(keyword)]
    is_negating = any(re.match(_NEGATED, form) for form in forms)  # such as the keyword `no flex`
    return (plain if is_negating else affirmed).str.contains(f"(?:^| )(?:{'|'.join(forms)})(?: |$)")


@cache
def _build_pattern(form: str) -> str:
    normalized = _normalize(form).strip(" ")
    for phrase, other in map_property_type_synonyms().items():
        normalized = re.sub(_bound_pattern(phrase), f" {other} ", normalized).strip(" ")
    return re.escape(normalized).replace("\\ ", " ")


def _bound_pattern(phrase: str) -> str:
    """Return a pattern for a phrase between spaces or ends."""
    return f"(?:^| ){phrase}(?: |$)"


def _normalize(text: str) -> str:
    """Normalize a keyword or code of the profile as `match_keywords` normalizes texts."""
    return re.sub(_GAPS, " ", text.replace(_DOTTED_I, "i").lower().replace(_FINAL_SIGMA, _SIGMA))


def _has_values(frame: Frame, name: str) -> bool:
    """Whether a column of a frame has values; false for a query, which is not run for this."""
    return isinstance(frame, nw.DataFrame) and not frame[name].is_null().all()


def _finite_number(name: str) -> nw.Expr:
    number = nw.col(name).cast(nw.Float64())
    # NaN and infinity become null: libraries disagree on arithmetic with infinity.
    return nw.when(number.is_finite()).then(number).alias(rule_column(name))


def _null(kind: str) -> nw.Expr:
    return nw.lit(None, dtype=nw.Datetime("us") if kind == "date" else nw.Float64())


def _keyword_bits(frame: Frame, name: str, profile: Profile) -> nw.Expr:
    """Match the keywords of a text column; if texts repeat, each distinct text is matched once."""
    text = nw.col(name).cast(nw.String())
    bits = match_keywords(text, profile.text_tests[name]).alias(rule_column(name))
    if not isinstance(frame, nw.DataFrame):
        return bits
    distinct = frame.select(text.alias("text")).unique().filter(~nw.col("text").is_null())
    if not len(distinct) or len(distinct) * _MIN_REPEATS > len(frame):
        return bits
    matched = distinct.select("text", match_keywords(nw.col("text"), profile.text_tests[name]).alias("bits"))
    by_text = dict(zip(matched["text"].to_list(), matched["bits"].to_list(), strict=True))
    return text.replace_strict(by_text, return_dtype=nw.Float64()).alias(rule_column(name))


def _all(conditions: Sequence[nw.Expr]) -> nw.Expr:
    return reduce(operator.and_, conditions).fill_null(value=False)


def _rule_points(rule: Rule, value: nw.Expr) -> nw.Expr:
    if not isinstance(rule.points, tuple):
        return number_literal(rule.points)
    lower, upper = rule.lower or 0.0, rule.upper or 0.0
    first, last = rule.points
    # Multiply by a factor: libraries round a division of a column differently.
    return first + (value - lower) * ((last - first) / (upper - lower))


def _sum_known(columns: Sequence[str]) -> nw.Expr:
    """Sum of the known values; null where all are missing."""
    values = [nw.col(rule_column(name)) for name in columns]
    if len(values) == 1:
        return values[0]
    is_any_known = reduce(operator.or_, [~value.is_null() for value in values])
    return nw.when(is_any_known).then(sum_in_order(value.fill_null(0.0) for value in values))


def _describe_match(rule: Rule) -> str:
    """Describe a value for which a rule with one keyword or code holds: `is Demolished`, `is from 0.5 to 20`."""
    return f"has {rule.keywords[0]}" if rule.keywords else f"is {rule.codes[0] if rule.codes else describe_condition(rule)}"


def _describe_failure(rule: Rule) -> str:
    if rule.within_days is not None:
        return f"is not {describe_condition(rule)}"
    return f"is none of {', '.join(rule.keywords or rule.codes)}"
