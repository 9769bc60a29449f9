"""How a delimited text is built: its records and their widths, if its quotes are what the format says."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_QUOTE, _LINE_FEED, _RETURN = b'"\n\r'

Positions = NDArray[np.intp]


@dataclass(frozen=True)
class Build:
    """What a well-formed text holds: the number of records, the cells of the widest, and the lines of the tallest."""

    records: int
    width: int
    lines: int


def build_of(text: bytes, delimiter: int) -> Build | None:
    """The build of a text that ends in a line feed; None if a quote stands where the format has none.

    A well-formed quote opens a cell at its beginning, closes it at its end, or is doubled.
    """
    data = np.frombuffer(text, dtype=np.uint8)
    quotes = np.flatnonzero(data == _QUOTE)
    if len(quotes) and not _well_formed(data, quotes, delimiter):
        return None
    feeds = np.flatnonzero(data == _LINE_FEED)
    ends = _outside(feeds, quotes)
    delimiters = _outside(np.flatnonzero(data == delimiter), quotes)
    return Build(len(ends), _most_between(delimiters, ends) + 1, _most_between(feeds, ends))


def _well_formed(data: NDArray[np.uint8], quotes: Positions, delimiter: int) -> bool:
    if len(quotes) % 2:
        return False
    border = np.zeros(256, dtype=bool)
    border[[_QUOTE, _LINE_FEED, _RETURN, delimiter]] = True
    opening, closing = quotes[0::2], quotes[1::2]
    before = np.where(opening > 0, data[opening - 1], _LINE_FEED)
    # A quote at an even place that follows a quote is the second half of a doubled one.
    return bool(border[before].all() and border[data[closing + 1]].all())


def _outside(positions: Positions, quotes: Positions) -> Positions:
    """The positions that no quotes enclose."""
    return positions[np.searchsorted(quotes, positions) % 2 == 0] if len(quotes) else positions


def _most_between(positions: Positions, ends: Positions) -> int:
    """The most positions in one record; `ends` are the records' last positions."""
    counts = np.diff(np.searchsorted(positions, ends, side="right"), prepend=0)
    return int(counts.max(initial=0))
