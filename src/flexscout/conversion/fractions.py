"""Sizes with vulgar fractions: `½ acre`, `2 1/2 acres`, `24' 6"`."""

import polars as pl

_SIGNS = {
    "½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅖": "2/5", "⅗": "3/5", "⅘": "4/5", "⅙": "1/6",
    "⅚": "5/6", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8",
}  # fmt: skip
_SIGN = f"({'|'.join(_SIGNS)})"
_WHOLE = r"^(\d{1,6})[\s-]+(\d{1,2})/(\d{1,2})(\D*)$"
_BARE = r"^(\d{1,2})/(\d{1,2})(\s*[a-z].*)$"  # a bare 1/2 may be the second of January
_INCHES = r"^(\d{1,3})\s*(?:'|feet|foot|ft\.?)\s*-?\s*(\d{1,2}(?:\.\d+)?)\s*(?:\"|''|inches|inch|in\.?)?$"


def has_fraction(lower: pl.Series) -> pl.Series:
    """Which lower-case texts are worth a closer look."""
    return lower.str.contains_any([*_SIGNS, "/", "'", "f"])


def in_decimals(lower: pl.Series, unit: str) -> pl.Series:
    """Lower-case texts of a size with its fraction as decimals, its unit behind it; null where a text has none."""
    spelled = pl.col("text").str.replace(_SIGN, " $1").str.replace_many(_SIGNS).str.strip_chars()
    # A sign can't be a date.
    has_sign = pl.col("text").str.contains(_SIGN)
    bare = pl.when(has_sign).then(spelled.str.extract_groups(r"^(\d)/(\d)(\D*)$")).otherwise(spelled.str.extract_groups(_BARE))
    parts = lower.to_frame("text").select(
        whole=spelled.str.extract_groups(_WHOLE), bare=bare.struct.rename_fields(["1", "2", "3"])
    )
    numbers = parts.select(
        pl.coalesce(
            _decimals(pl.col("whole"), "1", "2", "3", "4"),
            _decimals(pl.col("bare"), "", "1", "2", "3"),
        )
    ).to_series()
    return numbers.zip_with(numbers.is_not_null(), _feet(lower)) if unit == "feet" else numbers


def _decimals(parts: pl.Expr, whole: str, above: str, below: str, unit: str) -> pl.Expr:
    numerator, denominator = (parts.struct.field(part).cast(pl.Float64) for part in (above, below))
    units = parts.struct.field(whole).cast(pl.Float64) if whole else pl.lit(0.0)
    number = (units + numerator / denominator).round(6)
    return pl.when(numerator < denominator).then(pl.format("{} {}", number, parts.struct.field(unit).str.strip_chars()))


def _feet(lower: pl.Series) -> pl.Series:
    """Feet and inches as feet."""
    parts = lower.to_frame("text").select(pl.col("text").str.extract_groups(_INCHES)).to_series().struct.unnest()
    feet, inches = (parts[part].cast(pl.Float64) for part in ("1", "2"))
    number = (feet + inches / 12).round(6)
    return number.set((inches >= 12).fill_null(value=False), None).cast(pl.String)  # noqa: PLR2004 - inches in a foot
