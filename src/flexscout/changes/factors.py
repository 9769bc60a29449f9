"""Which factors made a score another, in words."""

from collections.abc import Sequence

import polars as pl

from flexscout.model import POINTS

_DECIMALS = 4  # of points, as they are compared and told
_NONE = "none"


def factors_changed(both: pl.DataFrame, old: str) -> pl.Expr:
    """`Building Size 2.0 -> 3.0, Age none -> 1.0` of rows with both results; `old`: how the names of the older one begin.

    Null where no points differ.
    """
    names = dict.fromkeys(name.removeprefix(old) for name in both.columns if name.endswith(POINTS))
    parts = [_factor(name, both.columns, old) for name in names]
    if not parts:
        return pl.lit(None, pl.String)
    told = pl.concat_str(parts, separator=", ", ignore_nulls=True)
    return pl.when(told != "").then(told)


def _factor(name: str, there: Sequence[str], old: str) -> pl.Expr:
    before, after = (
        pl.col(side).cast(pl.Float64).round(_DECIMALS) if side in there else pl.lit(None, pl.Float64)
        for side in (f"{old}{name}", name)
    )
    told = pl.format("{} {} -> {}", pl.lit(name.removesuffix(POINTS)), _written(before), _written(after))
    return pl.when(before.ne_missing(after)).then(told)


def _written(points: pl.Expr) -> pl.Expr:
    return points.cast(pl.String).fill_null(_NONE)
