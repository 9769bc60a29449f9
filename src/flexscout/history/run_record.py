"""The record of a run."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from flexscout.config import PipelineConfiguration
from flexscout.models import AggregateStatistics, RunSummary
from flexscout.runtime import OBJECTS_FOLDER, RecordProblem, UnusableRecordError, compute_checksum, open_record, seal_record

RECORD_FORMAT = 3
"""Version of the record format; records of other versions are not used."""

_COPY_DEPTH = 4  # of the copy of a workbook in object storage: objects/HASH/files/all.xlsx
_SEPARATOR = re.compile(r"[/\\]")  # of the computer that wrote the record
_COPY = re.compile(rf"[/\\]({OBJECTS_FOLDER}[/\\][0-9a-f]{{16}}[/\\].+)")


@dataclass(frozen=True)
class RunRecord:
    """A finished run.

    Attributes:
        number: Number of the run, from 1.
        begun: Start time, UTC, ISO 8601.
        ended: End time, UTC, ISO 8601.
        exit_code: The exit code.
        state: Hash of its inputs and settings, see `hash_state`.
        repeatable: Whether the same run would end the same way; false if a failure may not recur.
        outputs: Path, bytes and SHA-256 of each file it wrote.
        report: The content of `pipeline_summary.json`.
        messages: Its messages to the user.
        result_sha256: Checksum of its master table, or None if it wrote none.
        sources_sha256: Checksum of the table of its properties' sources, or None if it is not kept.
        tables_sha256: Checksums of further tables that are kept, by name.
        restored_from: Number of the run whose list and outputs it published again; None for a run that read the exports.

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
    sources_sha256: str | None = None
    tables_sha256: dict[str, str] = field(default_factory=dict)
    restored_from: int | None = None

    def to_json(self) -> bytes:
        """Return the content of the record's file."""
        # Not indented: that would take a tenth of a second for a hundred files.
        return seal_record(json.dumps(vars(self), ensure_ascii=False).encode("utf-8", "surrogatepass"), RECORD_FORMAT)

    @classmethod
    def from_json(cls, content: bytes) -> Self:
        """Read a record from its file's content.

        Raises:
            UnusableRecordError: It is damaged, of another version, or not a record.

        """
        try:
            return cls(**json.loads(open_record(content, RECORD_FORMAT)))
        except TypeError:
            raise UnusableRecordError(RecordProblem.FOREIGN) from None

    def with_copies(self, workbook: Path) -> Self:
        """Return the record with this computer's copies as outputs, if the workbook is the copy of one in object storage."""
        parts = workbook.absolute().parts
        if OBJECTS_FOLDER not in parts[-_COPY_DEPTH : 1 - _COPY_DEPTH]:
            return self
        cache = workbook.absolute().parents[_COPY_DEPTH - 1]
        found = [_COPY.search(output["path"]) for output in self.outputs]
        paths = [str(cache.joinpath(*_SEPARATOR.split(one[1]))) if one else None for one in found]
        outputs = [output | {"path": path} if path else output for output, path in zip(self.outputs, paths, strict=True)]
        return replace(self, outputs=outputs)

    @property
    def settings(self) -> PipelineConfiguration:
        """The run's settings, without those that no longer exist.

        Raises:
            ConfigurationError: A value is no longer valid.

        """
        known = PipelineConfiguration.model_fields
        return PipelineConfiguration(**{name: value for name, value in self.report["settings"].items() if name in known})

    def build_repeat_summary(self) -> RunSummary:
        """Return the summary of a run that would only repeat this one."""
        message = f"Nothing changed since run {self.number}, so its outputs are kept. To read every file again, use --fresh."
        statistics = AggregateStatistics(**self.report["statistics"])
        paths = tuple(Path(output["path"]) for output in self.outputs)
        return RunSummary(self.exit_code, statistics, self.report, paths, (*self.messages, message), repeated_run=self.number)

    def has_output(self, path: Path) -> bool:
        """Return whether the file is an output of the run."""
        return any(Path(output["path"]) == path.absolute() for output in self.outputs)

    def is_unchanged(self, path: Path) -> bool:
        """Return whether the file is an output of the run and unchanged since."""
        return any(Path(output["path"]) == path.absolute() and _is_output_unchanged(output) for output in self.outputs)

    @property
    def has_intact_outputs(self) -> bool:
        """Whether all outputs are unchanged since the run."""
        with ThreadPoolExecutor() as pool:  # reading them is what an unchanged run does for longest
            return all(pool.map(_is_output_unchanged, self.outputs))


def fingerprint_output(path: Path) -> dict[str, Any]:
    """Return the path, size and checksum of an output. Raise OSError if it can't be read."""
    return {"path": str(path.absolute()), "bytes": path.stat().st_size, "sha256": compute_checksum(path)}


def _is_output_unchanged(output: dict[str, Any]) -> bool:
    try:
        path = Path(output["path"])
        return path.stat().st_size == output["bytes"] and fingerprint_output(path) == output
    except OSError:
        return False
