"""Find what the user changed in a workbook since flexscout wrote it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from flexscout.domain import join_some
from flexscout.history.corrections import (
    CORRECTIONS_SHEET,
    VERIFY_SHEET,
    ChangedCells,
    combine_changed_cells,
    convert_by_column,
    drop_restored,
    find_changed_cells,
    find_changed_corrections,
    find_filled_cells,
    read_corrections_sheet,
)
from flexscout.history.edits import BASE, add_entries, find_changed_notes, merge_corrections, merge_notes
from flexscout.history.notes import (
    CELL_SCHEMA,
    KEPT_SHEET,
    MAX_USER_COLUMNS,
    ROW,
    SHEET,
    TOP_SHEET,
    clean_text,
    describe_unplaced,
    find_added_columns,
    is_list_sheet,
    list_cells,
)
from flexscout.history.notes_store import COLUMN, ID, KIND, OWNER, TEXT, EntryKind, entry_owner
from flexscout.history.saved_results import MASTER_SHEET, MORE_SHEET, SCORE_COLUMN, ResultSheet, read_result_sheets
from flexscout.merging import SOURCE_VALUE

_OTHERS = (CORRECTIONS_SHEET, VERIFY_SHEET)  # sheets without notes
_NOTE_COLUMN = "My Notes"  # where texts go that can't be read as corrections
_MAX_CELL = 32_767  # characters
_MAX_NAMES = 3  # of a list in a message
_KEY = [OWNER, COLUMN]
_FORCED = "\x00"  # as BASE: occurs in no cell, so the text is added to the note


@dataclass(frozen=True)
class WrittenWorkbook:
    """A workbook, and what it was written with.

    Attributes:
        path: The workbook.
        master: The list in it, or None if it isn't kept.
        entries: The current entries of the notes store at that time, or None if it isn't known.

    """

    path: Path
    master: pl.DataFrame | None
    entries: pl.DataFrame | None


@dataclass(frozen=True)
class WorkbookEdits:
    """The user's changes in a workbook.

    Attributes:
        entries: New entries of the notes store, as in ENTRY_SCHEMA but for the time.
        messages: Sentences for the user.

    """

    entries: pl.DataFrame
    messages: tuple[str, ...]


def read_edits(written: WrittenWorkbook, columns: Sequence[str], current: pl.DataFrame) -> WorkbookEdits:
    """Return what the user changed in the workbook, merged with what the notes store has.

    Args:
        written: The workbook and what it was written with.
        columns: The user's columns that are known.
        current: The current entries of the store.

    Raises:
        ProcessingError: The workbook can't be read; it must not be overwritten then.

    """
    known = [ID, SCORE_COLUMN, *columns]
    sheets = read_result_sheets(written.path, [MASTER_SHEET, KEPT_SHEET], known, [TOP_SHEET, MORE_SHEET, *_OTHERS])
    noted, messages = _read_notes(written, sheets, columns, current)
    merged = merge_notes(noted, current)
    messages += _describe_conflicts("notes", "one per line", merged.conflicts)
    changed = _read_corrections(written, sheets, current)
    corrected = merge_corrections(changed.cells.with_columns(entry_owner()), current)
    messages += [*changed.messages, *_describe_conflicts("corrections", "and the last one counts", corrected.conflicts)]
    entries = pl.concat([merged.entries, corrected.entries])
    texts = _note_unreadable(changed.unreadable, columns)
    extra = merge_notes(texts, add_entries(current, entries))
    return WorkbookEdits(pl.concat([entries, extra.entries]), (*messages, *_count_corrections(corrected.entries)))


def _read_notes(
    written: WrittenWorkbook, sheets: Sequence[ResultSheet], columns: Sequence[str], current: pl.DataFrame
) -> tuple[pl.DataFrame, list[str]]:
    """Return the changed cells of the user's columns, with OWNER and BASE, and messages."""
    places, messages = _locate_columns(written, sheets, columns)
    empty = pl.DataFrame(schema=CELL_SCHEMA)
    listed, kept = (
        pl.concat([empty, *(list_cells(sheet, positions) for sheet, positions in places if is_list_sheet(sheet) == is_list)])
        for is_list in (True, False)
    )
    base, kept_base = _list_written_notes(written.master, listed[COLUMN].unique()), _list_kept_notes(written.entries)
    changed = [find_changed_notes(listed, base, current), find_changed_notes(kept, kept_base, current)]
    if written.entries is not None and any(sheet.name.startswith(KEPT_SHEET) for sheet in sheets):
        changed.append(_find_removed_unplaced(kept, written.entries))
    return pl.concat(changed), [*messages, *describe_unplaced(pl.concat([listed, kept]))]


