"""Search, filter and sort a list, and summarize what is found; each distinct question is answered once."""

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Generic, Self, TypeVar

import polars as pl

from flexscout.app.request_errors import BadRequestError
from flexscout.app.result_list import KEY, RANK, SEARCHED, SOURCE_LABELS, RowList
from flexscout.history import STATUS_COLUMN

T = TypeVar("T")

_FACETS = ("City", "State", "County", "Property Type", "Flex Classification", SOURCE_LABELS, STATUS_COLUMN, "Source File")
_RANGES = ("Flex Score", "Asking Price", "Asking Price/SqFt", "Building SqFt", "Lot Size Acres", "Year Built", "Occupancy")
_MAX_FACET_VALUES = 200
_BINS = 20
_HIGHEST_SHARE = 0.99  # of values that a range shows; a few giants would squeeze the others into one bar
_MAX_ROWS = 1_000  # of an answer
_MAX_KEPT = 24  # answers


@dataclass(frozen=True)
class RowFilter:
    """What is looked for.

    Attributes:
        search: Words that all have to be in a row's texts.
        ranges: Column -> lowest and highest value; None where there is no bound.
        facets: Column -> values of which a row has one.

    """

    search: str = ""
    ranges: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
    facets: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a filter from JSON. Raises BadRequestError."""
        try:
            given = json.loads(text) if text else {}
            ranges = {str(name): (_read_bound(low), _read_bound(high)) for name, (low, high) in given.get("ranges", {}).items()}
            facets = {
                str(name): tuple(None if one is None else str(one) for one in values)
                for name, values in given.get("facets", {}).items()
                if values
            }
            return cls(str(given.get("search") or ""), ranges, facets)
        except (ValueError, TypeError, AttributeError, RecursionError):
            raise BadRequestError("The filter can't be read.") from None

    def build_conditions(self, rows: pl.DataFrame) -> dict[str, pl.Expr]:
        """Return a condition for each part of the filter. Raises BadRequestError if there is no such column."""
        conditions: dict[str, pl.Expr] = {}
        if words := self.search.lower().split():
            conditions["search"] = pl.all_horizontal(pl.col(SEARCHED).str.contains(word, literal=True) for word in words)
        for name, (low, high) in self.ranges.items():
            _check_number(name, rows)
            column, bounds = pl.col(name), [pl.col(name).is_not_null()]
            bounds += [column >= low] if low is not None else []
            bounds += [column <= high] if high is not None else []
            conditions[name] = pl.all_horizontal(bounds)
        for name, values in self.facets.items():
            if name not in rows.columns:
                raise BadRequestError(f"The list has no column {name!r}.")
            conditions[name] = _has_any(name, rows.schema[name], values)
        return conditions


@dataclass(frozen=True)
class RowSort:
    """An order.

    Attributes:
        columns: The columns, most important first; none for the list's own order.
        descending: Whether each is descending.

    """

    columns: tuple[str, ...] = ()
    descending: tuple[bool, ...] = ()

    def apply(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return the rows in this order; missing values come last."""
        if unknown := [name for name in self.columns if name not in rows.columns]:
            raise BadRequestError(f"The list has no column {unknown[0]!r}.")
        if not self.columns:
            return rows
        keys = [pl.col(name).str.to_lowercase() if rows.schema[name] == pl.String else pl.col(name) for name in self.columns]
        return rows.sort(keys, descending=list(self.descending), nulls_last=True, maintain_order=True)


class _Answers(Generic[T]):
    """The last answers, by question. May be used from several threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, T] = OrderedDict()
        self._lock = Lock()

    def get(self, question: str, answer: Callable[[], T]) -> T:
        """Return the answer to a question, which `answer` finds if it isn't known."""
        with self._lock:
            if question not in self._kept:
                self._kept[question] = answer()
            self._kept.move_to_end(question)
            while len(self._kept) > _MAX_KEPT:
                self._kept.popitem(last=False)
            return self._kept[question]


