"""The sheets of the workbook and the files of a run."""

import openpyxl
import polars as pl
import pytest

from flexscout.config.settings import PipelineConfiguration
from flexscout.outputs.files.sheets import choose_number_formats
from in_process import run_in_process
from workbooks import HEADER, candidate, corrupted_file, write_workbook


def run(folder, rows, *extra, **settings):
    """Run on rows below HEADER and `extra` columns; return the workbook."""
    write_workbook(folder / "in/a.xlsx", [(*HEADER, *extra), *rows])
    places = {"input_folder": str(folder / "in"), "output_file": str(folder / "all.xlsx")}
    run_in_process(PipelineConfiguration(**places, max_workers=1, **settings))
    return openpyxl.load_workbook(folder / "all.xlsx")


def rows_of(sheet):
    header, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A run over a candidate, its duplicate, an office, a row without a size, a bad year and a corrupted file."""
    folder = tmp_path_factory.mktemp("tables")
    corrupted_file(folder / "in")
    rows = [
        (*candidate(1, Year_Built="1980s"), "00123", "7"),
        (*candidate(1, Property_Type="Storage"), "=1+1", "8"),
        (*candidate(2, Property_Type="Office"), None, None),
        (*candidate(3, Building_SqFt=None), None, None),
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return run(folder, rows, "Broker Code", "Rank")


def test_the_sheets_are_in_order(book):
    expected = ["Summary", "Flex Properties", "Top Candidates", "To Verify", "Duplicates", "Possible Duplicates",
                "Why Not Selected", "Not Selected", "Issues", "Files", "Columns", "Settings"]  # fmt: skip
    assert book.sheetnames == expected


def test_the_summary_has_the_figures(book):
    figures = {row["Figure"]: row["Value"] for row in rows_of(book["Summary"])}
    expected = {
        "Flex-industrial candidates": 1,
        "Properties read": 4,
        "Files read": 1,
        "Files failed": 1,
        "Duplicates removed": 1,
    }
    assert figures | expected == figures


def test_the_summary_has_charts_of_scores_and_places(book):
    rows = rows_of(book["Summary"])
    assert [row["Candidates"] for row in rows if row["Score"] == "9 to 10"] == [1]
    assert {row["Place"]: row["Candidates There"] for row in rows}["NC"] == 1
    assert len(book["Summary"]._charts) == 2  # noqa: SLF001 - openpyxl says it nowhere else


def test_the_top_candidates_have_explanations_and_map_links(book):
    (row,) = rows_of(book["Top Candidates"])
    assert (row["Rank"], row["Address"]) == (1, "1 Test Street")
    assert row["Why"].startswith("9 of 10")
    sheet = book["Top Candidates"]
    (link,) = [cell.hyperlink.target for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    assert link.startswith("https://www.google.com/maps/search/?api=1&query=1+Test+Street+")
    assert sheet.page_setup.orientation == "landscape"


def test_rejection_reasons_are_counted(book):
    reasons = {row["Reason"]: row["Rows"] for row in rows_of(book["Why Not Selected"])}
    assert reasons["Building SqFt is missing"] == 1


def test_the_settings_sheet_has_what_the_result_depends_on(book):
    settings = {row["Setting"]: row["Value"] for row in rows_of(book["Settings"])}
    assert settings["setting min_flex_score"] == "4.0"
    assert len(next(value for name, value in settings.items() if name.startswith("input"))) == 64
    assert any(name.startswith("profile factors") for name in settings)
    assert not [name for name in settings if "folder" in name or "workers" in name]


def test_flex_properties_has_every_column_and_text_stays_text(book):
    (row,) = rows_of(book["Flex Properties"])
    assert (row["Address"], row["Flex Score"], row["Source Row"]) == ("1 Test Street", 9, 2)
    assert (row["Broker Code"], row["Rank"]) == ("00123", 7)


def test_rows_to_verify_and_rejected_rows_have_their_reasons(book):
    (gap,) = rows_of(book["To Verify"])
    assert (gap["Source Row"], gap["Reason"]) == (5, "Building SqFt is missing")
    others = [(row["Source Row"], row["Status"]) for row in rows_of(book["Not Selected"])]
    assert others == [(4, "not_eligible"), (5, "not_eligible")]


def test_the_merge_log_and_the_issues_have_their_own_sheets(book):
    (merge,) = rows_of(book["Duplicates"])
    (issue,) = rows_of(book["Issues"])
    assert (merge["Kept Row"], merge["Removed Row"], merge["Different APN"]) == (2, 3, "no")
    assert (issue["Source Row"], issue["Column"], issue["Value"], issue["Reason"]) == (2, "Year Built", "1980s", "not_a_year")


def test_the_files_sheet_has_row_counts_and_errors(book):
    good, bad = rows_of(book["Files"])
    assert (good["File"], good["Status"], good["Rows read"], good["Candidates"]) == ("a.xlsx", "ok", 4, 2)
    assert (bad["File"], bad["Status"], bad["Rows read"]) == ("corrupted_file.xlsx", "failed", 0)
    assert "is damaged" in bad["Remark"]


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("Building SqFt", "#,##0"), ("Lot Size Acres", "#,##0.00"), ("Sold Price", "$#,##0"), ("Sale Date", "yyyy-mm-dd"),
        ("Year Built", "0"), ("Latitude", "0.000000"), ("Flex Score", "0.0#"), ("Zoning Points", "0.0#"), ("Completeness", "0%"),
    ],
)  # fmt: skip
def test_columns_have_the_number_format_of_their_unit(name, form):
    assert choose_number_formats([name])[name] == form


@pytest.mark.parametrize("name", ["Address", "Zip Code", "APN", "Flex Classification"])
def test_texts_have_no_number_format(name):
    assert name not in choose_number_formats([name])


def test_the_csv_and_parquet_copies_hold_the_same_rows(tmp_path):
    book = run(tmp_path, [candidate(1), candidate(2)])
    addresses = [row["Address"] for row in rows_of(book["Flex Properties"])]
    assert pl.read_parquet(tmp_path / "all.parquet")["Address"].to_list() == addresses
    assert pl.read_csv(tmp_path / "all.csv")["Address"].to_list() == addresses


def test_the_csv_can_be_turned_off(tmp_path):
    run(tmp_path, [candidate(1)], enable_csv_export=False)
    assert not (tmp_path / "all.csv").exists()
    assert (tmp_path / "all.parquet").exists()


@pytest.mark.parametrize(("setting", "expected"), [("all", True), ("standard", False)])
def test_unmapped_columns_can_be_left_out(tmp_path, setting, expected):
    run(tmp_path, [(*candidate(1), "x")], "Broker Note", output_columns=setting)
    columns = pl.read_parquet(tmp_path / "all.parquet").columns
    assert ("Broker Note" in columns) == expected
    assert {"Address", "Flex Score", "Source File"} <= set(columns)


def test_a_run_without_candidates_writes_every_file(tmp_path):
    book = run(tmp_path, [candidate(1, Property_Type="Office")])
    assert rows_of(book["Flex Properties"]) == []
    assert pl.read_parquet(tmp_path / "all.parquet").is_empty()
