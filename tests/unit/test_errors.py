"""Exceptions, and what follows them."""

import copy
import errno
import logging
import pickle
from pathlib import Path

import pytest

from flexscout.error_codes import ErrorCategory, ErrorCode
from flexscout.errors import (
    AggregationError,
    ConfigurationError,
    DataFormatError,
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
from flexscout.runtime.error_handler import ErrorAction, ErrorHandler

A = Path("folder/a.xlsx")
ERRORS = [
    FlexscoutError("It is wrong.", "Do this."),
    ConfigurationError("It is wrong.", {"max_workers": "0 is not allowed"}),
    NothingToReadError("It is empty."),
    OutputError("It is full.", "Make room."),
    ProcessingError(ErrorCode.DAMAGED, "It is odd.", "Do this.", "a.xlsx"),
    FileAccessError(ErrorCode.FILE_MISSING, "It is gone."),
    DataFormatError.missing_columns("a.xlsx", "Sheet1", ["Address or APN"], ["Name"]),
    LimitError.too_large("a.xlsx", "Data", (1_000_000, 67), 5 * 2**30, 2 * 2**30),
    WorkerError.timed_out("a.xlsx", 30).with_file("a.xlsx"),
    AggregationError(ErrorCode.TYPES_DIFFER, "They do not fit.", file="a.xlsx"),
]


def classes(root=FlexscoutError):
    """A class and all that derive from it."""
    return {root}.union(*(classes(below) for below in root.__subclasses__()))


def test_the_errors_below_are_of_every_class():
    assert {type(error) for error in ERRORS} == classes()


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("again", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy], ids=["pickled", "copied"])  # noqa: S301
def test_an_error_survives_the_way_from_a_worker(error, again):
    found = again(error)
    assert type(found) is type(error)
    assert (str(found), vars(found)) == (str(error), vars(error))


@pytest.mark.parametrize("kind", sorted(classes(), key=lambda kind: kind.__name__), ids=lambda kind: kind.__name__)
def test_every_class_says_when_it_is_raised(kind):
    assert kind.__doc__.startswith("Raised when ")


def test_an_error_reads_as_what_is_wrong_and_what_to_do():
    assert str(FlexscoutError("It is wrong.", "Do this.")) == "It is wrong. Do this."
    assert str(FlexscoutError("It is wrong.")) == "It is wrong."


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
def test_an_error_of_a_file_has_one_of_the_four_categories(kind, category):
    expected = {"category": category, "code": "damaged", "message": "It is odd.", "next_step": ""}
    assert kind(ErrorCode.DAMAGED, "It is odd.").as_dict() == expected


def test_the_four_categories_are_those_of_the_design():
    assert set(ErrorCategory) == {"file_access", "data_format", "processing", "aggregation"}


def test_an_error_can_be_told_of_which_file_it_is():
    error = DataFormatError(ErrorCode.DAMAGED, "It is odd.", "Do this.")
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
def test_any_exception_becomes_the_error_of_a_file_in_plain_words(error, kind, code):
    found = to_processing_error(A, error)
    assert (type(found), found.code) == (kind, code)
    assert found.message.startswith("a.xlsx ")
    assert found.next_step


def test_an_error_of_a_file_stays_itself():
    error = DataFormatError(ErrorCode.DAMAGED, "It is odd.")
    assert to_processing_error(A, error) is error


def test_an_unexpected_error_is_named_on_one_short_line():
    message = to_processing_error(A, ValueError("one\n  two " + "x" * 1_000)).message
    assert "ValueError: one two x" in message
    assert "\n" not in message
    assert len(message) < 400


def test_missing_columns_name_what_is_there():
    error = DataFormatError.missing_columns("a.xlsx", "Data", ["Address or APN", "Property Type"], ["Name", "Phone"])
    assert error.code == "missing_required_columns"
    assert error.message == (
        'a.xlsx, sheet "Data": no column for Address or APN and none for Property Type. Headers found: Name, Phone.'
    )


