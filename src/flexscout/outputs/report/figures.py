"""Figures of the run report: scores, places, merges, completeness, issues, columns per file, rejection reasons."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from flexscout.domain import REASONS, RECORD_COLUMNS, STATUS, list_canonical_columns
from flexscout.models import ProcessingResult, RowStatus

_BANDS = ((8, "8-10"), (6, "6-8"), (4, "4-6"), (2, "2-4"), (0, "0-2"))  # minimum score, name
_DEFAULT_MINIMUM = 4  # lower bands are in the report only if the threshold lets candidates in
_MAX_PAIRS = 100  # possible duplicates and pairs of files in the report
_MAX_MERGES = 50
_MAX_FILES_PER_CLUSTER = 10  # so that a property in a thousand files doesn't make half a million pairs
_SUPERSEDED = "replaced by a newer export of the same source"
_MAX_REASONS = 1_000  # a profile with many rules can combine into many more


CHANGE_LABELS = {
    "new": "New",
    "back": "Back",
    "gone": "Gone",
    "sold": "Sold",
    "price_cut": "Price cuts",
    "price_raise": "Price raises",
    "newly_priced": "Newly priced",
    "occupancy_changed": "Changed occupancy",
    "newly_listed": "Newly listed on a source",
    "withdrawn": "Withdrawn from a source",
    "merged": "Merged into another property",
    "score_changed": "Changed scores",
}
"""Name of a count of changes -> its label."""


def count_scores(scores: pl.Series, min_flex_score: float) -> dict[str, int]:
    """Count the candidates in each score band. A band includes its lower bound; the highest includes 10."""
    counts: dict[str, int] = {}
    upper = float("inf")
    for lower, name in _BANDS:
        if lower >= _DEFAULT_MINIMUM or min_flex_score < upper:
            counts[name] = int(((scores >= lower) & (scores < upper)).sum())
        upper = lower
    return counts


def count_places(master: pl.DataFrame) -> dict[str, dict[str, int]]:
    """Count the candidates in each of the `states`, `counties` and `cities`, most candidates first.

    Counties and cities are named with their state.
    """
    columns = {"states": "State", "counties": "County", "cities": "City"}
    return {kind: _count_values(master, column) for kind, column in columns.items()}


def summarize_merges(merge_log: pl.DataFrame) -> dict[str, Any]:
    """Return clusters, merges by match, merges across different APNs, first merges, and how many properties files share."""
    overlaps = _count_shared_properties(merge_log)
    by_match = merge_log.group_by("Match").len().sort("len", "Match", descending=[True, False])
    return {
        "groups": merge_log["Duplicate Group"].n_unique(),
        "different_apn": int(merge_log["Different APN"].sum()),
        "by_match": dict(by_match.iter_rows()),
        "overlaps": overlaps.head(_MAX_PAIRS).to_dicts(),
        "overlapping_files": overlaps.height,
        "merges": merge_log.head(_MAX_MERGES).to_dicts(),
    }


def summarize_possible_duplicates(possible_duplicates: pl.DataFrame) -> dict[str, Any]:
    """Return the number of possible duplicates, how many are nearly sure, and the likeliest ones."""
    return {
        "pairs": possible_duplicates.height,
        "nearly_sure": int(possible_duplicates["Nearly Sure"].sum()),
        "surest": possible_duplicates.head(_MAX_PAIRS).to_dicts(),
    }


def summarize_records(master: pl.DataFrame) -> dict[str, int]:
    """Count the properties with values from other rows than the surviving one, and those whose score changed by it."""
    counts = [master[name].count() if name in master.columns else 0 for name in RECORD_COLUMNS]
    return dict(zip(("properties", "scores_changed"), counts, strict=True))


def measure_completeness(master: pl.DataFrame) -> dict[str, float]:
    """Return, for each canonical column, the share of candidates that have a value, 0-1."""
    names = [column.name for column in list_canonical_columns() if column.name in master.columns]
    if not master.height or not names:
        return {}
    shares = master.select(pl.col(names).is_not_null().mean()).row(0, named=True)
    return {name: round(share, 4) for name, share in shares.items()}


def count_issues_by_reason(issues: pl.DataFrame) -> dict[str, int]:
    """Count the issues of each reason, most frequent first."""
    if not issues.height:
        return {}
    counts = issues.select(pl.col("Reason").alias("reason")).group_by("reason").len()
    return dict(counts.sort("len", "reason", descending=[True, False]).iter_rows())


def count_issues(results: Sequence[ProcessingResult]) -> dict[str, int]:
    """Count the issues of all files by reason code, most frequent first, including those that aren't listed."""
    counts: Counter[str] = Counter()
    for result in results:
        counts.update(result.record.issue_counts)
    return sort_by_frequency(counts)


