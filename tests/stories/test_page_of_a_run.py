"""The HTML page that a run writes."""

import pytest

from program import flexscout
from workbooks import HEADER, candidate, write_workbook


def run(folder, *options):
    return flexscout("run", folder / "in", *options, folder=folder)


def page_in(folder, name="pipeline_summary.html"):
    return folder / "data/reports" / name


def test_a_run_writes_the_page_next_to_the_report(tmp_path):
    write_workbook(tmp_path / "in/a.xlsx", [HEADER, candidate(1), candidate(2)])
    done = run(tmp_path)
    text = page_in(tmp_path).read_text(encoding="utf-8")
    assert "pipeline_summary.html" in done.out
    assert "2 flex-industrial candidates" in text
    assert "<b>1 Test Street</b>" in text
    assert "is the ideal size" in text


def test_the_page_follows_the_report_file(tmp_path):
    write_workbook(tmp_path / "in/a.xlsx", [HEADER, candidate(1)])
    run(tmp_path, "--report-file", "out/my.report.json")
    assert (tmp_path / "out/my.report.html").exists()


def test_the_previous_page_is_kept_as_backup(tmp_path):
    write_workbook(tmp_path / "in/a.xlsx", [HEADER, candidate(1)])
    run(tmp_path)
    write_workbook(tmp_path / "in/b.xlsx", [HEADER, candidate(2)])
    run(tmp_path)
    assert "1 flex-industrial" in page_in(tmp_path, "pipeline_summary.html.bak").read_text(encoding="utf-8")


def test_if_every_file_fails_the_page_is_written_under_another_name(tmp_path):
    write_workbook(tmp_path / "in/a.xlsx", [HEADER, candidate(1)])
    run(tmp_path)
    (tmp_path / "in/a.xlsx").write_bytes(b"not a workbook")
    assert run(tmp_path).code == 1
    assert "1 of 1 file failed" in page_in(tmp_path, "pipeline_summary.failed.html").read_text(encoding="utf-8")
    assert "1 flex-industrial" in page_in(tmp_path).read_text(encoding="utf-8")


def test_the_page_is_never_read_as_input(tmp_path):
    write_workbook(tmp_path / "in/a.xlsx", [HEADER, candidate(1)])
    run(tmp_path)
    page_in(tmp_path).rename(tmp_path / "in/renamed.html")
    done = run(tmp_path, "--file-pattern", "auto")
    assert done.file("renamed.html")["reason"] == "An output of flexscout, never used as input."


@pytest.mark.parametrize("pattern", ["*.xlsx", "auto"])
def test_an_export_that_is_a_web_page_is_not_overwritten(tmp_path, pattern):
    write_workbook(tmp_path / "in/a.xlsx", [HEADER, candidate(1)])
    rows = "".join(f"<tr>{''.join(f'<td>{cell}' for cell in row)}</tr>" for row in (HEADER, candidate(2)))
    (tmp_path / "in/summary.html").write_text(f"<html><table>{rows}</table></html>", encoding="utf-8")
    done = run(tmp_path, "--report-file", "in/summary.json", "--file-pattern", pattern)
    assert done.code == 2
    assert "summary.html is in the input folder" in done.err


def test_a_report_file_with_the_pages_name_is_rejected(tmp_path):
    write_workbook(tmp_path / "in/a.xlsx", [HEADER, candidate(1)])
    done = run(tmp_path, "--report-file", "out/summary.html")
    assert done.code == 2
    assert "the page gets the same name with .html" in done.err
