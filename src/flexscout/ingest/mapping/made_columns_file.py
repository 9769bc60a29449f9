"""Parse the entries of mapping files that make columns: joins, splits, constants and code tables."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from flexscout.config import describe_unknown_name
from flexscout.domain import POSTAL_COLUMNS, find_canonical_column, map_code_tables
from flexscout.errors import ConfigurationError
from flexscout.ingest.convert import can_convert
from flexscout.ingest.mapping.code_table_file import is_table_path, load_code_table, parse_table_node
from flexscout.ingest.mapping.column_mapping import Codes, Constant, Join, Split
from flexscout.ingest.mapping.mapping_nodes import Entry, ErrorsByPlace, list_entries, parse_canonical, parse_text, parse_texts

_JOIN_KEYS = ("columns", "separator")
_JOIN_EXAMPLE = "[NUM, STREET, TYPE]"
_SPLIT_EXAMPLE = "[City, State]"
_VALUE_KINDS = {"state": "a state", "zip": "a ZIP code", "percent": "a percentage", "bool": "yes or no"}
_TABLE_SHAPE = "should be a code table, the name of a built-in one, the path of one, or headers with a code table each"


def parse_joins(entry: Entry | None, errors: ErrorsByPlace) -> Iterator[Join]:
    """Yield the joins of `join:`."""
    for column, node, line in _list_section(entry, "Address: [NUM, STREET, TYPE]", errors):
        place = f"join.{column}"
        if join := parse_join((column, node, line), place, errors):
            yield join


def parse_join(entry: Entry, place: str, errors: ErrorsByPlace) -> Join | None:
    """Parse `Address: [NUM, STREET]` or `Address: {columns: [NUM, STREET], separator: " "}`, or None if it has an error."""
    column, node, line = entry
    name = parse_canonical(column, place, line, errors)
    separator: str | None = None
    listed: Entry = (place, node, line)
    if isinstance(node, yaml.MappingNode):
        parts = {key: (f"{place}.{key}", value, key_line) for key, value, key_line in list_entries(node)}
        for key in [key for key in parts if key not in _JOIN_KEYS]:
            errors.add(parts[key][2], parts[key][0], describe_unknown_name(key, _JOIN_KEYS))
        if "separator" in parts:
            separator = _parse_separator(parts["separator"], errors)
        if "columns" not in parts:
            errors.add(line, place, f"columns is missing, as in {{columns: {_JOIN_EXAMPLE}, separator: ' '}}")
            return None
        listed = parts["columns"]
    headers = parse_texts(listed, _JOIN_EXAMPLE, errors)
    return Join(name, headers, separator) if name and headers else None


def _parse_separator(entry: Entry, errors: ErrorsByPlace) -> str | None:
    """Return a separator, with its spaces."""
    place, node, line = entry
    if not isinstance(node, yaml.ScalarNode):
        errors.add(line, place, "should be text")
        return None
    return str(node.value)


def parse_splits(entry: Entry | None, errors: ErrorsByPlace) -> Iterator[Split]:
    """Yield the splits of `split:`."""
    for header, node, line in _list_section(entry, '"City / State": [City, State]', errors):
        place = f"split.{header}"
        names = [parse_canonical(text, place, line, errors) for text in parse_texts((place, node, line), _SPLIT_EXAMPLE, errors)]
        if others := [name for name in names if name and name not in POSTAL_COLUMNS]:
            errors.add(line, place, f"{others[0]} can't be split off; only {', '.join(POSTAL_COLUMNS)} can")
        elif names and all(names):
            yield Split(header, tuple(dict.fromkeys(names)))


def parse_constants(entry: Entry | None, errors: ErrorsByPlace) -> Iterator[Constant]:
    """Yield the constants of `constants:`, each a value that its column can have."""
    for column, node, line in _list_section(entry, "State: NC", errors):
        place = f"constants.{column}"
        name = parse_canonical(column, place, line, errors)
        text = parse_text((place, node, line), errors)
        if not name or not text:
            if name and isinstance(node, yaml.ScalarNode):
                errors.add(line, place, "is empty; write the value that every row has, or delete the line")
            continue
        if not can_convert(name, text):
            kind = find_canonical_column(name).type
            errors.add(line, place, f"{text} is not {_VALUE_KINDS.get(kind, f'a {kind}')}")
            continue
        yield Constant(name, text)


def parse_codes(entry: Entry | None, file: Path, errors: ErrorsByPlace) -> Iterator[Codes]:
    """Yield the code tables of `codes:`.

    Args:
        entry: The entry: a code table, the name of a built-in one, the path of one relative to the mapping file, or headers with
            any of these.
        file: The mapping file.
        errors: Receives the errors.

    """
    if entry is None:
        return
    _, node, _ = entry
    if isinstance(node, yaml.MappingNode) and _lists_headers(node):
        for header, value, line in list_entries(node):
            yield from _parse_table((f"codes.{header}", value, line), header, file, errors)
    else:
        yield from _parse_table(entry, "", file, errors)


def _lists_headers(node: yaml.MappingNode) -> bool:
    """Return whether the entries are headers: each has a path, or codes of its own."""
    keys = {str(key.value) for key, _ in node.value}
    return "codes" not in keys and all(
        isinstance(value, yaml.MappingNode) or is_table_path(str(value.value)) or str(value.value) in map_code_tables()
        for _, value in node.value
    )


def _parse_table(entry: Entry, header: str, file: Path, errors: ErrorsByPlace) -> Iterator[Codes]:
    place, node, line = entry
    name = f"codes of {file.name}" + (f", {header}" if header else "")
    try:
        if isinstance(node, yaml.MappingNode):
            yield Codes(header, parse_table_node(name, node))
        elif is_table_path(text := parse_text(entry, errors)):
            yield Codes(header, load_code_table(file.parent / text))
        elif text in map_code_tables():
            yield Codes(header, map_code_tables()[text])
        else:
            errors.add(line, place, _TABLE_SHAPE)
    except ConfigurationError as error:
        errors.add(line, place, str(error))
    except ValueError as error:
        errors.add(line, place, str(error).removesuffix("."))


def _list_section(entry: Entry | None, example: str, errors: ErrorsByPlace) -> Iterator[Entry]:
    """Yield the entries of a section; nothing, with an error, if it isn't one."""
    if entry is None:
        return
    key, node, line = entry
    if isinstance(node, yaml.MappingNode):
        yield from list_entries(node)
    else:
        errors.add(line, key, f"should have one entry per line, such as {example}")