def sort_by_frequency(counts: Mapping[str, int] | Iterable[tuple[str, int]]) -> dict[str, int]:
    """Sort counts, most frequent first, then by name."""
    return dict(sorted(dict(counts).items(), key=lambda entry: (-entry[1], entry[0])))


def list_columns_by_file(results: Sequence[ProcessingResult]) -> list[dict[str, Any]]:
    """Return, for each sheet, which header maps to which canonical column, and its missing and unmapped columns."""
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
            "mapping": sheet.header_map.mapping,
            "by_hand": list(sheet.header_map.from_mapping),
            "suggestions": sheet.header_map.suggested,
            "suggested_by": {each.header: str(each.reason) for each in sheet.header_map.suggestions},
        }
        for result in results
        for sheet in result.record.sheets
    ]


def count_rejection_reasons(rejected_rows: pl.DataFrame) -> list[dict[str, Any]]:
    """Count rejected rows per `reason`, most frequent first; the reasons of a row are counted together.

    Returns:
        A list of `{"reason": str, "rows": int}`.

    """
    if REASONS not in rejected_rows.columns:
        return []
    # The reason of a superseded row names the row that replaced it.
    reason = pl.when(pl.col(STATUS) == RowStatus.SUPERSEDED).then(pl.lit(_SUPERSEDED)).otherwise(REASONS).alias("reason")
    counts = rejected_rows.group_by(reason).agg(pl.len().cast(pl.Int64).alias("rows"))
    ordered = counts.sort("rows", "reason", descending=[True, False])
    rest = int(ordered["rows"][_MAX_REASONS:].sum())
    return ordered.head(_MAX_REASONS).to_dicts() + ([{"reason": "other reasons", "rows": rest}] if rest else [])


def _count_values(master: pl.DataFrame, column: str) -> dict[str, int]:
    if column not in master.columns:
        return {}
    columns = ["State"] if column == "State" else [name for name in (column, "State") if name in master.columns]
    # There are few places and many candidates, so each place is named once.
    places = master.select(columns).drop_nulls(column).group_by(columns).len()
    counts = places.group_by(_place_name(column, columns).alias("place")).agg(pl.col("len").sum())
    return dict(counts.sort("len", "place", descending=[True, False]).iter_rows())


def _place_name(column: str, columns: list[str]) -> pl.Expr:
    """Return a state's code, or a county or city in one spelling with its state if known."""
    place = pl.col(column)
    if column == "State":
        return place
    bare = place.str.replace(r"(?i)\s+county$", "")
    # McAllen keeps its capitals; MECKLENBURG and mecklenburg are one county.
    is_single_case = (bare == bare.str.to_uppercase()) | (bare == bare.str.to_lowercase())
    place = pl.when(is_single_case).then(bare.str.to_titlecase()).otherwise(bare)
    if "State" not in columns:
        return place
    return pl.concat_str(place, pl.when(pl.col("State").is_not_null()).then(pl.format(", {}", "State")).otherwise(pl.lit("")))


def _count_shared_properties(merge_log: pl.DataFrame) -> pl.DataFrame:
    """Return `file`, `other_file`, `properties`, most first; a file with a property twice shares it with itself."""
    kept = merge_log.select("Duplicate Group", pl.col("Kept File").alias("file")).unique()
    removed = merge_log.select("Duplicate Group", pl.col("Removed File").alias("file"))
    rows = pl.concat([kept, removed]).group_by("Duplicate Group", "file").len().sort("Duplicate Group", "file")
    first = rows.filter(pl.int_range(pl.len()).over("Duplicate Group") < _MAX_FILES_PER_CLUSTER)
    pairs = first.join(first.rename({"file": "other_file", "len": "other_len"}), on="Duplicate Group")
    is_repeated = (pl.col("file") == pl.col("other_file")) & (pl.col("len") > 1)
    shared = pairs.filter((pl.col("file") < pl.col("other_file")) | is_repeated)
    counts = shared.group_by("file", "other_file").len("properties")
    return counts.sort("properties", "file", "other_file", descending=[True, False, False])
