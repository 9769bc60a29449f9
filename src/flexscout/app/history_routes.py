"""Requests about past runs: the runs with their settings, a property's values over time, and restoring a run."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import polars as pl

from flexscout.app.change_routes import describe_run
from flexscout.app.requests import Call, build_route
from flexscout.app.result_list import describe_kind
from flexscout.app.security import BadRequestError, BusyError
from flexscout.history import RunHistory, RunRecord
from flexscout.insights import TRACKED_COLUMNS, collect_values, explain_unrestorable, restore_run
from flexscout.outputs import list_settings

_TOPIC, _SETTING, _VALUE = "Topic", "Setting", "Value"
_UNSET = "none"  # as `list_settings` shows a setting without a value
_MAX_RUNS = 100


def _list_runs(call: Call) -> dict[str, Any]:
    history = call.window.require_workspace().open_history()
    records = list(history.read_records())[:_MAX_RUNS]
    settings = [_read_settings(record) for record in records]
    changed = [*(_compare_settings(old, new) for new, old in pairwise(settings)), []]
    return {"runs": [_describe_run(history, *pair) for pair in zip(records, changed, strict=True)] if records else []}


def _describe_run(history: RunHistory, record: RunRecord, changed: list[dict[str, str]]) -> dict[str, Any]:
    statistics = record.report["statistics"]
    return describe_run(record) | {
        "files": statistics["successful_files"],
        "failed": statistics["failed_files"],
        "is_kept": history.find_result(record) is not None,
        "restored_from": record.restored_from,
        "problem": explain_unrestorable(history, record),
        "changed": changed,
    }


def _list_settings(call: Call) -> dict[str, Any]:
    history = call.window.require_workspace().open_history()
    record = history.find_run(call.get_number("run", 0))
    rows = list_settings(record.report).rows()
    return {"run": record.number, "settings": [{"topic": topic, "name": name, "value": value} for topic, name, value in rows]}


def _restore(call: Call) -> dict[str, Any]:
    number = call.body.get("run")
    if not isinstance(number, int):
        raise BadRequestError("The request lacks the number of a run.")
    if call.window.is_running:
        raise BusyError("A run is going.", "Wait until it ends, or stop it.")
    restored = restore_run(call.window.require_workspace().load_settings(), number)
    return {"run": restored.number, "messages": restored.messages}


def _list_values(call: Call) -> dict[str, Any]:
    values = collect_values(call.window.require_workspace().open_history(), call.get_query("id"))
    return {
        "columns": [{"name": name, **describe_kind(name, values.schema[name])} for name in TRACKED_COLUMNS],
        "runs": [
            {"run": row["Run"], "day": row["Day"], "rank": row["Rank"], "values": [row[name] for name in TRACKED_COLUMNS]}
            for row in values.iter_rows(named=True)
        ],
    }


def _read_settings(record: RunRecord) -> Mapping[tuple[str, str], str]:
    """Return the settings and rules of a run in words, by topic and name."""
    table = list_settings(record.report)
    joined = table.group_by(_TOPIC, _SETTING, maintain_order=True).agg(pl.col(_VALUE).str.join("; "))
    return {(topic, name): value for topic, name, value in joined.iter_rows()}


def _compare_settings(old: Mapping[tuple[str, str], str], new: Mapping[tuple[str, str], str]) -> list[dict[str, str]]:
    names = dict.fromkeys((*new, *old))
    values = {name: [one.get(name, _UNSET) for one in (old, new)] for name in names}  # an older version lacks a setting
    return [{"name": name[1], "old": before, "new": after} for name, (before, after) in values.items() if before != after]


HISTORY_ROUTES = (
    build_route("/api/history", get=_list_runs),
    build_route("/api/history/settings", get=_list_settings),
    build_route("/api/history/values", get=_list_values),
    build_route("/api/history/restore", post=_restore),
)
