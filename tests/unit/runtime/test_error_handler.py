"""What follows an error of a file: retries, the log and the summary by cause."""

import logging
from pathlib import Path

import pytest

from flexscout.error_codes import ErrorCode
from flexscout.errors import DataFormatError, FileAccessError, OutputError, WorkerError
from flexscout.runtime.error_handler import ErrorAction, ErrorHandler

A = Path("folder/a.xlsx")
PERMANENT = [
    ValueError(),
    FileNotFoundError(),
    MemoryError(),
    DataFormatError(ErrorCode.DAMAGED, "1"),
    WorkerError.timed_out("a", 1),
]

SAVE_COPIES = "Give their password with FLEXSCOUT_PASSWORD or input.password, or save unprotected copies."


@pytest.mark.parametrize("error", PERMANENT, ids=lambda error: type(error).__name__)
def test_permanent_error_skips_the_file(error):
    assert ErrorHandler().handle_file_error(A, error) is ErrorAction.SKIP


@pytest.mark.parametrize("error", [PermissionError(), FileAccessError(ErrorCode.NOT_PERMITTED, "It is locked.")])
@pytest.mark.parametrize("retries", [0, 1, 2])
def test_transient_error_is_retried_a_few_times(error, retries):
    handler = ErrorHandler(retries)
    actions = [handler.handle_file_error(A, error) for _ in range(retries + 2)]
    assert actions == [ErrorAction.RETRY] * retries + [ErrorAction.SKIP] * 2
    assert handler.count_retries(A) == retries


def test_retries_are_counted_per_file():
    handler = ErrorHandler(retries=1)
    assert [handler.handle_file_error(Path(name), PermissionError()) for name in "aba"] == ["retry", "retry", "skip"]


def test_output_error_aborts_the_run():
    assert ErrorHandler().handle_file_error(A, OutputError("It is full.")) is ErrorAction.ABORT


def test_log_entry_has_the_message_and_the_context(caplog):
    ErrorHandler().log_processing_error({"file": "a.xlsx"}, DataFormatError(ErrorCode.DAMAGED, "It is damaged.", "Do this."))
    (record,) = caplog.records
    assert (record.levelno, record.getMessage()) == (logging.ERROR, "It is damaged. Do this.")
    assert (record.event, record.data) == ("file_failed", {"file": "a.xlsx"})


def test_report_counts_errors_by_category_and_code():
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


def test_report_of_no_errors_is_empty():
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
        (2, "2 files are password-protected: 00.xlsx and 01.xlsx.", SAVE_COPIES),
        (3, "3 files are password-protected: 00.xlsx, 01.xlsx and 02.xlsx.", SAVE_COPIES),
        (37, "37 files are password-protected: 00.xlsx, 01.xlsx and 35 more.", SAVE_COPIES),
    ],
)
def test_errors_with_one_cause_are_summed_up(count, message, next_step):
    (cause,) = ErrorHandler().generate_error_report([protected(number) for number in range(count)])["causes"]
    expected = {"category": "data_format", "code": "password_protected", "files": count}
    assert cause == {**expected, "message": message, "next_step": next_step}


def test_most_frequent_cause_comes_first():
    errors = [DataFormatError(ErrorCode.DAMAGED, "1"), protected(1), protected(2), FileAccessError(ErrorCode.FILE_MISSING, "2")]
    causes = ErrorHandler().generate_error_report(errors)["causes"]
    assert [cause["code"] for cause in causes] == ["password_protected", "damaged", "file_missing"]


def test_cause_without_a_description_uses_its_code_and_next_step():
    errors = [DataFormatError(ErrorCode.WEB_PAGE, "It is one.", "Save it as .xlsx.", name) for name in ("b.xls", "a.xls")]
    (cause,) = ErrorHandler().generate_error_report(errors)["causes"]
    assert cause["message"] == "2 files couldn't be read (web page): a.xls and b.xls."
    assert cause["next_step"] == "Save it as .xlsx."


def test_delay_doubles_with_each_retry():
    handler = ErrorHandler(retries=3)
    pauses = [handler.retry_delay(A) for _ in range(3) if handler.handle_file_error(A, PermissionError()) is ErrorAction.RETRY]
    assert [0.16 * 2**i <= pause <= 0.24 * 2**i for i, pause in enumerate(pauses)] == [True] * 3


def test_reset_restores_all_retries():
    handler = ErrorHandler(retries=1)
    handler.handle_file_error(A, PermissionError())
    handler.reset(A)
    assert handler.handle_file_error(A, PermissionError()) is ErrorAction.RETRY
