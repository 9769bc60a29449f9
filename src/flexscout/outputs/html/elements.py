"""The pieces of a page. What is put into a `Markup` by `format` is escaped, unless it is `Markup` itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl
from markupsafe import Markup

_HERE = Path(__file__).parent


@lru_cache
def read_asset(name: str) -> Markup:
    """A file of this folder, to be filled by `format` where it is a template."""
    return Markup((_HERE / name).read_text(encoding="utf-8"))  # noqa: S704  # nosec B704 # a file of the package


BANDS = ((8, "8 to 10", "s8"), (6, "6 to 8", "s6"), (4, "4 to 6", "s4"), (2, "2 to 4", "s2"), (0, "below 2", "s0"))
"""Least score, words, class; the best first."""


def band_class(score: pl.Expr) -> pl.Expr:
    """The class of a score, 0-10."""
    found = pl.lit("s0")
    for least, _, name in reversed(BANDS):
        found = pl.when(score >= least).then(pl.lit(name)).otherwise(found)
    return found


def band_for_score(score: float) -> str:
    """The class of a single score."""
    return next((name for least, _, name in BANDS if score >= least), "s0")


_SECTION = Markup('<section id="{key}"><h2>{title}</h2>{body}</section>')
_LEAD = Markup('<p class="lead">{}</p>')
_TABLE = Markup(
    '<div class="wide" tabindex="0" role="region" aria-label="{title}"><table class="small"><caption>{title}</caption>'
    "<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
)
_HEAD = Markup('<th scope="col"{kind}>{}</th>')
_ROW = Markup("<tr>{}</tr>")
_CELL = Markup("<td{kind}>{}</td>")
_TILE = Markup("<div><dt>{}</dt><dd>{}</dd></div>")
_CARD = Markup('<div class="card"><h3>{}</h3>{}</div>')
_NUMERIC = Markup(' class="num"')
_ITEM = Markup("<li>{}</li>")
_DETAILS = Markup("<details><summary>{}</summary>{}</details>")
_SENTENCES, _SENTENCE = 20, 600  # sentences; characters of one

MAX_TEXT_LENGTH = 200
"""Characters of a text, at most."""


def shorten(text: Any, limit: int = MAX_TEXT_LENGTH) -> str:
    """The text, cut to `limit` characters; what is unseen or turns the direction of text becomes a space."""
    seen = "".join(letter if letter.isprintable() else " " for letter in str(text)[: 2 * limit])
    return seen if len(seen) <= limit else f"{seen[: limit - 1]}…"


def render_section(key: str, title: str, body: Markup) -> Markup:
    """A section that the page's navigation leads to."""
    return _SECTION.format(key=key, title=title, body=body)


def render_lead(text: str) -> Markup:
    """What a section begins with."""
    return _LEAD.format(text)


def render_card(title: str, body: Markup) -> Markup:
    """A part of a section with a title of its own."""
    return _CARD.format(title, body)


def render_grid(parts: Iterable[Markup]) -> Markup:
    """Parts beside each other where there is room."""
    return Markup('<div class="grid">{}</div>').format(Markup("").join(parts))


def render_tiles(figures: Iterable[tuple[str, str]]) -> Markup:
    """Figures with their names."""
    return Markup('<dl class="tiles">{}</dl>').format(Markup("").join(_TILE.format(name, value) for name, value in figures))


def render_table(title: str, rows: Sequence[Mapping[str, Any]]) -> Markup:
    """A small table, a column per key of the first row; numbers stand on the right."""
    if not rows:
        return Markup("")
    names = list(rows[0])
    numeric = {name for name in names if all(isinstance(row[name], int | float) for row in rows)}
    head = Markup("").join(_HEAD.format(name, kind=_NUMERIC if name in numeric else "") for name in names)
    body = Markup("").join(_row([(row[name], name in numeric) for name in names]) for row in rows)
    return _TABLE.format(title=title, head=head, rows=body)


def _row(cells: Iterable[tuple[Any, bool]]) -> Markup:
    return _ROW.format(Markup("").join(_CELL.format(_shown(value), kind=_NUMERIC if right else "") for value, right in cells))


