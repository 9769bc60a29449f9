"""What could not be understood in a row, and what is to say of its columns."""

from dataclasses import dataclass

import polars as pl

from flexscout.explanation.past import Past
from flexscout.export.issues import IN_WORDS, in_words
from flexscout.model import SOURCE_COLUMNS

_MOST = 50  # of a row


@dataclass(frozen=True)
class Told:
    """An Issue. `whole_column`: whether it is about the column and not this row alone; `said`: the reason in words."""

    column: str
    value: str
    reason: str
    said: str
    whole_column: bool


def issues_at(past: Past, file: str, sheet: str, row: int) -> tuple[Told, ...]:
    """Those of a row that the run lists, then those of its columns."""
    found = in_words(_of(past, file, sheet).filter(pl.col("Source Row").is_in([row, 0])))
    listed = found.sort(pl.col("Source Row") == 0, maintain_order=True).head(_MOST)
    return tuple(
        Told(one["Column"], one["Value"], one["Reason"], one[IN_WORDS], one["Source Row"] == 0)
        for one in listed.iter_rows(named=True)
    )


def _of(past: Past, file: str, sheet: str) -> pl.DataFrame:
    name, page, _ = SOURCE_COLUMNS
    return past.files.issues.filter((pl.col(name) == file) & (pl.col(page) == sheet))
