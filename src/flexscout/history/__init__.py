"""History of an output: records of past runs, the user's notes and decisions, changes between results."""

from typing import TYPE_CHECKING

from flexscout._lazy import lazy_exports

if TYPE_CHECKING:
    from flexscout.history.carryover import CarryOver, NotedList, add_user_notes, build_source_history, carry_over, compare_runs
    from flexscout.history.changes import CHANGE_SCHEMA, PropertyChanges, compare_properties
    from flexscout.history.column_changes import compare_columns
    from flexscout.history.compare_values import VARYING_COLUMNS, differs
    from flexscout.history.corrections import FILL_IN, VERIFY_SHEET
    from flexscout.history.decisions import INDISTINCT, DecisionList, is_identified, is_indistinct, read_decisions
    from flexscout.history.market_changes import ChangeKind, SourceHistory
    from flexscout.history.notes import STATUS_COLUMN
    from flexscout.history.run_history import RunHistory, hash_state
    from flexscout.history.run_record import RunRecord
    from flexscout.history.saved_results import read_result
    from flexscout.history.seen_changes import SeenChanges
    from flexscout.history.typed_decisions import MERGES_SHEET, POSSIBLE_SHEET, KnownDecisions, collect_decisions
    from flexscout.history.user_entries import read_notes, read_property_entries, save_corrections, save_notes
    from flexscout.history.user_input import UserInput, read_corrections, read_user_input

__all__ = [
    "CHANGE_SCHEMA",
    "FILL_IN",
    "INDISTINCT",
    "MERGES_SHEET",
    "POSSIBLE_SHEET",
    "STATUS_COLUMN",
    "VARYING_COLUMNS",
    "VERIFY_SHEET",
    "CarryOver",
    "ChangeKind",
    "DecisionList",
    "KnownDecisions",
    "NotedList",
    "PropertyChanges",
    "RunHistory",
    "RunRecord",
    "SeenChanges",
    "SourceHistory",
    "UserInput",
    "add_user_notes",
    "build_source_history",
    "carry_over",
    "collect_decisions",
    "compare_columns",
    "compare_properties",
    "compare_runs",
    "differs",
    "hash_state",
    "is_identified",
    "is_indistinct",
    "read_corrections",
    "read_decisions",
    "read_notes",
    "read_property_entries",
    "read_result",
    "read_user_input",
    "save_corrections",
    "save_notes",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "carryover": ("CarryOver", "NotedList", "add_user_notes", "build_source_history", "carry_over", "compare_runs"),
        "changes": ("CHANGE_SCHEMA", "PropertyChanges", "compare_properties"),
        "column_changes": ("compare_columns",),
        "compare_values": ("VARYING_COLUMNS", "differs"),
        "corrections": ("FILL_IN", "VERIFY_SHEET"),
        "decisions": ("INDISTINCT", "DecisionList", "is_identified", "is_indistinct", "read_decisions"),
        "market_changes": ("ChangeKind", "SourceHistory"),
        "notes": ("STATUS_COLUMN",),
        "run_history": ("RunHistory", "hash_state"),
        "run_record": ("RunRecord",),
        "saved_results": ("read_result",),
        "seen_changes": ("SeenChanges",),
        "typed_decisions": ("MERGES_SHEET", "POSSIBLE_SHEET", "KnownDecisions", "collect_decisions"),
        "user_entries": ("read_notes", "read_property_entries", "save_corrections", "save_notes"),
        "user_input": ("UserInput", "read_corrections", "read_user_input"),
    },
)
