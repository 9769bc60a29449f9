"""A bad file never affects the others, and is reported in plain words."""

import shutil

import pytest

from program import flexscout, run_program
from workbooks import (
    HEADER,
    candidate,
    corrupted_file,
    empty_file,
    invalid_format,
    large_dataset,
    valid_properties_1,
    write_workbook,
)


def document_as_workbook(folder):
    path = folder / "document_renamed.xlsx"
    path.write_text("%PDF-1.7 and so on")
    return path


def only_a_header(folder):
    return write_workbook(folder / "only_a_header.xlsx", [HEADER])


BAD = [
    (empty_file, "data_format", "empty_workbook", "every sheet is empty"),
    (invalid_format, "data_format", "missing_required_columns", "Name, Phone"),
    (corrupted_file, "data_format", "damaged", "is damaged"),
    (document_as_workbook, "data_format", "pdf", "a PDF document"),
    (only_a_header, "data_format", "no_rows", "there are no rows below it"),
]


@pytest.mark.parametrize(("make", "category", "code", "words"), BAD)
def test_a_bad_file_is_reported_in_plain_words(tmp_path, make, category, code, words):
    valid_properties_1(tmp_path / "in")
    name = make(tmp_path / "in").name
    outcome = flexscout("run", "in")
    error = outcome.file(name)["error"]
    assert outcome.code == 1
    assert (error["category"], error["code"]) == (category, code)
    assert words in error["message"]
    assert name in outcome.err
    assert error["next_step"]


def test_bad_files_do_not_affect_the_others(tmp_path):
    valid_properties_1(tmp_path / "in")
    alone = flexscout("run", "in").csv.read_bytes()
    for make, *_ in BAD:
        make(tmp_path / "in")
    outcome = flexscout("run", "in")
    assert outcome.code == 1
    assert outcome.csv.read_bytes() == alone
    assert outcome.report["statistics"]["failed_files"] == len(BAD)


def test_if_every_file_fails_the_previous_result_stays(tmp_path):
    valid_properties_1(tmp_path / "in")
    before = flexscout("run", "in")
    kept = {path: path.read_bytes() for path in (before.workbook, before.csv, before.parquet)}
    corrupted_file(tmp_path / "bad")
    after = flexscout("run", "bad")
    assert after.code == 1
    assert {path: path.read_bytes() for path in kept} == kept
    assert "previous results stay" in after.out


def test_no_traceback_is_ever_shown(tmp_path):
    for make, *_ in BAD:
        make(tmp_path / "in")
    outcome = flexscout("run", "in")
    assert "Traceback" not in outcome.err + outcome.out


def test_a_file_that_takes_too_long_is_stopped(tmp_path):
    """Time limits are checked now and then, so some files that are read quickly may pass, but not all."""
    large = large_dataset(tmp_path / "in", rows=30_000)
    names = [f"{number}.xlsx" for number in range(8)]
    for name in names:
        shutil.copy(large, tmp_path / "in" / name)
    outcome = run_program("run", "in", "--timeout", "0.0001")
    assert outcome.code == 1
    assert "timeout" in {outcome.file(name).get("error", {}).get("code") for name in names}


def test_a_file_that_needs_too_much_memory_fails_alone(tmp_path):
    wide = [[f"Column {number}" for number in range(500)], *([["x" * 1_600] * 500] * 200)]
    write_workbook(tmp_path / "in/wide.xlsx", [[*HEADER, *wide[0]], *([*candidate(), *row] for row in wide[1:])])
    valid_properties_1(tmp_path / "in")
    outcome = run_program("run", "in", "--memory-limit", "0.5", "-w", "2")
    assert outcome.file("valid_properties_1.xlsx")["status"] == "ok"
    assert outcome.file("wide.xlsx")["error"]["code"] in {"worker_died", "out_of_memory", "too_large"}


def test_ten_thousand_properties_are_read(tmp_path):
    large_dataset(tmp_path / "in")
    outcome = flexscout("run", "in", "--format", "json")
    assert outcome.code == 0
    assert outcome.report["statistics"]["unique_flex_properties"] == 10_000
