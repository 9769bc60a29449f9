"""YAML and JSON files that a person writes: their text, their content, and the line of each entry."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from flexscout.errors import ConfigurationError

Place = tuple[str, ...]
"""The keys that lead to an entry; a list's entries are numbered from 0."""


def text_of(path: Path, what: str, hint: str) -> str:
    """The file's text. Raises ConfigurationError, with the `hint` if there is no such file; `what` it is called there."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigurationError(f"{what} does not exist. {hint}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{what} can't be read: {error}.") from None


def content_of(path: Path, text: str) -> Any:
    """What the text of a YAML or JSON file holds. Raises ConfigurationError with the line where it is neither."""
    try:
        if path.suffix.lower() == ".json":
            return json.loads(text or "{}")
        return yaml.safe_load(text) or {}
    except json.JSONDecodeError as error:
        raise ConfigurationError(f"{path}, line {error.lineno}: not valid JSON: {error.msg}.") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise ConfigurationError(f"{path}, line {line}: not valid YAML: {error.problem}.") from None
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path}: not valid YAML: {error}.") from None


def lines_of(text: str) -> dict[Place, int]:
    """Path -> line, from 1; empty if the text can't be read."""
    try:
        # JSON is YAML too, but for tabs.
        root = yaml.compose(text.replace("\t", " "), Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return {}
    return dict(_entries(root, (), set()))


def _entries(node: yaml.Node | None, path: Place, seen: set[int]) -> Iterator[tuple[Place, int]]:
    """What stands below a node; what several places share is walked once."""
    if id(node) in seen:
        return
    seen.add(id(node))
    for key, line, value in _children(node):
        yield (*path, key), line + 1
        yield from _entries(value, (*path, key), seen)


def _children(node: yaml.Node | None) -> Iterator[tuple[str, int, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from ((str(key.value), key.start_mark.line, value) for key, value in node.value)
    elif isinstance(node, yaml.SequenceNode):
        yield from ((str(i), value.start_mark.line, value) for i, value in enumerate(node.value))
