"""The settings of a run: their defaults, bounds and meaning, checked together.

A field of PipelineConfiguration is all that a new setting needs: it declares the setting's place in the configuration file and
what it affects, and the environment variable, the template, `config show` and the reference follow from it.
"""

import os
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from platformdirs import user_cache_path
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails

from flexscout.config.sources import (
    DEFAULT_PATTERN,
    Affects,
    Setting,
    check_address,
    check_partitions,
    describe_expected,
    describe_unknown_name,
    fill_empty,
    find_folders,
    is_address,
    merge_layers,
    name_variable,
    parse_settings,
    read_command_line,
    read_environment,
    read_settings_text,
)
from flexscout.domain import (
    ADDRESS_COLUMNS,
    DECISIONS_SUFFIX,
    DUPLICATES_SUFFIX,
    ISSUES_SUFFIX,
    NOTES_SUFFIX,
    is_polars_pattern,
    is_reserved_column,
    list_canonical_columns,
)
from flexscout.errors import ConfigurationError

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
Text = Annotated[str, Field(min_length=1)]
Scheduler = Annotated[str, Field(pattern=r"^(processes|local|[a-z]+://.+)$")]
Texts = tuple[str, ...]

_DUPLICATES = (f"{DUPLICATES_SUFFIX}.csv", f"{DUPLICATES_SUFFIX}.parquet")
_ISSUES, _NOTES, _DECISIONS = (f"{suffix}.csv" for suffix in (ISSUES_SUFFIX, NOTES_SUFFIX, DECISIONS_SUFFIX))
_EXAMPLES = {
    "user_columns": "[My Status, My Notes]",
    "rejected_statuses": "[passed, rejected]",
    "more_inputs": "[../county, broker.csv]",
    "skip_files": '[old.csv, "archive/*"]',
}
_ADDRESS_SETTINGS = ("input_folder", "output_file", "report_file")
_COPIES = {"output_file": (".csv", ".parquet", *_DUPLICATES, _ISSUES, _NOTES, _DECISIONS), "report_file": (".html",)}


