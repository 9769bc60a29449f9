"""What is kept of a run."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from flexscout.config import PipelineConfiguration
from flexscout.models import AggregateStatistics, RunSummary
from flexscout.runtime import RecordProblem, UnusableRecordError, file_checksum, open_record, seal_record

RECORD_FORMAT = 2
"""Of the records; those of another are passed over."""


@dataclass(frozen=True)
class RunRecord:
    """A finished run.

    `number`: from 1, in the order of the runs; `begun`, `ended`: UTC, ISO 8601; `state`: what the result depends on, as a hash;
    `repeatable`: whether the same run would end alike, also for the files that failed; `outputs`: path, bytes and SHA-256 of each
    file; `report`: the content of `pipeline_summary.json`; `messages`: what it said; `result_sha256`: checksum of its master
    table, None if it wrote none.
    """

    number: int
    begun: str
    ended: str
    exit_code: int
    state: str
    repeatable: bool
    outputs: list[dict[str, Any]]
    report: dict[str, Any]
    messages: list[str]
    result_sha256: str | None

    def to_json(self) -> bytes:
        """The record as a file holds it."""
        # Without lines: json indents in Python, which takes a tenth of a second for a hundred files.
        return seal_record(json.dumps(vars(self), ensure_ascii=False).encode("utf-8", "surrogatepass"), RECORD_FORMAT)

    @classmethod
    def from_json(cls, content: bytes) -> Self:
        """The record of a file's content. Raises UnusableRecordError if it is damaged, of another version or not a record."""
        try:
            return cls(**json.loads(open_record(content, RECORD_FORMAT)))
        except TypeError:
            raise UnusableRecordError(RecordProblem.FOREIGN) from None

    @property
    def settings(self) -> PipelineConfiguration:
        """The settings that the run had, of those that are settings still. Raises ConfigurationError."""
        known = PipelineConfiguration.model_fields
        return PipelineConfiguration(**{name: value for name, value in self.report["settings"].items() if name in known})

    def build_repeat_summary(self) -> RunSummary:
        """What a run says that would do nothing but repeat this one."""
        note = f"Nothing has changed since run {self.number}: its outputs are as it left them. --fresh reads every file again."
        figures = AggregateStatistics(**self.report["statistics"])
        places = tuple(Path(output["path"]) for output in self.outputs)
        return RunSummary(self.exit_code, figures, self.report, places, (*self.messages, note), repeated_run=self.number)

    def is_unchanged(self, path: Path) -> bool:
        """Whether a file is as the run left it."""
        return any(Path(output["path"]) == path.absolute() and _is_as_it_was(output) for output in self.outputs)

    @property
    def has_intact_outputs(self) -> bool:
        """Whether every output is as the run left it."""
        return all(_is_as_it_was(output) for output in self.outputs)


def fingerprint_output(path: Path) -> dict[str, Any]:
    """What tells an output from another one. Raises OSError."""
    return {"path": str(path.absolute()), "bytes": path.stat().st_size, "sha256": file_checksum(path)}


def _is_as_it_was(output: dict[str, Any]) -> bool:
    try:
        path = Path(output["path"])
        return path.stat().st_size == output["bytes"] and fingerprint_output(path) == output
    except OSError:
        return False
