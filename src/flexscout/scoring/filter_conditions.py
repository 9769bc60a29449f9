"""Filters as a list of conditions that all hold, for a program that edits them: written as text, and read from it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flexscout.errors import ConfigurationError
from flexscout.scoring.filter_syntax import Token, find_syntax_error, is_day, quote_column, tokenize
from flexscout.scoring.row_filter import SCHEMA, list_filter_kinds

Value = str | float | bool


class Comparison(StrEnum):
    """How a value of a column is compared. The values are what the window sends."""

    EQUAL = "="
    DIFFERENT = "<>"
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    ONE_OF = "in"
    NONE_OF = "not_in"
    CONTAINS = "contains"
    MISSING = "is_missing"
    KNOWN = "is_known"


_SYMBOLS = {comparison.value: comparison for comparison in list(Comparison)[:6]} | {
    "==": Comparison.EQUAL,
    "!=": Comparison.DIFFERENT,
}
_LISTS = (Comparison.ONE_OF, Comparison.NONE_OF)
_ALONE = (Comparison.MISSING, Comparison.KNOWN)
_ORDERED = (*_SYMBOLS.values(), *_ALONE)
_BY_KIND: dict[str, tuple[Comparison, ...]] = {
    "number": tuple(dict.fromkeys((*_ORDERED, *_LISTS))),
    "date": tuple(dict.fromkeys(_ORDERED)),
    "text": (Comparison.EQUAL, Comparison.DIFFERENT, *_LISTS, Comparison.CONTAINS, *_ALONE),
    "flag": (Comparison.EQUAL, *_ALONE),
}
COMPARISONS: Mapping[str, tuple[Comparison, ...]] = _BY_KIND
"""Kind of column -> the comparisons that it allows."""


@dataclass(frozen=True)
class FilterCondition:
    """A condition on a column. `values`: one, several for lists of values, none for missing and known values."""

    column: str
    comparison: Comparison
    values: tuple[Value, ...] = ()

    @classmethod
    def from_data(cls, data: Any) -> "FilterCondition":
        """Read a condition from JSON data. Raises ConfigurationError if it makes no sense."""
        if not isinstance(data, Mapping) or data.get("column") not in SCHEMA:
            raise ConfigurationError("A filter names no column.", {"where": "choose a column"})
        column, values = str(data["column"]), data.get("values", [])
        allowed = _BY_KIND[list_filter_kinds()[column]]
        if data.get("comparison") not in list(allowed) or not isinstance(values, list):
            raise ConfigurationError(f"{column} can't be compared like that.", {"where": "choose a comparison"})
        condition = cls(column, Comparison(data["comparison"]), tuple(values))
        condition.render()
        return condition

    def render(self) -> str:
        """Return the condition as a filter has it. Raises ConfigurationError if a value is missing or of another kind."""
        name = quote_column(self.column)
        if self.comparison in _ALONE:
            return f"{name} IS {'NOT ' if self.comparison is Comparison.KNOWN else ''}NULL"
        texts = [self._render_value(value) for value in self.values]
        if not texts or (len(texts) > 1 and self.comparison not in _LISTS):
            raise ConfigurationError(f"The filter on {self.column} needs a value.", {"where": "enter a value"})
        if self.comparison in _LISTS:
            return f"{name} {'NOT ' if self.comparison is Comparison.NONE_OF else ''}IN ({', '.join(texts)})"
        if self.comparison is Comparison.CONTAINS:
            return f"{name} LIKE '%{texts[0][1:-1]}%'"
        return f"{name} {self.comparison} {texts[0]}"

    def _render_value(self, value: Value) -> str:
        kind, text = list_filter_kinds()[self.column], None
        if kind == "flag" and isinstance(value, bool):
            text = str(value).upper()
        elif kind == "number" and isinstance(value, int | float) and not isinstance(value, bool):
            text = f"{value:.15g}"
        elif kind == "date" and isinstance(value, str) and is_day(value):
            text = f"DATE '{value}'"
        elif kind == "text" and isinstance(value, str) and value.strip():
            text = "'" + " ".join(value.split()).replace("'", "''") + "'"
        if text is None or (self.comparison is Comparison.CONTAINS and set(text) & {"%", "_"}):
            problem = "without % and _" if text else f"of its kind, a {kind}"
            raise ConfigurationError(f"The filter on {self.column} needs a value {problem}.", {"where": "enter a value"})
        return text


def render_conditions(conditions: Sequence[FilterCondition]) -> str:
    """Return a filter of conditions that all hold; empty for none."""
    return " AND ".join(condition.render() for condition in conditions)


def parse_conditions(text: str) -> tuple[FilterCondition, ...] | None:
    """Return the conditions that a filter consists of, or None if it is anything else than conditions joined by AND."""
    if find_syntax_error(text, list(SCHEMA)):
        return None
    conditions = [_parse_condition(part) for part in _split(tokenize(text)[0], "and")]
    return None if None in conditions else tuple(one for one in conditions if one)


def _split(tokens: Sequence[Token], separator: str) -> Iterator[list[Token]]:
    """Yield the tokens between separators."""
    part: list[Token] = []
    for token in tokens:
        if token.key == separator:
            yield part
            part = []
        else:
            part.append(token)
    if part:
        yield part


def _parse_condition(tokens: Sequence[Token]) -> FilterCondition | None:
    if len(tokens) < 3 or not tokens[0].is_name or tokens[0].value not in SCHEMA:  # noqa: PLR2004 - column, comparison, value
        return None
    column, keys, rest = tokens[0].value, [token.key for token in tokens[1:]], tokens[2:]
    comparison: Comparison | None
    values: list[Value | None] = []
    if keys in (["is", "null"], ["is", "not", "null"]):
        comparison = Comparison.MISSING if len(keys) == 2 else Comparison.KNOWN  # noqa: PLR2004
    elif keys[0] in ("in", "not") and keys[-1] == ")" and "in" in keys[:2]:
        comparison = Comparison.ONE_OF if keys[0] == "in" else Comparison.NONE_OF
        listed = rest[1:-1] if keys[0] == "in" else rest[2:-1]
        values = [_parse_value(part) for part in _split(listed, ",")]
    elif keys[0] == "like" and len(rest) == 1:
        comparison, text = Comparison.CONTAINS, str(_parse_value(rest))
        values = [text[1:-1] if text[:1] == text[-1:] == "%" and not set(text[1:-1]) & {"%", "_"} else None]
    else:
        comparison, values = _SYMBOLS.get(keys[0]), [_parse_value(rest)]
    if comparison is None or None in values:
        return None
    condition = FilterCondition(column, comparison, tuple(value for value in values if value is not None))
    if comparison not in _BY_KIND[list_filter_kinds()[column]]:
        return None
    with suppress(ConfigurationError):
        condition.render()
        return condition
    return None


def _parse_value(tokens: Sequence[Token]) -> Value | None:
    """Return the value that tokens stand for; None for anything else than a constant."""
    keys = [token.key for token in tokens]
    if len(tokens) == 1 and tokens[0].kind == "text":
        return tokens[0].value.replace("''", "'")
    if len(tokens) == 1 and keys[0] in ("true", "false"):
        return keys[0] == "true"
    if keys and keys[0] == "date" and len(tokens) == 2:  # noqa: PLR2004 - the word and the day
        return tokens[1].value
    sign, number = (-1, tokens[1:]) if keys and keys[0] == "-" else (1, tokens)
    return sign * float(number[0].value) if len(number) == 1 and number[0].kind == "number" else None
