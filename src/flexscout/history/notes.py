"""The user's notes: read back from a workbook, and added to the next list."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from flexscout.domain import ADDRESS_COLUMNS, LINK_COLUMNS, WORKBOOK_LINKS, blank_to_null, join_some
from flexscout.history.saved_results import MASTER_SHEET, SCORE_COLUMN, ResultSheet, read_result_sheets

KEPT_SHEET = "Notes of Others"
"""The sheet that keeps notes on properties that aren't on the list."""

STATUS_COLUMN = "My Status"
"""The user's column whose value can reject a property."""

ID = LINK_COLUMNS[0]
SHEET, ROW = "Sheet", "Row"

_COLUMN, _TEXT, _HAS_CONFLICT = "__column", "__text", "__has_conflict"  # working columns
_ENTRY_SCHEMA = {SHEET: pl.String, ROW: pl.Int64, **dict.fromkeys((ID, *ADDRESS_COLUMNS, _COLUMN, _TEXT), pl.String)}
_DATE_CELL = r"^(\d{4}-\d{2}-\d{2}) 00:00:00$"  # as the reader returns a date
_TIME_CELL = r"^1899-12-3[01] (\d{2}:\d{2}:\d{2})$"  # as the reader returns a time of day
_MAX_NAMES = 3  # of a list in a message


@dataclass(frozen=True)
class Notes:
    """The user's notes in a workbook.

    Attributes:
        columns: The user's columns, in order.
        placed: A row per Property ID with notes, by ID: ID, ADDRESS_COLUMNS and `columns`, null where nothing is entered.
        unplaced: The same of rows without an ID, with SHEET and ROW as Excel numbers it.
        conflicting: IDs that had different notes in several rows; these are joined, one per line.
        headers: Headers of the list with a value in any row.

    """

    columns: tuple[str, ...]
    placed: pl.DataFrame
    unplaced: pl.DataFrame
    conflicting: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()


def read_notes(workbook: Path, user_columns: Sequence[str], master: pl.DataFrame | None = None) -> Notes:
    """Read the user's columns from the sheets of candidates and of kept notes, in any order of rows and columns.

    Args:
        workbook: A workbook that a run wrote.
        user_columns: The user's columns.
        master: The list in the workbook, if the file is unchanged since the run; only the kept notes are read then, which is
            much faster.

    Returns:
        The notes. Texts keep everything but surrounding spaces; numbers and dates become text.

    Raises:
        ProcessingError: The workbook can't be read; it must not be overwritten then.

    """
    known = [ID, SCORE_COLUMN, *user_columns]
    if master is None:
        return _collect_notes(read_result_sheets(workbook, [MASTER_SHEET, KEPT_SHEET], known), user_columns)
    names = [name for name in (ID, *ADDRESS_COLUMNS, *user_columns) if name in master.columns]
    cells = master.select(pl.col(name).cast(pl.String).alias(str(i)) for i, name in enumerate(names))
    kept = read_result_sheets(workbook, [KEPT_SHEET], known, required=False)
    return _collect_notes([ResultSheet(MASTER_SHEET, tuple(names), cells, 2), *kept], user_columns)


def empty_notes(user_columns: Sequence[str]) -> Notes:
    """Return the notes of a workbook that doesn't exist yet."""
    return _collect_notes([], user_columns)


