"""Words inside cells: placeholders, units, states, property types, address parts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

# The C loader is ten times faster; a wheel without it still works.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def load_vocabulary(name: str) -> Any:
    """The content of the vocabulary file `name` (without `.yaml`)."""
    text = files("flexscout.domain").joinpath("data", f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=_Loader)  # noqa: S506  # nosec B506 # a safe loader in both cases


@cache
def cell_values(kind: str) -> tuple[str, ...]:
    """The lower-case texts of one kind: `missing`, `errors`, `yes`, `no`, `totals` or `totals_of`."""
    return tuple(load_vocabulary("values")[kind])


@cache
def cell_units(unit: str) -> tuple[str, ...]:
    """How `acres`, `square_feet` or `feet` are written inside a cell, in lower case."""
    return tuple(load_vocabulary("values")["units"][unit])


@cache
def issue_reasons() -> dict[str, str]:
    """Reason of an Issue -> what it says to a person, in a sentence."""
    return dict(load_vocabulary("issues")["reasons"])


@cache
def state_codes() -> dict[str, str]:
    """Upper-case state name or code -> two-letter code."""
    # YAML 1.1 reads the bare key NO as false; no state is called so, but keys are made text to be sure.
    states = {str(code): name for code, name in load_vocabulary("values")["states"].items()}
    return {name.upper(): code for code, name in states.items()} | {code: code for code in states}


@cache
def states_of_zip_codes() -> dict[str, str]:
    """First three digits of a ZIP code -> two-letter code of its state."""
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
def word_forms(word: str) -> tuple[str, ...]:
    """The forms of a property-type word, itself among them."""
    return tuple(dict.fromkeys((word, *load_vocabulary("property_types")["words"].get(word, ()))))


@cache
def property_type_words() -> dict[str, dict[str, str]]:
    """Property-type word -> form -> the source that has it, a key of `property_type_sources`."""
    return {word: dict(forms) for word, forms in load_vocabulary("property_types")["words"].items()}


@cache
def property_type_sources() -> dict[str, str]:
    """Short name of a source -> its citation."""
    return dict(load_vocabulary("property_types")["sources"])


@cache
def address_terms(kind: str) -> dict[str, tuple[str, ...]]:
    """The terms of one kind in addresses, each with its other forms, upper case (USPS Publication 28).

    `kind`: `suffixes`, `directions`, `units`, `units_alone`, `names`, `phrases`, `highways`, `ordinals` or `tens`.
    """
    # YAML reads a bare number as one.
    return {str(short): tuple(forms) for short, forms in load_vocabulary("address_words")[kind].items()}


@cache
def address_words() -> dict[str, str]:
    """Upper-case word of an address -> its standard abbreviation."""
    kinds = ("suffixes", "directions", "units", "units_alone", "names", "ordinals")
    return {word: short for kind in kinds for short, words in address_terms(kind).items() for word in words}


@cache
def address_phrases() -> dict[str, str]:
    """Upper-case words of an address that stand together -> what they mean; `TWENTY FIRST` is `21ST`."""
    written = {phrase: short for short, phrases in address_terms("phrases").items() for phrase in phrases}
    below_ten = {form: short for form, short in address_words().items() if re.fullmatch(r"\d(?:ST|ND|RD|TH)", short)}
    tens = {form: digit for digit, forms in address_terms("tens").items() for form in forms}
    return written | {f"{ten} {one}": f"{digit}{short}" for ten, digit in tens.items() for one, short in below_ten.items()}


@dataclass(frozen=True)
class CodeTable:
    """The codes of one maker and what they say.

    `state`: where they are used, two letters; `digits`: of every code, leading zeros among them; `source`: its citation.
    """

    name: str
    state: str
    digits: int
    source: str
    codes: Mapping[str, str]


@cache
def code_tables() -> dict[str, CodeTable]:
    """Name -> table of land-use codes."""
    tables = load_vocabulary("land_use_codes")["tables"]
    return {name: _table(name, entry) for name, entry in tables.items()}


def _table(name: str, entry: Mapping[str, Any]) -> CodeTable:
    return CodeTable(name, entry["state"], entry["digits"], entry["source"], dict(entry["codes"]))
