"""The normalized key of a row: rows with equal keys are one property."""

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from flexscout.linkage.address import PARTS, address_parts
from flexscout.linkage.place import city_key, state_key, texts, without_place, zip_key
from flexscout.linkage.spelling import plain
from flexscout.model import PLACE_COLUMNS, SOURCE_COLUMNS

_BETWEEN = "\x1f"  # a separator that no cell holds


def duplicate_keys(frame: pl.DataFrame, fields: Sequence[str], source: str | pl.Series) -> pl.Series:
    """A key per row of a sheet, or of sheets that lack the same columns; null where the row can't be a duplicate of another.

    `fields`: canonical columns that have to agree. A missing value, or an address without a house number, gives no
    key. Where the sheets lack a part of the place, such as the state, rows are compared only within their `source` (one for
    all rows, or one each); where they lack anything else, they have no key.
    """
    lacking = [field for field in fields if field not in frame.columns]
    if len(lacking) == len(fields) or not PLACE_COLUMNS.issuperset(lacking):
        return pl.repeat(None, frame.height, dtype=pl.String, eager=True)
    placed = _placed(frame, fields)
    parts = [_part(placed, field, source) for field in fields]
    return frame.select(pl.concat_str(parts, separator=_BETWEEN).alias("key")).to_series()


def combined_keys(frame: pl.DataFrame, fields: Sequence[str], told: Mapping[str, pl.Series] | None = None) -> pl.Series:
    """A key per row of many sheets in one frame: what `duplicate_keys` gives sheet by sheet.

    Sheets are told apart by `Source File` and `Source Sheet`, as far as those are there; a sheet lacks a column in
    which none of its rows has a value. `told`: fields that are normalized already.
    """
    known = told or {}
    lacking = {field: _lacks(frame, field) for field in fields}
    placed = frame if "Address" in known else _placed(frame, fields)
    file = pl.col("Source File") if "Source File" in frame.columns else pl.lit("")
    parts = [
        pl.when(lacks & (field in PLACE_COLUMNS))
        .then(pl.format(f"no {field} in {{}}", file))
        .otherwise(pl.lit(known[field]) if field in known else _spelled(placed, field))
        for field, lacks in lacking.items()
    ]
    comparable = ~pl.all_horizontal(*lacking.values())
    return frame.with_columns(pl.when(comparable).then(pl.concat_str(parts, separator=_BETWEEN)).alias("__key"))["__key"]


def place_texts(frame: pl.DataFrame) -> pl.DataFrame:
    """Address, City, State, Zip Code, Unit, APN, Latitude and Longitude of many sheets, as texts, null where not known.

    An address no longer says where it is. What a sheet lacks of city and state holds for its file alone, as in `combined_keys`.
    """
    placed = without_place(frame)
    file = pl.lit(frame[SOURCE_COLUMNS[0]].cast(pl.String)) if SOURCE_COLUMNS[0] in frame.columns else pl.lit("")
    own = [
        pl.when(pl.lit(_lacks(frame, name)) & pl.col(name).is_null())
        .then(pl.format(f"no {name} in {{}}", file))
        .otherwise(name)
        .alias(name)
        for name in ("City", "State")
    ]
    return placed.with_columns(*own, *texts(frame, ("Unit", "APN", "Latitude", "Longitude")))


def _placed(frame: pl.DataFrame, fields: Sequence[str]) -> pl.DataFrame:
    """The frame with addresses that do not repeat where they are."""
    if "Address" not in fields or "Address" not in frame.columns:
        return frame
    placed = without_place(frame)
    return frame.with_columns(placed[name] for name in placed.columns if name in frame.columns)


def _lacks(frame: pl.DataFrame, field: str) -> pl.Series:
    """Whether the row's sheet lacks the column."""
    if field not in frame.columns:
        return pl.repeat(True, frame.height, dtype=pl.Boolean, eager=True)  # noqa: FBT003 - the value to repeat
    sheet = [name for name in SOURCE_COLUMNS[:2] if name in frame.columns]
    nothing = pl.col(field).is_null().all()
    return frame.with_columns((nothing.over(sheet) if sheet else nothing).alias("__lacks"))["__lacks"]


def _part(frame: pl.DataFrame, field: str, source: str | pl.Series) -> pl.Expr:
    if field not in frame.columns:
        return pl.format("no {} in {}", pl.lit(field), pl.lit(source))
    return _spelled(frame, field)


def _spelled(frame: pl.DataFrame, field: str) -> pl.Expr:
    return pl.lit(normalize(frame[field].cast(pl.String), field) if field in frame.columns else None, dtype=pl.String)


def normalize(texts: pl.Series, field: str) -> pl.Series:
    """Texts of a field in the one spelling that keys compare; null where they say nothing."""
    if field == "Address":
        return address_key(address_parts(texts))
    distinct = texts.unique().drop_nulls().alias("text")
    spelled = distinct.to_frame().select(_SPELLINGS.get(field, _words)(pl.col("text"))).to_series()
    return texts.replace_strict(distinct, spelled, default=None, return_dtype=pl.String)


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
