"""Parse the query of `explain`: a Property ID, a row of a file, an APN, an address or a name."""

import re
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from flexscout.domain import SOURCE_COLUMNS
from flexscout.insights.replayed_run import AT, PROPERTY, RANK, ReplayedRun
from flexscout.matching import find_rows_by_address, find_rows_by_apn

_ID = re.compile(r"P-[0-9A-F]{16}(-\d+)?", re.IGNORECASE)
_FILE_SUFFIX = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,6}$")
_ROW_REFERENCE = re.compile(r"(?P<place>.+):(?P<row>\d{1,7})")
_FILE, _SHEET, _ROW = SOURCE_COLUMNS


class QueryKind(StrEnum):
    """How a query was understood."""

    PROPERTY_ID = "property_id"
    ROW = "row"
    APN = "apn"
    ADDRESS = "address"
    NAME = "name"


@dataclass(frozen=True)
class RowReference:
    """A row of a file, as the user names it.

    Attributes:
        file: The name of the file.
        sheet: The name of the sheet, empty if none was given.
        row: The row number, from 1.
        files: The files of the run that match the name; one, if the reference is unambiguous.

    """

    file: str
    sheet: str
    row: int
    files: tuple[str, ...]


@dataclass(frozen=True)
class ParsedQuery:
    """A query and the rows that match it.

    Attributes:
        kind: How the query was understood.
        rows: `AT` of the matching rows.
        reference: The row that was asked for, even if it isn't a property.

    """

    kind: QueryKind
    rows: pl.Series
    reference: RowReference | None = None


def parse_query(query: str, past: ReplayedRun) -> ParsedQuery:
    """Find the rows of a replayed run that a query means; the least ambiguous kind is tried first."""
    text = " ".join(query.split())
    if _ID.fullmatch(text):
        return ParsedQuery(QueryKind.PROPERTY_ID, _find_by_id(text.upper(), past))
    if reference := parse_row_reference(query.strip(), past):
        return ParsedQuery(QueryKind.ROW, _find_by_reference(reference, past), reference)
    if not past.rows.width:
        return ParsedQuery(QueryKind.ADDRESS, _no_rows())
    searches = (
        (QueryKind.APN, find_rows_by_apn(text, past.rows)),
        (QueryKind.ADDRESS, find_rows_by_address(text, past.rows)),
        (QueryKind.NAME, _find_by_name(text, past)),
    )
    return next((ParsedQuery(kind, rows) for kind, rows in searches if len(rows)), ParsedQuery(QueryKind.ADDRESS, _no_rows()))


def parse_row_reference(text: str, past: ReplayedRun) -> RowReference | None:
    """Parse `file:row` or `file:sheet:row`; return None if the text names no file."""
    match = _ROW_REFERENCE.fullmatch(text)
    if match is None:
        return None
    place = match["place"]
    before, _, after = place.rpartition(":")
    readings = [(name, sheet, _find_files(name, past)) for name, sheet in ((place, ""), (before, after))]
    known = next((reading for reading in readings if reading[2]), None)
    chosen = known or next((reading for reading in readings if _FILE_SUFFIX.search(reading[0])), None)
    if chosen is None:
        return None
    name, sheet, files = chosen
    return RowReference(files[0] if len(files) == 1 else name, sheet, int(match["row"]), files)


def _find_files(name: str, past: ReplayedRun) -> tuple[str, ...]:
    """Return the files of the run with this name or path, or whose path ends with it."""
    path = name.strip().replace("\\", "/").casefold()
    files = {str(entry["file"]): f"/{entry['file'].casefold()}" for entry in past.record.report["files"]}
    exact = tuple(file for file, known in files.items() if known == f"/{path}")
    return exact or tuple(file for file, known in files.items() if path and (known.endswith(f"/{path}") or path.endswith(known)))


def _find_by_reference(reference: RowReference, past: ReplayedRun) -> pl.Series:
    if not past.rows.width:
        return _no_rows()
    matches = (pl.col(_FILE) == reference.file) & (pl.col(_ROW) == reference.row)
    if reference.sheet:
        matches &= pl.col(_SHEET).str.to_lowercase() == reference.sheet.strip().lower()
    return past.rows.filter(matches)[AT]


def _find_by_id(property_id: str, past: ReplayedRun) -> pl.Series:
    """Return the row on the list with this ID, else the rows that would have it if they were on the list."""
    if not past.rows.width:
        return _no_rows()
    listed = past.rows.filter(pl.col("Property ID") == property_id)
    if listed.height:
        return listed[AT]
    unlisted = past.rows.filter(pl.col(RANK).count().over(PROPERTY) == 0).unique(PROPERTY, keep="first", maintain_order=True)
    return unlisted.filter(past.assign_ids(unlisted) == property_id)[AT] if unlisted.height else _no_rows()


def _find_by_name(text: str, past: ReplayedRun) -> pl.Series:
    if "Property Name" not in past.rows.columns:
        return _no_rows()
    return past.rows.filter(pl.col("Property Name").str.to_lowercase().str.strip_chars() == text.lower())[AT]


def _no_rows() -> pl.Series:
    return pl.Series(AT, [], pl.Int64)
