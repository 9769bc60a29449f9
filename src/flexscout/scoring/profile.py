"""Data model of a profile: factors, rules, bonuses and classes."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from flexscout.config import describe_unknown_name
from flexscout.domain import POINTS_SUFFIX, NumberRange, find_canonical_column, fold_header, list_canonical_columns

_MAX_TEXT_TESTS = 50  # per column, as results are bits of a float
Kind = Literal["number", "text", "date"]

_BY_TYPE: dict[str, Kind] = {
    "text": "text",
    "state": "text",
    "zip": "text",
    "date": "date",
}  # all other types are numbers; yes is 1


def find_value_kind(name: str) -> Kind:
    """Return the kind of value that rules see in a canonical column."""
    return _BY_TYPE.get(find_canonical_column(name).type, "number")


def _require_canonical(name: str) -> str:
    known = {entry.name.casefold(): entry.name for entry in list_canonical_columns()}
    if name.casefold() not in known:
        raise ValueError(describe_unknown_name(name, list(known.values())))
    return known[name.casefold()]


def _check_template(text: str) -> str:
    if text.count("{}") > 1 or set(text.replace("{}", "")) & {"{", "}"}:
        raise ValueError("write {} once, for the value; other braces are not allowed")
    return text


def _check_keyword(text: str) -> str:
    if not fold_header(text):
        raise ValueError(f"{text!r} contains no letter or digit to search for")
    return text


Column = Annotated[str, AfterValidator(_require_canonical)]
Columns = Annotated[tuple[Column, ...], Field(min_length=1)]
Template = Annotated[str, AfterValidator(_check_template)]
Keywords = tuple[Annotated[str, AfterValidator(_check_keyword)], ...]
Number = Annotated[float, Field(allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^_=\[\]]")]


class ProfileMismatchError(ValueError):
    """Raised when parts of a profile don't fit together. `errors`: path below the checked part, and the problem there."""

    def __init__(self, errors: Sequence[tuple[tuple[int | str, ...], str]]) -> None:
        super().__init__("; ".join(problem for _, problem in errors))
        self.errors = errors


class Entry(BaseModel):
    """Base of all parts of a profile: frozen, and without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Rule(Entry):
    """Condition on one value, and the points it gives.

    `from`, `to`: bounds of a range, inclusive; `above`, `below`: bounds, exclusive. `words`: the text contains one of the
    keywords, in any form; `is`: the text equals one of the codes, ignoring case and punctuation; `within_days`: the date is at
    most that many days ago. `points`: a pair is interpolated from one end of the range to the other. `says`: explanation, with
    {} for the value.
    """

    at_least: Number | None = Field(None, alias="from")
    above: Number | None = None
    at_most: Number | None = Field(None, alias="to")
    below: Number | None = None
    keywords: Keywords = Field((), alias="words")
    codes: Keywords = Field((), alias="is")
    within_days: Annotated[float, Field(ge=0, le=100_000)] | None = None
    points: Number | tuple[Number, Number] = 0.0
    says: Template = ""

    @property
    def number_range(self) -> NumberRange:
        """The range of a rule on numbers."""
        return NumberRange(self.at_least, self.above, self.at_most, self.below)

    @property
    def lower(self) -> float | None:
        """Lower bound of the range, inclusive or not."""
        return self.number_range.lower

    @property
    def upper(self) -> float | None:
        """Upper bound of the range, inclusive or not."""
        return self.number_range.upper

    @property
    def text_test(self) -> tuple[str, ...]:
        """Kind of text test and its keywords or codes; empty for rules on numbers or dates."""
        return ("words", *self.keywords) if self.keywords else ("is", *self.codes) if self.codes else ()

    @property
    def kind(self) -> Kind:
        """Kind of column that the rule applies to."""
        return "text" if self.text_test else "date" if self.within_days is not None else "number"

    @property
    def max_points(self) -> float:
        """Most points that the rule can give."""
        return max(self.points) if isinstance(self.points, tuple) else self.points

    @model_validator(mode="after")
    def _check_condition(self) -> Self:
        bounds = [bound for bound in (self.at_least, self.above, self.at_most, self.below) if bound is not None]
        given = [bool(bounds), bool(self.keywords), bool(self.codes), self.within_days is not None]
        if sum(given) != 1:
            raise ValueError("give one condition: a range (from, above, to, below), words, is, or within_days")
        if None not in (self.at_least, self.above) or None not in (self.at_most, self.below):
            raise ValueError("give at most one lower bound (from or above) and one upper bound (to or below)")
        if self.lower is not None and self.upper is not None and self.lower > self.upper:
            raise ValueError(f"the range ends at {self.upper:g}, before its start at {self.lower:g}")
        if isinstance(self.points, tuple) and (self.lower is None or self.upper is None or self.lower == self.upper):
            raise ValueError("a pair of points needs a range with two different bounds")
        return self


class Ratio(Entry):
    """`of` divided by `to`, each a column or the sum of several; `if_missing` replaces an unknown `to`."""

    of: Columns
    to: Columns
    if_missing: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _wrap_single_columns(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {key: [value] if isinstance(value, str) else value for key, value in data.items()}


class Part(Entry):
    """Value and its rules; the first rule that holds gives the points.

    The value is a `column`, the `sum` of several, or a `ratio`. `otherwise`: explanation if no rule holds, with {} for the value.
    """

    column: Column | None = None
    sum: Columns | None = None
    ratio: Ratio | None = None
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]
    otherwise: Template = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that the value is calculated from."""
        if self.ratio:
            return tuple(dict.fromkeys((*self.ratio.of, *self.ratio.to)))
        return self.sum or ((self.column,) if self.column else ())

    @property
    def max_points(self) -> float:
        """Most points that the part can give."""
        return max(0.0, *(rule.max_points for rule in self.rules))

    @model_validator(mode="after")
    def _check_value_and_rules(self) -> Self:
        if sum(value is not None for value in (self.column, self.sum, self.ratio)) != 1:
            raise ValueError("give one of column, sum and ratio")
        kind = find_value_kind(self.column) if self.column else "number"
        for name in self.columns:
            if not self.column and find_value_kind(name) != "number":
                raise ValueError(f"{name} is not a number")
        mismatched = [("rules", i) for i, rule in enumerate(self.rules) if rule.kind != kind]
        if mismatched:
            raise ProfileMismatchError([(path, f"{self.columns[0]} {_ALLOWED_RULES[kind]}") for path in mismatched])
        return self


