"""Frames and queries of other libraries: which ones are supported, and how their columns are found."""

from typing import Any

import narwhals as nw
from narwhals import Implementation

from flexscout.domain import fold_header, join_some
from flexscout.error_codes import ErrorCode
from flexscout.errors import DataFormatError
from flexscout.scoring.profile import Profile
from flexscout.scoring.rules import column_names

# Libraries for which tests show that scores, classes and reasons are those of Polars. Others may differ without an error: Ibis
# joins the names of missing factors wrongly.
TESTED = {
    Implementation.PANDAS: "pandas",
    Implementation.POLARS: "Polars",
    Implementation.PYARROW: "PyArrow",
    Implementation.DUCKDB: "DuckDB",
    Implementation.DASK: "Dask",
    Implementation.PYSPARK: "Spark",
    Implementation.SQLFRAME: "sqlframe",
}


def open_frame(frame: Any) -> Any:
    """Wrap a frame or query for narwhals.

    Raises:
        TypeError: It is neither, or its library has not been tested.

    """
    try:
        given: Any = nw.from_native(frame)
    except TypeError:
        raise TypeError(f"Expected a record or a frame, not {type(frame).__name__}.") from None
    if given.implementation not in TESTED:
        supported = join_some(list(TESTED.values()), len(TESTED), last=" and ")
        raise TypeError(
            f"Frames of {given.implementation.value} are not supported, because their scores have not been tested. Convert it to "
            f"one of {supported}, such as with to_polars()."
        )
    return given


def use_canonical_names(frame: Any, profile: Profile) -> tuple[Any, dict[str, str]]:
    """Rename the columns of the profile, given in any case and with or without spaces and underscores, to canonical names.

    Returns:
        The frame, and canonical name -> the name before.

    Raises:
        DataFormatError: Two columns can be the same one.

    """
    names = column_names(frame)
    by_folded: dict[str, list[str]] = {}
    for name in names:
        by_folded.setdefault(fold_header(str(name)), []).append(name)
    renamed = {}
    for column in profile.columns:
        possible = by_folded.get(fold_header(column), [])
        if column in possible or not possible:
            continue
        if len(possible) > 1:
            message = f"{column} may be any of the columns {', '.join(possible)}."
            raise DataFormatError(ErrorCode.MISSING_REQUIRED_COLUMNS, message, f"Keep one of them, or rename it to {column}.")
        renamed[column] = possible[0]
    return frame.rename({name: column for column, name in renamed.items()}), renamed


def restore_names(frame: Any, renamed: dict[str, str]) -> Any:
    """Return the frame, unwrapped, with the names that its columns had."""
    return frame.rename(renamed).to_native()
