"""The sheets of properties: Flex Properties, All Columns and Top Candidates, with links to maps and listings."""

import re
from collections.abc import Mapping, Sequence

import polars as pl

from flexscout.domain import CORRECTED_CELLS, LINK_COLUMNS, OUTPUT_COLUMNS, POSTAL_COLUMNS, WORKBOOK_COLUMNS, WORKBOOK_LINKS
from flexscout.outputs.files.layout import Sheet
from flexscout.outputs.results import ResultTables

MAX_LINKED_ROWS = 2_500
"""Rows of a sheet with links. Links in every row take over a fifth of the export's time, and Excel allows 65,530 per sheet."""

RANK, WHY, MISSING = WORKBOOK_COLUMNS
"""Columns that only these sheets have."""

LIST_COLUMNS = (
    "Flex Score", "Flex Classification", "Address", "City", "State", "Property Type", "Building SqFt", "Lot Size Acres",
    "Year Built", "Occupancy", "Asking Price", "Asking Price/SqFt", "Price Position", "Owner Name", "Owner Properties",
    "Sources", "Missing Factors", CORRECTED_CELLS, "APN", "Zip Code", "County", "Zoning Code", "Sale Date", "Sold Price",
    "First Seen",
)  # fmt: skip
"""Columns of the list, after the user's own."""

TEXT_COLUMNS = tuple(f"{side}{name}" for side in ("", "Other ", "Kept ", "Removed ") for name in ("Zip Code", "APN", "Unit"))
"""Columns of digits that aren't numbers."""

_PRINTED_COLUMNS = LIST_COLUMNS[: LIST_COLUMNS.index("Sources")]
_FROZEN_TO = "Address"
_ID = LINK_COLUMNS[0]
_MAP_URL = "https://www.google.com/maps/search/?api=1&query="
_WEB_PAGE = r"^https?://[^\s\"<>]{1,2000}$"  # Excel allows 2,079 characters
_NOT_URL_SAFE = r"[^A-Za-z0-9.\-]+"
_CODE = r"^[A-Z0-9]+(_[A-Z0-9]+)*$"  # a class that is written as a code
_POSITION = r"^(.+?) the (median)\b.*"
_CENTERED = (RANK, "Flex Score", "State", "Year Built", "Owner Properties")
_MORE_PRINTED = 12  # columns of All Columns

_WIDTHS = {
    RANK: 7.0, "Flex Score": 8.0, "Flex Classification": 13.0, "Address": 26.0, "City": 12.0, "State": 7.0,
    "Property Type": 18.0, "Building SqFt": 10.0, "Lot Size Acres": 9.0, "Year Built": 8.0, "Occupancy": 11.0,
    "Asking Price": 12.0, "Asking Price/SqFt": 10.0, "Price Position": 17.0, "Owner Name": 28.0, "Owner Properties": 11.0,
    "Sources": 30.0, "Missing Factors": 20.0, "Zip Code": 8.0, "Sale Date": 12.0, "Sold Price": 13.0, "First Seen": 12.0,
    **dict.fromkeys(WORKBOOK_LINKS, 27.0), _ID: 21.0,
}  # fmt: skip
_NOTE_WIDTH = 13.0

_TOP_ROWS = 100
_TOP_COLUMNS = (
    "Flex Score", "Address", "City", "State", "Property Type", "Building SqFt", "Asking Price", "Asking Price/SqFt", "Owner Name",
    "APN", "Sale Date", "Sold Price",
)  # fmt: skip
_TOP_WIDTHS = {
    RANK: 6.0, "Flex Score": 8.0, "Address": 19.0, "City": 12.0, "State": 6.0, "Property Type": 13.0, "Building SqFt": 10.0,
    "Asking Price": 12.0, "Asking Price/SqFt": 9.0, "Owner Name": 18.0, "APN": 15.0, "Sale Date": 11.0, "Sold Price": 12.0,
    WHY: 36.0, MISSING: 13.0, **dict.fromkeys(WORKBOOK_LINKS, 25.0), _ID: 21.0,
}  # fmt: skip


