"""Make the columns that a sheet has only in parts, or only together with others."""

import re
from collections.abc import Iterable, Sequence
from functools import cache

import polars as pl

from flexscout.domain import POSTAL_COLUMNS, list_cell_units, list_cell_values, map_code_tables, split_places
from flexscout.ingest.land_use_codes import describe_codes
from flexscout.sheet_columns import DerivedColumn, DerivedKind

ADDRESS_SEPARATOR, APN_SEPARATOR = " ", "-"
_LEADING_ZEROS = r"^0+(\d)"
_DECIMAL_ZEROS = r"^(\d+)\.0+$"  # 1499.0: a number that a spreadsheet stored
_NO_NUMBER = ("0", "")
_TYPE_SEPARATOR = " - "
_PART_SEPARATOR = r"\s+[/|]\s+"  # as brokers write 10 Mill Rd / Reno / NV
_BETWEEN_SIZES = r"(?i)\s*(?:[/|;&]|,\s|\bon\b|\band\b)\s*"
_SLASH_IN_WORD = r"(?i)(\+ ?|\b[ms])/( ?-|[lf]\b)"  # +/-, m/l, S/F
_SLASH_IN_FRACTION = r"((?:^|[^\d.,])\d)/(\d{1,2}(?:[^\d.,]|$))"
_PLAIN_NUMBER = r"^[^\dA-Za-z$]{0,14}(\d[\d,]*(?:\.\d+)?|\.\d+)[^\dA-Za-z]{0,14}$"
_SIZED = r"(?:building|bldg|lot|land|site|parcel)"
_NAME_BEFORE_SIZE, _NAME_AFTER_SIZE = rf"(?i)^{_SIZED}\b(?: size| area)?[\s.:=-]*(\d)", rf"(?i)([a-z.)])\s+(?:of )?{_SIZED}\.?$"
_UNCLEAR_UNIT = " (acres or sq ft?)"  # makes a number unreadable, so that it is reported
_MOST_ACRES, _LEAST_SQUARE_FEET = 200, 2_000  # of a single number without a unit
_STREET = "1 Main St, "  # makes an address of a city, so that it can be split


def add_derived_columns(frame: pl.DataFrame, derived: Iterable[DerivedColumn]) -> pl.DataFrame:
    """Add the derived columns to trimmed texts whose columns are named by position."""
    added = [_derive(frame, one).alias(str(one.position)) for one in derived]
    return frame.with_columns(added) if added else frame


def _derive(frame: pl.DataFrame, derived: DerivedColumn) -> pl.Series:
    texts = [frame[str(position)] if str(position) in frame.columns else _no_texts(frame) for position, _ in derived.sources]
    match derived.kind:
        case DerivedKind.JOIN:
            made = _join(texts, derived.text)
        case DerivedKind.PLACE:
            made = _take_place(texts[0], derived.text)
        case DerivedKind.TYPES:
            made = _refine_types(texts, derived.codes)
        case DerivedKind.CONSTANT:
            made = pl.repeat(derived.text, frame.height, dtype=pl.String, eager=True)
        case DerivedKind.MEASURE:
            made = _put_unit(*texts)
        case DerivedKind.DATE:
            made = _make_dates(texts)
        case DerivedKind.SIZE:
            made = _take_size(texts[0], derived.text, derived.codes)
    return made


def _no_texts(frame: pl.DataFrame) -> pl.Series:
    return pl.repeat(None, frame.height, dtype=pl.String, eager=True)


def _join(texts: Sequence[pl.Series], separator: str) -> pl.Series:
    """Put the texts of each row next to each other. In an address, zeros before a house number are left out, and so is 0."""
    parts = pl.DataFrame([part.str.strip_chars().alias(str(i)) for i, part in enumerate(texts)])
    whole = parts.with_columns(pl.all().str.replace(_DECIMAL_ZEROS, "$1").replace("", None))
    if separator == ADDRESS_SEPARATOR:
        number = pl.col("0").str.replace(_LEADING_ZEROS, "$1")
        whole = whole.with_columns(pl.when(~number.is_in(_NO_NUMBER)).then(number).alias("0"))
    joined = pl.concat_str(pl.all(), separator=separator, ignore_nulls=True)
    return whole.select(pl.when(pl.any_horizontal(pl.all().is_not_null())).then(joined)).to_series()


