"""Rules as expressions over whole columns. Knows no property words: those are the profile's and the vocabulary's."""

import operator
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from functools import reduce

import narwhals as nw

from flexscout.classification.profile import Part, Profile, Rule
from flexscout.classification.words import passed, total
from flexscout.classification.working import working


class Rules:
    """A profile's rules as expressions over the working columns.

    `as_of`: the day from which dates are counted back, by default today.
    """

    def __init__(self, profile: Profile, as_of: date | None) -> None:
        self._tests = profile.tests
        self._as_of = as_of or date.today()  # noqa: DTZ011 - the day where the user is

    def holds(self, rule: Rule, column: str) -> nw.Expr:
        """Whether the rule holds for the column; false where the value is missing."""
        return self._condition(rule, nw.col(working(column)), column)

    def points(self, part: Part) -> nw.Expr:
        """The points of the first rule that holds, 0 where none does."""
        seen, expression = value(part), nw.lit(0.0)
        for rule in reversed(part.rules):
            expression = nw.when(self.applies(rule, part)).then(_points(rule, seen)).otherwise(expression)
        return expression

    def applies(self, rule: Rule, part: Part) -> nw.Expr:
        """Whether the rule holds for the part's value; false where it is missing."""
        return self._condition(rule, value(part), part.column or "")

    def best(self, part: Part, points: nw.Expr) -> nw.Expr:
        """The part's points, or the most that it can give where its value is missing."""
        return nw.when(value(part).is_null()).then(nw.lit(part.best)).otherwise(points)

    def refusals(self, rule: Rule, column: str) -> list[tuple[nw.Expr, str]]:
        """What can be wrong with a value that is there: a condition and its sentence."""
        seen = nw.col(working(column))
        if rule.kind != "number":
            return [(~seen.is_null() & ~self.holds(rule, column), f"{column} {_lacks(rule)}")]
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
        if rule.test:
            return passed(seen, self._tests[column].index(rule.test))
        if rule.within_days is not None:
            day = datetime.combine(self._as_of, time())
            return _all([~seen.is_null(), seen >= day - timedelta(days=rule.within_days), seen < day + timedelta(days=1)])
        return _in_range(rule, seen)


def value(part: Part) -> nw.Expr:
    """What the rules of the part look at, null where it is missing."""
    if part.ratio:
        of, to = _sum(part.ratio.of), _sum(part.ratio.to)
        to = to if part.ratio.if_missing is None else to.fill_null(part.ratio.if_missing)
        return nw.when(to > 0).then(of / to)
    return _sum(part.columns)


def wanted(rule: Rule) -> str:
    """The condition in words: `from 0.5 to 20`."""
    if rule.words:
        return f"has one of {', '.join(rule.words)}"
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
    least, most = rule.least or 0.0, rule.most or 0.0
    first, last = rule.points
    # A factor, not a division by a number: the libraries divide by it in different ways.
    return first + (seen - least) * ((last - first) / (most - least))


def _sum(columns: Sequence[str]) -> nw.Expr:
    """The sum of what is there; null where nothing is."""
    values = [nw.col(working(name)) for name in columns]
    if len(values) == 1:
        return values[0]
    known = reduce(operator.or_, [~one.is_null() for one in values])
    return nw.when(known).then(total(one.fill_null(0.0) for one in values))


def _lacks(rule: Rule) -> str:
    if rule.within_days is not None:
        return f"is not {wanted(rule)}"
    return f"is none of {', '.join(rule.words or rule.codes)}"
