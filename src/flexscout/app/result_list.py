"""The list of a result as frames: the candidates, and the rows that aren't on the list."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl
import polars.selectors as cs

from flexscout.domain import (
    ADDRESS_COLUMNS,
    COMPARISON_COLUMNS,
    LINK_COLUMNS,
    REASONS,
    SEEN_COLUMNS,
    SOURCE_COLUMNS,
    STATUS,
    TO_VERIFY,
    escape_names,
    list_canonical_columns,
)
from flexscout.history import STATUS_COLUMN, RunHistory, RunRecord
from flexscout.merging import MAX_EXPLAINED_ROWS
from flexscout.outputs import add_comparisons, load_outlines, place_candidates
from flexscout.scoring import Criteria

KEY, SOURCE_LABELS, CITY_AND_STATE, REJECTION = "__id", "__sources", "__place", "__rejection"
"""Working columns: the ID of a row, the labels of its sources, its city and state, and the status of a row off the list."""

X, Y, PRECISION = "__x", "__y", "__precision"
"""Working columns: the place of a row on the map, and how exactly it is known."""

RANK, REASONS_COLUMN = "Rank", "Reasons"
"""Columns that the list has beside those of the result: the rank, from 1, and the reasons of the score or of the rejection."""

SEARCHED = "__searched"
"""Working column: the texts in which a search looks, in lower case."""

_ID = LINK_COLUMNS[0]
_SEARCHED = ("Property Name", *ADDRESS_COLUMNS, "Zip Code", "County", "APN", "Owner Name", _ID, "Tenant Names", "Source File")
_SHOWN = (
    "Flex Score", "Flex Classification", STATUS_COLUMN, "Address", "City", "State", "Property Type", "Building SqFt",
    "Lot Size Acres", "Year Built", "Occupancy", "Asking Price", COMPARISON_COLUMNS[0], "Owner Name", SEEN_COLUMNS[0],
)  # fmt: skip
_SHOWN_REJECTED = (
    REASONS_COLUMN, "Flex Score", "Score Ceiling", "Address", "City", "State", "Property Type", "Building SqFt", "Lot Size Acres",
    "Year Built", "Source File",
)  # fmt: skip
_PLACE_COLUMNS = ("City", "State", "Zip Code", "County", "Latitude", "Longitude")
_KINDS = {"USD": "money", "USD per square foot": "money", "percent 0-100": "percent"}
_COMPARED_UNITS = dict.fromkeys((COMPARISON_COLUMNS[0], COMPARISON_COLUMNS[2]), "USD per square foot")


@dataclass(frozen=True)
class RowList:
    """A list of rows.

    Attributes:
        rows: The columns, and working columns, among them KEY and SEARCHED.
        columns: The names of the columns, in order.
        shown: Those that are shown at first.

    """

    rows: pl.DataFrame
    columns: tuple[str, ...]
    shown: frozenset[str]

    @cached_property
    def described_columns(self) -> list[dict[str, Any]]:
        """What the pages need to know of each column."""
        return [
            {"name": name, "title": name, **describe_kind(name, self.rows.schema[name]), "is_shown": name in self.shown}
            for name in self.columns
        ]


_EMPTY = RowList(pl.DataFrame(schema={KEY: pl.String, SEARCHED: pl.String}), (), frozenset())


def load_candidates(history: RunHistory, record: RunRecord) -> RowList:
    """Load the list of a run, without the user's notes.

    Raises:
        NothingToReadError: It is no longer kept, or damaged.

    """
    master = escape_names(pl.read_parquet(history.require_result(record)))
    user_columns = record.report["notes"].get("columns", record.settings.user_columns)
    listed = add_comparisons(master.drop(user_columns, strict=False))
    if _ID not in listed.columns:  # only an empty list has no IDs
        return _EMPTY
    labelled = _add_sources(listed, history.read_sources(record))
    rows = labelled.select(
        pl.int_range(1, pl.len() + 1).alias(RANK),
        *_clean(labelled),
        _explain(listed, record),
        pl.col(_ID).alias(KEY),
        SOURCE_LABELS,
        _join_place(labelled),
        _join_searched(labelled),
    )
    return _make_list(pl.concat([rows, _find_places(listed)], how="horizontal"), _SHOWN)


def list_rejected(rejected: pl.DataFrame, listed: pl.DataFrame, *, to_verify: bool) -> RowList:
    """Return the rows that aren't on the list, with the reasons.

    Args:
        rejected: The rejected rows of a replay.
        listed: The properties on its list: a row without coordinates is on the map where they are in its ZIP Code or city.
        to_verify: Only those that only missing values keep off the list.

    """
    if not rejected.width:
        return _EMPTY
    chosen = rejected.filter(TO_VERIFY) if to_verify else rejected
    own = [name for name in chosen.columns if name not in (STATUS, REASONS, TO_VERIFY)]
    rows = chosen.select(
        pl.col(REASONS).alias(REASONS_COLUMN),
        *_clean(chosen.select(own)),
        row_key().alias(KEY),
        pl.concat_list(SOURCE_COLUMNS[0]).alias(SOURCE_LABELS),
        pl.col(STATUS).cast(pl.String).alias(REJECTION),
        _join_place(chosen),
        _join_searched(chosen),
    )
    placed = pl.concat([rows, _find_places(chosen, rejected, listed)], how="horizontal")
    ordered = placed.sort("Score Ceiling", "Flex Score", descending=True, nulls_last=True, maintain_order=True)
    return _make_list(ordered, _SHOWN_REJECTED)


def add_notes(listed: RowList, user_columns: Sequence[str], notes: pl.DataFrame) -> RowList:
    """Return a list with the user's columns first, as they are now.

    Args:
        listed: The candidates.
        user_columns: The user's columns.
        notes: A row per Property ID with notes.

    """
    own = [name for name in user_columns if name not in listed.columns]
    joined = listed.rows.select(KEY).join(notes.select(pl.col(_ID).alias(KEY), *own), on=KEY, how="left", maintain_order="left")
    texts = pl.concat_str(SEARCHED, *(pl.col(name).str.to_lowercase() for name in own), separator="\n", ignore_nulls=True)
    rows = pl.concat([joined.drop(KEY), listed.rows], how="horizontal").with_columns(texts.alias(SEARCHED))
    return RowList(rows, (*own, *listed.columns), listed.shown)


def _find_places(frame: pl.DataFrame, *others: pl.DataFrame) -> pl.DataFrame:
    """Return the working columns that tell where rows are on the map, also by others in the same place."""
    wanted = cs.by_name(*_PLACE_COLUMNS, require_all=False)
    known = pl.concat([part.select(wanted) for part in (frame, *others)], how="diagonal_relaxed")
    places = place_candidates(known, load_outlines()).head(frame.height)
    return places.select(pl.col("x").alias(X), pl.col("y").alias(Y), pl.col("precision").alias(PRECISION))


def _make_list(rows: pl.DataFrame, shown: Sequence[str]) -> RowList:
    return RowList(rows, tuple(name for name in rows.columns if not name.startswith("__")), frozenset(shown))


def _explain(listed: pl.DataFrame, record: RunRecord) -> pl.Series:
    """Return the reasons of the best scores, joined."""
    criteria = Criteria.from_record(record.settings, record.report["profile"], record.begun)
    # Without all columns of the profile the points can't be explained.
    has_columns = record.settings.output_columns == "all"
    best = listed.head(MAX_EXPLAINED_ROWS) if has_columns else listed.clear()
    texts = criteria.explain(best)["Reasons"].list.join(" · ")
    missing = pl.Series([None], dtype=pl.String).new_from_index(0, listed.height - texts.len())
    return pl.concat([texts, missing]).alias(REASONS_COLUMN)


def _join_place(frame: pl.DataFrame) -> pl.Expr:
    names = [name for name in ADDRESS_COLUMNS[1:] if name in frame.columns]
    return (pl.concat_str(names, separator=", ", ignore_nulls=True) if names else pl.lit("")).alias(CITY_AND_STATE)


def row_key() -> pl.Expr:
    """Return the ID of a row that isn't on the list: `FILE:SHEET:ROW`."""
    return pl.concat_str([pl.col(name).cast(pl.String) for name in SOURCE_COLUMNS], separator=":")


