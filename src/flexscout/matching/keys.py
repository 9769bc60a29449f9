"""The normalized key of a row: rows with equal keys are the same property."""

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from flexscout.domain import (
    ADDRESS_PARTS,
    AREA_COLUMNS,
    SOURCE_COLUMNS,
    apn_key,
    blank_to_null,
    city_key,
    infer_states,
    is_missing_field,
    map_distinct,
    normalize_words,
    parse_addresses,
    repeat_missing_fields,
    select_as_text,
    split_places,
    state_key,
    zip_key,
)

# Control characters that no cell contains: one separates fields, the other marks a field that a sheet doesn't have.
_SEPARATOR, _MISSING = "\x1f", "\x1eno"


def build_duplicate_keys(
    frame: pl.DataFrame,
    fields: Sequence[str],
    missing_fields: pl.Series | None = None,
    normalized: Mapping[str, pl.Series] | None = None,
) -> pl.Series:
    """Return a key per row, null where the row can't match any other.

    A missing value, or an address without a house number, gives no key. Where a sheet has no column for the city, state or ZIP
    code, its rows are compared only within their `Source File`; where it lacks another field, they have no key.

    Args:
        frame: The rows.
        fields: Canonical columns in which two rows have to agree.
        missing_fields: The fields that the sheet of each row doesn't have. By default, those that the frame doesn't have.
        normalized: Fields that are normalized already.

    """
    known = normalized or {}
    missing = repeat_missing_fields(frame, fields) if missing_fields is None else missing_fields
    if "Address" in fields and "Address" in frame.columns and "Address" not in known:
        placed = split_places(frame).with_columns(select_as_text(frame, ("County",)))
        frame = frame.with_columns(placed.with_columns(infer_states(placed)["State"]).drop("County"))
    parts = [
        pl.coalesce(
            pl.lit(known[field] if field in known else _normalize_column(frame, field), dtype=pl.String),
            scope_to_file(frame, missing, field),
        )
        for field in fields
    ]
    is_comparable = ~pl.all_horizontal(is_missing_field(pl.lit(missing), field) for field in fields)
    return frame.with_columns(pl.when(is_comparable).then(pl.concat_str(parts, separator=_SEPARATOR)).alias("__key"))["__key"]


def scope_to_file(frame: pl.DataFrame, missing_fields: pl.Series, field: str) -> pl.Expr:
    """Return a key that is equal within a file, for rows whose sheet has no column for this part of the place; else null."""
    file = pl.lit(frame[SOURCE_COLUMNS[0]].cast(pl.String)) if SOURCE_COLUMNS[0] in frame.columns else pl.lit("")
    is_missing = is_missing_field(pl.lit(missing_fields), field) & (field in AREA_COLUMNS)
    return pl.when(is_missing).then(pl.format(f"{_MISSING} {field} in {{}}", file))


def is_known_area(key: pl.Expr) -> pl.Expr:
    """Return whether a key of a city or state names one, instead of being missing or the scope of a file."""
    return (~key.str.starts_with(_MISSING)).fill_null(value=False)


def remove_file_scope(keys: pl.Series) -> pl.Series:
    """Return the keys without the names of files."""
    return keys.str.replace_all(rf"{_MISSING} [^{_SEPARATOR}|]*", "")


def build_address_key(parts: pl.DataFrame) -> pl.Series:
    """Return `ADDRESS_PARTS` joined into one key."""
    return parts.select(pl.concat_str(ADDRESS_PARTS, separator="|").alias("key")).to_series()


def _normalize_column(frame: pl.DataFrame, field: str) -> pl.Series | None:
    """Return the column as keys compare it, null where it has no value."""
    if field not in frame.columns:
        return None
    texts = frame[field].cast(pl.String)
    if field == "Address":
        return build_address_key(parse_addresses(texts))
    return map_distinct(texts, _NORMALIZERS.get(field, _normalize_text))


def _normalize_text(text: pl.Expr) -> pl.Expr:
    return blank_to_null(normalize_words(text))


_NORMALIZERS: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "City": city_key,
    "State": state_key,
    "Zip Code": zip_key,
    "APN": apn_key,
}
