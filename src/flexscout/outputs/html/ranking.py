"""The table of the best candidates with their points, rendered by whole columns."""

from collections.abc import Sequence

import polars as pl
from markupsafe import Markup

from flexscout.domain import POINTS_SUFFIX, POSTAL_COLUMNS
from flexscout.outputs.html.cell_text import (
    escape_text,
    format_decimal,
    format_percent,
    format_whole,
    format_year,
    link_html,
    plain_text,
    single_line,
)
from flexscout.outputs.html.elements import BANDS, band_class, clip_text, read_asset
from flexscout.outputs.results import MAX_EXPLAINED_ROWS

MAX_PAGE_ROWS = MAX_EXPLAINED_ROWS
"""Candidates in the table."""
MAX_TABLE_BYTES = 1_200_000
"""Size of the table's rows."""

# Rows, and characters of a text; the first with which the table fits.
_LIMITS = ((MAX_PAGE_ROWS, 100), (MAX_PAGE_ROWS, 40), (MAX_PAGE_ROWS, 15), (200, 15))
_EXPLANATION_FACTOR = 12  # an explanation may have as many times the characters of a text
_MAX_FACTORS, _MAX_OPTIONS = 12, 60
_SEPARATOR = "\x1f"  # between the parts of an explanation while it is escaped
_MAP_URL = "https://www.google.com/maps/search/?api=1&query="
_COLUMNS = ("#", "Score", "Property", "Type", "Building (sq ft)", "Lot (acres)", "Year built", "Occupancy")
_TEXT_COLUMNS = (2, 3)  # positions in _COLUMNS

_HEADER_CELL = Markup('<th scope="col"{attributes}>{name}</th>')
_OPTION = Markup('<option value="{}">{}</option>')


def render_ranking(master: pl.DataFrame, explanations: Sequence[str]) -> Markup:
    """Render the table of the first MAX_PAGE_ROWS candidates.

    Args:
        master: The unique candidates, best first.
        explanations: Why the first candidates score what they do, in order.

    """
    factors = [name for name in master.columns if name.endswith(POINTS_SUFFIX)][:_MAX_FACTORS]
    shown, rows = _render_rows(master.head(MAX_PAGE_ROWS), factors, explanations)
    names = [*_COLUMNS, *(clip_text(name.removesuffix(POINTS_SUFFIX), 40) for name in factors), "Completeness"]
    return read_asset("ranking.html").format(
        states=_render_options(shown, "State"),
        types=_render_options(shown, "Property Type"),
        bands=_render_bands(shown),
        orders=Markup("").join(_OPTION.format(i, name) for i, name in enumerate(names)),
        before=len(_COLUMNS),
        factors=max(1, len(factors)),
        head=Markup("").join(_HEADER_CELL.format(attributes=_header_attributes(i), name=name) for i, name in enumerate(names)),
        rows=rows,
    )


def _render_rows(best: pl.DataFrame, factors: Sequence[str], explanations: Sequence[str]) -> tuple[pl.DataFrame, Markup]:
    """Return as many rows as fit, and their HTML with texts as long as fits."""
    for count, limit in _LIMITS:
        shown = best.head(count)
        rows = "".join(shown.select(_row_html(shown, factors, explanations, limit))[:, 0])
        if len(rows.encode()) <= MAX_TABLE_BYTES:
            break
    return shown, Markup(rows)  # noqa: S704  # nosec B704 # every text is escaped


def _header_attributes(position: int) -> Markup:
    """Return a header's attributes: numbers are right-aligned, and the table is first sorted by rank."""
    if position == 0:
        return Markup(' class="num" aria-sort="ascending"')
    return Markup("") if position in _TEXT_COLUMNS else Markup(' class="num"')


def _render_options(shown: pl.DataFrame, name: str) -> Markup:
    """Render the values of a filter, most frequent first."""
    if name not in shown.columns:
        return Markup("")
    counts = shown.select(plain_text(name, shown, 40).alias("value")).drop_nulls()["value"].value_counts()
    values = counts.sort("count", "value", descending=[True, False]).head(_MAX_OPTIONS)
    return Markup("").join(_OPTION.format(value, f"{value} ({count:,})") for value, count in values.iter_rows())


