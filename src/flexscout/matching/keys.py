"""The normalized key of a row: rows with equal keys are one property."""

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from flexscout.domain import (
    ADDRESS_PARTS,
    AREA_COLUMNS,
    SOURCE_COLUMNS,
    apn_key,
    blank_to_null,
    city_key,
    common_missing_fields,
    is_missing_field,
    map_distinct,
    normalize_words,
    parse_addresses,
    split_places,
    state_key,
    zip_key,
)

_BETWEEN, _NONE = "\x1f", "\x1eno"  # a separator, and a mark before what a file lacks, that no cell holds


def build_duplicate_keys(
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
    given = common_missing_fields(frame, fields) if sheets is None else sheets
    parts = [
        pl.coalesce(pl.lit(known[field]) if field in known else _spelled(placed, field), scope_to_file(frame, given, field))
        for field in fields
    ]
    comparable = ~pl.all_horizontal(is_missing_field(pl.lit(given), field) for field in fields)
    return frame.with_columns(pl.when(comparable).then(pl.concat_str(parts, separator=_BETWEEN)).alias("__key"))["__key"]


def scope_to_file(frame: pl.DataFrame, sheets: pl.Series, field: str) -> pl.Expr:
    """What stands for a part of the place that the row's sheet lacks, equal within a file; null for other fields and sheets."""
    file = pl.lit(frame[SOURCE_COLUMNS[0]].cast(pl.String)) if SOURCE_COLUMNS[0] in frame.columns else pl.lit("")
    return pl.when(is_missing_field(pl.lit(sheets), field) & (field in AREA_COLUMNS)).then(
        pl.format(f"{_NONE} {field} in {{}}", file)
    )


def remove_file_scope(keys: pl.Series) -> pl.Series:
    """The keys, in which it no longer stands which file lacks something."""
    return keys.str.replace_all(rf"{_NONE} [^{_BETWEEN}|]*", "")


def _placed(frame: pl.DataFrame, fields: Sequence[str]) -> pl.DataFrame:
    """The frame with addresses that do not repeat where they are."""
    return frame.with_columns(split_places(frame)) if {"Address"} & {*fields} & {*frame.columns} else frame


def _spelled(frame: pl.DataFrame, field: str) -> pl.Expr:
    return pl.lit(normalize_field(frame[field].cast(pl.String), field) if field in frame.columns else None, dtype=pl.String)


def normalize_field(texts: pl.Series, field: str) -> pl.Series:
    """Texts of a field in the one spelling that keys compare; null where they say nothing."""
    if field == "Address":
        return address_key(parse_addresses(texts))
    return map_distinct(texts, _SPELLINGS.get(field, _words))


def address_key(parts: pl.DataFrame) -> pl.Series:
    """PARTS as one text."""
    return parts.select(pl.concat_str(ADDRESS_PARTS, separator="|").alias("key")).to_series()


def _words(text: pl.Expr) -> pl.Expr:
    return blank_to_null(normalize_words(text))


_SPELLINGS: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "City": city_key,
    "State": state_key,
    "Zip Code": zip_key,
    "APN": apn_key,
}
