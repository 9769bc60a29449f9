"""Load a user's tables of land-use codes."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from flexscout.config import YAML_SUFFIXES, parse_yaml
from flexscout.domain import CodeTable, parse_code_table
from flexscout.errors import ConfigurationError
from flexscout.ingest.mapping.mapping_nodes import list_entries, read_root


def is_table_path(text: str) -> bool:
    """Return whether a text is the path of a table."""
    return text.lower().endswith(YAML_SUFFIXES)


def load_code_table(file: Path) -> CodeTable:
    """Load a code table from a YAML or JSON file: codes with descriptions, or a table with its `codes`.

    Raises:
        ConfigurationError: If the file can't be read, or isn't a code table.

    """
    root = read_root(file, f"The code table {file}", "Write it there, or correct the path.")
    if not isinstance(root, yaml.MappingNode):
        raise ConfigurationError(f"{file} should list each code with its description, such as 301: Industrial.")
    try:
        return parse_table_node(file.name, root)
    except ValueError as error:
        raise ConfigurationError(f"The code table {file} has an error: {error}") from None


def load_code_tables(folder: Path) -> tuple[CodeTable, ...]:
    """Load the code tables of a folder, by name. Each tells by its headers, states and counties where its codes count.

    Raises:
        ConfigurationError: If a file can't be read, or doesn't tell where its codes count.

    """
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in YAML_SUFFIXES)
    return tuple(_complete_evidence(file, load_code_table(file)) for file in files)


def _complete_evidence(file: Path, table: CodeTable) -> CodeTable:
    """Let a table without a place or layout count wherever its headers are found."""
    if not table.headers:
        raise ConfigurationError(f"The code table {file} needs headers: that hold its codes, such as headers: [use code].")
    if table.counties and not table.states:
        raise ConfigurationError(f"The code table {file} has counties: without states:, such as states: [NC].")
    return table if table.states or table.layouts else replace(table, own_headers=table.headers)


def parse_table_node(name: str, node: yaml.MappingNode) -> CodeTable:
    """Build a table from a YAML mapping. Codes are taken as they are written: 041 keeps its zero.

    Args:
        name: Name of the table, unless it has one of its own.
        node: Codes with descriptions, or the parts of a table.

    Raises:
        ValueError: The table is wrong; the message says what to change.

    """
    parts = {key: value for key, value, _ in list_entries(node)}
    if "codes" not in parts:
        return parse_code_table(name, {"codes": _read_codes(node)})
    entry: dict[str, Any] = {key: _construct(value) for key, value in parts.items() if key not in ("name", "codes")}
    entry["codes"] = _read_codes(parts["codes"])
    own_name = _construct(parts["name"]) if "name" in parts else name
    if not isinstance(own_name, str) or not own_name.strip():
        raise ValueError("name must be a text.")
    return parse_code_table(own_name, entry)


def _read_codes(node: yaml.Node) -> Any:
    """Return codes and descriptions, the codes as they are written."""
    if not isinstance(node, yaml.MappingNode):
        return _construct(node)
    return {code: _construct(description) for code, description, _ in list_entries(node)}


def _construct(node: yaml.Node) -> Any:
    return parse_yaml(Path("table.yaml"), yaml.serialize(node))
