"""`flexscout errors`: show what failed in the last run, by cause."""

import json
from pathlib import Path
from typing import Any

from flexscout.cli.exit_codes import handle_errors
from flexscout.cli.options import ConfigFile, Format, OutputFile, OutputFormat, open_history
from flexscout.cli.terminal import print_json, print_line
from flexscout.domain import format_count, format_time, quote_path
from flexscout.error_codes import MAPPING_CODES


@handle_errors
def errors(*, output_file: OutputFile = None, config: ConfigFile = None, output_format: OutputFormat = Format.TEXT) -> None:
    """Show what failed in the last run, by cause, and what to do."""
    record = open_history(config, output_file).find_run()
    report = record.report["errors"]
    if output_format is Format.JSON:
        print_json(json.dumps({"run": record.number, "ended": record.ended, **report}, indent=2, ensure_ascii=False))
        return
    failed = format_count(report["total"], "file") + " failed" if report["total"] else "no file failed"
    print_line(f"Run {record.number} of {format_time(record.ended)}: {failed}.")
    for cause in report["causes"]:
        _print_cause(cause, [error for error in report["errors"] if error["code"] == cause["code"]])
    if report["total"]:
        print_line(f"After fixing them, run: {_retry_command(output_file, config)}", blank_before=True)


def _print_cause(cause: dict[str, Any], errors: list[dict[str, str]]) -> None:
    print_line(cause["message"], blank_before=True)
    if len(errors) > 1:
        for error in errors:
            print_line(f"  {error['file']}: {error['message']}")
            if error["code"] in MAPPING_CODES:
                print_line(f"    {error['next_step']}")
    print_line(f"  What to do: {cause['next_step']}")


def _retry_command(output_file: str | None, config: Path | None) -> str:
    """Return the command that retries the same run."""
    options = (("-o", output_file), ("-c", config))
    return " ".join(["flexscout retry", *(f"{option} {quote_path(value)}" for option, value in options if value)])
