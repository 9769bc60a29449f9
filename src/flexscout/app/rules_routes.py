"""Requests about the rules: what they are, what others change about the list, saving them, and comparing two profiles."""

from typing import Any

import polars as pl
from starlette.routing import BaseRoute

from flexscout.app.requests import Call, build_route
from flexscout.app.rules import describe_rules, load_known_profile, read_rules, save_rules
from flexscout.insights import Change, compare_replayed, rerank
from flexscout.scoring import describe_profile

_BEST, _CHANGED = 10, 100  # properties of an answer
_HISTOGRAM_STEP, _HISTOGRAM_BARS = 0.5, 20
_NAMES = {
    "id": "Property ID", "name": "Property Name", "type": "Property Type", "address": "Address", "city": "City", "state": "State",
    "size": "Building SqFt", "old_rank": "Old Rank", "rank": "Rank", "old_score": "Old Score", "score": "Flex Score",
}  # fmt: skip
_COMPARED = {
    "address": "Address", "city": "City", "state": "State", "score_a": "Score A", "score_b": "Score B", "rank_a": "Rank A",
    "rank_b": "Rank B", "why": "Why",
}  # fmt: skip


def _describe_rules(call: Call) -> dict[str, Any]:
    return describe_rules(call.window.require_workspace(), call.get_query("profile"))


def _save_rules(call: Call) -> dict[str, Any]:
    workspace = call.window.require_workspace()
    save_rules(workspace, call.body)
    return describe_rules(workspace)


def _rerank(call: Call) -> dict[str, Any]:
    rules, results = read_rules(call.window.require_workspace(), call.body), call.window.require_results()
    with results.replay_lock:
        reranked = rerank(results.replay(), profile=rules.profile, min_score=rules.min_score, where=rules.where)
    return {
        "where": rules.where,
        "changes": reranked.counts,
        "before": _describe_scores(reranked.old),
        "after": _describe_scores(reranked.listed),
        "best": _list_rows(reranked.list_best(_BEST)),
        "new": _list_rows(reranked.list_changed([Change.NEW], _CHANGED)),
        "gone": _list_rows(reranked.list_changed([Change.GONE], _CHANGED)),
        "moved": _list_rows(reranked.list_changed([Change.UP, Change.DOWN], _CHANGED)),
    }


def _describe_scores(listed: pl.DataFrame) -> dict[str, Any]:
    """Return how many properties a list has, and how many in each step of the score."""
    steps = (pl.col("Flex Score") / _HISTOGRAM_STEP).floor().clip(0, _HISTOGRAM_BARS - 1).cast(pl.Int64)
    counts = dict(listed.group_by(steps.alias("step")).len().iter_rows()) if listed.width else {}
    return {"total": listed.height, "histogram": [counts.get(step, 0) for step in range(_HISTOGRAM_BARS)]}


def _list_rows(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """Return properties as the pages need them; what isn't known is null."""
    present = {name: column for name, column in _NAMES.items() if column in rows.columns}
    found = rows.select(pl.col(column).alias(name) for name, column in present.items())
    return [dict.fromkeys(_NAMES) | row for row in found.to_dicts()]


def _compare(call: Call) -> dict[str, Any]:
    workspace, results = call.window.require_workspace(), call.window.require_results()
    profiles = [load_known_profile(workspace, call.get_query(side)) for side in "ab"]
    with results.replay_lock:
        changes = compare_replayed(results.replay(), *profiles)
    tables = {"enter": changes.enter, "leave": changes.leave, "moves": changes.moves}
    return {
        "counts": changes.counts,
        "profiles": [describe_profile(profile) for profile in profiles],
        **{name: _list_compared(table.head(_CHANGED)) for name, table in tables.items()},
    }


def _list_compared(table: pl.DataFrame) -> list[dict[str, Any]]:
    return table.select(pl.col(column).alias(name) for name, column in _COMPARED.items()).to_dicts()


RULES_ROUTES: tuple[BaseRoute, ...] = (
    build_route("/api/rules", get=_describe_rules, put=_save_rules),
    build_route("/api/rerank", post=_rerank),
    build_route("/api/profiles/comparison", get=_compare),
)
