"""The records of an output's runs, and the lock that one run holds."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from flexscout.config.settings import PipelineConfiguration
from flexscout.errors import OutputError
from flexscout.history.run_history import RunHistory, hash_state
from flexscout.models import SourceFile
from flexscout.skipped import FileSkipCode, SkippedFile
from in_process import run_in_process
from workbooks import valid_properties_1

NO_NOTES = Path("no such file")


@pytest.fixture
def workbook(tmp_path):
    return tmp_path / "out/all.xlsx"


@pytest.fixture
def summary(tmp_path, workbook):
    """The summary of a recorded run."""
    valid_properties_1(tmp_path / "in")
    config = PipelineConfiguration(input_folder=str(tmp_path / "in"), output_file=str(workbook), max_workers=1)
    return run_in_process(config)


def test_a_second_run_on_an_output_is_rejected_while_the_first_runs(workbook):
    with RunHistory(workbook), pytest.raises(OutputError, match="Another run is writing"), RunHistory(workbook):
        pass
    with RunHistory(workbook):
        pass


def test_another_output_in_the_same_folder_is_not_locked(workbook):
    other = workbook.with_name("other.xlsx")
    with RunHistory(workbook) as first, RunHistory(other) as second:
        assert first.folder != second.folder
        with pytest.raises(OutputError, match="Another run"), RunHistory(other):
            pass


def test_runs_are_numbered_and_read_latest_first(summary, workbook):
    with RunHistory(workbook) as book:
        book.add("another state", summary, workbook.with_suffix(".parquet"))
    assert [record.number for record in book.read_records()] == [2, 1]
    assert book.find_last().state == "another state"


def test_runs_without_a_kept_result_can_be_left_out(summary, workbook):
    with RunHistory(workbook) as book:
        book.add("another state", summary, workbook.with_suffix(".parquet"))
        book.locate_result(book.find_last()).unlink()
        assert [record.number for record in book.read_records(with_result=True)] == [1]
        assert book.find_last().number == 2


@pytest.mark.usefixtures("summary")
def test_a_record_that_was_replaced_is_read_again(workbook):
    book = RunHistory(workbook)
    path = book.folder / "run-000001.json"
    path.write_bytes(replace(book.find_last(), state="another state, of another length").to_json())
    assert book.find_last().state == "another state, of another length"


@pytest.mark.usefixtures("summary")
def test_files_that_are_not_records_are_ignored(workbook):
    book = RunHistory(workbook)
    for number, content in enumerate(["", "[]", '{"format": 1}', '{"format": 99}'], start=2):
        (book.folder / f"run-{number:06d}.json").write_text(content)
    assert [record.number for record in book.read_records()] == [1]


@pytest.mark.usefixtures("summary")
def test_a_run_is_unchanged_only_while_its_outputs_are_intact(workbook):
    book = RunHistory(workbook)
    state = book.find_last().state
    assert book.find_unchanged(state, NO_NOTES)
    assert not book.find_unchanged("another state", NO_NOTES)
    csv = workbook.with_suffix(".csv")
    csv.write_bytes(csv.read_bytes().replace(b"NC", b"SC", 1))
    assert not book.find_unchanged(state, NO_NOTES)


def test_a_run_is_not_unchanged_if_notes_were_added_beside_it(summary, workbook):
    notes = workbook.with_name("notes.csv")
    notes.write_text("note,P-1,,,,My Notes,call,\n")
    assert not RunHistory(workbook).find_unchanged(RunHistory(workbook).find_last().state, notes)
    assert summary


def test_a_run_with_transient_errors_is_never_unchanged(summary, workbook):
    errors = {"errors": [{"file": "a.xlsx", "category": "file_access", "code": "locked"}]}
    with RunHistory(workbook) as book:
        book.add("s", replace(summary, report={**summary.report, "errors": errors}), workbook.with_suffix(".parquet"))
    assert not book.find_unchanged("s", NO_NOTES)


def test_the_previous_run_is_the_latest_with_another_state(summary, workbook):
    with RunHistory(workbook) as book:
        for state in ("b", "c", "c"):
            book.add(state, summary, workbook.with_suffix(".parquet"))
    assert book.find_previous("c").state == "b"
    book.locate_result(book.find_previous("c")).unlink()
    assert book.find_previous("c").number == 1


def test_old_runs_are_removed(summary, workbook):
    with RunHistory(workbook) as book:
        for number in range(120):
            book.add(f"s{number}", summary, workbook.with_suffix(".parquet"))
    assert len(list(book.folder.glob("run-*.json"))) == 100
    assert len(list(book.folder.glob("run-*.parquet"))) == 10


@pytest.mark.usefixtures("summary")
def test_a_record_is_json_with_its_format_version(workbook):
    record = json.loads((RunHistory(workbook).folder / "run-000001.json").read_text())
    assert record["format"] == 3
    assert {output["path"].rsplit(".", 1)[-1] for output in record["outputs"]} >= {"xlsx", "csv", "parquet", "json"}


SOURCE = SourceFile(None, "a.xlsx", 1, 1.0, "abc")


def state(sources=(SOURCE,), skipped=(), rules=("profile",), **settings):
    return hash_state(sources, skipped, PipelineConfiguration(**settings), *rules)


@pytest.mark.parametrize(
    "other",
    [
        {"sources": ()},
        {"sources": (replace(SOURCE, fingerprint="def"),)},
        {"sources": (replace(SOURCE, name="b.xlsx"),)},
        {"skipped": (SkippedFile("b.xlsx", FileSkipCode.EMPTY),)},
        {"rules": ("another profile",)},
        {"min_flex_score": 5.0},
        {"enable_csv_export": False},
    ],
    ids=str,
)
def test_the_state_changes_with_what_affects_the_result(other):
    assert state(**other) != state()


@pytest.mark.parametrize(
    "execution", [{"max_workers": 1}, {"memory_limit_gb": 1}, {"log_level": "DEBUG"}, {"reuse": False}], ids=str
)
def test_the_state_ignores_how_a_run_is_executed(execution):
    assert state(**execution) == state()
    assert state(sources=(replace(SOURCE, modified=2.0),)) == state()