def describe_kind(name: str, dtype: pl.DataType) -> dict[str, str]:
    """Return how the pages show the values of a column: `kind` and `unit`."""
    column = next((column for column in list_canonical_columns() if column.name == name), None)
    unit = column.unit if column else ""
    if name == "Flex Score":
        return {"kind": "score", "unit": ""}
    if dtype.is_temporal():
        return {"kind": "date", "unit": ""}
    if not dtype.is_numeric():
        return {"kind": "text", "unit": ""}
    if column and column.type == "year":
        return {"kind": "number", "unit": "year"}
    if name == "Completeness":
        return {"kind": "number", "unit": "share"}
    compared = _COMPARED_UNITS.get(name, unit)
    return {"kind": _KINDS.get(compared, "number"), "unit": compared}


def _clean(frame: pl.DataFrame) -> list[Any]:
    """Return the columns as JSON can have them: finite numbers, and yes or no."""
    floats = frame.select(cs.float()).columns
    flags = frame.select(cs.boolean()).columns
    finite = [pl.when(pl.col(name).is_finite()).then(pl.col(name)).alias(name) for name in floats]
    words = [pl.col(name).replace_strict({True: "yes", False: "no"}, return_dtype=pl.String).alias(name) for name in flags]
    changed = dict(zip([*floats, *flags], [*finite, *words], strict=True))
    return [changed.get(name, pl.col(name)) for name in frame.columns if not name.startswith("__")]


def _join_searched(frame: pl.DataFrame) -> pl.Expr:
    texts = [pl.col(name).cast(pl.String).str.to_lowercase() for name in _SEARCHED if name in frame.columns]
    return (pl.concat_str(texts, separator="\n", ignore_nulls=True) if texts else pl.lit("")).alias(SEARCHED)


def _add_sources(listed: pl.DataFrame, sources: pl.DataFrame | None) -> pl.DataFrame:
    """Add the labels of each property's sources; those of its files if they aren't known."""
    if sources is None or sources.is_empty():
        return listed.with_columns(pl.concat_list(SOURCE_COLUMNS[0]).alias(SOURCE_LABELS))
    labels = sources.group_by(_ID).agg(pl.col("Source").unique().sort().alias(SOURCE_LABELS))
    return listed.drop(SOURCE_LABELS, strict=False).join(labels, on=_ID, how="left", maintain_order="left")
