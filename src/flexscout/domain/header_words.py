"""Words of a header: `BldgGrossSqFt` and `BLDG_GROSS_SQ_FT` are building, gross, sqft; so is `bldggrosssqft`."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from flexscout.domain.vocabulary import load_vocabulary

_WORD_BOUNDARY = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")
_NOT_WORDS = re.compile(r"[\W_]+")
_MAX_HEADER = 200  # characters; longer ones are prose
_MIN_GLUED = 5  # characters of words written together; shorter ones are abbreviations
_MAX_GLUED = 40
_MAX_WORD = 14  # characters of the words that are split off
_MIN_BEGINNING = 2  # characters of a word that a file format has cut off
_PER = re.compile(
    r"\bpsf\b|\bp\.s\.f|(?:/|\bper\b)\s*(?:rentable\s|gross\s|net\s)?(?:s\.?f\b|sq\.?\s?f(?:oo)?t|square\s(?:foot|feet)|acres?\b|ac\b|units?\b|"
    r"keys?\b|rooms?\b|beds?\b|doors?\b|stalls?\b|kw\b|yr\b|year\b|mo\b|month\b|annum\b)",
    re.IGNORECASE,
)
_MONTH_AND_YEAR = re.compile(r"\b(?:mo|month)\s*/\s*(?:yr|year)\b|\b(?:yr|year)\s*/\s*(?:mo|month)\b", re.IGNORECASE)
_PRICED = re.compile(
    r"\$|price|\brents?\b|\brates?\b|value|cost|tax|ask|noi|amount|sale|sold|expense|\bpsf\b|\bper\b|^\s*/", re.IGNORECASE
)


# Pattern of a scale or a metric unit -> the unit that is meant, and the factor for its numbers.
_SCALES = (
    (
        r"\b(?:in )?thousands?\b|(?<![\d,.])(?:(?:x ?1,?|')?000'?s?|1,?000'?s)\b|\bk(?= ?(?:sf|sq|\$|usd))|\(\$? ?k\)|\$k\b",
        "",
        1e3,
    ),
    (r"\b(?:in )?millions?\b|\$ ?mm?\b|\(mm?\)", "", 1e6),
    (r"\bsq(?:uare|\.)? ?m(?:et(?:er|re)s?)?\b|\bsqm\b|\(m[2²]\)|\bm²|\bm2$", "sqft", 10.7639104),
    (r"\bhectares?\b|\(ha\)|\bha$", "acres", 2.4710538),
)


@dataclass(frozen=True)
class HeaderScale:
    """A header without its scale or metric unit: `Building (m²)` is Building (sqft), whose numbers are multiplied by 10.76.

    Attributes:
        header: The header in the usual unit.
        factor: What its numbers are multiplied by.
        unit: `sqft` or `acres` for a metric unit; empty for a scale such as thousands.

    """

    header: str
    factor: float = 1.0
    unit: str = ""


@lru_cache(maxsize=20_000)
def read_scale(header: str) -> HeaderScale:
    """Return the scale or metric unit of a header: `Price ($000s)`, `Ask ($MM)`, `Bldg (k sf)`, `Site (ha)`."""
    for pattern, unit, factor in _compile_scales() if len(header) <= _MAX_HEADER else ():
        if pattern.search(header):
            return HeaderScale(pattern.sub(f" {unit} ", header), factor, unit)
    return HeaderScale(header)


@cache
def _compile_scales() -> tuple[tuple[re.Pattern[str], str, float], ...]:
    return tuple((re.compile(pattern, re.IGNORECASE), unit, factor) for pattern, unit, factor in _SCALES)


def is_rate(header: str) -> bool:
    """Return whether the header is of something per something: `$/SF`, `Price per Acre`, `Rent/SF/Yr`."""
    return bool(_PER.search(header) and _PRICED.search(header) and not _MONTH_AND_YEAR.search(header))


def split_header(header: str) -> tuple[str, ...]:
    """Return the lower-case words in the vocabulary's spelling; none for a header that is prose."""
    return _split(header) if len(header) <= _MAX_HEADER else ()


