"""Rows whose blanks were filled, judged again."""

import polars as pl

from flexscout.classification import Criteria
from flexscout.model import REASONS, TO_VERIFY, UNVERIFIED, is_score_column

_LACKING, _AT = "__still_lacking", "__at"


def judged_again(rows: pl.DataFrame, criteria: Criteria) -> pl.DataFrame:
    """Rows, at least one, in their order, with STATUS and new scores; what a row's sheet lacked it lacks unless it was filled."""
    old = [name for name in rows.columns if is_score_column(name)]
    marked = rows.with_columns(_still_lacking(rows, criteria).alias(_LACKING)).drop(*old, UNVERIFIED, strict=False)
    parts = marked.with_row_index(_AT).partition_by(_LACKING, as_dict=True)
    judged = [criteria.judge(part.drop(_LACKING, *filter(None, key.split(", ")))).frame for (key,), part in parts.items()]
    together = pl.concat([rows.clear(), *judged], how="diagonal_relaxed")
    return together.sort(_AT).drop(_AT, REASONS, TO_VERIFY)


def _still_lacking(rows: pl.DataFrame, criteria: Criteria) -> pl.Expr:
    """The criteria's columns that the row was not checked against and has no value for."""
    if UNVERIFIED not in rows.columns:
        return pl.lit("")
    unverified = pl.col(UNVERIFIED).str.split(", ")
    names = [name for name in criteria.profile.eligibility if name in rows.columns]
    lacking = [pl.when(unverified.list.contains(name) & pl.col(name).is_null()).then(pl.lit(name)) for name in names]
    return pl.concat_str(lacking, separator=", ", ignore_nulls=True) if lacking else pl.lit("")
