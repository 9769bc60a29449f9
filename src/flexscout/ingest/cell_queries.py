"""Queries over many columns of texts at once: where columns are short, an expression for each takes longer than its rows."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import polars as pl

CellExpression = Callable[[pl.Expr], pl.Expr]
"""Makes an elementwise expression of that of a column. To be found again, it is a function of a module, or kept."""

_FEW_ROWS = 1_000
_MANY_COLUMNS = 4  # that are put together as one long column, which takes as long as an expression for so many


def map_columns(texts: pl.DataFrame, builders: Mapping[str, CellExpression]) -> pl.DataFrame:
    """Return the columns with what the expression for their name makes of each cell, and the other columns as they are."""
    alike: dict[CellExpression, list[str]] = {}
    for name, build in builders.items():
        alike.setdefault(build, []).append(name)
    is_long = texts.height > _FEW_ROWS
    columns = {values.name: values for values in texts}
    single = [(name, build) for build, names in alike.items() if is_long or len(names) < _MANY_COLUMNS for name in names]
    mapped = _query_columns(texts, single) if single else {}
    for build, names in alike.items():
        if names[0] not in mapped:
            values = _query_cells([columns[name] for name in names], build)
            mapped |= {name: values.slice(i * texts.height, texts.height).alias(name) for i, name in enumerate(names)}
    return pl.DataFrame(list({**columns, **mapped}.values()))


def find_columns(texts: pl.DataFrame, build: CellExpression) -> list[str]:
    """Return the names of the columns in which an expression is true for any cell."""
    if not texts.width or texts.height > _FEW_ROWS:
        return [found.name for found in texts.select(build(pl.all()).any().name.keep()) if found.any()]
    is_true = _query_cells(texts.get_columns(), build)
    if not is_true.any():
        return []
    return [name for i, name in enumerate(texts.columns) if is_true.slice(i * texts.height, texts.height).any()]


def _query_columns(texts: pl.DataFrame, builders: Sequence[tuple[str, CellExpression]]) -> dict[str, pl.Series]:
    """Return the values of the expression for each column."""
    numbered = texts[:, [name for name, _ in builders]]
    numbered.columns = [str(i) for i in range(numbered.width)]  # any other name may be a pattern of names
    made = numbered.select(_build_expression(build, str(i)) for i, (_, build) in enumerate(builders))
    return {name: values.alias(name) for (name, _), values in zip(builders, made, strict=True)}


def _query_cells(columns: list[pl.Series], build: CellExpression) -> pl.Series:
    """Return the values of an expression for all cells, column by column."""
    cells = pl.concat(columns, rechunk=True).alias("")
    return cells.to_frame().select(_build_expression(build, "")).to_series()


@lru_cache(maxsize=1024)
def _build_expression(build: CellExpression, name: str) -> pl.Expr:
    return build(pl.col(name)).alias(name)
