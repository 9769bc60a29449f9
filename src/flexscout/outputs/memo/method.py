"""How a list was made, in sentences for someone who has only the memo."""

from collections.abc import Iterator, Mapping
from typing import Any

from flexscout.domain import format_count, format_number, join_some
from flexscout.models import FileStatus
from flexscout.scoring import Profile, describe_condition

_MAX_FILES = 6
_MAX_REASONS = 3
_PRICE_POSITION = (
    "Prices per square foot are compared with other properties on the list of the same kind, size band and area, where there are "
    "at least five. The comparison doesn't affect the score."
)


def describe_method(report: Mapping[str, Any], *, has_prices: bool) -> list[str]:
    """Return how the list of a run was made: files, rows, criteria, score, merges, filter, and what was left out.

    Args:
        report: The run report.
        has_prices: Whether prices are compared in the memo.

    """
    profile = Profile.model_validate(report["profile"]) if report.get("profile") else None
    return [
        *_describe_files(report),
        *(_describe_criteria(profile, report["settings"]["min_flex_score"]) if profile else ()),
        *_describe_merges(report),
        *_describe_filter(report),
        *_describe_rejected(report),
        *([_PRICE_POSITION] if has_prices else []),
    ]


def _describe_files(report: Mapping[str, Any]) -> Iterator[str]:
    read = [file for file in report["files"] if file["status"] == FileStatus.OK]
    failed = [file["file"] for file in report["files"] if file["status"] == FileStatus.FAILED]
    names = [f"{file['file']} ({format_count(file['rows_read'], 'row')})" for file in read]
    yield f"Read: {join_some(names, _MAX_FILES)}." if names else "No file could be read."
    if failed:
        yield f"Not read, because they have errors: {join_some(failed, _MAX_FILES)}."


def _describe_criteria(profile: Profile, minimum: float) -> Iterator[str]:
    conditions = [f"{name} {describe_condition(rule)}" for name, rule in profile.eligibility.items()]
    if conditions:
        yield f"A candidate needs: {'; '.join(conditions)}; and a score of {format_number(minimum)} or more."
    else:
        yield f"A candidate needs a score of {format_number(minimum)} or more."
    excluded = [f"{name} {describe_condition(rule)}" for name, rule in profile.exclusions.items()]
    if excluded:
        yield f"Excluded: {'; '.join(excluded)}."
    points = [f"{name.lower()} ({format_number(factor.max_points)})" for name, factor in profile.factors.items()]
    method = "adds the points for" if profile.score == "sum" else "is the weighted mean of the points for"
    yield f"The score, at most {format_number(profile.cap)}, {method} {join_some(points, len(points), last=' and ')}."


def _describe_merges(report: Mapping[str, Any]) -> Iterator[str]:
    merges = report["deduplication"]
    if merges["removed"]:
        yield f"{format_count(merges['removed'], 'row')} of properties that occur several times were merged."
    if pairs := merges["possible"]["pairs"]:
        yield f"{format_count(pairs, 'pair')} of properties may still be the same; the workbook lists them for review."


def _describe_filter(report: Mapping[str, Any]) -> Iterator[str]:
    settings = report["settings"]
    if where := " and ".join(filter(None, (settings.get("where"), settings.get("where_rows")))):
        yield f"Filter: {where}"


def _describe_rejected(report: Mapping[str, Any]) -> Iterator[str]:
    reasons = report["not_selected"]
    if reasons:
        total = format_count(sum(entry["rows"] for entry in reasons), "row")
        texts = [f"{entry['reason']} ({entry['rows']:,})" for entry in reasons[:_MAX_REASONS]]
        yield f"Not on the list: {total}, most often because: {'; '.join(texts)}."
