"""What a person should know of a result, in sentences."""

from collections.abc import Sequence

from flexscout.domain import ADDRESS_COLUMNS, AREA_COLUMNS, MAX_LISTED_ISSUES, MAX_POSSIBLE_DUPLICATES, join_some
from flexscout.models import ProcessingResult
from flexscout.outputs.report.build import RunFacts
from flexscout.outputs.report.figures import summarize_fills
from flexscout.runtime import MEMORY_WARNING_SHARE

_SHOWN = 10  # entries


def build_messages(facts: RunFacts) -> list[str]:
    """Sentences on what is unusual.

    No candidate, rows left out, merges of different parcels, what may be one, files that can't be compared, Issues that are
    not listed.
    """
    return [
        *_no_candidates(facts),
        *_left_out(facts),
        *_different_parcels(facts),
        *_possible(facts),
        *_filled(facts),
        *_not_compared(facts),
        *_not_listed(facts),
        *_near_limit(facts),
        *_unmatched(facts),
    ]


def _no_candidates(facts: RunFacts) -> list[str]:
    good = [result for result in facts.results if result.success]
    if not good or facts.master.height:
        return []
    threshold = f"{facts.settings['min_flex_score']:g}"
    properties = sum(result.property_count for result in good)
    none = f"none of the {properties:,} properties is eligible and scores {threshold} or more"
    return [f"No candidates: {none}. The sheet Not Selected says why."]


def _left_out(facts: RunFacts) -> list[str]:
    if not facts.filtered_out:
        return []
    properties = sum(result.property_count for result in facts.results if result.success)
    return [f"The filter left out {facts.filtered_out:,} of {properties:,} properties. The sheet Not Selected names them."]


def _different_parcels(facts: RunFacts) -> list[str]:
    different = int(facts.merge_log["Different APN"].sum())
    if not different:
        return []
    merges = f"{different:,} of {facts.merge_log.height:,} merges joined rows of different parcels (APN) at one address."
    return [f"{merges} To keep such rows apart: --duplicate-policy parcel (filtering.duplicate_policy: parcel)."]


def _possible(facts: RunFacts) -> list[str]:
    pairs = facts.possible_duplicates.height
    if not pairs:
        return []
    sure = int(facts.possible_duplicates["Nearly Sure"].sum())
    found = f"{pairs:,} pair{'s' if pairs > 1 else ''} of properties may be one, written differently"
    listed = "has them" if pairs <= MAX_POSSIBLE_DUPLICATES else f"has the surest {MAX_POSSIBLE_DUPLICATES:,}"
    merging = (
        f" --close-matches merge would join {sure:,} of them, which {'is' if sure == 1 else 'are'} nearly sure." if sure else ""
    )
    return [f"{found}: the sheet Possible Duplicates {listed}, with what speaks for it.{merging}"]


def _filled(facts: RunFacts) -> list[str]:
    """How many rows have cells of their duplicates."""
    count, changed = summarize_fills(facts.master).values()
    if not count:
        return []
    scores = f" {changed:,} score{'s' if changed > 1 else ''} changed by it (Score Before Filling)." if changed else ""
    whose = "1 property were filled from its" if count == 1 else f"{count:,} properties were filled from their"
    return [f"Blanks of {whose} duplicates; the column Filled Cells names them.{scores}"]


def _unmatched(facts: RunFacts) -> list[str]:
    return [describe_unmatched_mappings(facts.settings["mapping"], facts.unmatched_mappings)] if facts.unmatched_mappings else []


def describe_unmatched_mappings(mapping: str, entries: Sequence[str]) -> str:
    """That a mapping file has entries that matched nothing."""
    shown = join_some(entries, _SHOWN)
    return f"The mapping {mapping} has entries that no header of any file matches: {shown}."


def _not_listed(facts: RunFacts) -> list[str]:
    """Files with more Issues than are listed."""
    counts = {result.record.source.name: sum(result.record.issue_counts.values()) for result in facts.results}
    listed = f"{MAX_LISTED_ISSUES:,} of them are listed, some of every kind; the report has the count of each reason."
    return [f"{name} has {count:,} Issues. {listed}" for name, count in counts.items() if count > MAX_LISTED_ISSUES]


def _near_limit(facts: RunFacts) -> list[str]:
    limit = facts.settings["memory_limit_gb"]
    if facts.peak_memory_mb < MEMORY_WARNING_SHARE * limit * 1024:
        return []
    held = f"{facts.peak_memory_mb / 1024:.1f} of the {limit:g} GB that it may use"
    return [f"The run held up to {held}: raise --memory-limit, or use fewer --workers, before it grows."]


def _not_compared(facts: RunFacts) -> list[str]:
    if not facts.settings["enable_deduplication"]:
        return []
    return [
        sentence
        for result in facts.results
        if result.success
        for sentence in _lacking(result, facts.settings["duplicate_fields"])
    ]


def _lacking(result: ProcessingResult, fields: tuple[str, ...]) -> list[str]:
    """What the sheets of a file lack of the fields that are compared; one sentence if all lack the same."""
    name = result.record.source.name
    lacked = {
        sheet.sheet: (frozenset(sheet.header_map.missing) & {*fields}, "Zip Code" in sheet.header_map.missing)
        for sheet in result.record.sheets
    }
    if len(set(lacked.values())) == 1:
        return _how_compared(name, fields, *next(iter(lacked.values())))
    return [text for sheet, what in lacked.items() for text in _how_compared(f"{name}, sheet {sheet},", fields, *what)]


def _how_compared(name: str, fields: tuple[str, ...], lacked: frozenset[str], without_zip: bool) -> list[str]:  # noqa: FBT001 - unpacked
    without = [field for field in fields if field in lacked]
    if not without:
        return []
    if not AREA_COLUMNS.issuperset(without) or len(without) == len(fields):
        how = "its rows are compared with none, and none is removed"
    elif without_zip or {*fields} != {*ADDRESS_COLUMNS}:
        how = "its rows are compared only with each other"
    else:
        how = "its rows are compared by their ZIP codes; those without one only with each other"
    return [f"{name} has no {' and no '.join(without)}: {how}."]
