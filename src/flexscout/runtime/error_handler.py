"""What follows an error of a file, and what many errors have in common."""

import logging
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from flexscout.domain import join_some
from flexscout.error_codes import ErrorCode
from flexscout.errors import OutputError, ProcessingError, is_transient

_FILES_SHOWN = 2  # of many with one cause
_FIRST_PAUSE = 0.2  # seconds before the first retry; doubled for each that follows

logger = logging.getLogger("flexscout.errors")


class ErrorAction(StrEnum):
    """What to do after an error of a file."""

    RETRY = "retry"
    SKIP = "skip"
    ABORT = "abort"


# Cause -> predicate and next step for several files that share it. For causes not listed, the most frequent next step is used.
_CAUSES = {
    ErrorCode.FILE_MISSING: ("no longer exist", "Put them back, or run again without them."),
    ErrorCode.FILE_BUSY: ("are open in another program", "Close them there, then run again."),
    ErrorCode.NOT_PERMITTED: (
        "can't be opened: another program has them open, or you don't have permission to read them",
        "Close them in Excel, check their permissions, then run again.",
    ),
    ErrorCode.STORAGE_FAILED: (
        "can't be read from their drive",
        "Check the drive or the network, or copy the files to this computer, then run again.",
    ),
    ErrorCode.CANNOT_OPEN: ("can't be opened", "Copy them to this computer, then run again."),
    ErrorCode.PASSWORD_PROTECTED: ("are password-protected", "Save unprotected copies."),
    ErrorCode.DAMAGED: (
        "are damaged",
        "Export or download them again, or open them in Excel, let it repair them, and save them as .xlsx.",
    ),
    ErrorCode.EMPTY_WORKBOOK: ("have no data: every sheet is empty", "Export them again, or leave them out."),
    ErrorCode.NO_ROWS: ("have a header but no rows below it", "Export them again, or leave them out."),
    ErrorCode.MISSING_REQUIRED_COLUMNS: (
        "lack required columns: an address or APN, and a property type or building size",
        "Map their columns with `flexscout map FILE`, rename their headers, or leave them out.",
    ),
    ErrorCode.TIMEOUT: ("weren't finished in time", "Raise --timeout, or split them."),
    ErrorCode.WORKER_DIED: (
        "ended their worker process: they are damaged, or need more memory than its limit",
        "Open them in Excel and save them again, raise --memory-limit, or lower --workers.",
    ),
    ErrorCode.OUT_OF_MEMORY: ("need more memory than their limit", "Raise --memory-limit, or lower --workers."),
    ErrorCode.INTERNAL_ERROR: (
        "were left out because of a bug in flexscout",
        "Send the internal-error reports beside the log to the maintainers; the next run tries the files again.",
    ),
    ErrorCode.UNEXPECTED: (
        "couldn't be processed",
        "Open them in Excel and save them again; if that doesn't help, report it with the log.",
    ),
}


class ErrorHandler:
    """Decides what follows an error of a file, logs it, and sums errors up.

    `retries`: how often a transient error is tried again.
    """

    def __init__(self, retries: int = 2) -> None:
        self.retries = retries
        self._tried: Counter[Path] = Counter()

    def handle_file_error(self, file_path: Path, error: BaseException) -> ErrorAction:
        """RETRY for a transient error with tries left, else SKIP; ABORT if nothing can be written."""
        if isinstance(error, OutputError):
            return ErrorAction.ABORT
        if is_transient(error) and self._tried[file_path] < self.retries:
            self._tried[file_path] += 1
            return ErrorAction.RETRY
        return ErrorAction.SKIP

    def count_retries(self, file_path: Path) -> int:
        """How often the file was tried again so far."""
        return self._tried[file_path]

    def retry_delay(self, file_path: Path) -> float:
        """Seconds to wait before the file is tried again: longer each time, and never for all files alike."""
        spread = random.uniform(0.8, 1.2)  # noqa: S311  # nosec B311 # a waiting time, not a secret
        return _FIRST_PAUSE * 2.0 ** (self._tried[file_path] - 1) * spread

    def reset(self, file_path: Path) -> None:
        """Give the file all its tries again: what was to be done with it is done."""
        self._tried.pop(file_path, None)

    def log_processing_error(self, context: Mapping[str, Any], error: BaseException) -> None:
        """Log an error with what is known of it."""
        logger.error("%s", error, extra={"event": "file_failed", "data": dict(context)})

    def generate_error_report(self, errors: Sequence[ProcessingError]) -> dict[str, Any]:
        """`total`, the counts `by_category` and `by_code`, `causes`, and `errors`, each with its file and next step.

        `causes`: by code, most files first: `category`, `code`, `files` (how many), `message` and `next_step` for all of them.
        """
        return {
            "total": len(errors),
            "by_category": dict(sorted(Counter(str(error.category) for error in errors).items())),
            "by_code": dict(sorted(Counter(error.code for error in errors).items())),
            "causes": _causes(errors),
            "errors": [{"file": error.file, **error.as_dict()} for error in errors],
        }


def _causes(errors: Iterable[ProcessingError]) -> list[dict[str, Any]]:
    by_code: dict[ErrorCode, list[ProcessingError]] = {}
    for error in errors:
        by_code.setdefault(error.code, []).append(error)
    groups = sorted(by_code.items(), key=lambda group: (-len(group[1]), group[0]))
    return [_cause(code, same) for code, same in groups]


def _cause(code: ErrorCode, errors: Sequence[ProcessingError]) -> dict[str, Any]:
    """One cause, in the words of its error where only one file has it."""
    first = errors[0]
    message, next_step = first.message, first.next_step
    if len(errors) > 1:
        common = f"could not be read ({code.replace('_', ' ')})"
        what, next_step = _CAUSES.get(code, (common, Counter(error.next_step for error in errors).most_common(1)[0][0]))
        limit = max(_FILES_SHOWN, len(errors)) if len(errors) <= _FILES_SHOWN + 1 else _FILES_SHOWN
        message = f"{len(errors):,} files {what}: {join_some(sorted(error.file for error in errors), limit, last=' and ')}."
    return {"category": str(first.category), "code": code, "files": len(errors), "message": message, "next_step": next_step}
