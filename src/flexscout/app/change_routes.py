"""Requests about changes: what differs between the lists of two runs, and what of it the user has seen."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from flexscout.app.requests import Call, build_route
from flexscout.app.security import BadRequestError
from flexscout.domain import ADDRESS_COLUMNS, find_canonical_column, format_with_unit
from flexscout.errors import OutputError
from flexscout.history import ChangeKind, PropertyChanges, RunHistory, RunRecord, SeenChanges, compare_columns, compare_runs
from flexscout.insights import find_data_day

_COUNT = 100  # rows of an answer
_MAX_ROWS = 1_000
_AT, _SEEN = "__at", "__seen"  # working columns: the position of a change, and whether it is marked
_SEARCHED = (*ADDRESS_COLUMNS, "Column", "Factors", "Source", "Old Value", "New Value")


def _list_changes(call: Call) -> dict[str, Any]:
    history = call.window.require_workspace().open_history()
    runs = [record for record in history.read_records() if history.find_result(record)]
    described = {"runs": [describe_run(record) for record in runs], "old": None, "new": None}
    if len(runs) < 2:  # noqa: PLR2004 - two are compared
        return described
    old, new = _choose_runs(call, runs)
    changes = _compare(history, old, new)
    marked = _mark(history, changes, old, new)
    found = marked.filter(_build_filter(call.get_query("kind"), call.get_query("search"), call.get_query("unseen")))
    start, count = call.get_number("start", 0), min(call.get_number("count", _COUNT), _MAX_ROWS)
    by_kind = marked.group_by("Change").agg(pl.len().alias("all"), (~pl.col(_SEEN)).sum().alias("unseen"))
    counts = {kind: {"all": number, "unseen": unseen} for kind, number, unseen in by_kind.iter_rows()}
    return described | {
        "old": old.number,
        "new": new.number,
        "properties": [changes.counts["in_old"], changes.counts["in_new"]],
        "unchanged": changes.counts["unchanged"],
        "kinds": [{"kind": kind, **counts[kind]} for kind in ChangeKind if kind in counts],
        "total": found.height,
        "rows": [_describe_change(row) for row in found.slice(start, count).iter_rows(named=True)],
        "columns": compare_columns(old.report, new.report),
    }


def _mark_seen(call: Call) -> dict[str, Any]:
    """Mark the changes at positions of the comparison, or all that the filter finds."""
    history = call.window.require_workspace().open_history()
    old, new = (_find_run(history, call.body.get(name)) for name in ("old", "new"))
    positions, seen = call.body.get("at"), call.body.get("seen")
    if not isinstance(seen, bool) or not (positions is None or _is_numbers(positions)):
        raise BadRequestError("The marks can't be read.")
    marked = _mark(history, _compare(history, old, new), old, new)
    texts = (call.read_text(name) if name in call.body else "" for name in ("kind", "search", "unseen"))
    wanted = _build_filter(*texts) if positions is None else pl.col(_AT).is_in(positions)
    chosen = marked.filter(wanted)
    try:
        SeenChanges(history).mark(chosen, old.number, new.number, seen=seen)
    except OSError as error:
        raise OutputError(f"The marks can't be saved: {error.strerror or error}.", "Free disk space, then try again.") from None
    return {"marked": chosen.height}


def describe_run(record: RunRecord) -> dict[str, Any]:
    """Return a run as the pages list it: its number, when it ended, the day of its data, and the properties on its list."""
    statistics = record.report["statistics"]
    return {
        "run": record.number,
        "ended": record.ended,
        "day": find_data_day(record),
        "properties": statistics["unique_flex_properties"],
    }


def _choose_runs(call: Call, runs: list[RunRecord]) -> tuple[RunRecord, RunRecord]:
    """Return the runs of the request; else the last one, and the one that it was compared with."""
    by_number = {str(record.number): record for record in runs}
    given = [call.get_query(name) for name in ("old", "new")]
    if unknown := [number for number in given if number and number not in by_number]:
        raise BadRequestError(f"The list of run {unknown[0]} isn't kept.", "Choose another run.")
    new = by_number.get(given[1], runs[0])
    since = str((new.report.get("changes") or {}).get("since_run"))
    earlier = next((record for record in runs if record.number < new.number), None)
    old = by_number.get(given[0]) or by_number.get(since) or earlier
    if old is None or old.number >= new.number:
        raise BadRequestError(f"No run before run {new.number} can be compared with it.", "Choose a later run.")
    return old, new


def _find_run(history: RunHistory, number: Any) -> RunRecord:
    if not isinstance(number, int):
        raise BadRequestError("The request lacks the number of a run.")
    return history.find_run(number)


@lru_cache(maxsize=2)
def _compare_kept(workbook: Path, old: tuple[int, str], new: tuple[int, str]) -> PropertyChanges:
    """Compare the lists of two runs, which are given by number and end. Their lists don't change, so the last ones are kept."""
    history = RunHistory(workbook)
    return compare_runs(history, *(history.find_run(number) for number, _ in (old, new)))


def _compare(history: RunHistory, old: RunRecord, new: RunRecord) -> PropertyChanges:
    return _compare_kept(history.workbook.absolute(), (old.number, old.ended), (new.number, new.ended))


def _mark(history: RunHistory, changes: PropertyChanges, old: RunRecord, new: RunRecord) -> pl.DataFrame:
    seen = SeenChanges(history).find_seen(changes.table, old.number, new.number)
    return changes.table.with_row_index(_AT).with_columns(seen.alias(_SEEN))


def _build_filter(kind: str, search: str, unseen: str) -> pl.Expr:
    texts = pl.concat_str([pl.col(name).str.to_lowercase() for name in _SEARCHED], separator="\n", ignore_nulls=True)
    ids = pl.col("Property ID").str.to_lowercase().fill_null("")  # by their beginning: they have any digits inside
    conditions = [texts.str.contains(word, literal=True) | ids.str.starts_with(word) for word in search.lower().split()]
    conditions += [pl.col("Change") == kind] if kind else []
    conditions += [~pl.col(_SEEN)] if unseen == "true" else []
    return pl.all_horizontal(pl.lit(value=True), *conditions)


def _describe_change(row: dict[str, Any]) -> dict[str, Any]:
    column = row["Column"]
    unit = find_canonical_column(column).unit if column else ""
    return {
        "at": row[_AT], "is_seen": row[_SEEN], "kind": row["Change"], "id": row["Property ID"], "address": row["Address"],
        "place": ", ".join(filter(None, (row["City"], row["State"]))), "column": column, "source": row["Source"],
        "values": [format_with_unit(row[name], unit) for name in ("Old Value", "New Value")] if column else None,
        "scores": [row["Old Score"], row["New Score"]], "factors": row["Factors"], "amount": row["Amount"],
        "percent": row["Percent"],
    }  # fmt: skip


def _is_numbers(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, int) for one in value)


CHANGE_ROUTES = (
    build_route("/api/changes", get=_list_changes),
    build_route("/api/changes/seen", post=_mark_seen),
)
