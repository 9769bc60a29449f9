"""The events of a job, as both processes know them: one line of JSON each."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

STOP_LINE, COMMIT_LINE = b"stop\n", b"save\n"
"""What the child is sent so that it stops, or may put its outputs in place; equally long."""

ASK_LINE = b"save?\n"
"""What the child sends before it puts its outputs in place; from the answer on, it isn't ended."""

TEMPORARY_FOLDER = "FLEXSCOUT_JOB_FOLDER"
"""The environment variable with the temporary folder of a job."""

STOPPED_TEXT = "Stopped. The previous results are unchanged; files already read are not read again."


class EventKind(StrEnum):
    """What happened."""

    STARTED = "started"
    STAGE = "stage"
    FILE_STARTED = "file_started"
    ROWS = "rows"
    FILE_DONE = "file_done"
    WARNING = "warning"
    FINISHED = "finished"
    FAILED = "failed"
    STOPPED = "stopped"


LAST_KINDS = frozenset({EventKind.FINISHED, EventKind.FAILED, EventKind.STOPPED})
"""The kinds of which each job has one event, its last."""


@dataclass(frozen=True)
class JobEvent:
    """An event of a job.

    Attributes:
        kind: What happened.
        seconds: When, in seconds since the start of the run.
        fields: Further facts, by name.

    | kind | fields |
    |---|---|
    | `started` | `files` |
    | `stage` | `stage` (`scan`, `read`, `match`, `merge`, `compare` or `write`), its `position`, the `count` of stages |
    | `file_started` | `file` |
    | `rows` | `file`, `rows` so far, `estimate` of all |
    | `file_done` | `file`, `success`, `rows`, `candidates`, `reused`; of a failed file also `message`, `next_step`, `code` |
    | `warning` | `message` |
    | `finished` | `run` (its number), `exit_code`, `candidates`, `files`, `failed_files`, `rows`, `seconds`, `messages`, |
    | | `changes`: their counts by kind, null without an earlier result; `is_repeat`: whether nothing had changed since the run |
    | | `notes`: the messages without commands, each with `text` and `code`, which says what it is about |
    | `failed` | `message`, `next_step`, `error_kind`: the class of the error |
    | `stopped` | `message` |

    """

    kind: EventKind
    seconds: float = 0.0
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_last(self) -> bool:
        """Whether the job has ended with this event."""
        return self.kind in LAST_KINDS

    def as_dict(self) -> dict[str, Any]:
        """Return the event as JSON data."""
        return {"event": str(self.kind), "time": round(self.seconds, 3), **self.fields}

    def to_line(self) -> bytes:
        """Return the event as a line of JSON."""
        return json.dumps(self.as_dict(), default=str).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Self:
        """Read an event from its line. Raises ValueError or LookupError if it isn't one."""
        values = json.loads(line)
        return cls(EventKind(values.pop("event")), float(values.pop("time")), values)
