"""Sources of settings: a file, the environment and the command line, each read into a layer."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from flexscout.config.yaml_files import locate_lines, parse_yaml, read_text_file
from flexscout.domain import NumberRange
from flexscout.errors import ConfigurationError

ENVIRONMENT_PREFIX = "FLEXSCOUT_"

DEFAULT_PATTERN = "*.xlsx"
MAPPINGS_FOLDER = "mappings"
"""Name of the folder of mapping files, beside the configuration file or in the input folder."""

AUTO = "auto"
"""Value of a setting that flexscout chooses by itself."""

_MAX_PARTITIONS = 9_999
_KINDS = {
    "bool": "true or false",
    "int": "a whole number",
    "str": "a text",
    "SecretStr": "a text in quotes",
    "tuple": "a list of at least one column",
}
_FOLDERS_BESIDE = {"mapping": MAPPINGS_FOLDER, "code_tables": "code_tables"}
"""Setting -> name of the folder beside the configuration file that it has by default."""

_ADDRESS = re.compile(r"(s3|gs|az)://[A-Za-z0-9][\w.-]*(/[^/@?#\\]+)*/?")
_SECRETS = re.compile(r"[@?#]")  # of `s3://user:password@bucket` or `az://container/blob?signature`

_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


class Affects(StrEnum):
    """What a setting affects."""

    RESULTS = "results"
    """What a run finds, and what its outputs hold. These settings are listed in the workbook."""
    LOCATION = "location"
    """Where inputs and outputs are. With other locations a run is not a repetition."""
    EXECUTION = "execution"
    """How a run is carried out. The results are the same whatever the value."""


@dataclass(frozen=True)
class Setting:
    """Declaration of a setting, in the annotation of its field.

    Attributes:
        place: `section.key` in the configuration file.
        affects: What the setting affects.
        path: What a path leads to; empty if the setting isn't a path.

    """

    place: str
    affects: Affects = Affects.RESULTS
    path: Literal["", "file", "folder"] = ""


@dataclass(frozen=True)
class Layer:
    """The settings from one source.

    Attributes:
        values: Setting -> value.
        origins: Setting -> where the user finds it, such as `c.yaml, line 2: input.folder`.
        errors: Place -> what is wrong with an entry that is no setting.

    """

    values: Mapping[str, Any]
    origins: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)


def group_by_section(settings: Mapping[str, Setting]) -> dict[str, dict[str, str]]:
    """Return section -> key -> setting, in the order of the configuration file."""
    sections: dict[str, dict[str, str]] = {}
    for name, setting in settings.items():
        section, key = setting.place.split(".")
        sections.setdefault(section, {})[key] = name
    return sections


def name_variable(name: str) -> str:
    """Return the environment variable of a setting."""
    return f"{ENVIRONMENT_PREFIX}{name.upper()}"


def merge_layers(layers: Iterable[Layer]) -> Layer:
    """Return one layer; later layers win."""
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    errors: dict[str, str] = {}
    for layer in layers:
        values |= layer.values
        origins |= layer.origins
        errors |= layer.errors
    return Layer(values, origins, errors)


def fill_empty(layer: Layer, usual: Layer) -> Layer:
    """Return a layer with the values of `usual` for the settings that it leaves out or empty."""
    empty = {name for name in usual.values if not layer.values.get(name)}
    values, origins = ({name: text for name, text in part.items() if name in empty} for part in (usual.values, usual.origins))
    return Layer({**layer.values, **values}, {**layer.origins, **origins}, layer.errors)


def read_command_line(values: Mapping[str, Any]) -> Layer:
    """Return the layer of settings given as options or arguments."""
    return Layer(values, {name: f"command line: {name}" for name in values})


def read_environment(environment: Mapping[str, str], defaults: Mapping[str, Any]) -> Layer:
    """Return the layer of the `FLEXSCOUT_*` variables, converted to the types of `defaults`. Empty variables are ignored."""
    known = {name_variable(name): name for name in defaults}
    given = {
        variable: text.strip()
        for variable, text in sorted(environment.items())
        if variable.startswith(ENVIRONMENT_PREFIX) and text.strip()
    }
    values = {known[variable]: _convert(text, defaults[known[variable]]) for variable, text in given.items() if variable in known}
    errors = {
        f"environment: {variable}": describe_unknown_name(variable, list(known)) for variable in given if variable not in known
    }
    return Layer(values, {name: f"environment: {name_variable(name)}" for name in values}, errors)


def read_settings_text(path: Path) -> str:
    """Return the text of a configuration file. Raises ConfigurationError if it can't be read."""
    return read_text_file(path, f"The configuration file {path}", f"`flexscout init {path}` writes one.")


