"""Settings written as a configuration file: a template with the defaults, the settings of a run, or changes to a file."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import yaml

from flexscout.config.settings import PipelineConfiguration, declared_settings
from flexscout.config.sources import group_by_section, parse_settings, read_settings_text
from flexscout.errors import ConfigurationError

_HEAD = "# Settings of flexscout. Every line is optional and shows its default.\n\n"


def render_template() -> str:
    """Return a configuration file with every key, its default and its description."""

    def render_entry(key: str, name: str) -> list[str]:
        field = PipelineConfiguration.model_fields[name]
        # Commented out: an explicit worker count is used as is, while the default is capped by cores and files.
        marker = "# " if name == "max_workers" else ""
        return [f"  # {field.description}", f"  {marker}{key}: {_to_yaml(field.default)}"]

    return _HEAD + _render_sections(render_entry)


def render_settings(settings: PipelineConfiguration, origins: dict[str, str]) -> str:
    """Return the settings as a configuration file, each with its origin as a comment."""
    return _render_sections(lambda key, name: [f"  {key}: {_to_yaml(getattr(settings, name))}  # {origins[name]}"])


def _render_sections(render_entry: Callable[[str, str], list[str]]) -> str:
    sections = [
        [f"{section}:", *(line for key, name in keys.items() for line in render_entry(key, name))]
        for section, keys in group_by_section(declared_settings()).items()
    ]
    return "\n\n".join("\n".join(lines) for lines in sections) + "\n"


def _to_yaml(value: object) -> str:
    # str() of a password is masked.
    plain = list(value) if isinstance(value, tuple) else value if isinstance(value, int | float | str | None) else str(value)
    return json.dumps(plain, ensure_ascii=False)


def change_settings(path: Path, changes: Mapping[str, Any]) -> str:
    """Return the text of a configuration file with other values of some settings; its comments and its order stay.

    Args:
        path: The configuration file.
        changes: Setting -> value.

    Raises:
        ConfigurationError: The file or a value isn't valid.

    """
    text, declared = read_settings_text(path), declared_settings()
    expected = {**parse_settings(path, text, declared).values, **changes}
    for name, value in changes.items():
        text = _set_entry(text, name, declared[name].place, _to_yaml(value))
    try:
        changed = parse_settings(path, text, declared)
    except ConfigurationError:
        changed = None  # such as a value that other entries refer to
    if changed is None or _plain(changed.values) != _plain(expected):
        raise ConfigurationError(f"{path} is written in a way that can't be changed by a program. Edit it yourself.")
    if changed.errors:
        raise ConfigurationError.from_sources(changed.errors)
    PipelineConfiguration(**changed.values)
    return text


def _set_entry(text: str, name: str, place: str, value: str) -> str:
    """Return a YAML text in which the entry `name`, or else `place` (`section.key`), has another value."""
    section, key = place.split(".")
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        return f"{text.rstrip()}\n\n{section}:\n  {key}: {value}\n".lstrip("\n")
    entries = _find_entries(root)
    if name in entries:
        return _replace_node(text, entries[name], value)
    if section not in entries:
        return _add_entry(text, root, section, f"{{{key}: {value}}}" if root.flow_style else f"\n  {key}: {value}")
    within = _find_entries(entries[section])
    if key in within:
        return _replace_node(text, within[key], value)
    if not within:
        return _replace_node(text, entries[section], f"{{{key}: {value}}}")
    return _add_entry(text, cast("yaml.MappingNode", entries[section]), key, f" {value}")


def _find_entries(node: yaml.Node) -> dict[str, yaml.Node]:
    return {str(key.value): value for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}


def _replace_node(text: str, node: yaml.Node, value: str) -> str:
    start, end = node.start_mark.index, _find_end(node)
    space = "" if text[start - 1 : start].isspace() else " "
    line_end = "\n" if text[start:end].endswith("\n") else ""  # of a text in several lines
    return f"{text[:start]}{space}{value}{line_end}{text[end:]}"


def _add_entry(text: str, node: yaml.MappingNode, key: str, value: str) -> str:
    """Add an entry at the end of a mapping that has one."""
    if node.flow_style:
        end = node.end_mark.index - 1
        return f"{text[:end].rstrip()}, {key}: {value.strip()}{text[end:]}"
    end = text.find("\n", _find_end(node))
    before, after = (text, "") if end < 0 else (text[:end], text[end + 1 :])
    blank = "\n" if value.startswith("\n") else ""
    indent = " " * node.value[0][0].start_mark.column
    return f"{before.rstrip(chr(10))}\n{blank}{indent}{key}:{value}\n{after}"


def _find_end(node: yaml.Node) -> int:
    """Return where a node ends; a block would end after the comments that follow it."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return int(node.end_mark.index)


def _plain(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the values as they are written, so that lists equal tuples."""
    return {name: _to_yaml(value) for name, value in values.items()}
