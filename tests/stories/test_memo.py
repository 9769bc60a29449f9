"""`flexscout memo`, the setting `output.memo`, and `flexscout explain --pdf`."""

import sys

import pytest

from flexscout.config import PipelineConfiguration
from flexscout.errors import ConfigurationError, OutputError
from images import png
from in_process import run_in_process
from memos import read_pdf
from program import flexscout
from workbooks import HEADER, candidate, write_workbook

OWNERS = (*HEADER, "Asking Price", "Owner Name")
GRANITE = (3_000_000, "GRANITE, L.L.C.")
FIRST = [OWNERS, (*candidate(1), 4_600_000, "Granite LLC"), (*candidate(2), *GRANITE), (*candidate(3), None, None)]
SECOND = [OWNERS, (*candidate(1), 4_200_000, "Granite LLC"), (*candidate(2), *GRANITE), (*candidate(4), None, None)]


def config_of(folder, **settings):
    return PipelineConfiguration(
        input_folder=str(folder / "in"),
        output_file=str(folder / "out/all.xlsx"),
        report_file=str(folder / "out/report.json"),
        log_file=str(folder / "log.txt"),
        cache=str(folder / "cache"),
        **settings,
    )


@pytest.fixture(scope="module")
def weeks(tmp_path_factory):
    """A folder of two weeks, whose runs wrote memos."""
    folder = tmp_path_factory.mktemp("memos")
    for rows in (FIRST, SECOND):
        write_workbook(folder / "in/a.xlsx", rows)
        assert run_in_process(config_of(folder, memo=True, branding="Elm Capital")).exit_code == 0
    return folder


def memo_file(folder):
    return folder / "out/memo.pdf"


def call(*arguments, folder):
    return flexscout(*arguments, "--output-file", "out/all.xlsx", folder=folder)


def test_a_run_writes_the_memo_beside_the_workbook(tmp_path):
    write_workbook(tmp_path / "in/a.xlsx", FIRST)
    summary = run_in_process(config_of(tmp_path, memo=True))
    assert memo_file(tmp_path) in summary.outputs
    assert "1 Test Street" in read_pdf(memo_file(tmp_path).read_bytes())


def test_a_run_writes_no_memo_by_default(tmp_path):
    write_workbook(tmp_path / "in/a.xlsx", FIRST)
    run_in_process(config_of(tmp_path))
    assert not memo_file(tmp_path).exists()


def test_the_memo_has_the_list_the_news_and_the_firm(weeks):
    text = read_pdf(memo_file(weeks).read_bytes())
    lines = (
        "Elm Capital", "The three best candidates", "1. 1 Test Street", "$4,200,000", "$140", "1 more on the list",
        "$4,600,000 to $4,200,000 (-8.7%)", "4 Test Street", "30,000 sq ft is the ideal size", "a.xlsx (3 rows)",
    )  # fmt: skip
    assert [line for line in lines if line not in text] == []


def test_the_memo_of_the_latest_run_is_written_again_byte_for_byte(weeks):
    before = memo_file(weeks).read_bytes()
    memo_file(weeks).unlink()
    outcome = call("memo", folder=weeks)
    assert (outcome.code, outcome.out, outcome.err) == (0, "Wrote out/memo.pdf\n", "")
    assert memo_file(weeks).read_bytes() == before


def test_the_memo_of_an_earlier_run_has_the_number_in_its_name(weeks):
    assert call("memo", "1", folder=weeks).out == "Wrote out/memo-run-1.pdf\n"
    text = read_pdf((weeks / "out/memo-run-1.pdf").read_bytes())
    assert "$4,600,000" in text
    assert "What is new" not in text


def test_the_memo_is_written_to_the_output(weeks):
    assert call("memo", "--output", "x.pdf", folder=weeks).code == 0
    assert (weeks / "x.pdf").read_bytes().startswith(b"%PDF")


def test_a_memo_is_a_pdf(weeks):
    outcome = call("memo", "--output", "x.docx", folder=weeks)
    assert outcome.code == 2
    assert "Use .pdf." in outcome.err


