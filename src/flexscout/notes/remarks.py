"""What a person should know of the notes that were read back, in sentences."""

from collections.abc import Collection, Sequence

from flexscout.model import WORKBOOK_LINKS
from flexscout.notes.read import KEPT_SHEET, ROW, SHEET, Notes

_SHOWN = 3


def remarks(notes: Notes, written: Collection[str] = ()) -> tuple[str, ...]:
    """Notes without a property, notes that were joined, and columns that a person added and that are not carried along.

    `written`: the columns that the last run wrote to the list; without them nothing is said of columns.
    """
    places = [f'row {row} of "{sheet}"' for sheet, row in notes.unplaced.select(SHEET, ROW).iter_rows()]
    known = {*written, *notes.columns, *WORKBOOK_LINKS}
    added = [name for name in notes.headers if name not in known] if written else []
    found = (
        (
            places,
            f"Notes without a Property ID ({_some(places)}) stay on the sheet {KEPT_SHEET} until they are given one.",
        ),
        (notes.joined, f"Different notes of one property stand below each other now: {_some(notes.joined)}."),
        (
            added,
            f"Columns added by hand are not carried along: {_some(added)}. Name them in output.user_columns to keep them.",
        ),
    )
    return tuple(sentence for some, sentence in found if some)


def _some(names: Sequence[str]) -> str:
    """The first of the names, and how many more there are."""
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
