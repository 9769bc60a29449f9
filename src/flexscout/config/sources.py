"""Where settings are written: in a file, in the environment, on the command line."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flexscout.config.yaml_files import locate_lines, parse_yaml, read_text_file
from flexscout.errors import ConfigurationError

# Section and key of the configuration file -> keyword of PipelineConfiguration.
FILE_KEYS: dict[str, dict[str, str]] = {
    "input": {
        "folder": "input_folder",
        "file_pattern": "file_pattern",
        "recursive_scan": "recursive_scan",
        "mapping": "mapping",
        "schema_policy": "schema_policy",
    },
    "processing": {
        "batch_size": "batch_size",
        "max_workers": "max_workers",
        "memory_limit_gb": "memory_limit_gb",
        "timeout_minutes": "timeout_minutes",
    },
    "output": {
        "master_file": "output_file",
        "report_file": "report_file",
        "enable_csv_export": "enable_csv_export",
        "columns": "output_columns",
        "user_columns": "user_columns",
        "rejected_statuses": "rejected_statuses",
    },
    "classification": {"profile": "profile", "as_of": "as_of"},
    "filtering": {
        "min_flex_score": "min_flex_score",
        "where": "where",
        "enable_deduplication": "enable_deduplication",
        "duplicate_fields": "duplicate_fields",
        "duplicate_policy": "duplicate_policy",
        "close_matches": "close_matches",
        "fill_from_duplicates": "fill_from_duplicates",
    },
    "journal": {"reuse": "reuse", "cache": "cache", "cache_limit_gb": "cache_limit_gb"},
    "logging": {
        "level": "log_level",
        "file": "log_file",
        "progress_interval": "progress_interval",
        "progress_reporting": "progress_reporting",
    },
}
PLACES = {keyword: f"{section}.{key}" for section, keys in FILE_KEYS.items() for key, keyword in keys.items()}
"""Keyword -> `section.key`."""

PREFIX = "FLEXSCOUT_"


def environment_variable(keyword: str) -> str:
    """The environment variable of a setting."""
    return f"{PREFIX}{keyword.upper()}"


def describe_unknown_name(name: str, known: Sequence[str]) -> str:
    """That a name is not known, with the nearest that is."""
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"
    return f"{name} is not known; {hint}"


def describe_unknown_key(key: str, known: Mapping[str, str]) -> str:
    """That a section has no such key, with the section that has, or the nearest key of its own."""
    home = next((section for section, keys in FILE_KEYS.items() if key in keys), None)
    return f"{key} stands in another section: put it under {home}:" if home else describe_unknown_name(key, list(known))


_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


@dataclass(frozen=True)
class Layer:
    """The settings of one place.

    `values`: keyword -> value; `places`: keyword -> where a person finds it; `mistakes`: place -> what is wrong with its name.
    """

    values: Mapping[str, Any]
    places: Mapping[str, str]
    mistakes: Mapping[str, str] = field(default_factory=dict)


def read_command_line(values: Mapping[str, Any]) -> Layer:
    """Keywords that were given directly."""
    return Layer(values, {keyword: f"command line: {keyword}" for keyword in values})


def read_environment(environment: Mapping[str, str], defaults: Mapping[str, Any]) -> Layer:
    """The variables `FLEXSCOUT_*`, typed like the `defaults`; an empty one counts as not given."""
    known = {environment_variable(keyword): keyword for keyword in defaults}
    given = {name: text for name, text in environment.items() if name.startswith(PREFIX) and text.strip()}
    values = {known[name]: _typed(text.strip(), defaults[known[name]]) for name, text in given.items() if name in known}
    mistakes = {f"environment: {name}": describe_unknown_name(name, list(known)) for name in sorted(given) if name not in known}
    return Layer(values, {keyword: f"environment: {environment_variable(keyword)}" for keyword in values}, mistakes)


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


def read_settings_file(path: Path) -> Layer:
    """A YAML or JSON file in the design's sections, or of keywords; raises ConfigurationError if it can't be read at all."""
    text = read_text_file(path, f"The configuration file {path}", f"`flexscout init {path}` writes one.")
    content = parse_yaml(path, text)
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
    lines = {".".join(path): line for path, line in locate_lines(text).items()}
    places = {keyword: _named(path, lines, place) for keyword, place in found.items()}
    return Layer(values, places, {_named(path, lines, place): wrong for place, wrong in mistakes.items()})


def _entries(content: Mapping[Any, Any]) -> Iterator[tuple[str, str | None, Any]]:
    """Place, keyword and value of each setting; None and what is wrong in their stead, where there is no such setting."""
    for section, entries in content.items():
        keys = FILE_KEYS.get(section)
        if section in PLACES:
            yield section, section, entries
        elif keys is None:
            yield str(section), None, describe_unknown_name(str(section), [*FILE_KEYS, *PLACES])
        elif not isinstance(entries, dict | None):
            yield section, None, f"should hold settings, one a line, not {entries!r}"
        else:
            for key, value in (entries or {}).items():
                known = key in keys
                yield f"{section}.{key}", keys.get(key), value if known else describe_unknown_key(str(key), keys)


def _named(path: Path, lines: Mapping[str, int], place: str) -> str:
    return f"{path}, line {lines[place]}: {place}" if place in lines else f"{path}: {place}"
