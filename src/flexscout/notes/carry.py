"""Notes -> the columns of a new list; and what becomes of those whose property is not on it."""

from collections.abc import Collection, Sequence

import polars as pl

from flexscout.notes.read import ID, PLACE, Notes

STATUS_COLUMN = "My Status"
"""The column whose words can keep a property out of the top candidates."""


def with_notes(master: pl.DataFrame, notes: Notes, successors: pl.DataFrame | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The master table with the person's columns in front, and the notes that have no place in it.

    `successors`: `Old ID` and `New ID` of properties that have another one than in the workbook. A column of the inputs that has
    the name of one of the person's gets ` (input)`. The notes left over have ID, PLACE and these columns, by ID; of those without
    an ID it is null.
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


def passed(master: pl.DataFrame, words: Collection[str]) -> pl.Expr:
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
    names = [ID, *PLACE, *notes.columns]
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
