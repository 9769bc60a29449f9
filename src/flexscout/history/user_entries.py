"""Save single notes and corrections of the user, as the window and scripts do, and read the notes as they are now.

They are appended to the notes store; the workbook shows them from the next run on. If the same note was changed in the workbook
meanwhile, that run keeps both texts, one per line; of two corrections of a value, it keeps the workbook's.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl

from flexscout.config import PipelineConfiguration
from flexscout.domain import ADDRESS_COLUMNS, list_canonical_columns
from flexscout.errors import FlexscoutError
from flexscout.history.corrections import convert_values
from flexscout.history.edits import BASE, merge_notes
from flexscout.history.notes import arrange_notes, fold_name, name_user_column
from flexscout.history.notes_store import COLUMN, ENTRY_SCHEMA, ID, KIND, TEXT, TIME, EntryKind, NotesStore, entry_owner
from flexscout.history.user_input import read_current_entries

_MAX_CHARACTERS = 32_767  # of a cell in a workbook


def read_notes(config: PipelineConfiguration) -> tuple[tuple[str, ...], pl.DataFrame]:
    """Return the user's columns, and a row per Property ID with notes. Raises OutputError if the store can't be read."""
    current, columns = read_current_entries(config)
    notes = arrange_notes(current, columns)
    return notes.columns, notes.placed


def read_property_entries(config: PipelineConfiguration, property_id: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the notes of a property, with an empty text for each of the user's columns without one, and its corrections.

    Raises:
        OutputError: The store can't be read.

    """
    current, columns = read_current_entries(config)
    own = current.filter((pl.col(ID) == property_id) & pl.col(TEXT).is_not_null())
    notes, corrections = (dict(own.filter(pl.col(KIND) == kind).select(COLUMN, TEXT).iter_rows()) for kind in EntryKind)
    return {name: notes.get(name, "") for name in columns}, corrections


def save_notes(
    config: PipelineConfiguration,
    place: Mapping[str, Any],
    texts: Mapping[str, str | None],
    known: Mapping[str, str | None] | None = None,
) -> None:
    """Save notes of a property.

    Args:
        config: The settings of the runs that write the workbook.
        place: `Property ID`, and `Address`, `City` and `State` if they are known.
        texts: The user's column -> the text; None or blank to remove the note.
        known: The user's column -> the text that was edited. If the note was changed since, both texts are kept, one per line. A
            column that isn't in it is replaced.

    Raises:
        FlexscoutError: A text is too long, or a column can't be one of the user's.
        OutputError: The store can't be read or written.

    """
    with NotesStore(config.notes_file) as store:
        store.append(_merge_texts(*read_current_entries(config), place, texts, known or {}))


def _merge_texts(
    current: pl.DataFrame,
    columns: Sequence[str],
    place: Mapping[str, Any],
    texts: Mapping[str, str | None],
    known: Mapping[str, str | None],
) -> pl.DataFrame:
    """Return the entries to add for new texts of a property."""
    names = {fold_name(name): name for name in columns}
    named: dict[str, str] = {}
    for name in texts:
        free = names.get(fold_name(name), name_user_column(name.strip()))
        if not fold_name(name) or (free != name.strip() and fold_name(name) not in names):
            raise FlexscoutError(f"{name!r} can't be the name of a column.", "Choose another name.")
        named[name] = free
    entries = _make_entries(EntryKind.NOTE, place, {named[name]: _clean(text) for name, text in texts.items()})
    based = {named[name]: _clean(text) for name, text in known.items() if name in named}
    base = pl.DataFrame({COLUMN: list(based), BASE: list(based.values())}, schema={COLUMN: pl.String, BASE: pl.String})
    edited = entries.join(base, on=COLUMN, how="inner", maintain_order="left").with_columns(entry_owner())
    replaced = entries.join(base, on=COLUMN, how="anti", maintain_order="left")
    merged = merge_notes(edited, current).entries.with_columns(pl.lit(entries[TIME].first(), pl.String).alias(TIME))
    return pl.concat([replaced, merged])


def save_corrections(config: PipelineConfiguration, place: Mapping[str, Any], values: Mapping[str, str | None]) -> None:
    """Save corrections of a property. They count from the next run on.

    Args:
        config: The settings of the runs that write the workbook.
        place: `Property ID`, and `Address`, `City` and `State` if they are known.
        values: Canonical column -> the value as a text; None or blank to remove the correction.

    Raises:
        FlexscoutError: A column isn't canonical, or a text can't be read as a value of its column.
        OutputError: The store can't be written.

    """
    types = {column.name: column.type for column in list_canonical_columns()}
    converted = {}
    for name, text in values.items():
        if name not in types:
            raise FlexscoutError(f"{name!r} isn't a column that can be corrected.", "Write it as a note instead.")
        cleaned = _clean(text)
        converted[name] = None if cleaned is None else convert_values(name, pl.Series([cleaned])).item()
        if cleaned is not None and converted[name] is None:
            raise FlexscoutError(f"{cleaned!r} can't be read as a value of {name}.", "Enter it as an export would have it.")
    NotesStore(config.notes_file).append(_make_entries(EntryKind.CORRECTION, place, converted))


def _clean(text: str | None) -> str | None:
    if text is not None and len(text) > _MAX_CHARACTERS:
        raise FlexscoutError(f"A text is longer than {_MAX_CHARACTERS:,} characters.", "Shorten it.")
    return (text or "").replace("\r\n", "\n").strip() or None


def _make_entries(kind: EntryKind, place: Mapping[str, Any], texts: Mapping[str, str | None]) -> pl.DataFrame:
    where = {name: place.get(name) for name in (ID, *ADDRESS_COLUMNS)}
    now = datetime.now(UTC).isoformat(timespec="seconds")
    rows = [{KIND: str(kind), **where, COLUMN: column, TEXT: text, TIME: now} for column, text in texts.items()]
    return pl.DataFrame(rows, schema=ENTRY_SCHEMA)
