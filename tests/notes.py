"""Read and keep notes without a run: a notes store in memory, and the workbook that a run would write."""

import polars as pl

from flexscout.history.edits import add_entries
from flexscout.history.notes import arrange_notes
from flexscout.history.notes_store import ENTRY_SCHEMA, LINE, select_current
from flexscout.history.workbook_edits import WrittenWorkbook, read_edits

NO_ENTRIES = select_current(pl.DataFrame(schema={**ENTRY_SCHEMA, LINE: pl.Int64}))


def read_workbook_edits(path, columns, written=None, current=NO_ENTRIES, known=None):
    """Return the user's changes in a workbook; `written`: its list; `known`: the store's entries when it was written."""
    return read_edits(WrittenWorkbook(path, written, known), columns, current)


def read_notes(path, columns, written=None):
    """Return the notes in a workbook, for a store without entries."""
    return arrange_notes(add_entries(NO_ENTRIES, read_workbook_edits(path, columns, written).entries), columns)


def empty_notes(columns):
    """Return the notes of a user who has noted nothing."""
    return arrange_notes(NO_ENTRIES, columns)
