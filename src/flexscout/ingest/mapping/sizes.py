"""Sizes and prices that are something else than their header says: lots taken for buildings, acres for square feet."""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

import polars as pl

from flexscout.domain import (
    SQUARE_FEET_PER_ACRE,
    find_canonical_column,
    is_rate,
    normalize_header,
    read_scale,
    split_header,
)
from flexscout.ingest.derived_columns import read_units, split_sizes
from flexscout.ingest.mapping.meanings import Meaning, Meanings, SheetColumns, share_of
from flexscout.ingest.mapping.units import LotUnit, detect_lot_unit, is_lot_area, is_square_feet_as_acres
from flexscout.models import Issue, IssueNote, IssueReason
from flexscout.sheet_columns import DerivedColumn, DerivedKind

UNCLEAR_LOT_UNIT: IssueNote = (IssueReason.UNIT_UNCLEAR, "acres or square feet? The column is kept as is, not scored")
"""Note about a lot size whose unit is in neither its header nor its values."""

_OF_BUILDINGS = {"Property Type", "Year Built", "Number of Units", "Occupancy", "Ceiling Height", "Loading Docks",
                 "Overhead Doors", "Improvement Value", "Office SqFt", "Warehouse SqFt", "Tenant(s)"}  # fmt: skip
_BUILDING_WORDS = {"building", "structure", "improvement", "living", "heated", "finished", "floor", "rentable", "leasable", "rba",
                   "gba"}  # fmt: skip
_BARE_PRICES = ("price", "price1", "amount")
_RATE = (
    r"(?i)(?:/|\bper\b) ?(?:sf|sq|rsf|ft|square|mo|month|yr|year|annum)"
    r"|\b(?:psf|nnn|triple net|mod(?:ified)? gross|full service|monthly)\b"
)
_LOWEST_PRICE = 1_000  # dollars; smaller numbers are rents or prices per square foot
_MOSTLY, _NEARLY_ALL = 0.5, 0.9
_METRIC_UNITS = {"sqft": "square feet", "acres": "acres"}  # unit of `read_scale` -> unit of the columns
_THOUSAND, _MILLION = 1e3, 1e6
# Unit -> factor -> the largest median in that factor: $100 million in thousands, $2 billion in millions, 2 million square feet.
_LARGEST_SCALED = {"USD": {_THOUSAND: 1e5, _MILLION: 2e3}, "square feet": {_THOUSAND: 2e3, _MILLION: 20.0}}
_SIZES = ("Building SqFt", "Lot Size Acres", "Lot Size SqFt")
_TWO_UNITS = {"sq ft", "acres"}
_SAME_SIZE = 0.1  # relative difference of a size in two units
_BETWEEN_NAMES = r"[/|&+]| and | - "
_LEAST_BUILDING = 500  # square feet of a median
_PLAIN_AMOUNT = r"^\$?\s?\d[\d,]*(?:\.\d+)?$"
_SIZE_WORDS = {"size", "area", "sqft", "acres", "lot", "land", "building"}
_LOT_SIZES = ("Lot Size Acres", "Lot Size SqFt")
_SOLD = {"sold", "sale"}


def resolve_lot_units(sheet: str, columns: SheetColumns, meanings: Meanings) -> list[Issue]:
    """Give lot sizes in an open unit, in `meanings`, the unit of their values; return issues about those that stay open."""
    issues: list[Issue] = []
    for i, meaning in list(meanings.items()):
        if meaning.lot_units is None:
            continue
        acres, square_feet = meaning.lot_units
        del meanings[i]
        match detect_lot_unit(columns.get_texts(i)):
            case LotUnit.UNKNOWN:
                issues.append(build_column_issue(sheet, columns.headers[i], *UNCLEAR_LOT_UNIT))
            case LotUnit.ACRES:
                meanings[i] = replace(meaning, column=acres, lot_units=None)
            case LotUnit.SQUARE_FEET:
                meanings[i] = replace(meaning, column=square_feet, lot_units=None)
    return issues


