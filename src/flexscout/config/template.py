"""A configuration file to start from, and the settings of a run as one."""

import json
from collections.abc import Callable

from flexscout.config.settings import PipelineConfiguration
from flexscout.config.sources import FILE_KEYS


def render_template() -> str:
    """A configuration file with every key, its default, and what it means."""
    fields = PipelineConfiguration.model_fields

    def entry(key: str, keyword: str) -> list[str]:
        # A number of workers that is given is obeyed, so the default is not given.
        given = "# " if keyword == "max_workers" else ""
        return [f"  # {fields[keyword].description}", f"  {given}{key}: {_as_yaml(fields[keyword].default)}"]

    head = "# Settings of flexscout. Every line is optional; what stands here is the default."
    return _render([head, ""], entry)


def render_settings(settings: PipelineConfiguration, origins: dict[str, str]) -> str:
    """The settings as a configuration file, each with where it comes from."""

    def entry(key: str, keyword: str) -> list[str]:
        return [f"  {key}: {_as_yaml(getattr(settings, keyword))}  # {origins[keyword]}"]

    return _render([], entry)


def _render(head: list[str], entry: Callable[[str, str], list[str]]) -> str:
    sections = [
        [f"{section}:", *(line for key, keyword in keys.items() for line in entry(key, keyword))]
        for section, keys in FILE_KEYS.items()
    ]
    return "\n".join(head) + "\n\n".join("\n".join(lines) for lines in sections) + "\n"


def _as_yaml(value: object) -> str:
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
