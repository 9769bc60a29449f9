"""Load and validate mapping files."""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from flexscout.config import describe_unknown_name, read_text_file
from flexscout.domain import find_canonical_column, fold_header, list_canonical_columns
from flexscout.errors import ConfigurationError
from flexscout.ingest.mapping.column_mapping import LEAVE_OUT, NO_MAPPING, PASS, ColumnChoice, ColumnMapping, Join
from flexscout.ingest.mapping.made_columns_file import parse_codes, parse_constants, parse_join, parse_joins, parse_splits
from flexscout.ingest.mapping.mapping_nodes import (
    Entry,
    ErrorsByPlace,
    list_entries,
    parse_canonical,
    parse_root,
    parse_text,
)

_SECTIONS = ("columns", "join", "split", "constants", "codes")
MAPPING_KEYS = ("files", "sheet", "header_row", *_SECTIONS)
"""The keys of a mapping file, in the order in which one is written."""
_CHOICE_KEYS = ("column", "inverted", "unit")
_SIZE_UNITS = ("acres", "square feet")
_COLUMN_LETTERS = re.compile(r"[A-Za-z]{1,3}$")
_BOOLEANS = {"true": True, "yes": True, "false": False, "no": False}


def load_mapping(path: str) -> ColumnMapping:
    """Load a mapping from a YAML or JSON file; an empty path gives an empty mapping.

    Raises:
        ConfigurationError: If the file can't be read, or with all its errors, each with its line.

    """
    if not path:
        return NO_MAPPING
    file = Path(path)
    return parse_mapping(file, read_text_file(file, f"The mapping {file}", f"`flexscout map EXPORT -o {file}` writes one."))


def parse_mapping(file: Path, text: str) -> ColumnMapping:
    """Parse the content of a mapping file.

    Args:
        file: The file, for messages and for the paths of code tables.
        text: Its content.

    Raises:
        ConfigurationError: With all its errors, each with its line.

    """
    root = parse_root(file, text)
    if not isinstance(root, yaml.MappingNode):
        raise ConfigurationError(f"{file} should contain `columns:`, with one header per line below it.")
    errors = ErrorsByPlace()
    mapping = _build_mapping(file, root, errors)
    if errors.messages:
        raise ConfigurationError.from_mapping_file(file, errors.messages)
    return mapping


def _build_mapping(file: Path, root: yaml.MappingNode, errors: ErrorsByPlace) -> ColumnMapping:
    entries = {key: (key, node, line) for key, node, line in list_entries(root)}
    for key in [key for key in entries if key not in MAPPING_KEYS]:
        errors.add(entries[key][2], key, describe_unknown_name(key, MAPPING_KEYS))
    header_row = _parse_header_row(entries.get("header_row"), errors)
    if not any(key in entries for key in _SECTIONS):
        errors.add(1, "columns", "is missing; list each header with its column below it")
    listed = tuple(_parse_choices(entries["columns"], header_row, errors)) if "columns" in entries else ()
    joins = (*(entry for entry in listed if isinstance(entry, Join)), *parse_joins(entries.get("join"), errors))
    splits = tuple(parse_splits(entries.get("split"), errors))
    for entry, header in [("join", name) for join in joins for name in join.headers] + [("split", s.header) for s in splits]:
        if error := _validate_header(header, header_row, {}):
            errors.add(entries.get(entry, entries.get("columns", ("", root, 1)))[2], f"{entry}.{header}", error)
    # The part that is split off says more than the whole column, so it wins.
    split_off = {(fold_header(split.header), name) for split in splits for name in split.columns}
    sheet, files = (parse_text(entries.get(key), errors) for key in ("sheet", "files"))
    return ColumnMapping(
        file.name,
        tuple(
            entry
            for entry in listed
            if isinstance(entry, ColumnChoice) and (fold_header(entry.header), entry.column) not in split_off
        ),
        header_row,
        sheet,
        files or "*",
        joins,
        splits,
        tuple(parse_constants(entries.get("constants"), errors)),
        tuple(parse_codes(entries.get("codes"), file, errors)),
    )


def _parse_header_row(entry: Entry | None, errors: ErrorsByPlace) -> int | None:
    text = parse_text(entry, errors)
    if text and not text.isdecimal() and entry:
        message = f"{text} is not a row number; give the number shown in Excel, or 0 if there is no header"
        errors.add(entry[2], "header_row", message)
    return int(text) if text.isdecimal() else None


