"""Schema drift: which column each file has, under which header, and where it is missing, renamed or of another kind."""

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from flexscout.domain import DERIVED_COLUMNS, canonical_columns, fold_header
from flexscout.models import ProcessingResult

_KIND_WORDS = {"n": "numbers", "d": "dates", "t": "texts"}
_ALIKE_FROM = 0.85  # similarity, 0-1
_COMPARED_AT_MOST = 300  # names; more strangers than that is no drift
_LEFT_OUT = "(left out)"


@dataclass
class _Column:
    """A column over all sheets: its header in each, its kind in each, the values that would not convert."""

    headers: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    unconverted: dict[str, int] = field(default_factory=dict)


def find_column_drift(results: Sequence[ProcessingResult], issues: pl.DataFrame) -> dict[str, Any]:
    """`sheets`: the sheets that were read; `columns`: an entry per column, the canonical ones first.

    Each has its `headers` (sheet -> header), the sheets in which it is `missing`, other columns that it is `alike`, and the
    kinds of its values where they differ (`kinds`: kind -> sheets; `unconverted`: sheet -> values that would not convert);
    `differs` says it in words.
    """
    found, sheets = _found(results), _sheet_names(results)
    _add_unconverted(found, issues, sheets)
    canonical = [column.name for column in canonical_columns()]
    names = [*(name for name in canonical if name in found), *sorted(found.keys() - set(canonical), key=str.casefold)]
    alike = _alike({name: found[name] for name in names}, set(canonical), len(sheets))
    entries = [_entry(name, found, list(sheets.values())) for name in names]
    told = [entry | {"canonical": entry["column"] in canonical, "alike": alike.get(entry["column"], [])} for entry in entries]
    return {"sheets": list(sheets.values()), "columns": [entry | {"differs": _words(entry)} for entry in told]}


def _sheet_names(results: Sequence[ProcessingResult]) -> dict[tuple[str, str], str]:
    """File and sheet -> how the sheet is called: by its file, and by itself where the file has several."""
    return {
        (result.record.source.name, sheet.sheet): result.record.source.name
        if len(result.record.sheets) == 1
        else f"{result.record.source.name}, {sheet.sheet}"
        for result in results
        for sheet in result.record.sheets
    }


def _found(results: Sequence[ProcessingResult]) -> dict[str, _Column]:
    names = _sheet_names(results)
    found: dict[str, _Column] = {}
    for result in results:
        for sheet in result.record.sheets:
            place, header_map = names[result.record.source.name, sheet.sheet], sheet.header_map
            for column in header_map.columns:
                found.setdefault(column.name, _Column()).headers[place] = column.header
            for column in header_map.excluded:
                found.setdefault(column.name, _Column()).headers[place] = _LEFT_OUT
            for column, kind in zip(header_map.unmapped, sheet.unmapped_kinds, strict=False):
                found[column.name].kinds[place] = kind
    return found


def _add_unconverted(found: Mapping[str, _Column], issues: pl.DataFrame, sheets: Mapping[tuple[str, str], str]) -> None:
    """Count, for each canonical column, the values that are of another type."""
    if not issues.height:
        return
    wrong = issues.filter(pl.col("Reason").str.starts_with("not_a_"))
    counts = wrong.group_by("Source File", "Source Sheet", "Column").len().rows()
    by_header = {(file, sheet, header): count for file, sheet, header, count in counts}
    for (file, sheet), place in sheets.items():
        for column in found.values():
            count = by_header.get((file, sheet, column.headers.get(place)))
            if count:
                column.unconverted[place] = count


def _alike(found: Mapping[str, _Column], canonical: set[str], sheets: int) -> dict[str, list[str]]:
    """Column that passes through -> columns of a nearly equal name that never stand in the same sheet."""
    partial = [name for name, column in found.items() if len(column.headers) < sheets][:_COMPARED_AT_MOST]
    near: dict[str, list[str]] = {}
    for name in partial:
        if name not in canonical:
            own = found[name].headers.keys()
            near[name] = _nearest(name, [other for other in partial if not found[other].headers.keys() & own])
    return {name: others for name, others in near.items() if others}


def _nearest(name: str, others: Sequence[str]) -> list[str]:
    by_fold = {fold_header(other): other for other in others}
    return [by_fold[key] for key in difflib.get_close_matches(fold_header(name), by_fold, n=2, cutoff=_ALIKE_FROM)]


def _entry(name: str, found: Mapping[str, _Column], sheets: Sequence[str]) -> dict[str, Any]:
    column = found[name]
    made = {place for other in DERIVED_COLUMNS.get(name, ()) if other in found for place in found[other].headers}
    kinds = {kind: sorted(place for place, own in column.kinds.items() if own == kind) for kind in _KIND_WORDS}
    several = sum(1 for places in kinds.values() if places) > 1
    return {
        "column": name,
        "headers": {place: column.headers[place] for place in sheets if place in column.headers},
        "missing": [place for place in sheets if place not in column.headers and place not in made],
        "kinds": {_KIND_WORDS[kind]: places for kind, places in kinds.items() if places and several},
        "unconverted": column.unconverted,
    }


def _words(entry: Mapping[str, Any]) -> str:
    """What differs from file to file, for a person; empty where nothing does."""
    headers = Counter(entry["headers"].values())
    names = [", ".join(f"{header} ({count})" for header, count in headers.most_common()) if len(headers) > 1 else ""]
    alike = [f"like {other}" for other in entry["alike"]]
    kinds = [_kinds_in_words(entry["kinds"].items())] if entry["kinds"] else []
    wrong = [
        f"{count} {'value' if count == 1 else 'values'} of {place} would not convert"
        for place, count in entry["unconverted"].items()
    ]
    return "; ".join(filter(None, (*names, *alike, *kinds, *wrong[:3])))


def _kinds_in_words(kinds: Iterable[tuple[str, Sequence[str]]]) -> str:
    return " but ".join(f"{kind} in {len(places)}" for kind, places in kinds)
