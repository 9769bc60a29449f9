"""Queries over many columns of texts at once: where columns are short, an expression for each takes longer than its rows."""

from collections.abc import Callable, Mapping
from functools import lru_cache

import polars as pl

CellExpression = Callable[[pl.Expr], pl.Expr]
"""Makes an elementwise expression of that of a column. To be found again, it is a function of a module, or kept."""

_FEW_ROWS = 1_000


def map_cells(texts: pl.DataFrame, build: CellExpression) -> pl.DataFrame:
    """Return what an expression makes of each cell; columns keep their names."""
    if not texts.width or texts.height > _FEW_ROWS:
        return texts.select(build(pl.all()).name.keep())
    mapped = _query_cells(texts, build)
    return pl.DataFrame([mapped.slice(i * texts.height, texts.height).alias(name) for i, name in enumerate(texts.columns)])


def map_columns(texts: pl.DataFrame, builders: Mapping[str, CellExpression]) -> pl.DataFrame:
    """Return what the expression for each column makes of its cells, in the order of `builders`."""
    alike: dict[CellExpression, list[str]] = {}
    for name, build in builders.items():
        alike.setdefault(build, []).append(name)
    mapped = {values.name: values for build, names in alike.items() for values in map_cells(texts[:, names], build)}
    return pl.DataFrame([mapped[name] for name in builders])


def find_columns(texts: pl.DataFrame, build: CellExpression) -> list[str]:
    """Return the names of the columns in which an expression is true for any cell."""
    if not texts.width or texts.height > _FEW_ROWS:
        return [found.name for found in texts.select(build(pl.all()).any().name.keep()) if found.any()]
    is_true = _query_cells(texts, build)
    if not is_true.any():
        return []
    return [name for i, name in enumerate(texts.columns) if is_true.slice(i * texts.height, texts.height).any()]


def _query_cells(texts: pl.DataFrame, build: CellExpression) -> pl.Series:
    """Return the values of an expression for all cells, column by column."""
    cells = pl.concat(texts.get_columns(), rechunk=True).alias("")
    return cells.to_frame().select(_build_expression(build)).to_series()


@lru_cache(maxsize=128)
def _build_expression(build: CellExpression) -> pl.Expr:
    return build(pl.col(""))
