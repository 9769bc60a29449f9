"""Vocabulary of cells, from the YAML files in `data`: placeholders, units, states, property types, address words."""

import re
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any

import yaml

# The C loader is ten times faster; a wheel without it still works.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_TITLES_BEFORE = ("", "DR ", "DOCTOR ", "REV ", "REV DR ", "REVEREND DR ", "REVEREND DOCTOR ")
_TITLES_AFTER = ("", " JR", " JUNIOR")


@cache
def load_vocabulary(name: str) -> Any:
    """Return the content of the vocabulary file `name` (without `.yaml`)."""
    text = files("flexscout.domain").joinpath("data", f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=_Loader)  # noqa: S506  # nosec B506 # a safe loader in both cases


@cache
def list_cell_values(kind: str) -> tuple[str, ...]:
    """Return the lower-case texts of one kind: one of the lists in `values.yaml`."""
    return tuple(load_vocabulary("values")[kind])


@cache
def list_cell_units(unit: str) -> tuple[str, ...]:
    """Return the lower-case spellings of `acres`, `square_feet` or `feet` inside cells."""
    return tuple(load_vocabulary("values")["units"][unit])


@cache
def map_issue_reasons() -> dict[str, str]:
    """Map each issue code to its sentence."""
    return dict(load_vocabulary("issues")["reasons"])


@cache
def map_state_codes() -> dict[str, str]:
    """Map each state's upper-case name or code to its two-letter code."""
    # YAML 1.1 reads some bare two-letter keys, such as NO, as booleans.
    states = {str(code): name for code, name in load_vocabulary("values")["states"].items()}
    return {name.upper(): code for code, name in states.items()} | {code: code for code in states}


@cache
def map_state_abbreviations() -> dict[str, str]:
    """Map each upper-case traditional abbreviation of a state, without points, to its two-letter code."""
    states = load_vocabulary("values")["state_abbreviations"].items()
    return {form.upper(): str(code) for code, forms in states for form in forms}


@cache
def map_zip_codes_to_states() -> dict[str, str]:
    """Map the first three digits of ZIP codes to the state's two-letter code."""
    spans = {
        code: [str(span).partition("-") for span in spans] for code, spans in load_vocabulary("zip_codes")["prefixes"].items()
    }
    return {
        f"{prefix:03}": str(code)
        for code, ends in spans.items()
        for first, _, last in ends
        for prefix in range(int(first), int(last or first) + 1)
    }


@cache
def list_suggestion_words(kind: str) -> frozenset[str]:
    """Return the words of one kind by which columns are suggested: a key of `suggestions.yaml`."""
    return frozenset(load_vocabulary("suggestions")[kind])


@cache
def list_word_forms(word: str) -> tuple[str, ...]:
    """Return the forms of a property-type keyword, including itself."""
    return tuple(dict.fromkeys((word, *load_vocabulary("property_types")["words"].get(word, ()))))


@cache
def map_property_type_words() -> dict[str, dict[str, str]]:
    """Map each property-type keyword to its forms, and each form to its source, a key of `map_property_type_sources`."""
    return {word: dict(forms) for word, forms in load_vocabulary("property_types")["words"].items()}


@cache
def map_property_type_synonyms() -> dict[str, str]:
    """Map lower-case phrases that mean another one than their words do to that phrase: mini warehouse to self storage."""
    return {form: phrase for phrase, forms in load_vocabulary("property_types")["synonyms"].items() for form in forms}


@cache
def map_property_type_sources() -> dict[str, str]:
    """Map each source's short name to its citation."""
    return dict(load_vocabulary("property_types")["sources"])


@cache
def map_address_terms(kind: str) -> dict[str, tuple[str, ...]]:
    """Map the address terms of one kind to their other forms, in upper case, from USPS Publication 28.

    Args:
        kind: `suffixes`, `ambiguous_suffixes`, `directions`, `units`, `units_alone`, `names`, `phrases`, `named_after`,
            `highways`, `numbers`, `ordinals` or `tens`.

    """
    # YAML reads the keys of `numbers` and `tens` as integers.
    return {str(short): tuple(forms) for short, forms in load_vocabulary("address_words")[kind].items()}


@cache
def map_address_words() -> dict[str, str]:
    """Map each upper-case address word to its standard abbreviation."""
    kinds = ("suffixes", "directions", "units", "units_alone", "names", "ordinals")
    return {word: short for kind in kinds for short, words in map_address_terms(kind).items() for word in words}


@cache
def map_address_phrases() -> dict[str, str]:
    """Map each upper-case address phrase to its abbreviation: `TWENTY FIRST` becomes `21ST`."""
    phrases = {phrase: short for short, phrases in map_address_terms("phrases").items() for phrase in phrases}
    ordinals = {form: short for form, short in map_address_words().items() if re.fullmatch(r"\d(?:ST|ND|RD|TH)", short)}
    tens = {form: digit for digit, forms in map_address_terms("tens").items() for form in forms}
    two_words = {f"{ten} {one}": f"{digit}{short}" for ten, digit in tens.items() for one, short in ordinals.items()}
    people = {
        f"{before}{form}{after}": name
        for name, forms in map_address_terms("named_after").items()
        for form, before, after in product((name, *forms), _TITLES_BEFORE, _TITLES_AFTER)
    }
    return phrases | two_words | people
