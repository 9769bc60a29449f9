"""What follows an error of a file, and what many errors have in common."""

import logging
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from flexscout.domain import join_some
from flexscout.errors import OutputError, ProcessingError, is_transient

_FILES_SHOWN = 2  # of many with one cause
_FIRST_PAUSE = 0.2  # seconds before the first retry; doubled for each that follows

logger = logging.getLogger("flexscout.errors")


class ErrorAction(StrEnum):
    """What to do after an error of a file."""

    RETRY = "retry"
    SKIP = "skip"
    ABORT = "abort"


# What many files of one cause have in common, and what to do; a code that is missing here speaks for itself.
_CAUSES = {
    "file_missing": ("are no longer there", "Put them back, or run again without them."),
    "file_busy": ("are held by another program", "Close them there, and run again."),
    "not_permitted": (
        "can't be opened: another program holds them, or you may not read them",
        "Close them in Excel, check their permissions, and run again.",
    ),
    "storage_failed": (
        "can't be read from their drive",
        "Check the drive or the network, or copy the files to this computer, and run again.",
    ),
    "cannot_open": ("can't be opened", "Copy them to this computer, and run again."),
    "password_protected": ("are password-protected", "Save unprotected copies."),
    "damaged": (
        "are damaged",
        "Export or download them again, or open them in Excel, let it repair them, and save them as .xlsx.",
    ),
    "empty_workbook": ("have no data: every sheet is empty", "Export them again, or leave them out."),
    "no_rows": ("have a header and no row below it", "Export them again, or leave them out."),
    "missing_required_columns": (
        "have no columns for an address or parcel number, or none for a type or a building's size",
        "Rename their headers, or leave them out; the report names the headers of each.",
    ),
    "plain_text": ("are plain text, whatever their names say", "Save them as .xlsx in Excel."),
    "timeout": ("were not finished in time", "Raise --timeout, or split them."),
    "worker_died": (
        "made their worker process end: they are damaged, or need more memory than they may use",
        "Open and re-save them in Excel, raise --memory-limit, or use fewer --workers.",
    ),
    "out_of_memory": ("need more memory than they may use", "Raise --memory-limit, or use fewer --workers."),
    "internal_error": (
        "were left out because of a fault of flexscout",
        "Send the internal-error reports beside the log to those who maintain flexscout; the next run tries the files again.",
    ),
    "unexpected": (
        "could not be processed",
        "Open and re-save them in Excel; if that does not help, report it with the log.",
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

    def tries(self, file_path: Path) -> int:
        """How often the file was tried again so far."""
        return self._tried[file_path]

    def pause(self, file_path: Path) -> float:
        """Seconds to wait before the file is tried again: longer each time, and never for all files alike."""
        spread = random.uniform(0.8, 1.2)  # noqa: S311  # nosec B311 # a waiting time, not a secret
        return _FIRST_PAUSE * 2.0 ** (self._tried[file_path] - 1) * spread

    def forget(self, file_path: Path) -> None:
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
    by_code: dict[str, list[ProcessingError]] = {}
    for error in errors:
        by_code.setdefault(error.code, []).append(error)
    groups = sorted(by_code.items(), key=lambda group: (-len(group[1]), group[0]))
    return [_cause(code, same) for code, same in groups]


def _cause(code: str, errors: Sequence[ProcessingError]) -> dict[str, Any]:
    """One cause, in the words of its error where only one file has it."""
    first = errors[0]
    message, next_step = first.message, first.next_step
    if len(errors) > 1:
        common = f"could not be read ({code.replace('_', ' ')})"
        what, next_step = _CAUSES.get(code, (common, Counter(error.next_step for error in errors).most_common(1)[0][0]))
        limit = max(_FILES_SHOWN, len(errors)) if len(errors) <= _FILES_SHOWN + 1 else _FILES_SHOWN
        message = f"{len(errors):,} files {what}: {join_some(sorted(error.file for error in errors), limit, last=' and ')}."
    return {"category": str(first.category), "code": code, "files": len(errors), "message": message, "next_step": next_step}
