"""The options that the commands share which read exports."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from flexscout.config import PipelineConfiguration


class Format(StrEnum):
    """What stands on standard output."""

    TEXT = "text"
    JSON = "json"


Folder = Annotated[str | None, typer.Argument(metavar="FOLDER", help="Folder with the exports.  [default: data/raw]")]
OutputFile = Annotated[
    str | None,
    typer.Option(
        "--output-file",
        "-o",
        metavar="PATH",
        help="The workbook; its CSV and Parquet twins stand beside it.  [default: data/exports/all_flex_properties.xlsx]",
    ),
]
ReportFile = Annotated[
    str | None,
    typer.Option("--report-file", metavar="PATH", help="The report, as JSON.  [default: data/reports/pipeline_summary.json]"),
]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", "-c", metavar="FILE", help="Settings as YAML or JSON; `flexscout init` writes one.")
]
FilePattern = Annotated[
    str | None, typer.Option("--file-pattern", metavar="GLOB", help="Which files are read; auto: every kind.  [default: *.xlsx]")
]
Recursive = Annotated[bool, typer.Option("--recursive", help="Read the folders below too.")]
MappingFile = Annotated[
    str | None,
    typer.Option("--mapping", "-m", metavar="FILE", help="Which header is which column; `flexscout map` writes one."),
]
SchemaPolicy = Annotated[
    str | None,
    typer.Option(
        "--schema-policy",
        metavar="POLICY",
        help="report: tell which columns a file lacks; strict: fail it if eligibility or duplicates need one.  [default: report]",
    ),
]
Workers = Annotated[
    int | None, typer.Option("--workers", "-w", metavar="N", help="Worker processes.  [default: 4, at most the cores there are]")
]
ProfileName = Annotated[
    str | None,
    typer.Option(
        "--profile",
        "-p",
        metavar="NAME",
        help="How properties are scored: a built-in profile or a file.  [default: flex-industrial]",
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DAY", help="Day from which a profile counts back, as 2026-01-31.  [default: today]"),
]
MinScore = Annotated[
    float | None, typer.Option("--min-score", metavar="X", help="Least flex score of a candidate, 0-10.  [default: 4.0]")
]
Where = Annotated[
    str | None,
    typer.Option("--where", metavar="TEXT", help="Condition that a candidate has to meet, such as \"State in ('NC', 'GA')\"."),
]
NoDeduplication = Annotated[bool, typer.Option("--no-deduplication", help="Keep every row, even of one property.")]
DuplicateFields = Annotated[
    str | None,
    typer.Option(
        "--duplicate-fields", metavar="A,B,C", help="Columns that make rows one property.  [default: Address,City,State]"
    ),
]
DuplicatePolicy = Annotated[
    str | None,
    typer.Option(
        "--duplicate-policy",
        metavar="HOW",
        help="site: one address is one property; parcel: another APN or unit is another property.  [default: site]",
    ),
]
CloseMatches = Annotated[
    str | None,
    typer.Option(
        "--close-matches",
        metavar="HOW",
        help="Addresses written differently that may be one: merge the surest, list them (review), or off.  [default: review]",
    ),
]
NoCsv = Annotated[bool, typer.Option("--no-csv", help="Write no CSV twin.")]
Timeout = Annotated[
    float | None, typer.Option("--timeout", metavar="MIN", help="Longest time for one file, in minutes.  [default: 30]")
]
MemoryLimit = Annotated[
    float | None, typer.Option("--memory-limit", metavar="GB", help="Memory for the whole run, in GB.  [default: 4]")
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Read every file again, also those that have not changed.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Show the log, and each file in full.")]
OutputFormat = Annotated[Format, typer.Option("--format", help="What to print on standard output.", show_default=True)]


def _shared(
    *,
    folder: Folder = None,
    output_file: OutputFile = None,
    report_file: ReportFile = None,
    config: ConfigFile = None,
    file_pattern: FilePattern = None,
    recursive: Recursive = False,
    mapping: MappingFile = None,
    schema_policy: SchemaPolicy = None,
    workers: Workers = None,
    profile: ProfileName = None,
    as_of: AsOf = None,
    min_score: MinScore = None,
    where: Where = None,
    no_deduplication: NoDeduplication = False,
    duplicate_fields: DuplicateFields = None,
    duplicate_policy: DuplicatePolicy = None,
    close_matches: CloseMatches = None,
    no_csv: NoCsv = False,
    timeout: Timeout = None,
    memory_limit: MemoryLimit = None,
    fresh: Fresh = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    output_format: OutputFormat = Format.TEXT,
) -> None:
    """The options in the order of the help."""


_OF_A_RUN = {"output_file", "report_file", "profile", "no_csv"}


def add_reading_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give `command(..., **options)` after its own the shared options, but for those of a run's profile and outputs."""
    own = [parameter for parameter in signature(command).parameters.values() if parameter.kind is not Parameter.VAR_KEYWORD]
    reading = [parameter for name, parameter in signature(_shared).parameters.items() if name not in _OF_A_RUN]
    return _with(command, [*own, *reading])


def add_shared_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give `command(..., **options)` the shared options, before its own, as typer reads them: from the signature."""
    own = [parameter for parameter in signature(command).parameters.values() if parameter.kind is not Parameter.VAR_KEYWORD]
    return _with(command, [*signature(_shared).parameters.values(), *own])


def _with(command: Callable[..., None], parameters: list[Parameter]) -> Callable[..., None]:
    in_order = sorted(parameters, key=lambda parameter: parameter.kind)
    setattr(command, "__signature__", Signature(in_order))  # noqa: B010 - no declared attribute; inspect looks for it
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command


def build_configuration(options: Mapping[str, Any]) -> "PipelineConfiguration":
    """The settings: the command line over the environment over the file over the defaults. Raises ConfigurationError."""
    return resolve_settings(options)[0]


def resolve_settings(options: Mapping[str, Any]) -> tuple["PipelineConfiguration", dict[str, str]]:
    """The settings, and where each comes from."""
    from flexscout.config import PipelineConfiguration  # noqa: PLC0415 - `--help` loads no settings

    overrides = {name: value for name, value in _settings(options).items() if value is not None}
    return PipelineConfiguration.resolve(options["config"], overrides)


def _settings(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options as settings; None where an option was not given."""
    fields = options["duplicate_fields"]
    return {
        "input_folder": options["folder"],
        "output_file": options.get("output_file"),
        "report_file": options.get("report_file"),
        "file_pattern": options["file_pattern"],
        "recursive_scan": options["recursive"] or None,
        "mapping": options["mapping"],
        "schema_policy": options["schema_policy"],
        "max_workers": options["workers"],
        "profile": options["profile"],
        "as_of": options["as_of"],
        "min_flex_score": options["min_score"],
        "where": options["where"],
        "enable_deduplication": False if options["no_deduplication"] else None,
        "duplicate_fields": [field.strip() for field in fields.split(",") if field.strip()] if fields else None,
        "duplicate_policy": options["duplicate_policy"],
        "close_matches": options["close_matches"],
        "enable_csv_export": False if options.get("no_csv") else None,
        "reuse": False if options["fresh"] else None,
        "timeout_minutes": options["timeout"],
        "memory_limit_gb": options["memory_limit"],
        "progress_reporting": False if options["quiet"] else None,
        "log_level": "DEBUG" if options["verbose"] else None,
    }
