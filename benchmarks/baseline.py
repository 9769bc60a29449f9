"""The baseline: a straight-line script with flexscout's libraries and without its checks: python baseline.py FOLDER OUT.

It reads with a thread per core, scores, removes duplicates, sorts, and writes OUT.csv and one plain sheet OUT.xlsx. It knows
one shape of export and one spelling of numbers, and trusts every file.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import fastexcel
import polars as pl
from rustpy_xlsxwriter import FastExcel

NUMBERS = ("Building SqFt", "Lot Size Acres", "Year Built", "Occupancy", "Sold Price", "Latitude", "Longitude")


def read(path: Path) -> pl.DataFrame:
    """Read one export with typed numbers."""
    sheet = fastexcel.read_excel(path).load_sheet_eager(0, header_row=None, dtypes="string")
    cells = pl.DataFrame(sheet)
    names = dict(zip(cells.columns, cells.row(0), strict=True))
    return cells.slice(1).rename(names).with_columns(pl.col(NUMBERS).cast(pl.Float64, strict=False))


def score_expr() -> pl.Expr:
    """Return the expression of a property's score."""
    size, acres, year = pl.col("Building SqFt"), pl.col("Lot Size Acres"), pl.col("Year Built")
    kind = pl.col("Property Type").str.to_lowercase()
    return (
        pl.when(size.is_between(20_000, 50_000, closed="left")).then(3.0)
        .when(size.is_between(50_000, 100_000, closed="left")).then(2.0)
        .when(size.is_between(100_000, 200_000, closed="left")).then(1.0).otherwise(0.0)
        + pl.when(kind.str.contains(r"\bflex\b")).then(3.0)
        .when(kind.str.contains(r"\b(?:warehouse|distribution)")).then(2.5)
        .when(kind.str.contains(r"\blight industrial")).then(2.0)
        .when(kind.str.contains(r"\bindustrial")).then(1.5)
        .when(kind.str.contains(r"\b(?:manufacturing|storage|logistics)")).then(1.0).otherwise(0.0)
        + pl.when(acres.is_between(1, 5)).then(2.0).when(acres.is_between(5, 10)).then(1.5)
        .when(acres.is_between(0.5, 20)).then(1.0).otherwise(0.0)
        + pl.when(year >= 1990).then(1.0).when(year >= 1980).then(0.5).otherwise(0.0)
        + pl.when(pl.col("Occupancy") < 100).then(1.0).otherwise(0.0)
    )  # fmt: skip


def score_eligible(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the eligible properties with their score."""
    kind = pl.col("Property Type").str.to_lowercase()
    eligible = kind.str.contains(r"\b(?:industrial|warehouse|distribution|flex|manufacturing|storage|logistics)")
    return frame.filter(eligible, pl.col("Building SqFt") >= 20_000, pl.col("Lot Size Acres").is_between(0.5, 20)).with_columns(
        score_expr().alias("Flex Score")
    )


def rank(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the unique candidates, best first."""
    candidates = score_eligible(frame).filter(pl.col("Flex Score") >= 4).sort("Flex Score", descending=True, maintain_order=True)
    key = [pl.col(name).str.to_uppercase().str.strip_chars().alias(f"key {name}") for name in ("Address", "City", "State")]
    unique = candidates.with_columns(key).unique(["key Address", "key City", "key State"], keep="first", maintain_order=True)
    return unique.drop(pl.selectors.starts_with("key "))


def main(folder: Path, out: Path) -> None:
    """Read, rank and write."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        frame = pl.concat(pool.map(read, sorted(folder.glob("*.xlsx"))), how="vertical_relaxed")
    result = rank(frame)
    result.write_csv(out.with_suffix(".csv"))
    FastExcel(out.with_suffix(".xlsx")).sheet("Flex Properties", result).save()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
