"""What a changed value means, and where properties are newly listed or withdrawn."""

from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from flexscout.history.property_identity import ID, RANK
from flexscout.merging import USER_SOURCE

OLD, CHANGED = "__old ", "__changed "
"""Prefixes of working columns: of the old table, and of a changed value."""

_COLUMN, _AMOUNT, _PERCENT, _SOURCE = (f"{CHANGED}{name}" for name in ("Column", "Amount", "Percent", "Source"))
_KIND, _IS_SALE, _BY_USER, _AT, _NAME = "__kind", "__is_sale", "__by_user", "__at", "__name"  # working columns
_PRICE, _OCCUPANCY = "Asking Price", "Occupancy"
_KEY, _LATEST = "Source Key", "Is Latest"
_SALE_COLUMNS = ("Sale Date", "Sold Price", "Sold Price/SqFt")
_PERCENT_DECIMALS = 1


class ChangeKind(StrEnum):
    """The kind of a change, in the order of a table of changes."""

    NEW = "new"
    BACK = "back"
    GONE = "gone"
    SOLD = "sold"
    PRICE_CUT = "price cut"
    PRICE_RAISE = "price raise"
    PRICED = "newly priced"
    OCCUPANCY = "occupancy"
    LISTED = "newly listed"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    SCORE = "score changed"
    VALUE = "value changed"


@dataclass(frozen=True)
class SourceHistory:
    """What is known about the sources of two results.

    Attributes:
        old: The sources of the old result's properties (PROPERTY_SOURCE_SCHEMA).
        new: The sources of the new result's properties, likewise.
        earlier_ids: IDs of properties in results before the old one.
        merge_log: The merge log of the new result, with the Property ID of each row, or None if it isn't known.

    """

    old: pl.DataFrame
    new: pl.DataFrame
    earlier_ids: pl.Series
    merge_log: pl.DataFrame | None = None


def classify_values(values: pl.DataFrame, sources: SourceHistory | None) -> dict[ChangeKind, pl.DataFrame]:
    """Divide changed values by what they mean, without those that only come from another source now.

    An asking price where there was none is news from any source.

    Args:
        values: A row per changed value, with the columns of the new table, those of the old one after OLD, and CHANGED Column.
        sources: What is known about the sources.

    Returns:
        The rows of each kind, with CHANGED Amount and CHANGED Percent.

    """
    if values.is_empty():
        return {ChangeKind.VALUE: values}
    real = values.with_columns(pl.lit(value=False).alias(_BY_USER)) if sources is None else _drop_switched(values, sources)
    column, amount = pl.col(_COLUMN).cast(pl.String), pl.col(_AMOUNT)
    measured = real.with_columns(_measure_amount(real, column).alias(_AMOUNT), _is_later_sale(real, column).alias(_IS_SALE))
    has_sale = pl.col(_IS_SALE).any().over(RANK)
    kind = (
        pl.when(_BY_USER)
        .then(pl.lit(str(ChangeKind.VALUE)))
        .when(_IS_SALE)
        .then(pl.lit(str(ChangeKind.SOLD)))
        .when(has_sale & column.is_in(_SALE_COLUMNS))
        .then(None)  # part of the sale
        .when((column == _PRICE) & (amount < 0))
        .then(pl.lit(str(ChangeKind.PRICE_CUT)))
        .when((column == _PRICE) & (amount > 0))
        .then(pl.lit(str(ChangeKind.PRICE_RAISE)))
        .when(_is_first_price(real))
        .then(pl.lit(str(ChangeKind.PRICED)))
        .when((column == _OCCUPANCY) & amount.is_not_null())
        .then(pl.lit(str(ChangeKind.OCCUPANCY)))
        .otherwise(pl.lit(str(ChangeKind.VALUE)))
    )
    share = amount / _number(real, f"{OLD}{_PRICE}") * 100
    with_percent = measured.with_columns(
        pl.when(column == _PRICE).then(share.round(_PERCENT_DECIMALS)).alias(_PERCENT), kind.alias(_KIND)
    )
    prices = (ChangeKind.PRICE_CUT, ChangeKind.PRICE_RAISE, ChangeKind.PRICED)
    kinds = (ChangeKind.SOLD, *prices, ChangeKind.OCCUPANCY, ChangeKind.VALUE)
    return {one: with_percent.filter(pl.col(_KIND) == one) for one in kinds}


