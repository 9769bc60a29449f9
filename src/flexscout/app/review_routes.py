"""Requests about duplicates: pairs side by side, decisions and their removal, and what they change."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import polars as pl

from flexscout.app.requests import Call, build_route
from flexscout.app.result_list import describe_kind
from flexscout.app.security import BadRequestError
from flexscout.domain import SOURCE_COLUMNS
from flexscout.insights import IS_MERGED, PAIR_KEY, ComparedValue, PairReview
from flexscout.matching import DECISION, DecisionKind, build_side, describe_side
from flexscout.outputs import project_places

_MAX_PAIRS = 2_000  # of an answer
_PREFIXES = ("", "Other ")
_DECIMALS = 4  # of a place on the map: less than a foot


def _list_pairs(call: Call) -> dict[str, Any]:
    results = call.window.require_results()
    with results.replay_lock:
        review = results.review()
        pairs, total = review.list_pairs(merged=call.get_query("merged") == "true", limit=_MAX_PAIRS)
        progress = review.measure_progress()
    return {
        "total": total,
        "pairs": [_describe_pair(row) for row in pairs.iter_rows(named=True)],
        "progress": asdict(progress),
    }


def _compare_pair(call: Call) -> dict[str, Any]:
    results = call.window.require_results()
    with results.replay_lock:
        review = results.review()
        pair = _find_pair(review, call.get_query("key"))
        values = review.compare_values(pair)
    return {
        "points": _place_sides(values),
        "values": [
            {
                "name": one.column,
                "values": one.values,
                "differs": one.differs,
                "is_single": one.is_single,
                **describe_kind(one.column, pl.Series([value for value in one.values if value is not None]).dtype),
            }
            for one in values
        ],
    }


def _place_sides(values: Sequence[ComparedValue]) -> list[list[float]] | None:
    """Return where both sides are on the map; None unless both have coordinates."""
    found = {one.column: one.values for one in values}
    degrees = [pl.Series(found.get(name, (None, None)), dtype=pl.Float64, strict=False) for name in ("Longitude", "Latitude")]
    x, y = project_places(*map(pl.lit, degrees))
    points = pl.select(x.round(_DECIMALS).alias("x"), y.round(_DECIMALS).alias("y")).drop_nulls()
    return [list(point) for point in points.rows()] if points.height == len(_PREFIXES) else None


def _decide_pair(call: Call) -> dict[str, Any]:
    kind = call.body.get("decision")
    if kind is not None and kind not in list(DecisionKind):
        raise BadRequestError(f"{kind!r} isn't a decision.", "Decide same, different or later.")
    results = call.window.require_results()
    with results.replay_lock:
        review = results.review()
        contradictions = review.decide(kind, _find_pair(review, call.read_text("key")))
        progress = review.measure_progress()
    return {"decision": kind, "contradictions": contradictions, "progress": asdict(progress)}


def _preview_list(call: Call) -> dict[str, Any]:
    results = call.window.require_results()
    with results.replay_lock:
        preview = results.review().preview_list()
    return {"total": preview.listed.height, "counts": preview.counts}


def _list_decisions(call: Call) -> dict[str, Any]:
    results = call.window.require_results()
    with results.replay_lock:
        decisions = results.review().decisions
        listed = decisions.list_decisions()
    return {
        "decisions": [
            {
                "number": one.decision.number,
                "kind": one.decision.kind,
                "sides": [describe_side(side) for side in one.decision.sides],
                "day": one.decision.decided,
                "in_use": one.in_use,
                "contradicts": [other.number for other in one.contradicts],
            }
            for one in listed
        ],
        "problems": decisions.problems,
        "file": decisions.path.name,
    }


def _undo_decision(call: Call) -> dict[str, Any]:
    number, results = call.body.get("number"), call.window.require_results()
    if not isinstance(number, int):
        raise BadRequestError("The request lacks the number of a decision.")
    with results.replay_lock:
        removed = results.review().decisions.undo(number)
    return {"removed": [str(one) for one in removed]}


def _find_pair(review: PairReview, key: str) -> Mapping[str, Any]:
    pair = review.find_pair(key)
    if pair is None:
        raise BadRequestError("There is no such pair in the last run.", "Choose one from the list.")
    return pair


def _describe_pair(row: Mapping[str, Any]) -> dict[str, Any]:
    sides = [
        {
            "id": row[f"{prefix}Property ID"],
            "title": describe_side(build_side(row, prefix)),
            "score": row[f"{prefix}Flex Score"],
            **dict(zip(("file", "sheet", "row"), (row[f"{prefix}{name}"] for name in SOURCE_COLUMNS), strict=True)),
        }
        for prefix in _PREFIXES
    ]
    return {
        "key": row[PAIR_KEY], "is_merged": row[IS_MERGED], "score": row["Match Score"], "evidence": row["Evidence"],
        "different_apn": row["Different APN"], "decision": row[DECISION], "sides": sides,
    }  # fmt: skip


REVIEW_ROUTES = (
    build_route("/api/duplicates", get=_list_pairs, post=_decide_pair),
    build_route("/api/duplicates/values", get=_compare_pair),
    build_route("/api/duplicates/preview", get=_preview_list),
    build_route("/api/duplicates/decisions", get=_list_decisions),
    build_route("/api/duplicates/undo", post=_undo_decision),
)
