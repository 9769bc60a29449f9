"""What unit a column is in, by its values."""

from enum import Enum

import polars as pl

from flexscout.domain import SQUARE_FEET_PER_ACRE, cell_units

_ACRES_AT_MOST = 200  # a median lot above that is no industrial lot in acres
_SQUARE_FEET_FROM = 2_000  # a median lot below that is no lot in square feet
_MIXED = 0.1  # share of sizes that could only be in the other unit, from which the column holds both
_SAME = 0.02  # relative difference
_UNITS = "|".join(pl.Series([name for unit in ("acres", "square_feet") for name in cell_units(unit)]).str.escape_regex())
_SIZE = rf"^\s*(\d[\d,]*\.?\d*|\.\d+)\s*(?:{_UNITS})?\s*$"  # not $250,000, nor 12 Block 4


class Verdict(Enum):
    """A unit of lot size, or none that is sure."""

    ACRES = "acres"
    SQUARE_FEET = "square feet"
    UNSURE = "unsure"


def detect_lot_unit(texts: pl.Series) -> Verdict:
    """The unit of a lot-size column: by the units in its cells, else by the median of those that name none.

    Where each cell names its own, either will do: the conversion minds them.
    """
    filled = texts.drop_nulls().str.to_lowercase()
    acres, feet = _mentions(filled, "acres"), _mentions(filled, "square_feet")
    if filled.len() and (max(acres, feet) > filled.len() / 2 or acres + feet == filled.len()):
        return Verdict.ACRES if acres >= feet else Verdict.SQUARE_FEET
    bare = filled.filter(~_names_unit(filled))
    median = _median(bare)
    if not isinstance(median, float) or _holds_both(bare):
        return Verdict.UNSURE
    if 0 < median <= _ACRES_AT_MOST:
        return Verdict.ACRES
    return Verdict.SQUARE_FEET if median >= _SQUARE_FEET_FROM else Verdict.UNSURE


def is_square_feet_as_acres(texts: pl.Series) -> bool:
    """Whether a column called acres holds values that no acres are: a median of a lot in square feet."""
    filled = texts.drop_nulls().str.to_lowercase()
    median = _median(filled)
    return isinstance(median, float) and median >= _SQUARE_FEET_FROM and not _mentions(filled, "square_feet")


def is_lot_area(texts: pl.Series, acres: pl.Series) -> bool:
    """Whether a bare "sqft" column is the lot and not the building: nearly always its acres x 43,560."""
    ratio = (_numbers(texts) / (_numbers(acres) * SQUARE_FEET_PER_ACRE)).drop_nulls().drop_nans()
    same = ((ratio - 1).abs() < _SAME).mean()
    return ratio.len() > 0 and isinstance(same, float) and same > 0.9  # noqa: PLR2004 - nearly always


def _holds_both(texts: pl.Series) -> bool:
    """Whether some sizes can only be acres, and others only square feet: 2.5 beside 130,680."""
    sizes = _numbers(texts).drop_nulls()
    acres, feet = sizes.is_between(0, _ACRES_AT_MOST, closed="right").sum(), (sizes >= _SQUARE_FEET_FROM).sum()
    return bool(min(acres, feet) > _MIXED * sizes.len())


def _median(texts: pl.Series) -> float | None:
    """The lower one of two: a single absurd value of two decides nothing."""
    return _numbers(texts).quantile(0.5, "lower")


def _names_unit(lower: pl.Series) -> pl.Series:
    return lower.str.contains(rf"\d\s*(?:{_UNITS})(?:\W|$)")


def _mentions(lower: pl.Series, unit: str) -> int:
    words = "|".join(pl.Series(cell_units(unit)).str.escape_regex())
    return int(lower.str.contains(rf"\d\s*(?:{words})(?:\W|$)").sum())


def _numbers(texts: pl.Series) -> pl.Series:
    digits = texts.str.to_lowercase().str.extract(_SIZE).str.replace_all(",", "")
    return digits.cast(pl.Float64, strict=False)