def find_measured_lot(
    columns: SheetColumns, meanings: Meanings, units: Sequence[int], position: int, given: Collection[str]
) -> list[tuple[str, DerivedColumn]]:
    """Make the size of a lot from a number in an open unit and the unit in a column of its own; take both out of `meanings`.

    Args:
        columns: Columns of the sheet.
        meanings: Position -> meaning.
        units: Positions of columns of units, by their headers.
        position: Position for the made column.
        given: Canonical columns that are made already.

    """
    sizes = sorted((i for i, meaning in meanings.items() if meaning.lot_units), key=lambda i: (meanings[i].tier, i))
    clear = {meaning.column for i, meaning in meanings.items() if meaning.is_chosen or columns.measure_filled_share(i)} | {*given}
    known = {i: read_units(columns.sample(i).drop_nulls()) for i in units} if sizes and clear.isdisjoint(_LOT_SIZES) else {}
    fitting = [i for i, names in known.items() if names.len() and share_of(names.is_not_null()) >= _NEARLY_ALL]
    if not fitting:
        return []
    size = sizes[0]
    unit = min(fitting, key=lambda i: abs(i - size))
    for i in [i for i, meaning in meanings.items() if meaning.lot_units or meaning.column in _LOT_SIZES]:
        del meanings[i]  # another size of the lot, or one without values
    sources = ((size, columns.get_header(size)), (unit, columns.get_header(unit)))
    name = _LOT_SIZES[int(share_of(known[unit] == "acres") < _MOSTLY)]
    return [(name, DerivedColumn(position, DerivedKind.MEASURE, sources))]


def find_two_sizes(
    columns: SheetColumns, meanings: Meanings, position: int, given: Collection[str]
) -> list[tuple[str, DerivedColumn]]:
    """Make the sizes of building and lot from a column that has both, `61,913 SF / 4.2 AC`; take it out of `meanings`.

    Args:
        columns: Columns of the sheet.
        meanings: Position -> meaning.
        position: Position for the first made column.
        given: Canonical columns that are made already.

    """
    for i, header in enumerate(columns.headers):
        if not _may_have_two_sizes(header or "", meanings.get(i)):
            continue
        present = {each.column for k, each in meanings.items() if k != i} | {*given}
        names = [] if "Building SqFt" in present else ["Building SqFt"]
        names += ["Lot Size Acres"] if present.isdisjoint(_LOT_SIZES) else []
        if names and (units := _find_two_units(columns, i)):
            meanings.pop(i, None)
            sources = ((i, columns.get_header(i)),)
            return [(name, DerivedColumn(position + k, DerivedKind.SIZE, sources, name, units)) for k, name in enumerate(names)]
    return []


def _may_have_two_sizes(header: str, meaning: Meaning | None) -> bool:
    """Return whether a header is one of a size, or names several things."""
    if meaning:
        return meaning.column in ("", *_SIZES) and not meaning.is_chosen and not is_rate(header)
    is_several = re.search(_BETWEEN_NAMES, header) is not None
    return is_several and not _SIZE_WORDS.isdisjoint(split_header(header)) and not is_rate(header)


def _find_two_units(columns: SheetColumns, position: int) -> tuple[str, ...]:
    """Return the units of the two sizes that most values have, in their order, or none if they have one, or one in two units."""
    header = columns.get_header(position)
    named = tuple(_name_unit(set(split_header(part))) for part in re.split(_BETWEEN_NAMES, header))
    texts = columns.sample(position).drop_nulls()
    if share_of(texts.str.contains(r"\d\D*[^\d.,]\D*\d")) < _MOSTLY:
        return ()
    sizes = split_sizes(texts).drop_nulls(["number0", "number1"])
    if sizes.height < _MOSTLY * texts.len():
        return ()
    own = sizes.drop_nulls().select("unit0", "unit1").unique(maintain_order=True).rows()
    units = named if set(named) == _TWO_UNITS and len(named) == len(_TWO_UNITS) else own[0] if own else ()
    if set(units) != _TWO_UNITS:
        return ()
    feet, acres = (_read_plain(sizes[f"number{units.index(unit)}"]) for unit in ("sq ft", "acres"))
    is_one = ((feet / SQUARE_FEET_PER_ACRE / acres - 1).abs() < _SAME_SIZE).fill_null(value=False)
    is_building = (
        isinstance(median := feet.median(), float) and median >= _LEAST_BUILDING and share_of(feet >= acres) >= _NEARLY_ALL
    )
    return units if is_building and share_of(is_one) <= _MOSTLY else ()


