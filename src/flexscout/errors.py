"""The exceptions of flexscout.

FlexscoutError
├── ConfigurationError      a setting, profile or mapping is invalid    exit 2
├── NothingToReadError      the input folder is missing or empty        exit 2
├── OutputError             a result can't be written                   exit 2
└── ProcessingError         one file fails; the run continues           exit 1
    ├── FileAccessError     the file can't be opened
    ├── DataFormatError     the file isn't the kind its name says, or has no property table
    ├── LimitError          the file is larger than the limit for one file
    ├── WorkerError         reading the file failed, timed out or ran out of memory
    └── AggregationError    the file's rows can't be combined with the others
"""

import errno
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from flexscout.domain import escape_controls, format_bytes, join_some, map_command
from flexscout.error_codes import ErrorCategory, ErrorCode

Texts = Sequence[str]

_HEADERS_SHOWN = 30
_CELL_SHOWN = 40  # characters
_QUESTIONS_SHOWN = 4


class FlexscoutError(Exception):
    """Raised when flexscout can't do what you asked; the root of its exceptions.

    Attributes:
        message: What is wrong, in one sentence.
        next_step: What to do about it; may be empty.

    """

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message, next_step)
        self.message = message
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.message} {self.next_step}".strip()


class ConfigurationError(FlexscoutError):
    """Raised when settings, a profile or a mapping file are invalid.

    Attributes:
        message: All validation errors, one per line.
        validation_errors: Setting or line -> what is wrong with it.

    """

    def __init__(self, message: str, validation_errors: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.validation_errors = dict(validation_errors or {})

    @classmethod
    def from_settings(cls, validation_errors: Mapping[str, str]) -> Self:
        """Report the errors of settings passed to Python, by keyword."""
        return cls("\n".join(_format_lines(validation_errors)), validation_errors)

    @classmethod
    def from_sources(cls, validation_errors: Mapping[str, str]) -> Self:
        """Report the errors of settings from several sources (file, environment, command line), by source."""
        return cls._under_heading("The settings have", validation_errors)

    @classmethod
    def from_profile(cls, path: Path, validation_errors: Mapping[str, str]) -> Self:
        """Report the errors of a profile, by line."""
        return cls._under_heading(f"The profile {path} has", validation_errors)

    @classmethod
    def from_mapping_file(cls, path: Path, validation_errors: Mapping[str, str]) -> Self:
        """Report the errors of a mapping file, by line."""
        return cls._under_heading(f"The mapping {path} has", validation_errors)

    @classmethod
    def _under_heading(cls, heading: str, validation_errors: Mapping[str, str]) -> Self:
        count = f"{len(validation_errors)} error{'s' if len(validation_errors) > 1 else ''}"
        return cls("\n  ".join([f"{heading} {count}:", *_format_lines(validation_errors)]), validation_errors)

    def __reduce__(self) -> tuple[type[Self], tuple[str, dict[str, str]]]:
        return type(self), (self.message, self.validation_errors)


def _format_lines(validation_errors: Mapping[str, str]) -> list[str]:
    return [escape_controls(f"{place}: {reason}" if place else reason) for place, reason in validation_errors.items()]


class NothingToReadError(FlexscoutError):
    """Raised when the input folder is missing, or no file in it can be read; `skipped` are the files in it."""

    skipped: tuple[Any, ...] = ()


class DecisionError(FlexscoutError):
    """Raised when a decision doesn't say which two properties it is about."""


class OutputError(FlexscoutError):
    """Raised when a result can't be written to its path."""


class ProcessingError(FlexscoutError):
    """Raised when one file can't be processed; the run continues with the others.

    Attributes:
        code: The cause, for programs.
        category: The category of the cause; a class attribute.
        file: Path of the file below the input folder; empty until `with_file`.

    """

    category = ErrorCategory.PROCESSING

    def __init__(self, code: ErrorCode, message: str, next_step: str = "", file: str = "") -> None:
        super().__init__(message, next_step)
        self.code = ErrorCode(code)
        self.file = file

    def __reduce__(self) -> tuple[type[Self], tuple[ErrorCode, str, str, str]]:
        # By default an exception is pickled with its args, which lack the code and the file.
        return type(self), (self.code, self.message, self.next_step, self.file)

    def with_file(self, file: str) -> Self:
        """Return a copy that names the file."""
        return type(self)(self.code, self.message, self.next_step, file)

    def as_dict(self) -> dict[str, str]:
        """Return `category`, `code`, `message` and `next_step`, as in the report."""
        return {
            "category": self.category.value,
            "code": self.code.value,
            "message": self.message,
            "next_step": self.next_step,
        }


class FileAccessError(ProcessingError):
    """Raised when a file can't be opened: it is missing, locked or not permitted."""

    category = ErrorCategory.FILE_ACCESS

    @classmethod
    def from_os_error(cls, path: Path, error: OSError) -> Self:
        """Translate an error of the operating system."""
        if isinstance(error, FileNotFoundError):
            return cls(ErrorCode.FILE_MISSING, f"{path.name} no longer exists.", "Put it back, or run again without it.")
        if _has_number(error, _LOCKED):
            return cls(ErrorCode.FILE_BUSY, f"{path.name} is open in another program.", "Close it there, then run again.")
        if isinstance(error, PermissionError):
            return cls(
                ErrorCode.NOT_PERMITTED,
                f"{path.name} can't be opened: another program has it open, or you don't have permission to read it.",
                "Close it in Excel, check its permissions, then run again.",
            )
        reason = error.strerror or type(error).__name__
        if _has_number(error, _STORAGE) or isinstance(error, TimeoutError):
            return cls(
                ErrorCode.STORAGE_FAILED,
                f"{path.name} can't be read from its drive: {reason}.",
                "Check the drive or the network, or copy the file to this computer, then run again.",
            )
        return cls(
            ErrorCode.CANNOT_OPEN, f"{path.name} can't be opened: {reason}.", "Copy the file to this computer, then run again."
        )


def _list_numbers(*names: str) -> frozenset[int]:
    """Return the error numbers that this operating system defines."""
    return frozenset(getattr(errno, name) for name in names if hasattr(errno, name))


# POSIX error numbers, then Windows ones: sharing and lock violations; a network or drive that doesn't respond.
_LOCKED = (_list_numbers("EBUSY", "ETXTBSY", "EAGAIN", "EDEADLK", "ENOLCK", "EINTR"), frozenset({32, 33}))
_STORAGE = (
    _list_numbers(
        "EIO", "ESTALE", "ETIMEDOUT", "EREMOTEIO", "ENOTCONN", "ESHUTDOWN", "ENETDOWN", "ENETUNREACH", "ENETRESET",
        "ECONNRESET", "ECONNABORTED", "ECONNREFUSED", "EHOSTDOWN", "EHOSTUNREACH", "ENOMEDIUM",
    ),
    frozenset({21, 51, 53, 54, 55, 59, 64, 121, 1231, 1232, 1236}),
)  # fmt: skip


def _has_number(error: OSError, numbers: tuple[frozenset[int], frozenset[int]]) -> bool:
    windows_number = getattr(error, "winerror", None)
    return error.errno in numbers[0] or (isinstance(windows_number, int) and windows_number in numbers[1])


class DataFormatError(ProcessingError):
    """Raised when a file isn't the kind its name says, or has no property table."""

    category = ErrorCategory.DATA_FORMAT

    @classmethod
    def missing_columns(  # noqa: PLR0913 - the texts of one message
        cls, path: str | Path, sheet: str, missing: Texts, headers: Texts, questions: Texts = (), *, is_vague: bool = False
    ) -> Self:
        """Report that no sheet has the required columns, or if `is_vague`, none whose headers couldn't be of any table.

        `sheet` comes closest; it is `missing` some, and has `headers`. `questions`: what some of its columns may be.
        """
        next_step = f"{_ask(questions)}Map its columns with `{map_command(path)}`, rename a header, or leave the file out."
        return cls._missing(_place(path, sheet), missing, headers, next_step, is_vague=is_vague)

    @classmethod
    def no_header(
        cls, path: str | Path, sheet: str, searched: int, rows: Sequence[tuple[int, Texts]], questions: Texts = ()
    ) -> Self:
        """Report that no row of those searched looks like a header; `rows`: number and texts of the first that aren't blank."""
        shown = "; ".join(f"row {number}: {_list_headers([text[:_CELL_SHOWN] for text in texts])}" for number, texts in rows)
        return cls(
            ErrorCode.MISSING_REQUIRED_COLUMNS,
            f"{_place(path, sheet)}: none of the first {searched} rows looks like a header of properties. Found {shown}.",
            f"{_ask(questions)}Run `{map_command(path)}`, fill in the columns, then run again with --mapping.",
        )

    @classmethod
    def schema_violation(cls, path: str | Path, sheet: str, missing: Texts, headers: Texts, questions: Texts = ()) -> Self:
        """Report that a sheet lacks columns that --schema-policy strict requires; for the arguments see `missing_columns`."""
        return cls(
            ErrorCode.MISSING_REQUIRED_COLUMNS,
            f"{_place(path, sheet)}: {_name_missing(missing)}, required by --schema-policy strict. "
            f"Headers found: {_list_headers(headers)}.",
            f"{_ask(questions)}Map its columns with `{map_command(path)}`, or run with --schema-policy report.",
        )

    @classmethod
    def missing_frame_columns(cls, missing: Texts, headers: Texts, *, is_vague: bool = False) -> Self:
        """Report that a frame lacks columns; `is_vague` as in `missing_columns`."""
        next_step = "Rename a column to one of flexscout." if is_vague else "Rename a column to one of those names."
        return cls._missing("The frame", missing, headers, next_step, is_vague=is_vague)

    @classmethod
    def not_a_result(cls, name: str, reason: str) -> Self:
        """Report that a file isn't a result of flexscout."""
        return cls(
            ErrorCode.NO_RESULT,
            f"{name} is not a result of flexscout: {reason}.",
            "Name a workbook, CSV or Parquet file that `flexscout run` wrote, such as all_flex_properties.xlsx.",
        )

    @classmethod
    def cell_out_of_bounds(cls, name: str, sheet: str, cell: str) -> Self:
        """Report a cell address that no sheet can have."""
        return cls(
            ErrorCode.DAMAGED,
            f"{name}, {_name_sheet(sheet)}its cells extend to {cell}; a sheet ends at XFD1048576.",
            "Open it in Excel and save it again, or export it again.",
        )

    @classmethod
    def _missing(cls, place: str, missing: Texts, headers: Texts, next_step: str, *, is_vague: bool) -> Self:
        if is_vague:
            needed = f"could be of any table. A property table also has {missing[0]}."
            return cls(ErrorCode.VAGUE_HEADERS, f"{place}: its headers ({_list_headers(headers)}) {needed}", next_step)
        message = f"{place}: {_name_missing(missing)}. Headers found: {_list_headers(headers)}."
        return cls(ErrorCode.MISSING_REQUIRED_COLUMNS, message, next_step)


class LimitError(ProcessingError):
    """Raised when a file would need more memory than one file may use; checked before it is read."""

    @classmethod
    def too_large(cls, name: str, sheet: str, size: tuple[int, int], needed: int, limit: int) -> Self:
        """Report a sheet with too many cells; `size` in rows and columns, `needed` and `limit` in bytes."""
        return cls(
            ErrorCode.TOO_LARGE,
            f"{name}, {_name_sheet(sheet)}{size[0]:,} rows x {size[1]:,} columns need about {format_bytes(needed)} of memory; "
            f"the limit for one file is {format_bytes(limit)}.",
            _MORE_MEMORY,
        )

    @classmethod
    def stray_cells(cls, name: str, sheet: str, extent: str, needed: int, limit: int) -> Self:
        """Report a sheet in which a few stray cells span a huge range; `extent` describes both."""
        return cls(
            ErrorCode.TOO_LARGE,
            f"{name}, {_name_sheet(sheet)}{extent}, which need about {format_bytes(needed)} of memory; the limit for one file is "
            f"{format_bytes(limit)}.",
            "Delete the cells far from the table (Ctrl+End in Excel jumps there) and save the file, or save the sheet as CSV.",
        )

    @classmethod
    def decompressed_too_large(cls, name: str, part: str, size: int, limit: int) -> Self:
        """Report content that decompresses to more bytes than the limit; `part`: a sheet, or empty for the whole file."""
        return cls(
            ErrorCode.TOO_LARGE,
            f"{name}, {_name_sheet(part)}its content is {format_bytes(size)} or more; the limit for one file is "
            f"{format_bytes(limit)}.",
            _MORE_MEMORY,
        )

    @classmethod
    def too_many_parts(cls, name: str, count: int, limit: int) -> Self:
        """Report a zip with more entries than a workbook has."""
        return cls(
            ErrorCode.TOO_MANY_PARTS,
            f"{name} has {count:,} parts; a workbook has at most {limit:,}.",
            "Open it in Excel and save it again, or leave it out.",
        )


class WorkerError(ProcessingError):
    """Raised when processing a file fails, times out or runs out of memory."""

    @classmethod
    def timed_out(cls, name: str, minutes: float) -> Self:
        """Report a file that took longer than its time limit."""
        return cls(
            ErrorCode.TIMEOUT,
            f"{name} wasn't finished within {minutes:g} minutes and was stopped.",
            "Raise --timeout, or split the file.",
        )

    @classmethod
    def worker_died(cls, name: str, gigabytes: float, exit_code: int = 0) -> Self:
        """Report a worker process that ended while it read the file.

        Args:
            name: Name of the file.
            gigabytes: The memory limit of one worker.
            exit_code: Of the process; negative for a signal.

        """
        ending = "was killed by the system or a user" if exit_code == -9 else "ended"  # noqa: PLR2004 - SIGKILL
        return cls(
            ErrorCode.WORKER_DIED,
            f"{name} can't be processed: its worker process {ending}. The file is damaged, or needs more than its "
            f"{gigabytes:.2g} GB of memory.",
            "Open it in Excel and save it again, raise --memory-limit, or lower --workers.",
        )

    @classmethod
    def out_of_memory(cls, name: str) -> Self:
        """Report a file whose worker ran out of memory."""
        return cls(ErrorCode.OUT_OF_MEMORY, f"{name} needs more memory than its limit.", "Raise --memory-limit.")

    @classmethod
    def unexpected(cls, name: str, error: BaseException) -> Self:
        """Report an unexpected exception by its type and text."""
        detail = " ".join(str(error).split())[:300]
        return cls(
            ErrorCode.UNEXPECTED,
            f"{name} couldn't be processed: {type(error).__name__}: {detail}",
            "Open it in Excel and save it again; if that doesn't help, report it with the log.",
        )

    @classmethod
    def internal_error(cls, name: str, stage: str, error: BaseException, report: Path | None) -> Self:
        """Report a bug in flexscout that the rows of one file trigger.

        Args:
            name: Name of the file.
            stage: Completes "failed while ...".
            error: The exception; its text is left out, since it may quote cells.
            report: The error report to send, or None if it couldn't be written.

        """
        send = f"Send {report}, which has no cell values," if report else "Send the log of the run"
        return cls(
            ErrorCode.INTERNAL_ERROR,
            f"{name} was left out: flexscout failed while {stage} ({type(error).__name__}). This is a bug in flexscout.",
            f"{send} to the maintainers; the next run tries the file again.",
        )

    @classmethod
    def rows_lost(cls, name: str, rows_read: int, accounted: Mapping[str, int]) -> Self:
        """Build the error of a file whose rows are not all accounted for, which is a bug in flexscout."""
        counts = ", ".join(f"{count:,} {kind.replace('_', ' ')}" for kind, count in accounted.items())
        return cls(
            ErrorCode.ROWS_LOST,
            f"{name}: {rows_read:,} rows were read, but {sum(accounted.values()):,} are accounted for ({counts}). "
            "This is a bug in flexscout.",
            "Send the log of the run to the maintainers. The other files are not affected.",
        )


class AggregationError(ProcessingError):
    """Raised when rows can't be combined with those of other files, or a frame can't be merged or ranked."""

    category = ErrorCategory.AGGREGATION

    @classmethod
    def missing_columns(cls, purpose: str, missing: Sequence[str], columns: Sequence[str], next_step: str) -> Self:
        """Report that a frame lacks columns; `purpose` completes "To ..."."""
        needed = " and ".join(missing)
        message = f"To {purpose}, the frame needs {needed}. Columns found: {_list_headers(columns)}."
        return cls(ErrorCode.MISSING_COLUMNS, message, next_step)

    @classmethod
    def missing_score(cls, purpose: str, columns: Sequence[str]) -> Self:
        """Report that a frame has no scores."""
        return cls.missing_columns(purpose, ["Flex Score"], columns, "Score it first, with FlexPropertyScorer().score(frame).")


_MORE_MEMORY = "Raise --memory-limit (processing.memory_limit_gb), lower --workers, or save the sheet as CSV."


def _place(path: str | Path, sheet: str) -> str:
    return f'{Path(path).name}, sheet "{sheet}"'


def _ask(questions: Sequence[str]) -> str:
    return "".join(f"{question} " for question in questions[:_QUESTIONS_SHOWN])


def _name_sheet(name: str) -> str:
    return f'sheet "{name}": ' if name else ""


def _name_missing(columns: Sequence[str]) -> str:
    return f"no column for {' and none for '.join(columns)}"


def _list_headers(headers: Sequence[str]) -> str:
    return join_some(headers, _HEADERS_SHOWN) or "nothing that looks like a header"


def to_processing_error(path: Path, error: BaseException) -> ProcessingError:
    """Convert any exception to the error of a file."""
    if isinstance(error, ProcessingError):
        return error
    if isinstance(error, OSError):
        return FileAccessError.from_os_error(path, error)
    if isinstance(error, MemoryError):
        return WorkerError.out_of_memory(path.name)
    return WorkerError.unexpected(path.name, error)


def is_panic(error: BaseException | None) -> bool:
    """Return whether a Rust library panicked; PanicException derives from BaseException and can't be imported."""
    return type(error).__name__ == "PanicException"


_TRANSIENT = frozenset({ErrorCode.FILE_BUSY, ErrorCode.NOT_PERMITTED, ErrorCode.STORAGE_FAILED})
"""Causes that may pass; Windows says "not permitted" for a file that is open in Excel."""


def is_transient(error: BaseException | None) -> bool:
    """Return whether the error may pass, such as a file open in another program or a drive that doesn't respond."""
    if isinstance(error, OSError):
        error = FileAccessError.from_os_error(Path(), error)
    return isinstance(error, ProcessingError) and error.code in _TRANSIENT
