"""A workbook as a person left it -> what they typed into their own columns."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from flexscout.model import LINK_COLUMNS
from flexscout.results import MASTER_SHEET, SCORE, ResultSheet, read_result_sheets

KEPT_SHEET = "Notes of Others"
"""Where the notes of properties stand that are not on the list."""

ID = LINK_COLUMNS[0]
PLACE = ("Address", "City", "State")
SHEET, ROW = "Sheet", "Row"

_COLUMN, _TEXT = "__column", "__text"
_TYPED = {SHEET: pl.String, ROW: pl.Int64, **dict.fromkeys((ID, *PLACE, _COLUMN, _TEXT), pl.String)}
_MIDNIGHT = r"^(\d{4}-\d{2}-\d{2}) 00:00:00$"  # how the reader gives a cell with a day
_NO_DAY = r"^1899-12-3[01] (\d{2}:\d{2}:\d{2})$"  # and one with a time of day
_DIFFERENT = "__different"


@dataclass(frozen=True)
class Notes:
    """What a person typed.

    `columns`: theirs, in order; `placed`: a row per Property ID that has any, by ID: ID, PLACE as the workbook has it, and these
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
    known = [ID, SCORE, *user_columns]
    if master is None:
        return _notes(read_result_sheets(workbook, [MASTER_SHEET, KEPT_SHEET], known), user_columns)
    kept = read_result_sheets(workbook, [KEPT_SHEET], known, required=False)
    return _notes([_as_sheet(master, [ID, *PLACE, *user_columns]), *kept], user_columns)


def no_notes(user_columns: Sequence[str]) -> Notes:
    """The notes of a workbook that is not there yet."""
    return _notes([], user_columns)


def _notes(sheets: Sequence[ResultSheet], columns: Sequence[str]) -> Notes:
    typed = pl.concat([pl.DataFrame(schema=_TYPED), *(part for sheet in sheets for part in _typed(sheet, columns))])
    has_id = pl.col(ID).is_not_null()
    placed = _by(typed.filter(has_id), [ID], columns).sort(ID)
    unplaced = _by(typed.filter(~has_id), [SHEET, ROW], columns)
    return Notes(
        tuple(columns),
        placed.select(ID, *PLACE, *columns),
        unplaced.select(SHEET, ROW, ID, *PLACE, *columns),
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
    where = [pl.lit(sheet.name).alias(SHEET), pl.col(ROW).cast(pl.Int64), *(_first(sheet, name) for name in (ID, *PLACE))]
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
    others = [name for name in (ID, *PLACE) if name not in keys]
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
