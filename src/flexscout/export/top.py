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
_WIDTHS = {
    "Rank": 6.0, "Flex Score": 12.0, "Flex Classification": 18.0, "Address": 28.0, "Property Name": 28.0, "Property Type": 22.0,
    "City": 14.0, "State": 7.0, "Building SqFt": 13.0, "Lot Size Acres": 14.0, "Year Built": 10.0, "Occupancy": 11.0,
    "Why": 75.0, "Map": 25.0, "Property Page": 25.0,
}  # fmt: skip
_RANK = "__rank"  # working column
_LINE, _CHARACTERS = 15.0, 80  # points of height, characters that surely stand in a line of Why


def top_candidates(master: pl.DataFrame, reasons: Sequence[str], passed: pl.Series | None, formats: dict[str, str]) -> Sheet:
    """The first of the ranking, without those that the person passed on; the others keep their rank.

    The address leads to a map, the property's page to where the export says it is.
    """
    best = (
        master.head(len(reasons))
        .with_row_index(_RANK, offset=1)
        .with_columns(pl.Series("Why", list(reasons[: master.height]), dtype=pl.String))
    )
    best = (best if passed is None else best.filter(~passed.head(best.height))).head(_ROWS)
    shown = [name for name in _SHOWN if name in best.columns]
    table = best.select(pl.col(_RANK).cast(pl.Int64).alias("Rank"), *shown[:2], *_told(best, "Address"), *shown[2:])
    there = links(best)
    table = table.with_columns(best["Why"], *there)
    page = {"landscape": True, "fit_to_pages": (1, 0), "repeat_rows": 0, "footer": "&LTop candidates&RPage &P of &N"}
    shown_links = shown_as(table, there)
    heights = _heights(table["Why"])
    return Sheet("Top Candidates", table, formats, (), "Flex Score", shown_links, ("Why",), _WIDTHS, heights, page=page)


def _heights(why: pl.Series) -> dict[int, float]:
    """Row -> points that its reasons take: programs that open a workbook don't look for themselves."""
    lines = (why.str.len_chars() / _CHARACTERS).ceil().clip(1)
    return dict(enumerate((lines * _LINE).fill_null(_LINE), 1))


def _told(best: pl.DataFrame, name: str) -> list[str]:
    return [name] if name in best.columns else []
