"""Headers that are known after their words are written out: `BLDG_AREA` is Building Area, `RBA (SF)` is RBA."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from flexscout.domain.columns import fold_header, list_canonical_columns, map_ambiguous_headers, map_header_aliases
from flexscout.domain.vocabulary import load_vocabulary

_CAMEL_CASE = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NOT_WORDS = re.compile(r"[\W_]+")
_MAX_CACHED = 100  # characters; the same headers are looked up several times, and longer ones are prose


def normalize_header(header: str) -> str:
    """Return the folded form under which the vocabulary knows the header, or the header folded if it is unknown."""
    return _normalize(header) if len(header) <= _MAX_CACHED else _normalize.__wrapped__(header)


@lru_cache(maxsize=20_000)
def _normalize(header: str) -> str:
    folded = fold_header(header)
    if folded in map_header_aliases() or folded in map_ambiguous_headers():
        return folded
    words = _split_words(header)
    return _map_known_headers().get(_join_full_words(words), folded) if _list_relevant_words().intersection(words) else folded


def _split_words(header: str) -> list[str]:
    """Return the lower-case words; none for a single word, which may be short for anything."""
    words = _NOT_WORDS.sub(" ", _CAMEL_CASE.sub(" ", header).casefold()).split()
    return words if len(words) > 1 else []


def _write_out(name: str) -> str:
    return _join_full_words(_split_words(name)) or fold_header(name)


def _join_full_words(words: list[str]) -> str:
    """Return the words in the vocabulary's spelling, without spaces."""
    text = f" {' '.join(words)} "
    for form, word in _map_word_forms().items():
        text = text.replace(f" {form} ", f" {word} ")
    return text.replace(" ", "")


@cache
def _map_word_forms() -> dict[str, str]:
    """Map other forms of a word to the word, longest phrases first."""
    forms = [(form, word) for word, forms in load_vocabulary("columns")["words"].items() for form in forms]
    return dict(sorted(forms, key=lambda pair: (-pair[0].count(" "), pair)))


@cache
def _list_relevant_words() -> frozenset[str]:
    """Return the words of which a header must have one to have another spelling."""
    words = (*_map_word_forms(), *_map_word_forms().values(), *load_vocabulary("columns")["units"].values())
    return frozenset(part for word in words for part in word.split())


@cache
def _map_known_headers() -> dict[str, str]:
    """Map written-out names of columns to the vocabulary's folded names.

    If two names are the same when written out, the one whose values need checking wins.
    """
    plain = {folded for folded, alias in map_header_aliases().items() if alias.is_plain}
    return dict(sorted(set(_list_names()), key=lambda pair: (pair[1] not in plain, pair)))


def _list_names() -> Iterator[tuple[str, str]]:
    """Yield every name written out, with and without its unit, and its folded form."""
    vocabulary = load_vocabulary("columns")
    units = vocabulary["units"]
    for column in list_canonical_columns():
        for name in (column.name, *column.aliases, *column.generic, *column.inverted):
            yield _write_out(name), fold_header(name)
            yield _append_unit(name, units.get(column.unit, "")), fold_header(name)
    for sizes in vocabulary["ambiguous"]:
        for name in sizes["headers"]:
            yield _write_out(name), fold_header(name)
            yield _append_unit(name, units["acres"]), fold_header(sizes["acres"])
            yield _append_unit(name, units["square feet"]), fold_header(sizes["square_feet"])


def _append_unit(name: str, unit: str) -> str:
    full_name = _write_out(name)
    return full_name if full_name.endswith(unit) else full_name + unit