def test_the_sheet_of_a_property_has_its_facts_points_sources_and_history(weeks):
    outcome = call("explain", "1 Test Street", "--pdf", "one.pdf", folder=weeks)
    assert (outcome.code, outcome.out) == (0, "Wrote one.pdf\n")
    text = read_pdf((weeks / "one.pdf").read_bytes())
    lines = (
        "Elm Capital", "1 Test Street", "Rank 1 of 3", "$4,200,000", "Points", "3 of 3 30,000 sq ft is the ideal size",
        "up to +1", "Occupancy is missing", "Values of every source", "a.xlsx (kept) Sheet1, row 2", "4,200,000",
        "Rank 2: 2 Test Street, Charlotte, NC", "price cut, Asking Price $4,600,000 to $4,200,000",
    )  # fmt: skip
    assert [line for line in lines if line not in text] == []


def test_the_sheet_of_an_earlier_run_knows_nothing_later(weeks):
    assert call("explain", "1 Test Street", "--pdf", "one.pdf", "--run", "1", folder=weeks).code == 0
    text = read_pdf((weeks / "one.pdf").read_bytes())
    assert "$4,600,000" in text
    assert "price cut" not in text


def test_a_property_that_is_not_listed_has_a_sheet(tmp_path):
    small = (*candidate(2, Building_SqFt=900), None, "The Granite LLC")
    write_workbook(tmp_path / "in/a.xlsx", [OWNERS, (*candidate(1), *GRANITE), small])
    run_in_process(config_of(tmp_path))
    assert call("explain", "2 Test Street", "--pdf", "one.pdf", folder=tmp_path).code == 0
    text = read_pdf((tmp_path / "one.pdf").read_bytes())
    assert "Not on the list: Building SqFt below 20,000" in text
    assert "Rank 1: 1 Test Street, Charlotte, NC" in text


def test_an_unknown_property_has_no_sheet(weeks):
    outcome = call("explain", "99 Unknown Road", "--pdf", "none.pdf", folder=weeks)
    assert outcome.code == 1
    assert "No property in run 2 matches" in outcome.err
    assert not (weeks / "none.pdf").exists()


def test_a_run_without_the_library_ends_before_it_reads(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    write_workbook(tmp_path / "in/a.xlsx", FIRST)
    with pytest.raises(ConfigurationError, match=r"flexscout\[memo\]"):
        run_in_process(config_of(tmp_path, memo=True))
    assert not (tmp_path / "out").exists()


def test_a_damaged_logo_leaves_all_outputs_as_they_were(tmp_path):
    write_workbook(tmp_path / "in/a.xlsx", FIRST)
    (tmp_path / "logo.png").write_bytes(png().replace(b"IDAT", b"IDAX"))
    with pytest.raises(OutputError, match="logo"):
        run_in_process(config_of(tmp_path, memo=True, branding_logo=str(tmp_path / "logo.png")))
    assert not (tmp_path / "out/all.xlsx").exists()


def test_a_memo_in_the_input_folder_is_not_read_and_is_written_again(tmp_path):
    write_workbook(tmp_path / "in/a.xlsx", FIRST)
    beside = {"output_file": str(tmp_path / "in/all.xlsx"), "file_pattern": "*", "reuse": False}
    config = config_of(tmp_path, memo=True).model_copy(update=beside)
    run_in_process(config)
    report = run_in_process(config).report
    assert [file["file"] for file in report["files"] if file["status"] == "ok"] == ["a.xlsx"]


def test_a_memo_of_somebody_else_is_not_overwritten(tmp_path):
    write_workbook(tmp_path / "in/a.xlsx", FIRST)
    (tmp_path / "in/memo.pdf").write_bytes(b"%PDF-1.7 of a broker")
    config = config_of(tmp_path, memo=True).model_copy(update={"output_file": str(tmp_path / "in/all.xlsx"), "file_pattern": "*"})
    with pytest.raises(OutputError, match=r"memo\.pdf is in the input folder"):
        run_in_process(config)
