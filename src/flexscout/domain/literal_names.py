"""Column names that Polars takes literally.

Polars reads two kinds of names as patterns, also in its own internals: `*` is every column, and `^...$` is a regular
expression. Headers of files may be either. In every frame of flexscout such a header gets a mark in front, and loses it when a
table is written or handed to the user. A name without a pattern is never changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

_MARK = "\u2060"  # WORD JOINER: invisible, neither a letter nor a space


def is_polars_pattern(name: str) -> bool:
    """Return whether Polars would read the name as a pattern."""
    return name == "*" or (name.startswith("^") and name.endswith("$"))


def escape_name(header: str) -> str:
    """Return the name of a column with this header, which Polars takes literally. `unescape_name` reverses it."""
    return _MARK + header if is_polars_pattern(header.lstrip(_MARK)) else header


def unescape_name(name: str) -> str:
    """Return the header of a column with this name."""
    return name.removeprefix(_MARK) if is_polars_pattern(name.lstrip(_MARK)) else name


def escape_names(table: pl.DataFrame) -> pl.DataFrame:
    """Return the table with names that Polars takes literally."""
    return _renamed(table, [escape_name(name) for name in table.columns])


def unescape_names(table: pl.DataFrame) -> pl.DataFrame:
    """Return the table with its headers as the files have them, to be written or handed to the user."""
    return _renamed(table, [unescape_name(name) for name in table.columns])


def _renamed(table: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """Return the table with other names, set by position; `rename` would look the old ones up."""
    if names == table.columns:
        return table
    renamed = table.clone()
    renamed.columns = names
    return renamed
