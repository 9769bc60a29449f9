"""Top Candidates: the best of a result on paper, with the reasons in words."""

from collections.abc import Sequence

import polars as pl

from flexscout.export.links import links, shown_as
from flexscout.export.workbook import Sheet

_ROWS = 100
_SHOWN = (
    "Flex Score", "Flex Classification", "Property Name", "Property Type", "City", "State", "Building SqFt", "Lot Size Acres",
    "Year Built", "Occupancy",
)  # fmt: skip
_WIDTHS = {"Rank": 6.0, "Flex Classification": 17.0, "Address": 34.0, "Property Type": 24.0, "Why": 70.0, "Map": 34.0,
           "Property Page": 34.0}  # fmt: skip


def top_candidates(master: pl.DataFrame, reasons: Sequence[str], passed: pl.Series | None, formats: dict[str, str]) -> Sheet:
    """The first of the ranking, without those that the person passed on.

    The address leads to a map, the property's page to where the export says it is.
    """
    best = master.head(len(reasons)).with_columns(pl.Series("Why", list(reasons[: master.height]), dtype=pl.String))
    best = (best if passed is None else best.filter(~passed.head(best.height))).head(_ROWS)
    shown = [name for name in _SHOWN if name in best.columns]
    table = best.select(pl.int_range(1, pl.len() + 1).alias("Rank"), *shown[:2], *_told(best, "Address"), *shown[2:])
    there = links(best)
    table = table.with_columns(best["Why"], *there)
    page = {"landscape": True, "fit_to_pages": (1, 0), "repeat_rows": 0, "footer": "&LTop candidates&RPage &P of &N"}
    shown_links = shown_as(table, there)
    return Sheet("Top Candidates", table, formats, (), "Flex Score", shown_links, ("Why",), _WIDTHS, page=page)


def _told(best: pl.DataFrame, name: str) -> list[str]:
    return [name] if name in best.columns else []
