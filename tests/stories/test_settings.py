"""Options and the configuration file."""

import json

import pytest

from program import flexscout
from workbooks import HEADER, candidate, valid_properties_1, valid_properties_2, write_sheets, write_workbook


def test_the_command_line_wins_over_the_file_and_the_file_over_the_defaults(tmp_path):
    valid_properties_1(tmp_path / "in")
    (tmp_path / "c.yaml").write_text(
        "input: {folder: in}\nfiltering: {min_flex_score: 9.5}\noutput: {enable_csv_export: false}\n"
    )
    by_file = flexscout("run", "-c", "c.yaml")
    assert "No candidates" in by_file.out
    assert not by_file.csv.exists()
    assert len(flexscout("run", "-c", "c.yaml", "--min-score", "9").report["top_candidates"]) == 5


def test_a_json_file_works_as_well(tmp_path):
    valid_properties_1(tmp_path / "in")
    (tmp_path / "c.json").write_text(json.dumps({"input": {"folder": "in"}, "filtering": {"min_flex_score": 9.5}}))
    assert flexscout("run", "-c", "c.json").report["settings"]["min_flex_score"] == 9.5


def test_all_errors_of_a_configuration_file_are_reported_at_once(tmp_path):
    (tmp_path / "c.yaml").write_text("input:\n  foldr: in\nfiltering:\n  min_flex_score: 11\n")
    outcome = flexscout("run", "-c", "c.yaml")
    assert outcome.code == 2
    assert "c.yaml, line 2: input.foldr" in outcome.err
    assert "did you mean folder" in outcome.err
    assert "line 4: filtering.min_flex_score: 11" in outcome.err


def test_init_writes_a_valid_file_and_never_overwrites_one(tmp_path):
    valid_properties_1(tmp_path / "data/raw")
    assert flexscout("init").code == 0
    assert flexscout("run", "-c", "pipeline_config.yaml").code == 0
    (tmp_path / "pipeline_config.yaml").write_text("mine")
    again = flexscout("init")
    assert again.code == 2
    assert (tmp_path / "pipeline_config.yaml").read_text() == "mine"
    assert flexscout("init", "--force").code == 0


@pytest.mark.parametrize(("options", "kept"), [((), 8), (("--no-deduplication",), 10), (("--duplicate-fields", "City"), 2)])
def test_deduplication_is_optional(tmp_path, options, kept):
    valid_properties_1(tmp_path / "in")
    valid_properties_2(tmp_path / "in")
    assert len(flexscout("run", "in", *options).rows()) == kept


def test_outputs_are_written_to_the_given_files(tmp_path):
    valid_properties_1(tmp_path / "in")
    assert flexscout("run", "in", "-o", "out/here.xlsx", "--report-file", "out/report.json", "--no-csv").code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        ".flexscout",
        "here.parquet",
        "here.xlsx",
        "here_duplicates.csv",
        "here_duplicates.parquet",
        "here_issues.csv",
        "report.html",
        "report.json",
    ]


def test_standard_output_is_only_json(tmp_path):
    valid_properties_1(tmp_path / "in")
    outcome = flexscout("run", "in", "--format", "json")
    assert json.loads(outcome.out) == outcome.report


def test_quiet_prints_nothing(tmp_path):
    valid_properties_1(tmp_path / "in")
    outcome = flexscout("run", "in", "-q")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


def test_verbose_shows_the_log(tmp_path):
    valid_properties_1(tmp_path / "in")
    outcome = flexscout("run", "in", "-v")
    assert "INFO flexscout.ingest: valid_properties_1.xlsx read" in outcome.err
    assert "per minute" in outcome.out


def test_subfolders_are_read_on_request(tmp_path):
    valid_properties_1(tmp_path / "in/2024")
    outcome = flexscout("run", "in", "--recursive")
    assert outcome.file("2024/valid_properties_1.xlsx")["status"] == "ok"


