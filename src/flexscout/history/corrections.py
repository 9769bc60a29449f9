"""Recognize data cells that the user changed in a workbook, and prepare the user's corrections for merging."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from flexscout.domain import ADDRESS_COLUMNS, CanonicalColumn, find_canonical_column, join_some, list_canonical_columns
from flexscout.history.compare_values import differs, format_values
from flexscout.history.notes import CELL_SCHEMA, ROW, SHEET, clean_text, fold_name, locate_rows
from flexscout.history.notes_store import COLUMN, ID, KIND, TEXT, EntryKind
from flexscout.history.saved_results import MASTER_SHEET, MORE_SHEET, ResultSheet
from flexscout.merging import SOURCE_VALUE, VALUE

CORRECTIONS_SHEET = "My Corrections"
"""The sheet that lists the user's corrections."""

VERIFY_SHEET = "To Verify"
"""The sheet of rows that only missing values keep off the list."""

FILL_IN = "Fill In"
"""The column of that sheet that names the cells that were blank."""

MY_VALUE = "My Value"
"""The column of the user's values on that sheet."""

_MAX_CELL = 32_767  # characters
_PERCENT_DECIMALS = 9
_FLAG_TEXTS = {True: "yes", False: "no"}
_MANY_CELLS, _MOST, _NEARLY_ALL = 10, 0.5, 0.9
_KEY_DIGITS = 6
_MAX_NAMED = 3
_OLD, _CHANGED, _ORDER = "__old", "__changed", "__order"
_SHOWN_CHARACTERS = 60
_TYPE_NAMES = {"year": "a year", "percent": "a percentage", "date": "a date", "flag": "yes or no"}


@dataclass(frozen=True)
class ChangedCells:
    """The data cells of a workbook that aren't what flexscout wrote.

    Attributes:
        cells: CELL_SCHEMA: the new value, null if the cell was emptied.
        unreadable: CELL_SCHEMA: texts that can't be read as a value of their column.
        messages: Sentences about columns and cells that are not used.

    """

    cells: pl.DataFrame
    unreadable: pl.DataFrame
    messages: tuple[str, ...] = ()


def find_changed_cells(sheet: ResultSheet, written: pl.DataFrame) -> ChangedCells:
    """Compare the canonical columns of a sheet with the list that flexscout wrote.

    Rounding, the order of rows, missing rows and other spellings of the same value are no changes. A column in which most values
    differ, as after sorting it alone, is not used.

    Args:
        sheet: A sheet of the list's properties.
        written: The list as flexscout wrote it.

    """
    is_whole_list = fold_name(sheet.name).startswith((fold_name(MASTER_SHEET), fold_name(MORE_SHEET)))
    cells = pl.concat([locate_rows(sheet), sheet.cells], how="horizontal").drop_nulls(ID)
    rows = _fill_places(cells, written)
    changed, unreadable, shuffled = [], [], []
    for column in list_canonical_columns():
        positions = sheet.find_positions(column.name)
        if not positions:
            continue
        old = written.select(ID, (pl.col(column.name) if column.name in written.columns else pl.lit(None)).alias(_OLD))
        columns = [_compare_column(rows, position, old, column) for position in positions]
        best = min(columns, key=lambda cells: cells.filter(_CHANGED).height)
        if _is_shuffled(best):
            shuffled.append(column.name)
            continue
        cells = best.filter(_CHANGED) if is_whole_list else best.filter(pl.col(_CHANGED) & pl.col(TEXT).is_not_null())
        values = convert_values(column.name, cells[TEXT], typed=True)
        is_unreadable = cells[TEXT].is_not_null() & values.is_null()
        unreadable.append(cells.filter(is_unreadable).select(*CELL_SCHEMA))
        changed.append(_select_different(cells.with_columns(values.alias(TEXT)).filter(~is_unreadable), column))
    empty = pl.DataFrame(schema=CELL_SCHEMA)
    messages = _describe_shuffled(sheet.name, shuffled)
    return ChangedCells(pl.concat([empty, *changed]), pl.concat([empty, *unreadable]), tuple(messages))


def find_filled_cells(sheet: ResultSheet) -> ChangedCells:
    """Return what the user entered on the sheet of rows to verify, in the cells that FILL_IN names."""
    named = sheet.find_positions(FILL_IN)
    if not named:
        return ChangedCells(pl.DataFrame(schema=CELL_SCHEMA), pl.DataFrame(schema=CELL_SCHEMA))
    rows = pl.concat([locate_rows(sheet), sheet.cells], how="horizontal").drop_nulls(ID)
    filled, unreadable = [], []
    for column in list_canonical_columns():
        was_blank = pl.col(named[0]).str.split(", ").list.contains(column.name)
        for position in sheet.find_positions(column.name):
            typed = [pl.lit(column.name).alias(COLUMN), clean_text(pl.col(position)).alias(TEXT)]
            cells = rows.filter(was_blank).with_columns(typed).select(*CELL_SCHEMA).drop_nulls(TEXT)
            values = convert_values(column.name, cells[TEXT], typed=True)
            filled.append(cells.with_columns(values.alias(TEXT)).drop_nulls(TEXT))
            unreadable.append(cells.filter(values.is_null()))
    empty = pl.DataFrame(schema=CELL_SCHEMA)
    return ChangedCells(pl.concat([empty, *filled]), pl.concat([empty, *unreadable]))


