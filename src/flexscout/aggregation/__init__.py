"""Many tables -> one: combined, without duplicates, in order, with a ledger of what was merged."""

from flexscout.aggregation.combine import column_order, combine, one_spelling
from flexscout.aggregation.deduplicate import LEDGER_SCHEMA, Deduplicated, deduplicate, unmerged
from flexscout.aggregation.fill import Judge
from flexscout.aggregation.order import in_order

__all__ = [
    "LEDGER_SCHEMA",
    "Deduplicated",
    "Judge",
    "column_order",
    "combine",
    "deduplicate",
    "in_order",
    "one_spelling",
    "unmerged",
]
