"""Where settings are written: in a file, in the environment, on the command line."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from flexscout.config.keys import FILE_KEYS, PLACES, PREFIX, unknown_key, unknown_name, variable
from flexscout.errors import ConfigurationError

_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


@dataclass(frozen=True)
class Layer:
    """The settings of one place.

    `values`: keyword -> value; `places`: keyword -> where a person finds it; `mistakes`: place -> what is wrong with its name.
    """

    values: Mapping[str, Any]
    places: Mapping[str, str]
    mistakes: Mapping[str, str] = field(default_factory=dict)


def of_command_line(values: Mapping[str, Any]) -> Layer:
    """Keywords that were given directly."""
    return Layer(values, {keyword: f"command line: {keyword}" for keyword in values})


def of_environment(environment: Mapping[str, str], defaults: Mapping[str, Any]) -> Layer:
    """The variables `FLEXSCOUT_*`, typed like the `defaults`; an empty one counts as not given."""
    known = {variable(keyword): keyword for keyword in defaults}
    given = {name: text for name, text in environment.items() if name.startswith(PREFIX) and text.strip()}
    values = {known[name]: _typed(text.strip(), defaults[known[name]]) for name, text in given.items() if name in known}
    mistakes = {f"environment: {name}": unknown_name(name, list(known)) for name in sorted(given) if name not in known}
    return Layer(values, {keyword: f"environment: {variable(keyword)}" for keyword in values}, mistakes)


def _typed(text: str, default: Any) -> Any:
    """A variable's text as the type of its default; text that will not do is left to the check of the settings."""
    if isinstance(default, bool):
        return text.lower() in _TRUE if text.lower() in _TRUE | _FALSE else text
    if isinstance(default, tuple):
        return [part.strip() for part in text.split(",") if part.strip()]
    for number in (int, float) if isinstance(default, int | float) else ():
        with suppress(ValueError):
            return number(text)
    return text


def of_file(path: Path) -> Layer:
    """A YAML or JSON file in the design's sections, or of keywords; raises ConfigurationError if it can't be read at all."""
    text = _text(path)
    content = _parse(path, text)
    if not isinstance(content, dict):
        raise ConfigurationError(f"{path} should hold sections such as input: and output:, not {type(content).__name__}.")
    values: dict[str, Any] = {}
    found: dict[str, str] = {}
    mistakes: dict[str, str] = {}
    for place, keyword, value in _entries(content):
        if keyword is None:
            mistakes[place] = value
        elif keyword in values:
            mistakes[place] = f"stands twice, the other time as {found[keyword]}; keep one"
        else:
            values[keyword], found[keyword] = value, place
    lines = _lines(text)
    places = {keyword: _named(path, lines, place) for keyword, place in found.items()}
    return Layer(values, places, {_named(path, lines, place): wrong for place, wrong in mistakes.items()})


def _entries(content: Mapping[Any, Any]) -> Iterator[tuple[str, str | None, Any]]:
    """Place, keyword and value of each setting; None and what is wrong in their stead, where there is no such setting."""
    for section, entries in content.items():
        keys = FILE_KEYS.get(section)
        if section in PLACES:
            yield section, section, entries
        elif keys is None:
            yield str(section), None, unknown_name(str(section), [*FILE_KEYS, *PLACES])
        elif not isinstance(entries, dict | None):
            yield section, None, f"should hold settings, one a line, not {entries!r}"
        else:
            for key, value in (entries or {}).items():
                known = key in keys
                yield f"{section}.{key}", keys.get(key), value if known else unknown_key(str(key), keys)


def _named(path: Path, lines: Mapping[str, int], place: str) -> str:
    return f"{path}, line {lines[place]}: {place}" if place in lines else f"{path}: {place}"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigurationError(f"The configuration file {path} does not exist. `flexscout init {path}` writes one.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The configuration file {path} can't be read: {error}.") from None


def _parse(path: Path, text: str) -> Any:
    try:
        if path.suffix.lower() == ".json":
            return json.loads(text or "{}")
        return yaml.safe_load(text) or {}
    except json.JSONDecodeError as error:
        raise ConfigurationError(f"{path}, line {error.lineno}: not valid JSON: {error.msg}.") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise ConfigurationError(f"{path}, line {line}: not valid YAML: {error.problem}.") from None
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path}: not valid YAML: {error}.") from None


def _lines(text: str) -> dict[str, int]:
    """Place (`section` or `section.key`) -> its line. JSON is YAML too, but for tabs."""
    try:
        root = yaml.compose(text.replace("\t", " "), Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return {}
    lines: dict[str, int] = {}
    for section, entries in root.value if isinstance(root, yaml.MappingNode) else ():
        lines[str(section.value)] = section.start_mark.line + 1
        for key, _ in entries.value if isinstance(entries, yaml.MappingNode) else ():
            lines[f"{section.value}.{key.value}"] = key.start_mark.line + 1
    return lines
