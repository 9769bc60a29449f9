"""Headers that are known when their words are written out: `BLDG_AREA` is Building Area, `RBA (SF)` is RBA."""

import re
from collections.abc import Iterator
from functools import cache

from flexscout.domain.columns import ambiguous_headers, canonical_columns, fold_header, header_aliases
from flexscout.domain.vocabulary import load_vocabulary

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")  # where BldgArea has two words
_NOT_WORDS = re.compile(r"[\W_]+")


def normalize_header(header: str) -> str:
    """The header folded as the vocabulary has it, where its words are only written otherwise; else as `fold` does."""
    folded = fold_header(header)
    if folded in header_aliases() or folded in ambiguous_headers():
        return folded
    words = _words(header)
    return _known_by_words().get(_written_out(words), folded) if _telling().intersection(words) else folded


def _words(header: str) -> list[str]:
    """The words in lower case; none of a single one, which may be short for anything."""
    words = _NOT_WORDS.sub(" ", _HUMP.sub(" ", header).casefold()).split()
    return words if len(words) > 1 else []


def _written(name: str) -> str:
    return _written_out(_words(name)) or fold_header(name)


def _written_out(words: list[str]) -> str:
    """The words, each as the vocabulary writes it, in one."""
    text = f" {' '.join(words)} "
    for form, word in _forms().items():
        text = text.replace(f" {form} ", f" {word} ")
    return text.replace(" ", "")


@cache
def _forms() -> dict[str, str]:
    """How a word is also written -> the word; those of several words first."""
    forms = [(form, word) for word, forms in load_vocabulary("columns")["words"].items() for form in forms]
    return dict(sorted(forms, key=lambda pair: (-pair[0].count(" "), pair)))


@cache
def _telling() -> frozenset[str]:
    """Words without one of which a header is not written otherwise."""
    words = (*_forms(), *_forms().values(), *load_vocabulary("columns")["units"].values())
    return frozenset(part for word in words for part in word.split())


@cache
def _known_by_words() -> dict[str, str]:
    """Names of columns with their words written out -> folded, as the vocabulary has them.

    Of two that are written alike, the one whose values need care.
    """
    plain = {folded for folded, alias in header_aliases().items() if alias.is_plain}
    return dict(sorted(set(_named()), key=lambda pair: (pair[1] not in plain, pair)))


def _named() -> Iterator[tuple[str, str]]:
    """Every name written out, also with its unit behind it, and folded."""
    vocabulary = load_vocabulary("columns")
    units = vocabulary["units"]
    for column in canonical_columns():
        for name in (column.name, *column.aliases, *column.generic, *column.inverted):
            yield _written(name), fold_header(name)
            yield _with_unit(name, units.get(column.unit, "")), fold_header(name)
    for sizes in vocabulary["ambiguous"]:
        for name in sizes["headers"]:
            yield _written(name), fold_header(name)
            yield _with_unit(name, units["acres"]), fold_header(sizes["acres"])
            yield _with_unit(name, units["square feet"]), fold_header(sizes["square_feet"])


def _with_unit(name: str, unit: str) -> str:
    written = _written(name)
    return written if written.endswith(unit) else written + unit