_ALLOWED_RULES = {
    "number": "contains numbers, so its rules are ranges: from, above, to, below",
    "text": "contains text, so its rules are words or is",
    "date": "contains dates, so its rules are within_days",
}
_PART_KEYS = ("column", "sum", "ratio", "rules", "otherwise")


class Factor(Entry):
    """Component of the score: `base` plus the points of all `parts`, at most `cap`.

    A factor with one part can have the part's keys directly. `weight`: weight in a weighted mean; `unknown`: parts that count
    instead, without `base`, if no column of `parts` has a value.
    """

    weight: Annotated[float, Field(gt=0)] = 1.0
    base: Number = 0.0
    cap: Number | None = None
    parts: Annotated[tuple[Part, ...], Field(min_length=1)]
    unknown: tuple[Part, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that the factor looks at, without those of `unknown`."""
        return _list_distinct(name for part in self.parts for name in part.columns)

    @property
    def max_points(self) -> float:
        """Most points that the factor can give."""
        total = self.base + sum(part.max_points for part in self.parts)
        known = total if self.cap is None else min(total, self.cap)
        return max(known, sum(part.max_points for part in self.unknown)) if self.unknown else known

    @model_validator(mode="before")
    @classmethod
    def _wrap_single_part(cls, data: Any) -> Any:
        own = {key: data[key] for key in _PART_KEYS if key in data} if isinstance(data, dict) else {}
        if not own or "parts" in data:
            return data
        return {key: value for key, value in data.items() if key not in own} | {"parts": [own]}


class Bonus(Entry):
    """Points added to the score if factors reach minimum points. `when`: factor -> minimum points."""

    points: Number
    when: Annotated[dict[str, Number], Field(min_length=1)]


class Count(Entry):
    """Count of a record's list entries whose `date` is at most `within_days` ago and whose fields match `equal`."""

    entries: str = Field(alias="list")
    date: str = ""
    within_days: Annotated[float, Field(ge=0, le=100_000)] | None = None
    equal: dict[str, str] = {}


class Profile(Entry):
    """Scoring rules for properties.

    `score`: sum or weighted mean of the factors, rounded to `decimals`, at most `cap`. `eligibility`: column -> rule that a
    candidate must meet. `exclusions`: column -> rule whose values a candidate must not have. `bonuses`: flag -> bonus.
    `classes`: class -> minimum score. `record`: key of a single record -> column, with dots for nested keys; `counts`: columns
    that are counted from a record's lists.
    """

    name: str
    about: str = ""
    score: Literal["sum", "weighted mean"] = "sum"
    decimals: Annotated[int, Field(ge=0, le=6)] | None = None
    cap: Annotated[float, Field(gt=0, le=10)] = 10.0
    factors: Annotated[dict[Name, Factor], Field(min_length=1, max_length=50)]
    eligibility: dict[Column, Rule] = {}
    exclusions: dict[Column, Rule] = {}
    bonuses: dict[Name, Bonus] = {}
    classes: Annotated[dict[Name, Number], Field(min_length=1)]
    record: dict[str, Column] = {}
    counts: dict[Column, Count] = {}

    @property
    def parts(self) -> tuple[Part, ...]:
        """Parts of all factors, with those that count for unknown factors."""
        return tuple(part for factor in self.factors.values() for part in (*factor.parts, *factor.unknown))

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that the profile looks at."""
        return _list_distinct((*self.needed_columns, *self.exclusions))

    @property
    def needed_columns(self) -> tuple[str, ...]:
        """Columns of factors and eligibility; a column of exclusions may be missing."""
        return _list_distinct([name for part in self.parts for name in part.columns] + list(self.eligibility))

    @property
    def points_columns(self) -> tuple[str, ...]:
        """Output columns of the factors' points, and of the bonus if there are any."""
        return tuple(points_column(name) for name in (*self.factors, *(["Bonus"] if self.bonuses else [])))

    @property
    def bands(self) -> tuple[tuple[str, float], ...]:
        """Classes and their minimum scores, best first."""
        return tuple(sorted(self.classes.items(), key=lambda entry: -entry[1]))

    @property
    def depends_on_the_day(self) -> bool:
        """Whether scores change with the day, because a rule asks how long ago a date is."""
        rules = (*(rule for part in self.parts for rule in part.rules), *self.eligibility.values(), *self.exclusions.values())
        return any(rule.kind == "date" for rule in rules)

    @cached_property
    def text_tests(self) -> dict[str, tuple[tuple[str, ...], ...]]:
        """Text column -> the distinct text tests of its rules."""
        tests = [(part.column, rule.text_test) for part in self.parts for rule in part.rules] + [
            (name, rule.text_test) for name, rule in (*self.eligibility.items(), *self.split_exclusions)
        ]
        return {name: _list_distinct(test for of, test in tests if of == name and test) for name, test in tests if name and test}

    @cached_property
    def split_exclusions(self) -> tuple[tuple[str, Rule], ...]:
        """Column and rule of each exclusion; one with several keywords or codes as a rule for each, so that reasons name it."""
        return tuple((name, each) for name, rule in self.exclusions.items() for each in _split_rule(rule))

    @model_validator(mode="after")
    def _check_consistency(self) -> Self:
        if errors := list(self._find_mismatches()):
            raise ProfileMismatchError(errors)
        return self

    def _find_mismatches(self) -> Iterator[tuple[tuple[int | str, ...], str]]:
        for key, criteria in (("eligibility", self.eligibility), ("exclusions", self.exclusions)):
            for name, rule in criteria.items():
                if rule.kind != find_value_kind(name):
                    yield (key, name), f"{name} {_ALLOWED_RULES[find_value_kind(name)]}"
        if self.bonuses and "Bonus" in self.factors:
            yield ("factors", "Bonus"), "Bonus is reserved for the points of the bonuses; rename the factor"
        for flag, bonus in self.bonuses.items():
            for unknown in bonus.when.keys() - self.factors.keys():
                yield ("bonuses", flag, "when", unknown), describe_unknown_name(unknown, list(self.factors))
        for name, tests in self.text_tests.items():
            if len(tests) > _MAX_TEXT_TESTS:
                yield ("factors",), f"{name} has more than {_MAX_TEXT_TESTS} keyword lists"


def points_column(factor: str) -> str:
    """Return the output column of a factor's points."""
    return f"{factor}{POINTS_SUFFIX}"


def _split_rule(rule: Rule) -> tuple[Rule, ...]:
    """Return a rule per keyword or code; a rule on numbers or dates is left whole."""
    key = "keywords" if rule.keywords else "codes"
    return tuple(rule.model_copy(update={key: (text,)}) for text in (*rule.keywords, *rule.codes)) or (rule,)


def _list_distinct(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(values))
