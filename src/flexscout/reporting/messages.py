"""What a person should know of a result, in sentences."""

from collections.abc import Sequence

from flexscout.journal import NEAR
from flexscout.model import ISSUES_LISTED, PLACE_COLUMNS, ProcessingResult
from flexscout.reporting.report import Facts

_SHOWN = 10  # entries


def messages(facts: Facts) -> list[str]:
    """Sentences on what is unusual.

    No candidate, rows left out, merges of different parcels, files that can't be compared, Issues that are not listed.
    """
    return [
        *_no_candidates(facts),
        *_left_out(facts),
        *_different_parcels(facts),
        *_not_compared(facts),
        *_not_listed(facts),
        *_near_limit(facts),
        *_unmatched(facts),
    ]


def _no_candidates(facts: Facts) -> list[str]:
    good = [result for result in facts.results if result.success]
    if not good or facts.master.height:
        return []
    threshold = f"{facts.settings['min_flex_score']:g}"
    properties = sum(result.property_count for result in good)
    none = f"none of the {properties:,} properties is eligible and scores {threshold} or more"
    return [f"No candidates: {none}. The sheet Not Selected says why."]


def _left_out(facts: Facts) -> list[str]:
    if not facts.left_out:
        return []
    properties = sum(result.property_count for result in facts.results if result.success)
    return [f"The filter left out {facts.left_out:,} of {properties:,} properties. The sheet Not Selected names them."]


def _different_parcels(facts: Facts) -> list[str]:
    different = int(facts.ledger["Different APN"].sum())
    if not different:
        return []
    merges = f"{different:,} of {facts.ledger.height:,} merges joined rows of different parcels (APN) at one address."
    return [f"{merges} To keep such rows apart: filtering.duplicate_policy: parcel."]


def _unmatched(facts: Facts) -> list[str]:
    return [unmatched_entries(facts.settings["mapping"], facts.unmatched)] if facts.unmatched else []


def unmatched_entries(mapping: str, entries: Sequence[str]) -> str:
    """That a mapping file has entries that matched nothing."""
    shown = ", ".join(entries[:_SHOWN]) + (f", and {len(entries) - _SHOWN} more" if len(entries) > _SHOWN else "")
    return f"The mapping {mapping} has entries that no header of any file matches: {shown}."


def _not_listed(facts: Facts) -> list[str]:
    """Files with more Issues than are listed."""
    counts = {result.record.source.name: sum(result.record.issue_counts.values()) for result in facts.results}
    listed = f"{ISSUES_LISTED:,} of them are listed, some of every kind; the report has the count of each reason."
    return [f"{name} has {count:,} Issues. {listed}" for name, count in counts.items() if count > ISSUES_LISTED]


def _near_limit(facts: Facts) -> list[str]:
    limit = facts.settings["memory_limit_gb"]
    if facts.peak_memory_mb < NEAR * limit * 1024:
        return []
    held = f"{facts.peak_memory_mb / 1024:.1f} of the {limit:g} GB that it may use"
    return [f"The run held up to {held}: raise --memory-limit, or use fewer --workers, before it grows."]


def _not_compared(facts: Facts) -> list[str]:
    if not facts.settings["enable_deduplication"]:
        return []
    return [
        sentence
        for result in facts.results
        if result.success
        for sentence in _lacking(result, facts.settings["duplicate_fields"])
    ]


def _lacking(result: ProcessingResult, fields: tuple[str, ...]) -> list[str]:
    missing = set.intersection(*(set(sheet.header_map.missing) for sheet in result.record.sheets))
    without = [field for field in fields if field in missing]
    if not without:
        return []
    compared = PLACE_COLUMNS.issuperset(without) and len(without) < len(fields)
    what = "its rows are compared only with each other" if compared else "its rows are compared with none, and none is removed"
    return [f"{result.record.source.name} has no {' and no '.join(without)}: {what}."]
