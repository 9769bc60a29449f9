"""What a profile is made of: the points and rules of a classification, as data."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from flexscout.config import describe_unknown_name
from flexscout.domain import POINTS_SUFFIX, canonical_column, canonical_columns, fold_header

_TESTS = 50  # of one text column: a float holds as many answers exactly
Kind = Literal["number", "text", "date"]

_BY_TYPE: dict[str, Kind] = {"text": "text", "state": "text", "zip": "text", "date": "date"}  # others are numbers; yes is 1


def value_kind(name: str) -> Kind:
    """What the rules see in a canonical column."""
    return _BY_TYPE.get(canonical_column(name).type, "number")


def _canonical(name: str) -> str:
    known = {entry.name.casefold(): entry.name for entry in canonical_columns()}
    if name.casefold() not in known:
        raise ValueError(describe_unknown_name(name, list(known.values())))
    return known[name.casefold()]


def _template(text: str) -> str:
    if text.count("{}") > 1 or set(text.replace("{}", "")) & {"{", "}"}:
        raise ValueError("{} stands for the value, once; other braces mean nothing here")
    return text


def _word(text: str) -> str:
    if not fold_header(text):
        raise ValueError(f"{text!r} has no letter and no digit to look for")
    return text


Column = Annotated[str, AfterValidator(_canonical)]
Columns = Annotated[tuple[Column, ...], Field(min_length=1)]
Template = Annotated[str, AfterValidator(_template)]
Keywords = tuple[Annotated[str, AfterValidator(_word)], ...]
Number = Annotated[float, Field(allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^_=\[\]]")]


class ProfileMismatchError(ValueError):
    """Raised when parts don't fit together. `mistakes`: the path to each, from what was checked, and what is wrong there."""

    def __init__(self, mistakes: Sequence[tuple[tuple[int | str, ...], str]]) -> None:
        super().__init__("; ".join(wrong for _, wrong in mistakes))
        self.mistakes = mistakes


class Entry(BaseModel):
    """A part of a profile: does not change, and knows no other keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Rule(Entry):
    """A condition on one value, and the points that it gives.

    `from` and `to` belong to a range, `above` and `below` do not. `words`: one of them, in any of its forms, stands in the
    text; `is`: the text is one of them, up to case and punctuation; `within_days`: the date is at most as long ago.
    `points`: a pair rises or falls with the value from one end of the range to the other. `says`: what the rule means, with
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
    def lower(self) -> float | None:
        """The lower end of the range, whether it belongs to it or not."""
        return self.at_least if self.at_least is not None else self.above

    @property
    def upper(self) -> float | None:
        """The upper end of the range."""
        return self.at_most if self.at_most is not None else self.below

    @property
    def text_test(self) -> tuple[str, ...]:
        """What is looked for in a text, and how; empty for a rule on numbers or dates."""
        return ("words", *self.keywords) if self.keywords else ("is", *self.codes) if self.codes else ()

    @property
    def kind(self) -> Kind:
        """The kind of column that the rule is for."""
        return "text" if self.text_test else "date" if self.within_days is not None else "number"

    @property
    def max_points(self) -> float:
        """The most points that the rule can give."""
        return max(self.points) if isinstance(self.points, tuple) else self.points

    @model_validator(mode="after")
    def _is_one_condition(self) -> Self:
        bounds = [bound for bound in (self.at_least, self.above, self.at_most, self.below) if bound is not None]
        given = [bool(bounds), bool(self.keywords), bool(self.codes), self.within_days is not None]
        if sum(given) != 1:
            raise ValueError("give one condition: a range (from, above, to, below), words, is, or within_days")
        if None not in (self.at_least, self.above) or None not in (self.at_most, self.below):
            raise ValueError("give one lower and one upper end: from or above, to or below")
        if self.lower is not None and self.upper is not None and self.lower > self.upper:
            raise ValueError(f"the range ends at {self.upper:g}, before it begins at {self.lower:g}")
        if isinstance(self.points, tuple) and (self.lower is None or self.upper is None or self.lower == self.upper):
            raise ValueError("a pair of points needs a range with two ends")
        return self


