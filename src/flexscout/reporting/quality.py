"""How good the data is: what is there, what is missing, what would not convert."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from flexscout.model import ProcessingResult
from flexscout.vocabulary import columns


def completeness(master: pl.DataFrame) -> dict[str, float]:
    """Canonical column -> share of the candidates that have it, 0-1."""
    there = [column.name for column in columns() if column.name in master.columns]
    if not master.height or not there:
        return {}
    return {name: round(share, 4) for name, share in master.select(pl.col(there).is_not_null().mean()).row(0, named=True).items()}


def issues_by_reason(issues: pl.DataFrame) -> dict[str, int]:
    """Reason -> Issues; what follows a colon in a reason is detail, not reason."""
    if not issues.height:
        return {}
    named = issues.select(pl.col("Reason").str.split(":").list.first().alias("reason")).group_by("reason").len()
    return dict(named.sort("len", "reason", descending=[True, False]).iter_rows())


def issue_totals(results: Sequence[ProcessingResult]) -> dict[str, int]:
    """Reason -> Issues of all files, also those that are not listed; the most frequent first."""
    counts: Counter[str] = Counter()
    for result in results:
        counts.update(result.record.issue_counts)
    return by_frequency(counts)


def by_frequency(counts: Mapping[str, int] | Iterable[tuple[str, int]]) -> dict[str, int]:
    """Reason -> how many, the most frequent first."""
    return dict(sorted(dict(counts).items(), key=lambda reason: (-reason[1], reason[0])))


def columns_by_file(results: Sequence[ProcessingResult]) -> list[dict[str, Any]]:
    """Per sheet that was read: which header is which canonical column, which are missing, which are extra."""
    return [
        {
            "file": result.record.source.name,
            "sheet": sheet.sheet,
            "header_row": sheet.header_row,
            "hidden": sheet.hidden,
            "vendor": sheet.header_map.vendor,
            "recognized": sheet.header_map.recognized,
            "mapped": sheet.header_map.mapped,
            "missing": list(sheet.header_map.missing),
            "extra": [column.name for column in sheet.header_map.extra],
            "left_out": [column.header for column in sheet.header_map.left_out],
            "by_hand": list(sheet.header_map.by_hand),
            "suggestions": dict(sheet.header_map.suggestions),
        }
        for result in results
        for sheet in result.record.sheets
    ]
