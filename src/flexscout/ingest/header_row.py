"""Where the header stands, and what it says: exports put titles, counts and filters above it, and names on two rows."""

from collections.abc import Collection, Sequence

from flexscout.domain import ambiguous_headers, header_aliases, normalize_header
from flexscout.ingest.readers import Cells

SEARCHED_ROWS = 25
_LONGEST_HEADER = 100  # characters; longer cells are prose
_FEWEST_SUBHEADERS = 2  # cells; a row with one is a title or a note

Row = Sequence[str | None]


def find_header(cells: Cells, also: Collection[str] = ()) -> int:
    """Position of the header row: the first of the rows, among the first 25, with the most known column names.

    `also`: folded names that a person made known. Of a header on two rows it is the lower. Without any known name it is the
    first row that is not empty.
    """
    rows = cells.head(SEARCHED_ROWS).rows()
    known = _Known(also)
    scores = [known.count(row) for row in rows]
    if not max(scores, default=0):
        return next((i for i, row in enumerate(rows) if any(row)), 0)
    best = scores.index(max(scores))
    pairs = {i: known.joined(rows[i - 1], rows[i]) for i in (best, best + 1) if 0 < i < len(rows)}
    return max((i for i, row in pairs.items() if row), key=lambda i: known.standing(pairs[i] or ()), default=best)


def header_texts(cells: Cells, position: int, also: Collection[str] = ()) -> tuple[Row, bool]:
    """What the header whose last row is at `position` says in each column; and whether two rows were joined.

    They are where the joined names are known better than those of either row alone: `Building` over `SqFt`.
    """
    rows = cells.slice(max(position - 1, 0)).head(2 if position else 1).rows()
    known = _Known(also)
    joined = known.joined(*rows) if len(rows) > 1 else None
    return (joined, True) if joined else (rows[-1] if rows else (), False)


def knows_header(cells: Cells, position: int) -> bool:
    """Whether the row at `position` has the name of any column."""
    texts, _ = header_texts(cells, position)
    return _Known(()).count(texts) > 0


def count_known_names(row: Row) -> int:
    """How many different columns the cells of a row name."""
    return _Known(()).count(row)


class _Known:
    """The names of columns that are known: those of the vocabulary, and others that a person gave."""

    def __init__(self, also: Collection[str]) -> None:
        self._aliases, self._open = header_aliases(), ambiguous_headers().keys() | set(also)
        # Most cells of data begin with a digit, no name in the vocabulary does; folding them all takes longer than the rest.
        self._may_begin_with_digit = any(name[:1].isdigit() for name in also)

    def meaning(self, text: str | None) -> str | None:
        """The column that a text names, or a word of its own where that is open; None if it names none."""
        folded = normalize_header(text) if text and len(text) <= _LONGEST_HEADER else ""
        return self._aliases[folded].column if folded in self._aliases else folded if folded in self._open else None

    def count(self, row: Row) -> int:
        """How many different columns the cells of a row name."""
        digits = self._may_begin_with_digit
        folded = {
            normalize_header(text) for text in row if text and len(text) <= _LONGEST_HEADER and (digits or not text[0].isdigit())
        }
        named = folded & self._aliases.keys()
        return len({self._aliases[name].column for name in named}) + len((folded & self._open) - named)

    def standing(self, row: Row) -> tuple[int, int]:
        """Greater is better: how many columns are named, how few of them twice."""
        named = [name for name in map(self.meaning, row) if name]
        return len(set(named)), len(set(named)) - len(named)

    def joined(self, upper: Row, lower: Row) -> Row | None:
        """The names of a header on two rows; None unless they are known better than those of either row alone.

        The upper row's cells reach over the blank ones to their right.
        """
        if min(_filled(upper), _filled(lower)) < _FEWEST_SUBHEADERS:
            return None
        both = [f"{group} {text}" if group and text else text for group, text in zip(_reaching(upper), lower, strict=True)]
        claimed = {self.meaning(text) for text in both}
        names = tuple(self._name(*texts, claimed) for texts in zip(both, lower, upper, strict=True))
        return names if self.standing(names) > max(self.standing(upper), self.standing(lower)) else None

    def _name(self, both: str | None, below: str | None, above: str | None, claimed: Collection[str | None]) -> str | None:
        """Both together if known, else the lower one if it says what no other column does, else the upper one over a blank."""
        if not below:
            return above
        if self.meaning(both) or self._is_vague(below) or self.meaning(below) in claimed:
            return both
        return below if self.meaning(below) else both

    def _is_vague(self, text: str) -> bool:
        """Whether it needs its group to say anything: `SqFt` below `Parking` is no building."""
        alias = self._aliases.get(normalize_header(text))
        return alias is not None and alias.generic


def _filled(row: Row) -> int:
    return sum(1 for text in row if text)


def _reaching(upper: Row) -> list[str | None]:
    """A merged cell keeps its text in its first column alone."""
    groups: list[str | None] = []
    for text in upper:
        groups.append(text or (groups[-1] if groups else None))
    return groups
