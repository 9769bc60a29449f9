"""Frames of either library for tests, and what they hold, in one shape for both."""

import pandas as pd
import polars as pl
import pytest

LIBRARIES = pytest.mark.parametrize("library", [pd, pl], ids=["pandas", "polars"])


def frame_of(library, rows, **kinds):
    """A frame of the rows, dicts of equal keys; `kinds`: Polars types of columns, by name with underscores for spaces."""
    table = pl.DataFrame(
        rows, schema_overrides={name.replace("_", " "): kind for name, kind in kinds.items()}, infer_schema_length=None
    )
    return table.to_pandas() if library is pd else table


def rows_of(frame):
    """The rows as dicts, with None where a value is missing."""
    return (pl.from_pandas(frame, nan_to_null=True) if isinstance(frame, pd.DataFrame) else frame).to_dicts()


def column_of(frame, name):
    """A column as a list, with None where a value is missing."""
    return [row[name] for row in rows_of(frame)]
