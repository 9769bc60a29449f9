"""Headers that Polars would interpret as patterns, and extreme numbers, from the file to every output."""

import csv
import json

import openpyxl
import pandas as pd
import polars as pl
import pytest

from flexscout.notebook.aggregator import ResultAggregator
from flexscout.notebook.analyzer import PropertyDataAnalyzer
from flexscout.notebook.classifier import FlexPropertyClassifier
from flexscout.notebook.processors import FileProcessor
from program import flexscout
from result_sheets import headers_of
from workbooks import HEADER, candidate, write_workbook

PATTERNS = ["*", "^.*$", "^Addr.*$", "^$", "^[$", "{}"]
WORKING_COLUMNS = [
    "text",
    "kind",
    "row",
    "__position",
    "__row",
    "__at",
    "__group",
    "__rank",
    "Flex Score",
    "Source File",
    "Property ID",
    "Odd Points",
]


def two_files(folder, *headers, **values):
    """Write a good file, and one whose only row has extra columns, each with the text `kept`."""
    write_workbook(folder / "data/raw/good.xlsx", [HEADER, candidate(1), candidate(2)])
    rows = [(*HEADER, *headers), (*candidate(9, **values), *("kept" for _ in headers))]
    return write_workbook(folder / "data/raw/hostile.xlsx", rows)


