"""Which rows are the same property."""

from flexscout.linkage.address import PARTS, address_parts
from flexscout.linkage.close import Bands
from flexscout.linkage.groups import CloseMatches, DuplicatePolicy, Groups, Linking, duplicate_groups
from flexscout.linkage.identity import property_ids
from flexscout.linkage.keys import WITHIN_FILE, duplicate_keys, lacking
from flexscout.linkage.lookup import nearest_rows, rows_at, rows_of_parcel

__all__ = [
    "PARTS",
    "WITHIN_FILE",
    "Bands",
    "CloseMatches",
    "DuplicatePolicy",
    "Groups",
    "Linking",
    "address_parts",
    "duplicate_groups",
    "duplicate_keys",
    "lacking",
    "nearest_rows",
    "property_ids",
    "rows_at",
    "rows_of_parcel",
]
