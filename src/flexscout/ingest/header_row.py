"""Header row: found below titles, counts and filters, and joined where column names are on two rows."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import polars as pl

from flexscout.domain import find_word_meaning, map_ambiguous_headers, map_header_aliases, normalize_header

if TYPE_CHECKING:
    from flexscout.ingest.readers import Cells

SEARCHED_ROWS = 25
_MAX_HEADER_CHARACTERS = 100  # longer cells are prose
_CERTAIN_NAMES = 6  # a row with so many names of the vocabulary is the header
_MIN_HEADER_CELLS = 2  # of each row of a two-row header; a row with one cell is a title or a note

_MAX_TRANSPOSED = 200  # rows and columns of a sheet that may have a property per column
_CERTAIN_LABELS, _HEADER_NAMES = 5, 3  # names below each other; names in a row, which are a header
_LEAST_NAMED = 0.4  # of the labels
_NUMBERED = ("Building SqFt", "Lot Size Acres", "Lot Size SqFt", "Year Built", "Asking Price", "Sold Price", "Zip Code")
_PLACES = {"Address": r"^\W*\d.*[A-Za-z]", "APN": r"\d.{4}"}

Row = Sequence[str | None]


def find_header(cells: "Cells", mapped_names: Collection[str] = ()) -> int:
    """Return the position of the header row: among the first 25 rows, the first one with the most known column names.

    Args:
        cells: Cells of the sheet.
        mapped_names: Normalized names that a mapping file maps, known in addition to the vocabulary.

    Returns:
        Position from 0; of a header on two rows, the lower one. If no name is known, the first row that is not empty.

    """
    rows = cells.head(SEARCHED_ROWS).rows()
    known = _KnownNames(mapped_names)
    scores = known.count_best(rows)
    if max(scores, default=0) < _CERTAIN_NAMES:
        scores = [known.count_words(row) for row in rows]
    if not max(scores, default=0):
        return next((i for i, row in enumerate(rows) if any(row)), 0)
    best = scores.index(max(scores))
    pairs = {i: known.join(rows[i - 1], rows[i]) for i in (best, best + 1) if 0 < i < len(rows)}
    return max((i for i, row in pairs.items() if row), key=lambda i: known.rank(pairs[i] or ()), default=best)


def header_texts(cells: "Cells", position: int, mapped_names: Collection[str] = ()) -> tuple[Row, bool]:
    """Return the name in each column of a header, and whether two rows were joined.

    Two rows are joined if more of the joined names are known than of either row: `Building` over `SqFt`.

    Args:
        cells: Cells of the sheet.
        position: Position of the header row; of a header on two rows, the lower one.
        mapped_names: As in `find_header`.

    """
    rows = cells.slice(max(position - 1, 0)).head(2 if position else 1).rows()
    known = _KnownNames(mapped_names)
    joined = known.join(*rows) if len(rows) > 1 else None
    return (joined, True) if joined else (rows[-1] if rows else (), False)


def knows_header(cells: "Cells", position: int) -> bool:
    """Return whether the row at `position` has any known column name."""
    texts, _ = header_texts(cells, position)
    return _KnownNames(()).count_words(texts) > 0


def count_most_known_names(rows: Sequence[Row]) -> int:
    """Return how many different columns the cells of a row name, of the row that names the most."""
    return max(_KnownNames(()).count_best(rows), default=0)


def is_transposed(cells: pl.DataFrame) -> bool:
    """Return whether a sheet has a property per column, and the names of columns below each other: only where that is certain."""
    if not (1 < cells.width <= _MAX_TRANSPOSED and cells.height <= _MAX_TRANSPOSED):
        return False
    known, rows = _KnownNames(()), cells.rows()
    if any(known.count(row) >= _HEADER_NAMES for row in rows):  # most sheets have such a header, and reading words takes longer
        return False
    labels = next((values for values in cells if values.null_count() < values.len()), pl.Series([], dtype=pl.String))
    names = labels.to_list()
    if known.count_words(names) < _CERTAIN_LABELS or max(map(known.count_words, rows)) >= _HEADER_NAMES:
        return False
    columns = [known.name_column(text) if text else "" for text in names]
    values = cells.drop(labels.name)
    by_name = {name: values.row(i) for i, name in enumerate(columns) if name}
    is_named = len(by_name) >= _LEAST_NAMED * (labels.len() - labels.null_count())
    sizes = [by_name[name] for name in _NUMBERED if name in by_name]
    places = [_mostly_match(by_name[name], pattern) for name, pattern in _PLACES.items() if name in by_name]
    return is_named and any(places[:1]) and len(sizes) > 1 and all(_mostly_match(row, r"\d") for row in sizes)


def _mostly_match(row: Row, pattern: str) -> bool:
    """Return whether most values of a row, and at least one, match: a list of columns describes them instead."""
    values = pl.Series(row, dtype=pl.String).drop_nulls()
    return values.len() > 0 and int(values.str.contains(pattern).sum()) * 2 > values.len()


class _KnownNames:
    """Known column names: those of the vocabulary, and those that a mapping file maps."""

    def __init__(self, mapped_names: Collection[str]) -> None:
        self._aliases, self._other = map_header_aliases(), map_ambiguous_headers().keys() | set(mapped_names)
        # Most data cells start with a digit, and no name in the vocabulary does; normalizing them all would take the most time.
        self._may_start_with_digit = any(name[:1].isdigit() for name in mapped_names)

    def identify(self, text: str | None) -> str | None:
        """Return the column that a text names, or the normalized text if its column is not certain, or None if it is unknown."""
        folded = normalize_header(text) if text and len(text) <= _MAX_HEADER_CHARACTERS else ""
        return self._aliases[folded].column if folded in self._aliases else folded if folded in self._other else None

    def name_column(self, text: str) -> str:
        """Return the canonical column that a text names, also by its words; empty if it is unknown or its unit is open."""
        folded = normalize_header(text) if len(text) <= _MAX_HEADER_CHARACTERS else ""
        meaning = None if folded in self._aliases else find_word_meaning(text)
        return self._aliases[folded].column if folded in self._aliases else meaning.column if meaning else ""

    def count(self, row: Row) -> int:
        """Return how many different columns the cells of a row name."""
        return self._count_texts(self._list_possible(row))

    def count_best(self, rows: Sequence[Row]) -> list[int]:
        """Return what `count` does for each row, or 0 for a row that can't name more columns than one before it."""
        counts, best = [], 0
        for row in rows:
            texts = self._list_possible(row)
            counts.append(self._count_texts(texts) if len(texts) > best else 0)
            best = max(best, counts[-1])
        return counts

    def _list_possible(self, row: Row) -> set[str]:
        """Return the texts of a row that may be names."""
        digits = self._may_start_with_digit
        return {text for text in row if text and len(text) <= _MAX_HEADER_CHARACTERS and (digits or not text[0].isdigit())}

    def _count_texts(self, texts: Collection[str]) -> int:
        folded = {normalize_header(text) for text in texts}
        named = folded & self._aliases.keys()
        return len({self._aliases[name].column for name in named}) + len((folded & self._other) - named)

    def count_words(self, row: Row) -> int:
        """Return how many different columns the cells of a row name, also by their words. A single word may be a value."""
        texts = [text for text in row if text and len(text) <= _MAX_HEADER_CHARACTERS and not text[0].isdigit()]
        meanings = {(meaning.column, meaning.part) for text in texts if (meaning := find_word_meaning(text))}
        return max(self.count(row), len(meanings) if len(meanings) >= _MIN_HEADER_CELLS else 0)

    def rank(self, row: Row) -> tuple[int, int]:
        """Rank a header, greater is better: by the columns that it names, then by how few of them are named twice."""
        named = [name for name in map(self.identify, row) if name]
        return len(set(named)), len(set(named)) - len(named)

    def join(self, upper: Row, lower: Row) -> Row | None:
        """Join the names of a header on two rows; return None unless they rank higher than those of either row.

        A cell of the upper row extends over the blank cells to its right.
        """
        if min(sum(1 for text in row if text) for row in (upper, lower)) < _MIN_HEADER_CELLS:
            return None
        both = [f"{group} {text}" if group and text else text for group, text in zip(extend_groups(upper), lower, strict=True)]
        claimed = {self.identify(text) for text in both}
        names = tuple(self._choose_name(*texts, claimed) for texts in zip(both, lower, upper, strict=True))
        return names if self.rank(names) > max(self.rank(upper), self.rank(lower)) else None

    def _choose_name(self, both: str | None, below: str | None, above: str | None, claimed: Collection[str | None]) -> str | None:
        """Choose the joined name if it is known, else the lower one if no other column has its meaning."""
        if not below:
            return above
        if self.identify(both) or self._is_vague(below) or self.identify(below) in claimed:
            return both
        return below if self.identify(below) else both

    def _is_vague(self, text: str) -> bool:
        """Return whether a name means nothing without its group: `SqFt` below `Parking` is not a building size."""
        alias = self._aliases.get(normalize_header(text))
        return alias is not None and alias.generic


def extend_groups(upper: Row) -> list[str | None]:
    """Repeat the text of merged cells, which is in their first column only."""
    groups: list[str | None] = []
    for text in upper:
        groups.append(text or (groups[-1] if groups else None))
    return groups
