"""Ranges of numbers: which bounds they have, what they contain and how they are written."""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flexscout.domain.text import format_number


@dataclass(frozen=True)
class NumberRange:
    """A range of numbers. Each end is open if None.

    Attributes:
        at_least: Lower end, included.
        above: Lower end, excluded.
        at_most: Upper end, included.
        below: Upper end, excluded.

    """

    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    below: float | None = None

    @property
    def lower(self) -> float | None:
        """The lower end, included or not."""
        return self.at_least if self.at_least is not None else self.above

    @property
    def upper(self) -> float | None:
        """The upper end, included or not."""
        return self.at_most if self.at_most is not None else self.below

    def contains(self, number: float) -> bool:
        """Return whether the number is in the range."""
        return all(self.compare(number))

    def compare(self, value: Any) -> list[Any]:
        """Compare a number or an expression with each bound. The value is in the range if all comparisons hold."""
        return [holds(value, bound) for bound, holds, _, _ in self._list_bounds()]

    def list_failures(self, value: Any) -> list[tuple[Any, str]]:
        """Return, for each bound, whether a number or an expression violates it, and the violation: `below 20,000`."""
        negations = {operator.ge: operator.lt, operator.gt: operator.le, operator.le: operator.gt, operator.lt: operator.ge}
        return [
            (negations[holds](value, bound), f"{failure} {format_number(bound)}")
            for bound, holds, _, failure in self._list_bounds()
        ]

    def describe(self, *, is_year: bool = False) -> str:
        """Return the range in words: `from 0.5 to 20`, `above 100,000`, `from 20,000 below 50,000`."""
        return " ".join(f"{word} {format_number(bound, is_year=is_year)}" for bound, _, word, _ in self._list_bounds())

    def _list_bounds(self) -> list[tuple[float, Callable[[Any, Any], Any], str, str]]:
        """Return each bound with its comparison, its word, and the words of a violation."""
        bounds = (
            (self.at_least, operator.ge, "from", "below"),
            (self.above, operator.gt, "above", "not above"),
            (self.at_most, operator.le, "to", "above"),
            (self.below, operator.lt, "below", "not below"),
        )
        return [(bound, holds, word, failure) for bound, holds, word, failure in bounds if bound is not None]
