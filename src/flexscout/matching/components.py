"""Connected components of rows, over equal keys and pairs."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

Positions = npt.NDArray[np.int64]


def find_components(size: int, left: Positions, right: Positions) -> Positions:
    """Return, for each of `size` rows, the first row of its connected component.

    Args:
        size: The number of rows.
        left: One end of each edge.
        right: The other end of each edge.

    """
    first = np.arange(size, dtype=np.int64)
    while True:
        smaller = np.minimum(first[left], first[right])
        previous = first.copy()
        # Point both rows, and the rows that they pointed to, to the smaller one.
        for ends in (left, right, previous[left], previous[right]):
            np.minimum.at(first, ends, smaller)
        first = first[first]
        if np.array_equal(first, previous):
            return first


def connect_rows(keys: Sequence[pl.Series], links: pl.DataFrame) -> pl.Series:
    """Return the first row of the component of each row.

    Args:
        keys: The keys of match rules: for each row the first one with its key, or null.
        links: `left` and `right` of the other pairs that are connected.

    """
    size = keys[0].len()
    rows = pl.int_range(size, eager=True)
    edges = [
        pl.DataFrame([rows.alias("left"), key.alias("right")]).filter(pl.col("left") != pl.col("right")).cast(pl.Int64)
        for key in keys
    ]
    return _connect(size, pl.concat([*edges, links]))


def link_rows(first_rows: pl.Series, same: pl.DataFrame) -> pl.Series:
    """Join the clusters of the rows that the user called the same; `same` has the `decision` and `row` of each."""
    if same.is_empty():
        return first_rows
    size = first_rows.len()
    links = same.select(pl.col("row").alias("left"), pl.col("row").first().over("decision").alias("right"))
    own = pl.DataFrame([pl.int_range(size, eager=True).alias("left"), first_rows.alias("right")])
    return _connect(size, pl.concat([own, links.cast(pl.Int64)]))


def _connect(size: int, edges: pl.DataFrame) -> pl.Series:
    left, right = (edges[side].to_numpy() for side in ("left", "right"))
    return pl.Series("cluster", find_components(size, left, right))
