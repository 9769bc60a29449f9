"""The candidates: a plain table for paper and readers without scripts, the map, and the data for the script."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import polars as pl
from markupsafe import Markup

from flexscout.domain import POSTAL_COLUMNS, format_count
from flexscout.merging import MAX_EXPLAINED_ROWS
from flexscout.outputs.html.candidate_data import MAX_DATA_BYTES, render_data
from flexscout.outputs.html.candidate_map import describe_map, render_map
from flexscout.outputs.html.cell_text import (
    escape_text,
    format_decimal,
    format_money,
    format_whole,
    format_year,
    link_html,
    plain_text,
)
from flexscout.outputs.html.elements import band_class, read_asset
from flexscout.outputs.html.outlines import load_outlines
from flexscout.outputs.html.positions import place_candidates
from flexscout.outputs.results import ResultTables

MAX_TABLE_ROWS = 100
"""Candidates in the table for paper."""

_TEXT_LENGTH = 60
_MAP_URL = "https://www.google.com/maps/search/?api=1&query="
_PRICES = {"Asking Price": "Asking", "Asking Price/SqFt": "$/SF"}
_LAST_SALES = {"Sold Price": "Last sale", "Sold Price/SqFt": "$/SF"}
_COLUMNS = {"Building SqFt": "Sq ft", "Lot Size Acres": "Acres", "Year Built": "Built", "Owner Group": "Owner"}
_TEXT_COLUMNS = ("property", "Property Type", "Owner Group", "why")
_HEADER_CELL = Markup('<th scope="col" data-column="{column}"{attributes}>{name}</th>')
_NUMERIC = Markup(' class="num"')


def render_candidates(report: Mapping[str, Any], tables: ResultTables, reserved_bytes: int = 0) -> Markup:
    """Render the best candidates: the table, the map, and the data with which the script replaces the table.

    Args:
        report: The report of the run.
        tables: The tables of the result.
        reserved_bytes: Size of the rest of the page that isn't always there, which the data leaves free.

    """
    best = tables.master.head(MAX_EXPLAINED_ROWS)
    positions = place_candidates(best, load_outlines())
    shown = best.head(MAX_TABLE_ROWS)
    columns = _choose_columns(shown)
    head = (
        _HEADER_CELL.format(column=column, attributes=Markup("") if column in _TEXT_COLUMNS else _NUMERIC, name=name)
        for column, name in columns.items()
    )
    rows = "".join(shown.select(_row_html(shown, columns, _join_reasons(tables, shown.height)))[:, 0])
    return read_asset("results.html").format(
        caption=_describe_table(tables.master.height, shown.height),
        head=Markup("").join(head),
        rows=Markup(rows),  # noqa: S704  # nosec B704 # every text is escaped
        map=render_map(best, positions),
        data=render_data(report, tables, positions, describe_map(best, positions), MAX_DATA_BYTES - reserved_bytes),
    )


def _describe_table(total: int, shown: int) -> str:
    if shown < total:
        return f"The best {shown:,} of {format_count(total, 'candidate')}, best first. The workbook has all of them."
    return f"All {format_count(total, 'candidate')}, best first. The workbook has every column."


def _join_reasons(tables: ResultTables, count: int) -> pl.Expr:
    """Return a text with the short reasons for each candidate's score."""
    reasons: Sequence[Sequence[str]] = [list(texts) for texts in tables.reasons[:count]]
    lists = pl.Series("reasons", [*reasons, *[[]] * (count - len(reasons))], dtype=pl.List(pl.String))
    return pl.lit(lists).list.join(" · ")


def _choose_columns(shown: pl.DataFrame) -> dict[str, str]:
    """Return the columns of the table and their headers; without asking prices, the last sales."""
    has_values = {column.name for column in shown if column.null_count() < column.len()}
    prices = _PRICES if "Asking Price" in has_values else _LAST_SALES
    chosen = {name: label for name, label in (prices | _COLUMNS).items() if name in has_values}
    return {"rank": "#", "Flex Score": "Score", "property": "Property", "Property Type": "Type", **chosen, "why": "Why"}


def _row_html(shown: pl.DataFrame, columns: Collection[str], reasons: pl.Expr) -> pl.Expr:
    score = format_decimal("Flex Score", shown, 2).str.replace(r"^(\d+)$", "$1.0")  # 9.0, to align scores
    money = {name: _number_cell(format_money(name, shown)) for name in (*_PRICES, *_LAST_SALES)}
    cells = {
        "rank": _number_cell(pl.int_range(1, pl.len() + 1).cast(pl.String)),
        "Flex Score": pl.format('<td class="num"><b class="badge {}">{}</b></td>', band_class(pl.col("Flex Score")), score),
        "property": _property_cell(shown),
        "Property Type": _text_cell("Property Type", shown),
        **money,
        "Building SqFt": _number_cell(format_whole("Building SqFt", shown)),
        "Lot Size Acres": _number_cell(format_decimal("Lot Size Acres", shown, 2)),
        "Year Built": _number_cell(format_year("Year Built", shown)),
        "Owner Group": _text_cell("Owner Group", shown),
        "why": pl.concat_str(pl.lit("<td>"), escape_text(reasons), pl.lit("</td>")),
    }
    return pl.concat_str(pl.lit("<tr>"), *(cells[column] for column in columns), pl.lit("</tr>"))


def _number_cell(html: pl.Expr) -> pl.Expr:
    return pl.concat_str(pl.lit('<td class="num">'), html, pl.lit("</td>"))


def _text_cell(name: str, shown: pl.DataFrame) -> pl.Expr:
    return pl.concat_str(pl.lit("<td>"), escape_text(plain_text(name, shown, _TEXT_LENGTH)), pl.lit("</td>"))


def _property_cell(shown: pl.DataFrame) -> pl.Expr:
    """Render the address, place, name and links of a property."""
    address, name = (plain_text(column, shown, _TEXT_LENGTH) for column in ("Address", "Property Name"))
    other = pl.when(~name.str.to_lowercase().str.starts_with(address.str.to_lowercase().str.slice(0, 12))).then(name)
    place = pl.concat_str(
        plain_text("City", shown, _TEXT_LENGTH), plain_text("State", shown, 20), separator=", ", ignore_nulls=True
    )
    place = pl.concat_str(place, plain_text("Zip Code", shown, 10), separator=" ", ignore_nulls=True)
    return pl.format(
        '<td class="what"><b>{}</b><span>{}</span><div>{}{}</div></td>',
        escape_text(pl.coalesce(address, name, pl.lit("(no address)"))),
        escape_text(pl.concat_str(place, other, separator=" · ", ignore_nulls=True)),
        link_html(_map_url(shown), "Map"),
        link_html(_text("Property Link", shown), "Listing"),
    )


def _text(name: str, shown: pl.DataFrame) -> pl.Expr:
    """Return the column as text, cut to more than what is used of it."""
    text = (
        pl.col(name).cast(pl.String).str.slice(0, 1_000).str.strip_chars() if name in shown.columns else pl.lit(None, pl.String)
    )
    return text.alias(name)


def _map_url(shown: pl.DataFrame) -> pl.Expr:
    """Return the web address of a map of the place; its query has only letters and digits."""
    if "Address" not in shown.columns:
        return pl.lit(None, pl.String)
    parts = [_text(name, shown).str.slice(0, 80) for name in POSTAL_COLUMNS]
    query = pl.concat_str(parts, separator=" ", ignore_nulls=True).str.replace_all("[^A-Za-z0-9]+", "+").str.strip_chars("+")
    return pl.when(query != "").then(pl.concat_str(pl.lit(_MAP_URL), query))
