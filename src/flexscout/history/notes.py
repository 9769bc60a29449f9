"""A workbook as a person left it -> what they typed into their own columns."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from flexscout.domain import ADDRESS_COLUMNS, LINK_COLUMNS, WORKBOOK_LINKS, join_some
from flexscout.history.saved_results import MASTER_SHEET, SCORE_COLUMN, ResultSheet, read_result_sheets

KEPT_SHEET = "Notes of Others"
"""Where the notes of properties stand that are not on the list."""

ID = LINK_COLUMNS[0]
SHEET, ROW = "Sheet", "Row"

_COLUMN, _TEXT = "__column", "__text"
_TYPED = {SHEET: pl.String, ROW: pl.Int64, **dict.fromkeys((ID, *ADDRESS_COLUMNS, _COLUMN, _TEXT), pl.String)}
_MIDNIGHT = r"^(\d{4}-\d{2}-\d{2}) 00:00:00$"  # how the reader gives a cell with a day
_NO_DAY = r"^1899-12-3[01] (\d{2}:\d{2}:\d{2})$"  # and one with a time of day
_DIFFERENT = "__different"


@dataclass(frozen=True)
class Notes:
    """What a person typed.

    `columns`: theirs, in order; `placed`: a row per Property ID that has any, by ID: ID, ADDRESS_COLUMNS, and these
    columns, null where nothing is typed; `unplaced`: the same of rows without an ID, with SHEET and ROW as Excel numbers it;
    `joined`: IDs of which several rows said different things, which stand below each other now; `headers`: those of the list
    under which anything stands.
    """

    columns: tuple[str, ...]
    placed: pl.DataFrame
    unplaced: pl.DataFrame
    joined: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()


def read_notes(workbook: Path, user_columns: Sequence[str], master: pl.DataFrame | None = None) -> Notes:
    """What stands under the `user_columns` on the sheets of candidates and of kept notes, however these were sorted or moved.

    Texts are as they were typed, but for spaces around them; numbers and days as text. `master`: the list, if the workbook is
    known to be as it was written with it; only the kept notes are read then, which takes no time. Raises ProcessingError if
    the workbook can't be read back: it must not be written over then.
    """
    known = [ID, SCORE_COLUMN, *user_columns]
    if master is None:
        return _notes(read_result_sheets(workbook, [MASTER_SHEET, KEPT_SHEET], known), user_columns)
    kept = read_result_sheets(workbook, [KEPT_SHEET], known, required=False)
    return _notes([_as_sheet(master, [ID, *ADDRESS_COLUMNS, *user_columns]), *kept], user_columns)


def empty_notes(user_columns: Sequence[str]) -> Notes:
    """The notes of a workbook that is not there yet."""
    return _notes([], user_columns)


def _notes(sheets: Sequence[ResultSheet], columns: Sequence[str]) -> Notes:
    typed = pl.concat([pl.DataFrame(schema=_TYPED), *(part for sheet in sheets for part in _typed(sheet, columns))])
    has_id = pl.col(ID).is_not_null()
    placed = _by(typed.filter(has_id), [ID], columns).sort(ID)
    unplaced = _by(typed.filter(~has_id), [SHEET, ROW], columns)
    return Notes(
        tuple(columns),
        placed.select(ID, *ADDRESS_COLUMNS, *columns),
        unplaced.select(SHEET, ROW, ID, *ADDRESS_COLUMNS, *columns),
        tuple(placed.filter(_DIFFERENT)[ID]),
        _headers(sheet for sheet in sheets if not sheet.name.startswith(KEPT_SHEET)),
    )


def _as_sheet(master: pl.DataFrame, names: Sequence[str]) -> ResultSheet:
    there = [name for name in names if name in master.columns]
    cells = master.select(pl.col(name).cast(pl.String).alias(str(i)) for i, name in enumerate(there))
    return ResultSheet(MASTER_SHEET, tuple(there), cells, 2)


def _typed(sheet: ResultSheet, columns: Sequence[str]) -> list[pl.DataFrame]:
    """A row per text, a frame per column that holds them."""
    rows = sheet.cells.with_row_index(ROW, offset=sheet.row)
    where = [
        pl.lit(sheet.name).alias(SHEET),
        pl.col(ROW).cast(pl.Int64),
        *(_first(sheet, name) for name in (ID, *ADDRESS_COLUMNS)),
    ]
    texts = [(name, position) for name in columns for position in sheet.positions(name)]
    found = (rows.select(*where, pl.lit(name).alias(_COLUMN), _tidy(position).alias(_TEXT)) for name, position in texts)
    return [part.drop_nulls(_TEXT) for part in found]


def _first(sheet: ResultSheet, name: str) -> pl.Expr:
    """The first column of that name, or nothing."""
    there = sheet.positions(name)
    return (_tidy(there[0]) if there else pl.lit(None, pl.String)).alias(name)


def _tidy(position: str) -> pl.Expr:
    text = pl.col(position).str.strip_chars().str.replace(_MIDNIGHT, "$1").str.replace(_NO_DAY, "$1")
    return pl.when(text != "").then(text)


def _by(typed: pl.DataFrame, keys: Sequence[str], columns: Sequence[str]) -> pl.DataFrame:
    """A row for each of the keys, with all that is typed there; different texts of one column below each other."""
    own = {name: pl.col(_TEXT).filter(pl.col(_COLUMN) == name).unique(maintain_order=True) for name in columns}
    several = pl.any_horizontal(pl.lit(value=False), *(texts.len() > 1 for texts in own.values()))
    others = [name for name in (ID, *ADDRESS_COLUMNS) if name not in keys]
    found = typed.group_by(keys, maintain_order=True).agg(
        *(pl.col(name).drop_nulls().first() for name in others),
        *(texts.str.join("\n").alias(name) for name, texts in own.items()),
        several.alias(_DIFFERENT),
    )
    return found.with_columns(pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in columns)


def _headers(sheets: Iterable[ResultSheet]) -> tuple[str, ...]:
    used = [
        header.strip()
        for sheet in sheets
        for i, header in enumerate(sheet.headers)
        if header and sheet.cells[str(i)].null_count() < sheet.cells.height
    ]
    return tuple(dict.fromkeys(used))


STATUS_COLUMN = "My Status"
"""The column whose words can keep a property out of the top candidates."""


def add_notes(master: pl.DataFrame, notes: Notes, successors: pl.DataFrame | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The master table with the person's columns in front, and the notes that have no place in it.

    `successors`: `Old ID` and `New ID` of properties that have another one than in the workbook. A column of the inputs that has
    the name of one of the person's gets ` (input)`. The notes left over have ID, ADDRESS_COLUMNS and these, by ID; without an
    ID it is null.
    """
    free = master.rename(_out_of_the_way(master.columns, notes.columns))
    if ID not in master.columns:
        # An empty list; one without IDs is none that a run makes.
        return free, _left_over(notes, notes.placed)
    placed = notes.placed if successors is None else _followed(notes.placed, successors)
    # Of a large list only the IDs are joined: the rest of it would be copied.
    own = free.select(ID).join(placed.select(ID, *notes.columns), on=ID, how="left", maintain_order="left")
    left_over = placed.join(master.select(ID), on=ID, how="anti")
    return free.select(*own.select(notes.columns), pl.all()), _left_over(notes, left_over)


