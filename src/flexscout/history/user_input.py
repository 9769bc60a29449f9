"""What the user noted and corrected: read from the workbook, saved in the notes store, and resolved to current properties."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from filecmp import cmp
from functools import partial
from pathlib import Path

import polars as pl

from flexscout.config import PipelineConfiguration
from flexscout.domain import escape_names, format_count, join_some
from flexscout.errors import ProcessingError
from flexscout.history.corrections import convert_by_column
from flexscout.history.edits import add_entries, move_entries
from flexscout.history.notes import MAX_USER_COLUMNS, fold_name, name_user_column
from flexscout.history.notes_store import (
    COLUMN,
    ENTRY_SCHEMA,
    ID,
    KIND,
    TEXT,
    TIME,
    EntryKind,
    NotesStore,
    StoredEntries,
    select_current,
)
from flexscout.history.property_identity import find_successors
from flexscout.history.run_history import RunHistory
from flexscout.history.run_record import RunRecord
from flexscout.history.saved_results import read_list_id
from flexscout.history.workbook_edits import WrittenWorkbook, read_edits
from flexscout.merging import CORRECTION_SCHEMA, SINCE, VALUE
from flexscout.runtime import compute_checksum

_MAX_COPIES = 100  # of unreadable workbooks
_MAX_NAMES = 3  # of a list in a message
_DAY = len("2026-01-31")


@dataclass(frozen=True)
class UserInput:
    """The user's notes and corrections.

    Attributes:
        store: Where they are kept.
        current: The current entries of the store, see `select_current`.
        columns: The user's columns, in order.
        corrections: CORRECTION_SCHEMA, in the order of the store; the values can be cast to the types of their columns.
        messages: Sentences for the user.
        moved: Entries to save after the run: those of properties whose ID changed.
        load_last: Returns the list of the last run, or None if it isn't kept.

    """

    store: NotesStore
    current: pl.DataFrame
    columns: tuple[str, ...]
    corrections: pl.DataFrame
    messages: tuple[str, ...] = ()
    moved: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=ENTRY_SCHEMA))
    load_last: Callable[[], pl.DataFrame | None] = lambda: None

    @property
    def fingerprint(self) -> str:
        """What results depend on: the corrections. Notes change no result."""
        rows = self.corrections.select(ID, COLUMN, VALUE).sort(ID, COLUMN)
        return repr(rows.rows()) if rows.height else ""

    def follow(self, master: pl.DataFrame) -> "UserInput":
        """Return the notes and corrections with the IDs that their properties have in a table."""
        known = self.current.filter(pl.col(ID).is_not_null() & pl.col(TEXT).is_not_null()).select(ID).unique()
        if ID not in master.columns or known.join(master, on=ID, how="anti").is_empty() or (last := self.load_last()) is None:
            return self
        moved = move_entries(self.current, find_successors(last, master))
        current = add_entries(self.current, moved)
        return replace(self, current=current, corrections=_list_corrections(current)[0], moved=moved)

    def save_moved(self) -> None:
        """Save the new IDs of properties in the store. Raises OutputError."""
        self.store.append(self.moved)

    def resolve_corrections(self, master: pl.DataFrame) -> pl.DataFrame:
        """Return the corrections with the IDs that their properties have in a table, as in CORRECTION_SCHEMA."""
        if self.corrections.is_empty():
            return self.corrections
        return self.follow(master.select(name for name in master.columns if not name.startswith("__"))).corrections


def read_user_input(history: RunHistory, config: PipelineConfiguration) -> UserInput:
    """Read the notes store, and save in it what the user changed in the workbook.

    Raises:
        OutputError: The store can't be read or written.
        OSError: The workbook can't be read back and can't be backed up either.

    """
    with NotesStore(config.notes_file) as store:  # a tab may save a note meanwhile
        stored = _name_columns(store.read(), config.user_columns)
        current = select_current(stored.entries)
        last = history.find_last()
        messages = list(stored.messages)
        if history.workbook.exists() and not _is_known(history.workbook, store, last):
            try:
                written = _find_written(history, config, stored.entries)
                edits = read_edits(written, _choose_columns(config.user_columns, current), current)
            except ProcessingError as error:
                copy = back_up(history.workbook)
                messages.append(f"Can't read your notes from the previous workbook: {error.message} It is saved as {copy}.")
            else:
                entries = edits.entries.with_columns(pl.lit(history.started).alias(TIME))
                store.append(entries)
                current = add_entries(current, entries)
                messages += edits.messages
    corrections, unreadable = _list_corrections(current)
    columns = _choose_columns(config.user_columns, current)
    messages += _describe_unreadable(unreadable, store.path.name)
    return UserInput(store, current, columns, corrections, tuple(messages), load_last=partial(load_master, history, last))


def read_current_entries(config: PipelineConfiguration) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Return the current entries of the notes store, see `select_current`, and the user's columns. Raises OutputError."""
    stored = _name_columns(NotesStore(config.notes_file).read(), config.user_columns)
    current = select_current(stored.entries)
    return current, _choose_columns(config.user_columns, current)


