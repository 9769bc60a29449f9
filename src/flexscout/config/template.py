"""Settings written as a configuration file: a template with the defaults, the settings of a run, or changes to a file."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from flexscout.config.settings import PipelineConfiguration, list_declared_settings
from flexscout.config.sources import group_by_section, parse_settings, read_settings_text
from flexscout.config.yaml_edit import remove_entry, set_entry
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
        for section, keys in group_by_section(list_declared_settings()).items()
    ]
    return "\n\n".join("\n".join(lines) for lines in sections) + "\n"


def _to_yaml(value: object) -> str:
    # str() of a password is masked; tuples are written as lists.
    plain = value if isinstance(value, list | tuple | int | float | str | None) else str(value)
    return json.dumps(plain, ensure_ascii=False)


def change_settings(path: Path, changes: Mapping[str, Any]) -> str:
    """Return the text of a configuration file with other values of some settings; its comments and its order stay.

    Args:
        path: The configuration file.
        changes: Setting -> value; None to remove the setting, so that it has its default.

    Raises:
        ConfigurationError: A setting is unknown, or the file or a value isn't valid.

    """
    text, declared = read_settings_text(path), list_declared_settings()
    if unknown := [name for name in changes if name not in declared]:
        raise ConfigurationError(f"There is no setting {unknown[0]}.")
    before = parse_settings(path, text, declared)
    for name, value in changes.items():
        is_at_root = before.origins.get(name, "").endswith(f": {name}")
        place = (name,) if is_at_root else tuple(declared[name].place.split("."))
        text = remove_entry(text, place) if value is None else set_entry(text, place, _to_yaml(value))
    try:
        changed = parse_settings(path, text, declared)
    except ConfigurationError:
        changed = None  # such as a value that other entries refer to
    if changed is None or _write_plainly(changed.values) != _write_plainly({**before.values, **changes}):
        raise ConfigurationError(f"{path} is written in a way that can't be changed by a program. Edit it yourself.")
    if changed.errors:
        raise ConfigurationError.from_sources(changed.errors)
    PipelineConfiguration(**changed.values)
    return text


def _write_plainly(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the values as they are written, so that lists equal tuples; without those that are removed."""
    return {name: _to_yaml(value) for name, value in values.items() if value is not None}
