"""The entries of a mapping file as JSON data, for a program that edits it: read from YAML, and written as YAML."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from flexscout.config import quote_yaml, remove_entry, set_entry
from flexscout.errors import ConfigurationError
from flexscout.ingest.mapping.mapping_file import MAPPING_KEYS, parse_mapping
from flexscout.ingest.mapping.mapping_nodes import NULL_TAG, list_entries, parse_root

Entries = Mapping[str, Any]
"""The entries of a mapping file: objects, lists, texts, whole numbers and booleans. Headers and codes are texts."""

_HEAD = "# Column mapping, written by the window of flexscout. `flexscout map` explains what it may have."
_MAX_DEPTH = 8
_REMOVED = object()
_INTEGER, _BOOLEAN = "tag:yaml.org,2002:int", "tag:yaml.org,2002:bool"


def read_entries(file: Path, text: str) -> dict[str, Any]:
    """Return the entries of a mapping file.

    Args:
        file: The file, for messages and for the paths of code tables.
        text: Its content.

    Raises:
        ConfigurationError: It isn't a mapping file, or has errors, each with its line.

    """
    parse_mapping(file, text)
    root = parse_root(file, text)
    return {key: _to_data(node) for key, node, _ in list_entries(root)} if isinstance(root, yaml.MappingNode) else {}


def render_entries(entries: Entries) -> str:
    """Return a mapping file with these entries, in the order of the reference.

    Raises:
        ConfigurationError: They are nested deeper than a mapping file can be, or hold something else than data of JSON.

    """
    known = [key for key in MAPPING_KEYS if key in entries]
    ordered = {key: entries[key] for key in (*known, *(key for key in entries if key not in MAPPING_KEYS))}
    return "\n".join([_HEAD, *_render(ordered, 0)]) + "\n"


def change_entries(file: Path, text: str, entries: Entries) -> str:
    """Return the text of a mapping file with these entries instead of its own; comments and the order of its entries stay.

    Raises:
        ConfigurationError: The text has errors, or the entries are none of a mapping file.

    """
    rendered = render_entries(entries)
    changed = text
    for path, value in _list_changes(read_entries(file, text), entries):
        changed = remove_entry(changed, path) if value is _REMOVED else set_entry(changed, path, _render_flow(value))
    try:
        is_right = read_entries(file, changed) == read_entries(file, rendered)
    except (ConfigurationError, yaml.YAMLError):
        is_right = False
    return changed if is_right else rendered  # without comments, if the file is written in a way that isn't understood


def _list_changes(old: Entries, new: Entries, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the path and the value of each entry that differs; _REMOVED if the entry is gone."""
    yield from (((*path, key), _REMOVED) for key in old if key not in new)
    for key, value in new.items():
        before = old.get(key, _REMOVED)
        if isinstance(before, Mapping) and isinstance(value, Mapping) and value:
            yield from _list_changes(before, value, (*path, str(key)))
        elif type(before) is not type(value) or before != value:
            yield (*path, str(key)), value


def _render_flow(value: Any) -> str:
    """Return a value in one line."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{quote_yaml(str(key))}: {_render_flow(item)}' for key, item in value.items())}}}"
    return _render_value(value)


def _to_data(node: yaml.Node) -> Any:
    """Return a node as data; a number or boolean that JSON would write in another way stays a text."""
    if isinstance(node, yaml.MappingNode):
        return {key: _to_data(value) for key, value, _ in list_entries(node)}
    if isinstance(node, yaml.SequenceNode):
        return [_to_data(item) for item in node.value]
    text = str(node.value)
    if node.tag == NULL_TAG:
        return None
    if node.tag == _INTEGER and text.isascii() and text.isdecimal() and str(int(text)) == text:
        return int(text)
    return text == "true" if node.tag == _BOOLEAN and text in ("true", "false") else text


def _render(entries: Entries, depth: int) -> Iterator[str]:
    if depth > _MAX_DEPTH:
        raise ConfigurationError("The mapping is nested too deeply.")
    indent = "  " * depth
    for key, value in entries.items():
        if isinstance(value, Mapping):
            yield f"{indent}{quote_yaml(str(key))}:" + ("" if value else " {}")
            yield from _render(value, depth + 1)
        else:
            yield f"{indent}{quote_yaml(str(key))}: {_render_value(value)}".rstrip()


def _render_value(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return quote_yaml(value)
    if isinstance(value, Sequence) and not any(isinstance(item, Mapping | list) for item in value):
        return f"[{', '.join(map(_render_value, value))}]"
    raise ConfigurationError("The mapping holds something that isn't text.")