def find_changed_corrections(rows: pl.DataFrame, known: pl.DataFrame, *, find_removed: bool) -> ChangedCells:
    """Return what the user changed on the sheet of corrections.

    Args:
        rows: The sheet, see `read_corrections_sheet`.
        known: The entries of the notes store when the sheet was written.
        find_removed: Whether a correction without a row was removed by the user.

    """
    base = known.filter((pl.col(KIND) == EntryKind.CORRECTION) & pl.col(TEXT).is_not_null())
    written = convert_by_column(base.select(ID, COLUMN, pl.col(TEXT).alias(VALUE)), VALUE)
    joined = rows.join(written, on=[ID, COLUMN], how="left", maintain_order="left")
    same = convert_by_column(joined.with_columns(pl.col(TEXT).alias(_OLD)), _OLD)
    changed = same.filter(pl.col(_OLD).ne_missing(pl.col(VALUE)))
    typed = convert_by_column(changed.with_columns(pl.col(TEXT).alias(VALUE)), VALUE, typed=True)
    is_unreadable = pl.col(TEXT).is_not_null() & pl.col(VALUE).is_null()
    cells = typed.filter(~is_unreadable).with_columns(pl.col(VALUE).alias(TEXT)).select(*CELL_SCHEMA)
    gone = base.join(rows, on=[ID, COLUMN], how="anti") if find_removed else base.clear()
    removed = gone.with_columns(
        pl.lit(CORRECTIONS_SHEET).alias(SHEET), pl.lit(0, pl.Int64).alias(ROW), pl.lit(None, pl.String).alias(TEXT)
    )
    return ChangedCells(pl.concat([cells, removed.select(*CELL_SCHEMA)]), typed.filter(is_unreadable).select(*CELL_SCHEMA))


def combine_changed_cells(parts: Sequence[ChangedCells]) -> ChangedCells:
    """Return the changed cells of all sheets, with a message for each text that can't be read."""
    empty = pl.DataFrame(schema=CELL_SCHEMA)
    unreadable = pl.concat([empty, *(part.unreadable for part in parts)])
    messages = (*(message for part in parts for message in part.messages), *_describe_unreadable(unreadable))
    return ChangedCells(pl.concat([empty, *(part.cells for part in parts)]), unreadable, messages)


def convert_values(name: str, texts: pl.Series, *, typed: bool = False) -> pl.Series:
    """Convert texts of a canonical column to the form in which corrections are stored; null where that isn't possible.

    Args:
        name: The canonical column.
        texts: The texts.
        typed: Whether the texts were typed in a workbook, where `95%` is the number 0.95.

    """
    from flexscout.ingest import convert_column  # noqa: PLC0415 - most runs have no corrections

    if find_canonical_column(name).type == "percent":
        # The sign keeps the conversion from judging the column as a whole.
        number = texts.cast(pl.Float64, strict=False)
        percent = (number * 100).round(_PERCENT_DECIMALS).zip_with((number.abs() <= 1) & typed, number)
        texts = (percent.cast(pl.String) + "%").zip_with(percent.is_not_null(), texts)
    values = convert_column(name, texts)
    if values.dtype == pl.Boolean:
        return values.replace_strict(_FLAG_TEXTS, default=None, return_dtype=pl.String)
    return values.to_frame("value").select(format_values(pl.col("value")))["value"]


def read_corrections_sheet(sheet: ResultSheet) -> pl.DataFrame:
    """Return CELL_SCHEMA and SOURCE_VALUE of each row of the sheet of corrections; TEXT is the user's value."""
    positions = {name: sheet.find_positions(name) for name in (COLUMN, MY_VALUE, SOURCE_VALUE)}
    texts = [clean_text(pl.col(at[0])) if at else pl.lit(None, pl.String) for at in positions.values()]
    values = sheet.cells.select(text.alias(name) for name, text in zip((COLUMN, TEXT, SOURCE_VALUE), texts, strict=True))
    names = [column.name for column in list_canonical_columns()]
    rows = pl.concat([locate_rows(sheet), values], how="horizontal").filter(pl.col(ID).is_not_null(), pl.col(COLUMN).is_in(names))
    return rows.select(*CELL_SCHEMA, SOURCE_VALUE)


def drop_restored(cells: pl.DataFrame, sources: pl.DataFrame) -> pl.DataFrame:
    """Empty the cells to which the user gave the value from the sources again.

    Args:
        cells: CELL_SCHEMA.
        sources: ID, COLUMN and SOURCE_VALUE of the corrections that the workbook lists.

    """
    joined = cells.join(
        sources.select(ID, COLUMN, SOURCE_VALUE).unique([ID, COLUMN]), on=[ID, COLUMN], how="left", maintain_order="left"
    )
    is_restored = (pl.col(TEXT) == pl.col(SOURCE_VALUE)).fill_null(value=False)
    return joined.with_columns(pl.when(~is_restored).then(TEXT).alias(TEXT)).drop(SOURCE_VALUE)


