"""Typed tables on disk, handed from the workers to the parent as Parquet."""

import os
from pathlib import Path

import polars as pl


def write_table(frame: pl.DataFrame, path: Path) -> Path:
    """Write a table so that `path` is never a half-written one: beside it, then renamed."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    frame.write_parquet(beside, compression="lz4", statistics=False)
    beside.replace(path)
    return path
