"""The sheets of the workbook and the files of a run."""

import re
import zipfile

import openpyxl
import polars as pl
import pytest

from flexscout.config.settings import PipelineConfiguration
from flexscout.outputs.files.sheets import choose_number_formats
from images import png
from in_process import run_in_process
from result_sheets import headers_of, rows_of, texts_of
from workbooks import HEADER, candidate, corrupted_file, write_workbook


def run(folder, rows, *extra, **settings):
    """Run on rows below HEADER and `extra` columns; return the workbook."""
    write_workbook(folder / "in/a.xlsx", [(*HEADER, *extra), *rows])
    places = {"input_folder": str(folder / "in"), "output_file": str(folder / "all.xlsx")}
    run_in_process(PipelineConfiguration(**places, max_workers=1, **settings))
    return openpyxl.load_workbook(folder / "all.xlsx")


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
    expected = ["Summary", "Top Candidates", "Flex Properties", "All Columns", "To Verify", "Possible Duplicates", "Duplicates",
                "Why Not Selected", "Not Selected", "Issues", "Files", "Columns", "Settings"]  # fmt: skip
    assert book.sheetnames == expected


def test_every_sheet_but_the_cover_has_its_name_and_a_sentence_above_its_table(book):
    for sheet in book.worksheets[1:]:
        assert sheet["A1"].value == sheet.title
        assert sheet["A2"].value.endswith(".")
        assert sheet.freeze_panes.endswith("4")
        assert sheet.print_title_rows == "$3:$3"


def test_the_cover_has_the_title_the_figures_and_the_best(book):
    texts = texts_of(book["Summary"])
    assert texts[0] == "Flex-industrial properties"
    assert texts[1].startswith("1 property on the list, from 1 export. Data of ")
    assert "1. 1 Test Street, Charlotte, NC\nFlex" in texts
    assert "There is no earlier list to compare with." in texts


def test_the_figures_of_the_cover_are_numbers(book):
    rows = [[cell for cell in row if cell is not None] for row in book["Summary"].iter_rows(values_only=True)]
    labels = next(i for i, row in enumerate(rows) if "On the list" in row)
    figures = dict(zip(rows[labels], rows[labels - 1], strict=True))
    expected = {"On the list": 1, "Average score": 9, "Properties read": 4, "Duplicates merged": 1}
    assert figures | expected == figures


def test_the_cover_names_what_was_not_in_the_data(book):
    texts = texts_of(book["Summary"])
    assert "Asking Price" in texts[texts.index("In no export") + 1]
    assert texts[texts.index("Not read") + 1] == "1 export could not be read; see the sheet Files"


def test_the_cover_has_charts_without_empty_categories(book):
    sheet = book["Summary"]
    charts = {_title(chart): chart for chart in sheet._charts}  # noqa: SLF001 - openpyxl says it nowhere else
    assert charts.keys() == {"Candidates by score", "Candidates by place"}
    for chart, expected in (
        (charts["Candidates by score"], [("9 to 10", 1)]),
        (charts["Candidates by place"], [("Charlotte, NC", 1)]),
    ):
        series = chart.series[0]
        cells = [
            [cell.value for row in sheet[ref.partition("!")[2].replace("$", "")] for cell in row]
            for ref in (series.cat.strRef.f, series.val.numRef.f)
        ]
        assert list(zip(*cells, strict=True)) == expected
        assert [point.v for point in series.cat.strRef.strCache.pt] == [name for name, _ in expected]


def test_the_chart_of_places_counts_all_candidates(tmp_path):
    rows = [(*candidate(number, City=None if number < 3 else "Charlotte"), "Mecklenburg") for number in range(1, 4)]
    rows.append((*candidate(4, City=None), None))
    texts = texts_of(run(tmp_path, rows, "County")["Summary"])
    at = texts.index("Candidates by place")
    assert "Mecklenburg, NC" in texts[at:]
    assert "without county" in texts[at:]


def _title(chart):
    return "".join(run.t for paragraph in chart.title.tx.rich.p for run in paragraph.r or ())


def test_the_cover_has_the_firms_name_and_logo(tmp_path):
    (tmp_path / "logo.png").write_bytes(png())
    book = run(tmp_path, [candidate(1)], branding="Elm & Capital", branding_logo=str(tmp_path / "logo.png"))
    assert texts_of(book["Summary"])[1].endswith(" Elm & Capital.")
    assert {sheet.oddFooter.left.text for sheet in book} == {"Elm && Capital"}
    with zipfile.ZipFile(tmp_path / "all.xlsx") as package:
        assert package.read("xl/media/image1.png") == png()


def test_the_cover_has_the_name_of_a_firm_without_a_logo(tmp_path):
    assert texts_of(run(tmp_path, [candidate(1)], branding="Elm")["Summary"])[1] == "Elm"


