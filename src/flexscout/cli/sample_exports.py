"""Sample exports for `flexscout demo`: invented properties, in the layouts and with the flaws of real exports."""

import random
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl

_CITIES = (
    ("Charlotte", "NC", "Mecklenburg", "28206", 35.25, -80.83),
    ("Greensboro", "NC", "Guilford", "27407", 36.02, -79.88),
    ("Norcross", "GA", "Gwinnett", "30071", 33.94, -84.21),
    ("Marietta", "GA", "Cobb", "30062", 33.97, -84.51),
    ("Greenville", "SC", "Greenville", "29607", 34.82, -82.34),
)
_STREETS = ("Foundry", "Commerce", "Millworks", "Granite", "Piedmont", "Enterprise", "Depot", "Carding", "Loom", "Quarry")
_SUFFIXES = (("Street", "St"), ("Drive", "Dr"), ("Road", "Rd"), ("Boulevard", "Blvd"), ("Parkway", "Pkwy"))
_DIRECTIONS = (("", ""), ("North ", "N "), ("South ", "S "))
_TYPES = (
    "Industrial",
    "Industrial, Office",
    "Flex",
    "Warehouse",
    "Distribution Warehouse",
    "Light Industrial",
    "Office",
    "Retail",
)
_SEED = 20
_PROPERTY_COUNT = 140

Grid = list[Sequence[object]]


@dataclass(frozen=True)
class _Property:
    """An invented property, with two spellings of its address."""

    number: int
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


def write_samples(folder: Path) -> list[Path]:
    """Write five exports into `folder` and return their paths: four layouts, and a second download of one of them."""
    folder.mkdir(parents=True, exist_ok=True)
    properties = _draw_properties()
    files: dict[str, dict[str, Grid]] = {
        "crexi_property_records.xlsx": {"Sheet1": _build_crexi_records(properties[:70])},
        "crexi_listings.xlsx": {"Inventory": _build_crexi_listings(properties[50:95])},
        "CostarExport.xlsx": {"Export": _build_costar_export(properties[80:125])},
        "county_parcels.xlsx": {
            "Read me": [("Extract of the county's parcels. No warranty.",)],
            "Parcels": _build_county_parcels(properties[110:]),
        },
    }
    written = [_write_workbook(folder / name, sheets) for name, sheets in files.items()]
    copy = folder / "crexi_listings (1).xlsx"
    shutil.copyfile(folder / "crexi_listings.xlsx", copy)
    return [*written, copy]


def _draw_properties() -> list[_Property]:
    random_source = random.Random(_SEED)  # noqa: S311  # nosec B311 # sample data, not a secret
    return [_draw_property(number, random_source) for number in range(_PROPERTY_COUNT)]


def _draw_property(number: int, draw: random.Random) -> _Property:
    city, state, county, zip_code, latitude, longitude = draw.choice(_CITIES)
    direction, suffix, street = draw.choice(_DIRECTIONS), draw.choice(_SUFFIXES), draw.choice(_STREETS)
    house = 100 + 7 * number
    return _Property(
        number=number,
        long_address=f"{house} {direction[0]}{street} {suffix[0]}",
        short_address=f"{house} {direction[1]}{street} {suffix[1]}",
        city=city,
        state=state,
        county=county,
        zip=zip_code,
        latitude=round(latitude + draw.uniform(-0.05, 0.05), 6),
        longitude=round(longitude + draw.uniform(-0.05, 0.05), 6),
        type=draw.choice(_TYPES),
        building=draw.choice((None, *range(9_000, 160_000, 1_250))),
        acres=round(draw.uniform(0.3, 14), 3),
        year=draw.choice((None, *range(1955, 2022))),
        occupancy=draw.choice((None, None, 72, 85, 94, 100)),
        price=draw.randrange(1_200_000, 14_000_000, 5_000),
    )


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
            "January 10, 2017", p.price, p.building, p.year, p.acres, f"{p.acres * 43_560:,.0f}", p.occupancy,
            p.latitude, p.longitude, "No", None, f"${p.price // 2:,}", None,
        )
        for p in properties
    ]  # fmt: skip
    return [header, *rows]


def _build_crexi_listings(properties: Iterable[_Property]) -> Grid:
    """Return a table with title rows above the header, acres as "2.2 Acres", and a blank row."""
    rows = [
        (
            f"https://example.com/properties/{p.number}", f"{p.city} {p.type}", "Active", p.type, p.long_address, p.city, p.state,
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
        "Market Segment", "RBA", "Land Area (AC)", "Year Built", "Percent Leased", "Zoning", "Latitude", "Longitude",
    )  # fmt: skip
    rows = [
        (
            900_000 + p.number, "--", p.long_address, p.city, p.state, p.zip, f"{p.county} County", p.type,
            "All", f"{p.building:,}" if p.building else "--", p.acres, p.year or "c. 1975",
            f"{p.occupancy}%" if p.occupancy else "--", "I-1", p.latitude, p.longitude,
        )
        for p in properties
    ]  # fmt: skip
    return [header, *rows]


def _build_county_parcels(properties: Iterable[_Property]) -> Grid:
    """Return a table with an assessor's use codes, no state, a totals row and a footnote."""
    uses = {"Warehouse": "WAREH/DIST TERM", "Light Industrial": "LIGHT MFG", "Industrial": "OPEN STORAGE"}
    header = ("parcel_id", "address", "municipality", "property_use", "building_sqft", "acres", "year_built", "market_value")
    rows = [
        (
            f"{p.number:017d}",
            p.short_address.upper(),
            p.city.upper(),
            uses.get(p.type, p.type.upper()),
            p.building,
            p.acres,
            p.year,
            p.price,
        )
        for p in properties
    ]
    total = ("TOTAL", None, None, None, sum(row[4] or 0 for row in rows), None, None, None)
    return [header, *rows, total, (), ("Source: county appraiser, for illustration only.",)]


def _write_workbook(path: Path, sheets: dict[str, Grid]) -> Path:
    book = openpyxl.Workbook(write_only=True)
    for name, grid in sheets.items():
        sheet = book.create_sheet(name)
        for row in grid:
            sheet.append(row)
    book.save(path)
    return path
