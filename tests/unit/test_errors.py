"""Exceptions: their codes, messages and next steps."""

import copy
import errno
import pickle
from http import HTTPStatus
from pathlib import Path

import pytest

from flexscout.app.security import BadRequestError, BusyError, NoWorkspaceError, OtherWorkspaceError
from flexscout.error_codes import ErrorCategory, ErrorCode
from flexscout.errors import (
    AggregationError,
    ConfigurationError,
    DataFormatError,
    DecisionError,
    FileAccessError,
    FlexscoutError,
    LimitError,
    NothingToReadError,
    OutputError,
    ProcessingError,
    WorkerError,
    is_transient,
    to_processing_error,
)
from flexscout.runtime.executors import ExecutorLostError

A = Path("folder/a.xlsx")

ERRORS = [
    FlexscoutError("It failed.", "Do this."),
    ConfigurationError("It failed.", {"max_workers": "0 is not allowed"}),
    DecisionError("It names one property.", "Name two."),
    NothingToReadError("It is empty."),
    OutputError("It is full.", "Make room."),
    ExecutorLostError.from_failure(OSError("the scheduler is gone")),
    ProcessingError(ErrorCode.DAMAGED, "It is damaged.", "Do this.", "a.xlsx"),
    FileAccessError(ErrorCode.FILE_MISSING, "It is gone."),
    DataFormatError.missing_columns("a.xlsx", "Sheet1", ["Address or APN"], ["Name"]),
    LimitError.too_large("a.xlsx", "Data", (1_000_000, 67), 5 * 2**30, 2 * 2**30),
    WorkerError.timed_out("a.xlsx", 30).with_file("a.xlsx"),
    AggregationError(ErrorCode.TYPES_DIFFER, "The types differ.", file="a.xlsx"),
    BadRequestError("There is no such property.", "Reload the list.", HTTPStatus.NOT_FOUND),
    BusyError("A run is going.", "Wait until it ends."),
    NoWorkspaceError("No folder is open.", "Choose one."),
    OtherWorkspaceError("Another folder was opened.", "Open this one again."),
]


def all_classes(root=FlexscoutError):
    """Return a class and all its subclasses."""
    return {root}.union(*(all_classes(below) for below in root.__subclasses__()))


def test_every_class_has_an_example():
    assert {type(error) for error in ERRORS} == all_classes()


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("duplicate", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy], ids=["pickled", "copied"])  # noqa: S301
def test_error_survives_pickling_and_copying(error, duplicate):
    result = duplicate(error)
    assert type(result) is type(error)
    assert (str(result), vars(result)) == (str(error), vars(error))


@pytest.mark.parametrize("kind", sorted(all_classes(), key=lambda kind: kind.__name__), ids=lambda kind: kind.__name__)
def test_docstring_says_when_the_class_is_raised(kind):
    assert kind.__doc__.startswith("Raised when ")


def test_text_is_the_message_and_the_next_step():
    assert str(FlexscoutError("It failed.", "Do this.")) == "It failed. Do this."
    assert str(FlexscoutError("It failed.")) == "It failed."


@pytest.mark.parametrize(
    ("kind", "category"),
    [
        (FileAccessError, "file_access"),
        (DataFormatError, "data_format"),
        (WorkerError, "processing"),
        (ProcessingError, "processing"),
        (AggregationError, "aggregation"),
    ],
)
def test_errors_of_a_file_have_a_category(kind, category):
    expected = {"category": category, "code": "damaged", "message": "It is damaged.", "next_step": ""}
    assert kind(ErrorCode.DAMAGED, "It is damaged.").as_dict() == expected


def test_there_are_four_categories():
    assert set(ErrorCategory) == {"file_access", "data_format", "processing", "aggregation"}


def test_with_file_returns_a_copy_that_names_the_file():
    error = DataFormatError(ErrorCode.DAMAGED, "It is damaged.", "Do this.")
    assert error.with_file("a.xlsx").file == "a.xlsx"
    assert (error.file, str(error.with_file("a.xlsx"))) == ("", str(error))


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        (FileNotFoundError(errno.ENOENT, "No such file"), FileAccessError, "file_missing"),
        (PermissionError(errno.EACCES, "Permission denied"), FileAccessError, "not_permitted"),
        (OSError(errno.EIO, "Input/output error"), FileAccessError, "storage_failed"),
        (OSError(errno.ETIMEDOUT, "Timed out"), FileAccessError, "storage_failed"),
        (OSError(errno.EBUSY, "Busy"), FileAccessError, "file_busy"),
        (OSError(errno.ENAMETOOLONG, "File name too long"), FileAccessError, "cannot_open"),
        (MemoryError(), WorkerError, "out_of_memory"),
        (ValueError("damaged"), WorkerError, "unexpected"),
        (KeyboardInterrupt(), WorkerError, "unexpected"),
    ],
)
def test_any_exception_converts_to_an_error_of_the_file(error, kind, code):
    result = to_processing_error(A, error)
    assert (type(result), result.code) == (kind, code)
    assert result.message.startswith("a.xlsx ")
    assert result.next_step


def test_processing_error_is_returned_unchanged():
    error = DataFormatError(ErrorCode.DAMAGED, "It is damaged.")
    assert to_processing_error(A, error) is error


def test_unexpected_error_is_quoted_in_one_short_line():
    message = to_processing_error(A, ValueError("one\n  two " + "x" * 1_000)).message
    assert "ValueError: one two x" in message
    assert "\n" not in message
    assert len(message) < 400