class RowQuery:
    """Answers questions about a list.

    Args:
        listed: The list.

    """

    def __init__(self, listed: RowList) -> None:
        self.listed = listed
        self._positions: _Answers[pl.Series] = _Answers()
        self._summaries: _Answers[dict[str, Any]] = _Answers()

    def read_rows(self, wanted: RowFilter, order: RowSort, start: int, count: int) -> dict[str, Any]:
        """Return a window of the rows that are found."""
        positions = self.find_positions(wanted, order)
        rows = self.listed.rows[positions.slice(start, min(count, _MAX_ROWS))].select(KEY, RANK, *self.listed.columns)
        return {"total": positions.len(), "columns": self.listed.described_columns, "rows": rows.rows()}

    def find_positions(self, wanted: RowFilter, order: RowSort) -> pl.Series:
        """Return the positions of the rows that are found, in order."""
        return self._positions.get(repr((wanted, order)), lambda: self._find_positions(wanted, order))

    def summarize(self, wanted: RowFilter) -> dict[str, Any]:
        """Return counts by value and by range of the rows that are found; each ignores its own part of the filter."""
        return self._summaries.get(repr(wanted), lambda: self._summarize(wanted))

    def _find_positions(self, wanted: RowFilter, order: RowSort) -> pl.Series:
        rows = self.listed.rows
        conditions = wanted.build_conditions(rows).values()
        names = [name for name in order.columns if name in rows.columns]
        found = rows.with_row_index("__at").filter(*conditions).select("__at", *names)
        return order.apply(found)["__at"]

    def _summarize(self, wanted: RowFilter) -> dict[str, Any]:
        rows = self.listed.rows
        conditions = wanted.build_conditions(rows)
        masks = rows.select(condition.fill_null(value=False).alias(name) for name, condition in conditions.items())
        counted = [name for name in _FACETS if name in rows.columns]
        ranged = [name for name in _RANGES if name in rows.columns and rows.schema[name].is_numeric()]
        return {
            "total": self.find_positions(wanted, RowSort()).len(),
            "all": rows.height,
            "facets": {name: _count_values(_filter_except(rows, masks, name)[name]) for name in counted},
            "ranges": {
                name: bins for name in ranged if (bins := _count_bins(rows[name], _filter_except(rows, masks, name)[name]))
            },
        }


def read_sort(columns: Sequence[str], descending: Sequence[str]) -> RowSort:
    """Return the order of a request's parameters."""
    flags = [text == "true" for text in descending]
    return RowSort(tuple(columns), tuple(flags[i] if i < len(flags) else False for i in range(len(columns))))


def _read_bound(value: Any) -> float | None:
    if value is None:
        return None
    number = float(value)
    if number != number:  # noqa: PLR0124 - NaN
        raise ValueError
    return number


def _check_number(name: str, rows: pl.DataFrame) -> None:
    if name not in rows.columns or not rows.schema[name].is_numeric():
        raise BadRequestError(f"The list has no numbers in a column {name!r}.")


def _has_any(name: str, dtype: pl.DataType, values: Sequence[str | None]) -> pl.Expr:
    known = [value for value in values if value is not None]
    column = pl.col(name)
    if isinstance(dtype, pl.List):
        has = pl.any_horizontal(column.list.contains(value) for value in known) if known else pl.lit(value=False)
    else:
        has = column.cast(pl.String).is_in(known)
    return (has.fill_null(value=False) | column.is_null()) if None in values else has


def _filter_except(rows: pl.DataFrame, masks: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return a column of the rows that meet all conditions but one."""
    others = masks.drop(name, strict=False)
    column = rows.select(name)
    return column.filter(others.select(pl.all_horizontal(pl.all())).to_series()) if others.width else column


def _count_values(values: pl.Series) -> list[list[Any]]:
    """Return the most frequent values with their counts; a text list counts each of its texts."""
    single = values.explode(empty_as_null=True) if isinstance(values.dtype, pl.List) else values.cast(pl.String)
    counts = single.alias("value").value_counts().sort("count", "value", descending=[True, False], nulls_last=True)
    return [list(row) for row in counts.head(_MAX_FACET_VALUES).iter_rows()]


def _count_bins(everything: pl.Series, found: pl.Series) -> dict[str, Any] | None:
    """Return the range of a column, and counts of what is found in _BINS equal parts; the last has all higher values."""
    known = everything.drop_nulls()
    if not known.len():
        return None
    low, high, top = (float(value) for value in (known.min(), known.max(), known.quantile(_HIGHEST_SHARE, "lower")))  # type: ignore[arg-type]
    upper = top if top > low else high
    width = (upper - low) / _BINS or 1.0
    at = pl.select(((found.drop_nulls() - low) / width).floor().clip(0, _BINS - 1).cast(pl.Int64).alias("bin"))
    counts = dict(at.group_by("bin").len().iter_rows())
    return {"low": low, "high": high, "upper": upper, "counts": [counts.get(i, 0) for i in range(_BINS)]}


def select_points(listed: RowList, positions: pl.Series, places: pl.DataFrame) -> list[tuple[Any, ...]]:
    """Return rank, position on the map, score and precision of rows whose place is known.

    Args:
        listed: The list.
        positions: The rows.
        places: `x`, `y` and `precision` of every row.

    """
    points = pl.concat([listed.rows.select(RANK, "Flex Score"), places], how="horizontal")[positions]
    return points.drop_nulls("x").select(RANK, "x", "y", "Flex Score", "precision").rows()
