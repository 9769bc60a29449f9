"""The user's notes: read from the sheets of a workbook, and added to the next list."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl

from flexscout.domain import (
    ADDRESS_COLUMNS,
    WORKBOOK_COLUMNS,
    WORKBOOK_LINKS,
    blank_to_null,
    is_reserved_column,
    join_some,
    list_canonical_columns,
)
from flexscout.history.notes_store import COLUMN, ID, KIND, OWNER, TEXT, EntryKind
from flexscout.history.saved_results import MASTER_SHEET, MORE_SHEET, ResultSheet

KEPT_SHEET, TOP_SHEET = "Notes of Others", "Top Candidates"
"""The sheet that keeps notes on properties that aren't on the list, and the sheet of the best candidates."""

STATUS_COLUMN = "My Status"
"""The user's column whose value can reject a property."""

SHEET, ROW = "Sheet", "Row"
"""Where a cell is: the sheet's name, and the row as Excel numbers it."""

CELL_SCHEMA = {SHEET: pl.String, ROW: pl.Int64, **dict.fromkeys((ID, *ADDRESS_COLUMNS, COLUMN, TEXT), pl.String)}
"""Columns of a frame of cells; TEXT is null where nothing is entered."""

MAX_USER_COLUMNS = 50
"""Columns of the user that are kept, unless the settings name more; a hostile workbook may have 16,384."""

_MAX_HEADER_LENGTH = 255
_MINE = " (mine)"
_DATE_CELL = r"^(\d{4}-\d{2}-\d{2}) 00:00:00$"  # as the reader returns a date
_TIME_CELL = r"^1899-12-3[01] (\d{2}:\d{2}:\d{2})$"  # as the reader returns a time of day
_MAX_NAMES = 3  # of a list in a message


@dataclass(frozen=True)
class Notes:
    """The user's notes.

    Attributes:
        columns: The user's columns, in order.
        placed: A row per Property ID with notes, by ID: ID, ADDRESS_COLUMNS and `columns`, null where nothing is entered.
        unplaced: The same of notes without an ID.

    """

    columns: tuple[str, ...]
    placed: pl.DataFrame
    unplaced: pl.DataFrame


@dataclass(frozen=True)
class AddedColumns:
    """The columns of a sheet that flexscout didn't write.

    Attributes:
        positions: The user's name of each column -> its positions in the sheet.
        renamed: Headers that are names of flexscout's own columns -> the names they get.

    """

    positions: dict[str, list[str]]
    renamed: dict[str, str]


def find_added_columns(sheet: ResultSheet, written: Collection[str], user_columns: Sequence[str]) -> AddedColumns:
    """Return the columns that the user added to a sheet.

    A column with the name of one of flexscout's own is the user's if the sheet has that name twice; it gets another name. A
    canonical column that the list lacks is not a note: its values are corrections.

    Args:
        sheet: A sheet of the workbook.
        written: The columns of the list in that workbook.
        user_columns: The user's columns that are known.

    """
    own = {fold_name(name) for name in (*written, *WORKBOOK_LINKS, *WORKBOOK_COLUMNS, ID, *ADDRESS_COLUMNS)}
    canonical = {fold_name(column.name) for column in list_canonical_columns()}
    known = {fold_name(name) for name in user_columns}
    seen: set[str] = set()
    positions: dict[str, list[str]] = {}
    renamed: dict[str, str] = {}
    for i, header in enumerate(sheet.headers):
        name = _clean_header(header)
        folded = fold_name(name)
        is_first, is_own = folded not in seen, folded in own | canonical
        seen.add(folded)
        if not name or folded in known or (is_own and is_first):
            continue
        free = name_user_column(name) if not is_own else f"{name}{_MINE}"
        if free != name and sheet.cells[str(i)].null_count() < sheet.cells.height:
            renamed[name] = free
        positions.setdefault(free, []).append(str(i))
    filled = {name: [at for at in places if sheet.cells[at].count()] for name, places in positions.items()}
    return AddedColumns({name: places for name, places in filled.items() if places}, renamed)


def name_user_column(name: str) -> str:
    """Return the name, with ` (mine)` if flexscout needs it for itself."""
    return f"{name.lstrip('_')}{_MINE}" if is_reserved_column(name) else name


def list_cells(sheet: ResultSheet, positions: dict[str, list[str]]) -> pl.DataFrame:
    """Return a row per row of the sheet and user's column, as in CELL_SCHEMA, also where nothing is entered.

    Args:
        sheet: A sheet of the workbook.
        positions: The user's columns -> their positions in the sheet. Several texts are joined, one per line.

    """
    location = locate_rows(sheet)
    if not positions:
        return pl.DataFrame(schema=CELL_SCHEMA)
    texts = sheet.cells.select(_join_cells(places).alias(name) for name, places in positions.items())
    cells = pl.concat([location, texts], how="horizontal").unpivot(
        index=location.columns, variable_name=COLUMN, value_name=TEXT, on=texts.columns
    )
    return cells.filter(pl.col(ID).is_not_null() | pl.col(TEXT).is_not_null()).select(*CELL_SCHEMA)


