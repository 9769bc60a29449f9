"""The runs of an output: what each read, made and left; whether anything has changed since."""

from flexscout.history.record import RunRecord
from flexscout.history.runs import RunBook
from flexscout.history.state import state_of

__all__ = ["RunBook", "RunRecord", "state_of"]
