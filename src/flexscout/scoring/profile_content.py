"""Profiles as data that a program edits: described, checked, and written as a file."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from flexscout.config import parse_yaml
from flexscout.errors import ConfigurationError
from flexscout.scoring.profile import Profile
from flexscout.scoring.profile_errors import validate_profile

_HEAD = "# Scoring rules, written by the window of flexscout. Edit them here or there; docs: Profile format."
_MAX_DEPTH = 12
_LINE = 130  # characters


def describe_profile(profile: Profile) -> dict[str, Any]:
    """Return a profile as its file would have it, without what has its default; every factor has `parts`."""
    return profile.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def build_profile(content: Mapping[str, Any], path: Path) -> Profile:
    """Build a profile from data.

    Args:
        content: The content of a profile file, without `extends`.
        path: The file in which it would be saved, for messages.

    Raises:
        ConfigurationError: It is invalid; the message is the one that the saved file would give.

    """
    try:
        return Profile.model_validate({"name": path.stem} | dict(content))
    except ValueError:  # pydantic's errors are ValueErrors
        text = render_profile(content)
        return validate_profile({"name": path.stem} | parse_yaml(path, text), path, text)


def render_profile(content: Mapping[str, Any]) -> str:
    """Return the text of a profile file.

    Raises:
        ConfigurationError: The content is nested deeper than a profile, or holds something else than data of JSON.

    """
    text = yaml.dump(
        _arrange(_unwrap_parts(content), _MAX_DEPTH), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_LINE
    )
    return f"{_HEAD}\n{text}"


class _Line(dict[str, Any]):
    """Entries that are written in one line."""


class _Dumper(yaml.SafeDumper):
    """Writes rules and lists in a line each, and no anchors."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


_Dumper.add_representer(_Line, lambda dumper, data: dumper.represent_mapping("tag:yaml.org,2002:map", data, flow_style=True))
_Dumper.add_representer(tuple, lambda dumper, data: dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=True))


def _unwrap_parts(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content with factors of one part as people write them."""
    factors = content.get("factors")
    if not isinstance(factors, Mapping):
        return dict(content)
    return {**content, "factors": {name: _unwrap_part(factor) for name, factor in factors.items()}}


def _unwrap_part(factor: Any) -> Any:
    parts = factor.get("parts") if isinstance(factor, Mapping) else None
    if not isinstance(parts, Sequence) or len(parts) != 1 or not isinstance(parts[0], Mapping):
        return factor
    return {**{key: value for key, value in factor.items() if key != "parts"}, **parts[0]}


def _arrange(value: Any, depth: int) -> Any:
    """Return a value as it is to be written: entries without entries below them in one line, whole numbers without decimals."""
    if not depth:
        raise ConfigurationError("The profile is nested too deeply.")
    if isinstance(value, Mapping):
        entries = {str(key): _arrange(one, depth - 1) for key, one in value.items()}
        is_line = bool(entries) and not any(isinstance(one, dict | list) for one in entries.values())
        return _Line(entries) if is_line and depth < _MAX_DEPTH - 1 else entries
    if isinstance(value, list | tuple):
        items = [_arrange(one, depth - 1) for one in value]
        return items if any(isinstance(one, dict) for one in items) else tuple(items)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if value is None or isinstance(value, str | int | float):
        return value
    raise ConfigurationError("The profile holds something that can't be written.")
