"""Profiles are found by name or read from a person's file, which may change but a few numbers of another."""

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
_DEEPEST = 10  # profiles that extend one another

# A key of one's own displaces these of the profile that is extended.
_RIVALS: dict[str, tuple[str, ...]] = {
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


@cache
def list_profiles() -> tuple[str, ...]:
    """The built-in profiles."""
    return tuple(sorted(entry.name.removesuffix(".yaml") for entry in _folder().iterdir() if entry.name.endswith(".yaml")))


def read_profile_text(name: str) -> str:
    """The YAML of a built-in profile or of a person's file. Raises ConfigurationError if there is none."""
    return _source(name, Path())[1]


def load_profile(name: str) -> Profile:
    """A built-in profile by its name, or the one in a YAML or JSON file.

    Raises ConfigurationError if there is none, or with all mistakes that the file has, each with its line.
    """
    return _built_in(name) if name in list_profiles() else _read(name)


@cache
def _built_in(name: str) -> Profile:
    return _read(name)


def _read(name: str) -> Profile:
    path, text = _source(name, Path())
    return validate_profile({"name": path.stem} | _merged(path, text, _DEEPEST), path, text)


def _folder() -> Traversable:
    return files("flexscout.scoring").joinpath("profiles")


def _source(name: str, beside: Path) -> tuple[Path, str]:
    """The path and text of a profile; a file is looked for `beside` the one that names it."""
    if name in list_profiles():
        with as_file(_folder().joinpath(f"{name}.yaml")) as path:
            return path, path.read_text(encoding="utf-8")
    path = beside / name
    if path.suffix.lower() not in _SUFFIXES:
        known = ", ".join(list_profiles())
        raise ConfigurationError(f"There is no profile {name}; there are: {known}. One of your own is named by its .yaml file.")
    return path, read_text_file(path, f"The profile {path}", f"`flexscout profile copy flex-industrial {path}` writes one.")


def _merged(path: Path, text: str, depth: int) -> dict[str, Any]:
    """What the profile says, over what the one says that it extends."""
    content = parse_yaml(path, text)
    if not isinstance(content, dict):
        raise ConfigurationError(
            f"{path} should hold a profile's keys, such as factors: and classes:, not {format_short(content)}."
        )
    base = content.pop("extends", None)
    if base is None:
        return content
    if not depth:
        raise ConfigurationError(f"{path}: these profiles extend one another without end.")
    try:
        found = _source(str(base), path.parent)
    except ConfigurationError as error:
        raise ConfigurationError(f"{path}, line {locate_lines(text).get(('extends',), 1)}: extends: {error.message}") from None
    inherited = _merged(*found, depth - 1)
    if needless := dict(_needless(inherited, content, ())):
        lines = locate_lines(text)
        told = {f"line {lines[place]}: {'.'.join(place)}": wrong for place, wrong in needless.items()}
        raise ConfigurationError.from_profile(path, told)
    return _over({key: value for key, value in inherited.items() if key != "name"}, content)


def _needless(base: Mapping[str, Any], own: Mapping[str, Any], place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """What is set to nothing and is not there."""
    for key, value in own.items():
        if value is None and key not in base:
            yield (*place, str(key)), f"there is none to leave out: {describe_unknown_name(str(key), list(map(str, base)))}"
        elif isinstance(value, dict) and isinstance(base.get(key), dict):
            yield from _needless(base[key], value, (*place, str(key)))


def _over(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Own entries over those of the base; what is set to nothing is left out, lists are taken whole."""
    displaced = {rival for key in own for rival in _RIVALS.get(key, ()) if rival not in own}
    result = {key: value for key, value in base.items() if key not in displaced}
    for key, value in own.items():
        old = result.get(key)
        result[key] = _over(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return {key: value for key, value in result.items() if value is not None}


_TOP = """\
# {what}
# Change what you like, then look at it and use it:
#   flexscout profile check {path}
#   flexscout profile compare {base} {path} FOLDER
#   flexscout run FOLDER --profile {path}
# or write it into the settings, as classification.profile: {path}
"""

_CHANGES = """
extends: {base}
name: {name}

# An entry stands over that of {base}; null leaves it out. Such as:
#
# factors:
#   {factor}: null
# classes:
#   {best}: {threshold:g}
"""


def render_profile_copy(base: str, path: Path, *, extends: bool = False) -> str:
    """The YAML of a profile of one's own, to stand at `path`: the whole `base`, or with `extends` changes to it alone.

    Raises ConfigurationError if there is no built-in profile of that name.
    """
    if base not in list_profiles():
        raise ConfigurationError(f"There is no built-in profile {base}; there are: {', '.join(list_profiles())}.")
    name = json.dumps(path.stem, ensure_ascii=False)
    what = f"Changes to the profile {base}." if extends else f"A copy of the profile {base}."
    top = _TOP.format(what=what, path=path.as_posix(), base=base)
    if not extends:
        return f"{top}\n{re.sub(r'(?m)^name: .*$', lambda _: f'name: {name}', read_profile_text(base), count=1)}"
    profile = load_profile(base)
    best, threshold = profile.bands[0]
    factor = list(profile.factors)[-1]
    return top + _CHANGES.format(base=base, name=name, factor=factor, best=best, threshold=threshold - 0.5)
