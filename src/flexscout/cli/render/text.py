"""Properties in words, for a person."""

from collections.abc import Mapping
from typing import Any

from flexscout.domain import join_address


def describe_property(row: Mapping[str, Any]) -> str:
    """`12 MAIN ST, Norcross, GA | 20,622 sq ft | 1.59 acres | built 1999`, as far as known; a missing value is None."""
    place = join_address(row)
    size, acres, year = row.get("Building SqFt"), row.get("Lot Size Acres"), row.get("Year Built")
    facts = [f"{size:,.0f} sq ft" if size else "", f"{acres:.2f} acres" if acres else "", f"built {year:.0f}" if year else ""]
    return " | ".join(part for part in (place, *facts) if part)
