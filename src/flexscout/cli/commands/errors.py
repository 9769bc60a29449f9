"""`flexscout errors`: what went wrong in the last run, by cause, and what to do about it."""

import json
from typing import Any

from flexscout.cli.exit_codes import report_errors
from flexscout.cli.options import ConfigFile, Format, OutputFile, OutputFormat
from flexscout.cli.past_runs import open_history
from flexscout.cli.terminal import print_json, print_line
from flexscout.domain import format_count, format_time


@report_errors
def errors(*, output_file: OutputFile = None, config: ConfigFile = None, output_format: OutputFormat = Format.TEXT) -> None:
    """Say what went wrong in the last run, by cause, and what to do."""
    record = open_history(config, output_file).find_run()
    found = record.report["errors"]
    if output_format is Format.JSON:
        print_json(json.dumps({"run": record.number, "ended": record.ended, **found}, indent=2, ensure_ascii=False))
        return
    failed = format_count(found["total"], "file") + " failed" if found["total"] else "no file failed"
    print_line(f"Run {record.number} of {format_time(record.ended)}: {failed}.")
    for cause in found["causes"]:
        _show_cause(cause, [error for error in found["errors"] if error["code"] == cause["code"]])
    if found["total"]:
        print_line("When they are mended: flexscout retry", blank_before=True)


def _show_cause(cause: dict[str, Any], errors: list[dict[str, str]]) -> None:
    """The cause with its next step, then each of its files with what is wrong in it."""
    print_line(cause["message"], blank_before=True)
    if len(errors) > 1:
        for error in errors:
            print_line(f"  {error['file']}: {error['message']}")
    print_line(f"  What to do: {cause['next_step']}")