def _render_bands(shown: pl.DataFrame) -> Markup:
    classes = set(shown.select(band_class(pl.col("Flex Score")).unique()).to_series())
    return Markup("").join(_OPTION.format(name, label) for _, label, name in BANDS if name in classes)


def _row_html(shown: pl.DataFrame, factors: Sequence[str], explanations: Sequence[str], limit: int) -> pl.Expr:
    why = pl.Series("why", [*explanations[: shown.height], *[None] * (shown.height - len(explanations))], dtype=pl.String)
    score = format_decimal("Flex Score", shown, 2).str.replace(r"^(\d+)$", "$1.0")  # 9.0, to align scores
    points = [_cell(format_decimal(name, shown, 2)) for name in factors]
    cells = [
        _cell(pl.int_range(1, pl.len() + 1).cast(pl.String)),
        pl.format('<td><b class="{}">{}</b></td>', band_class(pl.col("Flex Score")), score),
        _property_cell(shown, pl.lit(why), limit),
        _cell(escape_text(plain_text("Property Type", shown, limit))),
        _cell(format_whole("Building SqFt", shown)),
        _cell(format_decimal("Lot Size Acres", shown, 2)),
        _cell(format_year("Year Built", shown)),
        _cell(format_percent("Occupancy", shown)),
        *points,
        _cell(format_percent("Completeness", shown, of=1)),
    ]
    state, property_type = (escape_text(plain_text(name, shown, 40)) for name in ("State", "Property Type"))
    opening = pl.format('<tr data-s="{}" data-t="{}">', state, property_type)
    return pl.concat_str(opening, *cells, pl.lit("</tr>"))


def _cell(html: pl.Expr) -> pl.Expr:
    return pl.concat_str(pl.lit("<td>"), html, pl.lit("</td>"))


def _property_cell(shown: pl.DataFrame, why: pl.Expr, limit: int) -> pl.Expr:
    """Render the address, place, name and links of a property, with its explanation to open."""
    address, name = plain_text("Address", shown, limit), plain_text("Property Name", shown, limit)
    other = pl.when(~name.str.to_lowercase().str.starts_with(address.str.to_lowercase().str.slice(0, 12))).then(name)
    heading = pl.coalesce(address, name, pl.lit("(no address)"))
    place = pl.concat_str(plain_text("City", shown, limit), plain_text("State", shown, limit), separator=", ", ignore_nulls=True)
    place = pl.concat_str(place, plain_text("Zip Code", shown, 10), separator=" ", ignore_nulls=True)
    second = pl.concat_str(place, other, separator=" · ", ignore_nulls=True)
    return pl.format(
        '<td class="what"><b>{}</b><span>{}</span><div>{}{}{}</div></td>',
        escape_text(heading),
        escape_text(second),
        link_html(_map_url(shown), "Map"),
        link_html(_text("Property Link", shown), "Listing"),
        _explanation(why, limit),
    )


def _text(name: str, shown: pl.DataFrame) -> pl.Expr:
    """Return the column as text, cut to more than what is used of it."""
    return (
        pl.col(name).cast(pl.String).str.slice(0, 1_000).str.strip_chars() if name in shown.columns else pl.lit(None, pl.String)
    )


def _map_url(shown: pl.DataFrame) -> pl.Expr:
    """Return the web address of a map of the place; its query has only letters and digits."""
    if "Address" not in shown.columns:
        return pl.lit(None, pl.String)
    parts = [_text(name, shown).str.slice(0, 80) for name in POSTAL_COLUMNS]
    query = pl.concat_str(parts, separator=" ", ignore_nulls=True).str.replace_all("[^A-Za-z0-9]+", "+").str.strip_chars("+")
    return pl.when(query != "").then(pl.concat_str(pl.lit(_MAP_URL), query))


def _explanation(why: pl.Expr, limit: int) -> pl.Expr:
    """Render the parts of an explanation as a list. They are split before they are escaped, as `&amp;` has a semicolon."""
    split = single_line(why, limit * _EXPLANATION_FACTOR).str.replace(": ", _SEPARATOR).str.replace_all("; ", _SEPARATOR)
    items = escape_text(split).str.replace_all(_SEPARATOR, "</li><li>")
    details = pl.format("<details><summary>Why?</summary><ul><li>{}</li></ul></details>", items)
    return pl.when(why.is_not_null() & (why != "")).then(details).otherwise(pl.lit(""))