def is_rejected_status(master: pl.DataFrame, words: Collection[str]) -> pl.Expr:
    """Whether the person's status says that they passed on the property; `words`: such statuses, whatever their case."""
    if STATUS_COLUMN not in master.columns:
        return pl.lit(value=False)
    known = [word.strip().lower() for word in words]
    return pl.col(STATUS_COLUMN).str.strip_chars().str.to_lowercase().is_in(known).fill_null(value=False)


def _followed(placed: pl.DataFrame, successors: pl.DataFrame) -> pl.DataFrame:
    """The notes under the ID that their property has now, unless there are notes of that already."""
    free = successors.join(placed, left_on="New ID", right_on=ID, how="anti")
    return placed.with_columns(pl.col(ID).replace(free["Old ID"], free["New ID"]))


def _left_over(notes: Notes, placed: pl.DataFrame) -> pl.DataFrame:
    names = [ID, *ADDRESS_COLUMNS, *notes.columns]
    return pl.concat([placed.select(names), notes.unplaced.select(names).unique()]).sort(names, nulls_last=True)


def _out_of_the_way(there: Sequence[str], own: Collection[str]) -> dict[str, str]:
    """The columns that have the name of a person's own, whatever its case -> a name that is free."""
    folded = {_fold(name) for name in own}
    taken = folded | {_fold(name) for name in there}
    renamed: dict[str, str] = {}
    for name in there:
        if _fold(name) in folded:
            free = f"{name} (input)"
            while _fold(free) in taken:
                free += " (input)"
            renamed[name] = free
            taken.add(_fold(free))
    return renamed


def _fold(name: str) -> str:
    return "".join(name.casefold().split())


_SHOWN = 3


def describe_notes(notes: Notes, written: Collection[str] = ()) -> tuple[str, ...]:
    """Notes without a property, notes that were joined, and columns that a person added and that are not carried along.

    `written`: the columns that the last run wrote to the list; without them nothing is said of columns.
    """
    places = [f'row {row} of "{sheet}"' for sheet, row in notes.unplaced.select(SHEET, ROW).iter_rows()]
    known = {*written, *notes.columns, *WORKBOOK_LINKS}
    added = [name for name in notes.headers if name not in known] if written else []
    found = (
        (
            places,
            f"Notes without a Property ID ({join_some(places, _SHOWN)}) stay on the sheet {KEPT_SHEET} until they are given one.",
        ),
        (notes.joined, f"Different notes of one property stand below each other now: {join_some(notes.joined, _SHOWN)}."),
        (
            added,
            f"Columns added by hand are not kept: {join_some(added, _SHOWN)}. Name them in output.user_columns to keep them.",
        ),
    )
    return tuple(sentence for some, sentence in found if some)