@lru_cache(maxsize=20_000)
def _split(header: str) -> tuple[str, ...]:
    words = [part for word in _NOT_WORDS.sub(" ", _spell_signs(header)).split() for part in _split_word(word)]
    text = f" {' '.join(words)} "
    for form, word in _list_phrases():
        text = text.replace(f" {form} ", f" {word} ")
    return tuple(part for word in text.split() for part in _map_single_forms().get(word, word).split())


def _spell_signs(header: str) -> str:
    return header.replace("%", " percent ").replace("#", " number ")


def _split_word(word: str) -> list[str]:
    """Split a word where its letters change case or become digits, unless it is known as a whole, such as ZIPcode."""
    if word.casefold() in _list_known_words():
        return [word.casefold()]
    parts = [part for piece in _WORD_BOUNDARY.sub(" ", word).casefold().split() for part in _split_glued(piece)]
    whole = _split_glued(word.casefold())
    return whole if len(whole) > 1 and not _list_known_words().issuperset(part for part in parts if part.isalpha()) else parts


def _split_glued(word: str) -> list[str]:
    """Split words that are written together into the fewest known words; return the word itself if that isn't possible."""
    known = _list_known_words()
    if word in known or not _MIN_GLUED <= len(word) <= _MAX_GLUED or not word.isascii():
        return [word]
    # best[i]: the split of the first i characters with the fewest words.
    best: dict[int, list[str]] = {0: []}
    for start in range(len(word)):
        if start in best:
            for end in range(start + 2, min(len(word), start + _MAX_WORD) + 1):
                is_shorter = end not in best or len(best[start]) + 1 < len(best[end])
                piece = word[start:end]
                if is_shorter and (piece in known or (start and end == len(word) and piece in _list_endings())):
                    best[end] = [*best[start], word[start:end]]
    return best.get(len(word), [word])


def complete_words(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the words with the last one completed, where it, or its end, may be the beginning of a known word."""
    last = words[-1] if words else ""
    if len(last) < _MIN_BEGINNING or last in _list_known_words():
        return []
    found: list[tuple[str, ...]] = []
    for start in range(len(last) - _MIN_BEGINNING + 1):
        head = _split_glued(last[:start]) if start else []
        if (start or len(last) > _MIN_BEGINNING) and _list_known_words().issuperset(head):
            ends = (word for word in sorted(_list_known_words()) if word.startswith(last[start:]))
            found += [(*words[:-1], *(_map_single_forms().get(word, word) for word in (*head, end))) for end in ends]
    return found


@cache
def _map_forms() -> dict[str, str]:
    """Map each other form of a word to the word."""
    return {str(form): str(word) for word, forms in load_vocabulary("header_words")["words"].items() for form in forms}


@cache
def _list_phrases() -> list[tuple[str, str]]:
    """Return the forms of several words, longest first, and their words."""
    phrases = [(form, word) for form, word in _map_forms().items() if " " in form]
    return sorted(phrases, key=lambda pair: (-pair[0].count(" "), pair))


@cache
def _map_single_forms() -> dict[str, str]:
    return {form: word for form, word in _map_forms().items() if " " not in form}


@cache
def _list_endings() -> frozenset[str]:
    """Return short words at which a word may be split only if they end it."""
    return frozenset(load_vocabulary("header_words")["glued at the end"])


@cache
def _list_known_words() -> frozenset[str]:
    """Return the words into which written-together words may be split."""
    vocabulary = load_vocabulary("header_words")
    words = (*_map_single_forms(), *_map_forms().values(), *vocabulary["other words"])
    return frozenset(part for word in words for part in str(word).split() if len(part) > 1) - set(vocabulary["never glued"])
