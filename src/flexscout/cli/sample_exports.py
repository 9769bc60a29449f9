"""Sample exports for `flexscout demo`: invented properties, in the layouts and with the flaws of real exports, from two weeks."""

import os
import random
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl

from flexscout.domain import format_date

FIRST_WEEK, SECOND_WEEK = date(2026, 1, 12), date(2026, 1, 19)
"""The days of the exports."""

_CITIES = (
    ("Charlotte", "NC", "Mecklenburg", "28206", 35.25, -80.83),
    ("Greensboro", "NC", "Guilford", "27407", 36.02, -79.88),
    ("Norcross", "GA", "Gwinnett", "30071", 33.94, -84.21),
    ("Greenville", "SC", "Greenville", "29607", 34.82, -82.34),
)
_STREETS = ("Foundry", "Commerce", "Millworks", "Granite", "Piedmont", "Enterprise", "Depot", "Carding", "Loom", "Quarry")
_SUFFIXES = (("Street", "St"), ("Drive", "Dr"), ("Road", "Rd"), ("Boulevard", "Blvd"), ("Parkway", "Pkwy"))
_DIRECTIONS = (("", ""), ("North ", "N "), ("South ", "S "))
_TYPES = (
    "Industrial", "Industrial, Office", "Flex", "Flex", "Warehouse", "Distribution Warehouse", "Light Industrial",
    "Light Industrial", "Office", "Retail",
)  # fmt: skip
_PARKS = ("Commerce Center", "Business Park", "Industrial Park", "Flex Center", "Trade Center")
# Some owners have many properties, in several spellings; the others have one each.
_PORTFOLIOS = (
    ("Blue Ridge Industrial Holdings, LLC", "BLUE RIDGE INDUSTRIAL HOLDINGS LLC"),
    ("Carolina Piedmont Partners LP", "CAROLINA PIEDMONT PARTNERS, L.P."),
    ("The Loomworks Company, Inc.", "LOOMWORKS CO INC"),
    ("Gwinnett Flex Investors, LLC", "GWINNETT FLEX INVESTORS"),
)
_FAMILIES = ("Abernathy", "Beaumont", "Castellano", "Dupree", "Eastlake", "Fairchild", "Granger", "Hollis", "Ivey", "Jernigan")
_SEED = 20
_PROPERTY_COUNT = 220

Grid = list[Sequence[object]]


@dataclass(frozen=True)
class _Property:
    """An invented property, with two spellings of its address and of its owner."""

    number: int
    name: str
    long_address: str
    short_address: str
    city: str
    state: str
    county: str
    zip: str
    latitude: float
    longitude: float
    type: str
    building: int | None
    acres: float
    year: int | None
    occupancy: int | None
    price: int
    sale_price: int
    sale_date: date
    owner: str
    owner_on_roll: str


def write_samples(folder: Path) -> list[Path]:
    """Write the exports of the first week into `folder` and return their paths: four layouts, and one of them a second time."""
    properties = _draw_properties()
    listings = _build_crexi_listings(properties[20:165])
    files: dict[str, dict[str, Grid]] = {
        "crexi_property_records.xlsx": {"Sheet1": _build_crexi_records(properties[:110])},
        f"crexi_listings {FIRST_WEEK}.xlsx": {"Inventory": listings},
        f"CostarExport {FIRST_WEEK}.xlsx": {"Export": _build_costar_export(properties[130:190])},
        "county_parcels.xlsx": {
            "Read me": [("Extract of the county's parcels. No warranty.",)],
            "Parcels": _build_county_parcels(properties[170:212]),
        },
    }
    written = [_write_workbook(folder / name, sheets, FIRST_WEEK) for name, sheets in files.items()]
    copy = folder / f"crexi_listings {FIRST_WEEK} (1).xlsx"
    shutil.copy2(written[1], copy)
    return [*written, copy]


