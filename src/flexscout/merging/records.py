"""Property records: the values of a property, from its surviving row and the other current rows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from flexscout.domain import (
    REASONS,
    RECORD_COLUMNS,
    STATUS,
    TO_VERIFY,
    UNVERIFIED,
    apn_key,
    blank_to_null,
    is_score_column,
    list_canonical_columns,
    look_up_columns,
    select_as_text,
    unit_key,
)
from flexscout.models import RowStatus
from flexscout.runtime import replace_columns
from flexscout.scoring import Criteria

RANK, SURVIVOR, DAY, SHOWN, ADDRESS_UNIT = "__rank", "__best", "__day", "__shown", "__address_unit"
"""Working columns: the position of a row in survivor order; the `RANK` of the survivor of its cluster; the day of its export;
its source with that day (`CoStar Jan 19`); the unit in its address, as it is compared."""

OUTCOME = (STATUS, REASONS, TO_VERIFY)
"""Working columns of a record: whether the property is a candidate with the values of its record, and why not."""

Rescore = Callable[[pl.DataFrame], pl.DataFrame]
"""Rows -> the same rows in the same order, classified again, with `OUTCOME`."""

# Columns that are only true together come from one row.
_MARKET_GROUPS = (("Asking Price",), ("Occupancy",), ("Sale Date", "Sold Price", "Sold Price/SqFt"))
_FACT_GROUPS = (
    ("Latitude", "Longitude"),
    ("Lot Size Acres", "Lot Size SqFt"),
    ("Improvement Value", "Land Value", "Total Parcel Value"),
)
_MAX_SIZE_DIFFERENCE = 0.05  # of buildings that can be the same one, as a share of the larger
_VALUES_FROM, _SCORE_BEFORE = RECORD_COLUMNS
_DONOR, _COLUMN = "donor", "column"  # RANK of the row that gives a value; the column of the value
_STILL_MISSING, _ORDER = "__still_missing", "__at"
_IDENTITY = ("__apn", "__unit", "__size")

CELL_SCHEMA = {SURVIVOR: pl.get_index_type(), _DONOR: pl.get_index_type(), _COLUMN: pl.String, "value": pl.String}
ORIGIN_SCHEMA = {SURVIVOR: pl.get_index_type(), SHOWN: pl.String, "columns": pl.List(pl.String)}
GIVEN_SCHEMA = {RANK: pl.get_index_type(), "Filled Cells": pl.String}


@dataclass(frozen=True)
class PropertyRecords:
    """The records of properties.

    Attributes:
        records: One row per survivor, in their order, with `RECORD_COLUMNS` and `OUTCOME`.
        given: `RANK` of each other row that gave values, and the list of them as `Filled Cells`.
        origins: `SURVIVOR`, `SHOWN` (the source) and `columns` (a list) of the values that are not the survivor's own.

    """

    records: pl.DataFrame
    given: pl.DataFrame
    origins: pl.DataFrame


def build_records(
    survivors: pl.DataFrame, others: pl.DataFrame, scored_columns: Sequence[str], rescore: Rescore
) -> PropertyRecords:
    """Fill the blanks of each survivor, take market facts from the newest source, and score the records that changed.

    Values never come from a row with another APN, another unit, or a building size that differs by more than 5%.

    Args:
        survivors: Surviving rows with `RANK`, `SURVIVOR`, `DAY` and `ADDRESS_UNIT`.
        others: The other current rows of their clusters, likewise, with `SHOWN`, best first.
        scored_columns: Columns that the score or the eligibility depends on.
        rescore: Classifies changed records again.

    """
    survivors = _add_columns(survivors, others)
    compatible = select_compatible(survivors, others)
    donations = [
        *(_find_newest(survivors, compatible, group) for group in _select_present_groups(_MARKET_GROUPS, survivors.columns)),
        *(_find_first(survivors, compatible, group) for group in _list_fact_groups(survivors.columns)),
    ]
    changed, cells = _apply(survivors, donations)
    sources = compatible.select(pl.col(RANK).alias(_DONOR), SHOWN)
    by_source = cells.join(sources, on=_DONOR, maintain_order="left").group_by(SURVIVOR, SHOWN, maintain_order=True)
    origins = by_source.agg(pl.col(_COLUMN).alias("columns"))
    rescored = _rescore_changed(changed, cells.filter(pl.col(_COLUMN).is_in(scored_columns))[SURVIVOR].unique(), rescore)
    records = look_up_columns(rescored, _describe_origins(origins), RANK)
    return PropertyRecords(records, _join_cells(cells), origins)


def keep_own_values(survivors: pl.DataFrame) -> PropertyRecords:
    """Return the survivors as they are, as records."""
    empty = [pl.lit(None, pl.String).alias(_VALUES_FROM), pl.lit(None, pl.Float64).alias(_SCORE_BEFORE)]
    records = survivors.with_columns(*empty, *build_candidate_outcome())
    return PropertyRecords(records, pl.DataFrame(schema=GIVEN_SCHEMA), pl.DataFrame(schema=ORIGIN_SCHEMA))


def rescore_rows(rows: pl.DataFrame, criteria: Criteria) -> pl.DataFrame:
    """Classify records again and return them in their order, with `OUTCOME` and new scores.

    A criterion that was skipped because the sheet has no such column stays skipped unless the record has a value.

    Args:
        rows: At least one scored row.
        criteria: The criteria of the run.

    """
    old = [name for name in rows.columns if is_score_column(name)]
    marked = rows.with_columns(list_still_missing(rows, criteria).alias(_STILL_MISSING)).drop(*old, UNVERIFIED, strict=False)
    parts = marked.with_row_index(_ORDER).partition_by(_STILL_MISSING, as_dict=True)
    rescored = [
        criteria.classify_again(part.drop(_STILL_MISSING, *filter(None, missing.split(", "))))
        for (missing,), part in parts.items()
    ]
    return pl.concat([rows.clear(), *rescored], how="diagonal_relaxed").sort(_ORDER).drop(_ORDER)


def select_compatible(survivors: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """Return the other rows that can give values to their survivor.

    The first row with an APN decides which APN a record is about, starting with the survivor; the same holds for units and sizes.
    """
    own = survivors.join(others.select(SURVIVOR).unique(), left_on=RANK, right_on=SURVIVOR, how="semi")
    references = _add_identity(own).select(SURVIVOR, *(pl.col(name).alias(f"own{name}") for name in _IDENTITY))
    rows = _add_identity(others).join(references, on=SURVIVOR, maintain_order="left")
    for name in _IDENTITY:
        value = pl.col(name)
        reference = pl.coalesce(f"own{name}", value.drop_nulls().first().over(SURVIVOR))
        if name == "__size":
            larger = pl.max_horizontal(value, reference)
            agrees = (value - reference).abs() <= _MAX_SIZE_DIFFERENCE * larger
        else:
            agrees = value == reference
        rows = rows.filter(value.is_null() | agrees)
    return rows.drop(*_IDENTITY, *(f"own{name}" for name in _IDENTITY))


def order_ranks(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the `RANK` of each row, which is distinct, and its position `at`, sorted by rank."""
    return rows.select(RANK, pl.int_range(pl.len(), dtype=pl.get_index_type()).alias("at")).sort(RANK)


