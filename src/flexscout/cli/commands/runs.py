"""`flexscout runs`: list the runs that wrote a workbook."""

import json
from itertools import islice
from pathlib import Path

from flexscout.cli.exit_codes import handle_errors
from flexscout.cli.options import ConfigFile, Format, OutputFile, OutputFormat, RunCount, open_history
from flexscout.cli.terminal import print_json, print_line
from flexscout.domain import format_count, format_time


@handle_errors
def runs(
    *, output_file: OutputFile = None, config: ConfigFile = None, last: RunCount = 20, output_format: OutputFormat = Format.TEXT
) -> None:
    """List the runs that wrote a workbook, latest first."""
    history = open_history(config, output_file)
    history.find_run()  # an empty history is an error
    entries = []
    for record in islice(history.read_records(), last):
        statistics = record.report["statistics"]
        entries.append(
            {
                "run": record.number,
                "ended": record.ended,
                "exit_code": record.exit_code,
                "files": statistics["successful_files"],
                "failed": statistics["failed_files"],
                "candidates": statistics["unique_flex_properties"],
                "restored_from": record.restored_from,
                "report": str(Path(record.report["settings"]["report_file"])),
            }
        )
    if output_format is Format.JSON:
        print_json(json.dumps(entries, indent=2, ensure_ascii=False))
        return
    for entry in entries:
        failed = f", {entry['failed']} failed" if entry["failed"] else ""
        result = f"{format_count(entry['candidates'], 'candidate')} from {format_count(entry['files'], 'file')}{failed}"
        restored = f", restored from run {entry['restored_from']}" if entry["restored_from"] else ""
        print_line(f"{entry['run']:4}  {format_time(entry['ended']):>19}  {result}{restored}")
