"""The sections of a drafted mapping file that make columns: what was joined and split, else examples from the export."""

import re
from collections.abc import Iterable, Iterator, Sequence

import polars as pl

from flexscout.config import quote_yaml
from flexscout.domain import POSTAL_COLUMNS, format_column_letters, list_cell_values, shorten
from flexscout.ingest.mapping.meanings import SheetColumns, is_coded
from flexscout.ingest.mapping.property_types import PROPERTY_TYPE
from flexscout.ingest.mapping.sheet_mapping import NO_HEADER, MappedSheet
from flexscout.sheet_columns import DerivedColumn, DerivedKind, MappedColumn

_SAMPLES, _SAMPLE_CHARACTERS = 3, 30
_ENTRY_WIDTH = 44  # characters before the comment
_CODES_SHOWN = 3
_MIN_PARTS = 3  # of an address, for an example
_PART_HEADER = re.compile(
    r"(?i)^(?:(?:st|street|house|hse|addr|address)\W*)?"
    r"(?:no|num|number|nbr|dir|pre|prefix|name|street|st|type|sfx|suffix)$"
)
_CODE_HEADER = re.compile(r"(?i)\b(?:class|cls|cl|code|cd|use|type)\b")
_JOIN_EXAMPLE = ("NUM", "DIR", "STREET", "TYPE")
_SEVERAL_PARTS = r",|\S/\S| / "  # Durham, NC; Durham / NC
_SEVERAL_SHARE = 0.5
_CONSTANT_EXAMPLES = {"City": "Charlotte", "County": "Mecklenburg", "State": "NC"}


def render_sections(sheets: Sequence[MappedSheet]) -> Iterator[str]:
    """Yield the lines of `join`, `split`, `constants` and `codes`, those that nothing is known for as comments."""
    joins, splits = _list_joins(sheets), _list_splits(sheets)
    yield from _render_section("join", "columns that are put together, such as the parts of an address", joins)
    if not joins:
        parts = [header for header in _list_headers(sheets) if _PART_HEADER.match(header)]
        yield from _render_example("join", [f"Address: {_quote_list(parts if len(parts) >= _MIN_PARTS else _JOIN_EXAMPLE)}"])
    yield from _render_section("split", f"columns with several of {', '.join(POSTAL_COLUMNS)}", splits)
    if not splits:
        yield from _render_example("split", [f"{quote_yaml(_find_joint_header(sheets) or 'City / State')}: [City, State]"])
    missing = set.intersection(*(set(mapped.header_map.missing) for mapped in sheets))
    yield from _render_section("constants", "what every row has if the file has no such column", {})
    constants = [f"{name}: {text}" for name, text in _CONSTANT_EXAMPLES.items() if name in missing]
    yield from _render_example("constants", constants or [f"State: {_CONSTANT_EXAMPLES['State']}"])
    yield from _render_section("codes", "what the codes of property types mean; or the path of a file with them", {})
    yield from _render_example("codes", _list_codes(sheets) or ["301: Light industrial"])


def _render_section(name: str, meaning: str, entries: dict[str, str]) -> Iterator[str]:
    yield f"# {name}: {meaning}."
    if entries:
        yield f"{name}:"
        yield from (f"  {entry:<{_ENTRY_WIDTH - 2}}  # {comment}".rstrip(" #") for entry, comment in entries.items())