def build_property_sheets(tables: ResultTables, formats: Mapping[str, str], classes: Sequence[str]) -> list[Sheet]:
    """Build the sheet of all candidates, and the sheet of the columns that don't fit on it."""
    master = tables.master
    own = [name for name in tables.user_columns if name in master.columns]
    shown = [name for name in _select_filled(master, LIST_COLUMNS) if name not in own]
    ranks = pl.Series(RANK, range(1, master.height + 1), dtype=pl.Int64)
    links = [link for link in build_links(master) if link.name not in own]
    ids = [master[name] for name in (_ID,) if name in master.columns]
    columns = [*master.select(own), *(_show_in_words(master[name]) for name in shown)]
    table = pl.DataFrame([ranks, *columns, *links, *ids])
    texts = (*TEXT_COLUMNS, *tables.user_columns)
    listed = Sheet(
        "Flex Properties",
        table,
        dict(formats),
        texts=texts,
        bars="Flex Score",
        links=choose_link_texts(table, links),
        widths=_WIDTHS | dict.fromkeys(own, _NOTE_WIDTH),
        about=(
            "The whole list, best first. The next run keeps the status, notes and corrections that you type. "
            "All Columns has the other columns."
        ),
        centered=_CENTERED,
        colors={"Flex Classification": tuple(map(format_class, classes))},
        frozen=_count_up_to(table, _FROZEN_TO),
        printed=1 + len(own) + sum(name in _PRINTED_COLUMNS for name in shown),
        is_table=True,
    )
    others = master.drop(*own, *shown, _ID, _FROZEN_TO, strict=False)
    return [listed, _build_all_columns(master, others, ranks, formats, texts)] if others.width else [listed]


def _build_all_columns(
    master: pl.DataFrame, others: pl.DataFrame, ranks: pl.Series, formats: Mapping[str, str], texts: tuple[str, ...]
) -> Sheet:
    """Build the sheet of the other columns, which begins with what says whose values they are."""
    first = [name for name in (_ID, _FROZEN_TO) if name in master.columns]
    ranked = [ranks] if RANK not in others.columns else []
    table = pl.DataFrame([*ranked, *master.select(first), *others])
    return Sheet(
        "All Columns",
        table,
        dict(formats),
        texts=texts,
        widths={name: _WIDTHS[name] for name in (RANK, _ID, _FROZEN_TO)},
        centered=_CENTERED,
        about="The columns that Flex Properties leaves out, with the same properties in the same order.",
        frozen=_count_up_to(table, _FROZEN_TO),
        printed=min(_MORE_PRINTED, table.width),
    )


def build_top_candidates(tables: ResultTables, formats: Mapping[str, str]) -> Sheet:
    """Build the sheet of the best candidates that the user hasn't rejected; each keeps its rank.

    The Property ID is last, by which notes are read back.
    """
    top = select_best(tables, _TOP_ROWS)
    names = _select_filled(top, _TOP_COLUMNS)
    own = [name for name in tables.user_columns if name in top.columns and name not in names]
    links = [link for link in build_links(top) if link.name not in own]
    missing = [top["Missing Factors"].alias(MISSING)] if "Missing Factors" in top.columns else []
    table = top.select(RANK, *own, *names, WHY).with_columns(*missing)
    printed = table.width
    table = table.with_columns(*links, *top.select(name for name in (_ID,) if name in top.columns))
    return Sheet(
        "Top Candidates",
        table,
        dict(formats),
        texts=(*TEXT_COLUMNS, *own),
        bars="Flex Score",
        links=choose_link_texts(table, links),
        wrapped=(*own, "Address", "City", "Property Type", "Owner Name", "APN", WHY, MISSING),
        widths=_TOP_WIDTHS | dict.fromkeys(own, _NOTE_WIDTH),
        centered=_CENTERED,
        about=(
            f"The best {'property' if table.height == 1 else f'{table.height:,} properties'} that you haven't rejected, and why. "
            "The next run keeps the status and notes that you type."
        ),
        frozen=_count_up_to(table, _FROZEN_TO),
        printed=printed,
    )


