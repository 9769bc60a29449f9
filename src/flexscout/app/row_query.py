"""Search, filter and sort a list, and summarize what is found; each distinct question is answered once."""

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Generic, Self, TypeVar

import polars as pl

from flexscout.app.result_list import CITY_AND_STATE, KEY, PRECISION, REJECTION, SEARCHED, SOURCE_LABELS, RowList, X, Y
from flexscout.app.security import BadRequestError
from flexscout.history import STATUS_COLUMN

T = TypeVar("T")

_FACETS = {"City": CITY_AND_STATE, "Property Type": "Property Type", "Flex Classification": "Flex Classification"}
_FACETS |= {"Source": SOURCE_LABELS, STATUS_COLUMN: STATUS_COLUMN, "Rejection": REJECTION}
_RANGES = ("Flex Score", "Asking Price", "Asking Price/SqFt", "Building SqFt", "Lot Size Acres", "Year Built", "Occupancy")
_MAX_FACET_VALUES = 200
_BINS = 20
_HIGHEST_SHARE = 0.99  # of values that a range shows; a few giants would squeeze the others into one bar
_MAX_ROWS = 1_000  # of an answer
_MAX_KEPT = 24  # answers
_MAX_POINTS = 50_000  # which the map draws smoothly


@dataclass(frozen=True)
class RowFilter:
    """What is looked for.

    Attributes:
        search: Words that all have to be in a row's texts.
        ranges: Column -> lowest and highest value; None where there is no bound.
        facets: Column -> values of which a row has one.
        box: Left, top, right and bottom of the part of the map in which a row is; None for everywhere.

    """

    search: str = ""
    ranges: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
    facets: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)
    box: tuple[float, float, float, float] | None = None

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
            left, top, right, bottom = (float(one) for one in given.get("box") or (0, 0, 0, 0))
            box = (left, top, right, bottom) if given.get("box") else None
            return cls(str(given.get("search") or ""), ranges, facets, box)
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
        for facet, values in self.facets.items():
            name = _FACETS.get(facet, facet)
            if name not in rows.columns:
                raise BadRequestError(f"The list has no column {facet!r}.")
            conditions[facet] = _has_any(name, rows.schema[name], values)
        if self.box and X in rows.columns:
            left, top, right, bottom = self.box
            conditions["box"] = pl.col(X).is_between(left, right) & pl.col(Y).is_between(top, bottom)
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
        rows = self.listed.rows[positions.slice(start, min(count, _MAX_ROWS))]
        return {
            "total": positions.len(),
            "columns": self.listed.described_columns,
            "ids": rows[KEY].to_list(),
            "rows": rows.select(self.listed.columns).rows(),
        }

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
        counted = {facet: name for facet, name in _FACETS.items() if name in rows.columns}
        ranged = [name for name in _RANGES if name in rows.columns and rows.schema[name].is_numeric()]
        return {
            "total": self.find_positions(wanted, RowSort()).len(),
            "all": rows.height,
            "facets": {facet: _count_values(_filter_except(rows, masks, facet, name)) for facet, name in counted.items()},
            "ranges": {
                name: bins for name in ranged if (bins := _count_bins(rows[name], _filter_except(rows, masks, name, name)))
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


def _filter_except(rows: pl.DataFrame, masks: pl.DataFrame, part: str, name: str) -> pl.Series:
    """Return a column of the rows that meet all conditions but one."""
    others = masks.drop(part, strict=False)
    return rows[name].filter(others.select(pl.all_horizontal(pl.all())).to_series()) if others.width else rows[name]


def _count_values(values: pl.Series) -> list[list[Any]]:
    """Return the most frequent values with their counts; a text list counts each of its texts."""
    single = values.explode(empty_as_null=True) if isinstance(values.dtype, pl.List) else values.cast(pl.String)
    counts = single.alias("value").drop_nulls().value_counts().sort("count", "value", descending=[True, False])
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


def select_points(listed: RowList, positions: pl.Series) -> dict[str, Any]:
    """Return the position in the list, the place on the map, the score and the precision of rows whose place is known.

    Returns:
        The `points`, the first _MAX_POINTS in the list's order, and how many more there are: `more_points`.

    """
    if X not in listed.rows.columns:
        return {"points": [], "more_points": 0}
    points = listed.rows.select(pl.int_range(pl.len()).alias("at"), X, Y, "Flex Score", PRECISION)[positions]
    placed = points.drop_nulls(X)
    return {"points": placed.head(_MAX_POINTS).rows(), "more_points": max(0, placed.height - _MAX_POINTS)}
