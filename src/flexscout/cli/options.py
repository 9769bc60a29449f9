"""Options shared by several commands, and the settings built from them."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flexscout.cli.terminal import print_error
from flexscout.errors import ConfigurationError

if TYPE_CHECKING:
    from flexscout.config import PipelineConfiguration
    from flexscout.history import RunHistory


class Format(StrEnum):
    """Format of standard output."""

    TEXT = "text"
    JSON = "json"


class RunFormat(StrEnum):
    """Format of standard output of a run."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"


Folders = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FOLDER",
        help="Folder with the exports, one export, or an address (s3://bucket/folder); more folders and files may follow.  "
        "[default: data/raw]",
        show_default=False,
    ),
]
OutputFile = Annotated[
    str | None,
    typer.Option(
        "--output-file",
        "-o",
        metavar="PATH",
        help="The workbook, or its address; CSV and Parquet copies go next to it.  "
        "[default: data/exports/all_flex_properties.xlsx]",
    ),
]
ReportFile = Annotated[
    str | None,
    typer.Option("--report-file", metavar="PATH", help="The JSON report.  [default: data/reports/pipeline_summary.json]"),
]
ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", "-c", metavar="FILE", help="Settings in YAML or JSON. `flexscout init` writes a template."),
]
FilePattern = Annotated[
    str | None,
    typer.Option("--file-pattern", metavar="GLOB", help="Files to read; `auto` reads every supported kind.  [default: *.xlsx]"),
]
Skip = Annotated[
    list[str] | None,
    typer.Option(
        "--skip",
        metavar="GLOB",
        help="Files to leave out, by name or path below the folder; may be repeated.  [default: input.skip]",
    ),
]
Recursive = Annotated[bool, typer.Option("--recursive", help="Also read subfolders.")]
MappingFile = Annotated[
    list[str] | None,
    typer.Option(
        "--mapping",
        "-m",
        metavar="PATH",
        help="Maps headers to columns: a file or a folder; may be repeated. `flexscout map` writes a draft.  "
        "[default: the folder mappings beside the configuration and in FOLDER]",
    ),
]
SchemaPolicy = Annotated[
    str | None,
    typer.Option(
        "--schema-policy",
        metavar="POLICY",
        help="report: list missing columns; strict: fail a file that lacks a column needed for eligibility or "
        "deduplication.  [default: report]",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", "-w", metavar="N", help="Number of worker processes.  [default: 4, at most the number of cores]"),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="NAME",
        help="What reads the files: `processes`, or a Dask cluster: `local`, tcp://HOST:PORT.  [default: processes]",
    ),
]
ProfileName = Annotated[
    str | None,
    typer.Option(
        "--profile",
        "-p",
        metavar="NAME",
        help="Scoring profile: the name of a built-in profile, or a file.  [default: flex-industrial]",
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="Date that a profile counts back from, such as 2026-01-31.  [default: today]"),
]
MinScore = Annotated[
    float | None, typer.Option("--min-score", metavar="X", help="Minimum flex score of a candidate, 0-10.  [default: 4.0]")
]
Where = Annotated[
    str | None,
    typer.Option("--where", metavar="FILTER", help="List only properties that match, such as \"State in ('NC', 'GA')\"."),
]
WhereRows = Annotated[
    str | None, typer.Option("--where-rows", metavar="FILTER", help="Use only rows that match, before rows are merged.")
]
Snapshots = Annotated[
    str | None,
    typer.Option(
        "--snapshots",
        metavar="WHICH",
        help="newest: of exports of one source from several days, use the newest row of each property; all: use every row.  "
        "[default: newest]",
    ),
]
Record = Annotated[
    str | None,
    typer.Option(
        "--record",
        metavar="VALUES",
        help="merged: combine the values of all rows of a property; survivor: use those of its best row.  [default: merged]",
    ),
]
NoDeduplication = Annotated[bool, typer.Option("--no-deduplication", help="Keep every row, including duplicates.")]
DuplicateFields = Annotated[
    str | None,
    typer.Option(
        "--duplicate-fields",
        metavar="A,B,C",
        help="Rows with equal values in these columns are duplicates.  [default: Address,City,State]",
    ),
]
DuplicatePolicy = Annotated[
    str | None,
    typer.Option(
        "--duplicate-policy",
        metavar="POLICY",
        help="site: one property per address; parcel: one property per APN and unit.  [default: site]",
    ),
]
CloseMatches = Annotated[
    str | None,
    typer.Option(
        "--close-matches",
        metavar="ACTION",
        help="Addresses that are spelled differently but may match: merge the most certain ones, list them (review), "
        "or off.  [default: review]",
    ),
]
NoCsv = Annotated[bool, typer.Option("--no-csv", help="Don't write the CSV copy.")]
Timeout = Annotated[
    float | None, typer.Option("--timeout", metavar="MIN", help="Time limit per file, in minutes.  [default: 30]")
]
MemoryLimit = Annotated[
    float | None, typer.Option("--memory-limit", metavar="GB", help="Memory limit for the whole run, in GB.  [default: 4]")
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Read every file again, even if it hasn't changed.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only errors.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Show the log, one line per file, and tracebacks.")]
OutputFormat = Annotated[Format, typer.Option("--format", help="Format of standard output.", show_default=True)]
RunOutputFormat = Annotated[
    RunFormat,
    typer.Option(
        "--format", help="Format of standard output; jsonl: what happens, a line of JSON for each event.", show_default=True
    ),
]
RunCount = Annotated[int, typer.Option("--last", metavar="N", help="Number of runs to list, newest first.", min=1)]


def add_shared_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of a run to `command(..., **options)`, before its own options, which replace those of the same name."""
    own = _list_own_parameters(command)
    names = {parameter.name for parameter in own}
    shared = [parameter for name, parameter in signature(_take_options).parameters.items() if name not in names]
    return _set_parameters(command, [*shared, *own])


def add_reading_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of a run to `command(..., **options)`, after its own, except those for its profile and outputs."""
    shared = [
        parameter for name, parameter in signature(_take_options).parameters.items() if name not in _PROFILE_AND_OUTPUT_OPTIONS
    ]
    return _set_parameters(command, [*_list_own_parameters(command), *shared])


def build_configuration(options: Mapping[str, Any]) -> "PipelineConfiguration":
    """Build the settings: command line over environment over file over defaults.

    Raises:
        ConfigurationError: If any of them is invalid.

    """
    return resolve_settings(options)[0]


def resolve_settings(options: Mapping[str, Any]) -> tuple["PipelineConfiguration", dict[str, str]]:
    """Build the settings; return them with the source of each."""
    from flexscout.config import PipelineConfiguration  # noqa: PLC0415 - `--help` loads no settings

    overrides = {name: value for name, value in _to_settings(options).items() if value is not None}
    return PipelineConfiguration.resolve(options["config"], overrides)


def load_output_settings(config: Path | None, output_file: str | None, *, to_write: bool = False) -> "PipelineConfiguration":
    """Load the settings that locate the outputs of past runs; from object storage, the outputs are copied to this computer.

    Args:
        config: The configuration file, if any.
        output_file: The workbook, if it is named on the command line.
        to_write: Whether the command writes files beside the workbook.

    Raises:
        ConfigurationError: If a setting is invalid, or the command can't write to object storage.
        OutputError: If the outputs can't be copied.

    """
    from flexscout.config import PipelineConfiguration  # noqa: PLC0415 - as above

    settings = PipelineConfiguration.resolve(config, {"output_file": output_file} if output_file else {})[0]
    if "output_file" not in settings.addresses:
        return settings
    if to_write:
        raise ConfigurationError(
            f"{settings.output_file} is in object storage, where this command can't write. "
            "Only `flexscout run` and `flexscout retry` can."
        )
    from flexscout.staging import stage_results  # noqa: PLC0415 - only for object storage

    return stage_results(settings, choose_reporter(quiet=False))


def choose_reporter(*, quiet: bool) -> Callable[[str], object]:
    """Return what prints sentences about progress on standard error, if anything."""
    return (lambda _: None) if quiet else print_error


def open_history(config: Path | None, output_file: str | None) -> "RunHistory":
    """Open the history of the runs that wrote the workbook."""
    from flexscout.history import RunHistory  # noqa: PLC0415 - `--help` loads no frames

    return RunHistory(Path(load_output_settings(config, output_file).output_file))


def _take_options(
    *,
    folders: Folders = None,
    output_file: OutputFile = None,
    report_file: ReportFile = None,
    config: ConfigFile = None,
    file_pattern: FilePattern = None,
    skip: Skip = None,
    recursive: Recursive = False,
    mapping: MappingFile = None,
    schema_policy: SchemaPolicy = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    profile: ProfileName = None,
    as_of: AsOf = None,
    min_score: MinScore = None,
    where: Where = None,
    where_rows: WhereRows = None,
    snapshots: Snapshots = None,
    record: Record = None,
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
    """Declare the shared options, in the order of the help."""


_PROFILE_AND_OUTPUT_OPTIONS = {"output_file", "report_file", "profile", "no_csv"}


def _list_own_parameters(command: Callable[..., None]) -> list[Parameter]:
    return [parameter for parameter in signature(command).parameters.values() if parameter.kind is not Parameter.VAR_KEYWORD]


def _set_parameters(command: Callable[..., None], parameters: list[Parameter]) -> Callable[..., None]:
    """Replace the signature of a command, from which typer builds its options."""
    in_order = sorted(parameters, key=lambda parameter: parameter.kind)
    setattr(command, "__signature__", Signature(in_order))  # noqa: B010 - no declared attribute; inspect looks for it
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command


def _to_settings(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options by setting, or None if an option wasn't given."""
    fields, folders = options["duplicate_fields"], options["folders"] or []
    return {
        "input_folder": folders[0] if folders else None,
        "more_inputs": folders[1:] if folders else None,
        "output_file": options.get("output_file"),
        "report_file": options.get("report_file"),
        "file_pattern": options["file_pattern"],
        "skip_files": options["skip"] or None,
        "recursive_scan": options["recursive"] or None,
        "mapping": options["mapping"] or None,
        "schema_policy": options["schema_policy"],
        "max_workers": options["workers"],
        "scheduler": options["scheduler"],
        "profile": options["profile"],
        "as_of": options["as_of"],
        "min_flex_score": options["min_score"],
        "where": options["where"],
        "where_rows": options["where_rows"],
        "snapshots": options["snapshots"],
        "merge_record": options["record"],
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
