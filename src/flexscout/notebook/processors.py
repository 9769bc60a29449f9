"""One file, in this process."""

from pathlib import Path

from flexscout.config import PipelineConfiguration
from flexscout.models import ProcessingResult
from flexscout.runtime import BatchProcessor, SerialExecutor


class FileProcessor:
    """Reads, maps, converts and classifies one file at a time, in this process, without limits of time and memory."""

    def __init__(self, config: PipelineConfiguration | None = None) -> None:
        self._batch = BatchProcessor(config, executor=SerialExecutor())

    def process_file(self, file_path: str | Path) -> ProcessingResult:
        """The file's candidates and counts; an error is in the result, none is raised."""
        return self._batch.process_file(file_path)