def test_of_very_many_headers_some_are_named():
    headers = [f"Column {number}" for number in range(1, 101)]
    message = DataFormatError.missing_columns("a.xlsx", "Data", ["Address or APN"], headers).message
    assert "Column 30 and 70 more." in message
    assert "Column 31" not in message


def test_a_sheet_without_headers_has_nothing_that_looks_like_one():
    assert "nothing that looks like a header" in DataFormatError.missing_columns("a.xlsx", "Data", ["APN"], []).message


@pytest.mark.parametrize(
    ("error", "words"),
    [(WorkerError.timed_out("a.xlsx", 0.5), "0.5 minutes"), (WorkerError.worker_died("a.xlsx", 1.333), "1.3 GB")],
)
def test_an_error_of_a_worker_names_its_limit(error, words):
    assert words in error.message
    assert "--" in error.next_step


LASTING = [
    ValueError(),
    FileNotFoundError(),
    MemoryError(),
    DataFormatError(ErrorCode.DAMAGED, "1"),
    WorkerError.timed_out("a", 1),
]


@pytest.mark.parametrize("error", LASTING, ids=lambda error: type(error).__name__)
def test_a_lasting_error_skips_the_file(error):
    assert ErrorHandler().handle_file_error(A, error) is ErrorAction.SKIP


@pytest.mark.parametrize("error", [PermissionError(), FileAccessError(ErrorCode.NOT_PERMITTED, "It is held.")])
@pytest.mark.parametrize("retries", [0, 1, 2])
def test_a_passing_error_is_tried_again_a_few_times(error, retries):
    handler = ErrorHandler(retries)
    actions = [handler.handle_file_error(A, error) for _ in range(retries + 2)]
    assert actions == [ErrorAction.RETRY] * retries + [ErrorAction.SKIP] * 2
    assert handler.count_retries(A) == retries


def test_each_file_has_its_own_tries():
    handler = ErrorHandler(retries=1)
    assert [handler.handle_file_error(Path(name), PermissionError()) for name in "aba"] == ["retry", "retry", "skip"]


def test_where_nothing_can_be_written_the_run_ends():
    assert ErrorHandler().handle_file_error(A, OutputError("It is full.")) is ErrorAction.ABORT


def test_an_error_is_logged_with_what_is_known_of_it(caplog):
    ErrorHandler().log_processing_error({"file": "a.xlsx"}, DataFormatError(ErrorCode.DAMAGED, "It is odd.", "Do this."))
    (record,) = caplog.records
    assert (record.levelno, record.getMessage()) == (logging.ERROR, "It is odd. Do this.")
    assert (record.event, record.data) == ("file_failed", {"file": "a.xlsx"})


def test_a_report_counts_errors_by_category_and_code():
    errors = [
        DataFormatError(ErrorCode.DAMAGED, "1", file="a.xlsx"),
        DataFormatError(ErrorCode.NO_ROWS, "2"),
        DataFormatError(ErrorCode.DAMAGED, "3"),
        FileAccessError(ErrorCode.FILE_MISSING, "4", "Put it back."),
    ]
    report = ErrorHandler().generate_error_report(errors)
    assert (report["total"], report["by_category"]) == (4, {"data_format": 3, "file_access": 1})
    assert report["by_code"] == {"damaged": 2, "file_missing": 1, "no_rows": 1}
    assert report["errors"][0] == {
        "file": "a.xlsx",
        "category": "data_format",
        "code": "damaged",
        "message": "1",
        "next_step": "",
    }


def test_a_report_of_no_errors_is_a_report():
    empty = {"total": 0, "by_category": {}, "by_code": {}, "causes": [], "errors": []}
    assert ErrorHandler().generate_error_report([]) == empty


