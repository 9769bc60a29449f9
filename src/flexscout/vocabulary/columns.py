"""Canonical columns and the headers under which exports carry them."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from flexscout.vocabulary.load import load

ColumnType = Literal["text", "state", "zip", "number", "year", "percent", "date", "latitude", "longitude", "flag"]

_NOT_WORDS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Column:
    """A canonical column.

    `name`: display name, as Crexi's property-record export spells it; `unit`: of its numbers, empty for texts.
    """

    name: str
    type: ColumnType
    unit: str = ""
    aliases: tuple[str, ...] = ()
    generic: tuple[str, ...] = ()
    inverted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Alias:
    """What a folded header means: a canonical column, and whether its values or unit need care."""

    column: str
    generic: bool = False
    inverted: bool = False


@dataclass(frozen=True)
class Ambiguous:
    """A size without a unit in its header, and the column that it is in either unit."""

    acres: str
    square_feet: str


@dataclass(frozen=True)
class Vendor:
    """An export's maker, the headers that give it away, and what its headers mean only there."""

    name: str
    signs: frozenset[str]
    overrides: tuple[tuple[str, str], ...] = ()


def fold(header: str) -> str:
    """A header without case, spaces and punctuation: `Sold Price/ SqFt` is `soldpricesqft`."""
    return _NOT_WORDS.sub("", header.casefold())


@cache
def columns() -> tuple[Column, ...]:
    """Every canonical column, in the order of the master table."""
    return tuple(
        Column(
            entry["name"],
            entry["type"],
            entry.get("unit", ""),
            tuple(entry.get("aliases", ())),
            tuple(entry.get("generic", ())),
            tuple(entry.get("inverted", ())),
        )
        for entry in load("columns")["columns"]
    )


@cache
def _by_name() -> dict[str, Column]:
    return {column.name: column for column in columns()}


def column(name: str) -> Column:
    """The canonical column `name`. Raises KeyError for any other name."""
    return _by_name()[name]


@cache
def aliases() -> dict[str, Alias]:
    """Folded header -> what it means."""
    found: dict[str, Alias] = {}
    for entry in columns():
        found |= {fold(header): Alias(entry.name, generic=True) for header in entry.generic}
        found |= {fold(header): Alias(entry.name, inverted=True) for header in entry.inverted}
        found |= {fold(header): Alias(entry.name) for header in (entry.name, *entry.aliases)}
    return found


@cache
def ambiguous_headers() -> dict[str, Ambiguous]:
    """Folded header -> the columns that it may be, by unit."""
    return {
        fold(header): Ambiguous(entry["acres"], entry["square_feet"])
        for entry in load("columns")["ambiguous"]
        for header in entry["headers"]
    }


@cache
def stories_headers() -> frozenset[str]:
    """Folded headers of columns that hold a building's stories."""
    return frozenset(fold(header) for header in load("columns")["stories"])


@cache
def vendors() -> tuple[Vendor, ...]:
    """The known makers of exports, the more telling signs first."""
    return tuple(
        Vendor(
            entry["name"],
            frozenset(fold(sign) for sign in entry["signs"]),
            tuple((fold(header), name) for header, name in entry.get("overrides", {}).items()),
        )
        for entry in load("columns")["vendors"]
    )
