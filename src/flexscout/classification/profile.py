"""Profiles: the points and rules of a classification, as data."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from flexscout.errors import ConfigurationError


@dataclass(frozen=True)
class Rule:
    """A condition on one column: bounds of a number, or words in a text.

    `at_least` and `at_most` belong to the range, `above` and `below` do not; `words`: one of them is enough.
    """

    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    below: float | None = None
    words: tuple[str, ...] = ()
    points: float = 0.0


@dataclass(frozen=True)
class Factor:
    """A part of the score: the first rule that holds for `column` gives its points, in the output column `name`."""

    name: str
    column: str
    rules: tuple[Rule, ...]

    @property
    def best(self) -> float:
        """The most points that the factor can give."""
        return max(rule.points for rule in self.rules)


@dataclass(frozen=True)
class Criterion:
    """A condition that a candidate has to meet."""

    column: str
    rule: Rule


@dataclass(frozen=True)
class ScoreClass:
    """A name for the scores from `at_least` up."""

    at_least: float
    name: str


@dataclass(frozen=True)
class Profile:
    """How a property is scored. `cap`: the highest score."""

    name: str
    cap: float
    factors: tuple[Factor, ...]
    eligibility: tuple[Criterion, ...]
    classes: tuple[ScoreClass, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the profile looks at."""
        used = [factor.column for factor in self.factors] + [criterion.column for criterion in self.eligibility]
        return tuple(dict.fromkeys(used))

    @property
    def text_columns(self) -> frozenset[str]:
        """The columns in which the profile looks for words."""
        texts = {factor.column for factor in self.factors if any(rule.words for rule in factor.rules)}
        return frozenset(texts | {criterion.column for criterion in self.eligibility if criterion.rule.words})


@cache
def load_profile(name: str) -> Profile:
    """A built-in profile by its name. Raises ConfigurationError for any other name."""
    folder = files("flexscout.classification").joinpath("profiles")
    known = sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    if name not in known:
        raise ConfigurationError(f"There is no profile {name}; there are: {', '.join(known)}.")
    content = yaml.safe_load(folder.joinpath(f"{name}.yaml").read_text(encoding="utf-8"))
    return Profile(
        content["name"],
        float(content["cap"]),
        tuple(_factor(entry) for entry in content["factors"]),
        tuple(Criterion(entry["column"], _rule(entry)) for entry in content["eligibility"]),
        tuple(ScoreClass(float(entry["from"]), entry["name"]) for entry in content["classes"]),
    )


def _factor(entry: dict[str, Any]) -> Factor:
    return Factor(entry["name"], entry["column"], tuple(_rule(rule) for rule in entry["rules"]))


def _rule(entry: dict[str, Any]) -> Rule:
    return Rule(
        at_least=entry.get("from"),
        above=entry.get("above"),
        at_most=entry.get("to"),
        below=entry.get("below"),
        words=tuple(entry.get("words", ())),
        points=float(entry.get("points", 0)),
    )
