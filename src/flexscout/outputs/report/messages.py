"""Messages to the user about what is unusual in a run."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any, Self

from flexscout.config import YAML_SUFFIXES
from flexscout.domain import (
    ADDRESS_COLUMNS,
    AREA_COLUMNS,
    MAX_LISTED_ISSUES,
    MAX_POSSIBLE_DUPLICATES,
    format_count,
    format_date,
    join_some,
    names_day,
)
from flexscout.findings import list_sentences, suggest_command
from flexscout.merging import select_merges
from flexscout.models import ProcessingResult
from flexscout.outputs.report.build import build_files
from flexscout.outputs.report.figures import summarize_records
from flexscout.outputs.results import RunFacts
from flexscout.runtime import MEMORY_WARNING_SHARE

_MAX_FILES = 3  # that are described; the sheet Files lists all
_MAX_NAMES = 10  # of a list in a message


class MessageCode(StrEnum):
    """What a message about a run is about, if there is something to do about it."""

    FILE_COLUMNS = "file_columns"
    DIFFERENT_APNS = "different_apns"
    POSSIBLE_DUPLICATES = "possible_duplicates"
    MEMORY = "memory"


class RunMessage(str):
    """A message about a run that says what to do: for people who type commands as it is, for others as `fact` and `code`.

    Attributes:
        fact: The message without what to do.
        code: What it is about.

    """

    __slots__ = ("code", "fact")
    fact: str
    code: MessageCode

    def __new__(cls, code: MessageCode, fact: str, step: str) -> Self:
        """Return the message."""
        message = super().__new__(cls, f"{fact} {step}")
        message.code, message.fact = code, fact
        return message


def build_messages(facts: RunFacts, peak_memory_mb: float = 0.0) -> list[str]:
    """Return messages about what the user should know of the result, in a fixed order."""
    return [
        *_describe_no_candidates(facts),
        *_describe_findings(facts),
        *_describe_filter(facts),
        *_describe_different_apns(facts),
        *facts.decision_messages,
        *_describe_possible_duplicates(facts),
        *_describe_records(facts),
        *_describe_undated(facts),
        *_describe_missing_match_fields(facts),
        *_describe_unlisted_issues(facts),
        *_describe_memory(facts, peak_memory_mb),
        *_describe_mapping(facts),
    ]


def describe_unmatched_mappings(mapping: str | Sequence[str], entries: Sequence[str]) -> str:
    """Return a message about entries of mapping files that match no header.

    Args:
        mapping: The setting: a file, a folder or several.
        entries: The entries, with the names of their files unless the setting is a file.

    """
    is_file = isinstance(mapping, str) and mapping.lower().endswith(YAML_SUFFIXES)
    subject = f"The mapping file {mapping} has" if is_file else "Mapping files have"
    return f"{subject} entries that match no header of any file: {join_some(entries, _MAX_NAMES)}."


def _describe_no_candidates(facts: RunFacts) -> list[str]:
    succeeded = [result for result in facts.results if result.success]
    if not succeeded or facts.tables.master.height:
        return []
    properties = format_count(_count_properties(facts), "property")
    threshold = f"{facts.settings['min_flex_score']:g}"
    return [f"No candidates: {properties} read, none eligible with a score of {threshold} or more. See the sheet Not Selected."]


def _describe_findings(facts: RunFacts) -> list[str]:
    """Describe what keeps whole files off the list: a message per file, those without candidates first."""
    files = [file for file in build_files(facts) if file.get("findings")]
    files.sort(key=lambda file: not file["findings"][0]["rows"])
    messages = [_describe_file(file) for file in files[:_MAX_FILES]]
    more = len(files) - _MAX_FILES
    return messages + ([f"And {format_count(more, 'more file')} like these: the sheet Files lists them."] if more > 0 else [])


def _describe_file(file: Mapping[str, Any]) -> str:
    fact, step = f"{file['file']}: {' '.join(list_sentences(file))}", suggest_command(file)
    return RunMessage(MessageCode.FILE_COLUMNS, fact, step) if step else fact


def _describe_filter(facts: RunFacts) -> list[str]:
    if not facts.filtered_out:
        return []
    return [f"The filter excluded {format_count(facts.filtered_out, 'property')}. The sheet Not Selected lists them."]


def _count_properties(facts: RunFacts) -> int:
    return sum(result.property_count for result in facts.results if result.success)


def _describe_different_apns(facts: RunFacts) -> list[str]:
    merges_by_address = select_merges(facts.tables.merge_log)
    different = int(merges_by_address["Different APN"].sum())
    if not different:
        return []
    merges = f"{different:,} of {format_count(merges_by_address.height, 'merge')} joined rows with different APNs at one address."
    step = "To keep parcels separate, use --duplicate-policy parcel (filtering.duplicate_policy: parcel)."
    return [RunMessage(MessageCode.DIFFERENT_APNS, merges, step)]


def _describe_possible_duplicates(facts: RunFacts) -> list[str]:
    pairs = facts.tables.possible_duplicates.height
    if not pairs:
        return []
    nearly_sure = int(facts.tables.possible_duplicates["Nearly Sure"].sum())
    first = f"the {MAX_POSSIBLE_DUPLICATES:,} likeliest" if pairs > MAX_POSSIBLE_DUPLICATES else "them"
    merge = f" --close-matches merge merges the {nearly_sure:,} that {_be(nearly_sure)} nearly sure." if nearly_sure else ""
    found = format_count(pairs, "possible duplicate")
    answer = "Answer there or with `flexscout decide`."
    fact = f"{found} to review: the sheet Possible Duplicates lists {first} with the evidence."
    return [RunMessage(MessageCode.POSSIBLE_DUPLICATES, fact, f"{answer}{merge}")]


def _describe_records(facts: RunFacts) -> list[str]:
    count, changed = summarize_records(facts.tables.master).values()
    if not count:
        return []
    scores = f" {format_count(changed, 'score')} changed (see Score Before Merging)." if changed else ""
    properties = format_count(count, "property")
    return [f"{properties} combined values of several rows; the column Values From lists which.{scores}"]


def _describe_undated(facts: RunFacts) -> list[str]:
    """Describe the sources of which older rows are left out, where the date of a file, not its name, says which are older."""
    superseded = {result.record.source.name for result in facts.results if result.account.superseded}
    messages: list[str] = []
    for source in facts.sources:
        undated = [(name, day) for name, day in source.exports if not names_day(name)]
        if undated and not superseded.isdisjoint(name for name, _ in source.exports):
            shown = join_some([f"{name} ({format_date(day)})" for name, day in undated], _MAX_NAMES, last=" and ")
            path, day = PurePosixPath(undated[0][0]), undated[0][1]
            messages.append(
                f"{source.label}: rows of newer exports replace those of older ones, and when the file was last changed is the "
                f"date of {shown}. If that isn't the day of the export, put it into the name: {path.stem} {day}{path.suffix}."
            )
    return messages


def _describe_missing_match_fields(facts: RunFacts) -> Iterator[str]:
    if not facts.settings["enable_deduplication"]:
        return
    for result in facts.results:
        if result.success:
            yield from _describe_file_match_fields(result, facts.settings["duplicate_fields"])


def _describe_file_match_fields(result: ProcessingResult, fields: tuple[str, ...]) -> list[str]:
    """Describe which duplicate fields a file's sheets lack; one message if all sheets lack the same."""
    name = result.record.source.name
    missing = {
        sheet.sheet: (
            tuple(field for field in fields if field in sheet.header_map.missing),
            "Zip Code" in sheet.header_map.missing,
        )
        for sheet in result.record.sheets
    }
    if len(set(missing.values())) == 1:
        labeled = [(name, *next(iter(missing.values())))]
    else:
        labeled = [(f"{name}, sheet {sheet},", *lacks) for sheet, lacks in missing.items()]
    return [
        f"{label} has no {' or '.join(columns)}: {_describe_matching(columns, fields, lacks_zip=lacks_zip)}."
        for label, columns, lacks_zip in labeled
        if columns
    ]


