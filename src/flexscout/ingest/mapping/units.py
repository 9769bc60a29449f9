"""Detect the unit of an area column from its values."""

from enum import Enum

import polars as pl

from flexscout.domain import SQUARE_FEET_PER_ACRE, list_cell_units

_MAX_MEDIAN_ACRES = 200  # a larger median is not industrial lots in acres
_MIN_MEDIAN_SQUARE_FEET = 2_000  # a smaller median is not lots in square feet
_MIXED_SHARE = 0.1  # of sizes that can only be in the other unit, from which the column has both
_LOT_AREA_TOLERANCE = 0.02  # relative difference
_NEARLY_ALL = 0.9
_UNITS = "|".join(pl.Series([name for unit in ("acres", "square_feet") for name in list_cell_units(unit)]).str.escape_regex())
_SIZE = rf"^\s*(\d[\d,]*\.?\d*|\.\d+)\s*(?:{_UNITS})?\s*$"  # not $250,000, nor 12 Block 4


class LotUnit(Enum):
    """Unit of a lot-size column."""

    ACRES = "acres"
    SQUARE_FEET = "square feet"
    UNKNOWN = "unknown"


def detect_lot_unit(texts: pl.Series) -> LotUnit:
    """Return the unit of a lot-size column: that of most cells, else the one that the median of cells without unit fits.

    If every cell has its own unit, either unit is right, because the conversion honors them.
    """
    filled = texts.drop_nulls().str.to_lowercase()
    acres, square_feet = _count_with_unit(filled, "acres"), _count_with_unit(filled, "square_feet")
    if filled.len() and (max(acres, square_feet) > filled.len() / 2 or acres + square_feet == filled.len()):
        return LotUnit.ACRES if acres >= square_feet else LotUnit.SQUARE_FEET
    unitless = filled.filter(~filled.str.contains(rf"\d\s*(?:{_UNITS})(?:\W|$)"))
    median = _find_lower_median(unitless)
    if not isinstance(median, float) or _has_both_units(unitless):
        return LotUnit.UNKNOWN
    if 0 < median <= _MAX_MEDIAN_ACRES:
        return LotUnit.ACRES
    return LotUnit.SQUARE_FEET if median >= _MIN_MEDIAN_SQUARE_FEET else LotUnit.UNKNOWN


def is_square_feet_as_acres(texts: pl.Series) -> bool:
    """Return whether a column named acres holds square feet, judging by its median."""
    filled = texts.drop_nulls().str.to_lowercase()
    median = _find_lower_median(filled)
    return isinstance(median, float) and median >= _MIN_MEDIAN_SQUARE_FEET and not _count_with_unit(filled, "square_feet")


def is_lot_area(texts: pl.Series, lots: pl.Series, *, square_feet: bool = False) -> bool:
    """Return whether an area column is the lot, not the building: nearly always equal to it.

    Args:
        texts: Areas in square feet.
        lots: Sizes of the lots, in acres.
        square_feet: Whether the lots are in square feet too.

    """
    unit = 1 if square_feet else SQUARE_FEET_PER_ACRE
    ratio = (_parse_sizes(texts) / (_parse_sizes(lots) * unit)).drop_nulls().drop_nans()
    equal = ((ratio - 1).abs() < _LOT_AREA_TOLERANCE).mean()
    return ratio.len() > 0 and isinstance(equal, float) and equal > _NEARLY_ALL


def _has_both_units(texts: pl.Series) -> bool:
    """Return whether some sizes can only be acres, and others only square feet: 2.5 next to 130,680."""
    sizes = _parse_sizes(texts).drop_nulls()
    acres = sizes.is_between(0, _MAX_MEDIAN_ACRES, closed="right").sum()
    square_feet = (sizes >= _MIN_MEDIAN_SQUARE_FEET).sum()
    return bool(min(acres, square_feet) > _MIXED_SHARE * sizes.len())


def _find_lower_median(texts: pl.Series) -> float | None:
    """Return the lower median, so that one absurd value of two decides nothing."""
    return _parse_sizes(texts).quantile(0.5, "lower")


def _count_with_unit(lower: pl.Series, unit: str) -> int:
    names = "|".join(pl.Series(list_cell_units(unit)).str.escape_regex())
    return int(lower.str.contains(rf"\d\s*(?:\+ ?/ ?-|±)?\s*(?:{names})(?:\W|$)").sum())


def _parse_sizes(texts: pl.Series) -> pl.Series:
    digits = pl.col("text").str.to_lowercase().str.extract(_SIZE).str.replace_all(",", "")
    return texts.to_frame("text").select(digits.cast(pl.Float64, strict=False)).to_series()
