"""Why a property of a past run is where it is: its rows, how they were read, scored and merged."""

from flexscout.explanation.answer import FORMAT, Answer, explain
from flexscout.explanation.past import Past, replayed

__all__ = ["FORMAT", "Answer", "Past", "explain", "replayed"]
