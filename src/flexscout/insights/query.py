"""What a person asks for: a Property ID, a row of a file, a parcel number or an address."""

import re
from dataclasses import dataclass

import polars as pl

from flexscout.domain import SOURCE_COLUMNS
from flexscout.insights.replayed_run import AT, PROPERTY, RANK, ReplayedRun
from flexscout.matching import find_rows_by_address, find_rows_by_apn

_ID = re.compile(r"P-[0-9A-F]{12}(-\d+)?", re.IGNORECASE)
_FILE_NAME = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,6}$")
_ROW = re.compile(r"(?P<place>.+):(?P<row>\d{1,7})")
_FILE, _SHEET, _NUMBER = SOURCE_COLUMNS


@dataclass(frozen=True)
class RowReference:
    """A row of a file, as it was asked for.

    `sheet` is empty where none was named; `files`: those of the run that may be meant, which should be one.
    """

    file: str
    sheet: str
    row: int
    files: tuple[str, ...]


@dataclass(frozen=True)
class ParsedQuery:
    """How a question was understood.

    `kind`: property_id, row, apn, address or name; `rows`: positions among all rows of the run that answer; `cell`: the row that
    was asked for, also if it is no property.
    """

    kind: str
    rows: pl.Series
    cell: RowReference | None = None


def parse_query(query: str, past: ReplayedRun) -> ParsedQuery:
    """What is meant, the surest first."""
    text = " ".join(query.split())
    if _ID.fullmatch(text):
        return ParsedQuery("property_id", _of_id(text.upper(), past))
    if cell := parse_row_reference(query.strip(), past):
        return ParsedQuery("row", _of_cell(cell, past), cell)
    if not past.rows.width:
        return ParsedQuery("address", _none())
    if len(parcel := find_rows_by_apn(text, past.rows)):
        return ParsedQuery("apn", parcel)
    if len(place := find_rows_by_address(text, past.rows)):
        return ParsedQuery("address", place)
    return ParsedQuery("address", _none()) if (named := _of_name(text, past)).is_empty() else ParsedQuery("name", named)


def parse_row_reference(text: str, past: ReplayedRun) -> RowReference | None:
    """`file:row` or `file:sheet:row`; None if the text names no file."""
    found = _ROW.fullmatch(text)
    if found is None:
        return None
    whole, (before, _, after) = found["place"], found["place"].rpartition(":")
    asked = [(given, sheet, _files(given, past)) for given, sheet in ((whole, ""), (before, after))]
    meant = next((one for one in asked if one[2]), None) or next((one for one in asked if _FILE_NAME.search(one[0])), None)
    if meant is None:
        return None
    given, sheet, files = meant
    return RowReference(files[0] if len(files) == 1 else given, sheet, int(found["row"]), files)


def _files(given: str, past: ReplayedRun) -> tuple[str, ...]:
    """The files of the run that are meant: by their name, their path, or the end of it."""
    path = given.strip().replace("\\", "/").casefold()
    names = {str(entry["file"]): f"/{entry['file'].casefold()}" for entry in past.record.report["files"]}
    exact = tuple(name for name, written in names.items() if written == f"/{path}")
    return exact or tuple(name for name, written in names.items() if path and _ends_alike(written, path))


def _ends_alike(written: str, path: str) -> bool:
    return written.endswith(f"/{path}") or path.endswith(written)


def _of_cell(cell: RowReference, past: ReplayedRun) -> pl.Series:
    if not past.rows.width:
        return _none()
    is_there = (pl.col(_FILE) == cell.file) & (pl.col(_NUMBER) == cell.row)
    if cell.sheet:
        is_there &= pl.col(_SHEET).str.to_lowercase() == cell.sheet.strip().lower()
    return past.rows.filter(is_there)[AT]


def _of_id(wanted: str, past: ReplayedRun) -> pl.Series:
    """The row on the list, or those that are not on it and would be called so."""
    if not past.rows.width:
        return _none()
    listed = past.rows.filter(pl.col("Property ID") == wanted)
    if listed.height:
        return listed[AT]
    left = past.rows.filter(pl.col(RANK).count().over(PROPERTY) == 0).unique(PROPERTY, keep="first", maintain_order=True)
    return left.filter(past.assign_ids(left) == wanted)[AT] if left.height else _none()


def _of_name(text: str, past: ReplayedRun) -> pl.Series:
    if "Property Name" not in past.rows.columns:
        return _none()
    return past.rows.filter(pl.col("Property Name").str.to_lowercase().str.strip_chars() == text.lower())[AT]


def _none() -> pl.Series:
    return pl.Series(AT, [], pl.Int64)
