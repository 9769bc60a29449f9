"""Requests about the list: windows of rows, the summary, and the outlines of the map."""

from functools import cache
from typing import Any

from starlette.routing import BaseRoute

from flexscout.app.requests import Call, build_route
from flexscout.app.results import VIEWS
from flexscout.app.row_query import RowFilter, read_sort
from flexscout.outputs import MAP_HEIGHT, MAP_WIDTH, load_outlines

_COUNT = 100


def _read_list(call: Call) -> dict[str, Any]:
    query = call.window.require_results().query(call.get_query("view", VIEWS[0]))
    wanted = RowFilter.from_json(call.get_query("filter"))
    order = read_sort(call.query.get("sort", []), call.query.get("descending", []))
    return query.read_rows(wanted, order, call.get_number("start", 0), call.get_number("count", _COUNT))


def _summarize_list(call: Call) -> dict[str, Any]:
    view, results = call.get_query("view", VIEWS[0]), call.window.require_results()
    wanted = RowFilter.from_json(call.get_query("filter"))
    summary = results.query(view).summarize(wanted)
    return {**summary, "points": results.find_points(wanted) if view == VIEWS[0] else []}


def _list_outlines(_call: Call) -> dict[str, Any]:
    return _load_outlines()


@cache
def _load_outlines() -> dict[str, Any]:
    outlines = load_outlines()
    names = ("land", "lakes", "rivers", "state_borders", "county_borders")
    return {"width": MAP_WIDTH, "height": MAP_HEIGHT, **{name: getattr(outlines, name) for name in names}}


LIST_ROUTES: tuple[BaseRoute, ...] = (
    build_route("/api/list", get=_read_list),
    build_route("/api/summary", get=_summarize_list),
    build_route("/api/outlines", get=_list_outlines),
)
