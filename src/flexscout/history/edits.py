"""Merge what the user changed in the workbook into the notes store, without losing either side."""

from dataclasses import dataclass

import polars as pl

from flexscout.domain import ADDRESS_COLUMNS, blank_to_null
from flexscout.history.notes_store import COLUMN, ENTRY_KEY, ENTRY_SCHEMA, ID, KIND, OWNER, TEXT, TIME, EntryKind, entry_owner

BASE = "__base"
"""Working column: the text that flexscout wrote into a cell, null if none."""

_STORED, _IS_CONFLICT, _IS_NEW, _IS_KEPT = "__stored", "__is_conflict", "__is_new", "__is_kept"
_KEY = [OWNER, COLUMN]


@dataclass(frozen=True)
class MergedEdits:
    """What the user's changes add to the store.

    Attributes:
        entries: New entries, as in ENTRY_SCHEMA but for the time.
        conflicts: Properties (IDs, or places) of which different texts were found.

    """

    entries: pl.DataFrame
    conflicts: tuple[str, ...]


def find_changed_notes(cells: pl.DataFrame, base: pl.DataFrame, current: pl.DataFrame) -> pl.DataFrame:
    """Return the cells whose text isn't what flexscout wrote, or that the store doesn't know yet, with OWNER and BASE.

    Args:
        cells: Cells of the user's columns, with the columns of CELL_SCHEMA.
        base: OWNER, COLUMN and BASE of the texts that flexscout wrote.
        current: The current entries of the store, see `select_current`.

    """
    notes = current.filter(pl.col(KIND) == EntryKind.NOTE).select(*_KEY, pl.lit(value=True).alias(_IS_KEPT))
    owned = cells.with_columns(entry_owner())
    joined = owned.join(base, on=_KEY, how="left", maintain_order="left").join(notes, on=_KEY, how="left", maintain_order="left")
    is_unknown = pl.col(_IS_KEPT).is_null() & pl.col(TEXT).is_not_null()
    is_changed = pl.col(TEXT).ne_missing(pl.col(BASE))
    changed = joined.filter(is_changed | is_unknown).with_columns(pl.when(~is_unknown).then(BASE).alias(BASE))
    return changed.drop(_IS_KEPT)


def merge_notes(changes: pl.DataFrame, current: pl.DataFrame) -> MergedEdits:
    """Merge changed notes into the store. An emptied cell removes the note that it had; different texts are joined by lines.

    Args:
        changes: Changed cells with OWNER and BASE, see `find_changed_notes`.
        current: The current entries of the store.

    """
    joined = _join_stored(changes, current, EntryKind.NOTE)
    stored, text = pl.col(_STORED), pl.col(TEXT)
    is_untouched = stored.eq_missing(pl.col(BASE))
    lines, line = pl.format("\n{}\n", stored), pl.format("\n{}\n", text)
    is_new = text.is_not_null() & (is_untouched | ~lines.str.contains(line, literal=True).fill_null(value=False))
    texts = text.filter(pl.col(_IS_NEW)).unique(maintain_order=True)
    grouped = (
        joined.with_columns(is_new.alias(_IS_NEW))
        .group_by(_KEY, maintain_order=True)
        .agg(
            *_first_places(),
            stored.first(),
            pl.col(BASE).first(),
            blank_to_null(texts.str.join("\n")).alias(TEXT),
            texts.len().alias(_IS_NEW),
        )
    )
    both = pl.concat_str([stored, text], separator="\n", ignore_nulls=True)
    merged = grouped.with_columns(
        pl.when(is_untouched).then(text).otherwise(blank_to_null(both)).alias(TEXT),
        pl.when(is_untouched)
        .then(pl.col(_IS_NEW) > 1)
        .otherwise(stored.is_not_null() & (pl.col(_IS_NEW) > 0))
        .alias(_IS_CONFLICT),
    )
    return _select_entries(merged.filter(text.ne_missing(stored)), EntryKind.NOTE)


def merge_corrections(changes: pl.DataFrame, current: pl.DataFrame) -> MergedEdits:
    """Merge changed data cells into the store. Of several values the last counts, and all are kept in the store.

    Args:
        changes: Cells with OWNER; an empty TEXT removes the correction.
        current: The current entries of the store.

    """
    joined = _join_stored(changes, current, EntryKind.CORRECTION)
    has_value = pl.col(TEXT).is_not_null().any().over(_KEY)
    wanted = joined.filter(pl.col(TEXT).is_not_null() | ~has_value).unique([*_KEY, TEXT], keep="first", maintain_order=True)
    is_conflict = (pl.len().over(_KEY) > 1).alias(_IS_CONFLICT)
    marked = wanted.with_columns(is_conflict)
    return _select_entries(marked.filter(pl.col(TEXT).ne_missing(pl.col(_STORED)) | pl.col(_IS_CONFLICT)), EntryKind.CORRECTION)


def move_entries(current: pl.DataFrame, successors: pl.DataFrame) -> pl.DataFrame:
    """Return the entries that move notes and corrections to the new ID of their property, unless that has some already.

    Args:
        current: The current entries of the store.
        successors: `Old ID` and `New ID` of properties whose ID changed.

    """
    live = current.filter(pl.col(TEXT).is_not_null())
    free = successors.join(live, left_on="New ID", right_on=ID, how="anti")
    moved = live.join(free, left_on=ID, right_on="Old ID", maintain_order="left", coalesce=False)
    here = moved.with_columns(pl.col("New ID").alias(ID))
    gone = moved.with_columns(pl.lit(None, pl.String).alias(TEXT))
    return pl.concat([gone.select(*ENTRY_SCHEMA), here.select(*ENTRY_SCHEMA)])


def add_entries(current: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Return the current entries after further ones."""
    added = entries.with_columns(entry_owner()).select(*ENTRY_SCHEMA, OWNER)
    everything = pl.concat([current.select(added.columns), added])
    return everything.unique(ENTRY_KEY, keep="last", maintain_order=True)


def _join_stored(changes: pl.DataFrame, current: pl.DataFrame, kind: EntryKind) -> pl.DataFrame:
    stored = current.filter(pl.col(KIND) == kind).select(*_KEY, pl.col(TEXT).alias(_STORED))
    return changes.join(stored, on=_KEY, how="left", maintain_order="left")


def _first_places() -> list[pl.Expr]:
    return [pl.col(name).drop_nulls().first() for name in (ID, *ADDRESS_COLUMNS)]


def _select_entries(merged: pl.DataFrame, kind: EntryKind) -> MergedEdits:
    entries = merged.select(
        pl.lit(str(kind)).alias(KIND), ID, *ADDRESS_COLUMNS, COLUMN, TEXT, pl.lit(None, pl.String).alias(TIME)
    )
    conflicts = merged.filter(_IS_CONFLICT).select(pl.coalesce(ID, pl.col(OWNER).str.strip_chars("|"))).to_series()
    return MergedEdits(entries.select(*ENTRY_SCHEMA), tuple(conflicts.unique(maintain_order=True)))