def _name_unit(words: set[str]) -> str:
    """Return the unit that a part of a header names; of a building without one square feet, of a lot acres."""
    if "sqft" in words or "acres" in words:
        return "sq ft" if "sqft" in words else "acres"
    return "sq ft" if words & _BUILDING_WORDS else "acres" if words & {"lot", "land", "site"} else ""


def _read_plain(numbers: pl.Series) -> pl.Series:
    return numbers.str.replace_all(",", "").cast(pl.Float64, strict=False)


def report_whole_values(sheet: str, columns: SheetColumns, meanings: Meanings, used: Collection[int]) -> list[Issue]:
    """Report columns whose header says thousands or millions although their values are whole."""
    scaled = [i for i in used if read_scale(columns.get_header(i)).factor >= _THOUSAND]
    whole = [i for i in scaled if find_factor(columns, i, meanings[i].column) == 1 and _holds_amounts(meanings[i].column)]
    return [
        build_column_issue(sheet, columns.headers[i], IssueReason.WHOLE_VALUES, "all values", ", ".join(columns.list_frequent(i)))
        for i in whole
        if columns.sample(i).str.contains(_PLAIN_AMOUNT).any()
    ]


def _holds_amounts(column: str) -> bool:
    return find_canonical_column(column).unit in _LARGEST_SCALED


def find_factor(columns: SheetColumns, position: int, column: str) -> float:
    """Return what the numbers of a canonical column are multiplied by, as its header is in thousands, millions or metric units.

    Numbers that are too large for the scale in the header are whole already.
    """
    scale, kind = read_scale(columns.get_header(position)), find_canonical_column(column).unit
    if scale.unit or scale.factor == 1:
        return scale.factor if kind == _METRIC_UNITS.get(scale.unit) else 1.0
    largest = _LARGEST_SCALED.get(kind, {}).get(scale.factor, 0.0)
    numbers = columns.sample(position).str.replace_all(r"[$,\s]", "").cast(pl.Float64, strict=False)
    median = numbers.median()
    return scale.factor if isinstance(median, float) and median <= largest else 1.0


def correct_lot_sizes(sheet: str, columns: SheetColumns, meanings: Meanings) -> list[Issue]:
    """Correct, in `meanings`, lot sizes whose values contradict their unit, and lot areas taken for building areas."""
    issues: list[Issue] = []
    lots = [i for i, meaning in meanings.items() if meaning.column == "Lot Size Acres" and not meaning.is_chosen]
    for i in lots:
        if is_square_feet_as_acres(columns.get_texts(i)):
            del meanings[i]
            detail = "too large for acres. The column is kept as is, not scored"
            issues.append(build_column_issue(sheet, columns.headers[i], IssueReason.UNIT_UNCLEAR, detail))
    acres = [columns.get_texts(i) for i, meaning in meanings.items() if meaning.column == "Lot Size Acres"]
    areas = [columns.get_texts(i) for i, meaning in meanings.items() if meaning.column == "Lot Size SqFt"]
    is_parcel_list = _lists_parcels({meaning.column for meaning in meanings.values()})
    for i in [i for i, meaning in meanings.items() if _may_be_lot(columns.get_header(i), meaning)]:
        is_equal = any(is_lot_area(columns.get_texts(i), each) for each in acres)
        is_equal |= any(is_lot_area(columns.get_texts(i), each, square_feet=True) for each in areas)
        if is_equal or is_parcel_list:
            meanings[i] = Meaning("Lot Size SqFt", tier=meanings[i].tier)
            detail = "equal to the size of the lot" if is_equal else "the table has parcels and zoning, no building"
            issues.append(build_column_issue(sheet, columns.headers[i], IssueReason.TAKEN_AS_LOT_AREA, detail))
    return issues