def _parse_choices(entry: Entry, header_row: int | None, errors: ErrorsByPlace) -> Iterator[ColumnChoice | Join]:
    """Yield the choice for each header that has one; a list is a join."""
    _, node, line = entry
    if not isinstance(node, yaml.MappingNode):
        errors.add(line, "columns", "should list headers, one per line, each with its column after a colon")
        return
    headers: dict[str, str] = {}
    for header, value, header_line in list_entries(node):
        if isinstance(value, yaml.SequenceNode):
            yield from _parse_list(header, value, header_line, errors)
            continue
        if error := _validate_header(header, header_row, headers):
            errors.add(header_line, f"columns.{header}", error)
        headers[fold_header(header)] = header
        if choice := _parse_choice(header, value, header_line, errors):
            yield choice


def _parse_list(column: str, node: yaml.SequenceNode, line: int, errors: ErrorsByPlace) -> Iterator[Join]:
    """Yield the join `Address: [NUM, STREET]`, which may be under `columns:` because its key can only be a canonical column."""
    place = f"columns.{column}"
    if fold_header(column) not in {fold_header(known.name) for known in list_canonical_columns()}:
        message = "a list joins columns, so a canonical column comes first, as in Address: [NUM, STREET]; to split, use split:"
        errors.add(line, place, message)
    elif join := parse_join((column, node, line), place, errors):
        yield join


def _validate_header(header: str, header_row: int | None, previous: dict[str, str]) -> str:
    """Return the error of a header, or an empty text. `previous`: folded header -> header."""
    if header_row == 0 and not _COLUMN_LETTERS.match(header):
        return "should be a column letter, such as A, because header_row: 0 means there are no headers"
    if not fold_header(header):
        return "has no letter or digit"
    same = previous.get(fold_header(header), header)
    return f"is the same header as {same}: case, spaces and punctuation are ignored; keep one" if same != header else ""


def _parse_choice(header: str, node: yaml.Node, line: int, errors: ErrorsByPlace) -> ColumnChoice | None:
    place = f"columns.{header}"
    if isinstance(node, yaml.MappingNode):
        return _parse_detailed_choice(header, node, place, line, errors)
    text = parse_text((place, node, line), errors)
    name = parse_canonical(text, place, line, errors, (PASS, LEAVE_OUT)) if text else ""
    return ColumnChoice(header, name) if name else None


def _parse_detailed_choice(
    header: str, node: yaml.MappingNode, place: str, line: int, errors: ErrorsByPlace
) -> ColumnChoice | None:
    """Parse `{column: Occupancy, inverted: true}`."""
    entries = {key: (f"{place}.{key}", value, key_line) for key, value, key_line in list_entries(node)}
    for key in [key for key in entries if key not in _CHOICE_KEYS]:
        errors.add(entries[key][2], f"{place}.{key}", describe_unknown_name(key, _CHOICE_KEYS))
    text = parse_text(entries.get("column"), errors)
    if not text:
        errors.add(line, place, "column is missing, as in {column: Occupancy, inverted: true}")
        return None
    name = parse_canonical(text, place, line, errors, (PASS, LEAVE_OUT))
    inverted, unit = _parse_inverted(entries.get("inverted"), name, errors), _parse_unit(entries.get("unit"), name, errors)
    return ColumnChoice(header, name, inverted, unit) if name else None


def _parse_unit(entry: Entry | None, name: str, errors: ErrorsByPlace) -> str:
    text = parse_text(entry, errors)
    if entry and text and (name in ("", PASS, LEAVE_OUT) or find_canonical_column(name).unit not in _SIZE_UNITS):
        place, _, line = entry
        errors.add(line, place, f"only a size has a column with its unit, such as {{column: Lot Size Acres, unit: {text}}}")
    return text


def _parse_inverted(entry: Entry | None, name: str, errors: ErrorsByPlace) -> bool | None:
    text = parse_text(entry, errors).lower()
    if not entry or not text:
        return None
    place, _, line = entry
    if text not in _BOOLEANS:
        errors.add(line, place, f"{text} is not valid; give true or false")
    elif name in (PASS, LEAVE_OUT) or find_canonical_column(name).type != "percent":
        errors.add(line, place, f"only a percentage can be inverted (100 - value), and {name} is not one")
    return _BOOLEANS.get(text)