def locate_rows(sheet: ResultSheet) -> pl.DataFrame:
    """Return SHEET, ROW, ID and ADDRESS_COLUMNS of each row of a sheet."""
    positions = {name: sheet.find_positions(name) for name in (ID, *ADDRESS_COLUMNS)}
    return sheet.cells.with_row_index(ROW, offset=sheet.row).select(
        pl.lit(sheet.name).alias(SHEET),
        pl.col(ROW).cast(pl.Int64),
        *((clean_text(pl.col(at[0])) if at else pl.lit(None, pl.String)).alias(name) for name, at in positions.items()),
    )


def clean_text(text: pl.Expr) -> pl.Expr:
    """Return the text of a cell as it is kept: no surrounding spaces, dates and times without what the reader adds."""
    return blank_to_null(text.str.strip_chars().str.replace(_DATE_CELL, "$1").str.replace(_TIME_CELL, "$1"))


def arrange_notes(entries: pl.DataFrame, columns: Sequence[str]) -> Notes:
    """Return the current notes with a column per user's column.

    Args:
        entries: The current entries, see `select_current`.
        columns: The user's columns.

    """
    notes = entries.filter((pl.col(KIND) == EntryKind.NOTE) & pl.col(TEXT).is_not_null() & pl.col(COLUMN).is_in(list(columns)))
    texts = [pl.col(TEXT).filter(pl.col(COLUMN) == name).first().alias(name) for name in columns]
    # The place of the newest note is the best known.
    address = [pl.col(name).drop_nulls().last() for name in ADDRESS_COLUMNS]
    rows = (
        notes.group_by(OWNER, maintain_order=True)
        .agg(pl.col(ID).first(), *address, *texts)
        .select(ID, *ADDRESS_COLUMNS, *columns)
    )
    has_id = pl.col(ID).is_not_null()
    return Notes(tuple(columns), rows.filter(has_id).sort(ID), rows.filter(~has_id))


def add_notes(master: pl.DataFrame, notes: Notes) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Add the user's columns to the front of a master table.

    An input column with the name of a user's column is renamed to `NAME (input)`.

    Args:
        master: The unique candidates.
        notes: The user's notes.

    Returns:
        The table, and the notes that don't belong to any of its rows: ID (null if unknown), ADDRESS_COLUMNS and the user's
        columns, by ID.

    """
    renamed = master.rename(_rename_clashes(master.columns, notes.columns))
    if ID not in master.columns:  # only an empty list has no IDs
        return renamed, _list_unlisted(notes, notes.placed)
    # Joining only the IDs avoids a copy of the wide table.
    own = renamed.select(ID).join(notes.placed.select(ID, *notes.columns), on=ID, how="left", maintain_order="left")
    unlisted = notes.placed.join(master.select(ID), on=ID, how="anti")
    return renamed.select(*own.select(notes.columns), pl.all()), _list_unlisted(notes, unlisted)


def is_rejected_status(master: pl.DataFrame, statuses: Collection[str]) -> pl.Expr:
    """Return whether the user's status of each row is one of the rejecting `statuses`, ignoring case."""
    if STATUS_COLUMN not in master.columns:
        return pl.lit(value=False)
    folded = [status.strip().lower() for status in statuses]
    return pl.col(STATUS_COLUMN).str.strip_chars().str.to_lowercase().is_in(folded).fill_null(value=False)


def describe_unplaced(cells: pl.DataFrame) -> list[str]:
    """Return a message about notes without a Property ID; `cells` as in CELL_SCHEMA."""
    rows = cells.filter(pl.col(ID).is_null() & pl.col(TEXT).is_not_null()).select(SHEET, ROW).unique(maintain_order=True)
    if rows.is_empty():
        return []
    places = join_some([f'row {row} of "{sheet}"' for sheet, row in rows.iter_rows()], _MAX_NAMES)
    return [f"Notes without a Property ID stay on the sheet {KEPT_SHEET} until you enter one: {places}."]


def fold_name(name: str) -> str:
    """Return a column's name without case and spaces."""
    return "".join(name.casefold().split())


def is_list_sheet(sheet: ResultSheet) -> bool:
    """Return whether a sheet shows properties of the list."""
    return fold_name(sheet.name).startswith(tuple(map(fold_name, (MASTER_SHEET, MORE_SHEET, TOP_SHEET))))


def _clean_header(header: str | None) -> str:
    return " ".join((header or "").split())[:_MAX_HEADER_LENGTH]


def _join_cells(positions: Sequence[str]) -> pl.Expr:
    texts = [clean_text(pl.col(position)) for position in positions]
    if len(texts) == 1:
        return texts[0]
    return blank_to_null(pl.concat_list(texts).list.drop_nulls().list.unique(maintain_order=True).list.join("\n"))


def _list_unlisted(notes: Notes, placed: pl.DataFrame) -> pl.DataFrame:
    names = [ID, *ADDRESS_COLUMNS, *notes.columns]
    return pl.concat([placed.select(names), notes.unplaced.select(names).unique()]).sort(names, nulls_last=True)


def _rename_clashes(columns: Sequence[str], user_columns: Collection[str]) -> dict[str, str]:
    """Map columns with the name of a user's column, ignoring case and spaces, to a free name."""
    folded = {fold_name(name) for name in user_columns}
    taken = folded | {fold_name(name) for name in columns}
    renamed: dict[str, str] = {}
    for name in columns:
        if fold_name(name) in folded:
            free = f"{name} (input)"
            while fold_name(free) in taken:
                free += " (input)"
            renamed[name] = free
            taken.add(fold_name(free))
    return renamed
