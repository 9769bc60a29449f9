"""Requests for files and problems: downloads, exports of a selection, and what failed."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import polars as pl
from starlette.responses import Response
from starlette.routing import BaseRoute

from flexscout.app.input_files import choose_state
from flexscout.app.property_view import require_report
from flexscout.app.requests import Call, build_route
from flexscout.app.result_list import KEY
from flexscout.app.results import VIEWS, Results
from flexscout.app.row_query import RowFilter, RowSort
from flexscout.app.security import BadRequestError
from flexscout.app.workspaces import OUTPUTS, clean_name
from flexscout.history import RunRecord
from flexscout.insights import write_property_sheet
from flexscout.notebook import ReportGenerator
from flexscout.outputs import REASON_TEXT, add_reason_texts, export_tables

_MAX_ISSUES = 5_000  # of an answer
_MAX_EXPORTED = 100_000
_FORMATS = ("xlsx", "csv")
_ISSUE_COLUMNS = {
    "reason": "Reason", "file": "Source File", "sheet": "Source Sheet", "row": "Source Row", "column": "Column", "value": "Value",
    "text": REASON_TEXT,
}  # fmt: skip

_MEMO = "memo"


def _download(call: Call) -> Response:
    return attach(*read_output(call, call.path["name"]))


def read_output(call: Call, name: str) -> tuple[bytes, str]:
    """Return the content and the name of an output. Raises BadRequestError if there is no such output."""
    settings = call.window.require_workspace().load_settings()
    if name == _MEMO:
        return _write_temporary(settings.memo_file.name, ReportGenerator(settings).export_past_report)
    if name not in OUTPUTS:
        raise BadRequestError(f"There is no download {name!r}.")
    path = OUTPUTS[name](settings)
    if not path.is_file():
        raise BadRequestError(f"{path.name} doesn't exist.", "Run again.")
    return path.read_bytes(), path.name


def _download_sheet(call: Call) -> Response:
    return attach(*read_sheet(call, call.path["key"]))


def read_sheet(call: Call, key: str) -> tuple[bytes, str]:
    """Return the content and the name of the sheet of a property, a PDF file. Raises BadRequestError if there is no such one."""
    workspace, results = call.window.require_workspace(), call.window.require_results()
    with results.replay_lock:
        past = results.replay()
        report = require_report(past, key)
        name = f"{clean_name(str(report.about.get('Address') or key))}.pdf"
        return _write_temporary(name, lambda path: write_property_sheet(report, past, workspace.open_history(), path))


def _export(call: Call) -> Response:
    suffix = call.body.get("format", _FORMATS[0])
    if suffix not in _FORMATS:
        raise BadRequestError("The format must be xlsx or csv.")
    rows = _find_exported(call.window.require_results(), call)
    if rows.is_empty():
        raise BadRequestError("No property is selected.", "Select some in the list.")
    table = rows.select(name for name in rows.columns if not name.startswith("__"))
    return attach(*_write_temporary(f"flexscout selection.{suffix}", lambda path: export_tables({"Selection": table}, path)))


def _find_exported(results: Results, call: Call) -> pl.DataFrame:
    """Return the rows with the IDs of the request in the order of the list, or those that its filter finds."""
    ids, view = call.body.get("ids"), call.body.get("view", VIEWS[0])
    if ids is None:
        query = results.query(view)
        return query.listed.rows[query.find_positions(RowFilter.from_json(call.read_text("filter")), RowSort())].head(
            _MAX_EXPORTED
        )
    if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
        raise BadRequestError("The IDs must be a list of texts.")
    wanted = pl.Series(KEY, ids, dtype=pl.String)
    views = VIEWS[:1] if all(one.startswith("P-") for one in ids) else (VIEWS[0], VIEWS[2])
    found = [results.query(one).listed.rows.filter(pl.col(KEY).is_in(wanted.implode())) for one in views]
    return pl.concat([part for part in found if part.height] or found[:1], how="diagonal_relaxed")


def _list_problems(call: Call) -> dict[str, Any]:
    record = call.window.require_workspace().find_last_run()
    if record is None:
        return {"failed": [], "issues": [], "total": 0}
    issues = call.window.require_results().list_issues()
    texts = add_reason_texts(issues.head(_MAX_ISSUES))
    rows = texts.select(pl.col(column).alias(name) for name, column in _ISSUE_COLUMNS.items()).to_dicts()
    total = sum(entry["issues"] for entry in record.report["files"])
    return {"failed": _list_failed(record), "issues": rows, "total": total}


def _list_failed(record: RunRecord) -> list[dict[str, Any]]:
    errors = record.report["errors"]
    return [
        {
            "cause": cause["message"],
            "code": cause["code"],
            "state": choose_state(cause["code"]),
            "next_step": cause["next_step"],
            "files": [error["file"] for error in errors["errors"] if error["code"] == cause["code"]],
        }
        for cause in errors["causes"]
    ]


def _write_temporary(name: str, write: Callable[[Path], object]) -> tuple[bytes, str]:
    with tempfile.TemporaryDirectory(prefix="flexscout-") as folder:
        path = Path(folder) / name
        write(path)
        return path.read_bytes(), name


def attach(content: bytes, name: str) -> Response:
    """Return a file that browsers save and never show."""
    plain = name.encode("ascii", "replace").decode().translate({ord(mark): "_" for mark in '"\\?;'})
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    return Response(content, media_type="application/octet-stream", headers={"content-disposition": disposition})


OUTPUT_ROUTES: tuple[BaseRoute, ...] = (
    build_route("/api/downloads/{name}", get=_download),
    build_route("/api/sheets/{key:path}", get=_download_sheet),
    build_route("/api/export", post=_export),
    build_route("/api/problems", get=_list_problems),
)
