"""Requests of the screen Columns: what the columns of a file mean, a preview of how it is read, and its mapping file."""

from collections.abc import Mapping
from typing import Any

from flexscout.app.mappings import MappingEditor
from flexscout.app.requests import Call, build_route
from flexscout.app.security import BadRequestError
from flexscout.domain import POSTAL_COLUMNS, list_canonical_columns, map_code_tables
from flexscout.ingest import LEAVE_OUT, PASS


def _list_choices(_call: Call) -> dict[str, Any]:
    return {
        "columns": [{"name": column.name, "type": column.type, "unit": column.unit} for column in list_canonical_columns()],
        "keep": PASS,
        "drop": LEAVE_OUT,
        "split": POSTAL_COLUMNS,
        "code_tables": sorted(map_code_tables()),
    }


def _open(call: Call) -> dict[str, Any]:
    return _build_editor(call, call.get_query("file")).open(call.get_query("sheet"))


def _preview(call: Call) -> dict[str, Any]:
    sheet = call.body.get("sheet")
    return _edit(call).preview(_read_entries(call), sheet if isinstance(sheet, str) else "")


def _import(call: Call) -> dict[str, Any]:
    return _edit(call).import_text(call.read_text("text"))


def _save(call: Call) -> dict[str, Any]:
    return _edit(call).save(_read_entries(call))


def _forget(call: Call) -> dict[str, Any]:
    if not call.read_text("saved_as"):
        raise BadRequestError("The mapping isn't saved.")
    return _edit(call).forget()


def _edit(call: Call) -> MappingEditor:
    return _build_editor(call, call.read_text("file"), call.read_text("saved_as"))


def _build_editor(call: Call, file: str, saved_as: str = "") -> MappingEditor:
    return MappingEditor(call.window.require_workspace(), file, saved_as, call.window.keep_workers())


def _read_entries(call: Call) -> Mapping[str, Any]:
    entries = call.body.get("entries")
    if not isinstance(entries, dict):
        raise BadRequestError("The request lacks the entries of a mapping.")
    return entries


COLUMN_ROUTES = (
    build_route("/api/columns", get=_open),
    build_route("/api/columns/choices", get=_list_choices),
    build_route("/api/columns/preview", post=_preview),
    build_route("/api/columns/import", post=_import),
    build_route("/api/columns/save", post=_save),
    build_route("/api/columns/forget", post=_forget),
)
"""Requests of the screen Columns."""
