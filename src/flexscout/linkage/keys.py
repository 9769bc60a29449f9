"""The normalized key of a row: rows with equal keys are one property."""

from collections.abc import Callable, Sequence

import polars as pl

from flexscout.model import PLACE_COLUMNS, SOURCE_COLUMNS
from flexscout.vocabulary import address_words

_BETWEEN = "\x1f"  # a separator that no cell holds

# A house number is not zero, which assessors write for "none": 0 MAIN ST is any lot on Main Street.
_HOUSE_NUMBER = r"^0*[1-9]\d*(?:-\d+)?[A-Z]? \S"


def duplicate_keys(frame: pl.DataFrame, fields: Sequence[str], source: str | pl.Series) -> pl.Series:
    """A key per row of a sheet, or of sheets that lack the same columns; null where the row can't be a duplicate of another.

    `fields`: canonical columns that have to agree. A missing value, or an address without a house number, gives no
    key. Where the sheets lack a part of the place, such as the state, rows are compared only within their `source` (one for
    all rows, or one each); where they lack anything else, they have no key.
    """
    lacking = [field for field in fields if field not in frame.columns]
    if len(lacking) == len(fields) or not PLACE_COLUMNS.issuperset(lacking):
        return pl.repeat(None, frame.height, dtype=pl.String, eager=True)
    parts = [_part(frame, field, source) for field in fields]
    return frame.select(pl.concat_str(parts, separator=_BETWEEN).alias("key")).to_series()


def combined_keys(frame: pl.DataFrame, fields: Sequence[str]) -> pl.Series:
    """A key per row of many sheets in one frame: what `duplicate_keys` gives sheet by sheet.

    Sheets are told apart by `Source File` and `Source Sheet`, as far as those are there; a sheet lacks a column in
    which none of its rows has a value.
    """
    lacking = {field: _lacks(frame, field) for field in fields}
    file = pl.col("Source File") if "Source File" in frame.columns else pl.lit("")
    parts = [
        pl.when(lacks & (field in PLACE_COLUMNS)).then(pl.format(f"no {field} in {{}}", file)).otherwise(_spelled(frame, field))
        for field, lacks in lacking.items()
    ]
    comparable = ~pl.all_horizontal(*lacking.values())
    return frame.with_columns(pl.when(comparable).then(pl.concat_str(parts, separator=_BETWEEN)).alias("__key"))["__key"]


def _lacks(frame: pl.DataFrame, field: str) -> pl.Series:
    """Whether the row's sheet lacks the column."""
    if field not in frame.columns:
        return pl.repeat(True, frame.height, dtype=pl.Boolean, eager=True)  # noqa: FBT003 - the value to repeat
    sheet = [name for name in SOURCE_COLUMNS[:2] if name in frame.columns]
    nothing = pl.col(field).is_null().all()
    return frame.with_columns((nothing.over(sheet) if sheet else nothing).alias("__lacks"))["__lacks"]


def _spelled(frame: pl.DataFrame, field: str) -> pl.Expr:
    return pl.lit(normalize(frame[field].cast(pl.String), field) if field in frame.columns else None, dtype=pl.String)


def normalize(texts: pl.Series, field: str) -> pl.Series:
    """Texts of a field in the one spelling that keys compare; null where they say nothing."""
    distinct = texts.unique().drop_nulls()
    spelled = _NORMALIZERS.get(field, _plain)(distinct)
    return texts.replace_strict(distinct, spelled, default=None, return_dtype=pl.String)


def _part(frame: pl.DataFrame, field: str, source: str | pl.Series) -> pl.Expr:
    if field not in frame.columns:
        return pl.format("no {} in {}", pl.lit(field), pl.lit(source))
    return _spelled(frame, field)


def _plain(texts: pl.Series) -> pl.Series:
    """Upper case, words only."""
    words = texts.str.to_uppercase().str.replace_all(r"[.'\u2019]", "").str.replace_all(r"[^\w#-]+|_", " ")
    # A hyphen stays only within a range of house numbers.
    tidy = (
        words.str.replace_all(r"(\D)-|-(\D)", "$1 $2").str.replace_all("#", " # ").str.replace_all(r"\s+", " ").str.strip_chars()
    )
    return tidy.set(tidy == "", None)


def _address(texts: pl.Series) -> pl.Series:
    """Standard abbreviations of USPS Publication 28; none without a house number."""
    spelled = _abbreviated(_plain(texts)).str.replace_all("UNIT UNIT", "UNIT", literal=True).str.strip_chars_start("0")
    return spelled.set(~spelled.str.contains(_HOUSE_NUMBER).fill_null(value=False), None)


def _city(texts: pl.Series) -> pl.Series:
    return _abbreviated(_plain(texts))


def _abbreviated(texts: pl.Series) -> pl.Series:
    words = pl.element().replace(address_words())
    return texts.to_frame("text").select(pl.col("text").str.split(" ").list.eval(words).list.join(" ")).to_series()


def _zip5(texts: pl.Series) -> pl.Series:
    digits = texts.str.strip_chars().str.slice(0, 5)
    return digits.set(digits == "", None)


def _parcel(texts: pl.Series) -> pl.Series:
    """Letters and digits only: 06-43 and 0643 are one parcel."""
    bare = texts.str.to_uppercase().str.replace_all(r"[\W_]+", "")
    return bare.set(bare == "", None)


_NORMALIZERS: dict[str, Callable[[pl.Series], pl.Series]] = {
    "Address": _address,
    "City": _city,
    "Zip Code": _zip5,
    "APN": _parcel,
}
