"""Process single files and batches from Python."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from flexscout.config import PipelineConfiguration
from flexscout.errors import ProcessingError
from flexscout.ingest import FileDiscovery, FileIngestor
from flexscout.models import ProcessingResult, SourceFile
from flexscout.runtime import (
    ErrorHandler,
    Executor,
    FileResultLog,
    LoggedProgress,
    NoProgress,
    Progress,
    ProgressGroup,
    SerialExecutor,
    TableCache,
    TableFolder,
)
from flexscout.scoring import Criteria, attach_candidates, score_batches


class BatchProcessor:
    """Process files in worker processes, without merging duplicates or writing outputs.

    Args:
        config: The settings; profile, row filter, mapping and limits are used.
        executor: Where the work runs; worker processes by default.
        progress: Listener that is called for each file.

    Raises:
        ConfigurationError: The profile, the row filter or the mapping file of `config` has an error.

    """

    def __init__(
        self, config: PipelineConfiguration | None = None, *, executor: Executor | None = None, progress: Progress | None = None
    ) -> None:
        self.config = config or PipelineConfiguration()
        log_lines = LoggedProgress(self.config.batch_size, self.config.progress_interval)
        self._progress = ProgressGroup(FileResultLog(), progress or NoProgress(), log_lines)
        self._criteria = Criteria.from_config(self.config)
        self._ingestor = FileIngestor.for_criteria(
            self.config, self._criteria.profile.eligibility, executor=executor, progress=self._progress
        )

    def process_file(self, file_path: str | Path) -> ProcessingResult:
        """Process one file. An error is in the result; none is raised."""
        return self.process_batch([file_path])[0]

    def process_batch(self, file_paths: Sequence[str | Path]) -> list[ProcessingResult]:
        """Process files in parallel.

        Args:
            file_paths: Paths of the files.

        Returns:
            A result per path, in the same order. Errors are in the results.

        Raises:
            TypeError: A single path was given instead of a list.

        """
        if isinstance(file_paths, str | Path):
            raise TypeError(f"Expected a list of paths. For one file, use process_file({str(file_paths)!r}).")
        sources = _describe_sources([Path(path) for path in file_paths])
        folder = TableFolder()
        batches = self._ingestor.ingest(list(sources.values()), TableCache(folder.path))
        parts = score_batches(batches, self._criteria, self.config.duplicate_fields, self._progress)
        results = {result.file_path: result for part in parts for result in attach_candidates(part, folder)}
        return [results[str(Path(path))] for path in file_paths]

    def handle_processing_error(self, file_path: str | Path, error: Exception) -> None:
        """Log the error of a file; processing goes on."""
        details = error.as_dict() if isinstance(error, ProcessingError) else {}
        ErrorHandler().log_processing_error({"file": str(file_path), **details}, error)


class FileProcessor:
    """Process one file at a time in this process, without limits of time and memory."""

    def __init__(self, config: PipelineConfiguration | None = None) -> None:
        self._batch = BatchProcessor(config, executor=SerialExecutor())

    def process_file(self, file_path: str | Path) -> ProcessingResult:
        """Return the candidates and counts of a file. An error is in the result; none is raised."""
        return self._batch.process_file(file_path)


def _describe_sources(paths: Sequence[Path]) -> dict[Path, SourceFile]:
    """Return each path once, named by its file name, or in full where two files have the same name."""
    names = Counter(path.name for path in set(paths))
    return {path: _describe_source(path, path.name if names[path.name] == 1 else path.as_posix()) for path in paths}


def _describe_source(path: Path, name: str) -> SourceFile:
    try:
        metadata = FileDiscovery().get_file_metadata(path)
    except ProcessingError:
        # The worker meets the same error and reports it.
        return SourceFile(path, name, 0, 0.0, "")
    return SourceFile(path, name, metadata["size"], metadata["modified"], metadata["fingerprint"])