def locate_ranks(ranks: pl.Series, ordered: pl.DataFrame) -> pl.Series:
    """Return the position of each of these ranks; `ordered` is what `order_ranks` returns, and has them."""
    return ordered["at"].gather(ordered[RANK].search_sorted(ranks))


def _add_columns(survivors: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """Return the survivors with the canonical columns that only the other rows have, without values."""
    names = (column.name for column in list_canonical_columns() if column.name not in survivors.columns)
    return survivors.with_columns(pl.lit(None, others.schema[name]).alias(name) for name in names if name in others.columns)


def _add_identity(rows: pl.DataFrame) -> pl.DataFrame:
    texts = select_as_text(rows, ("APN", "Unit")).with_columns(rows[ADDRESS_UNIT])
    unit = pl.coalesce(unit_key(pl.col("Unit")), blank_to_null(pl.col(ADDRESS_UNIT)))
    identity = texts.select(apn_key(pl.col("APN")).alias("__apn"), unit.alias("__unit"))
    size = pl.col("Building SqFt").cast(pl.Float64) if "Building SqFt" in rows.columns else pl.lit(None, pl.Float64)
    return rows.with_columns(*identity, size.alias("__size"))


def _select_present_groups(groups: Sequence[Sequence[str]], names: Sequence[str]) -> Iterator[list[str]]:
    present = ([name for name in group if name in names] for group in groups)
    return (group for group in present if group)


def _list_fact_groups(names: Sequence[str]) -> list[list[str]]:
    """Return the canonical columns that are not about the market, in groups that come from one row."""
    grouped = {name for group in (*_MARKET_GROUPS, *_FACT_GROUPS) for name in group}
    alone = [[column.name] for column in list_canonical_columns() if column.name in names and column.name not in grouped]
    return [*alone, *_select_present_groups(_FACT_GROUPS, names)]


def _find_first(survivors: pl.DataFrame, others: pl.DataFrame, group: Sequence[str]) -> pl.DataFrame:
    """For each survivor with no value in the group, return the best other row with any: `SURVIVOR`, `donor`, the values."""
    blank = survivors.select(RANK, *group).filter(pl.all_horizontal(pl.col(group).is_null())).select(RANK)
    filled = others.lazy().select(SURVIVOR, RANK, *group).filter(pl.any_horizontal(pl.col(group).is_not_null())).collect()
    candidates = filled.join(blank, left_on=SURVIVOR, right_on=RANK, how="semi", maintain_order="left")
    return candidates.unique(SURVIVOR, keep="first", maintain_order=True).rename({RANK: _DONOR})


def _find_newest(survivors: pl.DataFrame, others: pl.DataFrame, group: Sequence[str]) -> pl.DataFrame:
    """For each survivor, return the other row of the newest day, if it is newer or the survivor has no value in the group.

    A row that lacks one of the survivor's values is not taken, unless the survivor has none.
    """
    filled = others.lazy().select(SURVIVOR, RANK, DAY, *group).filter(pl.any_horizontal(pl.col(group).is_not_null()))
    own = survivors.lazy().select(
        SURVIVOR, pl.col(DAY).alias("own_day"), *(pl.col(name).is_not_null().alias(f"own {name}") for name in group)
    )
    has_any = pl.any_horizontal(f"own {name}" for name in group)
    loses = pl.any_horizontal(pl.col(f"own {name}") & pl.col(name).is_null() for name in group)
    better = filled.join(own, on=SURVIVOR, maintain_order="left").filter(~has_any | ((pl.col(DAY) > pl.col("own_day")) & ~loses))
    newest = better.sort(DAY, RANK, descending=[True, False]).unique(SURVIVOR, keep="first", maintain_order=True)
    return newest.sort(SURVIVOR).select(SURVIVOR, pl.col(RANK).alias(_DONOR), *group).collect()


def _apply(survivors: pl.DataFrame, donations: Sequence[pl.DataFrame]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the survivors with the given values, and a row per value that differs from the survivor's own (CELL_SCHEMA)."""
    changes, cells = [], [pl.DataFrame(schema=CELL_SCHEMA)]
    ordered = order_ranks(survivors)
    for donation in donations:
        positions = locate_ranks(donation[SURVIVOR], ordered)
        for name in donation.columns[2:]:
            is_new = donation[name].is_not_null() & donation[name].ne_missing(survivors[name].gather(positions))
            given = donation.filter(is_new)
            if given.height:
                changes.append((survivors[name], positions.filter(is_new), given[name]))
                cells.append(given.select(SURVIVOR, _DONOR, pl.lit(name).alias(_COLUMN), _format(pl.col(name)).alias("value")))
    columns = (column.clone().scatter(at, values) for column, at, values in changes)
    return replace_columns(survivors, columns), pl.concat(cells)


def _format(value: pl.Expr) -> pl.Expr:
    return value.cast(pl.String).str.strip_suffix(".0")


def _rescore_changed(survivors: pl.DataFrame, ranks: pl.Series, rescore: Rescore) -> pl.DataFrame:
    """Return the survivors with `OUTCOME` and the earlier score where it differs; those with these `ranks` are scored again."""
    records = survivors.with_columns(*build_candidate_outcome(), pl.lit(None, pl.Float64).alias(_SCORE_BEFORE))
    if ranks.is_empty():
        return records
    at = locate_ranks(ranks.sort(), order_ranks(survivors))
    old = survivors[at]
    before = pl.lit(old["Flex Score"])
    new = rescore(old).with_columns(pl.when(pl.col("Flex Score") != before).then(before).alias(_SCORE_BEFORE))
    changed = [values for values in new if values.name not in old.columns or not values.equals(old[values.name])]
    added = [pl.lit(None, values.dtype).alias(values.name) for values in changed if values.name not in records.columns]
    records = records.with_columns(added)
    return replace_columns(records, (records[values.name].cast(values.dtype).scatter(at, values) for values in changed))


def build_candidate_outcome() -> list[pl.Expr]:
    """Return `OUTCOME` of records that are candidates."""
    values = (pl.lit(str(RowStatus.CANDIDATE)), pl.lit(""), pl.lit(value=False))
    return [value.alias(name) for name, value in zip(OUTCOME, values, strict=True)]


def _describe_origins(origins: pl.DataFrame) -> pl.DataFrame:
    """Return `RANK` and `Values From`, such as `CoStar Jan 19: Asking Price, Occupancy; roll Jan 2: APN`."""
    texts = origins.select(SURVIVOR, pl.format("{}: {}", SHOWN, pl.col("columns").list.join(", ")).alias("text"))
    joined = texts.group_by(SURVIVOR, maintain_order=True).agg(pl.col("text").str.join("; ").alias(_VALUES_FROM))
    return joined.rename({SURVIVOR: RANK})


def _join_cells(cells: pl.DataFrame) -> pl.DataFrame:
    """Return `RANK` of each giving row and its `Filled Cells`: `Year Built: 1990; County: Union`."""
    texts = cells.select(_DONOR, pl.format("{}: {}", _COLUMN, "value").alias("text"))
    joined = texts.group_by(_DONOR, maintain_order=True).agg(pl.col("text").str.join("; ").alias("Filled Cells"))
    return joined.rename({_DONOR: RANK})


def list_still_missing(rows: pl.DataFrame, criteria: Criteria) -> pl.Expr:
    """Return the criteria's columns that were skipped for the row and still have no value, joined by commas."""
    if UNVERIFIED not in rows.columns:
        return pl.lit("")
    unverified = pl.col(UNVERIFIED).str.split(", ")
    names = [name for name in criteria.profile.eligibility if name in rows.columns]
    missing = [pl.when(unverified.list.contains(name) & pl.col(name).is_null()).then(pl.lit(name)) for name in names]
    return pl.concat_str(missing, separator=", ", ignore_nulls=True) if missing else pl.lit("")
