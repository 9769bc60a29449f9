"""Build pandas or Polars frames, and read them back in one form."""

import pandas as pd
import polars as pl
import pytest

LIBRARIES = pytest.mark.parametrize("library", [pd, pl], ids=["pandas", "polars"])


def frame_of(library, rows, **kinds):
    """Build a frame of dicts with equal keys; `kinds`: Polars types by column name, with underscores for spaces."""
    table = pl.DataFrame(
        rows, schema_overrides={name.replace("_", " "): kind for name, kind in kinds.items()}, infer_schema_length=None
    )
    return table.to_pandas() if library is pd else table


def rows_of(frame):
    """Return the rows as dicts, with None for missing values."""
    return (pl.from_pandas(frame, nan_to_null=True) if isinstance(frame, pd.DataFrame) else frame).to_dicts()


def column_of(frame, name):
    """Return a column as a list, with None for missing values."""
    return [row[name] for row in rows_of(frame)]