def protected(number):
    return DataFormatError(
        ErrorCode.PASSWORD_PROTECTED, "It is password-protected.", "Save an unprotected copy.", f"{number:02}.xlsx"
    )


@pytest.mark.parametrize(
    ("count", "message", "next_step"),
    [
        (1, "It is password-protected.", "Save an unprotected copy."),
        (2, "2 files are password-protected: 00.xlsx and 01.xlsx.", "Save unprotected copies."),
        (3, "3 files are password-protected: 00.xlsx, 01.xlsx and 02.xlsx.", "Save unprotected copies."),
        (37, "37 files are password-protected: 00.xlsx, 01.xlsx and 35 more.", "Save unprotected copies."),
    ],
)
def test_many_errors_of_one_cause_are_told_at_once(count, message, next_step):
    (cause,) = ErrorHandler().generate_error_report([protected(number) for number in range(count)])["causes"]
    expected = {"category": "data_format", "code": "password_protected", "files": count}
    assert cause == {**expected, "message": message, "next_step": next_step}


def test_the_cause_of_most_files_comes_first():
    errors = [DataFormatError(ErrorCode.DAMAGED, "1"), protected(1), protected(2), FileAccessError(ErrorCode.FILE_MISSING, "2")]
    causes = ErrorHandler().generate_error_report(errors)["causes"]
    assert [cause["code"] for cause in causes] == ["password_protected", "damaged", "file_missing"]


def test_a_cause_that_nobody_described_speaks_for_itself():
    errors = [DataFormatError(ErrorCode.WEB_PAGE, "It is one.", "Save it as .xlsx.", name) for name in ("b.xls", "a.xls")]
    (cause,) = ErrorHandler().generate_error_report(errors)["causes"]
    assert cause["message"] == "2 files couldn't be read (web page): a.xls and b.xls."
    assert cause["next_step"] == "Save it as .xlsx."


TRANSIENT = ("EIO", "ESTALE", "ETIMEDOUT", "EBUSY", "EAGAIN", "EACCES", "EHOSTUNREACH")


@pytest.mark.parametrize("name", [name for name in TRANSIENT if hasattr(errno, name)])
def test_an_error_that_may_pass_is_known_before_and_after_it_is_put_into_words(name):
    error = OSError(getattr(errno, name), "damaged")
    assert is_transient(error)
    assert is_transient(to_processing_error(A, error))


@pytest.mark.parametrize(
    "error", [FileNotFoundError(errno.ENOENT, "gone"), OSError(errno.ENAMETOOLONG, "long"), ValueError(), None]
)
def test_an_error_that_stays_is_known_too(error):
    assert not is_transient(error)


def test_a_lock_of_windows_is_known_by_its_number():
    error = PermissionError(errno.EACCES, "The process cannot access the file")
    error.winerror = 32
    assert to_processing_error(A, error).code == "file_busy"


def test_each_pause_is_about_twice_the_one_before_it():
    handler = ErrorHandler(retries=3)
    pauses = [handler.retry_delay(A) for _ in range(3) if handler.handle_file_error(A, PermissionError()) is ErrorAction.RETRY]
    assert [0.16 * 2**i <= pause <= 0.24 * 2**i for i, pause in enumerate(pauses)] == [True] * 3


def test_a_file_that_is_done_has_all_its_tries_again():
    handler = ErrorHandler(retries=1)
    handler.handle_file_error(A, PermissionError())
    handler.reset(A)
    assert handler.handle_file_error(A, PermissionError()) is ErrorAction.RETRY


@pytest.mark.parametrize(
    ("name", "typed"), [("a.xlsx", "a.xlsx"), ("in/a b.xlsx", '"in/a b.xlsx"'), ("CoStar (2).xlsx", '"CoStar (2).xlsx"')]
)
def test_a_command_that_is_told_can_be_pasted(name, typed):
    assert f"`flexscout map {typed}`" in str(DataFormatError.missing_columns(name, "A", ["Address"], ["B"]))