def select_best(tables: ResultTables, count: int) -> pl.DataFrame:
    """Return the best candidates that the user hasn't rejected, with their RANK, and WHY: their reasons, one per line."""
    master, reasons = tables.master, tables.reasons
    every = pl.int_range(master.height, eager=True)
    best = (every if tables.is_rejected is None else every.filter(~tables.is_rejected)).head(count)
    texts = [list(reasons[i]) if i < len(reasons) else None for i in best]
    known = pl.Series(WHY, texts, dtype=pl.List(pl.String))
    lines = known.list.eval(pl.format("• {}{}", pl.element().str.head(1).str.to_uppercase(), pl.element().str.slice(1)))
    return master.drop(RANK, WHY, strict=False)[best].with_columns((best + 1).alias(RANK), lines.list.join("\n"))


def build_links(table: pl.DataFrame) -> list[pl.Series]:
    """Return the columns `Map` and `Property Page` of web addresses for the first MAX_LINKED_ROWS rows.

    A column is left out if the table already has its name or lacks the data for it.
    """
    links = []
    if "Address" in table.columns:
        place = [pl.col(name).cast(pl.String) for name in POSTAL_COLUMNS if name in table.columns]
        query = pl.concat_str(place, separator=" ", ignore_nulls=True).str.replace_all(_NOT_URL_SAFE, "+").str.strip_chars("+")
        url = pl.when(pl.col("Address").is_not_null()).then(pl.lit(_MAP_URL) + query.str.slice(0, 500))
        links.append(url.alias(WORKBOOK_LINKS[0]))
    if {"Address", "Property Link"} <= set(table.columns):
        page = pl.col("Property Link").cast(pl.String)
        links.append(pl.when(page.str.contains(_WEB_PAGE)).then(page).alias(WORKBOOK_LINKS[1]))
    links = [link for link in links if link.meta.output_name() not in table.columns]
    columns = table.head(MAX_LINKED_ROWS).select(links).get_columns() if links else []
    return [column.extend_constant(None, table.height - len(column)) for column in columns]


def describe_unlinked_rows(table: pl.DataFrame) -> list[str]:
    """Return a message if some rows of the list have no links."""
    if table.height <= MAX_LINKED_ROWS:
        return []
    return [f"The sheet Flex Properties has map and listing links for the first {MAX_LINKED_ROWS:,} properties only."]


def choose_link_texts(table: pl.DataFrame, links: list[pl.Series]) -> dict[str, str]:
    """Map each link column to the column whose text it shows."""
    return {link.name: "Address" for link in links if "Address" in table.columns}


def format_class(name: str) -> str:
    """Return a class for people: `PRIME_FLEX` as `Prime Flex`; other names stay."""
    return name.replace("_", " ").title() if re.match(_CODE, name) else name


def shorten_position(text: str) -> str:
    """Return `18% below the median of 9 comparable properties in the county` as `18% below median`."""
    return re.sub(_POSITION, r"\1 \2", text)


def _show_in_words(values: pl.Series) -> pl.Series:
    """Return a column as the list shows it: classes as words, the price position without the number of comparable properties."""
    if values.dtype != pl.String:
        return values
    if values.name == "Flex Classification":
        return values.replace({name: format_class(name) for name in values.unique().drop_nulls()})
    if values.name == "Price Position":
        return values.replace({text: shorten_position(text) for text in values.unique().drop_nulls()})
    return values


def _select_filled(table: pl.DataFrame, names: Sequence[str]) -> list[str]:
    """Return the columns that the table has, without empty ones that flexscout adds, such as prices per square foot."""
    return [
        name
        for name in names
        if name in table.columns and (name not in OUTPUT_COLUMNS or table[name].null_count() < max(table.height, 1))
    ]


def _count_up_to(table: pl.DataFrame, name: str) -> int:
    """Return the number of columns up to the named one; 0 if the table lacks it."""
    return table.columns.index(name) + 1 if name in table.columns else 0
