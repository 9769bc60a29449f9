"""The settings as a form needs them: what each accepts, and its values in a configuration file."""

from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from flexscout.config.settings import PipelineConfiguration, list_declared_settings
from flexscout.config.sources import parse_settings, read_settings_text

_KINDS = {"bool": "flag", "int": "whole", "float": "number", "SecretStr": "password"}  # name of a type -> kind
_LIMITS = ("ge", "gt", "le")


def describe_settings() -> list[dict[str, Any]]:
    """Return what each setting accepts, in the order of the configuration file.

    `kind` is `flag`, `choice`, `whole`, `number`, `list`, `file`, `folder`, `paths` (a list of them), `password`, `texts` (one
    text, or a list of them) or `text`.
    """
    fields = PipelineConfiguration.model_fields
    return [_describe(name, setting.place, setting.path, fields[name]) for name, setting in list_declared_settings().items()]


def read_file_values(path: Path) -> dict[str, Any]:
    """Return the values that a configuration file has, valid or not, by setting. Raises ConfigurationError."""
    return dict(parse_settings(path, read_settings_text(path), list_declared_settings()).values)


def _describe(name: str, place: str, path: str, field: Any) -> dict[str, Any]:
    section, key = place.split(".")
    is_choice = get_origin(field.annotation) is Literal
    kind = "choice" if is_choice else _find_kind(field.annotation)
    kind = "paths" if path and kind == "list" else path or kind
    limits = {limit: getattr(entry, limit) for entry in field.metadata for limit in _LIMITS if hasattr(entry, limit)}
    default = field.default
    return {
        "name": name,
        "section": section,
        "key": key,
        "about": field.description,
        "kind": kind,
        "choices": get_args(field.annotation) if is_choice else (),
        "minimum": limits.get("ge", limits.get("gt")),
        "maximum": limits.get("le"),
        "default": "" if kind == "password" else list(default) if isinstance(default, tuple) else default,
    }


def _find_kind(annotation: Any) -> str:
    if get_origin(annotation) is tuple:
        return "list"
    is_one_or_more = any(get_origin(part) is tuple for part in get_args(annotation))
    return "texts" if is_one_or_more else _KINDS.get(getattr(annotation, "__name__", ""), "text")
