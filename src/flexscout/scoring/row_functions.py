"""Compile narwhals expressions to functions of one row, so that a single record needs no frame.

The expressions of the rules stay the only description of scoring. Compiled once, they are evaluated in microseconds; a frame of
one row takes milliseconds. This reads the nodes of narwhals expressions, which aren't public: a caller must be ready for
UncompilableError and use a frame instead.
"""

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

import narwhals as nw

Row = dict[str, Any]
"""Values by column name; None where missing."""

Evaluate = Callable[[Row], Any]
"""Returns the value of an expression for a row."""


class UncompilableError(Exception):
    """Raised when an expression uses an operation that can't be compiled."""


class RecordingFrame:
    """Takes the place of a frame while expressions are built, and records them by the column that they define.

    Args:
        names: Columns that the frame starts with.

    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._expressions: dict[str, nw.Expr] = {}

    def collect_schema(self) -> nw.Schema:
        """Return the columns that the frame starts with."""
        return nw.Schema(dict.fromkeys(self._names, nw.Unknown()))

    def with_columns(self, *expressions: nw.Expr | Sequence[nw.Expr]) -> "RecordingFrame":
        """Record expressions."""
        for expression in expressions:
            for one in [expression] if isinstance(expression, nw.Expr) else expression:
                self._expressions[_list_nodes(one)[-1].kwargs["name"]] = one
        return self

    def select(self, *_: str) -> "RecordingFrame":
        """Do nothing: only wanted columns are compiled."""
        return self

    def compile(self, wanted: Sequence[str]) -> tuple[tuple[str, Evaluate], ...]:
        """Compile the columns that the wanted ones need.

        Returns:
            Column and function of a row, in the order of evaluation: a function may need the columns before it.

        Raises:
            UncompilableError: An expression uses an operation that can't be compiled.

        """
        compiled: dict[str, Evaluate] = {}

        def add(name: str) -> None:
            if name not in compiled and (expression := self._expressions.get(name)) is not None:
                for needed in _list_columns(expression):
                    add(needed)
                compiled[name] = compile_expression(expression)

        for name in wanted:
            add(name)
        return tuple(compiled.items())


def compile_expression(expression: nw.Expr) -> Evaluate:
    """Compile an expression over columns to a function of a row.

    Raises:
        UncompilableError: The expression uses an operation that can't be compiled.

    """
    evaluate: Evaluate | None = None
    for node in _list_nodes(expression):
        arguments = [compile_expression(each) if isinstance(each, nw.Expr) else _build_constant(each) for each in node.exprs]
        build = _OPERATIONS.get(node.name)
        if build is None:
            raise UncompilableError(node.name)
        evaluate = build(*([] if evaluate is None else [evaluate]), *arguments, **node.kwargs)
    if evaluate is None:
        raise UncompilableError("an expression without nodes")
    return evaluate


def _list_nodes(expression: nw.Expr) -> Sequence[Any]:
    try:
        return expression._nodes  # noqa: SLF001 - narwhals has no public way to walk an expression
    except AttributeError:
        raise UncompilableError("an expression without nodes") from None


def _list_columns(expression: nw.Expr) -> set[str]:
    """Return the names of the columns that an expression reads."""
    nodes = _list_nodes(expression)
    own = {name for node in nodes if node.name == "col" for name in node.kwargs["names"]}
    return own.union(*(_list_columns(each) for node in nodes for each in node.exprs if isinstance(each, nw.Expr)))


def _build_constant(value: Any, **_: Any) -> Evaluate:
    return lambda _: value


def _build_column(names: Sequence[str]) -> Evaluate:
    (name,) = names
    return operator.itemgetter(name)


def _make_strict(function: Callable[..., Any]) -> Callable[..., Evaluate]:
    """Build an operation whose result is None if one of its one or two arguments is None."""

    def build(left: Evaluate, right: Evaluate | None = None) -> Evaluate:
        def evaluate_one(row: Row) -> Any:
            value = left(row)
            return None if value is None else function(value)

        def evaluate_two(row: Row) -> Any:
            value, other = left(row), right(row)  # type: ignore[misc]
            return None if value is None or other is None else function(value, other)

        return evaluate_one if right is None else evaluate_two

    return build


def _and(left: Evaluate, right: Evaluate) -> Evaluate:
    def evaluate(row: Row) -> bool | None:
        value = left(row)
        if value is False:
            return False
        other = right(row)
        return False if other is False else None if value is None or other is None else True

    return evaluate


def _or(left: Evaluate, right: Evaluate) -> Evaluate:
    return lambda row: _combine_any((left(row), right(row)))


def _combine_any(values: Sequence[bool | None]) -> bool | None:
    return True if True in values else None if None in values else False


def _all(*conditions: Evaluate, ignore_nulls: bool) -> Evaluate:
    if len(conditions) == 1 and not ignore_nulls:
        return conditions[0]

    def evaluate(row: Row) -> bool | None:
        values = [condition(row) for condition in conditions]
        return False if False in values else None if None in values and not ignore_nulls else True

    return evaluate


def _any(*conditions: Evaluate, ignore_nulls: bool) -> Evaluate:
    def evaluate(row: Row) -> bool | None:
        found = _combine_any([condition(row) for condition in conditions])
        return False if found is None and ignore_nulls else found

    return evaluate


def _choose(condition: Evaluate, then: Evaluate, *otherwise: Evaluate) -> Evaluate:
    (other,) = otherwise or (_build_constant(None),)
    return lambda row: then(row) if condition(row) else other(row)


def _fill(value: Evaluate, other: Evaluate, **_: Any) -> Evaluate:
    def evaluate(row: Row) -> Any:
        found = value(row)
        return other(row) if found is None else found

    return evaluate


def _cast(value: Evaluate, dtype: Any) -> Evaluate:
    is_time = isinstance(dtype, nw.Datetime)
    return _make_strict(_to_time if is_time else float if dtype == nw.Float64 else str)(value)


def _to_time(day: date) -> datetime:
    return datetime.combine(day, time())


def _replace_all(text: Evaluate, new: Evaluate, *, pattern: str, literal: bool) -> Evaluate:
    find = re.compile(re.escape(pattern) if literal else pattern)
    return _make_strict(lambda value, other: find.sub(other, value))(text, new)


def _contains(text: Evaluate, pattern: Evaluate, *, literal: bool) -> Evaluate:
    find = re.compile(re.escape(pattern({})) if literal else pattern({}))
    return _make_strict(lambda value: find.search(value) is not None)(text)


def _is_in(value: Evaluate, other: Sequence[Any]) -> Evaluate:
    return _make_strict(frozenset(other).__contains__)(value)


def _round(value: Evaluate, decimals: int) -> Evaluate:
    return _make_strict(lambda number: round(number, decimals))(value)


def _floor(number: float) -> float:
    return float(math.floor(number))


_OPERATIONS: Mapping[str, Callable[..., Evaluate]] = {
    "col": _build_column,
    "lit": _build_constant,
    "alias": lambda value, **_: value,
    "cast": _cast,
    "when_then": _choose,
    "all_horizontal": _all,
    "any_horizontal": _any,
    "fill_null": _fill,
    "is_null": lambda value: lambda row: value(row) is None,
    "is_finite": _make_strict(math.isfinite),
    "is_in": _is_in,
    "floor": _make_strict(_floor),
    "round": _round,
    "str.to_lowercase": _make_strict(str.lower),
    "str.replace_all": _replace_all,
    "str.contains": _contains,
    "__and__": _and,
    "__or__": _or,
    "__invert__": _make_strict(operator.not_),
    **{
        f"__{name}__": _make_strict(getattr(operator, name))
        for name in ("add", "sub", "mul", "truediv", "ge", "gt", "le", "lt", "eq", "ne")
    },
}