def test_several_sheets_are_selected_by_their_headers(tmp_path):
    sheets = {"Cover": [("Prepared for you",)], "North": [HEADER, candidate(1)], "South": [HEADER, candidate(2)]}
    write_sheets(tmp_path / "in/book.xlsx", sheets)
    outcome = flexscout("run", "in")
    assert {row["Source Sheet"] for row in outcome.rows()} == {"North", "South"}
    assert [entry["sheet"] for entry in outcome.file("book.xlsx")["sheets_left_out"]] == ["Cover"]


def test_the_headers_of_another_vendor_are_mapped(tmp_path):
    header = ("Property Address", "City", "State", "Zip", "Property Type", "RBA", "Land Area (AC)", "Year Built", "Vacancy Rate")
    write_workbook(tmp_path / "in/costar.xlsx", [header, ("1 Loom Rd", "Charlotte", "NC", 2360, "Flex", "34,000", 2, 2001, 0.15)])
    row = flexscout("run", "in").rows()[0]
    assert (row["Building SqFt"], row["Zip Code"], row["Occupancy"], row["Flex Score"]) == ("34000", "02360", "85", "10.0")


def test_unmapped_columns_are_kept_and_equal_names_are_combined(tmp_path):
    for name, header in (("a", "Broker Note"), ("b", "broker note")):
        row = (*candidate(ord(name)), f"note {name}")
        write_workbook(tmp_path / f"in/{name}.xlsx", [(*HEADER, header), row])
    rows = flexscout("run", "in").rows()
    assert {row["Broker Note"] for row in rows} == {"note a", "note b"}


def test_config_show_prints_the_settings_and_their_origins(tmp_path, monkeypatch):
    monkeypatch.setenv("FLEXSCOUT_BATCH_SIZE", "3")
    (tmp_path / "c.yaml").write_text("filtering: {min_flex_score: 6}\n")
    shown = flexscout("config", "show", "exports", "-c", "c.yaml")
    assert shown.code == 0
    assert 'folder: "exports"  # command line: input_folder' in shown.out
    assert "batch_size: 3  # environment: FLEXSCOUT_BATCH_SIZE" in shown.out
    assert "min_flex_score: 6.0  # c.yaml, line 1: filtering.min_flex_score" in shown.out
    assert "timeout_minutes: 30  # default" in shown.out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.yaml"]


def test_config_show_prints_json_too():
    shown = json.loads(flexscout("config", "show", "--workers", "2", "--format", "json").out)
    assert shown["max_workers"] == {"value": 2, "from": "command line: max_workers"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("-o", "taken/out.xlsx"), "taken is a file, not a folder"),
        (("-o", "folder.xlsx"), "folder.xlsx is a folder"),
        (("--report-file", "taken/deep/r.json"), "taken is a file, not a folder"),
    ],
)
def test_an_impossible_output_is_an_error_before_anything_is_read(tmp_path, options, words):
    valid_properties_1(tmp_path / "in")
    (tmp_path / "taken").write_text("mine")
    (tmp_path / "folder.xlsx").mkdir()
    outcome = flexscout("run", "in", *options)
    assert outcome.code == 2
    assert words in outcome.err
    assert "rows" not in outcome.err


@pytest.mark.parametrize("options", [("-o", "in/valid_properties_1.xlsx"), ("--report-file", "in/valid_properties_1.xlsx")])
def test_no_output_overwrites_an_export(tmp_path, options):
    before = valid_properties_1(tmp_path / "in").read_bytes()
    valid_properties_2(tmp_path / "in")
    outcome = flexscout("run", "in", *options)
    assert outcome.code == 2
    assert "valid_properties_1.xlsx is in the input folder" in outcome.err
    assert (tmp_path / "in/valid_properties_1.xlsx").read_bytes() == before


def test_a_result_in_the_input_folder_is_replaced_by_the_next_run(tmp_path):
    valid_properties_1(tmp_path / "in")
    assert [flexscout("run", "in", "-o", "in/result.xlsx").code for _ in range(2)] == [0, 0]
