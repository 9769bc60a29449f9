"""History of an output: records of past runs, the user's notes, changes between results."""

from flexscout.history.carryover import CarryOver, carry_over
from flexscout.history.changes import ChangeKind, PropertyChanges, compare_columns, compare_properties
from flexscout.history.run_history import RunHistory, hash_state
from flexscout.history.run_record import RunRecord
from flexscout.history.saved_results import read_result
from flexscout.history.user_input import UserInput, read_user_input

__all__ = [
    "CarryOver",
    "ChangeKind",
    "PropertyChanges",
    "RunHistory",
    "RunRecord",
    "UserInput",
    "carry_over",
    "compare_columns",
    "compare_properties",
    "hash_state",
    "read_result",
    "read_user_input",
]
