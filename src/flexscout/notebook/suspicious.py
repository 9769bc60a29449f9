"""Find values that converted well but are impossible or unlikely."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import polars as pl

from flexscout.domain import SQUARE_FEET_PER_ACRE
from flexscout.ingest import ISSUE_SCHEMA
from flexscout.notebook.frames import to_texts

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

# US industrial buildings sold for $142 per square foot on average, $308 in the most expensive market (CommercialEdge, May 2024).
# Less than $5 is the price of a share, or an old sale; more than $1,000 is a portfolio, or a building size that is too small.
MIN_PRICE_PER_SQFT, MAX_PRICE_PER_SQFT = 5, 1_000
_NOMINAL_PRICE_BELOW = 1_000  # USD for a whole property: a deed that doesn't state its price
_PRICE_TOLERANCE, _PRICE_ROUNDING = 0.10, 1  # share; USD, because exports write whole dollars

_LOT_TOLERANCE = 0.05  # share; more than what rounded acres explain
_LOT_SIZE_TOLERANCE, _ACRES_ROUNDING = 0.10, 0.005  # share by which deeds and maps differ; half of the last decimal
_UNIT_RATIO_TOLERANCE = 0.05  # share by which a ratio may miss 43,560 and still be a mix-up of units
_MAX_ACRES = 10_000  # 16 square miles
_MIN_SQUARE_FEET = 100  # a smaller lot is as many acres
_MAX_INDUSTRIAL_ACRES = 200  # as in ingest/mapping/units.py
_US_LATITUDES, _US_LONGITUDES = (13, 72), (-180, -64)  # Guam to Alaska, the Aleutians to Puerto Rico

_BUILDING, _ACRES, _SQFT = "Building SqFt", "Lot Size Acres", "Lot Size SqFt"
_PRICE, _STATED_PER_SQFT = "Sold Price", "Sold Price/SqFt"
_STORIES, _RATIO = "__stories", "__per_sqft"
_LOT = pl.col(_ACRES) * SQUARE_FEET_PER_ACRE
_PER_SQFT = pl.col(_RATIO)


class SuspicionReason(StrEnum):
    """Why a value is impossible or unlikely."""

    LOT_SMALLER_THAN_BUILDING = "lot_smaller_than_building"
    UNITS_MIXED_UP = "units_mixed_up"
    LOT_SIZES_DISAGREE = "lot_sizes_disagree"
    LOT_TOO_LARGE = "lot_too_large"
    LOT_TOO_SMALL = "lot_too_small"
    YEAR_IN_THE_FUTURE = "year_in_the_future"
    SALE_IN_THE_FUTURE = "sale_in_the_future"
    NOMINAL_PRICE = "nominal_price"
    PRICE_OUT_OF_RANGE = "price_out_of_range"
    PRICES_DISAGREE = "prices_disagree"
    COORDINATES_SWAPPED = "coordinates_swapped"


@dataclass(frozen=True)
class Suspicion:
    """A rule for suspicious values.

    Attributes:
        column: Column of the suspicious value.
        needs: Columns without which the rule is skipped.
        holds: Where the value is suspicious.
        reason: Reason code.
        detail: What is wrong with this value, for people.

    """

    column: str
    needs: tuple[str, ...]
    holds: pl.Expr
    reason: SuspicionReason
    detail: pl.Expr


def find_suspicious_values(table: pl.DataFrame, as_of: date, stories: pl.Series | None = None) -> pl.DataFrame:
    """Return the suspicious values of one sheet with the columns of ISSUE_SCHEMA, sorted by row.

    Args:
        table: Canonical columns with `Source Sheet` and `Source Row`.
        as_of: Later years and sales are in the future.
        stories: Number of stories of each building, null where unknown.

    """
    ready = table.with_columns(_known_stories(stories).alias(_STORIES), _price_per_sqft(table).alias(_RATIO))
    rules = [rule for rule in _list_rules(as_of) if set(rule.needs) <= set(table.columns)]
    issues = [_apply_rule(ready.filter(rule.holds), rule) for rule in rules]
    return pl.concat([pl.DataFrame(schema=ISSUE_SCHEMA), *issues]).sort("Source Row", maintain_order=True)


def _known_stories(stories: pl.Series | None) -> pl.Expr:
    number = pl.lit(None, pl.Float64) if stories is None else pl.lit(stories).cast(pl.Float64, strict=False)
    return pl.when(number.is_finite() & (number >= 1)).then(number)


def _price_per_sqft(table: pl.DataFrame) -> pl.Expr:
    """Price per square foot of building; in exports, a price of 0 means "unknown"."""
    if not {_PRICE, _BUILDING} <= set(table.columns):
        return pl.lit(None, pl.Float64)
    return pl.when((pl.col(_PRICE) > 0) & (pl.col(_BUILDING) > 0)).then(pl.col(_PRICE) / pl.col(_BUILDING))


def _apply_rule(rows: pl.DataFrame, rule: Suspicion) -> pl.DataFrame:
    return rows.select(
        pl.col("Source Sheet").cast(pl.String),
        pl.col("Source Row").cast(pl.Int64),
        pl.lit(rule.column).alias("Column"),
        to_texts(rows[rule.column]).alias("Value"),
        pl.lit(rule.reason.value).alias("Reason"),
        rule.detail.alias("Detail"),
    )


def _list_rules(as_of: date) -> Iterable[Suspicion]:
    return (_check_small_lot(), *_check_lot_sizes(), *_check_future(as_of), *_check_prices(), _check_coordinates())


def _check_small_lot() -> Suspicion:
    """The lot is smaller than the building's footprint: its area divided by its stories."""
    stories = pl.col(_STORIES)
    footprint = pl.col(_BUILDING) / stories.fill_null(1)
    stories_text = (
        pl.when(stories.is_null())
        .then(pl.lit("number of stories unknown"))
        .otherwise(pl.format("number of stories: {}", _format_whole(stories)))
    )
    detail = pl.format(
        "the lot has {} sq ft, the building {}; {}", _format_whole(_LOT), _format_whole(pl.col(_BUILDING)), stories_text
    )
    too_small = (pl.col(_ACRES) > 0) & (footprint > _LOT * (1 + _LOT_TOLERANCE))
    return Suspicion(_ACRES, (_ACRES, _BUILDING), too_small, SuspicionReason.LOT_SMALLER_THAN_BUILDING, detail)