def _shown(value: Any) -> Any:
    if isinstance(value, Markup):
        return value
    return f"{value:,}" if isinstance(value, int | float) and not isinstance(value, bool) else shorten(value)


def render_details(summary: str, body: Markup) -> Markup:
    """Something to open."""
    return _DETAILS.format(summary, body)


def render_sentences(texts: Sequence[str]) -> Markup:
    """A list of sentences, the first of them."""
    if not texts:
        return Markup("")
    more = [f"And {len(texts) - _SENTENCES:,} more, which the run has printed."] if len(texts) > _SENTENCES else []
    items = (_ITEM.format(shorten(text, _SENTENCE)) for text in (*texts[:_SENTENCES], *more))
    return Markup('<ul class="notes">{}</ul>').format(Markup("").join(items))


_BAR = Markup(
    '<tr><th scope="row">{label}</th>'
    '<td class="bar"><svg aria-hidden="true"><rect width="{share}%" height="100%"/></svg></td><td class="num">{words}</td></tr>'
)
_BARS = Markup('<table class="bars"><caption>{}</caption><tbody>{}</tbody></table>')
_COLUMNS = Markup(
    '<svg class="columns" viewBox="0 0 {width} {height}" role="img" aria-label="{said}">{columns}'
    '<path class="axis" d="M0 {base}h{width}"/></svg>'
)
_COLUMN = Markup(
    '<g><title>{said}</title><rect x="{x}" y="{y}" width="{width}" height="{height}" rx="2" class="{kind}"/>'
    '<text x="{middle}" y="{above}" class="count">{count}</text><text x="{middle}" y="{below}">{label}</text></g>'
)
_WIDTH, _HEIGHT, _TOP, _BOTTOM = 480, 200, 18, 22


@dataclass(frozen=True)
class ChartColumn:
    """A column of a chart: what stands below it, what it says in full, how many, and the class that colors it."""

    label: str
    said: str
    count: int
    kind: str = ""


def render_bars(title: str, counts: Mapping[str, float], words: Mapping[str, str] | None = None, most: float = 0) -> Markup:
    """Bars that lie, one per entry, the longest filling the width, or `most`; `words`: what stands at their end."""
    if not counts:
        return Markup("")
    longest = max(most, *counts.values(), 1e-9)
    said = {label: f"{count:,}" for label, count in counts.items()} | dict(words or {})
    rows = [
        _BAR.format(label=shorten(label, 60), share=max(0, round(100 * count / longest, 1)), words=said[label])
        for label, count in counts.items()
    ]
    return _BARS.format(title, Markup("").join(rows))


def render_columns(title: str, entries: Sequence[ChartColumn]) -> Markup:
    """Columns that stand, with their counts above them."""
    highest = max((entry.count for entry in entries), default=0)
    if not highest:
        return Markup('<p class="none">Nothing to show.</p>')
    said = f"{title}: {'; '.join(f'{entry.said} {entry.count:,}' for entry in entries if entry.count)}"
    step = _WIDTH / len(entries)
    drawn = Markup("").join(_column(entry, i * step, step, entry.count / highest) for i, entry in enumerate(entries))
    return _COLUMNS.format(width=_WIDTH, height=_HEIGHT, base=_HEIGHT - _BOTTOM, said=said, columns=drawn)


def _column(entry: ChartColumn, left: float, step: float, share: float) -> Markup:
    room = _HEIGHT - _TOP - _BOTTOM
    height = max(share * room, 1 if entry.count else 0)
    top = _HEIGHT - _BOTTOM - height
    return _COLUMN.format(
        said=f"{entry.said}: {entry.count:,}",
        x=round(left + step * 0.08, 1),
        y=round(top, 1),
        width=round(step * 0.84, 1),
        height=round(height, 1),
        middle=round(left + step / 2, 1),
        above=round(top - 5, 1),
        below=_HEIGHT - 6,
        count=f"{entry.count:,}" if entry.count else "",
        label=entry.label,
        kind=entry.kind,
    )