class PipelineConfiguration(BaseModel):
    """The settings of a run: frozen and complete.

    Raises:
        ConfigurationError: Any setting is unknown or not valid. It names all such settings at once.

    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)

    input_folder: Annotated[Text, Setting("input.folder", Affects.LOCATION, "folder")] = "data/raw"
    """Folder with the exports, or one export."""
    more_inputs: Annotated[Texts, Setting("input.more", Affects.LOCATION, "folder")] = ()
    """More folders and files with exports, such as [../county, broker.csv]. A file is read whatever the pattern."""
    file_pattern: Annotated[Text, Setting("input.file_pattern")] = DEFAULT_PATTERN
    """Which files of the folder are read, as a glob; `auto` reads every supported file type."""
    recursive_scan: Annotated[bool, Setting("input.recursive_scan")] = False
    """Whether subfolders of the input folder are scanned too."""
    skip_files: Annotated[Texts, Setting("input.skip")] = ()
    """Files that are left out, by name or path below the folder, as globs: [old.csv, archive/*]. Case doesn't matter."""
    mapping: Annotated[str | Texts, Setting("input.mapping")] = ""
    """File that maps headers to columns, a folder of such files, or a list of both. Empty: the folders named `mappings`."""
    code_tables: Annotated[str, Setting("input.code_tables", path="folder")] = ""
    """Folder with your tables of land-use codes. Empty: `code_tables` beside the configuration file."""
    snapshots: Annotated[Literal["newest", "all"], Setting("input.snapshots")] = "newest"
    """Of exports of one source from several days: whether only the `newest` row of a property counts, or `all`."""
    schema_policy: Annotated[Literal["report", "strict"], Setting("input.schema_policy")] = "report"
    """`report`: a missing column is reported; `strict`: the file fails if eligibility or deduplication needs the column."""
    password: Annotated[SecretStr, Field(exclude=True), Setting("input.password", Affects.EXECUTION)] = SecretStr("")
    """Opens password-protected workbooks. No output, log or cache has it; FLEXSCOUT_PASSWORD keeps it out of this file too."""
    batch_size: Annotated[int, Field(ge=1, le=10_000), Setting("processing.batch_size", Affects.EXECUTION)] = 10
    """Files handed to the workers at a time."""
    max_workers: Annotated[int, Field(ge=1, le=256), Setting("processing.max_workers", Affects.EXECUTION)] = 4
    """Worker processes. If not set: at most the number of CPU cores and of files."""
    memory_limit_gb: Annotated[float, Field(ge=0.25, le=4096), Setting("processing.memory_limit_gb", Affects.EXECUTION)] = 4
    """Memory for the whole run, in GB, shared equally by the workers."""
    timeout_minutes: Annotated[float, Field(gt=0, le=10_000), Setting("processing.timeout_minutes", Affects.EXECUTION)] = 30
    """Time limit for one file, in minutes."""
    scheduler: Annotated[Scheduler, Setting("cluster.scheduler", Affects.EXECUTION)] = "processes"
    """What reads the files: `processes`, the Dask scheduler at an address such as tcp://10.0.0.5:8786, or a `local` one."""
    wait_seconds: Annotated[float, Field(gt=0, le=86_400), Setting("cluster.wait_seconds", Affects.EXECUTION)] = 60
    """How long to wait for the scheduler and the first of its workers, in seconds."""
    output_file: Annotated[Text, Setting("output.master_file", Affects.LOCATION, "file")] = (
        "data/exports/all_flex_properties.xlsx"
    )
    """The workbook. Its CSV and Parquet copies are written to the same folder."""
    report_file: Annotated[Text, Setting("output.report_file", Affects.LOCATION, "file")] = "data/reports/pipeline_summary.json"
    """The report of the run, as JSON. The HTML page is written to the same folder."""
    enable_csv_export: Annotated[bool, Setting("output.enable_csv_export")] = True
    """Whether the CSV copy is written."""
    memo: Annotated[bool, Setting("output.memo")] = False
    """Whether `memo.pdf` is written beside the workbook: the best candidates and what is new, on one to three pages."""
    workbook_rows: Annotated[int, Field(ge=0, le=10_000_000), Setting("output.workbook_rows")] = 0
    """Most rows of a table in the workbook, the first ones; 0 for all. The CSV and Parquet copies always have all."""
    output_columns: Annotated[Literal["all", "standard"], Setting("output.columns")] = "all"
    """`all`: every column of the inputs; `standard`: the canonical columns and the scores."""
    branding: Annotated[str, Setting("output.branding")] = ""
    """Name of your firm, on the workbook, the page and the memo."""
    branding_logo: Annotated[str, Setting("output.branding_logo", path="file")] = ""
    """Your firm's logo, a PNG or JPEG file of at most 1 MB."""
    user_columns: Annotated[Texts, Setting("output.user_columns")] = ("My Status", "My Notes")
    """Columns of the workbook for your own entries. Columns that you add to the workbook are kept as well."""
    rejected_statuses: Annotated[Texts, Setting("output.rejected_statuses")] = (
        "pass",
        "passed",
        "dead",
        "no",
        "rejected",
        "sold",
    )
    """Entries in My Status that keep a property out of Top Candidates, in upper or lower case."""
    hide_rejected: Annotated[bool, Setting("output.hide_rejected")] = False
    """Whether properties with such an entry are left off the list, too. They stay on the sheet Notes of Others."""
    profile: Annotated[Text, Setting("classification.profile")] = "flex-industrial"
    """The scoring rules: a built-in profile, or your own YAML file."""
    as_of: Annotated[str, Setting("classification.as_of")] = ""
    """Date from which a profile counts back, such as 2026-01-31; empty for today."""
    min_flex_score: Annotated[float, Field(ge=0, le=10), Setting("filtering.min_flex_score")] = 4.0
    """Minimum score of a candidate, 0-10."""
    where: Annotated[str, Setting("filtering.where")] = ""
    """Condition that a property on the list must meet, such as State in ('NC', 'GA') and "Sold Price" < 5000000."""
    where_rows: Annotated[str, Setting("filtering.where_rows")] = ""
    """Condition that a row must meet before rows are merged. Rows that don't meet it give no values to their property."""
    enable_deduplication: Annotated[bool, Setting("filtering.enable_deduplication")] = True
    """Whether rows of the same property are merged."""
    duplicate_fields: Annotated[Texts, Field(min_length=1), Setting("filtering.duplicate_fields")] = ADDRESS_COLUMNS
    """Rows are the same property if they agree in all of these columns after normalization."""
    duplicate_policy: Annotated[Literal["site", "parcel"], Setting("filtering.duplicate_policy")] = "site"
    """`site`: an address is a property, with its unit if it has one; `parcel`: a different APN or Unit keeps rows apart."""
    close_matches: Annotated[Literal["merge", "review", "off"], Setting("filtering.close_matches")] = "review"
    """Addresses with different spellings that are almost certainly the same: `merge` them, list them (`review`), or `off`."""
    partitions: Annotated[str, Setting("matching.partitions", Affects.EXECUTION)] = "auto"
    """In how many parts rows are matched, one after another, which bounds memory; `auto`: as many as their number needs."""
    merge_record: Annotated[Literal["merged", "survivor"], Setting("merging.record")] = "merged"
    """`merged`: a property combines the values of its current rows; `survivor`: it has those of its best row only."""
    drop_withdrawn: Annotated[Literal["never", "any", "all"], Setting("merging.drop_withdrawn")] = "never"
    """Whether properties leave the list that the latest export of a source no longer has: of `any` source, or of `all`."""
    reuse: Annotated[bool, Setting("journal.reuse", Affects.EXECUTION)] = True
    """Whether files that haven't changed since an earlier run are taken from the cache."""
    cache: Annotated[str, Setting("journal.cache", Affects.EXECUTION, "folder")] = ""
    """Folder of the cache, empty for the operating system's usual place; or an address such as s3://bucket/cache."""
    cache_limit_gb: Annotated[float, Field(ge=0, le=4096), Setting("journal.cache_limit_gb", Affects.EXECUTION)] = 5
    """Size limit of the cache after a run, in GB. The entries unused for longest are removed first."""
    log_level: Annotated[LogLevel, Setting("logging.level", Affects.EXECUTION)] = "INFO"
    """Lowest level written to the log."""
    log_file: Annotated[Text, Setting("logging.file", Affects.EXECUTION, "file")] = "logs/pipeline.log"
    """The log, one JSON object per line."""
    progress_interval: Annotated[int, Field(ge=1), Setting("logging.progress_interval", Affects.EXECUTION)] = 100
    """Properties (in a large file: rows) between two progress lines in the log. Each batch writes at least one."""
    progress_reporting: Annotated[bool, Setting("logging.progress_reporting", Affects.EXECUTION)] = True
    """Whether progress is shown."""
    _addresses: dict[str, str] = PrivateAttr(default_factory=dict)

    def __init__(self, **settings: Any) -> None:
        try:
            super().__init__(**settings)
        except ValidationError as error:
            wrong = {str(detail["loc"][0]): detail for detail in error.errors()}
            raise ConfigurationError.from_settings({name: _describe(name, detail) for name, detail in wrong.items()}) from None

    @classmethod
    def from_file(cls, path: str | Path, overrides: Mapping[str, Any] | None = None) -> Self:
        """Return the settings of a YAML or JSON file, overridden by the environment and by `overrides`.

        Raises:
            ConfigurationError: The file can't be read, or settings are not valid. It names each with its line and, if one is
                similar, the right name.

        """
        return cls.resolve(path, overrides)[0]

    @classmethod
    def load(cls, source: Self | str | Path | None) -> Self:
        """Return the settings of a file, or those given, or the defaults. Raises ConfigurationError as `from_file` does."""
        return cls.from_file(source) if isinstance(source, str | Path) else source or cls()

    @classmethod
    def resolve(
        cls, path: str | Path | None, overrides: Mapping[str, Any] | None = None, *, text: str | None = None
    ) -> tuple[Self, dict[str, str]]:
        """Return the settings of `overrides` > `FLEXSCOUT_*` variables > the file > defaults, and where each comes from.

        The folders `mappings` and `code_tables` beside the file are the defaults of their settings.

        Args:
            path: The configuration file, if any.
            overrides: Setting -> value, as given on the command line.
            text: What the file would hold; None for what it holds.

        Raises:
            ConfigurationError: The file can't be read, or settings are not valid. It names each with its place.

        """
        defaults = {name: field.default for name, field in cls.model_fields.items()}
        layers = []
        if path:
            content = read_settings_text(Path(path)) if text is None else text
            layers.append(parse_settings(Path(path), content, list_declared_settings()))
        layers += [read_environment(os.environ, defaults), read_command_line(overrides or {})]
        merged = merge_layers(layers)
        if path:
            merged = fill_empty(merged, find_folders(Path(path)))
        errors = dict(merged.errors)
        try:
            settings = cls(**merged.values)
        except ConfigurationError as error:
            errors |= {merged.origins.get(name, name): wrong for name, wrong in error.validation_errors.items()}
        if errors:
            raise ConfigurationError.from_sources(errors)
        return settings, {name: merged.origins.get(name, "default") for name in defaults}

    def with_password(self, password: str) -> Self:
        """Return the settings with a password; an empty one changes nothing."""
        return self.model_copy(update={"password": SecretStr(password)}) if password else self

    @property
    def addresses(self) -> dict[str, str]:
        """The settings that name a place in object storage, such as `s3://bucket/exports`."""
        values = {name: getattr(self, name) for name in _ADDRESS_SETTINGS}
        return {name: value for name, value in values.items() if is_address(value)}

    def with_local_copies(self, paths: Mapping[str, str]) -> Self:
        """Return the settings for a run on copies: setting -> path of the copy. `describe` still names the places themselves."""
        copied = self.model_copy(update=dict(paths))
        copied._addresses = {name: getattr(self, name) for name in paths}  # noqa: SLF001 - of the same class
        return copied

    def describe(self, exclude: Collection[str] = ()) -> dict[str, Any]:
        """Return the settings by name, as records and reports show them."""
        named = {name: value for name, value in self._addresses.items() if name not in exclude}
        return self.model_dump(exclude=set(exclude)) | named

    def require_local(self) -> Self:
        """Return the settings. Raise ConfigurationError if one names a place in object storage."""
        if self.addresses:
            raise ConfigurationError(
                f"{next(iter(self.addresses.values()))} is in object storage, which can't be used here. "
                "Copy the files to this computer, and name their folder."
            )
        return self

    @property
    def mapping_files(self) -> Texts:
        """The mapping files, and folders of such files, that are named."""
        return ((self.mapping,) if self.mapping else ()) if isinstance(self.mapping, str) else self.mapping

    @property
    def cache_folder(self) -> Path:
        """Folder of the cache on this computer: the setting, else FLEXSCOUT_CACHE, else the operating system's cache folder."""
        place = "" if self.cache_address else self.cache or os.environ.get(name_variable("cache"))
        return Path(place or user_cache_path("flexscout", appauthor=False))

    @property
    def cache_address(self) -> str:
        """Address of the cache that is shared with other computers; empty if it is only on this one."""
        place = self.cache or os.environ.get(name_variable("cache"), "")
        return check_address(place) if is_address(place) else ""

    @property
    def csv_file(self) -> Path:
        """The CSV copy of the workbook's list."""
        return _copy(self.output_file, ".csv")

    @property
    def parquet_file(self) -> Path:
        """The Parquet copy of the workbook's list."""
        return _copy(self.output_file, ".parquet")

    @property
    def issues_file(self) -> Path:
        """The issues as CSV."""
        return _copy(self.output_file, _ISSUES)

    @property
    def duplicates_files(self) -> tuple[Path, Path]:
        """The merge log as CSV and as Parquet."""
        return _copy(self.output_file, _DUPLICATES[0]), _copy(self.output_file, _DUPLICATES[1])

    @property
    def notes_file(self) -> Path:
        """The notes store: the user's notes and corrections."""
        return _copy(self.output_file, _NOTES)

    @property
    def decisions_file(self) -> Path:
        """The user's decisions about possible duplicates and merges, as CSV."""
        return _copy(self.output_file, _DECISIONS)

    @property
    def page_file(self) -> Path:
        """The report as an HTML page."""
        return _copy(self.report_file, ".html")

    @property
    def memo_file(self) -> Path:
        """The memo, written if `memo` is set."""
        return Path(self.output_file).with_name("memo.pdf")

    @property
    def own_files(self) -> tuple[Path, ...]:
        """Every file that a run writes."""
        return (*_list_result_files(self.model_dump(include={"output_file", "report_file"})), self.memo_file, Path(self.log_file))

    @field_validator("duplicate_fields", mode="before")
    @classmethod
    def _check_fields(cls, value: Any) -> Any:
        if isinstance(value, str) or not isinstance(value, list | tuple):
            raise ValueError(  # noqa: TRY004 - pydantic collects ValueErrors
                "give a list of column names, such as [Address, City, State]"
            )
        names = {column.name.casefold(): column.name for column in list_canonical_columns()}
        unknown = [str(field) for field in value if str(field).casefold() not in names]
        if unknown:
            raise ValueError("; ".join(describe_unknown_name(name, list(names.values())) for name in unknown))
        return tuple(names[str(field).casefold()] for field in value)

    @field_validator("mapping", mode="before")
    @classmethod
    def _check_mapping(cls, value: Any) -> Any:
        if isinstance(value, str):
            return value
        if not isinstance(value, list | tuple) or not all(isinstance(text, str) and text.strip() for text in value):
            raise ValueError("give a file, a folder, or a list of them, such as [mappings, county.yaml]")
        return value[0] if len(value) == 1 else tuple(value) or ""

    @field_validator("user_columns", "rejected_statuses", "more_inputs", "skip_files", mode="before")
    @classmethod
    def _check_texts(cls, value: Any, info: ValidationInfo) -> Any:
        if not isinstance(value, list | tuple) or not all(isinstance(text, str) and text.strip() for text in value):
            example = _EXAMPLES[str(info.field_name)]
            raise ValueError(f"give a list of strings, such as {example}")
        return tuple(text.strip() for text in value)

    @field_validator("user_columns")
    @classmethod
    def _check_user_columns(cls, value: Texts) -> Texts:
        if patterns := [name for name in value if is_polars_pattern(name)]:
            raise ValueError(f"{' and '.join(patterns)} can't be the name of a column; choose another name")
        if taken := [name for name in value if is_reserved_column(name)]:
            raise ValueError(f"flexscout writes {' and '.join(taken)} itself; choose another name")
        if len({name.casefold() for name in value}) < len(value):
            raise ValueError("two columns have the same name; give each its own")
        return value

    @field_validator("as_of", mode="before")
    @classmethod
    def _check_date(cls, value: Any) -> Any:
        try:
            return "" if value in ("", None) else date.fromisoformat(str(value)).isoformat()
        except ValueError:
            raise ValueError("give a date such as 2026-01-31, or leave it empty for today") from None

    @field_validator("partitions", mode="before")
    @classmethod
    def _check_partitions(cls, value: Any) -> str:
        return check_partitions(value)

    @field_validator("output_file")
    @classmethod
    def _check_workbook(cls, value: str) -> str:
        if Path(value).suffix.lower() != ".xlsx":
            raise ValueError("the workbook's name must end in .xlsx")
        return value

    @field_validator("input_folder", "output_file", "report_file", "cache")
    @classmethod
    def _check_address(cls, value: str, info: ValidationInfo) -> str:
        beside = info.data.get("output_file", "").rpartition("/")[0]
        if info.field_name == "report_file" and is_address(value) and value.rpartition("/")[0] != beside:
            raise ValueError("in object storage, the report must be in the folder of the workbook")
        return check_address(value)

    @field_validator("log_file", "more_inputs")
    @classmethod
    def _check_on_this_computer(cls, value: str | Texts) -> str | Texts:
        if any(map(is_address, [value] if isinstance(value, str) else value)):
            raise ValueError("give a place on this computer; only the input folder, the results and the cache can be elsewhere")
        return value

    @field_validator("report_file", "log_file")
    @classmethod
    def _check_no_conflict(cls, value: str, info: ValidationInfo) -> str:
        if Path(value).resolve() in {path.resolve() for path in _list_result_files(info.data)}:
            raise ValueError("another output is written to that file; give each its own")
        if info.field_name == "report_file" and (not Path(value).name or Path(value).suffix.lower() == ".html"):
            raise ValueError("give a file name, such as pipeline_summary.json; the page gets the same name with .html")
        return value


def list_declared_settings() -> dict[str, Setting]:
    """Map each setting to its place in the configuration file and what it affects."""
    fields = PipelineConfiguration.model_fields
    return {name: next(entry for entry in field.metadata if isinstance(entry, Setting)) for name, field in fields.items()}


AnyConfig = PipelineConfiguration | str | Path | None  # settings, the path of a file with them, or the defaults


def list_settings_affecting(*kinds: Affects) -> set[str]:
    """Return the names of the settings that affect one of `kinds`."""
    return {name for name, setting in list_declared_settings().items() if setting.affects in kinds}


def _list_result_files(settings: Mapping[str, Any]) -> list[Path]:
    """Return the workbook and the report, as far as `settings` name them, each with the files written beside it."""
    named = [(settings[name], endings) for name, endings in _COPIES.items() if settings.get(name)]
    return [path for file, endings in named for path in (Path(file), *(_copy(file, ending) for ending in endings))]


def _copy(file: str, ending: str) -> Path:
    """Return the path of the file that is written beside `file` with this ending."""
    return Path(file).with_name(f"{Path(file).stem}{ending}")


def _describe(name: str, detail: ErrorDetails) -> str:
    """Describe one entry of pydantic's list of errors: what is wrong with the setting, and what to give instead."""
    if detail["type"] == "extra_forbidden":
        return describe_unknown_name(name, list(PipelineConfiguration.model_fields))
    own = detail["msg"].removeprefix("Value error, ")
    # An address may hold credentials by mistake.
    field = PipelineConfiguration.model_fields[name]
    is_secret = field.annotation is SecretStr or is_address(str(detail["input"]))
    given = "the value" if is_secret else repr(detail["input"])
    return (
        f"{given} is not valid: {own if detail['type'] == 'value_error' else describe_expected(field.annotation, field.metadata)}"
    )
