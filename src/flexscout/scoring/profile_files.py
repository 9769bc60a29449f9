"""Find built-in profiles, read profile files, resolve `extends`, and render copies."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from flexscout.config import describe_unknown_name, locate_lines, parse_yaml, read_text_file
from flexscout.errors import ConfigurationError
from flexscout.scoring.profile import Profile
from flexscout.scoring.profile_errors import format_short, validate_profile

_SUFFIXES = (".yaml", ".yml", ".json")
_MAX_EXTENDS = 10  # profiles in a chain

# A key of a profile removes these keys of the profile it extends.
_ALTERNATIVES: dict[str, tuple[str, ...]] = {
    "from": ("above",),
    "above": ("from",),
    "to": ("below",),
    "below": ("to",),
    "words": ("is",),
    "is": ("words",),
    "parts": ("column", "sum", "ratio", "rules", "otherwise"),
    "column": ("parts", "sum", "ratio"),
    "sum": ("parts", "column", "ratio"),
    "ratio": ("parts", "column", "sum"),
}


_COPY_HEADER = """\
# {title}
# Edit it, then check, compare and use it:
#   flexscout profile check {path}
#   flexscout profile compare {base} {path} FOLDER
#   flexscout run FOLDER --profile {path}
# or set classification.profile: {path} in your configuration file.
"""

_EXTENSION_BODY = """
extends: {base}
name: {name}

# Entries here replace those of {base}; null removes one. For example:
#
# factors:
#   {factor}: null
# classes:
#   {best}: {threshold:g}
"""


@cache
def list_profiles() -> tuple[str, ...]:
    """Return the names of the built-in profiles."""
    return tuple(
        sorted(entry.name.removesuffix(".yaml") for entry in _find_profiles_folder().iterdir() if entry.name.endswith(".yaml"))
    )


def read_profile_text(name: str) -> str:
    """Return the text of a built-in profile or a profile file. Raises ConfigurationError if it doesn't exist."""
    return _read_source(name, Path())[1]


def load_profile(name: str) -> Profile:
    """Load a profile.

    Args:
        name: Name of a built-in profile, or path of a YAML or JSON file.

    Raises:
        ConfigurationError: There is no such profile, or it is invalid; the message lists all errors with their lines.

    """
    return _load_built_in(name) if name in list_profiles() else _load(name)


def render_profile_copy(base: str, path: Path, *, extends: bool = False) -> str:
    """Render the YAML of a user's copy of a built-in profile.

    Args:
        base: Name of the built-in profile.
        path: Where the copy will be written; its stem becomes the profile's name.
        extends: Render a short profile that extends `base` instead of a full copy.

    Raises:
        ConfigurationError: There is no built-in profile of that name.

    """
    if base not in list_profiles():
        raise ConfigurationError(f"There is no built-in profile {base}. The built-in profiles are: {', '.join(list_profiles())}.")
    name = json.dumps(path.stem, ensure_ascii=False)
    title = f"Changes to the profile {base}." if extends else f"A copy of the profile {base}."
    header = _COPY_HEADER.format(title=title, path=path.as_posix(), base=base)
    if not extends:
        return f"{header}\n{re.sub(r'(?m)^name: .*$', lambda _: f'name: {name}', read_profile_text(base), count=1)}"
    profile = load_profile(base)
    best, threshold = profile.bands[0]
    factor = list(profile.factors)[-1]
    return header + _EXTENSION_BODY.format(base=base, name=name, factor=factor, best=best, threshold=threshold - 0.5)


@cache
def _load_built_in(name: str) -> Profile:
    return _load(name)


def _load(name: str) -> Profile:
    path, text = _read_source(name, Path())
    return validate_profile({"name": path.stem} | _read_extended(path, text, _MAX_EXTENDS), path, text)


def _find_profiles_folder() -> Traversable:
    return files("flexscout.scoring").joinpath("profiles")


def _read_source(name: str, folder: Path) -> tuple[Path, str]:
    """Return the path and text of a profile; the path of a file is relative to `folder`."""
    if name in list_profiles():
        with as_file(_find_profiles_folder().joinpath(f"{name}.yaml")) as path:
            return path, path.read_text(encoding="utf-8")
    path = folder / name
    if path.suffix.lower() not in _SUFFIXES:
        known = ", ".join(list_profiles())
        raise ConfigurationError(
            f"There is no profile {name}. The built-in profiles are: {known}. To use your own, give the path of its .yaml file."
        )
    return path, read_text_file(path, f"The profile {path}", f"Create one with `flexscout profile copy flex-industrial {path}`.")


def _read_extended(path: Path, text: str, depth: int) -> dict[str, Any]:
    """Return the content of a profile merged over the profile it extends."""
    content = parse_yaml(path, text)
    if not isinstance(content, dict):
        raise ConfigurationError(f"{path} must contain profile keys, such as factors: and classes:, not {format_short(content)}.")
    base = content.pop("extends", None)
    if base is None:
        return content
    if not depth:
        raise ConfigurationError(f"{path}: `extends` is circular or too deep.")
    try:
        base_path, base_text = _read_source(str(base), path.parent)
    except ConfigurationError as error:
        raise ConfigurationError(f"{path}, line {locate_lines(text).get(('extends',), 1)}: extends: {error.message}") from None
    inherited = _read_extended(base_path, base_text, depth - 1)
    if needless := dict(_find_needless_nulls(inherited, content, ())):
        lines = locate_lines(text)
        errors = {f"line {lines[place]}: {'.'.join(place)}": problem for place, problem in needless.items()}
        raise ConfigurationError.from_profile(path, errors)
    return _merge({key: value for key, value in inherited.items() if key != "name"}, content)


def _find_needless_nulls(
    base: Mapping[str, Any], own: Mapping[str, Any], place: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Find entries that are set to null but don't exist in the extended profile."""
    for key, value in own.items():
        if value is None and key not in base:
            problem = f"the extended profile does not have it: {describe_unknown_name(str(key), list(map(str, base)))}"
            yield (*place, str(key)), problem
        elif isinstance(value, dict) and isinstance(base.get(key), dict):
            yield from _find_needless_nulls(base[key], value, (*place, str(key)))


def _merge(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Merge a profile over its base: null removes an entry, and lists are replaced, not merged."""
    replaced = {other for key in own for other in _ALTERNATIVES.get(key, ()) if other not in own}
    result = {key: value for key, value in base.items() if key not in replaced}
    for key, value in own.items():
        old = result.get(key)
        result[key] = _merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return {key: value for key, value in result.items() if value is not None}
