"""Requests about the result: windows of the list, its summary, and everything about one property."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from starlette.routing import BaseRoute

from flexscout.app.property_view import describe_property, find_neighbors
from flexscout.app.requests import Call, build_route
from flexscout.app.results import VIEWS
from flexscout.app.row_query import RowFilter, read_sort
from flexscout.app.security import BadRequestError
from flexscout.history import read_property_entries, save_corrections, save_notes
from flexscout.matching import DecisionKind
from flexscout.outputs import MAP_HEIGHT, MAP_UNIT_FEET, MAP_WIDTH, load_outlines

_COUNT = 100  # rows of an answer
_MAX_TEXTS = 100  # of a request


def _read_list(call: Call) -> dict[str, Any]:
    query = call.window.require_results().query(call.get_query("view", VIEWS[0]))
    wanted = RowFilter.from_json(call.get_query("filter"))
    order = read_sort(call.query.get("sort", []), call.query.get("descending", []))
    return query.read_rows(wanted, order, call.get_number("start", 0), call.get_number("count", _COUNT))


def _summarize_list(call: Call) -> dict[str, Any]:
    view, results = call.get_query("view", VIEWS[0]), call.window.require_results()
    wanted = RowFilter.from_json(call.get_query("filter"))
    summary = results.query(view).summarize(wanted)
    return {**summary, **results.find_points(view, wanted), "views": results.count_views()}


def _list_outlines(_call: Call) -> dict[str, Any]:
    return _load_outlines()


@cache
def _load_outlines() -> dict[str, Any]:
    outlines = load_outlines()
    names = ("land", "lakes", "rivers", "state_borders", "county_borders", "states")
    return {
        "width": MAP_WIDTH,
        "height": MAP_HEIGHT,
        "unit_feet": MAP_UNIT_FEET,
        **{name: getattr(outlines, name) for name in names},
    }


def _describe_property(call: Call) -> dict[str, Any]:
    window, key = call.window, call.path["key"]
    workspace, results = window.require_workspace(), window.require_results()
    described = describe_property(results, workspace.load_settings(), key)
    view = call.get_query("view", VIEWS[0])
    order = read_sort(call.query.get("sort", []), call.query.get("descending", []))
    return described | find_neighbors(results, view, key, RowFilter.from_json(call.get_query("filter")), order)


def _save_notes(call: Call) -> dict[str, Any]:
    settings, place = _find_place(call)
    save_notes(settings, place, *(_read_texts(call.body.get(name, {})) for name in ("texts", "known")))
    return {"notes": read_property_entries(settings, call.path["key"])[0]}


def _save_corrections(call: Call) -> dict[str, Any]:
    settings, place = _find_place(call)
    save_corrections(settings, place, _read_texts(call.body))
    return {"corrections": read_property_entries(settings, call.path["key"])[1]}


def _decide(call: Call) -> dict[str, Any]:
    kind, results = call.read_text("decision"), call.window.require_results()
    if kind not in list(DecisionKind):
        raise BadRequestError(f"{kind!r} isn't a decision.", "Decide same, different or later.")
    return results.decide(DecisionKind(kind), call.read_text("id"), call.read_text("other"))


def _find_place(call: Call) -> tuple[Any, Mapping[str, Any]]:
    """Return the settings, and the ID and the address of the property."""
    row = call.window.require_results().require_row(call.path["key"])
    return call.window.require_workspace().load_settings(), {**row, "Property ID": call.path["key"]}


def _read_texts(body: Any) -> dict[str, str | None]:
    """Return the texts by column. Raises BadRequestError if one isn't a text."""
    is_object = isinstance(body, dict) and len(body) <= _MAX_TEXTS
    if not is_object or not all(value is None or isinstance(value, str) for value in body.values()):
        raise BadRequestError("The request isn't an object of texts.")
    return dict(body)


RESULT_ROUTES: tuple[BaseRoute, ...] = (
    build_route("/api/list", get=_read_list),
    build_route("/api/summary", get=_summarize_list),
    build_route("/api/outlines", get=_list_outlines),
    build_route("/api/properties/{key:path}/notes", put=_save_notes),
    build_route("/api/properties/{key:path}/corrections", put=_save_corrections),
    build_route("/api/properties/{key:path}", get=_describe_property),
    build_route("/api/decisions", post=_decide),
)
