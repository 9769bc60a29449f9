"""What a person should know of a result, in sentences."""

from flexscout.journal import NEAR
from flexscout.model import PLACE_COLUMNS, ProcessingResult
from flexscout.reporting.report import Facts


def messages(facts: Facts) -> list[str]:
    """Sentences on what is unusual: no candidate, rows left out, merges of different parcels, files that can't be compared."""
    return [*_no_candidates(facts), *_left_out(facts), *_different_parcels(facts), *_not_compared(facts), *_near_limit(facts)]


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
