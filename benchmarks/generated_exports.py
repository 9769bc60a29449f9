"""Write folders of exports to measure with: many rows in the 68 columns of Crexi's property records.

Rows are sampled from the exports of a folder, or from invented ones, and get house numbers of their own.
"""

import argparse
import logging
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import fastexcel
import polars as pl
from rustpy_xlsxwriter import FastExcel

# Values that invented rows sample from. Columns without values are empty in most real exports too.
_TYPES = ("Industrial", "Industrial", "Industrial, Office", "Industrial, Retail")
_LOAN = ("Conventional", "Commercial", "Revolving credit", None, None)
_UTILITY = ("Municipal", "Private", None, None, None)
_EVENT = ("Arm's length sale of the whole parcel, confirmed by its deed", None)
_HEADERS = (
    "Property Link", "Property Name", "Property Type", "APN", "Address", "Unit", "City", "Zip Code", "State", "County",
    "Sale Date", "Sold Price", "Lease Signed", "Lease Rate", "Lender", "Loan Amount", "Loan Type", "Interest Rate",
    "Financing Maturity Date", "Zoning Code", "Opportunity Zone", "Water Code", "Sewer Code", "Building SqFt",
    "Number of Units", "Number of Addresses", "Building Count", "Number of Stories", "Year Built", "Lot Size Acres",
    "Lot Size SqFt", "Asking Cap Rate", "Closing NOI", "Closing Cap Rate", "Sold Price/ SqFt", "Sold Price/ Acre",
    "Occupancy", "Lease Type", "Lease Commencement", "Lease Term", "Lease Term Remaining", "Lease Expiration Date",
    "Rent Bumps", "Lease Options", "Tenant(s)", "Days on Market", "Latitude", "Longitude", "USPS Vacancy",
    "USPS Vacancy Date", "Parcel Value Type", "Improvement Value", "Land Value", "Total Parcel Value", "Tax Year",
    "Annual Tax Bill", "PFC Recording Date", "PFC Indicator", "PFC Document Type", "REO Sale Flag",
    "Transaction Event Type", "Owner Name", "Mailing Address", "Mailing Address Unit", "Mailing Address City",
    "Mailing Address State", "Mailing Address Zip Code", "Mailing Address Care Of",
)  # fmt: skip
_INVENTED = 880
_SEED = 7
_SIZES = {"files": "number of exports", "rows": "rows per export", "unique": "share of distinct rows", "runs": "measurements"}


