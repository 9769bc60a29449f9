"""Sizes and prices that are something else than their header says: lots taken for buildings, acres for square feet."""

from collections.abc import Collection
from dataclasses import replace

from flexscout.domain import normalize_header, split_header
from flexscout.ingest.mapping.meanings import Meaning, Meanings, SheetColumns
from flexscout.ingest.mapping.units import LotUnit, detect_lot_unit, is_lot_area, is_square_feet_as_acres
from flexscout.models import Issue, IssueNote, IssueReason

UNCLEAR_LOT_UNIT: IssueNote = (IssueReason.UNIT_UNCLEAR, "acres or square feet? The column is kept as is, not scored")
"""Note about a lot size whose unit is in neither its header nor its values."""

_OF_BUILDINGS = {"Property Type", "Year Built", "Number of Units", "Occupancy", "Ceiling Height", "Loading Docks",
                 "Overhead Doors", "Improvement Value", "Office SqFt", "Warehouse SqFt", "Tenant(s)"}  # fmt: skip
_BUILDING_WORDS = {"building", "structure", "improvement", "living", "heated", "finished", "floor", "rentable", "leasable", "rba",
                   "gba"}  # fmt: skip
_BARE_PRICES = ("price", "price1", "amount")
_BARE_RATES = ("pricesqft", "pricesf", "pricepersf", "pricepersqft", "pricepsf", "pricepersquarefoot")


def resolve_lot_units(sheet: str, columns: SheetColumns, meanings: Meanings) -> list[Issue]:
    """Give lot sizes in an open unit, in `meanings`, the unit of their values; return issues about those that stay open."""
    issues: list[Issue] = []
    for i, meaning in list(meanings.items()):
        if meaning.lot_units is None:
            continue
        acres, square_feet = meaning.lot_units
        del meanings[i]
        match detect_lot_unit(columns.texts(i)):
            case LotUnit.UNKNOWN:
                issues.append(build_column_issue(sheet, columns.headers[i], *UNCLEAR_LOT_UNIT))
            case LotUnit.ACRES:
                meanings[i] = replace(meaning, column=acres, lot_units=None)
            case LotUnit.SQUARE_FEET:
                meanings[i] = replace(meaning, column=square_feet, lot_units=None)
    return issues


def correct_lot_sizes(sheet: str, columns: SheetColumns, meanings: Meanings) -> list[Issue]:
    """Correct, in `meanings`, lot sizes whose values contradict their unit, and lot areas taken for building areas."""
    issues: list[Issue] = []
    lots = [i for i, meaning in meanings.items() if meaning.column == "Lot Size Acres" and not meaning.is_chosen]
    for i in lots:
        if is_square_feet_as_acres(columns.texts(i)):
            del meanings[i]
            detail = "too large for acres. The column is kept as is, not scored"
            issues.append(build_column_issue(sheet, columns.headers[i], IssueReason.UNIT_UNCLEAR, detail))
    acres = [columns.texts(i) for i, meaning in meanings.items() if meaning.column == "Lot Size Acres"]
    areas = [columns.texts(i) for i, meaning in meanings.items() if meaning.column == "Lot Size SqFt"]
    is_parcel_list = _lists_parcels({meaning.column for meaning in meanings.values()})
    for i in [i for i, meaning in meanings.items() if _may_be_lot(columns.header(i), meaning)]:
        is_equal = any(is_lot_area(columns.texts(i), each) for each in acres)
        is_equal |= any(is_lot_area(columns.texts(i), each, square_feet=True) for each in areas)
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


def resolve_prices(columns: SheetColumns, meanings: Meanings) -> None:
    """Take, in `meanings`, a bare price beside a sale date for the price of the sale, and a bare rate likewise."""
    present = {meaning.column for meaning in meanings.values()}
    is_sold = "Sale Date" in present and "Sold Price" not in present
    for i, meaning in list(meanings.items()):
        if meaning.is_chosen:
            continue
        header = normalize_header(columns.header(i))
        if (
            meaning.column == "Asking Price"
            and header in _BARE_PRICES
            and is_sold
            and not _has_other(meanings, i, "Asking Price")
        ):
            meanings[i] = replace(meaning, column="Sold Price")
        elif meaning.column == "Sold Price/SqFt" and header in _BARE_RATES and not _is_of_sale(columns, meanings):
            del meanings[i]


def _is_of_sale(columns: SheetColumns, meanings: Meanings) -> bool:
    """Return whether a bare rate is that of a sale: the sheet has sales, and no asking prices."""
    asked = [i for i, meaning in meanings.items() if meaning.column == "Asking Price"]
    is_sold = any(meaning.column in ("Sale Date", "Sold Price") for meaning in meanings.values())
    return is_sold and not any(columns.filled_share(i) for i in asked)


def _has_other(meanings: Meanings, position: int, column: str) -> bool:
    return any(i != position and meaning.column == column for i, meaning in meanings.items())


def report_effective_year(sheet: str, columns: SheetColumns, meanings: Meanings, used: Collection[int]) -> list[Issue]:
    """Report a year of construction that is an effective year: it counts renovations."""
    years = [i for i in used if meanings[i].column == "Year Built" and not meanings[i].is_chosen]
    effective = [i for i in years if "effective" in split_header(columns.header(i)) or "eyb" in columns.header(i).casefold()]
    return [build_column_issue(sheet, columns.headers[i], IssueReason.EFFECTIVE_YEAR, "") for i in effective]


def build_column_issue(sheet: str, header: str | None, reason: IssueReason, detail: str, value: str = "") -> Issue:
    """Build an issue about a whole column; `value`: examples of its values."""
    return Issue(sheet, 0, str(header), value, reason, detail)
