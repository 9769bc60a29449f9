"""Requests about the rules: what other criteria change about the list, while the user tries them out."""

from typing import Any

import polars as pl
from starlette.routing import BaseRoute

from flexscout.app.requests import Call, build_route
from flexscout.app.security import BadRequestError
from flexscout.insights import Change, rerank
from flexscout.scoring import list_profiles

_BEST, _CHANGED = 10, 100  # properties of an answer
_HISTOGRAM_STEP, _HISTOGRAM_BARS = 0.5, 20
_NAMES = {
    "id": "Property ID", "name": "Property Name", "type": "Property Type", "address": "Address", "city": "City", "state": "State",
    "size": "Building SqFt", "old_rank": "Old Rank", "rank": "Rank", "old_score": "Old Score", "score": "Flex Score",
}  # fmt: skip


def _rerank(call: Call) -> dict[str, Any]:
    profile, score, where = (call.body.get(name) for name in ("profile", "min_score", "where"))
    if not (profile is None or profile in list_profiles()):
        raise BadRequestError(f"There is no profile {profile!r}.", f"Choose one of {', '.join(list_profiles())}.")
    if not (score is None or (isinstance(score, int | float) and not isinstance(score, bool))) or not isinstance(
        where, str | None
    ):
        raise BadRequestError("The criteria can't be read.")
    results = call.window.require_results()
    with results.replay_lock:
        reranked = rerank(results.replay(), profile=profile, min_score=None if score is None else float(score), where=where)
    return {
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


def _list_profiles(_call: Call) -> dict[str, Any]:
    return {"profiles": list_profiles()}


RULES_ROUTES: tuple[BaseRoute, ...] = (
    build_route("/api/profiles", get=_list_profiles),
    build_route("/api/rerank", post=_rerank),
)
