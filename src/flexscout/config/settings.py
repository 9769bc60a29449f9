"""Settings: what a person writes, checked as a whole, becomes what a run uses."""

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args, get_origin

from platformdirs import user_cache_path
from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails

from flexscout.config.sources import (
    describe_unknown_name,
    environment_variable,
    read_command_line,
    read_environment,
    read_settings_file,
)
from flexscout.domain import (
    ADDRESS_COLUMNS,
    DUPLICATES_SUFFIX,
    ISSUES_SUFFIX,
    OUTPUT_COLUMNS,
    POINTS_SUFFIX,
    canonical_columns,
    is_polars_pattern,
)
from flexscout.errors import ConfigurationError

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
    """Which files of the folder are read, as a glob; `auto`: every kind that can be read."""
    recursive_scan: bool = False
    """Whether folders below the input folder are scanned too."""
    mapping: str = ""
    """A file that says which header is which column; `flexscout map` writes one. Empty: names decide."""
    schema_policy: Literal["report", "strict"] = "report"
    """`report`: a column that a file lacks is told; `strict`: the file fails if eligibility or duplicates need it."""
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
    """The report of the run, as JSON; the same as a page stands beside it."""
    enable_csv_export: bool = True
    """Whether the CSV twin is written."""
    output_columns: Literal["all", "standard"] = "all"
    """`all`: every column of the inputs; `standard`: the canonical ones and the scores."""
    user_columns: tuple[str, ...] = ("My Status", "My Notes")
    """Columns of the workbook for what you type; it is carried from run to run."""
    rejected_statuses: tuple[str, ...] = ("passed", "pass", "rejected")
    """What in My Status keeps a property out of the top candidates, whatever its case."""
    profile: Text = "flex-industrial"
    """The points and rules by which properties are scored: a built-in profile, or a YAML file of your own."""
    as_of: str = ""
    """Day from which a profile counts back how long ago something was, such as 2026-01-31; empty for today."""
    min_flex_score: Annotated[float, Field(ge=0, le=10)] = 4.0
    """Least score of a candidate, 0-10."""
    where: str = ""
    """Condition on the columns that a candidate has to meet, such as State in ('NC', 'GA') and "Sold Price" < 5000000."""
    enable_deduplication: bool = True
    """Whether rows of one property are merged."""
    duplicate_fields: Annotated[tuple[str, ...], Field(min_length=1)] = ADDRESS_COLUMNS
    """Columns that make two rows the same property when all are equal after normalization."""
    duplicate_policy: Literal["site", "parcel"] = "site"
    """`site`: an address is a property, a unit counts if the address has it; `parcel`: another APN or Unit keeps rows apart."""
    close_matches: Literal["merge", "review", "off"] = "review"
    """Addresses that are written differently and are surely one: `merge` them, only find them (`review`), or `off`."""
    fill_from_duplicates: bool = False
    """Whether blanks of the row that is kept are filled from those that are merged into it, and its score counts them."""
    reuse: bool = True
    """Whether files that have not changed since another run are not read again."""
    cache: str = ""
    """Folder in which what was read is kept for later runs; empty for the usual place of such files."""
    cache_limit_gb: Annotated[float, Field(ge=0, le=4096)] = 5
    """Most that the cache holds after a run, in GB; what was not used for longest goes first."""
    log_level: LogLevel = "INFO"
    """Least level that is written to the log."""
    log_file: Text = "logs/pipeline.log"
    """The log, one JSON object a line."""
    progress_interval: Annotated[int, Field(ge=1)] = 100
    """Properties (in a large file: rows) between two lines of progress in the log, after whole files; each batch has one."""
    progress_reporting: bool = True
    """Whether progress is shown at all."""

    def __init__(self, **settings: Any) -> None:
        try:
            super().__init__(**settings)
        except ValidationError as error:
            raise ConfigurationError.from_settings(_mistakes(error)) from None

    @field_validator("duplicate_fields", mode="before")
    @classmethod
    def _known_fields(cls, value: Any) -> Any:
        if isinstance(value, str) or not isinstance(value, list | tuple):
            raise ValueError(  # noqa: TRY004 - pydantic collects ValueErrors
                "give a list of column names, such as [Address, City, State]"
            )
        names = {column.name.casefold(): column.name for column in canonical_columns()}
        unknown = [str(field) for field in value if str(field).casefold() not in names]
        if unknown:
            raise ValueError("; ".join(describe_unknown_name(name, list(names.values())) for name in unknown))
        return tuple(names[str(field).casefold()] for field in value)

    @field_validator("user_columns", "rejected_statuses", mode="before")
    @classmethod
    def _texts(cls, value: Any, info: ValidationInfo) -> Any:
        if not isinstance(value, list | tuple) or not all(isinstance(text, str) and text.strip() for text in value):
            example = "[My Status, My Notes]" if info.field_name == "user_columns" else "[passed, rejected]"
            raise ValueError(f"give a list of texts, such as {example}")
        return tuple(text.strip() for text in value)

    @field_validator("user_columns")
    @classmethod
    def _are_free(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        own = {name.casefold() for name in (*OUTPUT_COLUMNS, *(column.name for column in canonical_columns()))}
        taken = [name for name in value if name.casefold() in own or name.endswith(POINTS_SUFFIX) or name.startswith("__")]
        if taken:
            raise ValueError(f"flexscout writes {' and '.join(taken)} itself; choose another name")
        if patterns := [name for name in value if is_polars_pattern(name)]:
            raise ValueError(f"{' and '.join(patterns)} can't be the name of a column; choose another name")
        if len({name.casefold() for name in value}) < len(value):
            raise ValueError("a name stands twice; give each column its own")
        return value

    @field_validator("as_of", mode="before")
    @classmethod
    def _is_a_day(cls, value: Any) -> Any:
        if value in ("", None):
            return ""
        try:
            return date.fromisoformat(str(value)).isoformat()
        except ValueError:
            raise ValueError("give a day such as 2026-01-31, or nothing for today") from None

    @field_validator("output_file")
    @classmethod
    def _is_workbook(cls, value: str) -> str:
        if Path(value).suffix.lower() != ".xlsx":
            raise ValueError("the workbook's name must end in .xlsx")
        return value

    @field_validator("report_file", "log_file")
    @classmethod
    def _stands_alone(cls, value: str, info: ValidationInfo) -> str:
        if Path(value) in _outputs(info.data):
            raise ValueError("another output stands there already; give each its own file")
        if info.field_name == "report_file" and (not Path(value).name or Path(value).suffix.lower() == ".html"):
            raise ValueError("give a file's name, such as pipeline_summary.json; the page stands beside it as .html")
        return value

    @classmethod
    def from_file(cls, path: str | Path, overrides: Mapping[str, Any] | None = None) -> Self:
        """The settings of a YAML or JSON file in the design's sections, under those of the environment and `overrides`.

        Raises ConfigurationError, each mistake with its line and, where one is near, the right name.
        """
        return cls.resolve(path, overrides)[0]

    @classmethod
    def resolve(cls, path: str | Path | None, overrides: Mapping[str, Any] | None = None) -> tuple[Self, dict[str, str]]:
        """The settings of `overrides` over the environment's `FLEXSCOUT_*` over a file over the defaults.

        With them, keyword -> where its value comes from. Raises ConfigurationError, naming every mistake and its place.
        """
        defaults = {keyword: field.default for keyword, field in cls.model_fields.items()}
        layers = [read_settings_file(Path(path))] if path else []
        layers += [read_environment(os.environ, defaults), read_command_line(overrides or {})]
        values = {keyword: value for layer in layers for keyword, value in layer.values.items()}
        places = {keyword: place for layer in layers for keyword, place in layer.places.items()}
        mistakes = {place: wrong for layer in layers for place, wrong in layer.mistakes.items()}
        try:
            settings = cls(**values)
        except ConfigurationError as error:
            mistakes |= {places.get(keyword, keyword): wrong for keyword, wrong in error.validation_errors.items()}
        if mistakes:
            raise ConfigurationError.from_sources(mistakes)
        return settings, dict.fromkeys(defaults, "default") | places

    @property
    def cache_folder(self) -> Path:
        """Where what was read is kept: the setting, or FLEXSCOUT_CACHE, or the place of the operating system for such files."""
        return Path(self.cache or os.environ.get(environment_variable("cache")) or user_cache_path("flexscout", appauthor=False))

    @property
    def csv_file(self) -> Path:
        """The CSV twin of the workbook."""
        return Path(self.output_file).with_suffix(".csv")

    @property
    def parquet_file(self) -> Path:
        """The Parquet twin of the workbook."""
        return Path(self.output_file).with_suffix(".parquet")

    @property
    def issues_file(self) -> Path:
        """The Issues as CSV, beside the workbook."""
        return self._beside(f"{ISSUES_SUFFIX}.csv")

    @property
    def duplicates_files(self) -> tuple[Path, Path]:
        """The merge log as CSV and Parquet, beside the workbook."""
        return self._beside(f"{DUPLICATES_SUFFIX}.csv"), self._beside(f"{DUPLICATES_SUFFIX}.parquet")

    def _beside(self, ending: str) -> Path:
        workbook = Path(self.output_file)
        return workbook.with_name(f"{workbook.stem}{ending}")

    @property
    def page_file(self) -> Path:
        """The report as a page, beside the JSON."""
        return Path(self.report_file).with_suffix(".html")

    @property
    def own_files(self) -> tuple[Path, ...]:
        """All that a run writes."""
        named = (self.output_file, self.report_file, self.log_file)
        return (*map(Path, named), self.csv_file, self.parquet_file, self.issues_file, *self.duplicates_files, self.page_file)


def _outputs(settings: Mapping[str, Any]) -> set[Path]:
    """Where the outputs stand that these settings name."""
    twins = {"output_file": (".csv", ".parquet"), "report_file": (".html",)}
    named = [(Path(settings[key]), suffixes) for key, suffixes in twins.items() if settings.get(key)]
    return {place for path, suffixes in named for place in (path, *(path.with_suffix(suffix) for suffix in suffixes))}


def _mistakes(error: ValidationError) -> dict[str, str]:
    """Setting -> what is wrong with it, from pydantic's list."""
    return {str(detail["loc"][0]): _mistake(str(detail["loc"][0]), detail) for detail in error.errors()}


def _mistake(keyword: str, detail: ErrorDetails) -> str:
    if detail["type"] == "extra_forbidden":
        return describe_unknown_name(keyword, list(PipelineConfiguration.model_fields))
    own = detail["msg"].removeprefix("Value error, ")
    return f"{detail['input']!r} won't do: {own if detail['type'] == 'value_error' else _expected(keyword)}"


def _expected(keyword: str) -> str:
    """What a setting takes, with its bounds."""
    field = PipelineConfiguration.model_fields[keyword]
    if get_origin(field.annotation) is Literal:
        return f"give one of {', '.join(get_args(field.annotation))}"
    words: dict[Any, str] = {bool: "true or false", int: "a whole number", str: "a text", tuple: "a list of at least one column"}
    kind = words.get(get_origin(field.annotation) or field.annotation, "a number")
    return f"give {kind}{''.join(_bound(entry) for entry in field.metadata)}"


def _bound(entry: object) -> str:
    """A limit in words; pydantic keeps each as an object of its own kind."""
    shapes = {"ge": " from {:,}", "gt": " above {:,}", "le": " to {:,}"}
    return "".join(shape.format(getattr(entry, name)) for name, shape in shapes.items() if hasattr(entry, name))