def _render_example(name: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"# {name}:"
    yield from (f"#   {line}" for line in lines)


def _list_joins(sheets: Sequence[MappedSheet]) -> dict[str, str]:
    """Return the entries for what was joined, each with its first texts."""
    found: dict[str, tuple[str, str]] = {}
    for mapped, name, made in _list_derived(sheets):
        if made.kind in (DerivedKind.JOIN, DerivedKind.TYPES, DerivedKind.DATE):
            headers = [_name_source(mapped, position, header) for position, header in made.sources]
            found.setdefault(name, (f"{name}: {_quote_list(headers)}", _describe_sources(mapped, made)))
    return dict(found.values())


def _list_splits(sheets: Sequence[MappedSheet]) -> dict[str, str]:
    """Return the entries for what was split, each with its first texts."""
    parts: dict[str, list[str]] = {}
    comments: dict[str, str] = {}
    for mapped, name, made in _list_derived(sheets):
        if made.kind is DerivedKind.PLACE:
            header = _name_source(mapped, *made.sources[0])
            comments.setdefault(header, _describe_sources(mapped, made))
            parts.setdefault(header, []).append(name)
    return {f"{quote_yaml(header)}: {_quote_list(dict.fromkeys(names))}": comments[header] for header, names in parts.items()}


def _list_derived(sheets: Sequence[MappedSheet]) -> Iterator[tuple[MappedSheet, str, DerivedColumn]]:
    for mapped in sheets:
        names = {column.position: column.name for column in mapped.header_map.canonical}
        yield from ((mapped, names[made.position], made) for made in mapped.header_map.derived)


def _name_source(mapped: MappedSheet, position: int, header: str) -> str:
    return format_column_letters(position) if mapped.header == NO_HEADER else header


def _describe_sources(mapped: MappedSheet, made: DerivedColumn) -> str:
    """Return the first value of each source: `100 + N + Main + St`."""
    samples = [sample_values(mapped.get_texts(position))[:1] for position, _ in made.sources]
    return " + ".join(sample[0] for sample in samples if sample)


def _list_headers(sheets: Sequence[MappedSheet]) -> list[str]:
    """Return the headers, once."""
    return list(dict.fromkeys(header for mapped in sheets for header in mapped.header_map.source_headers.values()))


def _find_joint_header(sheets: Sequence[MappedSheet]) -> str:
    """Return the first header whose texts have several parts, or an empty text."""
    found = (
        _name_source(mapped, position, header)
        for mapped in sheets
        for position, header in mapped.header_map.source_headers.items()
        if _has_several_parts(mapped, position)
    )
    return next(found, "")


def _has_several_parts(mapped: MappedSheet, position: int) -> bool:
    texts = mapped.get_texts(position).drop_nulls()
    joint = texts.str.contains(r"[A-Za-z]") & texts.str.contains(_SEVERAL_PARTS)
    return texts.len() > 0 and int(joint.sum()) >= _SEVERAL_SHARE * texts.len()


def _list_codes(sheets: Sequence[MappedSheet]) -> list[str]:
    """Return example lines for the first column of codes that nothing is known of."""
    for mapped in sheets:
        for column in mapped.header_map.columns:
            if not column.codes and _may_be_codes(column) and _is_coded(mapped, column.position):
                name = _name_source(mapped, column.position, column.header)
                codes = sample_values(mapped.get_texts(column.position))[:_CODES_SHOWN]
                return [f"{quote_yaml(name)}:", *(f"  {quote_yaml(code)}: what it means" for code in codes)]
    return []


def _may_be_codes(column: MappedColumn) -> bool:
    return column.name == PROPERTY_TYPE if column.canonical else bool(_CODE_HEADER.search(column.header))


def _is_coded(mapped: MappedSheet, position: int) -> bool:
    width = mapped.sheet.cells.width
    return position < width and is_coded(SheetColumns([None] * width, mapped.body), position)


def _quote_list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(quote_yaml, texts))}]"


def sample_values(texts: pl.Series) -> list[str]:
    """Return the first distinct values, shortened to one line each."""
    trimmed = texts.drop_nulls().str.strip_chars()
    filled = trimmed.filter(~trimmed.str.to_lowercase().is_in(list(list_cell_values("missing"))))
    return [shorten(fold_to_line(text), _SAMPLE_CHARACTERS) for text in filled.unique(maintain_order=True).head(_SAMPLES)]


def fold_to_line(text: str) -> str:
    """Return the text without line breaks and control characters, which would end a YAML comment."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
