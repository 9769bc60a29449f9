"""Where the header stands: exports put titles, counts and filters above it."""

from collections.abc import Sequence

import polars as pl

from flexscout.vocabulary import aliases, ambiguous_headers, fold

SEARCHED_ROWS = 25
_LONGEST_HEADER = 100  # characters; longer cells are prose


def find_header(cells: pl.DataFrame) -> int:
    """Position of the header row: the first of the rows, among the first 25, with the most known column names.

    Without any known name it is the first row that is not empty.
    """
    rows = cells.head(SEARCHED_ROWS).rows()
    scores = [count_known_names(row) for row in rows]
    if max(scores, default=0):
        return scores.index(max(scores))
    return next((i for i, row in enumerate(rows) if any(row)), 0)


def count_known_names(row: Sequence[str | None]) -> int:
    """How many different columns the cells of a row name."""
    known, unclear = aliases(), ambiguous_headers()
    folded = {fold(cell) for cell in row if cell and len(cell) <= _LONGEST_HEADER}
    names = {known[header].column for header in folded & known.keys()}
    return len(names) + len(folded & unclear.keys())
