"""Render which headers of each source are read as which column, as the code reads them."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from flexscout.domain import Role, TypeLevel, find_word_meaning, normalize_header
from flexscout.domain.columns import list_canonical_columns
from flexscout.domain.vocabulary import load_vocabulary
from flexscout.ingest.mapping.meanings import Meaning, SheetColumns, find_vendor, read_meanings
from flexscout.ingest.mapping.places import resolve_places
from flexscout.ingest.mapping.sizes import resolve_prices

PAGES = {
    "crexi": ["Crexi property records", "Crexi listings"],
    "costar": ["CoStar", "CoStar sale comps"],
    "loopnet": ["LoopNet"],
    "reonomy": ["Reonomy"],
    "propstream": ["PropStream"],
    "regrid": ["Regrid"],
    "corelogic-attom": ["CoreLogic", "ATTOM"],
    "brokers": ["Brokers' sheets"],
}
"""Page -> sources on it."""

COUNTY_ROLLS = ["Florida tax roll (NAL)", "Utah parcels (LIR)", "Palm Beach County"]
"""Rolls whose headers the vocabulary lists in full."""

NOT_ROLLS = {name for names in PAGES.values() for name in names}


@cache
def list_headers(source: str) -> list[str]:
    """Return the headers of a source: those that the vocabulary lists, and typical ones."""
    typical = yaml.safe_load(Path(__file__).with_name("typical_headers.yaml").read_text(encoding="utf-8"))
    return list(dict.fromkeys(map(str, [*load_vocabulary("vendor_headers").get(source, ()), *typical.get(source, ())])))


def render_sources(sources: Sequence[str]) -> str:
    """Render a section per source."""
    return "\n\n".join(map(_render_source, sources))


def render_county_rolls() -> str:
    """Render the layouts of rolls that are known by their headers, the places whose codes are known, and rolls in full."""
    layouts = ["| layout | recognized by | code tables | read in its own way |", "|---|---|---|---|"]
    rolls = sorted({vendor["name"] for vendor in _vendors()} - NOT_ROLLS)
    layouts += [f"| {name} | {_list_signs(name)} | {_link_tables(name)} | {_list_overrides(name)} |" for name in rolls]
    places = ["| place | code table | headers |", "|---|---|---|"]
    tables = load_vocabulary("code_tables").items()
    ordered = sorted((_name_place(entry), name, entry) for name, entry in tables if entry.get("states"))
    places += [f"| {place} | {_link_table(name)} | {', '.join(_list_code_headers(entry))} |" for place, name, entry in ordered]
    parts = ["## Layouts known by their headers", "\n".join(layouts), "## Places whose codes are known", "\n".join(places)]
    return "\n\n".join([*parts, render_sources(COUNTY_ROLLS)])


def render_header_words() -> str:
    """Render a row per column with the words that mean it, and the words that say whose place it is."""
    patterns = load_vocabulary("header_patterns")
    rows = [(name, tiers) for name, tiers in patterns["columns"].items()]
    rows += [("Lot Size Acres or Lot Size SqFt, by the values", patterns["ambiguous lot sizes"])]
    rows += [(f"{name}, {part}", tiers) for name, parts in patterns["parts"].items() for part, tiers in parts.items()]
    rows += [(f"Property Type, {level}", tiers) for level, tiers in patterns["types"].items()]
    table = [
        "| column | words |",
        "|---|---|",
        *(f"| {name} | {', '.join(map(_write_pattern, tiers))} |" for name, tiers in rows),
    ]
    roles = {"The property's": "property", "Someone else's": "other"}
    whose = ["| whose place | words |", "|---|---|"]
    whose += [f"| {text} | {', '.join(map(str, patterns['roles'][role]))} |" for text, role in roles.items()]
    forms = ["| word | other forms |", "|---|---|"]
    forms += [f"| {word} | {', '.join(others)} |" for word, others in load_vocabulary("header_words")["words"].items()]
    sections = {"Columns": table, "Whose place": whose, "Forms of words": forms}
    return "\n\n".join(f"## {title}\n\n" + "\n".join(rows) for title, rows in sections.items())


def _write_pattern(pattern: str) -> str:
    return " ".join(f"({word[:-1]})" if word.endswith("?") else word for word in str(pattern).split()).replace("|", "/")


def _render_source(name: str) -> str:
    headers = list_headers(name)
    body = pl.DataFrame(schema={str(i): pl.String for i in range(len(headers))})
    columns = SheetColumns(headers, body)
    meanings = read_meanings(columns, range(len(headers)), find_vendor([normalize_header(header) for header in headers]))
    owned = resolve_places(columns, meanings, len(headers)).meanings
    resolve_prices(columns, meanings)
    unused = {i for i, meaning in meanings.items() if i not in owned and meaning.part in ("", "line 2")}
    others = [headers[i] for i in sorted(unused) if meanings[i].role is not Role.PROPERTY]
    used = sorted(((meaning, headers[i]) for i, meaning in meanings.items() if i not in unused), key=lambda pair: pair[0].tier)
    read = {
        label: [header for meaning, header in used if _label(meaning) == label]
        for label in _sort(_label(each) for each, _ in used)
    }
    unread = [header for i, header in enumerate(headers) if i not in meanings or (i in unused and header not in others)]
    subtypes = [header for header in unread if _is_subtype(header)]
    rows = [*read.items(), *([("Property Subtype (kept, not scored)", subtypes)] if subtypes else [])]
    table = ["| column | headers |", "|---|---|", *(f"| {label} | {', '.join(found)} |" for label, found in rows)]
    notes = {
        "Places of someone else, kept as they are": ", ".join(others),
        "Kept as they are": ", ".join(header for header in unread if header not in subtypes),
        "Code tables": _link_tables(name),
    }
    signs = _list_signs(name)
    recognized = f"Recognized by {signs}.\n\n" if signs else ""
    lines = [f"- {text}: {names}" for text, names in notes.items() if names]
    return f"## {name}\n\n{recognized}" + "\n".join(table) + ("\n\n" + "\n".join(lines) if lines else "")


def _label(meaning: Meaning) -> str:
    """Return the column that a meaning stands for, with what its values have to show."""
    if meaning.lot_units:
        return f"{' or '.join(meaning.lot_units)}, by the values"
    if meaning.part:
        return f"{meaning.column}: {'split' if meaning.part == 'split' else 'parts, joined if no column has the whole'}"
    return f"{meaning.column} (as 100 - value)" if meaning.inverted else meaning.column


def _sort(labels: Iterable[str]) -> list[str]:
    """Return the labels in the order of the canonical columns."""
    names = [column.name for column in list_canonical_columns()]
    return sorted(set(labels), key=lambda label: (next(i for i, name in enumerate(names) if label.startswith(name)), label))


def _is_subtype(header: str) -> bool:
    meaning = find_word_meaning(header)
    return meaning is not None and meaning.level is TypeLevel.SUBTYPE


def _vendors() -> list[dict[str, Any]]:
    return list(load_vocabulary("columns")["vendors"])


def _list_signs(name: str) -> str:
    """Return the headers by which a source is recognized: all of a group."""
    groups = dict.fromkeys(" + ".join(f"`{sign}`" for sign in vendor["signs"]) for vendor in _vendors() if vendor["name"] == name)
    return " or ".join(groups)


def _list_overrides(name: str) -> str:
    overrides = {
        key: column for vendor in _vendors() if vendor["name"] == name for key, column in vendor.get("overrides", {}).items()
    }
    return ", ".join(f"`{header}`: {column or 'not read'}" for header, column in overrides.items())


def _link_tables(name: str) -> str:
    of_layout = [table for table, entry in load_vocabulary("code_tables").items() if name in entry.get("layouts", ())]
    of_vendor = [table for vendor in _vendors() if vendor["name"] == name for table in vendor.get("codes", {})]
    return ", ".join(map(_link_table, dict.fromkeys([*of_layout, *of_vendor])))


def _link_table(name: str) -> str:
    page = "../code-tables.md"
    return f"[{name}]({page}#{re.sub(r'[^a-z]+', '-', name)})"


def _list_code_headers(entry: dict[str, Any]) -> list[str]:
    return [*(f"{header} (anywhere)" for header in entry.get("own headers", ())), *entry.get("headers", ())]


def _name_place(entry: dict[str, Any]) -> str:
    counties = ", ".join(county.title() for county in entry.get("counties", ()))
    return ", ".join(entry["states"]) + (f": {counties}" if counties else "")


SOURCE_PAGES: dict[str, Callable[[], str]] = {
    **{f"reference/sources/{page}.md": partial(render_sources, sources) for page, sources in PAGES.items()},
    "reference/sources/county-rolls.md": render_county_rolls,
}
