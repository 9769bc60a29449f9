"""What can go wrong, as exceptions.

FlexscoutError
├── ConfigurationError      a setting is wrong                      exit 2
├── NothingToReadError      no folder, or no file in it             exit 2
├── OutputError             a result cannot be written              exit 2
└── ProcessingError         one file cannot be processed            the run goes on, exit 1
    ├── FileAccessError     it cannot be opened
    ├── DataFormatError     it is not what its name says, or has no property table
    ├── LimitError          it is larger than what one file may take
    ├── WorkerError         processing it failed, took too long or too much memory
    └── AggregationError    its rows do not fit with those of the others
"""

import errno
import os
import re
import shlex
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Self

from flexscout.domain import escape_controls, format_bytes, join_some

_HEADERS_SHOWN = 30
_CELL_SHOWN = 40  # characters


class ErrorCategory(StrEnum):
    """The four kinds of error of a file."""

    FILE_ACCESS = "file_access"
    DATA_FORMAT = "data_format"
    PROCESSING = "processing"
    AGGREGATION = "aggregation"


class FlexscoutError(Exception):
    """Raised when flexscout can't do what was asked; the root of all its exceptions.

    `message`: what is wrong, in a plain sentence; `next_step`: what to do about it, or empty.
    """

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message, next_step)
        self.message = message
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.message} {self.next_step}".strip()