def _locate_columns(
    written: WrittenWorkbook, sheets: Sequence[ResultSheet], columns: Sequence[str]
) -> tuple[list[tuple[ResultSheet, dict[str, list[str]]]], list[str]]:
    """Return each sheet of notes with the positions of the user's columns, and messages about added columns."""
    places: list[tuple[ResultSheet, dict[str, list[str]]]] = []
    renamed: dict[str, str] = {}
    names = list(columns)
    ignored: dict[str, None] = {}
    for sheet in sheets:
        if sheet.name.startswith(_OTHERS):
            continue
        positions = {name: at for name in columns if (at := sheet.find_positions(name))}
        if written.master is not None:  # otherwise, added columns can't be told from those of the exports
            own = written.master.columns if is_list_sheet(sheet) else ()
            added = find_added_columns(sheet, own, columns)
            new = [name for name in added.positions if name not in names]
            room = max(MAX_USER_COLUMNS - len(names), 0)
            names += new[:room]
            ignored |= dict.fromkeys(new[room:])
            renamed |= added.renamed
            positions |= {name: at for name, at in added.positions.items() if name in names}
        places.append((sheet, positions))
    messages = [
        f'Your column "{old}" has the name of one of flexscout\'s. It is kept as "{new}".' for old, new in renamed.items()
    ]
    if ignored:
        limit = f"At most {MAX_USER_COLUMNS} columns of yours are kept"
        messages.append(f"{limit}. Left out: {join_some(list(ignored), _MAX_NAMES)}. The previous workbook is saved as .bak.")
    return places, messages


def _list_written_notes(master: pl.DataFrame | None, columns: Iterable[str]) -> pl.DataFrame:
    """Return OWNER, COLUMN and BASE of the texts in the user's columns on the list."""
    texts = [name for name in columns if master is not None and master.schema.get(name) == pl.String]
    if master is None or not texts or ID not in master.columns:
        return pl.DataFrame(schema=dict.fromkeys((*_KEY, BASE), pl.String))
    written = (clean_text(pl.col(name).str.slice(0, _MAX_CELL)).alias(name) for name in texts)
    notes = master.select(pl.col(ID).alias(OWNER), *written)
    return notes.unpivot(index=OWNER, on=texts, variable_name=COLUMN, value_name=BASE).drop_nulls(BASE)


def _list_kept_notes(entries: pl.DataFrame | None) -> pl.DataFrame:
    """Return the same of notes in the store when the workbook was written."""
    if entries is None:
        return pl.DataFrame(schema=dict.fromkeys((*_KEY, BASE), pl.String))
    return entries.filter(pl.col(KIND) == EntryKind.NOTE).select(
        *_KEY, clean_text(pl.col(TEXT).str.slice(0, _MAX_CELL)).alias(BASE)
    )


def _find_removed_unplaced(kept: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Return notes without an ID whose row the user removed or gave an ID, as changes to no text."""
    notes = entries.filter((pl.col(KIND) == EntryKind.NOTE) & pl.col(ID).is_null() & pl.col(TEXT).is_not_null())
    removed = notes.join(kept.with_columns(entry_owner()), on=_KEY, how="anti")
    cells = removed.with_columns(
        pl.lit(KEPT_SHEET).alias(SHEET),
        pl.lit(0, pl.Int64).alias(ROW),
        pl.col(TEXT).alias(BASE),
        pl.lit(None, pl.String).alias(TEXT),
    )
    return cells.select(*CELL_SCHEMA, OWNER, BASE)


def _read_corrections(written: WrittenWorkbook, sheets: Sequence[ResultSheet], current: pl.DataFrame) -> ChangedCells:
    """Return the changed data cells."""
    lists = [sheet for sheet in sheets if is_list_sheet(sheet)] if written.master is not None else []
    found = [find_changed_cells(sheet, written.master) for sheet in lists if written.master is not None]
    found += [find_filled_cells(sheet) for sheet in sheets if sheet.name.startswith(VERIFY_SHEET)]
    listed = [read_corrections_sheet(sheet) for sheet in sheets if sheet.name.startswith(CORRECTIONS_SHEET)]
    if not listed:
        return combine_changed_cells(found)
    rows = convert_by_column(pl.concat(listed), SOURCE_VALUE)
    own = find_changed_corrections(
        rows, current if written.entries is None else written.entries, find_removed=written.entries is not None
    )
    changed = combine_changed_cells([*found, own])
    return replace(changed, cells=drop_restored(changed.cells, rows))


def _note_unreadable(cells: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Return the texts as changes of a note, such as `Asking Price: call broker`."""
    column = _NOTE_COLUMN if _NOTE_COLUMN in columns or not columns else columns[-1]
    text = pl.format("{}: {}", COLUMN, TEXT)
    return cells.with_columns(text.alias(TEXT), pl.lit(column).alias(COLUMN), entry_owner(), pl.lit(_FORCED).alias(BASE))


def _describe_conflicts(what: str, how: str, conflicts: Sequence[str]) -> list[str]:
    if not conflicts:
        return []
    return [f"Different {what} on the same property are all kept, {how}: {join_some(list(conflicts), _MAX_NAMES)}."]


def _count_corrections(entries: pl.DataFrame) -> list[str]:
    added = entries.filter(pl.col(TEXT).is_not_null()).select(ID, COLUMN).n_unique()
    removed = entries.filter(pl.col(TEXT).is_null()).height
    messages = []
    if added:
        messages.append(f"New corrections of yours in the workbook: {added:,}. They replace the sources' values.")
    if removed:
        messages.append(f"Corrections that you removed: {removed:,}. The sources' values are back.")
    return messages
