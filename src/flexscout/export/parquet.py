"""A table of the result as Parquet."""

from pathlib import Path

import polars as pl


def write_parquet(table: pl.DataFrame, path: Path) -> None:
    """Typed columns, compressed with zstd."""
    table.write_parquet(path, compression="zstd")
