"""Mapping files: what a person says that headers mean, checked as a whole."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from flexscout.config import describe_unknown_name, parse_yaml, read_text_file
from flexscout.domain import canonical_column, canonical_columns, fold_header, header_aliases
from flexscout.errors import ConfigurationError
from flexscout.ingest.mapping.column_mapping import LEAVE_OUT, NO_MAPPING, PASS, Choice, ColumnMapping

_KEYS = ("columns", "header_row", "sheet", "files")
_DETAILS = ("column", "inverted")
_LETTERS = re.compile(r"[A-Za-z]{1,3}$")
_YES_NO = {"true": True, "yes": True, "false": False, "no": False}

Entry = tuple[str, yaml.Node, int]
"""Key, value, and the line of the key."""


@dataclass
class _Mistakes:
    """What is wrong, by place."""

    _by_place: dict[tuple[int, str], str] = field(default_factory=dict)

    def add(self, line: int, place: str, wrong: str) -> None:
        """Keep the first mistake of a place."""
        self._by_place.setdefault((line, place), wrong)

    @property
    def found(self) -> dict[str, str]:
        """Place, with its line -> what is wrong, from the top down."""
        return {f"line {line}: {place}": self._by_place[line, place] for line, place in sorted(self._by_place)}


def load_mapping(path: str) -> ColumnMapping:
    """The mapping in a YAML or JSON file; one without entries for an empty path.

    Raises ConfigurationError if it can't be read, or with all mistakes that it has, each with its line.
    """
    if not path:
        return NO_MAPPING
    file = Path(path)
    text = read_text_file(file, f"The mapping {file}", f"`flexscout map EXPORT -o {file}` writes one.")
    parse_yaml(file, text)
    root = yaml.compose(text.replace("\t", " "), Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        raise ConfigurationError(f"{file} should hold columns:, with the headers of an export below it, one a line.")
    mistakes = _Mistakes()
    mapping = _mapping(file, root, mistakes)
    if mistakes.found:
        raise ConfigurationError.from_mapping_file(file, mistakes.found)
    return mapping


def _mapping(file: Path, root: yaml.MappingNode, mistakes: _Mistakes) -> ColumnMapping:
    given = {key: (key, node, line) for key, node, line in _entries(root)}
    for key in [key for key in given if key not in _KEYS]:
        mistakes.add(given[key][2], key, describe_unknown_name(key, _KEYS))
    header_row = _header_row(given.get("header_row"), mistakes)
    if "columns" not in given:
        mistakes.add(1, "columns", "is missing; below it goes each header with its column")
    choices = tuple(_choices(given["columns"], header_row, mistakes)) if "columns" in given else ()
    sheet, files = (_text(given.get(key), mistakes) for key in ("sheet", "files"))
    return ColumnMapping(file.name, choices, header_row, sheet, files or "*")


def _entries(node: yaml.MappingNode) -> Iterator[Entry]:
    """The entries of a mapping; keys as they are written, which `No` would not be as a value."""
    for key, value in node.value:
        yield str(key.value), value, key.start_mark.line + 1


def _text(entry: Entry | None, mistakes: _Mistakes) -> str:
    """The text of an entry; empty where there is none."""
    if entry is None:
        return ""
    key, node, line = entry
    if not isinstance(node, yaml.ScalarNode):
        mistakes.add(line, key, "give a text")
        return ""
    return "" if node.tag == "tag:yaml.org,2002:null" else str(node.value).strip()


def _header_row(entry: Entry | None, mistakes: _Mistakes) -> int | None:
    text = _text(entry, mistakes)
    if text and not text.isdecimal() and entry:
        mistakes.add(entry[2], "header_row", f"{text} won't do: give the row as Excel numbers it, or 0 if there is no header")
    return int(text) if text.isdecimal() else None


def _choices(entry: Entry, header_row: int | None, mistakes: _Mistakes) -> Iterator[Choice]:
    """What each header means; an entry without a value leaves that to flexscout."""
    _, node, line = entry
    if not isinstance(node, yaml.MappingNode):
        mistakes.add(line, "columns", "should hold headers, one a line, each with its column after a colon")
        return
    folded: dict[str, str] = {}
    for header, value, at in _entries(node):
        wrong = _wrong_header(header, header_row, folded)
        folded[fold_header(header)] = header
        if wrong:
            mistakes.add(at, f"columns.{header}", wrong)
        choice = _choice(header, value, at, mistakes)
        if choice:
            yield choice


def _wrong_header(header: str, header_row: int | None, others: dict[str, str]) -> str:
    if header_row == 0 and not _LETTERS.match(header):
        return "with header_row: 0 there are no headers: name the column by its letter, such as A"
    if not fold_header(header):
        return "has no letter or digit by which it could be known"
    other = others.get(fold_header(header), header)
    return f"is the same header as {other}, for case, spaces and punctuation do not count; keep one" if other != header else ""


def _choice(header: str, node: yaml.Node, line: int, mistakes: _Mistakes) -> Choice | None:
    place = f"columns.{header}"
    if isinstance(node, yaml.MappingNode):
        return _detailed(header, node, place, line, mistakes)
    text = _text((place, node, line), mistakes)
    name = _column(text, place, line, mistakes) if text else ""
    return Choice(header, name) if name else None


def _detailed(header: str, node: yaml.MappingNode, place: str, line: int, mistakes: _Mistakes) -> Choice | None:
    """`{column: Occupancy, inverted: true}`."""
    given = {key: (f"{place}.{key}", value, at) for key, value, at in _entries(node)}
    for key in [key for key in given if key not in _DETAILS]:
        mistakes.add(given[key][2], f"{place}.{key}", describe_unknown_name(key, _DETAILS))
    text = _text(given.get("column"), mistakes)
    if not text:
        mistakes.add(line, place, "column is missing, as in {column: Occupancy, inverted: true}")
        return None
    name = _column(text, place, line, mistakes)
    return Choice(header, name, _inverted(given.get("inverted"), name, mistakes)) if name else None


def _inverted(entry: Entry | None, name: str, mistakes: _Mistakes) -> bool | None:
    text = _text(entry, mistakes).lower()
    if not entry or not text:
        return None
    place, _, line = entry
    if text not in _YES_NO:
        mistakes.add(line, place, f"{text} won't do: give true or false")
    elif name in (PASS, LEAVE_OUT) or canonical_column(name).type != "percent":
        mistakes.add(line, place, f"only a percentage has an opposite (100 - value), and {name} is none")
    return _YES_NO.get(text)


def _column(text: str, place: str, line: int, mistakes: _Mistakes) -> str:
    """The canonical column, PASS or LEAVE_OUT that a text says; empty if it says none."""
    names = {fold_header(name): name for name in (*(entry.name for entry in canonical_columns()), PASS, LEAVE_OUT)}
    if fold_header(text) in names:
        return names[fold_header(text)]
    alias = header_aliases().get(fold_header(text))
    wrong = f"{text} is not known; did you mean {alias.column}?" if alias else describe_unknown_name(text, list(names.values()))
    mistakes.add(line, place, wrong)
    return ""