def _describe_matching(missing: Sequence[str], fields: tuple[str, ...], *, lacks_zip: bool) -> str:
    """Describe how rows are matched without the missing duplicate fields."""
    if not AREA_COLUMNS.issuperset(missing) or len(missing) == len(fields):
        return "its rows are not checked for duplicates"
    if [*missing] == ["State"]:
        return "its rows get their state from Zip Code, else from County and City; the others are compared within the file only"
    if lacks_zip or {*fields} != {*ADDRESS_COLUMNS}:
        return "its rows are not checked for duplicates against other files"
    return "its rows are matched by ZIP code instead; rows without one are not checked against other files"


def _describe_unlisted_issues(facts: RunFacts) -> list[str]:
    counts = {result.record.source.name: sum(result.record.issue_counts.values()) for result in facts.results}
    listed = f"The sheet Issues lists {MAX_LISTED_ISSUES:,} of them, some of every kind; the report counts all by reason."
    return [f"{name} has {count:,} issues. {listed}" for name, count in counts.items() if count > MAX_LISTED_ISSUES]


def _describe_memory(facts: RunFacts, peak_memory_mb: float) -> list[str]:
    limit = facts.settings["memory_limit_gb"]
    if peak_memory_mb < MEMORY_WARNING_SHARE * limit * 1024:
        return []
    used = f"{peak_memory_mb / 1024:.1f} GB of the {limit:g} GB limit"
    step = "Raise --memory-limit or use fewer --workers before your data grows."
    return [RunMessage(MessageCode.MEMORY, f"The run used up to {used}.", step)]


def _describe_mapping(facts: RunFacts) -> list[str]:
    if not facts.unmatched_mappings:
        return []
    return [describe_unmatched_mappings(facts.settings["mapping"], facts.unmatched_mappings)]


def _be(count: int) -> str:
    return "is" if count == 1 else "are"
