"""The normalized key of a row: rows with equal keys are one property."""

from collections.abc import Callable, Collection, Mapping, Sequence

import polars as pl

from flexscout.linkage.address import PARTS, address_parts
from flexscout.linkage.place import city_key, state_key, without_place, zip_key
from flexscout.linkage.spelling import plain, spelled_once
from flexscout.model import PLACE_COLUMNS, SOURCE_COLUMNS

_BETWEEN, _NONE = "\x1f", "\x1eno"  # a separator, and a mark before what a file lacks, that no cell holds

WITHIN_FILE = ("City", "State")
"""Where a sheet lacks them, its rows are compared within their file alone."""


def lacking(columns: Collection[str], fields: Sequence[str]) -> str:
    """Which of the duplicate `fields`, and of city and state, a sheet with these columns lacks: a text for each of its rows."""
    return "".join(f"|{name}|" for name in dict.fromkeys((*fields, *WITHIN_FILE)) if name not in columns)


def lacks(sheets: pl.Expr, field: str) -> pl.Expr:
    """Whether the sheet of each row lacks the field; `sheets`: texts of `lacking`."""
    return sheets.str.contains(f"|{field}|", literal=True)


def duplicate_keys(
    frame: pl.DataFrame, fields: Sequence[str], sheets: pl.Series | None = None, told: Mapping[str, pl.Series] | None = None
) -> pl.Series:
    """A key per row, null where the row can't be a duplicate of another.

    `fields`: canonical columns that have to agree; `sheets`: what the sheet of each row lacks, as `lacking` says it, by default
    what the frame lacks; `told`: fields that are normalized already. A missing value, or an address without a house number,
    gives no key. Where a sheet lacks a part of the place, such as the state, its rows are compared only within their
    `Source File`; where it lacks anything else, they have no key.
    """
    known = told or {}
    placed = frame if "Address" in known else _placed(frame, fields)
    given = lacking_of(frame, fields) if sheets is None else sheets
    parts = [
        pl.coalesce(pl.lit(known[field]) if field in known else _spelled(placed, field), within_file(frame, given, field))
        for field in fields
    ]
    comparable = ~pl.all_horizontal(lacks(pl.lit(given), field) for field in fields)
    return frame.with_columns(pl.when(comparable).then(pl.concat_str(parts, separator=_BETWEEN)).alias("__key"))["__key"]


def within_file(frame: pl.DataFrame, sheets: pl.Series, field: str) -> pl.Expr:
    """What stands for a part of the place that the row's sheet lacks, equal within a file; null for other fields and sheets."""
    file = pl.lit(frame[SOURCE_COLUMNS[0]].cast(pl.String)) if SOURCE_COLUMNS[0] in frame.columns else pl.lit("")
    return pl.when(lacks(pl.lit(sheets), field) & (field in PLACE_COLUMNS)).then(pl.format(f"{_NONE} {field} in {{}}", file))


def lacking_of(frame: pl.DataFrame, fields: Sequence[str]) -> pl.Series:
    """What each row's sheet lacks, if all are of one."""
    return pl.repeat(lacking(frame.columns, fields), frame.height, dtype=pl.String, eager=True)


def without_file(keys: pl.Series) -> pl.Series:
    """The keys, in which it no longer stands which file lacks something."""
    return keys.str.replace_all(rf"{_NONE} [^{_BETWEEN}|]*", "")


def _placed(frame: pl.DataFrame, fields: Sequence[str]) -> pl.DataFrame:
    """The frame with addresses that do not repeat where they are."""
    return frame.with_columns(without_place(frame)) if {"Address"} & {*fields} & {*frame.columns} else frame


def _spelled(frame: pl.DataFrame, field: str) -> pl.Expr:
    return pl.lit(normalize(frame[field].cast(pl.String), field) if field in frame.columns else None, dtype=pl.String)


def normalize(texts: pl.Series, field: str) -> pl.Series:
    """Texts of a field in the one spelling that keys compare; null where they say nothing."""
    if field == "Address":
        return address_key(address_parts(texts))
    return spelled_once(texts, _SPELLINGS.get(field, _words))


def address_key(parts: pl.DataFrame) -> pl.Series:
    """PARTS as one text."""
    return parts.select(pl.concat_str(PARTS, separator="|").alias("key")).to_series()


def _words(text: pl.Expr) -> pl.Expr:
    return _filled(plain(text))


def parcel_key(number: pl.Expr) -> pl.Expr:
    """The letters and digits of a parcel number: 06-43 and 0643 are one parcel."""
    return _filled(number.str.to_uppercase().str.replace_all(r"[\W_]+", ""))


def _filled(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(text)


_SPELLINGS: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "City": city_key,
    "State": state_key,
    "Zip Code": zip_key,
    "APN": parcel_key,
}
