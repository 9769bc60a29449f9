"""The files of a workspace before a run: what each is, and what a run would do with it."""

import glob
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from flexscout.app.security import BadRequestError
from flexscout.app.workspaces import CONFIG_NAME, Workspace
from flexscout.config import change_settings, read_file_values
from flexscout.domain import date_file
from flexscout.error_codes import MAPPING_CODES, PASSWORD_CODES
from flexscout.errors import NothingToReadError
from flexscout.findings import Finding, FindingCode
from flexscout.models import CheckSummary, FileRecord, Source
from flexscout.pipeline import ScalableFlexPipeline
from flexscout.runtime import Executor
from flexscout.skipped import FileSkipCode, SkippedFile


def list_input_files(workspace: Workspace, executor: Executor | None = None) -> dict[str, Any]:
    """Return a row per file with its state and what to do, and the sources with their snapshots.

    Args:
        workspace: The workspace.
        executor: What reads the files; processes of their own by default.

    Raises:
        ConfigurationError: The settings have an error.

    """
    try:
        summary = ScalableFlexPipeline(workspace.load_settings(), executor).check()
    except NothingToReadError as error:
        has_folder = Path(workspace.load_settings().input_folder).is_dir()  # an empty one is no problem
        problem = {} if has_folder else {"problem": error.message, "next_step": error.next_step}
        return {"files": _list_skipped(error.skipped), "sources": [], **problem}
    last = workspace.find_last_run()
    rows = {entry["file"]: entry["rows_read"] for entry in last.report["files"]} if last else {}
    return {"files": _list_rows(summary, rows), "sources": [source.as_dict() for source in summary.sources]}


def leave_out_file(workspace: Workspace, name: str) -> None:
    """Leave a file out of the runs by its name in the settings. Raises what `remove_skip_pattern` does."""
    pattern = glob.escape(name)
    _write_patterns(workspace, [*(one for one in _read_patterns() if one != pattern), pattern])


def remove_skip_pattern(workspace: Workspace, pattern: str) -> None:
    """Take the files in again that a pattern of the settings leaves out; of one file, the pattern is its name.

    Raises:
        BadRequestError: The pattern isn't one of the file with the settings.
        ConfigurationError: The settings have an error, or are written in a way that can't be changed by a program.
        OutputError: The settings can't be written.

    """
    patterns = _read_patterns()
    if pattern not in patterns:
        raise BadRequestError(f"{pattern} isn't in {CONFIG_NAME}.", "Look for it in the environment variables of this computer.")
    _write_patterns(workspace, [one for one in patterns if one != pattern])


def _read_patterns() -> list[str]:
    """Return the patterns of the file with the settings. Those of an environment variable replace them, but stay out of it."""
    return [str(text).strip() for text in read_file_values(Path(CONFIG_NAME)).get("skip_files") or ()]


def _write_patterns(workspace: Workspace, patterns: Sequence[str]) -> None:
    workspace.write_settings(change_settings(Path(CONFIG_NAME), {"skip_files": [*patterns] or None}))


def _list_rows(summary: CheckSummary, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    labels = _label_files(summary.sources)
    rows = [_describe_record(record, labels, summary.findings.get(record.source.name, ()), counts) for record in summary.records]
    return sorted([*rows, *_list_skipped(summary.skipped)], key=lambda row: str(row["file"]))


def _list_skipped(skipped: Iterable[SkippedFile]) -> list[dict[str, Any]]:
    others = [file for file in skipped if file.code != FileSkipCode.OWN_RESULT and file.name != CONFIG_NAME]
    return [_describe_skipped(file) for file in others]


def _describe_skipped(file: SkippedFile) -> dict[str, Any]:
    row = {**_EMPTY, "file": file.name, "state": "skipped", "code": file.code, "reason": file.reason}
    pattern = file.details[0] if file.code == FileSkipCode.LEFT_OUT else ""
    return row | {"pattern": pattern, "is_by_name": pattern == glob.escape(file.name)}


_EMPTY: dict[str, Any] = {
    **dict.fromkeys(("source", "snapshot_day", "size", "rows")),
    "missing": [],
    "pattern": "",
    "is_by_name": False,
    "code": "",
    "reason": "",
    "next_step": "",
}


def _label_files(sources: Iterable[Source]) -> dict[str, tuple[str, str]]:
    """Return the source and the day of each file that has them."""
    return {file: (source.label, day.isoformat()) for source in sources for file, day in source.exports}


def _describe_record(
    record: FileRecord, labels: Mapping[str, tuple[str, str]], findings: Sequence[Finding], counts: Mapping[str, int]
) -> dict[str, Any]:
    name, source = record.source.name, record.source
    label, day = labels.get(name, (None, date_file(name, source.modified).day.isoformat()))
    missing = sorted({column for sheet in record.sheets for column in sheet.header_map.missing})
    row = {**_EMPTY, "file": name, "size": source.size, "source": label, "snapshot_day": day, "missing": missing}
    if record.error is None:
        return row | {"rows": counts.get(name)} | _describe_findings(record, findings)
    error = record.error
    return row | {
        "state": choose_state(error.code),
        "code": error.code,
        "reason": error.message,
        "next_step": error.next_step,
        "missing": [],
    }


def _describe_findings(record: FileRecord, findings: Sequence[Finding]) -> dict[str, Any]:
    """Return the state of a file that can be read: whether its columns need a look, and why."""
    lacking = {column for finding in findings for column in finding.columns}
    suggestions = [one for sheet in record.sheets for one in sheet.header_map.suggestions if one.column in lacking]
    is_ready = not suggestions and all(finding.code is FindingCode.COLUMNS_NOT_FOUND for finding in findings)
    sentences = [*(finding.sentence for finding in findings), *(one.question for one in suggestions)]
    code = findings[0].code if findings else ""
    return {"state": "ready" if is_ready else "check_columns", "code": code, "reason": " ".join(sentences)}


def choose_state(code: str) -> str:
    """Return what is wrong with a file, by the code of its error."""
    if code in MAPPING_CODES:
        return "needs_columns"
    return "password" if code in PASSWORD_CODES else "damaged"
