"""YAML and JSON files written by users: their text, their content and the line of each entry."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from flexscout.errors import ConfigurationError

YAML_SUFFIXES = (".yaml", ".yml", ".json")
"""Suffixes of the files that are parsed as YAML or JSON."""

EntryPath = tuple[str, ...]
"""The keys that lead to an entry; entries of a list are numbered from 0."""

# Far more than anyone writes by hand. Anchors and aliases let a few lines of YAML expand without end.
_MAX_CHARACTERS = 250_000
_MAX_ENTRIES = 50_000
_MAX_DEPTH = 50


class _Loader(yaml.SafeLoader):
    """Refuse duplicate keys, and limit what `<<` merges."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - of PyYAML
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen and key.tag != "tag:yaml.org,2002:merge":
                problem = f"{key.value} appears twice in one place; keep one"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        super().flatten_mapping(node)
        if len(node.value) > _MAX_ENTRIES:
            raise yaml.constructor.ConstructorError(None, None, "too many entries are merged with <<", node.start_mark)


def read_text_file(path: Path, name: str, hint: str) -> str:
    """Return the text of a file.

    Args:
        path: The file.
        name: What messages call the file.
        hint: What to do if there is no such file.

    Raises:
        ConfigurationError: The file doesn't exist or can't be read.

    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigurationError(f"{name} does not exist. {hint}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{name} can't be read: {error}.") from None


def parse_yaml(path: Path, text: str) -> Any:
    """Return the content of a YAML or JSON file.

    Args:
        path: The file; `.json` is parsed as JSON.
        text: Its text.

    Raises:
        ConfigurationError: The text isn't valid, or is larger than any file written by hand. It names the line if known.

    """
    if len(text) > _MAX_CHARACTERS:
        raise ConfigurationError(f"{path} has more than {_MAX_CHARACTERS:,} characters, too many for such a file.")
    try:
        content = _parse(path, text)
        entries = _count_entries(content, {}, _MAX_DEPTH)
    except RecursionError:
        raise ConfigurationError(f"{path} is nested too deeply.") from None
    except json.JSONDecodeError as error:
        raise ConfigurationError(f"{path}, line {error.lineno}: not valid JSON: {error.msg}.") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise ConfigurationError(f"{path}, line {line}: not valid YAML: {error.problem}.") from None
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path}: not valid YAML: {error}.") from None
    except ValueError as error:  # an impossible date, or a number with thousands of digits
        raise ConfigurationError(f"{path} has a value that is not valid: {error}.") from None
    if entries > _MAX_ENTRIES:
        raise ConfigurationError(f"{path} has more than {_MAX_ENTRIES:,} entries, too many for such a file.")
    return content


def locate_lines(text: str) -> dict[EntryPath, int]:
    """Map the path of each entry to its line, from 1; empty if the text isn't valid."""
    try:
        # JSON is YAML, except for tabs.
        root = yaml.compose(text.replace("\t", " "), Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return {}
    return dict(_walk_entries(root, (), set()))


def _parse(path: Path, text: str) -> Any:
    if path.suffix.lower() == ".json":
        return json.loads(text or "{}")
    return yaml.load(text, _Loader) or {}  # noqa: S506  # nosec B506 # _Loader is a SafeLoader


def _count_entries(value: Any, counts: dict[int, int], depth: int) -> int:
    """Count the entries, shared ones at each place. `counts` caches the count of each object by its id.

    Raises:
        RecursionError: The value is nested deeper than `depth`.

    """
    if not isinstance(value, dict | list):
        return 1
    if not depth:
        raise RecursionError
    if id(value) not in counts:
        items = value.values() if isinstance(value, dict) else value
        counts[id(value)] = 1 + sum(_count_entries(item, counts, depth - 1) for item in items)
    return counts[id(value)]


def _walk_entries(node: yaml.Node | None, path: EntryPath, seen: set[int]) -> Iterator[tuple[EntryPath, int]]:
    """Yield path and line of each entry below a node. Shared nodes are walked once."""
    if id(node) in seen:
        return
    seen.add(id(node))
    for key, line, value in _list_children(node):
        yield (*path, key), line + 1
        yield from _walk_entries(value, (*path, key), seen)


def _list_children(node: yaml.Node | None) -> Iterator[tuple[str, int, yaml.Node]]:
    """Yield key, line from 0 and value of each entry of a node."""
    if isinstance(node, yaml.MappingNode):
        yield from ((str(key.value), key.start_mark.line, value) for key, value in node.value)
    elif isinstance(node, yaml.SequenceNode):
        yield from ((str(i), value.start_mark.line, value) for i, value in enumerate(node.value))