def _lists_parcels(names: set[str]) -> bool:
    """Return whether a table is of parcels: it has zoning and parcel numbers, and no column that only buildings have."""
    return {"APN", "Zoning Code"} <= names and names.isdisjoint(_OF_BUILDINGS)


def _may_be_lot(header: str, meaning: Meaning) -> bool:
    """Return whether a building size may be the lot's: its header has no word of a building."""
    return meaning.column == "Building SqFt" and (meaning.generic or _BUILDING_WORDS.isdisjoint(split_header(header)))


def drop_rents(sheet: str, columns: SheetColumns, meanings: Meanings) -> list[Issue]:
    """Drop, from `meanings`, asking prices most of which are rents or rates: `$8.50/SF/yr`, `9.25 NNN`, `12`."""
    asked = [i for i, meaning in meanings.items() if meaning.column == "Asking Price" and not meaning.is_chosen]
    rents = [i for i in asked if find_factor(columns, i, "Asking Price") == 1 and _holds_rates(columns.sample(i).drop_nulls())]
    for i in rents:
        del meanings[i]
    return [
        build_column_issue(sheet, columns.headers[i], IssueReason.RATES, "", ", ".join(columns.list_frequent(i))) for i in rents
    ]


def _holds_rates(texts: pl.Series) -> bool:
    """Return whether most prices are rates; a text without a digit other than 0 is no price."""
    priced = texts.filter(texts.str.contains("[1-9]"))
    numbers = priced.str.replace_all(r"[$,\s]", "").cast(pl.Float64, strict=False)
    return share_of(priced.str.contains(_RATE) | (numbers < _LOWEST_PRICE).fill_null(value=False)) > _MOSTLY


def resolve_prices(columns: SheetColumns, meanings: Meanings) -> None:
    """Take, in `meanings`, a bare price beside a sale date for the price of the sale, and a bare rate likewise."""
    present = {meaning.column for meaning in meanings.values()}
    is_sold = "Sale Date" in present and "Sold Price" not in present
    for i, meaning in list(meanings.items()):
        if meaning.is_chosen:
            continue
        header = normalize_header(columns.get_header(i))
        if (
            meaning.column == "Asking Price"
            and header in _BARE_PRICES
            and is_sold
            and not _has_other(meanings, i, "Asking Price")
        ):
            meanings[i] = replace(meaning, column="Sold Price")
        elif meaning.column == "Sold Price/SqFt" and not _is_of_sale(columns, meanings, i):
            del meanings[i]


def _is_of_sale(columns: SheetColumns, meanings: Meanings, position: int) -> bool:
    """Return whether a rate is that of a sale: its header says so, or the sheet has sales and no asking prices."""
    words = split_header(columns.get_header(position))
    if not _SOLD.isdisjoint(words):
        return "for" not in words  # "for sale" is asked
    asked = [i for i, meaning in meanings.items() if meaning.column == "Asking Price"]
    is_sold = any(meaning.column in ("Sale Date", "Sold Price") for meaning in meanings.values())
    return is_sold and not any(columns.measure_filled_share(i) for i in asked)


def _has_other(meanings: Meanings, position: int, column: str) -> bool:
    return any(i != position and meaning.column == column for i, meaning in meanings.items())


def report_effective_year(sheet: str, columns: SheetColumns, meanings: Meanings, used: Collection[int]) -> list[Issue]:
    """Report a year of construction that is an effective year: it counts renovations."""
    years = [i for i in used if meanings[i].column == "Year Built" and not meanings[i].is_chosen]
    effective = [
        i for i in years if "effective" in split_header(columns.get_header(i)) or "eyb" in columns.get_header(i).casefold()
    ]
    return [build_column_issue(sheet, columns.headers[i], IssueReason.EFFECTIVE_YEAR, "") for i in effective]


def build_column_issue(sheet: str, header: str | None, reason: IssueReason, detail: str, value: str = "") -> Issue:
    """Build an issue about a whole column; `value`: examples of its values."""
    return Issue(sheet, 0, str(header), value, reason, detail)
