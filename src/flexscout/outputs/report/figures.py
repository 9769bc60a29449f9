"""How good the data is: what is there, what is missing, what would not convert."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from flexscout.domain import FILL_COLUMNS, REASONS, canonical_columns
from flexscout.models import ProcessingResult

_BANDS = ((8, "8-10"), (6, "6-8"), (4, "4-6"), (2, "2-4"), (0, "0-2"))
_ALWAYS_FROM = 4  # the bands below stand in the report only where the threshold lets candidates in


def count_scores(scores: pl.Series, min_flex_score: float) -> dict[str, int]:
    """Band -> candidates in it; a band holds its lower bound, and 10 is in the highest."""
    counts: dict[str, int] = {}
    upper = float("inf")
    for lower, name in _BANDS:
        if lower >= _ALWAYS_FROM or min_flex_score < upper:
            counts[name] = int(((scores >= lower) & (scores < upper)).sum())
        upper = lower
    return counts


def count_places(master: pl.DataFrame) -> dict[str, dict[str, int]]:
    """`states`, `counties` and `cities`: place -> candidates, most first; county and city with their state."""
    return {
        "states": _counts(master, "State"),
        "counties": _counts(master, "County"),
        "cities": _counts(master, "City"),
    }


def _counts(master: pl.DataFrame, column: str) -> dict[str, int]:
    if column not in master.columns:
        return {}
    named = ["State"] if column == "State" else [name for name in (column, "State") if name in master.columns]
    # Places are few, candidates many: each is named once.
    places = master.select(named).drop_nulls(column).group_by(named).len()
    counted = places.group_by(_name(column, named).alias("place")).agg(pl.col("len").sum())
    return dict(counted.sort("len", "place", descending=[True, False]).iter_rows())


def _name(column: str, named: list[str]) -> pl.Expr:
    """How a place is called in the report: a county or a city in one spelling, and with its state where that is known."""
    place = pl.col(column)
    if column == "State":
        return place
    bare = place.str.replace(r"(?i)\s+county$", "")
    # McAllen keeps its capitals; MECKLENBURG and mecklenburg are one county.
    plain = (bare == bare.str.to_uppercase()) | (bare == bare.str.to_lowercase())
    place = pl.when(plain).then(bare.str.to_titlecase()).otherwise(bare)
    if "State" not in named:
        return place
    return pl.concat_str(place, pl.when(pl.col("State").is_not_null()).then(pl.format(", {}", "State")).otherwise(pl.lit("")))


_LISTED = 100  # possible duplicates, and pairs of files, in the report; the workbook has all of the former
_MERGES = 50  # of the merge log's rows; the sheet Duplicates has all
_FILES_OF_A_GROUP = 10  # so that a property that is in a thousand files is not half a million pairs


def summarize_merges(merge_log: pl.DataFrame) -> dict[str, Any]:
    """Groups, merges by kind of match, of different parcels and the first ones; the `properties` that two files both have."""
    pairs = _overlaps(merge_log)
    by_match = merge_log.group_by("Match").len().sort("len", "Match", descending=[True, False])
    return {
        "groups": merge_log["Duplicate Group"].n_unique(),
        "different_apn": int(merge_log["Different APN"].sum()),
        "by_match": dict(by_match.iter_rows()),
        "overlaps": pairs.head(_LISTED).to_dicts(),
        "overlapping_files": pairs.height,
        "merges": merge_log.head(_MERGES).to_dicts(),
    }


def summarize_possible_duplicates(possible: pl.DataFrame) -> dict[str, Any]:
    """How many pairs of properties may be one, how many of them nearly surely, and the surest."""
    nearly_sure = int(possible["Nearly Sure"].sum())
    return {"pairs": possible.height, "nearly_sure": nearly_sure, "surest": possible.head(_LISTED).to_dicts()}


def summarize_fills(master: pl.DataFrame) -> dict[str, int]:
    """How many properties have blanks filled from their duplicates, and how many scores that changed."""
    counts = [master[name].count() if name in master.columns else 0 for name in FILL_COLUMNS]
    return dict(zip(("properties", "scores_changed"), counts, strict=True))


def _overlaps(merge_log: pl.DataFrame) -> pl.DataFrame:
    """`file`, `other_file`, `properties`, the most first; a file that has a property twice overlaps with itself."""
    kept = merge_log.select("Duplicate Group", pl.col("Kept File").alias("file")).unique()
    removed = merge_log.select("Duplicate Group", pl.col("Removed File").alias("file"))
    rows = pl.concat([kept, removed]).group_by("Duplicate Group", "file").len().sort("Duplicate Group", "file")
    few = rows.filter(pl.int_range(pl.len()).over("Duplicate Group") < _FILES_OF_A_GROUP)
    pairs = few.join(few.rename({"file": "other_file", "len": "others"}), on="Duplicate Group")
    met = pairs.filter((pl.col("file") < pl.col("other_file")) | ((pl.col("file") == pl.col("other_file")) & (pl.col("len") > 1)))
    counted = met.group_by("file", "other_file").len("properties")
    return counted.sort("properties", "file", "other_file", descending=[True, False, False])


def measure_completeness(master: pl.DataFrame) -> dict[str, float]:
    """Canonical column -> share of the candidates that have it, 0-1."""
    there = [column.name for column in canonical_columns() if column.name in master.columns]
    if not master.height or not there:
        return {}
    return {name: round(share, 4) for name, share in master.select(pl.col(there).is_not_null().mean()).row(0, named=True).items()}


def count_issues_by_reason(issues: pl.DataFrame) -> dict[str, int]:
    """Reason -> Issues; what follows a colon in a reason is detail, not reason."""
    if not issues.height:
        return {}
    named = issues.select(pl.col("Reason").str.split(":").list.first().alias("reason")).group_by("reason").len()
    return dict(named.sort("len", "reason", descending=[True, False]).iter_rows())


def count_issues(results: Sequence[ProcessingResult]) -> dict[str, int]:
    """Reason -> Issues of all files, also those that are not listed; the most frequent first."""
    counts: Counter[str] = Counter()
    for result in results:
        counts.update(result.record.issue_counts)
    return sort_by_frequency(counts)


def sort_by_frequency(counts: Mapping[str, int] | Iterable[tuple[str, int]]) -> dict[str, int]:
    """Reason -> how many, the most frequent first."""
    return dict(sorted(dict(counts).items(), key=lambda reason: (-reason[1], reason[0])))


def list_columns_by_file(results: Sequence[ProcessingResult]) -> list[dict[str, Any]]:
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
            "extra": [column.name for column in sheet.header_map.unmapped],
            "left_out": [column.header for column in sheet.header_map.excluded],
            "by_hand": list(sheet.header_map.from_mapping),
            "suggestions": dict(sheet.header_map.suggestions),
        }
        for result in results
        for sheet in result.record.sheets
    ]


_LISTED_REASONS = 1_000  # a profile with many rules can combine into many more


def count_rejection_reasons(others: pl.DataFrame) -> list[dict[str, Any]]:
    """Count rejected rows per `reason`, most frequent first; the reasons of a row are counted together.

    Returns:
        A list of `{"reason": str, "rows": int}`.

    """
    if REASONS not in others.columns:
        return []
    counted = others.group_by(pl.col(REASONS).alias("reason")).agg(pl.len().cast(pl.Int64).alias("rows"))
    ordered = counted.sort("rows", "reason", descending=[True, False])
    rest = int(ordered["rows"][_LISTED_REASONS:].sum())
    return ordered.head(_LISTED_REASONS).to_dicts() + ([{"reason": "other reasons", "rows": rest}] if rest else [])
