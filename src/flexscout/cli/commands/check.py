"""`flexscout check`: show what a run would read and how each file's headers map."""

import json
from typing import TYPE_CHECKING, Any

import typer

from flexscout.cli import options as opt
from flexscout.cli.exit_codes import handle_errors
from flexscout.cli.terminal import add_password, print_json, print_line
from flexscout.domain import format_date, is_unavailable, map_command
from flexscout.findings import FindingCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flexscout.config import PipelineConfiguration
    from flexscout.findings import Finding
    from flexscout.models import CheckSummary, FileRecord, SheetRecord


@handle_errors
@opt.add_shared_options
def check(**options: Any) -> None:
    """Show what a run would read and what is missing.

    For each file: its sheets, how its headers map, and the columns it lacks. Writes nothing.
    """
    settings = add_password(opt.build_configuration(options))
    raise typer.Exit(check_folder(settings, options["output_format"], quiet=options["quiet"]))


def check_folder(settings: "PipelineConfiguration", output_format: opt.Format, *, quiet: bool) -> int:
    """Check the input folder, print the result, and return the exit code."""
    from flexscout.outputs import describe_unmatched_mappings  # noqa: PLC0415
    from flexscout.pipeline import ScalableFlexPipeline  # noqa: PLC0415
    from flexscout.scoring import load_profile  # noqa: PLC0415 - `--help` loads no frames
    from flexscout.staging import stage_inputs  # noqa: PLC0415

    summary = ScalableFlexPipeline(stage_inputs(settings, opt.choose_reporter(quiet=quiet))).check()
    if output_format is opt.Format.JSON:
        print_json(json.dumps(_summary_to_dict(summary), indent=2, ensure_ascii=False))
    elif not quiet:
        _print_summary(summary, {*load_profile(settings.profile).needed_columns, *settings.duplicate_fields})
        if summary.unmatched:
            print_line(describe_unmatched_mappings(settings.mapping, summary.unmatched))
    return summary.exit_code


def _summary_to_dict(summary: "CheckSummary") -> dict[str, Any]:
    return {
        "files": [_file_to_dict(record, summary.findings.get(record.source.name, ())) for record in summary.records],
        "skipped": [{"file": file.name, "reason": file.reason} for file in summary.skipped],
        "unmatched": list(summary.unmatched),
        "sources": [source.as_dict() for source in summary.sources],
    }


def _file_to_dict(record: "FileRecord", findings: "Sequence[Finding]") -> dict[str, Any]:
    return {
        "file": record.source.name,
        "status": "failed" if record.error else "ok",
        "sheets": [_sheet_to_dict(sheet) for sheet in record.sheets],
        "sheets_left_out": [{"sheet": sheet.name, "reason": sheet.reason} for sheet in record.skipped_sheets],
        **({"error": record.error.as_dict()} if record.error else {"findings": [finding.as_dict() for finding in findings]}),
    }


def _sheet_to_dict(sheet: "SheetRecord") -> dict[str, Any]:
    header_map = sheet.header_map
    return {
        "sheet": sheet.sheet,
        "header_row": sheet.header_row,
        "hidden": sheet.hidden,
        "vendor": header_map.vendor,
        "recognized": header_map.recognized,
        "mapped": header_map.mapped,
        "missing": list(header_map.missing),
        "extra": [column.name for column in header_map.unmapped],
        "left_out": [column.header for column in header_map.excluded],
        "mapping": header_map.mapping,
        "by_hand": list(header_map.from_mapping),
        "suggestions": header_map.suggested,
        "suggested_by": {each.header: str(each.reason) for each in header_map.suggestions},
        "remarks": [f"{issue.column}: {issue.full_reason}" for issue in header_map.issues],
    }


def _print_summary(summary: "CheckSummary", needed: set[str]) -> None:
    """Print a summary; `needed`: the columns used for scoring and deduplication."""
    for record in summary.records:
        print_line(f"{record.source.name}: {record.error or 'will be read'}")
        _print_findings(record, summary.findings.get(record.source.name, ()))
        for sheet in record.sheets:
            _print_sheet(_sheet_to_dict(sheet), needed)
            _print_suggestions(record, sheet)
        for skipped in record.skipped_sheets:
            print_line(f'  sheet "{skipped.name}" is left out: {skipped.reason}')
    for file in summary.skipped:
        print_line(f"{file.name}: skipped. {file.reason}")
    for source in summary.sources:
        if source.has_snapshots:
            days = ", ".join(f"{file} ({format_date(day)})" for file, day in source.exports)
            print_line(f"{source.label}: snapshots of one source, if they share properties, the newest last: {days}")
    failed = sum(1 for record in summary.records if record.error)
    print_line(
        f"{len(summary.records) - failed} to read, {failed} can't be read, {len(summary.skipped)} skipped. Nothing was written.",
        blank_before=True,
    )


def _print_findings(record: "FileRecord", findings: "Sequence[Finding]") -> None:
    """Print what will keep the file off the list; the columns that it lacks are listed for each sheet."""
    for finding in findings:
        if finding.code is not FindingCode.COLUMNS_NOT_FOUND:
            print_line(f"  {finding.sentence} To map its columns: {map_command(record.source.path)}")


def _print_sheet(sheet: dict[str, Any], needed: set[str]) -> None:
    header = f"header in row {sheet['header_row']}" if sheet["header_row"] else "no header"
    hidden = " (hidden)" if sheet["hidden"] else ""
    print_line(f'  sheet "{sheet["sheet"]}"{hidden}: {header}; {sheet["recognized"]}')
    renamed = [f"{header} -> {name}" for header, name in sheet["mapped"].items() if header != name]
    unchanged = [name for header, name in sheet["mapped"].items() if header == name]
    _print_list("same name", unchanged)
    _print_list("mapped", renamed)
    missing = [name for name in sheet["missing"] if name in needed and is_unavailable(name, sheet["missing"])]
    _print_list("missing, needed for scoring or deduplication", missing)
    _print_list("kept as is, not scored", sheet["extra"])
    _print_list("left out", sheet["left_out"])
    _print_list(f"set by the mapping file {sheet['mapping']}", sheet["by_hand"])
    _print_list("notes", sheet["remarks"])


def _print_suggestions(record: "FileRecord", sheet: "SheetRecord") -> None:
    """Print what unmapped columns may be, and the command that maps them."""
    suggestions = sheet.header_map.suggestions
    _print_list("did you mean", [suggestion.question for suggestion in suggestions])
    if suggestions:
        print_line(f"    to map them: {map_command(record.source.path)}")


def _print_list(title: str, entries: list[str]) -> None:
    if entries:
        print_line(f"    {title} ({len(entries)}): {', '.join(entries)}")
