"""Where a property is on a map, and its page."""

import polars as pl

from flexscout.model import WORKBOOK_LINKS

MOST_LINKED = 2_500
"""Rows of a sheet with links. Those of every row are more than a fifth of the workbook's time, and Excel takes 65,530 a sheet."""

_PLACE = ("Address", "City", "State", "Zip Code")
_MAP = "https://www.google.com/maps/search/?api=1&query="
_PAGE = r"^https?://[^\s\"<>]{1,2000}$"  # Excel takes 2,079 characters
_NOT_PLAIN = r"[^A-Za-z0-9.\-]+"  # what an address of the web may not hold as it is


def links(table: pl.DataFrame) -> list[pl.Series]:
    """`Map`, and `Property Page` where the export has one that is an address of the web, of the first rows.

    None of a name that the table has.
    """
    found = []
    if "Address" in table.columns:
        place = [pl.col(name).cast(pl.String) for name in _PLACE if name in table.columns]
        asked = pl.concat_str(place, separator=" ", ignore_nulls=True).str.replace_all(_NOT_PLAIN, "+").str.strip_chars("+")
        found.append(
            pl.when(pl.col("Address").is_not_null()).then(pl.lit(_MAP) + asked.str.slice(0, 500)).alias(WORKBOOK_LINKS[0])
        )
    if {"Address", "Property Link"} <= set(table.columns):
        page = pl.col("Property Link").cast(pl.String)
        found.append(pl.when(page.str.contains(_PAGE)).then(page).alias(WORKBOOK_LINKS[1]))
    there = [link for link in found if link.meta.output_name() not in table.columns]
    first = table.head(MOST_LINKED).select(there).get_columns() if there else []
    return [link.extend_constant(None, table.height - len(link)) for link in first]


def links_left_out(table: pl.DataFrame) -> list[str]:
    """Which rows of a list have no links, in a sentence."""
    if table.height <= MOST_LINKED:
        return []
    return [f"Flex Properties has links to maps and pages for the first {MOST_LINKED:,} properties, the best, alone."]


def shown_as(table: pl.DataFrame, own: list[pl.Series]) -> dict[str, str]:
    """Each link -> the column whose text it shows."""
    return {link.name: "Address" for link in own if "Address" in table.columns}