def parse_sizes(description: str | None, **defaults: float) -> argparse.Namespace:
    """Parse a benchmark's options, which are sizes: `files=20` makes an option `--files` that is 20 by default."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in defaults.items():
        parser.add_argument(f"--{name}", type=type(default), default=default, help=f"{_SIZES[name]} (default: {default:,})")
    return parser.parse_args()


@contextmanager
def create_run_folder() -> Iterator[Path]:
    """Create a temporary folder, which is also that of the logs and caches of runs."""
    with TemporaryDirectory(prefix="flexscout-benchmark-") as place:
        folder = Path(place)
        os.environ |= {"FLEXSCOUT_LOG_FILE": str(folder / "pipeline.log"), "FLEXSCOUT_CACHE": str(folder / "cache")}
        yield folder


def write_folder(folder: Path, *, files: int, rows: int, unique: float = 1.0, samples: Path | None = None) -> Path:
    """Write `files` exports of `rows` rows each to `folder`; `unique` is the share of distinct rows, which are repeated."""
    folder.mkdir(parents=True, exist_ok=True)
    base = _read_samples(samples) if samples else _generate_rows()
    total = files * rows
    distinct = max(1, round(total * unique))
    drawn = base.sample(distinct, with_replacement=distinct > base.height, seed=_SEED).with_row_index("number", offset=1)
    street = pl.col("Address").str.replace(r"^[\d-]+\s*", "")
    numbered = drawn.with_columns(pl.format("{} {}", "number", street).alias("Address")).drop("number")
    table = pl.concat([numbered] * -(-total // distinct)).head(total)
    for part in range(files):
        FastExcel(folder / f"export_{part:04}.xlsx").sheet("Sheet1", table.slice(part * rows, rows)).save()
    return folder


def generate_giant_table(rows: int) -> pl.DataFrame:
    """Generate a table of 67 columns of invented rows, each with its own link, name, address and parcel number."""
    number = pl.int_range(1, rows + 1).cast(pl.String)
    own = ("Property Link", "Property Name", "APN", "Address")
    drawn = _generate_rows().drop("Mailing Address Care Of").sample(rows, with_replacement=True, seed=_SEED)
    return drawn.with_columns(pl.concat_str(number, pl.lit(" "), pl.col(name)).alias(name) for name in own)


def _read_samples(samples: Path) -> pl.DataFrame:
    """Read the rows of all exports of a folder, typed as their cells are."""
    logging.getLogger("fastexcel").setLevel(logging.ERROR)  # it warns about each empty column
    frames = [fastexcel.read_excel(path).load_sheet(0).to_polars() for path in sorted(samples.glob("*.xlsx"))]
    return pl.concat(frames, how="diagonal_relaxed")


def _generate_rows() -> pl.DataFrame:
    draw = random.Random(_SEED)  # noqa: S311 - sample data, not a secret
    rows = [_generate_row(number, draw) for number in range(_INVENTED)]
    return pl.DataFrame(
        rows, schema_overrides={name: pl.String for name in _HEADERS if all(row.get(name) is None for row in rows)}
    )


def _generate_row(number: int, draw: random.Random) -> dict[str, object]:
    acres = round(draw.uniform(0.6, 18), 2)
    building, improvement, land = draw.randrange(20_000, 180_000), draw.randrange(10**5, 10**7), draw.randrange(10**5, 10**6)
    street = f"{draw.choice(('Foundry', 'Commerce', 'Loom', 'Quarry', 'Depot'))} {draw.choice(('Street', 'Dr', 'Road', 'Blvd'))}"
    city = draw.choice(("Charlotte", "Greensboro", "Norcross", "Marietta", "Concord", "Gastonia"))
    date = f"{draw.choice(('January', 'May', 'October'))} {draw.randrange(1, 29)}, {draw.randrange(1995, 2025)}"
    known = {
        "Property Link": f"https://example.com/property-records/north-carolina/{number:07d}/an-industrial-building",
        "Property Name": f"{number} {street.upper()}, {city.upper()}, NC 28{number:03d}",
        "Property Type": draw.choice(_TYPES),
        "APN": f"0{number:08d}",
        "Address": f"{number} {street.upper()}",
        "City": city,
        "Zip Code": f"28{number:03d}-{draw.randrange(1000, 9999)}",
        "State": "NC",
        "County": "mecklenburg",
        "Sale Date": date,
        "Sold Price": float(draw.randrange(10**6, 10**7, 5_000)),
        "Loan Amount": draw.choice((None, float(draw.randrange(10**6, 10**7, 5_000)))),
        "Loan Type": draw.choice(_LOAN),
        "Interest Rate": draw.choice((None, round(draw.uniform(3, 8), 2))),
        "Financing Maturity Date": draw.choice((None, None, date)),
        "Zoning Code": draw.choice(("I-1", "I-2", "M-1", "ML")),
        "Opportunity Zone": draw.choice(("No", "Yes")),
        "Water Code": draw.choice(_UTILITY),
        "Sewer Code": draw.choice(_UTILITY),
        "Building SqFt": float(building),
        "Number of Units": draw.choice((None, None, float(draw.randrange(1, 20)))),
        "Number of Addresses": float(draw.randrange(1, 9)),
        "Building Count": float(draw.randrange(1, 5)),
        "Number of Stories": draw.choice((None, 1.0, 2.0)),
        "Year Built": float(draw.randrange(1950, 2024)),
        "Lot Size Acres": acres,
        "Lot Size SqFt": f"{acres * 43_560:,.0f}",
        "Sold Price/ SqFt": f"${draw.randrange(40, 300)}",
        "Sold Price/ Acre": f"${draw.randrange(10**5, 10**7):,}",
        "Occupancy": draw.choice((*[None] * 99, 85.0)),
        "Rent Bumps": "No",
        "Latitude": round(draw.uniform(33, 36), 6),
        "Longitude": round(draw.uniform(-85, -79), 6),
        "USPS Vacancy": draw.choice(("No", "No", "Yes", None)),
        "USPS Vacancy Date": date,
        "Parcel Value Type": draw.choice((None, "Assessed")),
        "Improvement Value": f"${improvement:,}",
        "Land Value": f"${land:,}",
        "Total Parcel Value": f"${improvement + land:,}",
        "Tax Year": 2023.0,
        "Annual Tax Bill": draw.choice((None, f"${draw.randrange(10**4, 10**6):,}")),
        "REO Sale Flag": "No",
        "Transaction Event Type": draw.choice(_EVENT),
    }  # fmt: skip
    return {name: known.get(name) for name in _HEADERS}