def header_of(workbook):
    return headers_of(openpyxl.load_workbook(workbook)["All Columns"])


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A run over a file with all pattern headers."""
    folder = tmp_path_factory.mktemp("patterns")
    two_files(folder, *PATTERNS)
    return flexscout("run", folder=folder)


@pytest.fixture(scope="module")
def done_with_working_columns(tmp_path_factory):
    """A run over a file with pattern headers and headers named like working columns."""
    folder = tmp_path_factory.mktemp("working_columns")
    two_files(folder, *PATTERNS, *WORKING_COLUMNS)
    return flexscout("run", folder=folder)


@pytest.mark.parametrize("header", PATTERNS)
def test_pattern_header_does_not_fail_the_run(tmp_path, header):
    two_files(tmp_path, header)
    done = flexscout("run", folder=tmp_path)
    assert done.code == 0, done.err
    assert [row["Address"] for row in done.rows()] == ["1 Test Street", "2 Test Street", "9 Test Street"]


def test_pattern_headers_are_unchanged_in_every_output(done):
    tables = [pl.read_parquet(done.parquet).columns, list(done.rows()[0]), header_of(done.workbook)]
    for names in tables:
        assert [name for name in names if name in PATTERNS] == PATTERNS
    report = done.report
    assert [name for name in report["schema"][1]["extra"] if name in PATTERNS] == PATTERNS
    assert "\u2060" not in json.dumps(report, ensure_ascii=False)
    assert "\u2060" not in done.csv.read_text(encoding="utf-8-sig")


def test_values_below_pattern_headers_are_kept(done):
    row = done.rows()[2]
    assert {row[header] for header in PATTERNS} == {"kept"}


def test_headers_named_like_working_columns_do_not_fail_the_run(tmp_path):
    two_files(tmp_path, *WORKING_COLUMNS)
    done = flexscout("run", folder=tmp_path)
    assert done.code == 0, done.err
    assert [row["Flex Score"] for row in done.rows()] == ["9.0"] * 3


@pytest.mark.parametrize(
    "command",
    [
        ("explain", "9 Test Street"),
        ("inspect", "data/raw/hostile.xlsx"),
        ("map", "data/raw/hostile.xlsx"),
        ("check",),
        ("profile", "compare", "flex-industrial", "parcel"),
        ("report",),
    ],
    ids=" ".join,
)
def test_commands_accept_pattern_headers(done_with_working_columns, command):
    outcome = flexscout(*command, folder=done_with_working_columns.folder)
    assert outcome.code == 0, outcome.err


@pytest.mark.parametrize("kind", ["workbook", "csv", "parquet"])
def test_results_with_pattern_headers_can_be_compared(done, kind):
    result = getattr(done, kind)
    outcome = flexscout("diff", result, result, folder=done.folder)
    assert outcome.code == 0, outcome.err
    assert "No changes: both results have the same properties" in outcome.out


def test_second_run_reads_a_previous_list_with_pattern_headers(done, tmp_path):
    done.copy(tmp_path)
    write_workbook(tmp_path / "data/raw/more.xlsx", [HEADER, candidate(3)])
    outcome = flexscout("run", folder=tmp_path)
    assert outcome.code == 0, outcome.err
    assert [name for name in header_of(outcome.workbook) if name in PATTERNS] == PATTERNS


def test_pattern_is_rejected_as_a_user_column(tmp_path):
    two_files(tmp_path)
    (tmp_path / "flexscout.yaml").write_text("output:\n  user_columns: ['^.*$']\n", encoding="utf-8")
    done = flexscout("run", "--config", "flexscout.yaml", folder=tmp_path)
    assert done.code == 2
    assert "choose another name" in done.err


def frame(kind, *headers, **values):
    rows = [(*candidate(9, **values), *("kept" for _ in headers)), (*candidate(8), *("kept" for _ in headers))]
    table = pl.DataFrame(rows, schema=[*HEADER, *headers], orient="row", infer_schema_length=None)
    return pd.DataFrame(table.to_dicts()) if kind == "pandas" else table


@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_frames_may_have_pattern_names(kind):
    given = frame(kind, *PATTERNS)
    result = FlexPropertyClassifier(given).classify_flex_properties()
    assert [name for name in result.columns if name in PATTERNS] == PATTERNS
    assert PropertyDataAnalyzer(given).generate_summary_report()["columns"] == len(HEADER) + len(PATTERNS)
    assert list(PropertyDataAnalyzer(given).get_industrial_sample().columns)[-len(PATTERNS) :] == PATTERNS


@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_frames_with_pattern_names_can_be_combined(kind):
    both = ResultAggregator().combine_results([frame(kind, *PATTERNS), frame(kind, "*", "Broker")])
    assert list(both.columns)[-len(PATTERNS) - 1 :] == [*PATTERNS, "Broker"]
    assert len(ResultAggregator().deduplicate_properties(both)) == 2


def test_candidates_of_a_file_keep_its_headers(tmp_path):
    path = two_files(tmp_path, *PATTERNS)
    result = FileProcessor().process_file(path).flex_properties
    assert [name for name in result.columns if name in PATTERNS] == PATTERNS


def test_nul_in_a_header_fails_only_its_file(tmp_path):
    write_workbook(tmp_path / "data/raw/good.xlsx", [HEADER, candidate(1)])
    with (tmp_path / "data/raw/nul.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([(*HEADER, "a\0b"), (*candidate(9), "kept")])
    done = flexscout("run", "--file-pattern", "auto", folder=tmp_path)
    assert done.code == 1
    assert [row["Address"] for row in done.rows()] == ["1 Test Street"]


@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_nul_in_a_frame_name_becomes_a_space(kind):
    result = FlexPropertyClassifier(frame(kind, "a\0b")).classify_flex_properties()
    assert list(result.columns)[-1] == "a b"


def test_extreme_sizes_are_issues_of_their_cells(tmp_path):
    rows = [HEADER, candidate(1, Building_SqFt=1e308), candidate(2, Building_SqFt=1e308), candidate(3)]
    write_workbook(tmp_path / "data/raw/hostile.xlsx", rows)
    done = flexscout("run", folder=tmp_path)
    assert done.code == 0, done.err
    issues = pl.read_csv(done.folder / "data/exports/all_flex_properties_issues.csv", infer_schema=False)
    rows = issues.select("Source File", "Source Sheet", "Source Row", "Column", "Reason").rows()
    assert rows == [("hostile.xlsx", "Sheet1", row, "Building SqFt", "out_of_range") for row in ("2", "3")]
    assert all(value.startswith("1") for value in issues["Value"])


@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_frame_with_extreme_numbers_is_summarized(kind):
    given = frame(kind, Building_SqFt=1e308)
    assert PropertyDataAnalyzer(given).generate_summary_report()["issues"]["out_of_range"] == 1
    scored = FlexPropertyClassifier(given).classify_flex_properties()
    assert len(scored) == 1
    assert len(ResultAggregator().sort_by_score(scored)) == 1
