"""Load and validate mapping files."""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from flexscout.config import describe_unknown_name, parse_yaml, read_text_file
from flexscout.domain import canonical_column, canonical_columns, fold_header, header_aliases
from flexscout.errors import ConfigurationError
from flexscout.ingest.mapping.column_mapping import LEAVE_OUT, NO_MAPPING, PASS, ColumnChoice, ColumnMapping

_KEYS = ("columns", "header_row", "sheet", "files")
_CHOICE_KEYS = ("column", "inverted")
_COLUMN_LETTERS = re.compile(r"[A-Za-z]{1,3}$")
_BOOLEANS = {"true": True, "yes": True, "false": False, "no": False}
_NULL_TAG = "tag:yaml.org,2002:null"

Entry = tuple[str, yaml.Node, int]
"""Key, value, and line of the key."""


def load_mapping(path: str) -> ColumnMapping:
    """Load a mapping from a YAML or JSON file; an empty path gives an empty mapping.

    Raises:
        ConfigurationError: If the file can't be read, or with all its errors, each with its line.

    """
    if not path:
        return NO_MAPPING
    file = Path(path)
    text = read_text_file(file, f"The mapping {file}", f"`flexscout map EXPORT -o {file}` writes one.")
    parse_yaml(file, text)
    root = yaml.compose(text.replace("\t", " "), Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        raise ConfigurationError(f"{file} should contain `columns:`, with one header per line below it.")
    errors = _ErrorsByPlace()
    mapping = _build_mapping(file, root, errors)
    if errors.messages:
        raise ConfigurationError.from_mapping_file(file, errors.messages)
    return mapping


class _ErrorsByPlace:
    """Collects validation errors: the first for each place."""

    def __init__(self) -> None:
        self._by_place: dict[tuple[int, str], str] = {}

    def add(self, line: int, place: str, message: str) -> None:
        self._by_place.setdefault((line, place), message)

    @property
    def messages(self) -> dict[str, str]:
        """Line and place -> message, sorted by line."""
        return {f"line {line}: {place}": self._by_place[line, place] for line, place in sorted(self._by_place)}


def _build_mapping(file: Path, root: yaml.MappingNode, errors: _ErrorsByPlace) -> ColumnMapping:
    entries = {key: (key, node, line) for key, node, line in _list_entries(root)}
    for key in [key for key in entries if key not in _KEYS]:
        errors.add(entries[key][2], key, describe_unknown_name(key, _KEYS))
    header_row = _parse_header_row(entries.get("header_row"), errors)
    if "columns" not in entries:
        errors.add(1, "columns", "is missing; list each header with its column below it")
    choices = tuple(_parse_choices(entries["columns"], header_row, errors)) if "columns" in entries else ()
    sheet, files = (_parse_text(entries.get(key), errors) for key in ("sheet", "files"))
    return ColumnMapping(file.name, choices, header_row, sheet, files or "*")


def _list_entries(node: yaml.MappingNode) -> Iterator[Entry]:
    """Yield the entries of a YAML mapping, keys as written: the header `No` is not a boolean."""
    for key, value in node.value:
        yield str(key.value), value, key.start_mark.line + 1


def _parse_text(entry: Entry | None, errors: _ErrorsByPlace) -> str:
    """Return the text of an entry; empty without one."""
    if entry is None:
        return ""
    key, node, line = entry
    if not isinstance(node, yaml.ScalarNode):
        errors.add(line, key, "should be text")
        return ""
    return "" if node.tag == _NULL_TAG else str(node.value).strip()


def _parse_header_row(entry: Entry | None, errors: _ErrorsByPlace) -> int | None:
    text = _parse_text(entry, errors)
    if text and not text.isdecimal() and entry:
        message = f"{text} is not a row number; give the number shown in Excel, or 0 if there is no header"
        errors.add(entry[2], "header_row", message)
    return int(text) if text.isdecimal() else None


def _parse_choices(entry: Entry, header_row: int | None, errors: _ErrorsByPlace) -> Iterator[ColumnChoice]:
    """Yield the choice for each header that has one."""
    _, node, line = entry
    if not isinstance(node, yaml.MappingNode):
        errors.add(line, "columns", "should list headers, one per line, each with its column after a colon")
        return
    headers: dict[str, str] = {}
    for header, value, header_line in _list_entries(node):
        if error := _validate_header(header, header_row, headers):
            errors.add(header_line, f"columns.{header}", error)
        headers[fold_header(header)] = header
        if choice := _parse_choice(header, value, header_line, errors):
            yield choice


def _validate_header(header: str, header_row: int | None, previous: dict[str, str]) -> str:
    """Return the error of a header, or an empty text. `previous`: folded header -> header."""
    if header_row == 0 and not _COLUMN_LETTERS.match(header):
        return "should be a column letter, such as A, because header_row: 0 means there are no headers"
    if not fold_header(header):
        return "has no letter or digit"
    same = previous.get(fold_header(header), header)
    return f"is the same header as {same}: case, spaces and punctuation are ignored; keep one" if same != header else ""


def _parse_choice(header: str, node: yaml.Node, line: int, errors: _ErrorsByPlace) -> ColumnChoice | None:
    place = f"columns.{header}"
    if isinstance(node, yaml.MappingNode):
        return _parse_detailed_choice(header, node, place, line, errors)
    text = _parse_text((place, node, line), errors)
    name = _parse_column(text, place, line, errors) if text else ""
    return ColumnChoice(header, name) if name else None


def _parse_detailed_choice(
    header: str, node: yaml.MappingNode, place: str, line: int, errors: _ErrorsByPlace
) -> ColumnChoice | None:
    """Parse `{column: Occupancy, inverted: true}`."""
    entries = {key: (f"{place}.{key}", value, key_line) for key, value, key_line in _list_entries(node)}
    for key in [key for key in entries if key not in _CHOICE_KEYS]:
        errors.add(entries[key][2], f"{place}.{key}", describe_unknown_name(key, _CHOICE_KEYS))
    text = _parse_text(entries.get("column"), errors)
    if not text:
        errors.add(line, place, "column is missing, as in {column: Occupancy, inverted: true}")
        return None
    name = _parse_column(text, place, line, errors)
    return ColumnChoice(header, name, _parse_inverted(entries.get("inverted"), name, errors)) if name else None


def _parse_inverted(entry: Entry | None, name: str, errors: _ErrorsByPlace) -> bool | None:
    text = _parse_text(entry, errors).lower()
    if not entry or not text:
        return None
    place, _, line = entry
    if text not in _BOOLEANS:
        errors.add(line, place, f"{text} is not valid; give true or false")
    elif name in (PASS, LEAVE_OUT) or canonical_column(name).type != "percent":
        errors.add(line, place, f"only a percentage can be inverted (100 - value), and {name} is not one")
    return _BOOLEANS.get(text)


def _parse_column(text: str, place: str, line: int, errors: _ErrorsByPlace) -> str:
    """Return the canonical column, PASS or LEAVE_OUT; empty if the text is none of them."""
    names = {fold_header(name): name for name in (*(column.name for column in canonical_columns()), PASS, LEAVE_OUT)}
    if fold_header(text) in names:
        return names[fold_header(text)]
    alias = header_aliases().get(fold_header(text))
    if alias:
        errors.add(line, place, f"{text} is not known; did you mean {alias.column}?")
    else:
        errors.add(line, place, describe_unknown_name(text, list(names.values())))
    return ""