def find_listings(both: pl.DataFrame, merged: pl.DataFrame, sources: SourceHistory | None) -> dict[ChangeKind, pl.DataFrame]:
    """Return the properties that are newly listed on a source, or withdrawn from one, a row for each source.

    Only sources count that had an export in both results.

    Args:
        both: The properties in both results, with the columns of the new table and those of the old one after OLD.
        merged: Old properties that are part of another one now, with its ID and their own after OLD; their listings are its own.
        sources: What is known about the sources.

    """
    if sources is None or ID not in both.columns or f"{OLD}{ID}" not in both.columns:
        return {}
    shared = set(sources.old[_KEY]) & set(sources.new[_KEY])
    columns = [ID, _KEY, pl.col("Source").alias(_SOURCE), _LATEST]
    old, new = (
        one.filter(pl.col(_KEY).is_in(shared)).select(columns).unique([ID, _KEY], keep="first", maintain_order=True)
        for one in (sources.old, sources.new)
    )
    pairs = pl.concat([one.select(pl.col(ID, f"{OLD}{ID}").cast(pl.String)) for one in (both, merged)])
    is_latest = pl.col(_LATEST)
    seen = old.rename({ID: f"{OLD}{ID}"}).join(pairs, on=f"{OLD}{ID}").join(new, on=[ID, _KEY], how="left", suffix=" new")
    is_withdrawn = is_latest & ~pl.col(f"{_LATEST} new").fill_null(value=False)
    withdrawn = seen.filter(is_withdrawn).unique([ID, _KEY], keep="first", maintain_order=True)
    listed = new.filter(is_latest).join(seen.filter(is_latest), on=[ID, _KEY], how="anti")
    return {
        kind: both.join(rows.select(ID, _SOURCE), on=ID, maintain_order="left").sort(RANK, _SOURCE)
        for kind, rows in ((ChangeKind.LISTED, listed), (ChangeKind.WITHDRAWN, withdrawn))
    }


def _drop_switched(values: pl.DataFrame, sources: SourceHistory) -> pl.DataFrame:
    """Return the changed values that come from the same source in both results or an unknown one, or that the user corrected.

    A first price is also returned if another source gives it. Corrections are marked with _BY_USER: they are no news from the
    market.
    """
    by_user = pl.lit(value=False).alias(_BY_USER)
    if ID not in values.columns or f"{OLD}{ID}" not in values.columns:
        return values.with_columns(by_user)
    located = values.with_row_index(_AT).with_columns(pl.col(_COLUMN).cast(pl.String).alias(_NAME))
    old, new = (
        _find_givers(located.select(_AT, pl.col(own).alias(ID), _NAME), one)
        for own, one in ((f"{OLD}{ID}", sources.old), (ID, sources.new))
    )
    is_corrected = ((old == USER_SOURCE) | (new == USER_SOURCE)).fill_null(value=False) & old.ne_missing(new)
    marked = values.with_columns(is_corrected.alias(_BY_USER))
    return marked.filter((old == new) | old.is_null() | new.is_null() | is_corrected | _is_first_price(values))


def _find_givers(cells: pl.DataFrame, sources: pl.DataFrame) -> pl.Series:
    """Return the key of the source that gives each cell its value; null if it is unknown."""
    by_column = sources.explode("Columns").select(ID, pl.col("Columns").alias(_NAME), pl.col(_KEY).alias("giver")).drop_nulls()
    survivor = sources.filter("Is Survivor").select(ID, pl.col(_KEY).alias("survivor")).unique(ID, keep="first")
    given = cells.join(by_column.unique([ID, _NAME], keep="first"), on=[ID, _NAME], how="left", maintain_order="left")
    located = given.join(survivor, on=ID, how="left", maintain_order="left")
    return located.select(pl.coalesce("giver", "survivor").alias("giver"))["giver"]


def _is_first_price(values: pl.DataFrame) -> pl.Expr:
    """Return whether a changed value is an asking price of a property that had none."""
    is_price = pl.col(_COLUMN).cast(pl.String) == _PRICE
    return is_price & _number(values, _PRICE).is_not_null() & _number(values, f"{OLD}{_PRICE}").is_null()


def _number(rows: pl.DataFrame, name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Float64, strict=False) if name in rows.columns else pl.lit(None, pl.Float64)


def _measure_amount(rows: pl.DataFrame, column: pl.Expr) -> pl.Expr:
    """By how much a price or an occupancy changed, and the price of a sale; null for other columns and missing values."""
    moved = {name: _number(rows, name) - _number(rows, f"{OLD}{name}") for name in (_PRICE, _OCCUPANCY)}
    return (
        pl.when(column == _PRICE)
        .then(moved[_PRICE])
        .when(column == _OCCUPANCY)
        .then(moved[_OCCUPANCY])
        .when(column == _SALE_COLUMNS[0])
        .then(_number(rows, _SALE_COLUMNS[1]))
    )


def _is_later_sale(rows: pl.DataFrame, column: pl.Expr) -> pl.Expr:
    """Whether the value is a date of a sale that the old result doesn't have."""
    day, old_day = (
        pl.col(name).cast(pl.Date, strict=False) if rows.schema.get(name, pl.Null()) != pl.Null() else pl.lit(None, pl.Date)
        for name in (_SALE_COLUMNS[0], f"{OLD}{_SALE_COLUMNS[0]}")
    )
    return ((column == _SALE_COLUMNS[0]) & day.is_not_null() & (old_day.is_null() | (day > old_day))).fill_null(value=False)
