"""The elements of a page: sections, tables, tiles and charts.

`Markup.format` escapes its arguments, unless they are `Markup` themselves.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl
from markupsafe import Markup

from flexscout.domain import shorten

BANDS = ((8, "8 to 10", "s8"), (6, "6 to 8", "s6"), (4, "4 to 6", "s4"), (2, "2 to 4", "s2"), (0, "below 2", "s0"))
"""Score bands, best first: minimum score, label, CSS class."""

MAX_TEXT_LENGTH = 200
"""Characters of a text, unless another limit is given."""

_FOLDER = Path(__file__).parent
_MAX_SENTENCES, _MAX_SENTENCE_LENGTH = 20, 600
_CHART_WIDTH, _CHART_HEIGHT, _CHART_TOP, _CHART_BOTTOM = 480, 200, 18, 22

_SECTION = Markup('<section id="{key}"><h2>{title}</h2>{body}</section>')
_LEAD = Markup('<p class="lead">{}</p>')
_NOTE = Markup('<p class="none">{}</p>')
_TABLE = Markup(
    '<div class="wide" tabindex="0" role="region" aria-label="{title}"><table class="small"><caption>{title}</caption>'
    "<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
)
_HEADER_CELL = Markup('<th scope="col"{attributes}>{}</th>')
_ROW = Markup("<tr>{}</tr>")
_CELL = Markup("<td{attributes}>{}</td>")
_NUMERIC = Markup(' class="num"')
_GRID = Markup('<div class="grid">{}</div>')
_CARD = Markup('<div class="card"><h3>{}</h3>{}</div>')
_TILES = Markup('<dl class="tiles">{}</dl>')
_TILE = Markup("<div><dt>{}</dt><dd>{}</dd></div>")
_LIST = Markup('<ul class="notes">{}</ul>')
_ITEM = Markup("<li>{}</li>")
_DETAILS = Markup("<details><summary>{}</summary>{}</details>")
_BAR = Markup(
    '<tr><th scope="row">{label}</th>'
    '<td class="bar"><svg aria-hidden="true"><rect width="{share}%" height="100%"/></svg></td><td class="num">{text}</td></tr>'
)
_BARS = Markup('<table class="bars"><caption>{}</caption><tbody>{}</tbody></table>')
_COLUMN_CHART = Markup(
    '<svg class="columns" viewBox="0 0 {width} {height}" role="img" aria-label="{description}">{columns}'
    '<path class="axis" d="M0 {base}h{width}"/></svg>'
)
_COLUMN = Markup(
    '<g><title>{description}</title><rect x="{x}" y="{y}" width="{width}" height="{height}" rx="2" class="{css_class}"/>'
    '<text x="{middle}" y="{above}" class="count">{count}</text><text x="{middle}" y="{below}">{label}</text></g>'
)


@dataclass(frozen=True)
class ChartColumn:
    """A column of a column chart.

    `label`: the text below it; `description`: its full text; `count`: its height; `css_class`: the class that colors it.
    """

    label: str
    description: str
    count: int
    css_class: str = ""


@lru_cache
def read_asset(name: str) -> Markup:
    """Return the text of a file of this package, possibly a template for `format`."""
    return Markup((_FOLDER / name).read_text(encoding="utf-8"))  # noqa: S704  # nosec B704 # a file of the package


def band_class(score: pl.Expr) -> pl.Expr:
    """Return the CSS class of each score's band."""
    css_class = pl.lit("s0")
    for minimum, _, name in reversed(BANDS):
        css_class = pl.when(score >= minimum).then(pl.lit(name)).otherwise(css_class)
    return css_class


def choose_band(score: float) -> str:
    """Return the CSS class of a score's band."""
    return next((name for minimum, _, name in BANDS if score >= minimum), "s0")


def clip_text(text: Any, limit: int = MAX_TEXT_LENGTH) -> str:
    """Return the text cut to `limit` characters; control and direction characters become spaces."""
    printable = "".join(letter if letter.isprintable() else " " for letter in str(text)[: 2 * limit])
    return shorten(printable, limit, "…")


def render_section(key: str, title: str, body: Markup) -> Markup:
    """Render a section; `key` is the target of its link in the navigation."""
    return _SECTION.format(key=key, title=title, body=body)


def render_lead(text: str) -> Markup:
    """Render the first paragraph of a section."""
    return _LEAD.format(text)


