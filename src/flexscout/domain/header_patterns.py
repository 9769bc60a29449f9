"""Recognize headers by their words, where no alias fits: what a column holds, and whose address it is part of."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from itertools import product
from typing import Any

from flexscout.domain.columns import find_canonical_column, fold_header, list_canonical_columns
from flexscout.domain.header_words import complete_words, is_rate, read_scale, split_header
from flexscout.domain.vocabulary import load_vocabulary

PLACE_COLUMNS = ("Address", "Unit", "City", "State", "Zip Code", "County")
"""Columns of which a table may have one for the property and others for its owner, buyer or broker."""

_RATE_COLUMN = "Sold Price/SqFt"
_PARENTHESES = re.compile(r"\([^()]*\)")
_SHAPEFILE_WIDTH = 10  # characters of a header, at which shapefiles cut it off
_NUMBER_WORDS = ("number", "securitization", "amount")
_SHARED_BY = 3  # headers that begin with a table's name
_MAX_PREFIX = 3  # its characters
_MAX_CACHED = 100  # characters; many files have the same headers, and longer ones are prose


class Role(StrEnum):
    """Whose place a column is about."""

    PROPERTY = "property"
    OTHER = "other"
    BARE = "bare"


class TypeLevel(StrEnum):
    """How fine the property types of a column are. A vendor's subtype stands beside its type and isn't a type of its own."""

    COARSE = "coarse"
    FINE = "fine"
    SUBTYPE = "subtype"


@dataclass(frozen=True)
class WordMeaning:
    """What the words of a header mean.

    Attributes:
        column: Name of the canonical column; empty if its unit is open.
        tier: Position of the pattern: of several columns, that with the lowest is used.
        part: Part of the column that it holds, a key of `parts` in header_patterns.yaml; empty for the whole.
        level: Level of a property type.
        is_lot_size: Whether it is the size of a lot in an open unit.

    """

    column: str
    tier: int = 0
    part: str = ""
    level: TypeLevel | None = None
    is_lot_size: bool = False


Words = tuple[str, ...]


def find_word_meaning(header: str, prefixes: Collection[str] = ()) -> WordMeaning | None:
    """Return what the words of a header mean, or None if they aren't known.

    Args:
        header: The header as the sheet has it.
        prefixes: First words that several headers of the sheet share and that mean nothing by themselves.

    """
    find = _find_word_meaning if len(header) <= _MAX_CACHED else _find_word_meaning.__wrapped__
    return find(header, frozenset(prefixes))


@lru_cache(maxsize=20_000)
def _find_word_meaning(header: str, prefixes: frozenset[str]) -> WordMeaning | None:
    meaning = next(filter(None, map(_look_up_any, _list_readings(header, prefixes))), None)
    if meaning is None:
        meaning = _look_up_number(_split_without_prefix(header, prefixes))
    return None if meaning is None or (is_rate(header) != (meaning.column == _RATE_COLUMN)) else meaning


def find_role(header: str, prefixes: Collection[str] = ()) -> Role:
    """Return whose place a header is about, by its words."""
    named = set(_split_without_prefix(header, prefixes))
    if named & _map_roles()[Role.OTHER]:
        return Role.OTHER
    return Role.PROPERTY if named & _map_roles()[Role.PROPERTY] else Role.BARE


def find_prefixes(headers: Sequence[str | None]) -> frozenset[str]:
    """Return the short first words that several headers share and that mean nothing: table names such as `vns` or `cns`."""
    return _find_prefixes(tuple(first for header in headers if header and (first := _take_first_word(header))))


@lru_cache(maxsize=64)
def _find_prefixes(firsts: tuple[str, ...]) -> frozenset[str]:
    counts = {word: firsts.count(word) for word in set(firsts)}
    return frozenset(
        word
        for word, count in counts.items()
        if count >= _SHARED_BY
        and len(word) <= _MAX_PREFIX
        and (not _list_all_words().issuperset(split_header(word)) or word in _load()["table prefixes"])
    )


def _may_be_table(word: str) -> bool:
    return word in _load()["table prefixes"] or not _list_all_words().issuperset(split_header(word))


def _take_first_word(header: str) -> str:
    """Return the first of several words, as it is written; empty for a header of one word."""
    first, _, rest = header.strip().casefold().replace("_", " ").partition(" ")
    return first if rest and first.isalpha() else ""


def _split_without_prefix(header: str, prefixes: Collection[str]) -> Words:
    first = _take_first_word(header)
    return split_header(header.strip()[len(first) + 1 :] if first in prefixes else header)


def find_type_base(header: str) -> str:
    """Return what a column of property types describes: `use`, `class`, `style`, `category` or `type`; empty if unknown."""
    words = split_header(header)
    return next((base for base, forms in _load()["type bases"].items() if not set(forms).isdisjoint(words)), "")


def _list_readings(header: str, prefixes: Collection[str]) -> Iterator[Words]:
    """Yield the words of a header, then without parentheses, behind dots, with the last word completed, and with `$` as price."""
    header = read_scale(header).header
    words = _split_without_prefix(header, prefixes)
    yield words
    if "(" in header:
        yield _split_without_prefix(_PARENTHESES.sub(" ", header), prefixes)
    path = header.split(".")
    for i in range(1, len(path)):
        yield split_header(".".join(path[i:]))
    if len(header.strip()) == _SHAPEFILE_WIDTH:
        yield from complete_words(words)
    if "$" in header and any(map(str.isalpha, header)):  # a `$` alone isn't the header of anything
        yield _split_without_prefix(header.replace("$", " price "), prefixes)


def _look_up_number(words: Words) -> WordMeaning | None:
    """Look up the words without those that say only that a number follows, for columns of numbers."""
    meaning = _look_up_any(_remove_words(words, _NUMBER_WORDS))
    is_number = (
        meaning is not None and meaning.column and find_canonical_column(meaning.column).type in ("number", "year", "percent")
    )
    return meaning if is_number else None


def _look_up_any(words: Words) -> WordMeaning | None:
    return _look_up(words) or _look_up(_remove_words(words, _list_ignored_words())) or _look_up_place(words)


def _look_up(words: Words) -> WordMeaning | None:
    return _map_meanings().get(_sort_words(words)) if words else None


def _look_up_place(words: Words) -> WordMeaning | None:
    """Look up the words without those that say whose place it is."""
    without = _remove_words(words, _map_roles()[Role.PROPERTY] | _map_roles()[Role.OTHER])
    for left in (without, _remove_words(without, _list_ignored_words())):
        meaning = _look_up(left) if left != words else None
        if meaning and meaning.column in PLACE_COLUMNS:
            return meaning
    return None


def _remove_words(words: Words, removed: Collection[str]) -> Words:
    return tuple(word for word in words if word not in removed)


def _sort_words(words: Words) -> Words:
    return tuple(sorted(set(words)))


@cache
def _load() -> Any:
    return load_vocabulary("header_patterns")


@cache
def _list_ignored_words() -> frozenset[str]:
    return frozenset(_load()["ignored"])


@cache
def _map_roles() -> Mapping[Role, frozenset[str]]:
    return {role: frozenset(map(str, _load()["roles"][role.value])) for role in (Role.PROPERTY, Role.OTHER)}


@cache
def _map_meanings() -> dict[Words, WordMeaning]:
    """Map sorted words to their meaning. If two patterns have the same words, the first wins."""
    meanings: dict[Words, WordMeaning] = {}
    for words, meaning in _list_meanings():
        meanings.setdefault(_sort_words(words), meaning)
    return meanings


def _list_meanings() -> Iterator[tuple[Words, WordMeaning]]:
    patterns = _load()
    types = ((TypeLevel(level), tiers) for level, tiers in patterns["types"].items())
    for level, tiers in types:
        yield from _expand_tiers(tiers, lambda tier, level=level: WordMeaning("Property Type", tier, level=level))
    for name, tiers in patterns["columns"].items():
        yield from _expand_tiers(tiers, lambda tier, name=name: WordMeaning(name, tier))
    for name, parts in patterns["parts"].items():
        for part, tiers in parts.items():
            yield from _expand_tiers(tiers, lambda tier, name=name, part=part: WordMeaning(name, tier, part))
    yield from _expand_tiers(patterns["ambiguous lot sizes"], lambda tier: WordMeaning("", tier, is_lot_size=True))


def _expand_tiers(tiers: Sequence[str], build: Any) -> Iterator[tuple[Words, WordMeaning]]:
    """Yield the words of every pattern with their meaning."""
    for tier, pattern in enumerate(tiers):
        for words in _expand_pattern(str(pattern)):
            yield words, build(tier)


def _expand_pattern(pattern: str) -> Iterator[Words]:
    """Yield the words that a pattern stands for: `area|size total?` is area, size, area total, size total."""
    choices = [[*word.rstrip("?").split("|"), *([""] if word.endswith("?") else [])] for word in pattern.split()]
    for chosen in product(*choices):
        yield tuple(part for word in chosen if word for part in (split_header(word) or (word,)))


@cache
def _list_all_words() -> frozenset[str]:
    """Return every word that means something."""
    words = {word for words in _map_meanings() for word in words}
    names = {word for column in list_canonical_columns() for word in split_header(column.name)}
    roles = _map_roles()[Role.PROPERTY] | _map_roles()[Role.OTHER]
    return frozenset(words | names | roles)


@cache
def list_type_words() -> tuple[str, ...]:
    """Return words of property types of any kind, in lower case."""
    return tuple(_load()["type words"])


def may_describe_types(header: str) -> bool:
    """Return whether a header ends as that of property types does, and isn't one of other types."""
    return fold_header(header).endswith(tuple(_load()["type endings"])) and set(_load()["other types"]).isdisjoint(
        split_header(header)
    )


@cache
def list_umbrella_types() -> tuple[str, ...]:
    """Return types, in lower case, that say only that a property is for business."""
    return tuple(_load()["umbrella types"])


@cache
def list_building_statuses() -> tuple[str, ...]:
    """Return what may become of a building, in lower case."""
    return tuple(_load()["building statuses"])
