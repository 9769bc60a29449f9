"""Canonical columns and the headers under which exports carry them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from flexscout.domain.vocabulary import load_vocabulary

ColumnType = Literal["text", "state", "zip", "number", "year", "percent", "date", "latitude", "longitude", "flag"]

Coded = tuple[tuple[str, tuple[str, ...]], ...]
"""Tables of codes, each with the headers under which its codes stand."""

_CODED = "Property Type"  # what a vendor's codes describe

_NOT_WORDS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class CanonicalColumn:
    """A canonical column.

    `name`: display name, as Crexi's property-record export spells it; `unit`: of its numbers, empty for texts;
    `most`: greatest number that can be true, also below zero; none where the type says it.
    """

    name: str
    type: ColumnType
    unit: str = ""
    aliases: tuple[str, ...] = ()
    generic: tuple[str, ...] = ()
    inverted: tuple[str, ...] = ()
    codes: Coded = ()
    codes_in_state: Coded = ()
    most: float | None = None


@dataclass(frozen=True)
class HeaderAlias:
    """What a folded header means: a canonical column, and whether its values or unit need care.

    `codes`: the table that describes its values, empty where they speak for themselves; `in_state`: only where the rows
    say that they are of the table's state.
    """

    column: str
    generic: bool = False
    inverted: bool = False
    codes: str = ""
    in_state: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether it says the column itself, and nothing from which that is inferred."""
        return not (self.generic or self.inverted or self.codes)


@dataclass(frozen=True)
class AmbiguousHeader:
    """A size without a unit in its header, and the column that it is in either unit."""

    acres: str
    square_feet: str


@dataclass(frozen=True)
class Vendor:
    """An export's maker, the headers that give it away, and what its headers mean only there."""

    name: str
    signs: frozenset[str]
    overrides: tuple[tuple[str, HeaderAlias], ...] = ()


def fold_header(header: str) -> str:
    """A header without case, spaces and punctuation: `Sold Price/ SqFt` is `soldpricesqft`."""
    return _NOT_WORDS.sub("", header.casefold())


@cache
def canonical_columns() -> tuple[CanonicalColumn, ...]:
    """Every canonical column, in the order of the master table."""
    return tuple(
        CanonicalColumn(
            entry["name"],
            entry["type"],
            entry.get("unit", ""),
            tuple(entry.get("aliases", ())),
            tuple(entry.get("generic", ())),
            tuple(entry.get("inverted", ())),
            _coded(entry, "codes"),
            _coded(entry, "codes in state"),
            entry.get("most"),
        )
        for entry in load_vocabulary("columns")["columns"]
    )


def _coded(entry: Mapping[str, Any], key: str) -> Coded:
    return tuple((table, tuple(headers)) for table, headers in entry.get(key, {}).items())


@cache
def _by_name() -> dict[str, CanonicalColumn]:
    return {column.name: column for column in canonical_columns()}


def canonical_column(name: str) -> CanonicalColumn:
    """The canonical column `name`. Raises KeyError for any other name."""
    return _by_name()[name]


@cache
def header_aliases() -> dict[str, HeaderAlias]:
    """Folded header -> what it means."""
    found: dict[str, HeaderAlias] = {}
    for entry in canonical_columns():
        found |= {fold_header(header): HeaderAlias(entry.name, generic=True) for header in entry.generic}
        found |= {fold_header(header): HeaderAlias(entry.name, inverted=True) for header in entry.inverted}
        found |= _code_aliases(entry.name, entry.codes)
        found |= _code_aliases(entry.name, entry.codes_in_state, in_state=True)
        found |= {fold_header(header): HeaderAlias(entry.name) for header in (entry.name, *entry.aliases)}
    return found


def _code_aliases(name: str, coded: Coded, *, in_state: bool = False) -> dict[str, HeaderAlias]:
    return {
        fold_header(header): HeaderAlias(name, codes=table, in_state=in_state) for table, headers in coded for header in headers
    }


@cache
def ambiguous_headers() -> dict[str, AmbiguousHeader]:
    """Folded header -> the columns that it may be, by unit."""
    return {
        fold_header(header): AmbiguousHeader(entry["acres"], entry["square_feet"])
        for entry in load_vocabulary("columns")["ambiguous"]
        for header in entry["headers"]
    }


@cache
def story_headers() -> frozenset[str]:
    """Folded headers of columns that hold a building's stories."""
    return frozenset(fold_header(header) for header in load_vocabulary("columns")["stories"])


@cache
def vendors() -> tuple[Vendor, ...]:
    """The known makers of exports, the more telling signs first."""
    return tuple(
        Vendor(
            entry["name"],
            frozenset(fold_header(sign) for sign in entry["signs"]),
            _overrides(entry),
        )
        for entry in load_vocabulary("columns")["vendors"]
    )


@cache
def vendor_headers() -> dict[str, frozenset[str]]:
    """Vendor -> the folded headers that its exports have, as far as they are known."""
    return {name: frozenset(map(fold_header, headers)) for name, headers in load_vocabulary("vendor_headers").items()}


def _overrides(entry: Mapping[str, Any]) -> tuple[tuple[str, HeaderAlias], ...]:
    """Folded header -> what it means in this vendor's files only."""
    named = {fold_header(header): HeaderAlias(name) for header, name in entry.get("overrides", {}).items()}
    return tuple((named | _code_aliases(_CODED, _coded(entry, "codes"))).items())
