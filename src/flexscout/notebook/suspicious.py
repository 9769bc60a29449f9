"""Values that converted well and still can't be true, or are unlikely: to be looked at before they are believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from flexscout.domain import SQUARE_FEET_PER_ACRE
from flexscout.ingest import ISSUE_SCHEMA
from flexscout.notebook.frames import to_texts

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

# US industrial buildings sold for $142 a square foot on average, $308 in the dearest market (CommercialEdge, May 2024).
# Less than 5 is the price of a share, or long ago; more than 1,000 that of a portfolio, or a building of too few square feet.
PRICE_PER_SQFT_AT_LEAST, PRICE_PER_SQFT_AT_MOST = 5, 1_000
_NOMINAL_BELOW = 1_000  # USD for all of a property: a deed that does not say its price
_PRICES_DIFFER, _PRICE_ROUNDING = 0.10, 1  # share; USD, because exports write whole dollars

_LOT_TOO_SMALL = 0.05  # by more than what rounded acres explain
_LOTS_DIFFER, _ACRES_ROUNDING = 0.10, 0.005  # share by which deeds and maps differ; half of the last decimal
_MIXED_UP = 0.05  # share by which a factor may miss 43,560 and still be that of the units
_ACRES_AT_MOST = 10_000  # 16 square miles
_SQUARE_FEET_AT_LEAST = 100  # less is a lot of as many acres
_ACRES_FROM = 200  # more is no industrial lot in acres, as mapping sees it
_US_LATITUDES, _US_LONGITUDES = (13, 72), (-180, -64)  # Guam to Alaska, the Aleutians to Puerto Rico

_BUILDING, _ACRES, _SQFT = "Building SqFt", "Lot Size Acres", "Lot Size SqFt"
_PRICE, _GIVEN_PER_SQFT = "Sold Price", "Sold Price/SqFt"
_STORIES, _RATIO = "__stories", "__per_sqft"
_LOT = pl.col(_ACRES) * SQUARE_FEET_PER_ACRE
_PER_SQFT = pl.col(_RATIO)


@dataclass(frozen=True)
class Suspicion:
    """A rule: where `holds`, the value of `column` is suspicious, for `reason`. Asked where there are the columns of `needs`."""

    column: str
    needs: tuple[str, ...]
    holds: pl.Expr
    reason: pl.Expr


def find_suspicious_values(table: pl.DataFrame, as_of: date, stories: pl.Series | None = None) -> pl.DataFrame:
    """The suspicious values of a sheet, as ISSUE_SCHEMA, by row; `Column` is canonical.

    `table`: canonical columns with `Source Sheet` and `Source Row`; `as_of`: what is later lies in the future; `stories`: of
    each building, null where they are not known.
    """
    ready = table.with_columns(_known_stories(stories).alias(_STORIES), _known_ratio(table).alias(_RATIO))
    asked = [rule for rule in _suspicions(as_of) if set(rule.needs) <= set(table.columns)]
    found = [_issues(ready.filter(rule.holds), rule) for rule in asked]
    return pl.concat([pl.DataFrame(schema=ISSUE_SCHEMA), *found]).sort("Source Row", maintain_order=True)


def _known_stories(stories: pl.Series | None) -> pl.Expr:
    number = pl.lit(None, pl.Float64) if stories is None else pl.lit(stories).cast(pl.Float64, strict=False)
    return pl.when(number.is_finite() & (number >= 1)).then(number)


def _known_ratio(table: pl.DataFrame) -> pl.Expr:
    """Price per square foot of building; a price of 0 is how exports say that they do not know it."""
    if not {_PRICE, _BUILDING} <= set(table.columns):
        return pl.lit(None, pl.Float64)
    return pl.when((pl.col(_PRICE) > 0) & (pl.col(_BUILDING) > 0)).then(pl.col(_PRICE) / pl.col(_BUILDING))


def _issues(rows: pl.DataFrame, rule: Suspicion) -> pl.DataFrame:
    return rows.select(
        pl.col("Source Sheet").cast(pl.String),
        pl.col("Source Row").cast(pl.Int64),
        pl.lit(rule.column).alias("Column"),
        to_texts(rows[rule.column]).alias("Value"),
        rule.reason.alias("Reason"),
    )


def _suspicions(as_of: date) -> Iterable[Suspicion]:
    return (_small_lot(), *_units(), *_future(as_of), *_prices(), _coordinates())


def _small_lot() -> Suspicion:
    """A building covers at least its area over its stories."""
    stories = pl.col(_STORIES)
    footprint = pl.col(_BUILDING) / stories.fill_null(1)
    told = (
        pl.when(stories.is_null())
        .then(pl.lit("its stories are not known"))
        .otherwise(pl.format("its stories: {}", _whole(stories)))
    )
    reason = pl.format(
        "lot_smaller_than_building: the lot has {} sq ft, the building {}; {}", _whole(_LOT), _whole(pl.col(_BUILDING)), told
    )
    too_small = (pl.col(_ACRES) > 0) & (footprint > _LOT * (1 + _LOT_TOO_SMALL))
    return Suspicion(_ACRES, (_ACRES, _BUILDING), too_small, reason)


def _units() -> Iterable[Suspicion]:
    """Acres that are square feet, square feet that are acres, and lots of two sizes."""
    acres, feet = pl.col(_ACRES), pl.col(_SQFT)
    both, there = (acres > 0) & (feet > 0), (_ACRES, _SQFT)
    equal, twice = _near(feet / acres, 1), _near(feet / acres, SQUARE_FEET_PER_ACRE**2)
    differ = (feet / SQUARE_FEET_PER_ACRE - acres).abs() > _LOTS_DIFFER * acres + _ACRES_ROUNDING
    yield Suspicion(
        _ACRES,
        there,
        both & equal & (acres > _ACRES_FROM),
        pl.format("units_mixed_up: the acres are square feet, equal to the {} sq ft", _whole(feet)),
    )
    yield Suspicion(
        _SQFT,
        there,
        both & equal & (acres <= _ACRES_FROM),
        pl.format("units_mixed_up: the square feet are acres, equal to the {} acres", acres),
    )
    yield Suspicion(_SQFT, there, both & twice, pl.format("units_mixed_up: the {} acres were multiplied by 43,560 twice", acres))
    yield Suspicion(
        _SQFT, there, both & differ & ~equal & ~twice, pl.format("lot_sizes_disagree: {} acres are {} sq ft", acres, _whole(_LOT))
    )
    yield Suspicion(
        _ACRES, (_ACRES,), acres > _ACRES_AT_MOST, pl.lit("lot_too_large: more than 10,000 acres; are they square feet?")
    )
    # Where acres stand beside it, the rules above have said it.
    alone = (feet > 0) & (feet < _SQUARE_FEET_AT_LEAST) & _near(feet / acres, SQUARE_FEET_PER_ACRE)
    yield Suspicion(_SQFT, there, alone, pl.lit("lot_too_small: less than 100 sq ft; are they acres?"))


def _future(as_of: date) -> Iterable[Suspicion]:
    yield Suspicion(
        "Year Built", ("Year Built",), pl.col("Year Built") > as_of.year, pl.lit(f"year_in_the_future: later than {as_of.year}")
    )
    yield Suspicion("Sale Date", ("Sale Date",), pl.col("Sale Date") > as_of, pl.lit(f"sale_in_the_future: later than {as_of}"))


def _prices() -> Iterable[Suspicion]:
    """Those that say little, that are out of range, and that contradict each other."""
    price, given = pl.col(_PRICE), pl.col(_GIVEN_PER_SQFT)
    bounds = f"expected ${PRICE_PER_SQFT_AT_LEAST:,} to ${PRICE_PER_SQFT_AT_MOST:,}"
    nominal = (price > 0) & (price < _NOMINAL_BELOW)
    yield Suspicion(_PRICE, (_PRICE,), nominal, pl.lit("nominal_price: a deed that does not say what was paid"))
    told = pl.format("price_out_of_range: ${} per sq ft, {}", _cents(_PER_SQFT), pl.lit(bounds))
    yield Suspicion(_PRICE, (_PRICE, _BUILDING), _out_of_range(_PER_SQFT) & ~nominal, told)
    alone = _PER_SQFT.is_null() & (given > 0)  # else price and building have said it
    yield Suspicion(
        _GIVEN_PER_SQFT, (_GIVEN_PER_SQFT,), alone & _out_of_range(given), pl.lit(f"price_out_of_range: per sq ft, {bounds}")
    )
    differ = (given > 0) & ((given - _PER_SQFT).abs() > _PRICES_DIFFER * _PER_SQFT + _PRICE_ROUNDING)
    told = pl.format("prices_disagree: Sold Price / Building SqFt is ${}", _cents(_PER_SQFT))
    yield Suspicion(_GIVEN_PER_SQFT, (_GIVEN_PER_SQFT,), differ, told)


def _coordinates() -> Suspicion:
    latitude, longitude = pl.col("Latitude"), pl.col("Longitude")
    swapped = latitude.is_between(*_US_LONGITUDES) & longitude.is_between(*_US_LATITUDES)
    reason = pl.format("coordinates_swapped: the longitude is {}", longitude)
    return Suspicion("Latitude", ("Latitude", "Longitude"), swapped, reason)


def _out_of_range(price: pl.Expr) -> pl.Expr:
    return ~price.is_between(PRICE_PER_SQFT_AT_LEAST, PRICE_PER_SQFT_AT_MOST)


def _near(ratio: pl.Expr, factor: float) -> pl.Expr:
    return (ratio / factor - 1).abs() < _MIXED_UP


def _cents(value: pl.Expr) -> pl.Expr:
    """Dollars with two decimals."""
    cents = (value * 100).round(0)
    rest = (cents % 100).cast(pl.Int64, strict=False).fill_null(0).cast(pl.String).str.zfill(2)
    return pl.format("{}.{}", _whole((cents / 100).floor()), rest)


def _whole(value: pl.Expr) -> pl.Expr:
    """A whole number with commas; one beyond all measure as it is."""
    digits = value.round(0).cast(pl.Int64, strict=False).cast(pl.String)
    # Polars' patterns can't look ahead, so the digits are told off from behind.
    grouped = digits.str.reverse().str.replace_all(r"(\d{3})", "${1},").str.strip_chars_end(",").str.reverse()
    return grouped.fill_null(value.cast(pl.String))