class ConfigurationError(FlexscoutError):
    """Raised when settings are wrong; `message` names every mistake, one a line.

    `mistakes`: setting -> what is wrong with it.
    """

    def __init__(self, message: str, mistakes: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.mistakes = dict(mistakes or {})

    @classmethod
    def of_settings(cls, mistakes: Mapping[str, str]) -> Self:
        """All mistakes of one set of settings."""
        return cls("\n".join(escape_controls(f"{setting}: {wrong}") for setting, wrong in mistakes.items()), mistakes)

    @classmethod
    def of_places(cls, mistakes: Mapping[str, str]) -> Self:
        """All mistakes of settings that were gathered from several places, each with its own."""
        count = f"{len(mistakes)} mistake{'s' if len(mistakes) > 1 else ''}"
        return cls(
            "\n  ".join(
                [f"The settings have {count}:", *(escape_controls(f"{place}: {wrong}") for place, wrong in mistakes.items())]
            ),
            mistakes,
        )

    @classmethod
    def of_profile(cls, path: Path, mistakes: Mapping[str, str]) -> Self:
        """All mistakes of one profile, each with its line."""
        return cls._of_written(f"The profile {path}", mistakes)

    @classmethod
    def of_mapping(cls, path: Path, mistakes: Mapping[str, str]) -> Self:
        """All mistakes of one mapping file, each with its line."""
        return cls._of_written(f"The mapping {path}", mistakes)

    @classmethod
    def _of_written(cls, what: str, mistakes: Mapping[str, str]) -> Self:
        count = f"{len(mistakes)} mistake{'s' if len(mistakes) > 1 else ''}"
        told = (escape_controls(f"{place}: {wrong}" if place else wrong) for place, wrong in mistakes.items())
        return cls("\n  ".join([f"{what} has {count}:", *told]), mistakes)

    def __reduce__(self) -> tuple[type[Self], tuple[str, dict[str, str]]]:
        return type(self), (self.message, self.mistakes)


class NothingToReadError(FlexscoutError):
    """Raised when the input folder is missing or holds nothing to read."""


class OutputError(FlexscoutError):
    """Raised when a result can't be written where it should go."""


class ProcessingError(FlexscoutError):
    """Raised when one file can't be processed; the others go on.

    `code`: a stable word for programs, such as `password_protected`; `category`: one of the four kinds.
    """

    category = ErrorCategory.PROCESSING

    def __init__(self, code: str, message: str, next_step: str = "", file: str = "") -> None:
        super().__init__(message, next_step)
        self.code = code
        self.file = file

    def __reduce__(self) -> tuple[type[Self], tuple[str, str, str, str]]:
        # Exceptions pickle by their args, which lack the code: without this none survives a worker process.
        return type(self), (self.code, self.message, self.next_step, self.file)

    def of_file(self, file: str) -> Self:
        """The same error, naming its file."""
        return type(self)(self.code, self.message, self.next_step, file)

    def as_dict(self) -> dict[str, str]:
        """`category`, `code`, `message` and `next_step`, as the report has them."""
        return {
            "category": str(self.category),
            "code": self.code,
            "message": self.message,
            "next_step": self.next_step,
        }


class FileAccessError(ProcessingError):
    """Raised when a file can't be opened: missing, locked, not permitted."""

    category = ErrorCategory.FILE_ACCESS

    @classmethod
    def from_os_error(cls, path: Path, error: OSError) -> Self:
        """The error of the operating system, in plain words."""
        if isinstance(error, FileNotFoundError):
            return cls("file_missing", f"{path.name} is no longer there.", "Put it back, or run again without it.")
        if _is_one_of(error, _HELD):
            return cls("file_busy", f"{path.name} is held by another program.", "Close it there, and run again.")
        if isinstance(error, PermissionError):
            return cls(
                "not_permitted",
                f"{path.name} can't be opened: another program holds it, or you may not read it.",
                "Close it in Excel, check its permissions, and run again.",
            )
        reason = error.strerror or type(error).__name__
        if _is_one_of(error, _STORAGE) or isinstance(error, TimeoutError):
            return cls(
                "storage_failed",
                f"{path.name} can't be read from its drive: {reason}.",
                "Check the drive or the network, or copy the file to this computer, and run again.",
            )
        return cls("cannot_open", f"{path.name} can't be opened: {reason}.", "Copy the file to this computer, and run again.")


def _numbers(*names: str) -> frozenset[int]:
    """The operating system's error numbers, those that it has."""
    return frozenset(getattr(errno, name) for name in names if hasattr(errno, name))


# Numbers of POSIX, then those of Windows: sharing and lock violations; a network that does not answer.
_HELD = (_numbers("EBUSY", "ETXTBSY", "EAGAIN", "EDEADLK", "ENOLCK", "EINTR"), frozenset({32, 33}))
_STORAGE = (
    _numbers(
        "EIO", "ESTALE", "ETIMEDOUT", "EREMOTEIO", "ENOTCONN", "ESHUTDOWN", "ENETDOWN", "ENETUNREACH", "ENETRESET",
        "ECONNRESET", "ECONNABORTED", "ECONNREFUSED", "EHOSTDOWN", "EHOSTUNREACH", "ENOMEDIUM",
    ),
    frozenset({21, 51, 53, 54, 55, 59, 64, 121, 1231, 1232, 1236}),
)  # fmt: skip


def _is_one_of(error: OSError, numbers: tuple[frozenset[int], frozenset[int]]) -> bool:
    on_windows = getattr(error, "winerror", None)
    return error.errno in numbers[0] or (isinstance(on_windows, int) and on_windows in numbers[1])


class DataFormatError(ProcessingError):
    """Raised when a file is not the workbook that its name promises, or holds no property table."""

    category = ErrorCategory.DATA_FORMAT

    @classmethod
    def missing_columns(cls, name: str, sheet: str, missing: Sequence[str], headers: Sequence[str]) -> Self:
        """No sheet has the columns that a property table needs; names the headers that are there."""
        return cls._missing(
            f'{name}, sheet "{sheet}"',
            missing,
            headers,
            f"Say what its columns are (`flexscout map {quote_path(name)}`), rename a header to one of those names, "
            "or leave the file out.",
        )

    @classmethod
    def no_header(cls, name: str, sheet: str, searched: int, rows: Sequence[tuple[int, Sequence[str]]]) -> Self:
        """No row looks like a header; `rows`: the number and the texts of the first that are there."""
        shown = "; ".join(f"row {number}: {_shown([text[:_CELL_SHOWN] for text in texts])}" for number, texts in rows)
        return cls(
            "missing_required_columns",
            f'{name}, sheet "{sheet}": none of the first {searched} rows looks like a header of properties. It has {shown}.',
            f"Say what its columns are: `flexscout map {quote_path(name)}` writes a file to fill in, for --mapping.",
        )

    @classmethod
    def not_to_schema(cls, name: str, sheet: str, missing: Sequence[str], headers: Sequence[str]) -> Self:
        """A sheet lacks columns that this run requires."""
        return cls(
            "missing_required_columns",
            f'{name}, sheet "{sheet}": no column for {" and none for ".join(missing)}, which --schema-policy strict requires. '
            f"The headers there: {_shown(headers)}.",
            f"Say what its columns are (`flexscout map {quote_path(name)}`), or run with --schema-policy report.",
        )

    @classmethod
    def missing_from_frame(cls, missing: Sequence[str], headers: Sequence[str]) -> Self:
        """A frame lacks columns that are needed; names those that are there."""
        return cls._missing("The frame", missing, headers, "Rename a column to one of those names.")

    @classmethod
    def no_result(cls, name: str, found: str) -> Self:
        """Something that flexscout did not write, where one of its results is needed; `found`: what is there instead."""
        return cls(
            "no_result",
            f"{name} is no result of flexscout: {found}.",
            "Name a workbook, CSV or Parquet file that a run wrote, such as all_flex_properties.xlsx.",
        )

    @classmethod
    def outside(cls, name: str, sheet: str, cell: str) -> Self:
        """A cell where no sheet can have one."""
        return cls(
            "damaged",
            f"{name}, {_sheet(sheet)}its cells reach to {cell}; a sheet ends at XFD1048576.",
            "Open it in Excel and save it anew, or export it again.",
        )

    @classmethod
    def _missing(cls, place: str, missing: Sequence[str], headers: Sequence[str], next_step: str) -> Self:
        none = " and none for ".join(missing)
        return cls("missing_required_columns", f"{place}: no column for {none}. The headers there: {_shown(headers)}.", next_step)


class LimitError(ProcessingError):
    """Raised when a file is seen to need more than one file may take, before it does."""

    @classmethod
    def too_large(cls, name: str, sheet: str, size: tuple[int, int], needed: int, limit: int) -> Self:
        """A sheet full of cells; `size`: its rows and columns; `needed` and `limit`: bytes of memory."""
        return cls(
            "too_large",
            f"{name}, {_sheet(sheet)}{size[0]:,} rows x {size[1]:,} columns need about {format_bytes(needed)} of memory; "
            f"the limit for one file is {format_bytes(limit)}.",
            _MORE_MEMORY,
        )

    @classmethod
    def far_cells(cls, name: str, sheet: str, extent: str, needed: int, limit: int) -> Self:
        """A sheet of which a few cells span a huge rectangle; `extent`: both in figures."""
        return cls(
            "too_large",
            f"{name}, {_sheet(sheet)}{extent}, which need about {format_bytes(needed)} of memory; the limit for one file is "
            f"{format_bytes(limit)}.",
            "Delete what stands far from the table (Ctrl+End in Excel leads there) and save it, or save the sheet as CSV.",
        )

    @classmethod
    def unpacks_to(cls, name: str, part: str, size: int, limit: int) -> Self:
        """A part that holds more bytes than there is memory; `part`: a sheet, or empty for the file itself."""
        return cls(
            "too_large",
            f"{name}, {_sheet(part)}its content is {format_bytes(size)} or more; "
            f"the limit for one file is {format_bytes(limit)}.",
            _MORE_MEMORY,
        )

    @classmethod
    def too_many_parts(cls, name: str, count: int, most: int) -> Self:
        """A zip with more entries than any workbook has."""
        return cls(
            "too_many_parts",
            f"{name} consists of {count:,} parts; a workbook has at most {most:,}.",
            "Open it in Excel and save it anew, or leave it out.",
        )


class WorkerError(ProcessingError):
    """Raised when the work on a file failed, timed out or ran out of memory."""

    @classmethod
    def timed_out(cls, name: str, minutes: float) -> Self:
        """The file took longer than its limit."""
        return cls(
            "timeout",
            f"{name} was not finished within {minutes:g} minutes and was stopped.",
            "Raise --timeout, or split the file.",
        )

    @classmethod
    def died(cls, name: str, gigabytes: float, exit_code: int = 0) -> Self:
        """The worker process ended in the middle of the file; `exit_code`: negative for a signal."""
        how = "was killed by the system, or by a person" if exit_code == -9 else "ended"  # noqa: PLR2004 - SIGKILL
        return cls(
            "worker_died",
            f"{name} can't be processed: its worker process {how}; the file is damaged, or needs more than its "
            f"{gigabytes:.2g} GB of memory.",
            "Open and re-save it in Excel, raise --memory-limit, or use fewer --workers.",
        )

    @classmethod
    def unexpected(cls, name: str, error: BaseException) -> Self:
        """A failure that nothing foresaw, by its name."""
        detail = " ".join(str(error).split())[:300]
        return cls(
            "unexpected",
            f"{name} could not be processed: {type(error).__name__}: {detail}",
            "Open and re-save it in Excel; if that does not help, report it with the log.",
        )

    @classmethod
    def internal(cls, name: str, stage: str, error: BaseException, report: Path | None) -> Self:
        """A fault of flexscout that the rows of one file cause.

        Args:
            name: Name of the file.
            stage: Completes "failed while ...".
            error: The exception; its text, which may quote cells, is left out.
            report: The report to send; None if it could not be written.

        """
        send = f"Send {report}, which has no cell values," if report else "Send the log of the run"
        return cls(
            "internal_error",
            f"{name} was left out: flexscout failed while {stage} ({type(error).__name__}). This is a fault of flexscout.",
            f"{send} to those who maintain flexscout; the next run tries the file again.",
        )


class AggregationError(ProcessingError):
    """Raised when a file's rows can't be joined with those of the others, or a frame can't be merged or ranked."""

    category = ErrorCategory.AGGREGATION

    @classmethod
    def missing_columns(cls, purpose: str, missing: Sequence[str], columns: Sequence[str], next_step: str) -> Self:
        """A frame lacks what the purpose needs; names the columns that are there."""
        needed = " and ".join(missing)
        return cls("missing_columns", f"To {purpose}, the frame needs {needed}. The columns there: {_shown(columns)}.", next_step)

    @classmethod
    def without_score(cls, purpose: str, columns: Sequence[str]) -> Self:
        """A frame of which nothing was scored."""
        return cls.missing_columns(purpose, ["Flex Score"], columns, "Score it first, with FlexPropertyScorer().score(frame).")


_MORE_MEMORY = "Raise --memory-limit (processing.memory_limit_gb), use fewer --workers, or save the sheet as CSV."


def _sheet(name: str) -> str:
    return f'sheet "{name}": ' if name else ""


def quote_path(path: object) -> str:
    """A path as it is typed at a prompt, on Windows too: in quotes where it has spaces or other signs.

    A shell that is not of Windows runs what stands behind `$` or backticks in double quotes; such a name gets single ones.
    """
    if os.name != "nt" and re.search(r"""[$`"!]""", str(path)):
        return shlex.quote(str(path))
    return str(path) if re.fullmatch(r"[\w./\\:+-]+", str(path)) else f'"{path}"'


def _shown(headers: Sequence[str]) -> str:
    """The headers in a row, as far as a person reads them."""
    return join_some(headers, _HEADERS_SHOWN) or "nothing that looks like a header"


def to_processing_error(path: Path, error: BaseException) -> ProcessingError:
    """Any exception as the error of a file."""
    if isinstance(error, ProcessingError):
        return error
    if isinstance(error, OSError):
        return FileAccessError.from_os_error(path, error)
    if isinstance(error, MemoryError):
        return WorkerError("out_of_memory", f"{path.name} needs more memory than it may use.", "Raise --memory-limit.")
    return WorkerError.unexpected(path.name, error)


def is_panic(error: BaseException | None) -> bool:
    """Whether a library that is written in Rust gave up; its exception derives from BaseException and can't be imported."""
    return type(error).__name__ == "PanicException"


_TRANSIENT = frozenset({"file_busy", "not_permitted", "storage_failed"})
"""Codes of what may be over in a moment: Windows says "not permitted" of a file that is open in Excel."""


def is_transient(error: BaseException | None) -> bool:
    """Whether an error of a file may pass: another program holds it, or its drive does not answer."""
    if isinstance(error, OSError):
        return FileAccessError.from_os_error(Path(), error).code in _TRANSIENT
    return getattr(error, "code", "") in _TRANSIENT
