"""Charts as HTML and SVG, from counts; they need no script, and print as they look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from flexscout.page.elements import brief

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
class Column:
    """A column of a chart: what stands below it, what it says in full, how many, and the class that colors it."""

    label: str
    said: str
    count: int
    kind: str = ""


def bars(title: str, counts: Mapping[str, float], words: Mapping[str, str] | None = None, most: float = 0) -> Markup:
    """Bars that lie, one per entry, the longest filling the width, or `most`; `words`: what stands at their end."""
    if not counts:
        return Markup("")
    longest = max(most, *counts.values(), 1e-9)
    said = {label: f"{count:,}" for label, count in counts.items()} | dict(words or {})
    rows = [
        _BAR.format(label=brief(label, 60), share=max(0, round(100 * count / longest, 1)), words=said[label])
        for label, count in counts.items()
    ]
    return _BARS.format(title, Markup("").join(rows))


def columns(title: str, entries: Sequence[Column]) -> Markup:
    """Columns that stand, with their counts above them."""
    highest = max((entry.count for entry in entries), default=0)
    if not highest:
        return Markup('<p class="none">Nothing to show.</p>')
    said = f"{title}: {'; '.join(f'{entry.said} {entry.count:,}' for entry in entries if entry.count)}"
    step = _WIDTH / len(entries)
    drawn = Markup("").join(_column(entry, i * step, step, entry.count / highest) for i, entry in enumerate(entries))
    return _COLUMNS.format(width=_WIDTH, height=_HEIGHT, base=_HEIGHT - _BOTTOM, said=said, columns=drawn)


def _column(entry: Column, left: float, step: float, share: float) -> Markup:
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
