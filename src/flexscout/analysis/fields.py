"""Every column of an export, as it stands there: what it means, its type, how much of it is filled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from flexscout.conversion.dates import to_dates
from flexscout.vocabulary import cell_values, column, columns, escape_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flexscout.model import HeaderMap

_CANONICAL = frozenset(entry.name for entry in columns())
_NUMBER = r"^-?\$?(?:0|[1-9][\d,]*)(?:\.\d+)?%?$"  # a leading zero is a code's
_SAMPLED = 500  # values that tell the type of a column that passes through
_SHARE_DECIMALS = 4

Key = tuple[str, str]
"""A column by its header and by its name in the tables; the header is empty where the column is calculated."""


def fields(sheets: Sequence[pl.DataFrame], header_maps: Sequence[HeaderMap]) -> list[dict[str, Any]]:
    """An entry per column of the sheets, in the order of the file; a column that several sheets have is one.

    `header`; `column`: its canonical name, empty if it passes through; `type`, of what passes through by its values: number,
    date, text, or empty without any; `unit`; `filled`: cells with a value, placeholders such as N/A not counted; `share`:
    of the properties, 0-1.
    """
    parts: dict[Key, list[pl.Series]] = {}
    for table, header_map in zip(sheets, header_maps, strict=True):
        for header, name in _keys(table, header_map):
            parts.setdefault((header, name), []).append(_values(table, escape_name(name)))
    properties = sum(table.height for table in sheets)
    return [_field(*key, values, properties) for key, values in parts.items()]


def _keys(table: pl.DataFrame, header_map: HeaderMap) -> Iterator[Key]:
    """The columns of a sheet by position, then what was calculated from them."""
    yield from ((entry.header, entry.name) for entry in header_map.columns)
    there = {entry.name for entry in header_map.canonical}
    yield from (("", name) for name in table.columns if name in _CANONICAL - there)


def _values(table: pl.DataFrame, name: str) -> pl.Series:
    """What a column says; one that passes through is not in the table if it is empty."""
    values = table[name].drop_nulls() if name in table.columns else pl.Series(name, [], pl.String)
    if name in _CANONICAL:
        return values
    return values.filter(~values.str.to_lowercase().is_in(list(cell_values("missing"))))


def _field(header: str, name: str, values: list[pl.Series], properties: int) -> dict[str, Any]:
    filled = sum(part.len() for part in values)
    known = column(name) if name in _CANONICAL else None
    return {
        "header": " ".join(header.split()),
        "column": name if known else "",
        "type": known.type if known else _type(values),
        "unit": known.unit if known else "",
        "filled": filled,
        "share": round(filled / properties, _SHARE_DECIMALS) if properties else 0.0,
    }


def _type(values: list[pl.Series]) -> str:
    first = pl.concat([part.head(_SAMPLED) for part in values])
    if first.is_empty():
        return ""
    if first.str.contains(_NUMBER).all():
        return "number"
    return "text" if to_dates(first).null_count() else "date"
