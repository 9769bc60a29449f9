"""Escape column names that Polars would read as patterns.

Polars reads `*` as all columns and `^...$` as a regular expression, also internally. Headers of files may be either. In every
frame of flexscout such a header has an invisible prefix, which is removed when a table is written or returned to the user. Other
names never change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

_PREFIX = "\u2060"  # WORD JOINER: invisible, neither a letter nor a space


def is_polars_pattern(name: str) -> bool:
    """Return whether Polars would read the name as a pattern."""
    return name == "*" or (name.startswith("^") and name.endswith("$"))


def escape_name(header: str) -> str:
    """Return the column name for a header. `unescape_name` reverses it."""
    return _PREFIX + header if is_polars_pattern(header.lstrip(_PREFIX)) else header


def unescape_name(name: str) -> str:
    """Return the header for a column name."""
    return name.removeprefix(_PREFIX) if is_polars_pattern(name.lstrip(_PREFIX)) else name


def escape_names(table: pl.DataFrame) -> pl.DataFrame:
    """Return the table with headers as escaped column names."""
    return _set_names(table, [escape_name(name) for name in table.columns])


def unescape_names(table: pl.DataFrame) -> pl.DataFrame:
    """Return the table with its original headers, to be written or returned to the user."""
    return _set_names(table, [unescape_name(name) for name in table.columns])


def _set_names(table: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """Set column names by position: `rename` would read the old names as patterns."""
    if names == table.columns:
        return table
    renamed = table.clone()
    renamed.columns = names
    return renamed
