"""The rows of the best properties as their exports have them, to show beside the merged record."""

from collections.abc import Sequence

import polars as pl

from flexscout.domain import SOURCE_COLUMNS, list_canonical_columns
from flexscout.merging.records import RANK, SURVIVOR

MAX_EXPLAINED_ROWS = 5_000
"""Properties at the top of the list that are explained in detail, and of which the source rows are kept."""

_ID, _AT = "Property ID", "__at"


def select_source_rows(
    listed: pl.DataFrame, survivors: pl.DataFrame, others: Sequence[pl.DataFrame], corrected: pl.Series
) -> pl.DataFrame:
    """Return the rows of the best properties that have several, or values that the user corrected.

    Args:
        listed: The properties in list order, with `RANK` and their ID.
        survivors: The surviving rows as they were read, with `RANK`.
        others: The other rows of the clusters, with `RANK` and `SURVIVOR`.
        corrected: The IDs of the properties with corrections.

    Returns:
        `Property ID`, the source of the row and its canonical columns; in list order, the surviving row of a property first.

    """
    best = listed.head(MAX_EXPLAINED_ROWS).select(RANK, _ID).with_row_index(_AT)
    rows = [frame.join(best.select(pl.col(RANK).alias(SURVIVOR), _ID, _AT), on=SURVIVOR) for frame in others]
    wanted = pl.concat([*(frame.select(_ID) for frame in rows), corrected.alias(_ID).to_frame()]).unique()
    own = survivors.join(best.join(wanted, on=_ID, how="semi"), on=RANK)
    table = pl.concat([own, *rows], how="diagonal_relaxed").sort(_AT, RANK, *SOURCE_COLUMNS, nulls_last=True)
    columns = [name for name in (*SOURCE_COLUMNS, *(column.name for column in list_canonical_columns())) if name in table.columns]
    return table.select(_ID, *columns)
