"""What flexscout notices about the columns of a file: what unmapped ones may be. Codes; their text is made here."""

from dataclasses import dataclass
from enum import StrEnum


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
