"""Two results -> what is new, gone, scored otherwise or has other values; and whose columns came or went."""

from flexscout.changes.between import CHANGE_SCHEMA, ChangeKind, Changes, changes_between
from flexscout.changes.schema import columns_changed
from flexscout.changes.successors import successors

__all__ = ["CHANGE_SCHEMA", "ChangeKind", "Changes", "changes_between", "columns_changed", "successors"]
