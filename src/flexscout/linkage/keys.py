"""The normalized key of a row: rows with equal keys are one property."""

from collections.abc import Callable, Sequence

import polars as pl

from flexscout.model import PLACE_COLUMNS
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


def normalize(texts: pl.Series, field: str) -> pl.Series:
    """Texts of a field in the one spelling that keys compare; null where they say nothing."""
    distinct = texts.unique().drop_nulls()
    spelled = _NORMALIZERS.get(field, _plain)(distinct)
    return texts.replace_strict(distinct, spelled, default=None, return_dtype=pl.String)


def _part(frame: pl.DataFrame, field: str, source: str | pl.Series) -> pl.Expr:
    if field not in frame.columns:
        return pl.format("no {} in {}", pl.lit(field), pl.lit(source))
    return pl.lit(normalize(frame[field].cast(pl.String), field))


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
