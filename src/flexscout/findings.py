"""What flexscout notices about a file: what its columns may be, and why none of its rows is a candidate. Codes and their text."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class SuggestionReason(StrEnum):
    """Why a column is suggested: its header, or what its values look like."""

    SIMILAR_HEADER = "similar_header"
    ADDRESSES = "addresses"
    STATES = "states"
    ZIP_CODES = "zip_codes"
    PARCEL_NUMBERS = "parcel_numbers"
    PROPERTY_TYPES = "property_types"
    SQUARE_FEET = "square_feet"
    ACRES = "acres"
    YEARS = "years"


@dataclass(frozen=True)
class Suggestion:
    """A canonical column that an unmapped one may be. Suggestions are never applied automatically."""

    header: str
    column: str
    reason: SuggestionReason

    @property
    def question(self) -> str:
        """The suggestion for people: `Property holds addresses: map it to Address?`."""
        if self.reason is SuggestionReason.SIMILAR_HEADER:
            return f"{self.header} = {self.column}?"
        return f"{self.header} {self.evidence}: map it to {self.column}?"

    @property
    def evidence(self) -> str:
        """What the values look like: `holds addresses`; for a similar header, that it is one."""
        if self.reason is SuggestionReason.SIMILAR_HEADER:
            return "is a similar name"
        return f"holds {self.reason.replace('_', ' ').replace('zip', 'ZIP')}"


class FindingCode(StrEnum):
    """What keeps a file off the list, or rows of it: columns that weren't found, a second table, or why no row is a candidate."""

    COLUMNS_NOT_FOUND = "columns_not_found"
    SECOND_TABLE = "second_table"
    CODES_UNKNOWN = "codes_unknown"
    TYPES_REJECTED = "types_rejected"
    SIZE_IS_LOT = "size_is_lot"
    VALUES_MISSING = "values_missing"
    VALUES_REJECTED = "values_rejected"
    SCORES_TOO_LOW = "scores_too_low"
    FILTERED_OUT = "filtered_out"
    SEVERAL_CRITERIA = "several_criteria"


FIXED_BY_MAPPING = frozenset(
    {
        FindingCode.COLUMNS_NOT_FOUND,
        FindingCode.CODES_UNKNOWN,
        FindingCode.TYPES_REJECTED,
        FindingCode.SIZE_IS_LOT,
        FindingCode.VALUES_MISSING,
        FindingCode.VALUES_REJECTED,
    }
)
"""Findings that a mapping file may remove."""


_SENTENCES = {
    FindingCode.COLUMNS_NOT_FOUND: "No column for {name} was found.",
    FindingCode.SECOND_TABLE: "{values} of a second table, with its header, not used: move that table to a sheet of its own.",
    FindingCode.CODES_UNKNOWN: "{label} holds codes such as {values} whose meaning isn't known.",
    FindingCode.TYPES_REJECTED: "{label} holds {values}: none of the profile's types.",
    FindingCode.SIZE_IS_LOT: "{header} equals the lot, and no other column has {name}.",
    FindingCode.VALUES_MISSING: "{label} is empty.",
    FindingCode.VALUES_REJECTED: "{label} has no value {values}.",
    FindingCode.SCORES_TOO_LOW: "No score reaches {values}.",
    FindingCode.FILTERED_OUT: "The filter leaves out all that meet the profile.",
    FindingCode.SEVERAL_CRITERIA: "No criterion alone rejects them: {values}.",
}


@dataclass(frozen=True)
class Finding:
    """Something about a whole file, or about one of its sheets.

    Attributes:
        code: What it is.
        rows: Number of properties, if none of them is a candidate; else 0.
        columns: The canonical columns.
        header: The header in the file; empty if it has none.
        examples: Values of the column, or for VALUES_REJECTED and SCORES_TOO_LOW what was required; for SEVERAL_CRITERIA how many
            properties each column rejects; for SECOND_TABLE how many rows it has.
        sheet: The sheet; empty for the whole file.

    """

    code: FindingCode
    rows: int = 0
    columns: tuple[str, ...] = ()
    header: str = ""
    examples: tuple[str, ...] = ()
    sheet: str = ""

    @classmethod
    def from_dict(cls, entry: Mapping[str, Any]) -> "Finding":
        """Restore a finding of a report."""
        fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
        return cls(**{**fields, "code": FindingCode(entry["code"])})

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as JSON data."""
        return asdict(self) | {"code": str(self.code), "columns": list(self.columns), "examples": list(self.examples)}

    @property
    def sentence(self) -> str:
        """The finding for people: `0 of 300 rows are candidates. Property Type (use_code) is empty.`."""
        name = " or ".join(self.columns)
        label = f"{name} ({self.header})" if self.header and self.header != name else name
        none = f"0 of {self.rows:,} rows are candidates. " if self.rows else ""
        place = f'Sheet "{self.sheet}": ' if self.sheet else ""
        text = _SENTENCES[self.code].format(name=name, label=label, header=self.header, values=", ".join(self.examples))
        return none + place + text


def list_sentences(file: Mapping[str, Any]) -> list[str]:
    """Return the findings of a file for people; `file`: its entry in the report."""
    return [Finding.from_dict(entry).sentence for entry in file.get("findings", ())]


def suggest_command(file: Mapping[str, Any]) -> str:
    """Return what may remove the findings of a file; empty if nothing does."""
    return f"To map its columns: {file['command']}" if file.get("command") else ""


def describe_findings(file: Mapping[str, Any]) -> str:
    """Return the findings of a file, and the command that may remove them; `file`: its entry in the report."""
    return " ".join(filter(None, [*list_sentences(file), suggest_command(file)]))