def test_missing_columns_error_lists_the_headers_found():
    error = DataFormatError.missing_columns("a.xlsx", "Data", ["Address or APN", "Property Type"], ["Name", "Phone"])
    assert error.code == "missing_required_columns"
    assert error.message == (
        'a.xlsx, sheet "Data": no column for Address or APN and none for Property Type. Headers found: Name, Phone.'
    )


def test_long_header_lists_are_shortened():
    headers = [f"Column {number}" for number in range(1, 101)]
    message = DataFormatError.missing_columns("a.xlsx", "Data", ["Address or APN"], headers).message
    assert "Column 30 and 70 more." in message
    assert "Column 31" not in message


def test_missing_columns_error_handles_a_sheet_without_headers():
    assert "nothing that looks like a header" in DataFormatError.missing_columns("a.xlsx", "Data", ["APN"], []).message


@pytest.mark.parametrize(
    ("error", "words"),
    [(WorkerError.timed_out("a.xlsx", 0.5), "0.5 minutes"), (WorkerError.worker_died("a.xlsx", 1.333), "1.3 GB")],
)
def test_worker_errors_name_their_limit(error, words):
    assert words in error.message
    assert "--" in error.next_step


TRANSIENT = ("EIO", "ESTALE", "ETIMEDOUT", "EBUSY", "EAGAIN", "EACCES", "EHOSTUNREACH")


@pytest.mark.parametrize("name", [name for name in TRANSIENT if hasattr(errno, name)])
def test_transient_errors_are_recognized_before_and_after_conversion(name):
    error = OSError(getattr(errno, name), "damaged")
    assert is_transient(error)
    assert is_transient(to_processing_error(A, error))


@pytest.mark.parametrize(
    "error", [FileNotFoundError(errno.ENOENT, "gone"), OSError(errno.ENAMETOOLONG, "long"), ValueError(), None]
)
def test_permanent_errors_are_not_transient(error):
    assert not is_transient(error)


def test_windows_lock_is_recognized_by_its_number():
    error = PermissionError(errno.EACCES, "The process cannot access the file")
    error.winerror = 32
    assert to_processing_error(A, error).code == "file_busy"


@pytest.mark.parametrize(
    ("name", "typed"), [("a.xlsx", "a.xlsx"), ("in/a b.xlsx", '"in/a b.xlsx"'), ("CoStar (2).xlsx", '"CoStar (2).xlsx"')]
)
def test_suggested_command_can_be_pasted(name, typed):
    assert f"`flexscout map {typed}`" in str(DataFormatError.missing_columns(name, "A", ["Address"], ["B"]))


FILE_ERRORS = [
    *(FileAccessError.from_os_error(A, error) for error in (FileNotFoundError(), PermissionError(), TimeoutError(), OSError())),
    DataFormatError.missing_columns("a.xlsx", "Sheet1", ["Address or APN"], ["Name"]),
    DataFormatError.missing_columns("a.xlsx", "Sheet1", ["a parcel number"], ["Type"], is_vague=True),
    DataFormatError.no_header("a.xlsx", "Sheet1", 25, [(1, ["Name", "Phone"])]),
    DataFormatError.schema_violation("a.xlsx", "Sheet1", ["Year Built"], ["Name"]),
    DataFormatError.not_a_result("a.xlsx", "it has no column Flex Score"),
    DataFormatError.cell_out_of_bounds("a.xlsx", "Sheet1", "ZZZZ1"),
    LimitError.too_large("a.xlsx", "Sheet1", (1_000_000, 67), 5 * 2**30, 2 * 2**30),
    LimitError.stray_cells("a.xlsx", "Sheet1", "3 cells span 10 rows x 10 columns", 5 * 2**30, 2 * 2**30),
    LimitError.decompressed_too_large("a.xlsx", "Sheet1", 5 * 2**30, 2 * 2**30),
    LimitError.too_many_parts("a.xlsx", 20_000, 10_000),
    WorkerError.timed_out("a.xlsx", 30),
    WorkerError.worker_died("a.xlsx", 1.5, -9),
    WorkerError.out_of_memory("a.xlsx"),
    WorkerError.internal_error("a.xlsx", "scoring its rows", ValueError(), None),
]


@pytest.mark.parametrize("error", FILE_ERRORS, ids=lambda error: error.code)
def test_errors_of_a_file_name_it_and_a_next_step(error):
    assert error.message.startswith("a.xlsx")
    assert error.message.endswith(".")
    assert error.next_step.endswith(".")


def test_sheet_errors_name_the_sheet():
    sheet_errors = [error for error in FILE_ERRORS if error.code in {ErrorCode.MISSING_REQUIRED_COLUMNS, ErrorCode.TOO_LARGE}]
    assert len(sheet_errors) == 6
    assert all('sheet "Sheet1"' in error.message for error in sheet_errors)


def test_codes_are_their_own_text_in_json_and_logs():
    assert f"{ErrorCode.DAMAGED}" == "damaged"
    assert {code.value for code in ErrorCode} == {code.name.lower() for code in ErrorCode}


def test_unknown_code_is_rejected():
    with pytest.raises(ValueError, match="no_such_code"):
        ProcessingError("no_such_code", "It is damaged.")


def test_an_error_that_a_mapping_removes_has_the_command_with_the_whole_path():
    error = DataFormatError.missing_columns("in/My Roll.csv", "Data", ["Address or APN"], ["Name"], ["Property holds addresses?"])
    assert error.message.startswith('My Roll.csv, sheet "Data": ')
    assert error.next_step.startswith('Property holds addresses? Map its columns with `flexscout map "in/My Roll.csv"`')


def test_an_error_shows_a_few_questions_only():
    questions = [f"Question {number}?" for number in range(9)]
    error = DataFormatError.schema_violation("a.csv", "Data", ["APN"], ["Name"], questions)
    assert error.next_step.count("?") == 4
