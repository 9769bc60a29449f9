"""What was merged into what."""

from collections.abc import Mapping
from typing import Any

import polars as pl
from markupsafe import Markup

from flexscout.page.elements import table, tiles
from flexscout.page.shown import plain

_SHOWN = 50


def duplicates(report: Mapping[str, Any], ledger: pl.DataFrame) -> Markup:
    """The figures, and the first merges of the ledger."""
    merged = report["deduplication"]
    figures = {
        "candidates before": f"{merged['before']:,}",
        "duplicates merged": f"{merged['removed']:,}",
        "properties with duplicates": f"{merged['groups']:,}",
        "candidates after": f"{merged['after']:,}",
        "merges of different parcels (APN)": f"{merged['different_apn']:,}",
    }
    return tiles(figures.items()) + _merges(ledger)


def _merges(ledger: pl.DataFrame) -> Markup:
    first = ledger.head(_SHOWN)
    told = {
        "Property": _joined(first, "Address", "City", "State"),
        "Kept": _joined(first, "Kept File", "Kept Sheet", "Kept Row"),
        "Merged into it": _joined(first, "Removed File", "Removed Sheet", "Removed Row"),
        "Evidence": plain("Evidence", first),
        "Fields that differ": plain("Fields That Differ", first, 160),
    }
    rows = first.select(value.fill_null("").alias(name) for name, value in told.items()).to_dicts()
    of = f"the first {_SHOWN} of {ledger.height:,}; the sheet Duplicates has all" if ledger.height > _SHOWN else "all"
    return table(f"Merges, {of}", rows)


def _joined(first: pl.DataFrame, *names: str) -> pl.Expr:
    return pl.concat_str([plain(name, first) for name in names], separator=", ", ignore_nulls=True)