def read_corrections(config: PipelineConfiguration) -> pl.DataFrame:
    """Return the corrections in the notes store (CORRECTION_SCHEMA). Raises OutputError if it can't be read."""
    return _list_corrections(read_current_entries(config)[0])[0]


def load_master(history: RunHistory, run: RunRecord | None) -> pl.DataFrame | None:
    """Return a run's master table, or None if it isn't kept or is damaged."""
    path = history.find_result(run) if run else None
    return escape_names(pl.read_parquet(path)) if path else None


def _is_known(workbook: Path, store: NotesStore, last: RunRecord | None) -> bool:
    """Return whether the workbook holds nothing that isn't in the store: it is as the last run wrote it."""
    if not last or not last.is_unchanged(workbook):
        return False
    # A notes file that was deleted is restored from the workbook.
    return store.path.exists() or not any(count for count in last.report["notes"].values() if isinstance(count, int))


def _find_written(history: RunHistory, config: PipelineConfiguration, entries: pl.DataFrame) -> WrittenWorkbook:
    """Return the workbook with the list and the entries that it was written with, as far as they are known."""
    workbook, list_id = history.workbook, read_list_id(history.workbook)
    if list_id is None:
        record = history.find_last()
    else:
        record = next((run for run in history.read_records() if run.result_sha256 == list_id), None)
    master = load_master(history, record)
    if master is None and list_id and config.parquet_file.exists() and compute_checksum(config.parquet_file) == list_id:
        master = escape_names(pl.read_parquet(config.parquet_file))
    known = entries.filter(pl.col(TIME) <= record.begun) if record else None
    return WrittenWorkbook(workbook, master, None if known is None else select_current(known))


def _name_columns(stored: StoredEntries, user_columns: Sequence[str]) -> StoredEntries:
    """Return the entries with the names that notes' columns have in this version and these settings."""
    is_note = pl.col(KIND) == EntryKind.NOTE
    known = {fold_name(name): name for name in user_columns}
    names = stored.entries.filter(is_note)[COLUMN].unique(maintain_order=True)
    renamed: dict[str, str] = {}
    for name in names:
        free = name_user_column(name)
        renamed[name] = known.setdefault(fold_name(free), free)
    column = pl.when(is_note).then(pl.col(COLUMN).replace(renamed)).otherwise(COLUMN)
    return replace(stored, entries=stored.entries.with_columns(column.alias(COLUMN)))


def _choose_columns(user_columns: Sequence[str], current: pl.DataFrame) -> tuple[str, ...]:
    """Return the configured columns, and those that the user added and that have any note."""
    noted = current.filter((pl.col(KIND) == EntryKind.NOTE) & pl.col(TEXT).is_not_null())[COLUMN].unique(maintain_order=True)
    added = [name for name in noted if name not in user_columns]
    return (*user_columns, *added[: max(MAX_USER_COLUMNS - len(user_columns), 0)])


def _list_corrections(current: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the corrections in CORRECTION_SCHEMA, and the entries whose value can't be read."""
    entries = current.filter((pl.col(KIND) == EntryKind.CORRECTION) & pl.col(TEXT).is_not_null())
    read = convert_by_column(entries.with_columns(pl.col(TEXT).alias(VALUE)), VALUE)
    dated = read.with_columns(pl.col(TIME).str.head(_DAY).alias(SINCE))
    has_value = pl.col(VALUE).is_not_null()
    return dated.filter(has_value).select(*CORRECTION_SCHEMA), dated.filter(~has_value)


def _describe_unreadable(entries: pl.DataFrame, name: str) -> list[str]:
    if entries.is_empty():
        return []
    texts = [f"{column} {text[:60]!r} of {owner}" for column, text, owner in entries.select(COLUMN, TEXT, ID).iter_rows()]
    return [f"{format_count(len(texts), 'correction')} in {name} can't be read: {join_some(texts, _MAX_NAMES)}."]


def back_up(workbook: Path) -> Path:
    """Copy the workbook to a free name, unless an equal copy exists; return the copy's path."""
    numbers = ("", *(f" {number}" for number in range(2, _MAX_COPIES)))
    names = [workbook.with_name(f"{workbook.stem} (not read back{number}){workbook.suffix}") for number in numbers]
    copy = next((name for name in names if not name.exists() or cmp(workbook, name, shallow=False)), names[-1])
    if not copy.exists() or copy == names[-1]:
        shutil.copy2(workbook, copy)
    return copy
