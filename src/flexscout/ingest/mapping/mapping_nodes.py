"""Entries of YAML files that users write, with their lines, and the errors in them."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from flexscout.config import describe_unknown_name, parse_yaml, read_text_file
from flexscout.domain import fold_header, list_canonical_columns, map_header_aliases

NULL_TAG = "tag:yaml.org,2002:null"

Entry = tuple[str, yaml.Node, int]
"""Key, value, and line of the key."""


class ErrorsByPlace:
    """Collects validation errors: the first for each place."""

    def __init__(self) -> None:
        self._by_place: dict[tuple[int, str], str] = {}

    def add(self, line: int, place: str, message: str) -> None:
        """Add an error, unless its place has one."""
        self._by_place.setdefault((line, place), message)

    @property
    def messages(self) -> dict[str, str]:
        """Line and place -> message, sorted by line."""
        return {f"line {line}: {place}": self._by_place[line, place] for line, place in sorted(self._by_place)}


def read_root(file: Path, name: str, hint: str) -> yaml.Node | None:
    """Return the root of a YAML or JSON file, or None if it is empty.

    Args:
        file: The file.
        name: What messages call the file.
        hint: What to do if there is no such file.

    Raises:
        ConfigurationError: If the file can't be read or parsed.

    """
    return parse_root(file, read_text_file(file, name, hint))


def parse_root(file: Path, text: str) -> yaml.Node | None:
    """Return the root of a text of YAML or JSON, or None if it is empty. Raises ConfigurationError if it can't be parsed."""
    parse_yaml(file, text)
    return yaml.compose(text.replace("\t", " "), Loader=yaml.SafeLoader)


def list_entries(node: yaml.MappingNode) -> Iterator[Entry]:
    """Yield the entries of a YAML mapping, keys as written: the header `No` is not a boolean."""
    for key, value in node.value:
        yield str(key.value), value, key.start_mark.line + 1


def parse_text(entry: Entry | None, errors: ErrorsByPlace) -> str:
    """Return the text of an entry; empty without one."""
    if entry is None:
        return ""
    key, node, line = entry
    if not isinstance(node, yaml.ScalarNode):
        errors.add(line, key, "should be text")
        return ""
    return "" if node.tag == NULL_TAG else str(node.value).strip()


def parse_texts(entry: Entry, example: str, errors: ErrorsByPlace) -> tuple[str, ...]:
    """Return the texts of a list; empty, with an error, if the entry is no list of texts."""
    key, node, line = entry
    if not isinstance(node, yaml.SequenceNode) or not node.value or not all(map(_is_text, node.value)):
        errors.add(line, key, f"should be a list, such as {example}")
        return ()
    return tuple(str(item.value).strip() for item in node.value)


def _is_text(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag != NULL_TAG and bool(str(node.value).strip())


def parse_canonical(text: str, place: str, line: int, errors: ErrorsByPlace, others: tuple[str, ...] = ()) -> str:
    """Return the canonical column that a text names, or one of `others`; empty, with an error, if it is none of them."""
    names = {fold_header(name): name for name in (*(column.name for column in list_canonical_columns()), *others)}
    if fold_header(text) in names:
        return names[fold_header(text)]
    alias = map_header_aliases().get(fold_header(text))
    if alias:
        errors.add(line, place, f"{text} is not known; did you mean {alias.column}?")
    else:
        errors.add(line, place, describe_unknown_name(text, list(names.values())))
    return ""