def add_notes(master: pl.DataFrame, notes: Notes, successors: pl.DataFrame | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Add the user's columns to the front of a master table.

    An input column with the name of a user's column is renamed to `NAME (input)`.

    Args:
        master: The unique candidates.
        notes: The user's notes.
        successors: `Old ID` and `New ID` of properties whose ID changed since the workbook was written.

    Returns:
        The table, and the notes that don't belong to any of its rows: ID (null if unknown), ADDRESS_COLUMNS and the user's
        columns, by ID.

    """
    renamed = master.rename(_rename_clashes(master.columns, notes.columns))
    if ID not in master.columns:  # only an empty list has no IDs
        return renamed, _list_unlisted(notes, notes.placed)
    placed = notes.placed if successors is None else _follow_successors(notes.placed, successors)
    # Joining only the IDs avoids a copy of the wide table.
    own = renamed.select(ID).join(placed.select(ID, *notes.columns), on=ID, how="left", maintain_order="left")
    unlisted = placed.join(master.select(ID), on=ID, how="anti")
    return renamed.select(*own.select(notes.columns), pl.all()), _list_unlisted(notes, unlisted)


def is_rejected_status(master: pl.DataFrame, statuses: Collection[str]) -> pl.Expr:
    """Return whether the user's status of each row is one of the rejecting `statuses`, ignoring case."""
    if STATUS_COLUMN not in master.columns:
        return pl.lit(value=False)
    folded = [status.strip().lower() for status in statuses]
    return pl.col(STATUS_COLUMN).str.strip_chars().str.to_lowercase().is_in(folded).fill_null(value=False)


def describe_notes(notes: Notes, written: Collection[str] = ()) -> tuple[str, ...]:
    """Return messages about notes without a property, joined notes, and columns that are not kept.

    Args:
        notes: The user's notes.
        written: The columns of the list as the last run wrote it; if empty, added columns aren't known.

    """
    places = [f'row {row} of "{sheet}"' for sheet, row in notes.unplaced.select(SHEET, ROW).iter_rows()]
    known = {*written, *notes.columns, *WORKBOOK_LINKS}
    added = [name for name in notes.headers if name not in known] if written else []
    messages = []
    if places:
        rows = join_some(places, _MAX_NAMES)
        messages.append(f"Notes without a Property ID stay on the sheet {KEPT_SHEET} until you enter one: {rows}.")
    if notes.conflicting:
        ids = join_some(notes.conflicting, _MAX_NAMES)
        messages.append(f"Properties with different notes in several rows now have all of them, one per line: {ids}.")
    if added:
        names = join_some(added, _MAX_NAMES)
        messages.append(
            f"Columns you added to the workbook are not kept: {names}. To keep them, list them in output.user_columns."
        )
    return tuple(messages)


def _collect_notes(sheets: Sequence[ResultSheet], columns: Sequence[str]) -> Notes:
    entries = pl.concat(
        [pl.DataFrame(schema=_ENTRY_SCHEMA), *(part for sheet in sheets for part in _list_entries(sheet, columns))]
    )
    has_id = pl.col(ID).is_not_null()
    placed = _merge_entries(entries.filter(has_id), [ID], columns).sort(ID)
    unplaced = _merge_entries(entries.filter(~has_id), [SHEET, ROW], columns)
    return Notes(
        tuple(columns),
        placed.select(ID, *ADDRESS_COLUMNS, *columns),
        unplaced.select(SHEET, ROW, ID, *ADDRESS_COLUMNS, *columns),
        tuple(placed.filter(_HAS_CONFLICT)[ID]),
        _list_used_headers(sheet for sheet in sheets if not sheet.name.startswith(KEPT_SHEET)),
    )


def _list_entries(sheet: ResultSheet, columns: Sequence[str]) -> list[pl.DataFrame]:
    """Return a frame per user's column, with a row per text."""
    rows = sheet.cells.with_row_index(ROW, offset=sheet.row)
    positions = {name: sheet.positions(name) for name in (ID, *ADDRESS_COLUMNS, *columns)}
    location = [
        pl.lit(sheet.name).alias(SHEET),
        pl.col(ROW).cast(pl.Int64),
        *(
            (_clean_text(positions[name][0]) if positions[name] else pl.lit(None, pl.String)).alias(name)
            for name in (ID, *ADDRESS_COLUMNS)
        ),
    ]
    return [
        rows.select(*location, pl.lit(name).alias(_COLUMN), _clean_text(position).alias(_TEXT)).drop_nulls(_TEXT)
        for name in columns
        for position in positions[name]
    ]


def _clean_text(position: str) -> pl.Expr:
    return blank_to_null(pl.col(position).str.strip_chars().str.replace(_DATE_CELL, "$1").str.replace(_TIME_CELL, "$1"))


def _merge_entries(entries: pl.DataFrame, keys: Sequence[str], columns: Sequence[str]) -> pl.DataFrame:
    """Return a row per key with a text per column; different texts are joined, one per line."""
    texts = {name: pl.col(_TEXT).filter(pl.col(_COLUMN) == name).unique(maintain_order=True) for name in columns}
    has_conflict = pl.any_horizontal(pl.lit(value=False), *(values.len() > 1 for values in texts.values()))
    others = [name for name in (ID, *ADDRESS_COLUMNS) if name not in keys]
    merged = entries.group_by(keys, maintain_order=True).agg(
        *(pl.col(name).drop_nulls().first() for name in others),
        *(values.str.join("\n").alias(name) for name, values in texts.items()),
        has_conflict.alias(_HAS_CONFLICT),
    )
    return merged.with_columns(blank_to_null(pl.col(name)).alias(name) for name in columns)


def _list_used_headers(sheets: Iterable[ResultSheet]) -> tuple[str, ...]:
    headers = [
        header.strip()
        for sheet in sheets
        for i, header in enumerate(sheet.headers)
        if header and sheet.cells[str(i)].null_count() < sheet.cells.height
    ]
    return tuple(dict.fromkeys(headers))


def _follow_successors(placed: pl.DataFrame, successors: pl.DataFrame) -> pl.DataFrame:
    """Move notes to the new ID of their property, unless that has notes already."""
    free = successors.join(placed, left_on="New ID", right_on=ID, how="anti")
    return placed.with_columns(pl.col(ID).replace(free["Old ID"], free["New ID"]))


def _list_unlisted(notes: Notes, placed: pl.DataFrame) -> pl.DataFrame:
    names = [ID, *ADDRESS_COLUMNS, *notes.columns]
    return pl.concat([placed.select(names), notes.unplaced.select(names).unique()]).sort(names, nulls_last=True)


def _rename_clashes(columns: Sequence[str], user_columns: Collection[str]) -> dict[str, str]:
    """Map columns with the name of a user's column, ignoring case and spaces, to a free name."""
    folded = {_fold(name) for name in user_columns}
    taken = folded | {_fold(name) for name in columns}
    renamed: dict[str, str] = {}
    for name in columns:
        if _fold(name) in folded:
            free = f"{name} (input)"
            while _fold(free) in taken:
                free += " (input)"
            renamed[name] = free
            taken.add(_fold(free))
    return renamed


def _fold(name: str) -> str:
    return "".join(name.casefold().split())
