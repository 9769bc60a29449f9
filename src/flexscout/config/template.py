"""Settings written as a configuration file: a template with the defaults, or the settings of a run."""

import json
from collections.abc import Callable

from flexscout.config.settings import PipelineConfiguration, declared_settings
from flexscout.config.sources import group_by_section

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