def render_note(text: str) -> Markup:
    """Render a muted remark, such as what is missing."""
    return _NOTE.format(text)


def render_card(title: str, body: Markup) -> Markup:
    """Render a titled part of a section."""
    return _CARD.format(title, body)


def render_grid(parts: Iterable[Markup]) -> Markup:
    """Render parts side by side where there is room."""
    return _GRID.format(Markup("").join(parts))


def render_tiles(figures: Iterable[tuple[str, str]]) -> Markup:
    """Render pairs of a label and a figure."""
    return _TILES.format(Markup("").join(_TILE.format(name, value) for name, value in figures))


def render_table(title: str, rows: Sequence[Mapping[str, Any]]) -> Markup:
    """Render a small table with a column per key of the first row; columns of numbers are right-aligned."""
    if not rows:
        return Markup("")
    names = list(rows[0])
    attributes = {name: _NUMERIC if all(isinstance(row[name], int | float) for row in rows) else Markup("") for name in names}
    head = Markup("").join(_HEADER_CELL.format(name, attributes=attributes[name]) for name in names)
    body = Markup("").join(
        _ROW.format(Markup("").join(_CELL.format(_format_cell(row[name]), attributes=attributes[name]) for name in names))
        for row in rows
    )
    return _TABLE.format(title=title, head=head, rows=body)


def _format_cell(value: Any) -> Any:
    if isinstance(value, Markup):
        return value
    return f"{value:,}" if isinstance(value, int | float) and not isinstance(value, bool) else clip_text(value)


def render_details(summary: str, body: Markup) -> Markup:
    """Render a part that opens on a click on its summary."""
    return _DETAILS.format(summary, body)


def render_sentences(texts: Sequence[str]) -> Markup:
    """Render the first of the sentences as a list."""
    if not texts:
        return Markup("")
    rest = len(texts) - _MAX_SENTENCES
    more = [f"And {rest:,} more; the run printed all of them."] if rest > 0 else []
    items = (_ITEM.format(clip_text(text, _MAX_SENTENCE_LENGTH)) for text in (*texts[:_MAX_SENTENCES], *more))
    return _LIST.format(Markup("").join(items))


def render_bars(title: str, counts: Mapping[str, float], texts: Mapping[str, str] | None = None, maximum: float = 0) -> Markup:
    """Render a horizontal bar per entry.

    Args:
        title: The caption.
        counts: Label -> length of the bar.
        texts: Label -> text at the end of the bar, instead of its count.
        maximum: The value that fills the width, if it is above all counts.

    """
    if not counts:
        return Markup("")
    longest = max(maximum, *counts.values(), 1e-9)
    labels = {label: f"{count:,}" for label, count in counts.items()} | dict(texts or {})
    rows = [
        _BAR.format(label=clip_text(label), share=max(0, round(100 * count / longest, 1)), text=labels[label])
        for label, count in counts.items()
    ]
    return _BARS.format(title, Markup("").join(rows))


def render_columns(title: str, entries: Sequence[ChartColumn]) -> Markup:
    """Render a column chart with the counts above the columns."""
    highest = max((entry.count for entry in entries), default=0)
    if not highest:
        return render_note("Nothing to show.")
    description = f"{title}: {'; '.join(f'{entry.description} {entry.count:,}' for entry in entries if entry.count)}"
    step = _CHART_WIDTH / len(entries)
    columns = Markup("").join(_render_column(entry, i * step, step, entry.count / highest) for i, entry in enumerate(entries))
    base = _CHART_HEIGHT - _CHART_BOTTOM
    return _COLUMN_CHART.format(width=_CHART_WIDTH, height=_CHART_HEIGHT, base=base, description=description, columns=columns)


def _render_column(entry: ChartColumn, left: float, step: float, share: float) -> Markup:
    height = max(share * (_CHART_HEIGHT - _CHART_TOP - _CHART_BOTTOM), 1 if entry.count else 0)
    top = _CHART_HEIGHT - _CHART_BOTTOM - height
    return _COLUMN.format(
        description=f"{entry.description}: {entry.count:,}",
        x=round(left + step * 0.08, 1),
        y=round(top, 1),
        width=round(step * 0.84, 1),
        height=round(height, 1),
        middle=round(left + step / 2, 1),
        above=round(top - 5, 1),
        below=_CHART_HEIGHT - 6,
        count=f"{entry.count:,}" if entry.count else "",
        label=entry.label,
        css_class=entry.css_class,
    )
