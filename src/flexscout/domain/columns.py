"""Canonical columns and the headers that exports use for them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal

from flexscout.domain.vocabulary import load_vocabulary

ColumnType = Literal["text", "state", "zip", "number", "year", "percent", "date", "latitude", "longitude", "flag"]

CodedHeaders = tuple[tuple[str, tuple[str, ...]], ...]
"""Code tables, each with the headers of the columns that hold its codes."""

_CODED_COLUMN = "Property Type"  # the column that a vendor's codes describe

_NOT_WORDS = re.compile(r"[\W_]+")
_MAX_CACHED = 100  # characters; many files have the same headers, and longer ones are prose


@dataclass(frozen=True)
class CanonicalColumn:
    """A canonical column.

    Attributes:
        name: Display name, as in Crexi's property-record export.
        type: Type of its values.
        unit: Unit of its numbers; empty for texts.
        aliases: Other headers of the same column.
        generic: Ambiguous headers, which are used only if the values agree.
        inverted: Headers of columns with the opposite meaning; the value is 100 - theirs.
        codes: Headers of columns with codes.
        codes_in_state: The same, for columns that hold codes only in the code table's state.
        max_magnitude: Largest plausible absolute value, or None if the type implies it.
        min_value: Smallest plausible value, or None if the type or the unit implies it.
        zero_is_missing: Whether 0 means that there is no value.

    """

    name: str
    type: ColumnType
    unit: str = ""
    aliases: tuple[str, ...] = ()
    generic: tuple[str, ...] = ()
    inverted: tuple[str, ...] = ()
    codes: CodedHeaders = ()
    codes_in_state: CodedHeaders = ()
    max_magnitude: float | None = None
    min_value: float | None = None
    zero_is_missing: bool = False


@dataclass(frozen=True)
class HeaderAlias:
    """The meaning of a folded header.

    Attributes:
        column: Name of the canonical column.
        generic: Whether the header is ambiguous, so that the values have to agree.
        inverted: Whether the canonical value is 100 - value.
        codes: Name of the table that describes the values; empty if they aren't codes.
        in_state: Whether the values are codes only in the code table's state.

    """

    column: str
    generic: bool = False
    inverted: bool = False
    codes: str = ""
    in_state: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether the values can be taken as they are."""
        return not (self.generic or self.inverted or self.codes)


@dataclass(frozen=True)
class AmbiguousHeader:
    """A size whose header has no unit: the canonical column for each unit."""

    acres: str
    square_feet: str


@dataclass(frozen=True)
class Vendor:
    """A source of exports.

    Attributes:
        name: Its name.
        signs: Folded headers that together identify its exports.
        overrides: Folded headers with a meaning of their own in its exports; None for those without a meaning.

    """

    name: str
    signs: frozenset[str]
    overrides: tuple[tuple[str, HeaderAlias | None], ...] = ()


def fold_header(header: str) -> str:
    """Return a header without case, spaces and punctuation: `Sold Price/ SqFt` becomes `soldpricesqft`."""
    return _fold(header) if len(header) <= _MAX_CACHED else _fold.__wrapped__(header)


@lru_cache(maxsize=20_000)
def _fold(header: str) -> str:
    return _NOT_WORDS.sub("", header.casefold())


@cache
def list_canonical_columns() -> tuple[CanonicalColumn, ...]:
    """Return every canonical column, in the order of the master table."""
    return tuple(
        CanonicalColumn(
            entry["name"],
            entry["type"],
            entry.get("unit", ""),
            tuple(entry.get("aliases", ())),
            tuple(entry.get("generic", ())),
            tuple(entry.get("inverted", ())),
            _parse_codes(entry, "codes"),
            _parse_codes(entry, "codes in state"),
            entry.get("max"),
            entry.get("min"),
            entry.get("zero is missing", False),
        )
        for entry in load_vocabulary("columns")["columns"]
    )


def _parse_codes(entry: Mapping[str, Any], key: str) -> CodedHeaders:
    return tuple((table, tuple(headers)) for table, headers in entry.get(key, {}).items())


@cache
def _map_columns_by_name() -> dict[str, CanonicalColumn]:
    return {column.name: column for column in list_canonical_columns()}


def find_canonical_column(name: str) -> CanonicalColumn:
    """Return the canonical column `name`.

    Raises:
        KeyError: There is no such column.

    """
    return _map_columns_by_name()[name]


@cache
def map_header_aliases() -> dict[str, HeaderAlias]:
    """Map each folded header to its meaning."""
    aliases: dict[str, HeaderAlias] = {}
    for entry in list_canonical_columns():
        aliases |= {fold_header(header): HeaderAlias(entry.name, generic=True) for header in entry.generic}
        aliases |= {fold_header(header): HeaderAlias(entry.name, inverted=True) for header in entry.inverted}
        aliases |= _list_code_aliases(entry.name, entry.codes)
        aliases |= _list_code_aliases(entry.name, entry.codes_in_state, in_state=True)
        aliases |= {fold_header(header): HeaderAlias(entry.name) for header in (entry.name, *entry.aliases)}
    return aliases


def _list_code_aliases(name: str, coded: CodedHeaders, *, in_state: bool = False) -> dict[str, HeaderAlias]:
    return {
        fold_header(header): HeaderAlias(name, codes=table, in_state=in_state) for table, headers in coded for header in headers
    }


@cache
def map_ambiguous_headers() -> dict[str, AmbiguousHeader]:
    """Map each folded header of a size without a unit to its canonical columns."""
    return {
        fold_header(header): AmbiguousHeader(entry["acres"], entry["square_feet"])
        for entry in load_vocabulary("columns")["ambiguous"]
        for header in entry["headers"]
    }


@cache
def list_story_headers() -> frozenset[str]:
    """Return the folded headers of a building's number of stories."""
    return frozenset(fold_header(header) for header in load_vocabulary("columns")["stories"])


@cache
def list_vendors() -> tuple[Vendor, ...]:
    """Return the known vendors, most specific signs first."""
    return tuple(
        Vendor(
            entry["name"],
            frozenset(fold_header(sign) for sign in entry["signs"]),
            _parse_overrides(entry),
        )
        for entry in load_vocabulary("columns")["vendors"]
    )


@cache
def map_vendor_headers() -> dict[str, frozenset[str]]:
    """Map each vendor to the known folded headers of its exports."""
    return {name: frozenset(map(fold_header, headers)) for name, headers in load_vocabulary("vendor_headers").items()}


def _parse_overrides(entry: Mapping[str, Any]) -> tuple[tuple[str, HeaderAlias | None], ...]:
    """Return the folded headers with a meaning of their own in this vendor's exports."""
    named = {fold_header(header): HeaderAlias(name) if name else None for header, name in entry.get("overrides", {}).items()}
    return tuple((named | _list_code_aliases(_CODED_COLUMN, _parse_codes(entry, "codes"))).items())
