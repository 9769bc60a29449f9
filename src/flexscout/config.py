"""Settings: what a person writes, checked as a whole, becomes what a run uses."""

import difflib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from flexscout.errors import ConfigurationError
from flexscout.vocabulary import columns

# Section and key of the configuration file -> keyword of PipelineConfiguration.
FILE_KEYS: dict[str, dict[str, str]] = {
    "input": {"folder": "input_folder", "file_pattern": "file_pattern", "recursive_scan": "recursive_scan"},
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
    },
    "classification": {"profile": "profile"},
    "filtering": {
        "min_flex_score": "min_flex_score",
        "enable_deduplication": "enable_deduplication",
        "duplicate_fields": "duplicate_fields",
    },
    "logging": {
        "level": "log_level",
        "file": "log_file",
        "progress_interval": "progress_interval",
        "progress_reporting": "progress_reporting",
    },
}
_PLACE = {keyword: f"{section}.{key}" for section, keys in FILE_KEYS.items() for key, keyword in keys.items()}

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
Text = Annotated[str, Field(min_length=1)]


class PipelineConfiguration(BaseModel):
    """The settings of a run: frozen, complete, with the defaults of the design.

    Raises ConfigurationError, naming every mistake at once.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)

    input_folder: Text = "data/raw"
    """Folder with the exports."""
    file_pattern: Text = "*.xlsx"
    """Which files of the folder are read, as a glob."""
    recursive_scan: bool = False
    """Whether folders below the input folder are scanned too."""
    batch_size: Annotated[int, Field(ge=1, le=10_000)] = 10
    """Files handed to the workers at a time."""
    max_workers: Annotated[int, Field(ge=1, le=256)] = 4
    """Worker processes; the default is lowered to the cores and the files there are."""
    memory_limit_gb: Annotated[float, Field(ge=0.25, le=4096)] = 4
    """Memory for the whole run, in GB; each worker gets its share."""
    timeout_minutes: Annotated[float, Field(gt=0, le=10_000)] = 30
    """Longest time for one file, in minutes."""
    output_file: Text = "data/exports/all_flex_properties.xlsx"
    """The workbook; its CSV and Parquet twins stand beside it."""
    report_file: Text = "data/reports/pipeline_summary.json"
    """The report of the run, as JSON."""
    enable_csv_export: bool = True
    """Whether the CSV twin is written."""
    output_columns: Literal["all", "standard"] = "all"
    """`all`: every column of the inputs; `standard`: the canonical ones and the scores."""
    profile: Literal["flex-industrial"] = "flex-industrial"
    """The points and rules by which properties are scored."""
    min_flex_score: Annotated[float, Field(ge=0, le=10)] = 4.0
    """Least score of a candidate, 0-10."""
    enable_deduplication: bool = True
    """Whether rows of one property are merged."""
    duplicate_fields: Annotated[tuple[str, ...], Field(min_length=1)] = ("Address", "City", "State")
    """Columns that make two rows the same property when all are equal after normalization."""
    log_level: LogLevel = "INFO"
    """Least level that is written to the log."""
    log_file: Text = "logs/pipeline.log"
    """The log, one JSON object a line."""
    progress_interval: Annotated[int, Field(ge=1)] = 100
    """Rows between two progress messages within a file, where it is read in parts."""
    progress_reporting: bool = True
    """Whether progress is shown at all."""

    def __init__(self, **settings: Any) -> None:
        try:
            super().__init__(**settings)
        except ValidationError as error:
            raise ConfigurationError.of_settings(_mistakes(error)) from None

    @field_validator("duplicate_fields", mode="before")
    @classmethod
    def _known_fields(cls, value: Any) -> Any:
        if isinstance(value, str) or not isinstance(value, list | tuple):
            raise ValueError(  # noqa: TRY004 - pydantic collects ValueErrors
                "give a list of column names, such as [Address, City, State]"
            )
        names = {column.name.casefold(): column.name for column in columns()}
        unknown = [str(field) for field in value if str(field).casefold() not in names]
        if unknown:
            raise ValueError("; ".join(_unknown_name(name, list(names.values())) for name in unknown))
        return tuple(names[str(field).casefold()] for field in value)

    @field_validator("output_file")
    @classmethod
    def _is_workbook(cls, value: str) -> str:
        if Path(value).suffix.lower() != ".xlsx":
            raise ValueError("the workbook's name must end in .xlsx")
        return value

    @classmethod
    def from_file(cls, path: str | Path, overrides: Mapping[str, Any] | None = None) -> Self:
        """The settings of a YAML or JSON file in the design's sections; `overrides` win over it.

        Raises ConfigurationError, each mistake with its line and, where one is near, the right name.
        """
        values, lines, mistakes = read_settings(Path(path))
        try:
            settings = cls(**{**values, **(overrides or {})})
        except ConfigurationError as error:
            # A mistake on the command line is none of the file.
            mistakes |= {
                setting if setting in (overrides or {}) else _PLACE.get(setting, setting): wrong
                for setting, wrong in error.mistakes.items()
            }
        if not mistakes:
            return settings
        sentences = [f"{_line(lines, place)}{place}: {wrong}" for place, wrong in mistakes.items()]
        count = f"{len(mistakes)} mistake{'s' if len(mistakes) > 1 else ''}"
        raise ConfigurationError("\n  ".join([f"{path} has {count}:", *sentences]), mistakes)

    @property
    def csv_file(self) -> Path:
        """The CSV twin of the workbook."""
        return Path(self.output_file).with_suffix(".csv")

    @property
    def parquet_file(self) -> Path:
        """The Parquet twin of the workbook."""
        return Path(self.output_file).with_suffix(".parquet")


def render_template() -> str:
    """A configuration file with every key, its default, and what it means."""
    lines = ["# Settings of flexscout. Every line is optional; what stands here is the default."]
    fields = PipelineConfiguration.model_fields
    for section, keys in FILE_KEYS.items():
        lines += ["", f"{section}:"]
        for key, keyword in keys.items():
            default = fields[keyword].default
            value = json.dumps(list(default) if isinstance(default, tuple) else default)
            # A number of workers that is given is obeyed, so the default is not given.
            given = "# " if keyword == "max_workers" else ""
            lines += [f"  # {fields[keyword].description}", f"  {given}{key}: {value}"]
    return "\n".join(lines) + "\n"


def read_settings(path: Path) -> tuple[dict[str, Any], dict[str, int], dict[str, str]]:
    """A configuration file as keywords, the line of each of its places, and what is wrong with its names.

    Raises ConfigurationError if it can't be read at all.
    """
    text = _text(path)
    content = _parse(path, text)
    if not isinstance(content, dict):
        raise ConfigurationError(f"{path} should hold sections such as input: and output:, not {type(content).__name__}.")
    values: dict[str, Any] = {}
    mistakes: dict[str, str] = {}
    for section, entries in content.items():
        known = FILE_KEYS.get(str(section))
        if known is None:
            mistakes[str(section)] = _unknown_name(str(section), list(FILE_KEYS))
        elif not isinstance(entries, dict | None):
            mistakes[str(section)] = f"should hold settings, one a line, not {entries!r}"
        else:
            for key, value in (entries or {}).items():
                if key in known:
                    values[known[key]] = value
                else:
                    mistakes[f"{section}.{key}"] = _unknown_name(str(key), list(known))
    return values, _lines(text), mistakes


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


def _line(lines: Mapping[str, int], place: str) -> str:
    return f"line {lines[place]}: " if place in lines else ""


def _mistakes(error: ValidationError) -> dict[str, str]:
    """Setting -> what is wrong with it, from pydantic's list."""
    known = list(PipelineConfiguration.model_fields)
    return {
        str(detail["loc"][0]): _unknown_name(str(detail["loc"][0]), known)
        if detail["type"] == "extra_forbidden"
        else f"{detail['input']!r} won't do: {detail['msg'].removeprefix('Value error, ')}"
        for detail in error.errors()
    }


def _unknown_name(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"
    return f"{name} is not known; {hint}"
