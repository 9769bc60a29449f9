"""YAML and JSON files that a person writes: their text, their content, and the line of each entry."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from flexscout.errors import ConfigurationError

Place = tuple[str, ...]
"""The keys that lead to an entry; a list's entries are numbered from 0."""

# Far more than anybody writes by hand; what a few lines of YAML with & and * can unfold to has no end.
_LONGEST = 250_000
_MOST_ENTRIES = 50_000
_DEEPEST = 50


class _Loader(yaml.SafeLoader):
    """Merges with << no more than is read, and takes no key twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - theirs
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen and key.tag != "tag:yaml.org,2002:merge":
                problem = f"{key.value} appears twice in one place; keep one"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        super().flatten_mapping(node)
        if len(node.value) > _MOST_ENTRIES:
            raise yaml.constructor.ConstructorError(None, None, "too many entries are merged with <<", node.start_mark)


def read_text_file(path: Path, what: str, hint: str) -> str:
    """The file's text. Raises ConfigurationError, with the `hint` if there is no such file; `what` it is called there."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigurationError(f"{what} does not exist. {hint}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{what} can't be read: {error}.") from None


def parse_yaml(path: Path, text: str) -> Any:
    """What the text of a YAML or JSON file holds. Raises ConfigurationError, with the line where it is neither."""
    if len(text) > _LONGEST:
        raise ConfigurationError(f"{path} has more than {_LONGEST:,} characters, too many for such a file.")
    try:
        content = _parsed(path, text)
        entries = _entries_in(content, {}, _DEEPEST)
    except RecursionError:
        raise ConfigurationError(f"{path} is nested too deeply.") from None
    except json.JSONDecodeError as error:
        raise ConfigurationError(f"{path}, line {error.lineno}: not valid JSON: {error.msg}.") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise ConfigurationError(f"{path}, line {line}: not valid YAML: {error.problem}.") from None
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path}: not valid YAML: {error}.") from None
    except ValueError as error:  # no such day, or a number of thousands of digits
        raise ConfigurationError(f"{path} holds a value that won't do: {error}.") from None
    if entries > _MOST_ENTRIES:
        raise ConfigurationError(f"{path} holds more than {_MOST_ENTRIES:,} entries, too many for such a file.")
    return content


def _parsed(path: Path, text: str) -> Any:
    if path.suffix.lower() == ".json":
        return json.loads(text or "{}")
    return yaml.load(text, _Loader) or {}  # noqa: S506  # nosec B506 # _Loader is a SafeLoader


def _entries_in(value: Any, known: dict[int, int], depth: int) -> int:
    """How many entries there are, what several places share counted in each. Raises RecursionError where it is too deep."""
    if not isinstance(value, dict | list):
        return 1
    if not depth:
        raise RecursionError
    if id(value) not in known:
        below = value.values() if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(_entries_in(one, known, depth - 1) for one in below)
    return known[id(value)]


def locate_lines(text: str) -> dict[Place, int]:
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
