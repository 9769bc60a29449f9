"""Which rows are the same property."""

from flexscout.linkage.address import PARTS, address_parts
from flexscout.linkage.close import Bands
from flexscout.linkage.groups import CloseMatches, DuplicatePolicy, Groups, Linking, duplicate_groups
from flexscout.linkage.keys import combined_keys, duplicate_keys

__all__ = [
    "PARTS",
    "Bands",
    "CloseMatches",
    "DuplicatePolicy",
    "Groups",
    "Linking",
    "address_parts",
    "combined_keys",
    "duplicate_groups",
    "duplicate_keys",
]