def _make_dates(texts: Sequence[pl.Series]) -> pl.Series:
    """Join year, month and day: 2021/3/15, or 2021/3 without a day. A part of 0 is missing; the date needs year and month.

    Short years are read as Excel does: 00 is 2000, 5 is 2005, 29 is 2029, 30 is 1930.
    """
    parts = pl.DataFrame([part.str.strip_chars().str.replace(_DECIMAL_ZEROS, "$1").alias(str(i)) for i, part in enumerate(texts)])
    years = pl.col("0").str.replace(r"^([1-9])$", "0$1").str.replace(r"^([0-2]\d)$", "20$1").str.replace(r"^([3-9]\d)$", "19$1")
    known = parts.with_columns(years).select(pl.when(~pl.all().str.contains(r"^0*$")).then(pl.all()))
    joined = pl.concat_str(pl.all(), separator="/", ignore_nulls=True)
    return known.select(pl.when(pl.col("0").is_not_null() & pl.col("1").is_not_null()).then(joined)).to_series()


def _put_unit(numbers: pl.Series, units: pl.Series) -> pl.Series:
    """Put units behind numbers. A number without a unit is left out, as it may be either."""
    has_own = numbers.str.contains(r"[A-Za-z]").fill_null(value=False)
    measured = numbers.str.strip_chars() + " " + read_units(units)
    return numbers.zip_with(has_own, measured)


def split_sizes(texts: pl.Series) -> pl.DataFrame:
    """Return the numbers and the units of texts with two sizes, `61,913 SF / 4.2 AC`; null where there is none, or no unit."""
    text = texts.to_frame("text").select(_split_parts(pl.col("text")).list.to_struct(fields=["field_0", "field_1"]))
    parts = text.unnest("text").select(pl.all().str.extract_groups(_build_size_pattern()))
    fields = {f"{name}{i}": pl.col(f"field_{i}").struct.field(name) for i in (0, 1) for name in ("number", "unit")}
    return parts.select(field.alias(name) for name, field in fields.items()).with_columns(
        read_units(parts[f"field_{i}"].struct.field("unit")).alias(f"unit{i}") for i in (0, 1)
    )


def _split_parts(text: pl.Expr) -> pl.Expr:
    """Return the parts of texts with several sizes as a list; `+/-`, `S/F` and `1/2` stay whole."""
    kept = text.str.replace_all(_SLASH_IN_WORD, "${1}\x1e${2}").str.replace_all(_SLASH_IN_FRACTION, "${1}\x1e${2}")
    parts = kept.str.replace_all(_BETWEEN_SIZES, "\x1f").str.replace_all("\x1e", "/", literal=True).str.split("\x1f")
    return parts.list.eval(pl.element().filter(pl.element() != ""))


@cache
def _build_units() -> str:
    names = sorted((name for unit in ("acres", "square_feet") for name in list_cell_units(unit)), key=len, reverse=True)
    return "|".join(map(re.escape, names))


@cache
def _build_size_pattern() -> str:
    return rf"(?i)^[^\d$]{{0,14}}(?P<number>\d[\d,]*(?:\.\d+)?|\.\d+)\s*(?P<unit>{_build_units()})?\b[^\d]{{0,20}}$"


def _list_parts(parts: pl.Expr, unit: str) -> pl.Expr:
    """Return the parts whose first unit, maybe behind a scale as in 15K SF, is acres or square feet."""
    named = rf"(?i)\d(?:[km]|[^\d]{{0,20}}?[^a-z\d])?({_build_units()})(?:[^a-z]|$)"
    first = pl.element().str.extract(named).str.to_lowercase()
    return parts.list.eval(pl.element().filter(first.is_in(list_cell_units(unit)).fill_null(value=False)))


