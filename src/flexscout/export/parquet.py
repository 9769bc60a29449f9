"""A table of the result as Parquet."""

from pathlib import Path

import polars as pl

from flexscout.vocabulary import unescape_names


def write_parquet(table: pl.DataFrame, path: Path) -> None:
    """Typed columns, compressed with zstd."""
    unescape_names(table).write_parquet(path, compression="zstd")