def parse_settings(path: Path, text: str, settings: Mapping[str, Setting]) -> Layer:
    """Return the layer of the text of a YAML or JSON file, whose keys are in sections or are names of settings.

    Raises ConfigurationError if it can't be parsed.
    """
    content = parse_yaml(path, text)
    if not isinstance(content, dict):
        raise ConfigurationError(f"{path} should hold sections such as input: and output:, not {type(content).__name__}.")
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    errors: dict[str, str] = {}
    for place, name, value in _list_entries(content, settings):
        if name is None:
            errors[place] = value
        elif name in values:
            errors[place] = f"is set twice, here and as {places[name]}; keep one"
        else:
            values[name], places[name] = value, place
    lines = {".".join(keys): line for keys, line in locate_lines(text).items()}

    def origin(place: str) -> str:
        return f"{path}, line {lines[place]}: {place}" if place in lines else f"{path}: {place}"

    return Layer(
        values,
        {name: origin(place) for name, place in places.items()},
        {origin(place): wrong for place, wrong in errors.items()},
    )


def is_address(place: str) -> bool:
    """Return whether a place is in object storage, or at another address that isn't a path."""
    return "://" in place


def check_address(place: str) -> str:
    """Return a place, without a slash at the end of an address. Raises ValueError if an address can't be used."""
    if not is_address(place):
        return place
    if not _ADDRESS.fullmatch(place) or {".", ".."} & set(place.split("/")):
        secrets = "; credentials belong in the environment" if _SECRETS.search(place) else ""
        raise ValueError(f"give an address such as s3://bucket/folder, gs://bucket/folder or az://container/folder{secrets}")
    return place.rstrip("/")


def check_partitions(value: Any) -> str:
    """Return a number of partitions as text, or AUTO. Raises ValueError."""
    if value == AUTO or (str(value).isdecimal() and 0 < int(value) <= _MAX_PARTITIONS):
        return str(value)
    raise ValueError(f"give {AUTO}, or a whole number from 1 to {_MAX_PARTITIONS:,}")


def describe_expected(annotation: Any, metadata: Iterable[Any]) -> str:
    """Describe what a setting accepts, with its bounds."""
    if get_origin(annotation) is Literal:
        return f"give one of {', '.join(get_args(annotation))}"
    kind = _KINDS.get(getattr(get_origin(annotation) or annotation, "__name__", ""), "a number")
    at_least, above, at_most = (
        next((getattr(entry, limit) for entry in metadata if hasattr(entry, limit)), None) for limit in ("ge", "gt", "le")
    )
    return f"give {kind} {NumberRange(at_least, above, at_most).describe()}".rstrip()


def find_folders(path: Path) -> Layer:
    """Return the layer of the settings' usual folders that exist beside a configuration file."""
    found = {name: folder for name, usual in _FOLDERS_BESIDE.items() if (folder := path.parent / usual).is_dir()}
    return Layer({name: str(folder) for name, folder in found.items()}, dict.fromkeys(found, f"folder beside {path}"))


def describe_unknown_name(name: str, known: Sequence[str]) -> str:
    """Say that a name is not known, with the most similar known name or all of them."""
    similar = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {similar[0]}?" if similar else f"known names: {', '.join(known)}"
    return f"{name} is not known; {hint}"


def _list_entries(content: Mapping[Any, Any], settings: Mapping[str, Setting]) -> Iterator[tuple[str, str | None, Any]]:
    """Yield place, setting and value of each entry; None and what is wrong if it isn't a setting."""
    sections = group_by_section(settings)
    for section, entries in content.items():
        if section in settings:
            yield section, section, entries
        elif section not in sections:
            yield str(section), None, describe_unknown_name(str(section), [*sections, *settings])
        elif not isinstance(entries, dict | None):
            yield section, None, f"should hold settings, one per line, not {entries!r}"
        else:
            keys = sections[section]
            for key, value in (entries or {}).items():
                known = key in keys
                yield f"{section}.{key}", keys.get(key), value if known else _describe_unknown_key(str(key), section, sections)


def _describe_unknown_key(key: str, section: str, sections: Mapping[str, Mapping[str, str]]) -> str:
    home = next((name for name, keys in sections.items() if key in keys), None)
    return f"{key} belongs to another section: put it under {home}:" if home else describe_unknown_name(key, [*sections[section]])


def _convert(text: str, default: Any) -> Any:
    """Convert a variable's text to the type of its default; invalid text stays and fails the settings' own checks."""
    if isinstance(default, bool):
        return text.lower() in _TRUE if text.lower() in _TRUE | _FALSE else text
    if isinstance(default, tuple):
        return [part.strip() for part in text.split(",") if part.strip()]
    for number in (int, float) if isinstance(default, int | float) else ():
        with suppress(ValueError):
            return number(text)
    return text
