"""The pieces of a page. What is put into a `Markup` by `format` is escaped, unless it is `Markup` itself."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

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

SHOWN = 200
"""Characters of a text, at most."""


def brief(text: Any, limit: int = SHOWN) -> str:
    """The text, cut to `limit` characters; what is unseen or turns the direction of text becomes a space."""
    seen = "".join(letter if letter.isprintable() else " " for letter in str(text)[: 2 * limit])
    return seen if len(seen) <= limit else f"{seen[: limit - 1]}…"


def section(key: str, title: str, body: Markup) -> Markup:
    """A section that the page's navigation leads to."""
    return _SECTION.format(key=key, title=title, body=body)


def lead(text: str) -> Markup:
    """What a section begins with."""
    return _LEAD.format(text)


def card(title: str, body: Markup) -> Markup:
    """A part of a section with a title of its own."""
    return _CARD.format(title, body)


def grid(parts: Iterable[Markup]) -> Markup:
    """Parts beside each other where there is room."""
    return Markup('<div class="grid">{}</div>').format(Markup("").join(parts))


def tiles(figures: Iterable[tuple[str, str]]) -> Markup:
    """Figures with their names."""
    return Markup('<dl class="tiles">{}</dl>').format(Markup("").join(_TILE.format(name, value) for name, value in figures))


def table(title: str, rows: Sequence[Mapping[str, Any]]) -> Markup:
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
    return f"{value:,}" if isinstance(value, int | float) and not isinstance(value, bool) else brief(value)


def details(summary: str, body: Markup) -> Markup:
    """Something to open."""
    return _DETAILS.format(summary, body)


def sentences(texts: Sequence[str]) -> Markup:
    """A list of sentences, the first of them."""
    if not texts:
        return Markup("")
    more = [f"And {len(texts) - _SENTENCES:,} more, which the run has printed."] if len(texts) > _SENTENCES else []
    items = (_ITEM.format(brief(text, _SENTENCE)) for text in (*texts[:_SENTENCES], *more))
    return Markup('<ul class="notes">{}</ul>').format(Markup("").join(items))