def convert_by_column(frame: pl.DataFrame, name: str, *, typed: bool = False) -> pl.DataFrame:
    """Return the frame with the texts of column `name` converted as values of the canonical column that COLUMN names."""
    parts = frame.with_row_index(_ORDER).partition_by(COLUMN, as_dict=True)
    converted = [
        part.with_columns(convert_values(str(column), part[name], typed=typed).alias(name)) for (column,), part in parts.items()
    ]
    return pl.concat(converted).sort(_ORDER).drop(_ORDER) if converted else frame


def _fill_places(rows: pl.DataFrame, written: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of a sheet with the address, city and state that the sheet lacks, from the list."""
    places = written.select(ID, *(name for name in ADDRESS_COLUMNS if name in written.columns)).unique(ID, keep="first")
    joined = rows.join(places, on=ID, how="left", maintain_order="left", suffix=_OLD)
    known = [pl.coalesce(name, f"{name}{_OLD}").alias(name) for name in places.columns if name != ID]
    return joined.with_columns(known).select(rows.columns)


def _compare_column(rows: pl.DataFrame, position: str, old: pl.DataFrame, column: CanonicalColumn) -> pl.DataFrame:
    """Return CELL_SCHEMA, _OLD and whether the cell is not what was written."""
    cells = rows.select(
        SHEET, ROW, ID, *ADDRESS_COLUMNS, pl.lit(column.name).alias(COLUMN), clean_text(pl.col(position)).alias(TEXT)
    )
    joined = cells.join(old, on=ID, maintain_order="left")
    text, value = pl.col(TEXT), pl.col(_OLD)
    dtype = joined.schema[_OLD]
    if dtype.is_numeric():
        types = [pl.Float64(), dtype]
        is_same = ~differs(value, text.cast(pl.Float64, strict=False), types, column.name)
    elif dtype == pl.Boolean:
        is_same = text.str.to_lowercase() == value.replace_strict(_FLAG_TEXTS, default=None, return_dtype=pl.String)
    else:
        shown = clean_text(value.cast(pl.String).str.slice(0, _MAX_CELL))
        is_same = text.eq_missing(shown) | (text.cast(pl.Float64, strict=False) == shown.cast(pl.Float64, strict=False))
    has_both, has_none = text.is_not_null() & value.is_not_null(), text.is_null() & value.is_null()
    return joined.with_columns((~((is_same.fill_null(value=False) & has_both) | has_none)).alias(_CHANGED))


def _is_shuffled(cells: pl.DataFrame) -> bool:
    """Return whether most values differ, but the column has about the same values as before, as after sorting it alone."""
    both = cells.filter(pl.col(TEXT).is_not_null() & pl.col(_OLD).is_not_null())
    if both.filter(_CHANGED).height < max(_MANY_CELLS, _MOST * both.height):
        return False
    kind = pl.Float64 if cells.schema[_OLD].is_numeric() else pl.String
    sides = [both.select(pl.col(name).cast(kind, strict=False).alias("value")) for name in (TEXT, _OLD)]
    keys = [side.select(pl.col("value").round_sig_figs(_KEY_DIGITS)) if kind == pl.Float64 else side for side in sides]
    new, old = (key.group_by("value").len() for key in keys)
    shared = new.join(old, on="value").select(pl.min_horizontal("len", "len_right").sum()).item()
    return bool(shared >= _NEARLY_ALL * both.height)


def _select_different(cells: pl.DataFrame, column: CanonicalColumn) -> pl.DataFrame:
    """Return the cells whose value, once read, isn't the one that was written after all."""
    old = cells[_OLD]
    is_flag = old.dtype == pl.Boolean
    texts = old.replace_strict(_FLAG_TEXTS, default=None, return_dtype=pl.String) if is_flag else old.cast(pl.String)
    written = convert_values(column.name, texts)
    return cells.filter(cells[TEXT].ne_missing(written)).select(*CELL_SCHEMA)


def _describe_shuffled(sheet: str, names: list[str]) -> list[str]:
    if not names:
        return []
    problem = f'On the sheet "{sheet}" the values of {join_some(names, _MAX_NAMED)} are in other rows than flexscout wrote them'
    return [
        f"{problem}, as after sorting a column alone. They are not used as corrections; the workbook with them is kept as .bak."
    ]


def _describe_unreadable(cells: pl.DataFrame) -> list[str]:
    advice = "The source's value stays, and your text is kept as a note."
    messages = [
        f"Sheet \"{sheet}\", row {row}, {name}: '{text[:_SHOWN_CHARACTERS]}' can't be read as {_name_type(name)}. {advice}"
        for sheet, row, name, text in cells.head(_MAX_NAMED).select(SHEET, ROW, COLUMN, TEXT).iter_rows()
    ]
    rest = cells.height - _MAX_NAMED
    return [*messages, f"{rest:,} more changed cells can't be read; their texts are kept as notes."] if rest > 0 else messages


def _name_type(name: str) -> str:
    return _TYPE_NAMES.get(find_canonical_column(name).type, "a number")
