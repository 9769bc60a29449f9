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
    """Join year, month and day: 2021/3/15, or 2021/3 without a day. A part of 0 is missing; the date needs year and month."""
    parts = pl.DataFrame([part.str.strip_chars().alias(str(i)) for i, part in enumerate(texts)])
    plain = parts.select(pl.all().str.replace(_DECIMAL_ZEROS, "$1").str.replace(r"^0*$", ""))
    known = plain.select(pl.when(pl.all() != "").then(pl.all()))
    years = pl.col("0").str.replace(r"^([0-2]\d)$", "20$1").str.replace(r"^([3-9]\d)$", "19$1")  # as Excel reads them
    joined = pl.concat_str(years, pl.exclude("0"), separator="/", ignore_nulls=True)
    return known.select(pl.when(pl.col("0").is_not_null() & pl.col("1").is_not_null()).then(joined)).to_series()


def _put_unit(numbers: pl.Series, units: pl.Series) -> pl.Series:
    """Put units behind numbers. A number without a unit is left out, as it may be either."""
    has_own = numbers.str.contains(r"[A-Za-z]").fill_null(value=False)
    measured = numbers.str.strip_chars() + " " + read_units(units)
    return numbers.zip_with(has_own, measured)


def split_sizes(texts: pl.Series) -> pl.DataFrame:
    """Return the numbers and the units of texts with two sizes, `61,913 SF / 4.2 AC`; null where there is none, or no unit."""
    text = texts.to_frame("text").select(pl.col("text").str.replace(_BETWEEN_SIZES, "\x1f").str.splitn("\x1f", 2))
    parts = text.unnest("text").select(pl.all().str.extract_groups(_build_size_pattern()))
    fields = {f"{name}{i}": pl.col(f"field_{i}").struct.field(name) for i in (0, 1) for name in ("number", "unit")}
    return parts.select(field.alias(name) for name, field in fields.items()).with_columns(
        read_units(parts[f"field_{i}"].struct.field("unit")).alias(f"unit{i}") for i in (0, 1)
    )


@cache
def _build_size_pattern() -> str:
    names = sorted((name for unit in ("acres", "square_feet") for name in list_cell_units(unit)), key=len, reverse=True)
    units = "|".join(map(re.escape, names))
    return rf"(?i)^[^\d$]{{0,14}}(?P<number>\d[\d,]*(?:\.\d+)?|\.\d+)\s*(?P<unit>{units})?\b[^\d]{{0,20}}$"


def _take_size(texts: pl.Series, column: str, units: Sequence[str]) -> pl.Series:
    """Return the size of the building or of the lot, of texts with both.

    Args:
        texts: The texts.
        column: The canonical column of the size.
        units: Units of the first and the second size, where the text has none: `sq ft` or `acres`.

    """
    wanted = "acres" if column == "Lot Size Acres" else "sq ft"
    sizes = split_sizes(texts).with_columns(texts.alias("text"))
    is_single = pl.col("number1").is_null()
    number = pl.col("number0").str.replace_all(",", "").cast(pl.Float64, strict=False)
    by_amount = pl.when(number <= _MOST_ACRES).then(pl.lit("acres")).when(number >= _LEAST_SQUARE_FEET).then(pl.lit("sq ft"))
    first = pl.coalesce("unit0", pl.when(is_single).then(by_amount).otherwise(pl.lit(units[0])))
    second = pl.coalesce("unit1", pl.lit(units[1]))
    found = (
        pl.when(first == wanted)
        .then(pl.format("{} {}", "number0", pl.lit(wanted)))
        .when(second == wanted)
        .then(pl.format("{} {}", "number1", pl.lit(wanted)))
    )
    is_unread = pl.lit(wanted == "sq ft") & pl.col("number0").is_null() & is_single  # reported as no number
    return sizes.select(pl.when(is_unread).then("text").otherwise(found)).to_series()


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