def write_second_week(folder: Path) -> list[Path]:
    """Write the exports of the second week and return their paths: some prices are cut, some properties sold, new or gone."""
    properties = _draw_properties()
    listed = [p for p in (*properties[24:165], *properties[212:]) if p.number not in (101, 126)]
    cut = [replace(p, price=_round_price(p.price * 0.92)) if p.number % 12 == 0 else p for p in listed]
    later = [
        replace(p, sale_date=date(2026, 1, 15), sale_price=_round_price(p.price * 0.96)) if p.number in (131, 152, 177) else p
        for p in properties[130:190]
    ]
    files: dict[str, dict[str, Grid]] = {
        f"crexi_listings {SECOND_WEEK}.xlsx": {"Inventory": _build_crexi_listings(cut)},
        f"CostarExport {SECOND_WEEK}.xlsx": {"Export": _build_costar_export(later)},
    }
    return [_write_workbook(folder / name, sheets, SECOND_WEEK) for name, sheets in files.items()]


def remove_second_week(folder: Path) -> None:
    """Delete the exports of the second week, which an earlier demo wrote."""
    for layout in ("crexi_listings", "CostarExport"):
        (folder / f"{layout} {SECOND_WEEK}.xlsx").unlink(missing_ok=True)


def _draw_properties() -> list[_Property]:
    random_source = random.Random(_SEED)  # noqa: S311  # nosec B311 # sample data, not a secret
    return [_draw_property(number, random_source) for number in range(_PROPERTY_COUNT)]


def _draw_property(number: int, draw: random.Random) -> _Property:
    city, state, county, zip_code, latitude, longitude = draw.choice(_CITIES)
    direction, suffix, street = draw.choice(_DIRECTIONS), draw.choice(_SUFFIXES), draw.choice(_STREETS)
    house = 100 + 7 * number
    building = draw.choice((None, *range(14_000, 84_000, 1_250), 96_000, 118_000))
    dollars_per_square_foot = draw.uniform(75, 165)
    price = _round_price((building or 30_000) * dollars_per_square_foot)
    family = f"{draw.choice(_FAMILIES)} {100 + number} Properties"
    owner = draw.choice((*_PORTFOLIOS, *[(f"{family}, LLC", f"{family.upper()} LLC")] * 28))
    return _Property(
        number=number,
        name=f"{street} {draw.choice(_PARKS)}",
        long_address=f"{house} {direction[0]}{street} {suffix[0]}",
        short_address=f"{house} {direction[1]}{street} {suffix[1]}",
        city=city,
        state=state,
        county=county,
        zip=zip_code,
        latitude=round(latitude + draw.uniform(-0.05, 0.05), 6),
        longitude=round(longitude + draw.uniform(-0.05, 0.05), 6),
        type=draw.choice(_TYPES),
        building=building,
        acres=round(draw.uniform(0.3, 14), 3),
        year=draw.choice((None, *range(1962, 2023))),
        occupancy=draw.choice((None, None, 72, 85, 94, 100)),
        price=price,
        sale_price=_round_price(price * draw.uniform(0.35, 0.8)),
        sale_date=date(draw.randrange(2004, 2025), draw.randrange(1, 13), draw.randrange(1, 29)),
        owner=owner[0],
        owner_on_roll=owner[1],
    )


def _round_price(price: float) -> int:
    return round(price / 5_000) * 5_000


def _build_crexi_records(properties: Iterable[_Property]) -> Grid:
    """Return a table with numbers as text, spelled-out dates and counties in lower case."""
    header = (
        "Property Link", "Property Name", "Property Type", "APN", "Address", "Unit", "City", "Zip Code", "State", "County",
        "Sale Date", "Sold Price", "Building SqFt", "Year Built", "Lot Size Acres", "Lot Size SqFt", "Occupancy",
        "Latitude", "Longitude", "USPS Vacancy", "PFC Indicator", "Improvement Value", "Owner Name",
    )  # fmt: skip
    rows = [
        (
            f"https://example.com/property-records/{p.number:06d}", f"{p.short_address}, {p.city.upper()}, {p.state} {p.zip}",
            p.type, f"0{p.number:07d}", p.short_address.upper(), None, p.city, p.zip, p.state, p.county.lower(),
            format_date(p.sale_date), p.sale_price, p.building, p.year, p.acres, f"{p.acres * 43_560:,.0f}", p.occupancy,
            p.latitude, p.longitude, "No", None, f"${p.price // 2:,}", p.owner_on_roll,
        )
        for p in properties
    ]  # fmt: skip
    return [header, *rows]