def _take_size(texts: pl.Series, column: str, units: Sequence[str]) -> pl.Series:
    """Return the size of the building or of the lot, of texts with both; the whole text, to be reported, if it is unclear which.

    Args:
        texts: The texts.
        column: The canonical column of the size.
        units: Units of the first and the second size, where the text has none: `sq ft` or `acres`.

    """
    is_lot = column == "Lot Size Acres"
    parts = texts.alias("text").to_frame().with_columns(_split_parts(pl.col("text")).alias("parts"))
    sizes = parts.with_columns(_list_parts(pl.col("parts"), unit).alias(unit) for unit in ("acres", "square_feet"))
    own, other = (pl.col(name) for name in (("acres", "square_feet") if is_lot else ("square_feet", "acres")))
    count, is_pair = pl.col("parts").list.len(), pl.col("parts").list.len() == len(units)
    has_one_unit = (pl.col("acres").list.len() == 0) & (pl.col("square_feet").list.len() != 1)
    chosen = (
        pl.when(own.list.len() == 1)
        .then(own.list.first())
        .when(count <= 1)
        .then(pl.when(other.list.len() == 0).then(_take_single(is_lot=is_lot)))
        .when(is_pair & (own.list.len() == 0) & (other.list.len() == 1))
        .then(pl.col("parts").list.set_difference(other).list.first())
        .when(is_pair & has_one_unit)
        .then(pl.col("parts").list.get(units.index("acres" if is_lot else "sq ft"), null_on_oob=True))
        .otherwise("text")
    )
    return sizes.select(chosen.str.replace(_NAME_BEFORE_SIZE, "$1").str.replace(_NAME_AFTER_SIZE, "$1")).to_series()


def _take_single(*, is_lot: bool) -> pl.Expr:
    """Return a text without a unit if it is the size of the building, or of the lot; of the building, if it can't be read."""
    amount = pl.col("text").str.extract(_PLAIN_NUMBER).str.replace_all(",", "").cast(pl.Float64, strict=False)
    if is_lot:
        return pl.when(amount <= _MOST_ACRES).then("text")
    is_unclear = (amount > _MOST_ACRES) & (amount < _LEAST_SQUARE_FEET)
    unclear = pl.when(is_unclear).then(pl.col("text") + _UNCLEAR_UNIT).otherwise("text")
    return pl.when((amount > _MOST_ACRES) | amount.is_null()).then(unclear)


def read_units(texts: pl.Series) -> pl.Series:
    """Return `acres` or `sq ft` for texts of units; null for others."""
    names = dict.fromkeys((*list_cell_units("acres"), *list_cell_values("acres_codes")), "acres")
    names |= dict.fromkeys((*list_cell_units("square_feet"), *list_cell_values("square_feet_codes")), "sq ft")
    return texts.str.strip_chars().str.to_lowercase().replace_strict(names, default=None, return_dtype=pl.String)


def _take_place(texts: pl.Series, column: str) -> pl.Series:
    """Return the part of an address, or of the end of one, that belongs in a canonical column."""
    texts = texts.str.replace_all(_PART_SEPARATOR, ", ")
    has_street = texts.str.contains(r"^\W*\d+\S*\s+\S").fill_null(value=False)
    whole = texts.to_frame("text").select(pl.when(has_street).then("text").otherwise(_STREET + pl.col("text")).alias("Address"))
    empty = [pl.lit(None, pl.String).alias(name) for name in POSTAL_COLUMNS[1:]]
    places = split_places(whole.with_columns(empty))
    return places[column].zip_with(has_street, _no_texts(whole)) if column == "Address" else places[column]


def _refine_types(texts: Sequence[pl.Series], codes: Sequence[str]) -> pl.Series:
    """Put a coarse and a finer type together, each once: Industrial - Warehouse."""
    tables = map_code_tables()
    described = [describe_codes(part, tables[table])[0] if table else part for part, table in zip(texts, codes, strict=True)]
    result = described[0].alias("type")
    for finer in described[1:]:
        coarse, fine = pl.col("coarse"), pl.col("fine")
        is_within = fine.str.to_lowercase().str.contains(coarse.str.to_lowercase(), literal=True)
        contains = coarse.str.to_lowercase().str.contains(fine.str.to_lowercase(), literal=True)
        both = (
            pl.when(coarse.is_null() | is_within)
            .then(fine)
            .when(fine.is_null() | contains)
            .then(coarse)
            .otherwise(pl.concat_str(coarse, fine, separator=_TYPE_SEPARATOR))
        )
        result = pl.DataFrame({"coarse": result, "fine": finer}).select(both.alias("type")).to_series()
    return result