def test_the_cover_lists_the_sheets(book):
    texts = texts_of(book["Summary"])
    contents = texts[texts.index("In this workbook, with the number of rows") + 1 : -1]
    assert contents[::3] == book.sheetnames[1:]
    assert contents[1::3] == [len(rows_of(sheet)) for sheet in book.worksheets[1:]]


def test_the_top_candidates_have_reasons_and_map_links(book):
    (row,) = rows_of(book["Top Candidates"])
    assert (row["Rank"], row["Address"]) == (1, "1 Test Street")
    assert len(row["Why"].split("\n")) == 3
    assert "• 30,000 sq ft is the ideal size" in row["Why"].split("\n")
    assert row["What Is Missing"] == "Occupancy"
    sheet = book["Top Candidates"]
    (link,) = [cell.hyperlink.target for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    assert link.startswith("https://www.google.com/maps/search/?api=1&query=1+Test+Street+")
    assert sheet.page_setup.orientation == "landscape"


def test_rejection_reasons_are_counted(book):
    reasons = {row["Reason"]: row["Rows"] for row in rows_of(book["Why Not Selected"])}
    assert reasons["Building SqFt is missing"] == 1


def test_the_settings_sheet_says_in_words_what_the_result_depends_on(book):
    rows = [(row["Topic"], row["Setting"], row["Value"]) for row in rows_of(book["Settings"])]
    assert ("Score", "Building Size", "20,000 to under 50,000 sq ft is the ideal size: 3 points") in rows
    assert ("Score", "Age", "built in 1990 or later, modern: 1 point") in rows
    assert ("Score", "Property Type", "Property Type has warehouse, distribution: 2.5 points") in rows
    assert ("To be on the list", "Lot Size Acres", "0.5 to 20") in rows
    assert ("Class", "Prime Flex", "8 points or more") in rows
    assert ("Settings", "Minimum score", "4") in rows
    assert ("Settings", "Duplicates are merged", "yes") in rows
    assert not [name for _, name, _ in rows if "workers" in name.lower()]
    assert not [value for _, _, value in rows if re.search("[0-9a-f]{64}", value)]


def test_the_list_begins_with_rank_notes_score_and_address(book):
    header = headers_of(book["Flex Properties"])
    assert header[:8] == ["Rank", "My Status", "My Notes", "Flex Score", "Flex Classification", "Address", "City", "State"]
    assert header[-2:] == ["Map", "Property ID"]
    assert len(header) <= 30
    assert book["Flex Properties"].freeze_panes == "G4"
    (row,) = rows_of(book["Flex Properties"])
    assert (row["Rank"], row["Flex Classification"], row["Address"], row["Flex Score"]) == (1, "Prime Flex", "1 Test Street", 9)


def test_the_other_columns_are_on_a_sheet_of_their_own(book):
    (listed,), (more,) = rows_of(book["Flex Properties"]), rows_of(book["All Columns"])
    assert more["Property ID"] == listed["Property ID"]
    assert (more["Broker Code"], more["Rank"], more["Source Row"]) == ("00123", 7, 2)
    assert listed.keys() & more.keys() == {"Property ID", "Address", "Rank"}


def test_the_list_is_an_excel_table_with_bars_and_colors(book):
    sheet = book["Flex Properties"]
    (table,) = sheet.tables.values()
    assert table.ref == table.autoFilter.ref == f"A3:{sheet.dimensions.partition(':')[2]}"
    assert [column.name for column in table.tableColumns] == headers_of(sheet)
    assert sheet.auto_filter.ref is None
    kinds = {rule.type for area in sheet.conditional_formatting for rule in area.rules}
    assert kinds == {"dataBar", "beginsWith"}


def test_rows_to_verify_and_rejected_rows_have_their_reasons(book):
    (gap,) = rows_of(book["To Verify"])
    assert (gap["Source Row"], gap["Reason"]) == (5, "Building SqFt is missing")
    others = [(row["Source Row"], row["Status"]) for row in rows_of(book["Not Selected"])]
    assert others == [(4, "Not eligible"), (5, "Not eligible")]


def test_the_merge_log_and_the_issues_have_their_own_sheets(book):
    (merge,) = rows_of(book["Duplicates"])
    (issue,) = rows_of(book["Issues"])
    assert (merge["Kept Row"], merge["Removed Row"], merge["Different APN"]) == (2, 3, "no")
    assert (issue["Row"], issue["Column"], issue["Value"]) == (2, "Year Built", "1980s")
    assert issue["What It Means"].endswith(".")


def test_the_files_sheet_has_row_counts_and_errors(book):
    good, bad = rows_of(book["Files"])
    assert (good["File"], good["Status"], good["Rows"], good["Candidates"]) == ("a.xlsx", "Read", 4, 2)
    assert (bad["File"], bad["Status"], bad["Rows"]) == ("corrupted_file.xlsx", "Failed", 0)
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
