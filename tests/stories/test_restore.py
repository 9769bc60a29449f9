"""Restoring a past run: its list and outputs are published again, all or none, and the notes stay as they are now."""

import json
import shutil

import polars as pl
import pytest

from flexscout.errors import NothingToReadError, OutputError
from flexscout.history import RunHistory
from flexscout.insights import restore_run
from weeks import Weeks, open_book
from workbooks import HEADER, candidate, write_workbook

_OWN = ("My Status", "My Notes")


def write_week(weeks, *numbers):
    office = candidate(20, Property_Type="Office")
    again = candidate(1, Address="1 TEST ST", Year_Built="soon")
    write_workbook(weeks.folder / "in/export.xlsx", [HEADER, *map(candidate, numbers), office, again])


def run_two_weeks(folder):
    weeks = Weeks(folder)
    write_week(weeks, 1, 2, 3)
    weeks.run()
    shutil.copytree(weeks.folder / "out", weeks.folder / "week 1")
    write_week(weeks, 1, 4)
    weeks.run()
    return weeks


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Run in two weeks."""
    return run_two_weeks(tmp_path_factory.mktemp("weeks"))


@pytest.fixture
def weeks(finished, tmp_path):
    return finished.copy(tmp_path / "copy")


def restore(weeks, number, **settings):
    return restore_run(weeks.configure(**settings), number)


def history_of(weeks):
    return RunHistory(weeks.workbook)


def forget_list(weeks, number):
    history = history_of(weeks)
    history.locate_result(history.find_run(number)).unlink()


def read_list(path):
    return pl.read_parquet(path).drop(_OWN, strict=False)


def is_first_week(weeks):
    return read_list(weeks.folder / "out/all.parquet").equals(read_list(weeks.folder / "week 1/all.parquet"))


def snapshot(weeks):
    return {path.name: path.read_bytes() for path in (weeks.folder / "out").rglob("*") if path.is_file()}


def test_list_and_all_outputs_are_those_of_the_run(weeks):
    restored = restore(weeks, 1)
    old, out = weeks.folder / "week 1", weeks.folder / "out"
    assert is_first_week(weeks)
    for name in ("all.csv", "all_issues.csv", "all_duplicates.csv"):
        assert (out / name).read_bytes() == (old / name).read_bytes(), name
    assert open_book(out / "all.xlsx").sheetnames == open_book(old / "all.xlsx").sheetnames
    assert len(restored.messages) == 1


def test_restoring_is_a_run_of_its_own_on_record(weeks):
    restored = restore(weeks, 1)
    last = history_of(weeks).find_last()
    assert (restored.number, last.number, last.restored_from) == (3, 3, 1)
    assert history_of(weeks).find_result(last)
    assert last.report["statistics"]["unique_flex_properties"] == 3
    assert json.loads((weeks.folder / "out/report.json").read_text())["statistics"] == last.report["statistics"]


def test_restored_run_can_be_restored_and_is_replayed_on_the_day_of_its_data(weeks):
    restore(weeks, 1)
    restore(weeks, 2)
    restored = restore(weeks, 3)
    assert (restored.number, len(restored.messages)) == (5, 1)
    assert is_first_week(weeks)


def test_next_run_reads_the_exports_again_and_compares_with_the_restored_list(weeks):
    restore(weeks, 1)
    summary = weeks.run().summary
    assert summary.repeated_run == 0
    assert summary.report["changes"]["since_run"] == 3
    assert summary.report["changes"]["counts"]["gone"] == 2


def test_run_with_the_files_of_the_restored_one_is_not_a_repeat(weeks):
    write_week(weeks, 1, 2, 3)
    restore(weeks, 1)
    assert weeks.run().summary.repeated_run == 0


def test_notes_that_were_typed_since_are_in_the_restored_workbook_and_stay(weeks):
    weeks.enter("1 Test Street", {"My Notes": "Typed since"})
    restore(weeks, 1)
    book = open_book(weeks.workbook)["Flex Properties"]
    assert any(cell.value == "Typed since" for row in book.iter_rows() for cell in row)
    assert weeks.run().column("My Notes")["1 Test Street"] == "Typed since"


def test_later_corrections_outlive_restoring_and_editing_the_restored_workbook(weeks):
    for address, year in (("1 Test Street", 2001), ("4 Test Street", 2002)):
        weeks.enter(address, {"Year Built": year})
        weeks.run()
    restore(weeks, 3)
    weeks.enter("1 Test Street", {"My Notes": "Typed in the restored workbook"})
    assert weeks.run().column("Year Built") == {"1 Test Street": 2001, "4 Test Street": 2002}


def test_run_whose_list_is_no_longer_kept_is_replayed_from_what_was_read(weeks):
    forget_list(weeks, 1)
    restore(weeks, 1)
    assert is_first_week(weeks)


def test_run_without_cache_is_restored_as_far_as_its_list_is_kept(tmp_path):
    weeks = run_two_weeks(tmp_path)
    shutil.rmtree(weeks.folder / "cache")
    restored = restore(weeks, 1)
    assert is_first_week(weeks)
    assert "not restored, because files that it read have changed" in restored.messages[1]
    assert restored.messages[1] in (weeks.folder / "out/report.html").read_text()
    forget_list(weeks, 1)
    before = snapshot(weeks)
    with pytest.raises(NothingToReadError, match="its list is no longer kept, and files that it read have changed"):
        restore(weeks, 1)
    assert snapshot(weeks) == before


@pytest.mark.parametrize(("number", "reason"), [(2, "it is the current one"), (9, "No run 9")])
def test_run_that_can_not_be_restored_says_why(weeks, number, reason):
    with pytest.raises(NothingToReadError, match=reason):
        restore(weeks, number)


def test_output_that_can_not_be_written_leaves_everything_as_it_was(weeks):
    before = snapshot(weeks)
    (weeks.folder / "elsewhere").write_text("a file where a folder should be")
    settings = weeks.configure().model_copy(update={"report_file": str(weeks.folder / "elsewhere/report.json")})
    with pytest.raises(OutputError):
        restore_run(settings, 1)
    assert snapshot(weeks) == before


def test_restoring_during_a_run_is_refused(weeks):
    with history_of(weeks), pytest.raises(OutputError, match="Another run is writing"):
        restore(weeks, 1)