def _check_lot_sizes() -> Iterable[Suspicion]:
    """Acres that are square feet, square feet that are acres, and lots with two sizes."""
    acres, feet = pl.col(_ACRES), pl.col(_SQFT)
    has_both, needs = (acres > 0) & (feet > 0), (_ACRES, _SQFT)
    equal, multiplied_twice = _is_near(feet / acres, 1), _is_near(feet / acres, SQUARE_FEET_PER_ACRE**2)
    differ = (feet / SQUARE_FEET_PER_ACRE - acres).abs() > _LOT_SIZE_TOLERANCE * acres + _ACRES_ROUNDING
    mixed_up = SuspicionReason.UNITS_MIXED_UP
    detail = pl.format("the acres are square feet, equal to the {} sq ft", _format_whole(feet))
    yield Suspicion(_ACRES, needs, has_both & equal & (acres > _MAX_INDUSTRIAL_ACRES), mixed_up, detail)
    detail = pl.format("the square feet are acres, equal to the {} acres", acres)
    yield Suspicion(_SQFT, needs, has_both & equal & (acres <= _MAX_INDUSTRIAL_ACRES), mixed_up, detail)
    detail = pl.format("the {} acres were multiplied by 43,560 twice", acres)
    yield Suspicion(_SQFT, needs, has_both & multiplied_twice, mixed_up, detail)
    disagree = has_both & differ & ~equal & ~multiplied_twice
    detail = pl.format("{} acres are {} sq ft", acres, _format_whole(_LOT))
    yield Suspicion(_SQFT, needs, disagree, SuspicionReason.LOT_SIZES_DISAGREE, detail)
    detail = pl.lit("more than 10,000 acres; are they square feet?")
    yield Suspicion(_ACRES, (_ACRES,), acres > _MAX_ACRES, SuspicionReason.LOT_TOO_LARGE, detail)
    # If the acres disagree, the rules above have reported it.
    too_small = (feet > 0) & (feet < _MIN_SQUARE_FEET) & _is_near(feet / acres, SQUARE_FEET_PER_ACRE)
    detail = pl.lit("less than 100 sq ft; are they acres?")
    yield Suspicion(_SQFT, needs, too_small, SuspicionReason.LOT_TOO_SMALL, detail)


