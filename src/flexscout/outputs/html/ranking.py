"""The table of the best candidates, with the points of each, as HTML rows made by whole columns."""

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
from flexscout.outputs.html.elements import BANDS, band_class, read_asset, shorten

MAX_PAGE_ROWS = 1_000
"""Candidates in the table."""
MAX_TABLE_BYTES = 1_200_000
"""Of the table."""

_LIMITS = (
    (MAX_PAGE_ROWS, 100),
    (MAX_PAGE_ROWS, 40),
    (MAX_PAGE_ROWS, 15),
    (200, 15),
)  # rows, characters of a text: the first with which all fits
_EXPLAINED = 12  # times as many characters
_FACTORS, _OPTIONS = 12, 60
_TEXTS = (2, 3)  # places of the columns that hold texts
_BREAK = "\x1f"  # between the parts of an explanation while it is escaped
_MAP_LINK = "https://www.google.com/maps/search/?api=1&query="
_COLUMNS = ("#", "Score", "Property", "Type", "Building, sq ft", "Lot, acres", "Built", "Occupied")

_HEAD = Markup('<th scope="col"{kind}>{name}</th>')
_OPTION = Markup('<option value="{}">{}</option>')


def render_ranking(master: pl.DataFrame, explanations: Sequence[str]) -> Markup:
    """The table of the first ROWS of the unique candidates, best first; `explanations`: why each scored what it did."""
    factors = [name for name in master.columns if name.endswith(POINTS_SUFFIX)][:_FACTORS]
    shown, rows = _fitting(master.head(MAX_PAGE_ROWS), factors, explanations)
    names = [*_COLUMNS, *(shorten(name.removesuffix(POINTS_SUFFIX), 40) for name in factors), "Known"]
    return read_asset("ranking.html").format(
        states=_options(shown, "State"),
        types=_options(shown, "Property Type"),
        bands=_bands(shown),
        orders=Markup("").join(_OPTION.format(i, name) for i, name in enumerate(names)),
        before=len(_COLUMNS),
        factors=max(1, len(factors)),
        head=Markup("").join(_HEAD.format(kind=_kind(i), name=name) for i, name in enumerate(names)),
        rows=rows,
    )


def _fitting(best: pl.DataFrame, factors: Sequence[str], explanations: Sequence[str]) -> tuple[pl.DataFrame, Markup]:
    """As many rows, with as much of their texts, as there is room for, and their HTML."""
    for count, limit in _LIMITS:
        shown = best.head(count)
        rows = "".join(shown.select(_row(shown, factors, explanations, limit))[:, 0])
        if len(rows.encode()) <= MAX_TABLE_BYTES:
            break
    return shown, Markup(rows)  # noqa: S704  # nosec B704 # every text in it went through `escaped`


def _kind(place: int) -> Markup:
    """The attributes of a heading: texts on the left, numbers on the right; the rank orders the table at first."""
    if place == 0:
        return Markup(' class="num" aria-sort="ascending"')
    return Markup("") if place in _TEXTS else Markup(' class="num"')


def _options(shown: pl.DataFrame, name: str) -> Markup:
    """The values that a filter offers, the most frequent first."""
    if name not in shown.columns:
        return Markup("")
    counts = shown.select(plain_text(name, shown, 40).alias("value")).drop_nulls()["value"].value_counts()
    values = counts.sort("count", "value", descending=[True, False]).head(_OPTIONS)
    return Markup("").join(_OPTION.format(value, f"{value} ({count:,})") for value, count in values.iter_rows())


def _bands(shown: pl.DataFrame) -> Markup:
    there = set(shown.select(band_class(pl.col("Flex Score")).unique()).to_series())
    return Markup("").join(_OPTION.format(kind, words) for _, words, kind in BANDS if kind in there)


def _row(shown: pl.DataFrame, factors: Sequence[str], explanations: Sequence[str], limit: int) -> pl.Expr:
    why = pl.Series("why", [*explanations[: shown.height], *[None] * (shown.height - len(explanations))], dtype=pl.String)
    points = [_cell(format_decimal(name, shown, 2)) for name in factors]
    cells = [
        _cell(pl.int_range(1, pl.len() + 1).cast(pl.String)),
        pl.format('<td><b class="{}">{}</b></td>', band_class(pl.col("Flex Score")), _score(shown)),
        _property(shown, pl.lit(why), limit),
        _cell(escape_text(plain_text("Property Type", shown, limit))),
        _cell(format_whole("Building SqFt", shown)),
        _cell(format_decimal("Lot Size Acres", shown, 2)),
        _cell(format_year("Year Built", shown)),
        _cell(format_percent("Occupancy", shown)),
        *points,
        _cell(format_percent("Completeness", shown, of=1)),
    ]
    state, kind = escape_text(plain_text("State", shown, 40)), escape_text(plain_text("Property Type", shown, 40))
    opening = pl.format('<tr data-s="{}" data-t="{}">', state, kind)
    return pl.concat_str(opening, *cells, pl.lit("</tr>"))


def _score(shown: pl.DataFrame) -> pl.Expr:
    """9 as 9.0, so that scores stand below each other."""
    return format_decimal("Flex Score", shown, 2).str.replace(r"^(\d+)$", "$1.0")


def _cell(html: pl.Expr) -> pl.Expr:
    return pl.concat_str(pl.lit("<td>"), html, pl.lit("</td>"))


def _property(shown: pl.DataFrame, why: pl.Expr, limit: int) -> pl.Expr:
    """Address, place, name and links of a property, and to open, why it scored what it did."""
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
        link_html(_on_map(shown), "Map"),
        link_html(_text("Property Link", shown), "Listing"),
        _why(why, limit),
    )


def _text(name: str, shown: pl.DataFrame) -> pl.Expr:
    return pl.col(name).cast(pl.String).str.strip_chars() if name in shown.columns else pl.lit(None, pl.String)


def _on_map(shown: pl.DataFrame) -> pl.Expr:
    """The address of a map of the place, made of letters and digits alone."""
    if "Address" not in shown.columns:
        return pl.lit(None, pl.String)
    parts = [_text(name, shown).str.slice(0, 80) for name in POSTAL_COLUMNS]
    words = pl.concat_str(parts, separator=" ", ignore_nulls=True).str.replace_all("[^A-Za-z0-9]+", "+").str.strip_chars("+")
    return pl.when(words != "").then(pl.concat_str(pl.lit(_MAP_LINK), words))


def _why(why: pl.Expr, limit: int) -> pl.Expr:
    """The explanation's parts as a list; they are parted before they are escaped, as `&amp;` has a semicolon too."""
    parted = single_line(why, limit * _EXPLAINED).str.replace(": ", _BREAK).str.replace_all("; ", _BREAK)
    items = escape_text(parted).str.replace_all(_BREAK, "</li><li>")
    there = pl.format("<details><summary>Why?</summary><ul><li>{}</li></ul></details>", items)
    return pl.when(why.is_not_null() & (why != "")).then(there).otherwise(pl.lit(""))
