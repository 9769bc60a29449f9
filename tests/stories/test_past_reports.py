"""`flexscout report`: the report of a past run, rendered again."""

import json
import warnings

import openpyxl
import pytest

from program import flexscout
from result_sheets import texts_of
from workbooks import HEADER, candidate, write_workbook


def run_two_weeks(folder):
    """Run the exports of two weeks in a folder."""
    for rows in ([candidate(1), candidate(1), candidate(2, Building_SqFt=900)], [candidate(3)]):
        write_workbook(folder / "data/raw/a.xlsx", [HEADER, *rows])
        assert flexscout("run", "--quiet", folder=folder).code == 0
    return folder


@pytest.fixture
def weeks(tmp_path):
    """A folder of two weeks that a test may change."""
    return run_two_weeks(tmp_path)


@pytest.fixture(scope="module")
def kept_weeks(tmp_path_factory):
    """A folder of two weeks, to which tests add files of their own."""
    return run_two_weeks(tmp_path_factory.mktemp("weeks"))


def report_of(folder, name):
    return (folder / "data/reports" / name).read_bytes()


def test_the_latest_report_is_written_again_byte_for_byte(weeks):
    names = ("pipeline_summary.json", "pipeline_summary.html")
    before = [report_of(weeks, name) for name in names]
    for name in names:
        (weeks / "data/reports" / name).unlink()
    (weeks / "data/raw/a.xlsx").unlink()
    outcome = flexscout("report", folder=weeks)
    assert (outcome.code, outcome.err) == (0, "")
    assert [report_of(weeks, name) for name in names] == before


def test_an_earlier_page_is_written_as_the_run_wrote_it(weeks):
    write_workbook(weeks / "data/raw/b.xlsx", [HEADER, candidate(4)])
    third = report_of(weeks, "pipeline_summary.html")
    assert flexscout("run", "--quiet", folder=weeks).code == 0
    assert flexscout("report", "2", folder=weeks).code == 0
    assert report_of(weeks, "pipeline_summary-run-2.html") == third
    assert json.loads(report_of(weeks, "pipeline_summary-run-2.json"))["statistics"]["unique_flex_properties"] == 1


def test_a_single_file_is_written_to_the_output(kept_weeks):
    outcome = flexscout("report", "1", "--output", "week1.html", folder=kept_weeks)
    assert outcome.out == "Wrote week1.html\n"
    assert b"1 Test Street" in (kept_weeks / "week1.html").read_bytes()
    assert not (kept_weeks / "data/reports/pipeline_summary-run-1.html").exists()


def test_a_workbook_of_an_earlier_run_has_its_list(kept_weeks):
    assert flexscout("report", "1", "--output", "week1.xlsx", folder=kept_weeks).code == 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(kept_weeks / "week1.xlsx")
    assert {"Summary", "Flex Properties", "Top Candidates", "Why Not Selected", "Files", "Settings"} <= set(book.sheetnames)
    assert "1 Test Street" in [cell.value for row in book["Top Candidates"].iter_rows() for cell in row]


def test_the_cover_of_an_earlier_run_has_its_changes(kept_weeks):
    assert flexscout("report", "2", "--output", "week2.xlsx", folder=kept_weeks).code == 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cells = texts_of(openpyxl.load_workbook(kept_weeks / "week2.xlsx")["Summary"])
    assert cells[cells.index("New") :][:3] == ["New", 1, "3 Test Street, Charlotte"]


def test_an_unknown_run_is_an_error(kept_weeks):
    outcome = flexscout("report", "9", folder=kept_weeks)
    assert outcome.code == 2
    assert "No run 9" in outcome.err
    assert "List the runs with `flexscout runs`." in outcome.err


def test_an_unknown_format_is_an_error(kept_weeks):
    outcome = flexscout("report", "--output", "week.docx", folder=kept_weeks)
    assert outcome.code == 2
    assert "Use .json, .html, .xlsx or .pdf." in outcome.err


def test_without_runs_the_error_names_the_next_step(tmp_path):
    outcome = flexscout("report", folder=tmp_path)
    assert outcome.code == 2
    assert "run flexscout first" in outcome.err


def test_a_run_without_readable_files_has_a_report(tmp_path):
    (tmp_path / "data/raw").mkdir(parents=True)
    (tmp_path / "data/raw/a.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    assert flexscout("run", "--quiet", folder=tmp_path).code == 1
    before = report_of(tmp_path, "pipeline_summary.html")
    assert flexscout("report", "--output", "again.html", folder=tmp_path).code == 0
    assert (tmp_path / "again.html").read_bytes() == before