def _check_future(as_of: date) -> Iterable[Suspicion]:
    year, sale = pl.col("Year Built"), pl.col("Sale Date")
    detail = pl.lit(f"later than {as_of.year}")
    yield Suspicion("Year Built", ("Year Built",), year > as_of.year, SuspicionReason.YEAR_IN_THE_FUTURE, detail)
    detail = pl.lit(f"later than {as_of}")
    yield Suspicion("Sale Date", ("Sale Date",), sale > as_of, SuspicionReason.SALE_IN_THE_FUTURE, detail)


def _check_prices() -> Iterable[Suspicion]:
    """Nominal prices, prices out of range, and prices that contradict each other."""
    price, stated = pl.col(_PRICE), pl.col(_STATED_PER_SQFT)
    expected = f"expected ${MIN_PRICE_PER_SQFT:,} to ${MAX_PRICE_PER_SQFT:,}"
    is_nominal = (price > 0) & (price < _NOMINAL_PRICE_BELOW)
    detail = pl.lit("a deed that doesn't state what was paid")
    yield Suspicion(_PRICE, (_PRICE,), is_nominal, SuspicionReason.NOMINAL_PRICE, detail)
    out_of_range = SuspicionReason.PRICE_OUT_OF_RANGE
    detail = pl.format("${} per sq ft, {}", _format_dollars(_PER_SQFT), pl.lit(expected))
    yield Suspicion(_PRICE, (_PRICE, _BUILDING), _is_out_of_range(_PER_SQFT) & ~is_nominal, out_of_range, detail)
    is_alone = _PER_SQFT.is_null() & (stated > 0)  # else price and building have been checked
    detail = pl.lit(f"per sq ft, {expected}")
    yield Suspicion(_STATED_PER_SQFT, (_STATED_PER_SQFT,), is_alone & _is_out_of_range(stated), out_of_range, detail)
    differ = (stated > 0) & ((stated - _PER_SQFT).abs() > _PRICE_TOLERANCE * _PER_SQFT + _PRICE_ROUNDING)
    detail = pl.format("Sold Price / Building SqFt is ${}", _format_dollars(_PER_SQFT))
    yield Suspicion(_STATED_PER_SQFT, (_STATED_PER_SQFT,), differ, SuspicionReason.PRICES_DISAGREE, detail)


def _check_coordinates() -> Suspicion:
    latitude, longitude = pl.col("Latitude"), pl.col("Longitude")
    swapped = latitude.is_between(*_US_LONGITUDES) & longitude.is_between(*_US_LATITUDES)
    detail = pl.format("the longitude is {}", longitude)
    return Suspicion("Latitude", ("Latitude", "Longitude"), swapped, SuspicionReason.COORDINATES_SWAPPED, detail)


def _is_out_of_range(price: pl.Expr) -> pl.Expr:
    return ~price.is_between(MIN_PRICE_PER_SQFT, MAX_PRICE_PER_SQFT)


def _is_near(ratio: pl.Expr, factor: float) -> pl.Expr:
    return (ratio / factor - 1).abs() < _UNIT_RATIO_TOLERANCE


def _format_dollars(value: pl.Expr) -> pl.Expr:
    """Format with commas and two decimals."""
    cents = (value * 100).round(0)
    decimals = (cents % 100).cast(pl.Int64, strict=False).fill_null(0).cast(pl.String).str.zfill(2)
    return pl.format("{}.{}", _format_whole((cents / 100).floor()), decimals)


def _format_whole(value: pl.Expr) -> pl.Expr:
    """Format a whole number with commas; a number that no integer holds stays as it is."""
    digits = value.round(0).cast(pl.Int64, strict=False).cast(pl.String)
    # Polars' patterns have no lookahead, so digits are grouped from the end.
    grouped = digits.str.reverse().str.replace_all(r"(\d{3})", "${1},").str.strip_chars_end(",").str.reverse()
    return grouped.fill_null(value.cast(pl.String))
