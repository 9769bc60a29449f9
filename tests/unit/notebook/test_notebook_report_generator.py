"""`ReportGenerator` on processed files."""

import json
import warnings

import openpyxl
import pandas as pd
import polars as pl
import pytest

from flexscout.config.settings import PipelineConfiguration
from flexscout.errors import AggregationError, OutputError
from flexscout.notebook.aggregator import ResultAggregator
from flexscout.notebook.processors import FileProcessor
from flexscout.notebook.report_generator import ReportGenerator
from frames import LIBRARIES, column_of, frame_of
from memos import read_pdf
from result_sheets import rows_of
from workbooks import corrupted_file, valid_properties_1, valid_properties_2


@pytest.fixture
def results(tmp_path):
    """Process two files that share two candidates, and a damaged one, in reverse order."""
    paths = [valid_properties_2(tmp_path), valid_properties_1(tmp_path), corrupted_file(tmp_path)]
    return [FileProcessor().process_file(path) for path in paths]


def combined_of(results, library):
    frames = [result.flex_properties for result in results]
    combined = ResultAggregator().combine_results(frames)
    return pl.from_pandas(combined) if library is pl else combined


@LIBRARIES
def test_the_statistics_are_those_of_results_and_master(results, library):
    faces = ResultAggregator()
    figures = ReportGenerator().calculate_aggregate_statistics(
        results, faces.deduplicate_properties(combined_of(results, library))
    )
    assert (figures.total_files_processed, figures.successful_files, figures.failed_files) == (3, 2, 1)
    assert (figures.total_properties, figures.unique_flex_properties, figures.average_flex_score) == (12, 8, 8.81)
    assert figures.score_distribution == {"8-10": 8, "6-8": 0, "4-6": 0}
    assert figures.geographic_coverage["states"] == {"NC": 5, "GA": 3}


@pytest.mark.parametrize(("deduplicate", "left"), [(True, 8), (False, 10)])
def test_without_a_master_candidates_are_merged_as_in_a_run(results, deduplicate, left):
    config = PipelineConfiguration(enable_deduplication=deduplicate)
    assert ReportGenerator(config).calculate_aggregate_statistics(results).unique_flex_properties == left


@LIBRARIES
def test_rows_missing_from_the_master_count_as_removed(results, library, tmp_path):
    combined = combined_of(results, library)
    for master, removed in ((combined, 0), (ResultAggregator().deduplicate_properties(combined), 2)):
        report = json.loads(ReportGenerator().export_report(tmp_path / "r.json", results, master).read_text(encoding="utf-8"))
        assert report["deduplication"]["removed"] == removed
        left = sum(file["candidates"] - file["duplicates_removed"] for file in report["files"])
        assert left == report["deduplication"]["after"] == len(master)


def test_the_report_has_the_sections_of_a_run(results, tmp_path):
    report = json.loads(ReportGenerator().export_report(str(tmp_path / "r.json"), results).read_text(encoding="utf-8"))
    assert [file["file"] for file in report["files"]] == [
        "corrupted_file.xlsx",
        "valid_properties_1.xlsx",
        "valid_properties_2.xlsx",
    ]
    assert report["files"][0]["error"]["code"] == "damaged"
    assert [entry["rank"] for entry in report["top_candidates"]] == list(range(1, 9))
    assert report["top_candidates"][0]["Year Built"] == 1995
    assert report["quality"]["completeness"]["Address"] == 1.0


def test_the_merges_name_the_rows_of_the_files(results, tmp_path):
    report = json.loads(ReportGenerator().export_report(tmp_path / "r.json", results).read_text(encoding="utf-8"))
    merge = report["deduplication"]["merges"][0]
    assert merge["Kept Row"] >= 2
    assert merge["Property ID"].startswith("P-")


@LIBRARIES
def test_a_page_needs_only_a_frame(results, library, tmp_path):
    page = ReportGenerator().export_report(tmp_path / "r.html", master=combined_of(results, library).head(3))
    assert "<h1>3 flex-industrial candidates</h1>" in page.read_text(encoding="utf-8")


@LIBRARIES
def test_a_workbook_from_a_frame_has_no_unknown_sheets(results, library, tmp_path):
    master = combined_of(results, library).head(3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(ReportGenerator().export_report(tmp_path / "r.xlsx", master=master))
    assert len(rows_of(book["Flex Properties"])) == 3
    assert len(rows_of(book["Top Candidates"])) == 3
    assert "Not Selected" not in book.sheetnames


def test_an_unknown_report_format_is_an_error(tmp_path):
    with pytest.raises(OutputError, match=r"r\.docx: its suffix is not a supported format"):
        ReportGenerator().export_report(tmp_path / "r.docx", [])


def test_a_previous_report_is_kept(results, tmp_path):
    (tmp_path / "r.json").write_text("mine", encoding="utf-8")
    ReportGenerator().export_report(tmp_path / "r.json", results)
    assert (tmp_path / "r.json.bak").read_text(encoding="utf-8") == "mine"


def test_no_files_are_not_an_error():
    figures = ReportGenerator().calculate_aggregate_statistics([])
    assert (figures.total_files_processed, figures.average_flex_score) == (0, 0.0)


@LIBRARIES
@pytest.mark.parametrize(("threshold", "bands"), [(4.0, ["8-10", "6-8", "4-6"]), (1.0, ["8-10", "6-8", "4-6", "2-4", "0-2"])])
def test_the_distribution_counts_scores_by_band(library, threshold, bands):
    frame = frame_of(library, [{"Flex Score": score} for score in (10, 8.0, 7.9, 6, None)])
    counts = ReportGenerator(PipelineConfiguration(min_flex_score=threshold)).generate_score_distribution(frame)
    assert list(counts) == bands
    assert list(counts.values())[:3] == [2, 2, 0]


@LIBRARIES
@pytest.mark.parametrize(("n", "left"), [(2, ["b", "c"]), (0, []), (-1, []), (9, ["b", "c", "a"])])
def test_top_candidates_are_the_best_rows_with_all_their_columns(library, n, left):
    frame = frame_of(library, [{"Flex Score": score, "Note": note} for score, note in ((5.0, "a"), (9.0, "b"), (7.0, "c"))])
    top = ReportGenerator().create_top_candidates(frame, n)
    assert isinstance(top, library.DataFrame)
    assert list(top.columns) == ["Flex Score", "Note"]
    assert column_of(top, "Note") == left


@LIBRARIES
def test_a_frame_without_scores_is_an_aggregation_error(library):
    frame = frame_of(library, [{"Address": "a"}])
    for call in (ReportGenerator().generate_score_distribution, ReportGenerator().create_top_candidates):
        with pytest.raises(AggregationError, match=r"needs Flex Score. Columns found: Address\."):
            call(frame)


@pytest.mark.parametrize("wrong", [[1], pd.DataFrame({"a": [1]}), pl.DataFrame({"a": [1]}), "results"])
def test_anything_but_a_result_is_a_type_error(wrong):
    with pytest.raises(TypeError, match="A list of ProcessingResults is needed"):
        ReportGenerator().calculate_aggregate_statistics(wrong)


def test_the_memo_is_written_as_pdf(results, tmp_path):
    text = read_pdf(ReportGenerator().export_report(tmp_path / "memo.pdf", results).read_bytes())
    assert "The eight best candidates" in text
    assert "1 Test Street" in text