class Ratio(Entry):
    """`of` divided by `to`, each a column or the sum of some; `if_missing` stands for a `to` that is not known."""

    of: Columns
    to: Columns
    if_missing: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_is_a_list_of_one(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {key: [value] if isinstance(value, str) else value for key, value in data.items()}


class Part(Entry):
    """A value, and the rules of which the first that holds gives its points.

    The value: a `column`, the `sum` of some, or a `ratio`. `otherwise`: what it means if none holds, with {} for the value.
    """

    column: Column | None = None
    sum: Columns | None = None
    ratio: Ratio | None = None
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]
    otherwise: Template = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the value is made of."""
        if self.ratio:
            return tuple(dict.fromkeys((*self.ratio.of, *self.ratio.to)))
        return self.sum or ((self.column,) if self.column else ())

    @property
    def max_points(self) -> float:
        """The most points that the part can give."""
        return max(0.0, *(rule.max_points for rule in self.rules))

    @model_validator(mode="after")
    def _has_one_value_of_its_rules_kind(self) -> Self:
        if sum(value is not None for value in (self.column, self.sum, self.ratio)) != 1:
            raise ValueError("give one of column, sum and ratio")
        single = value_kind(self.column) if self.column else "number"
        for name in self.columns:
            if not self.column and value_kind(name) != "number":
                raise ValueError(f"{name} is no number")
        strangers = [("rules", i) for i, rule in enumerate(self.rules) if rule.kind != single]
        if strangers:
            raise ProfileMismatchError([(place, f"{self.columns[0]} {_FITTING[single]}") for place in strangers])
        return self


_FITTING = {
    "number": "holds numbers; its rules are ranges: from, above, to, below",
    "text": "holds texts; its rules are words or is",
    "date": "holds dates; its rules are within_days",
}
_SINGLE = ("column", "sum", "ratio", "rules", "otherwise")


class Factor(Entry):
    """A part of the score: `base` and the points of all `parts`, at most `cap`.

    A factor of one part may write the part's keys as its own. `weight`: in a weighted mean; `unknown`: the parts that count,
    without the base, where no column of `parts` has a value.
    """

    weight: Annotated[float, Field(gt=0)] = 1.0
    base: Number = 0.0
    cap: Number | None = None
    parts: Annotated[tuple[Part, ...], Field(min_length=1)]
    unknown: tuple[Part, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns whose values are the factor's data."""
        return _once(name for part in self.parts for name in part.columns)

    @property
    def max_points(self) -> float:
        """The most points that the factor can give."""
        total = self.base + sum(part.max_points for part in self.parts)
        known = total if self.cap is None else min(total, self.cap)
        return max(known, sum(part.max_points for part in self.unknown)) if self.unknown else known

    @model_validator(mode="before")
    @classmethod
    def _of_one_part(cls, data: Any) -> Any:
        own = {key: data[key] for key in _SINGLE if key in data} if isinstance(data, dict) else {}
        if not own or "parts" in data:
            return data
        return {key: value for key, value in data.items() if key not in own} | {"parts": [own]}


class Bonus(Entry):
    """Points on the score where factors reach some of theirs. `when`: factor -> least points."""

    points: Number
    when: Annotated[dict[str, Number], Field(min_length=1)]


class Count(Entry):
    """How many entries of a record's list count: of those whose `date` is at most `within_days` ago, or that are `equal`."""

    entries: str = Field(alias="list")
    date: str = ""
    within_days: Annotated[float, Field(ge=0, le=100_000)] | None = None
    equal: dict[str, str] = {}


class Profile(Entry):
    """How a property is scored.

    `score`: the factors' sum or weighted mean, to `decimals`, and at most `cap`. `eligibility`: column -> what a candidate's
    value has to be. `bonuses`: flag -> points. `classes`: name -> least score. `record`: what a single record may call a
    column, with dots into nested ones; `counts`: the columns that are counted from its lists.
    """

    name: str
    about: str = ""
    score: Literal["sum", "weighted mean"] = "sum"
    decimals: Annotated[int, Field(ge=0, le=6)] | None = None
    cap: Annotated[float, Field(gt=0, le=10)] = 10.0
    factors: Annotated[dict[Name, Factor], Field(min_length=1, max_length=50)]
    eligibility: dict[Column, Rule] = {}
    bonuses: dict[Name, Bonus] = {}
    classes: Annotated[dict[Name, Number], Field(min_length=1)]
    record: dict[str, Column] = {}
    counts: dict[Column, Count] = {}

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the profile looks at."""
        parts = [part for factor in self.factors.values() for part in (*factor.parts, *factor.unknown)]
        return _once([name for part in parts for name in part.columns] + list(self.eligibility))

    @property
    def points_columns(self) -> tuple[str, ...]:
        """The output column of each factor's points, and of the bonus where there are any."""
        return tuple(points_column(name) for name in (*self.factors, *(["Bonus"] if self.bonuses else [])))

    @property
    def bands(self) -> tuple[tuple[str, float], ...]:
        """The classes, best first."""
        return tuple(sorted(self.classes.items(), key=lambda entry: -entry[1]))

    @property
    def depends_on_the_day(self) -> bool:
        """Whether a rule asks how long ago something was."""
        parts = [part for factor in self.factors.values() for part in (*factor.parts, *factor.unknown)]
        rules = [rule for part in parts for rule in part.rules]
        return any(rule.kind == "date" for rule in (*rules, *self.eligibility.values()))

    @cached_property
    def text_tests(self) -> dict[str, tuple[tuple[str, ...], ...]]:
        """Text column -> what its rules look for, once each."""
        parts = [part for factor in self.factors.values() for part in (*factor.parts, *factor.unknown)]
        asked = [(part.column, rule.text_test) for part in parts for rule in part.rules] + [
            (name, rule.text_test) for name, rule in self.eligibility.items()
        ]
        return {name: _once(test for of, test in asked if of == name and test) for name, test in asked if name and test}

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        mistakes = list(self._misfits())
        if mistakes:
            raise ProfileMismatchError(mistakes)
        return self

    def _misfits(self) -> Iterator[tuple[tuple[int | str, ...], str]]:
        for name, rule in self.eligibility.items():
            if rule.kind != value_kind(name):
                yield ("eligibility", name), f"{name} {_FITTING[value_kind(name)]}"
        if self.bonuses and "Bonus" in self.factors:
            yield ("factors", "Bonus"), "Bonus is the name of what the bonuses give; call the factor otherwise"
        for flag, bonus in self.bonuses.items():
            for unknown in bonus.when.keys() - self.factors.keys():
                yield ("bonuses", flag, "when", unknown), describe_unknown_name(unknown, list(self.factors))
        for name, tests in self.text_tests.items():
            if len(tests) > _TESTS:
                yield ("factors",), f"{name} has more than {_TESTS} lists of words"


def points_column(factor: str) -> str:
    """The output column of a factor's points."""
    return f"{factor}{POINTS_SUFFIX}"


def _once(names: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(names))
