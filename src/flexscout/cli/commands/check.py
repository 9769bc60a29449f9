"""`flexscout check`: what a run would read, and how each file's headers map."""

import json
from typing import TYPE_CHECKING, Any

import typer

from flexscout.cli import options as opt
from flexscout.cli.exit_codes import report_errors
from flexscout.cli.terminal import print_json, print_line

if TYPE_CHECKING:
    from flexscout.config import PipelineConfiguration
    from flexscout.models import CheckSummary, FileRecord, SheetRecord


@report_errors
@opt.add_shared_options
def check(**options: Any) -> None:
    """Say what would be read, how each file's headers map and what is missing. Writes nothing."""
    raise typer.Exit(show(opt.build_configuration(options), options["output_format"], quiet=options["quiet"]))


def show(settings: "PipelineConfiguration", output_format: opt.Format, *, quiet: bool) -> int:
    """Check and print; gives the exit code."""
    from flexscout.outputs import describe_unmatched_mappings  # noqa: PLC0415
    from flexscout.pipeline import ScalableFlexPipeline  # noqa: PLC0415
    from flexscout.scoring import load_profile  # noqa: PLC0415 - `--help` loads no frames

    summary = ScalableFlexPipeline(settings).check()
    if output_format is opt.Format.JSON:
        print_json(json.dumps(_as_dict(summary), indent=2, ensure_ascii=False))
    elif not quiet:
        _print(summary, {*load_profile(settings.profile).columns, *settings.duplicate_fields})
        if summary.unmatched:
            print_line(describe_unmatched_mappings(settings.mapping, summary.unmatched))
    return summary.exit_code


def _as_dict(summary: "CheckSummary") -> dict[str, Any]:
    return {
        "files": [_record(record) for record in summary.records],
        "skipped": [{"file": file.name, "reason": file.reason} for file in summary.skipped],
        "unmatched": list(summary.unmatched),
    }


def _record(record: "FileRecord") -> dict[str, Any]:
    return {
        "file": record.source.name,
        "status": "failed" if record.error else "ok",
        "sheets": [_sheet(sheet) for sheet in record.sheets],
        "sheets_left_out": [{"sheet": sheet.name, "reason": sheet.reason} for sheet in record.skipped_sheets],
        **({"error": record.error.as_dict()} if record.error else {}),
    }


def _sheet(sheet: "SheetRecord") -> dict[str, Any]:
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
        "by_hand": list(header_map.from_mapping),
        "suggestions": dict(header_map.suggestions),
        "remarks": [f"{issue.column}: {issue.full_reason}" for issue in header_map.issues],
    }


def _print(summary: "CheckSummary", asked_for: set[str]) -> None:
    for record in summary.records:
        print_line(f"{record.source.name}: {record.error or 'would be read'}")
        for sheet in record.sheets:
            _print_sheet(_sheet(sheet), asked_for)
        for skipped in record.skipped_sheets:
            print_line(f'  sheet "{skipped.name}" left out: {skipped.reason}')
    for file in summary.skipped:
        print_line(f"{file.name}: skipped. {file.reason}")
    failed = sum(1 for record in summary.records if record.error)
    print_line(
        f"{len(summary.records) - failed} to read, {failed} that can't be, {len(summary.skipped)} skipped. Nothing was written.",
        blank_before=True,
    )


def _print_sheet(sheet: dict[str, Any], asked_for: set[str]) -> None:
    """`asked_for`: the columns that the score and the duplicates need."""
    header = f"header in row {sheet['header_row']}" if sheet["header_row"] else "no header"
    hidden = " (hidden)" if sheet["hidden"] else ""
    print_line(f'  sheet "{sheet["sheet"]}"{hidden}: {header}; {sheet["recognized"]}')
    renamed = [f"{header} -> {name}" for header, name in sheet["mapped"].items() if header != name]
    same = [name for header, name in sheet["mapped"].items() if header == name]
    _print_list("by their own name", same)
    _print_list("renamed", renamed)
    _print_list("missing, and asked for", [name for name in sheet["missing"] if name in asked_for])
    _print_list("passed through", sheet["extra"])
    _print_list("left out", sheet["left_out"])
    _print_list("as the mapping file says", sheet["by_hand"])
    _print_list("did you mean", [f"{header} = {name}?" for header, name in sheet["suggestions"].items()])
    _print_list("remarks", sheet["remarks"])


def _print_list(title: str, entries: list[str]) -> None:
    if entries:
        print_line(f"    {title} ({len(entries)}): {', '.join(entries)}")