def _build_crexi_listings(properties: Sequence[_Property]) -> Grid:
    """Return a table with title rows above the header, acres as "2.2 Acres", and a blank row."""
    rows = [
        (
            f"https://example.com/properties/{p.number}", p.name, "Active", p.type, p.long_address, p.city, p.state,
            p.zip, p.building, f"{p.acres:.3f} Acres", p.price, f"${p.price / p.acres:,.0f}", 45, p.longitude, p.latitude,
        )
        for p in properties
    ]  # fmt: skip
    header = (
        "Property Link", "Property Name", "Property Status", "Type", "Address", "City", "State", "Zip",
        "SqFt", "Lot Size", "Asking Price", "Price/Acre", "Days on Market", "Longitude", "Latitude",
    )  # fmt: skip
    return [(f"{len(rows)} properties found",), (), header, *rows[:20], (), *rows[20:]]


def _build_costar_export(properties: Iterable[_Property]) -> Grid:
    """Return a table with placeholders for missing values, percent leased, and approximate years."""
    header = (
        "PropertyID", "Property Name", "Property Address", "City", "State", "Zip", "County Name", "Property Type",
        "Market Segment", "RBA", "Land Area (AC)", "Year Built", "Percent Leased", "Zoning", "For Sale Price", "Last Sale Date",
        "Last Sale Price", "Owner Name", "Latitude", "Longitude",
    )  # fmt: skip
    rows = [
        (
            900_000 + p.number, p.name if p.number % 3 else "--", _misspell(p), p.city, p.state, p.zip, f"{p.county} County",
            p.type, "All", f"{p.building:,}" if p.building else "--", p.acres, p.year or "c. 1975",
            f"{p.occupancy}%" if p.occupancy else "--", "I-1", f"${p.price:,}" if p.number % 2 else "--",
            f"{p.sale_date:%m/%d/%Y}", f"${p.sale_price:,}", p.owner, p.latitude, p.longitude,
        )
        for p in properties
    ]  # fmt: skip
    return [header, *rows]


def _misspell(building: _Property) -> str:
    """Return the address, in a few exports with a letter of the street left out."""
    number, *words = building.long_address.split()
    if building.number % 15:
        return building.long_address
    return " ".join((number, *words[:-2], words[-2][:3] + words[-2][4:], words[-1]))


def _build_county_parcels(properties: Iterable[_Property]) -> Grid:
    """Return a table with an assessor's use codes, no state, a totals row and a footnote."""
    uses = {"Warehouse": "WAREH/DIST TERM", "Light Industrial": "LIGHT MFG", "Industrial": "OPEN STORAGE"}
    header = (
        "parcel_id", "address", "municipality", "situs_zip", "property_use", "building_sqft", "acres", "year_built",
        "market_value", "owner",
    )  # fmt: skip
    rows = [
        (
            f"{p.number:017d}", p.short_address.upper(), p.city.upper(), p.zip, uses.get(p.type, p.type.upper()), p.building,
            p.acres, p.year, p.price, p.owner_on_roll,
        )
        for p in properties
    ]  # fmt: skip
    total = ("TOTAL", None, None, None, None, sum(int(str(row[5] or 0)) for row in rows), None, None, None, None)
    return [header, *rows, total, (), ("Source: county appraiser, for illustration only.",)]


def _write_workbook(path: Path, sheets: dict[str, Grid], day: date) -> Path:
    """Write a workbook that was last changed on `day`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = openpyxl.Workbook(write_only=True)
    for name, grid in sheets.items():
        sheet = book.create_sheet(name)
        for row in grid:
            sheet.append(row)
    book.save(path)
    seconds = datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()
    os.utime(path, (seconds, seconds))
    return path
