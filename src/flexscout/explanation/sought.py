"""What a person asks for: a Property ID, a row of a file, a parcel number or an address."""

import re
from dataclasses import dataclass

import polars as pl

from flexscout.explanation.past import AT, PROPERTY, RANK, Past
from flexscout.linkage import rows_at, rows_of_parcel
from flexscout.model import SOURCE_COLUMNS

_ID = re.compile(r"P-[0-9A-F]{12}(-\d+)?", re.IGNORECASE)
_ROW = re.compile(r"(?P<place>.+):(?P<row>\d{1,7})")
_FILE, _SHEET, _NUMBER = SOURCE_COLUMNS


@dataclass(frozen=True)
class Cell:
    """A row of a file, as it was asked for; `sheet` is empty where the file has but one."""

    file: str
    sheet: str
    row: int


@dataclass(frozen=True)
class Sought:
    """How a question was understood.

    `kind`: property_id, row, apn, address or name; `rows`: positions among all rows of the run that answer; `cell`: the row that
    was asked for, also if it is no property.
    """

    kind: str
    rows: pl.Series
    cell: Cell | None = None


def sought(query: str, past: Past) -> Sought:
    """What is meant, the surest first."""
    text = " ".join(query.split())
    if _ID.fullmatch(text):
        return Sought("property_id", _of_id(text.upper(), past))
    if cell := cell_of(query.strip(), past):
        return Sought("row", _of_cell(cell, past), cell)
    if not past.rows.width:
        return Sought("address", _none())
    if len(parcel := rows_of_parcel(text, past.rows)):
        return Sought("apn", parcel)
    if len(place := rows_at(text, past.rows)):
        return Sought("address", place)
    return Sought("address", _none()) if (named := _of_name(text, past)).is_empty() else Sought("name", named)


def cell_of(text: str, past: Past) -> Cell | None:
    """`file:row` or `file:sheet:row`, if the run knows such a file."""
    found = _ROW.fullmatch(text)
    if found is None:
        return None
    whole, (before, _, after) = found["place"], found["place"].rpartition(":")
    for given, sheet in ((whole, ""), (before, after)):
        if file := _file(given, past):
            return Cell(file, sheet, int(found["row"]))
    return None


def _file(given: str, past: Past) -> str:
    """The file of the run that is meant: by its name, its path, or the end of it; empty if none or several are."""
    path = given.strip().replace("\\", "/").casefold()
    names = [entry["file"] for entry in past.record.report["files"]]
    if exact := [name for name in names if name.casefold() == path]:
        return str(exact[0])
    whole = [(name, f"/{name.casefold()}") for name in names]
    ends = [name for name, written in whole if path and (written.endswith(f"/{path}") or path.endswith(written))]
    return str(ends[0]) if len(ends) == 1 else ""


def _of_cell(cell: Cell, past: Past) -> pl.Series:
    if not past.rows.width:
        return _none()
    is_there = (pl.col(_FILE) == cell.file) & (pl.col(_NUMBER) == cell.row)
    if cell.sheet:
        is_there &= pl.col(_SHEET).str.to_lowercase() == cell.sheet.strip().lower()
    return past.rows.filter(is_there)[AT]


def _of_id(wanted: str, past: Past) -> pl.Series:
    """The row on the list, or those that are not on it and would be called so."""
    if not past.rows.width:
        return _none()
    listed = past.rows.filter(pl.col("Property ID") == wanted)
    if listed.height:
        return listed[AT]
    left = past.rows.filter(pl.col(RANK).count().over(PROPERTY) == 0).unique(PROPERTY, keep="first", maintain_order=True)
    return left.filter(past.would_be_called(left) == wanted)[AT] if left.height else _none()


def _of_name(text: str, past: Past) -> pl.Series:
    if "Property Name" not in past.rows.columns:
        return _none()
    return past.rows.filter(pl.col("Property Name").str.to_lowercase().str.strip_chars() == text.lower())[AT]


def _none() -> pl.Series:
    return pl.Series(AT, [], pl.Int64)
