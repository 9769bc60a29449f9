"""Top Candidates: the best of a result on paper, with the reasons in words."""

from collections.abc import Sequence

import polars as pl

from flexscout.export.workbook import Sheet

_ROWS = 100
_SHOWN = (
    "Flex Score", "Flex Classification", "Property Name", "Property Type", "City", "State", "Building SqFt", "Lot Size Acres",
    "Year Built", "Occupancy",
)  # fmt: skip
_WIDTHS = {"Rank": 6.0, "Flex Classification": 17.0, "Address": 34.0, "Property Type": 24.0, "Why": 70.0, "Map": 34.0,
           "Property Page": 34.0}  # fmt: skip
_MAP = "https://www.google.com/maps/search/?api=1&query="
_LINKS = ("Map", "Property Page")
_PAGE = r"^https?://[^\s\"<>]+$"


def top_candidates(master: pl.DataFrame, reasons: Sequence[str], formats: dict[str, str]) -> Sheet:
    """The first of the ranking; the address leads to a map, the property's page to where the export says it is."""
    best = master.head(min(_ROWS, len(reasons)))
    shown = [name for name in _SHOWN if name in best.columns]
    table = best.select(pl.int_range(1, pl.len() + 1).alias("Rank"), *shown[:2], *_told(best, "Address"), *shown[2:])
    table = table.with_columns(pl.Series("Why", list(reasons[: best.height]), dtype=pl.String), *_links(best))
    page = {"landscape": True, "fit_to_pages": (1, 0), "repeat_rows": 0, "footer": "&LTop candidates&RPage &P of &N"}
    links = {link: "Address" for link in table.columns if link in _LINKS}
    return Sheet("Top Candidates", table, formats, bars="Flex Score", widths=_WIDTHS, page=page, links=links, wrapped=("Why",))


def _told(best: pl.DataFrame, name: str) -> list[str]:
    return [name] if name in best.columns else []


def _links(best: pl.DataFrame) -> list[pl.Series]:
    """Where each property is on a map; its page, where the export has one and it is an address of the web."""
    found = []
    if "Address" in best.columns:
        place = [pl.col(name).cast(pl.String) for name in ("Address", "City", "State", "Zip Code") if name in best.columns]
        # What an address of the web may hold as it is; the rest is a space.
        asked = (
            pl.concat_str(place, separator=" ", ignore_nulls=True).str.replace_all(r"[^A-Za-z0-9.\-]+", "+").str.strip_chars("+")
        )
        found.append(best.select(pl.when(pl.col("Address").is_not_null()).then(pl.lit(_MAP) + asked).alias("Map"))["Map"])
    if "Property Link" in best.columns:
        page = pl.col("Property Link").cast(pl.String)
        found.append(best.select(pl.when(page.str.contains(_PAGE)).then(page).alias("Property Page"))["Property Page"])
    return found
