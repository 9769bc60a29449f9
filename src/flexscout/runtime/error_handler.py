"""Error handling: retry, skip or abort after an error, and a report of all errors by cause."""

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

_FILES_SHOWN = 2  # per cause
_FIRST_DELAY_SECONDS = 0.2  # before the first retry; doubled for each further one

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
    ErrorCode.PASSWORD_PROTECTED: (
        "are password-protected",
        "Give their password with FLEXSCOUT_PASSWORD or input.password, or save unprotected copies.",
    ),
    ErrorCode.WRONG_PASSWORD: (
        "are password-protected, and the given password doesn't open them",
        "Correct the password (FLEXSCOUT_PASSWORD or input.password), or save unprotected copies.",
    ),
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
    ErrorCode.VAGUE_HEADERS: (
        "have headers that could be of any table, and no parcel number, lot size, year built or coordinates",
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
    """Decides what to do after an error of a file, logs it, and reports all errors.

    Args:
        retries: How often a file is retried after transient errors.

    """

    def __init__(self, retries: int = 2) -> None:
        self.retries = retries
        self._retried: Counter[Path] = Counter()

    def handle_file_error(self, file_path: Path, error: BaseException) -> ErrorAction:
        """Return what to do after an error.

        Returns:
            RETRY for a transient error with retries left, ABORT if nothing can be written, else SKIP.

        """
        if isinstance(error, OutputError):
            return ErrorAction.ABORT
        if is_transient(error) and self._retried[file_path] < self.retries:
            self._retried[file_path] += 1
            return ErrorAction.RETRY
        return ErrorAction.SKIP

    def count_retries(self, file_path: Path) -> int:
        """Return how often the file was retried."""
        return self._retried[file_path]

    def retry_delay(self, file_path: Path) -> float:
        """Return the seconds to wait before the next retry: exponential backoff with jitter."""
        spread = random.uniform(0.8, 1.2)  # noqa: S311  # nosec B311 # a delay, not a secret
        return _FIRST_DELAY_SECONDS * 2.0 ** (self._retried[file_path] - 1) * spread

    def reset(self, file_path: Path) -> None:
        """Forget the retries of a file, once it is done."""
        self._retried.pop(file_path, None)

    def log_processing_error(self, context: Mapping[str, Any], error: BaseException) -> None:
        """Log an error.

        Args:
            context: What is known about it, such as the file.
            error: The error.

        """
        logger.error("%s", error, extra={"event": "file_failed", "data": dict(context)})

    def generate_error_report(self, errors: Sequence[ProcessingError]) -> dict[str, Any]:
        """Summarize errors.

        Returns:
            `total`; the counts `by_category` and `by_code`; `causes`, most files first, each with `category`, `code`, `files`
            (the count), `message` and `next_step`; `errors`, each with its `file` and the fields of `ProcessingError.as_dict`.

        """
        return {
            "total": len(errors),
            "by_category": dict(sorted(Counter(str(error.category) for error in errors).items())),
            "by_code": dict(sorted(Counter(error.code for error in errors).items())),
            "causes": _group_by_cause(errors),
            "errors": [{"file": error.file, **error.as_dict()} for error in errors],
        }


def _group_by_cause(errors: Iterable[ProcessingError]) -> list[dict[str, Any]]:
    by_code: dict[ErrorCode, list[ProcessingError]] = {}
    for error in errors:
        by_code.setdefault(error.code, []).append(error)
    ordered = sorted(by_code.items(), key=lambda item: (-len(item[1]), item[0]))
    return [_describe_cause(code, same) for code, same in ordered]


def _describe_cause(code: ErrorCode, errors: Sequence[ProcessingError]) -> dict[str, Any]:
    """Describe the errors of one cause; a single error keeps its own message."""
    first = errors[0]
    message, next_step = first.message, first.next_step
    if len(errors) > 1:
        frequent_step = Counter(error.next_step for error in errors).most_common(1)[0][0]
        predicate, next_step = _CAUSES.get(code, (f"couldn't be read ({code.replace('_', ' ')})", frequent_step))
        limit = max(_FILES_SHOWN, len(errors)) if len(errors) <= _FILES_SHOWN + 1 else _FILES_SHOWN
        message = f"{len(errors):,} files {predicate}: {join_some(sorted(error.file for error in errors), limit, last=' and ')}."
    return {"category": str(first.category), "code": code, "files": len(errors), "message": message, "next_step": next_step}
