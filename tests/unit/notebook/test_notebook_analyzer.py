"""`PropertyDataAnalyzer` on frames and workbooks."""

import json

import openpyxl
import pandas as pd
import polars as pl
import pytest

from flexscout.cli.sample_exports import write_samples
from flexscout.errors import DataFormatError, FileAccessError, OutputError
from flexscout.notebook.analyzer import PropertyDataAnalyzer
from frames import LIBRARIES, column_of, frame_of, rows_of
from workbooks import HEADER, candidate, corrupted_file, write_sheets, write_workbook

GIVEN = [
    candidate(1),
    candidate(2, Property_Type="Warehouse"),
    candidate(3, Property_Type="Office"),
    candidate(4, Property_Type=None, Building_SqFt="??? sf", Occupancy=95.0),
]


@pytest.fixture(params=["pandas", "polars", "workbook"])
def analyzer(request, tmp_path):
    """Return GIVEN as a pandas frame, a Polars frame and a workbook."""
    path = write_workbook(tmp_path / "export.xlsx", [HEADER, *GIVEN])
    sources = {"pandas": lambda: pd.read_excel(path), "polars": lambda: pl.read_excel(path), "workbook": lambda: path}
    return PropertyDataAnalyzer(sources[request.param]())


def test_property_types_are_counted_with_their_shares_and_industrial_ones_marked(analyzer):
    each, other = {"count": 1, "share": 0.25, "industrial": True}, {"count": 1, "share": 0.25, "industrial": False}
    assert analyzer.analyze_property_types() == {"Flex": each, "Office": other, "Warehouse": each}


def test_completeness_is_the_share_of_properties_with_a_value(analyzer):
    shares = analyzer.check_data_completeness()
    assert list(shares) == list(HEADER)
    assert [shares[name] for name in ("Property Type", "Building SqFt", "Occupancy", "City")] == [0.75, 0.75, 0.25, 1.0]


def test_the_sample_holds_the_first_properties_of_an_industrial_type(analyzer):
    assert column_of(analyzer.get_industrial_sample(), "Address") == ["1 Test Street", "2 Test Street"]
    assert column_of(analyzer.get_industrial_sample(1), "Building SqFt") == [30_000.0]


def test_the_report_lists_present_and_missing_columns(analyzer):
    report = analyzer.generate_summary_report()
    assert report["rows"] == {"read": 4, "blank": 0, "not_data": 0, "properties": 4}
    assert report["columns"] == len(HEADER)
    assert report["mapped"] == {name: name for name in HEADER}
    assert "APN" in report["missing"]
    assert report["types"]["Year Built"] == "year"
    assert report["ranges"]["Lot Size Acres"] == {"mean": 2.0, "median": 2.0, "min": 2.0, "max": 2.0}
    assert report["issues"] == {"not_a_number": 1}


def field_of(report, header):
    return next(field for field in report["fields"] if field["header"] == header)


def test_the_report_has_every_column_in_the_order_of_the_file(tmp_path):
    rows = [("Broker", *HEADER, "Lender"), ("Ann", *candidate(1), None), ("N/A", *candidate(2), None)]
    report = PropertyDataAnalyzer(write_workbook(tmp_path / "a.xlsx", rows)).generate_summary_report()
    assert [field["header"] for field in report["fields"]] == ["Broker", *HEADER, "Lender"]
    assert field_of(report, "Broker") == {
        "header": "Broker", "column": "", "type": "text", "unit": "", "filled": 1, "share": 0.5,
    }  # fmt: skip
    assert field_of(report, "Building SqFt") == {
        "header": "Building SqFt", "column": "Building SqFt", "type": "number", "unit": "square feet", "filled": 2, "share": 1.0,
    }  # fmt: skip
    assert field_of(report, "Lender")["filled"] == 0


@LIBRARIES
@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1,200", "$3.50"], "number"),
        (["12 %", "7%"], "text"),
        (["007", "12"], "text"),
        (["2024-01-31", "1/5/2023"], "date"),
        (["--", None], ""),
    ],
)
def test_what_is_kept_as_is_has_a_type_by_its_values(library, values, kind):
    rows = [dict(zip(HEADER, candidate(number), strict=True)) | {"Broker": value} for number, value in enumerate(values)]
    assert field_of(PropertyDataAnalyzer(frame_of(library, rows)).generate_summary_report(), "Broker")["type"] == kind


def test_a_column_that_is_calculated_has_no_header():
    rows = [{"Property Type": "Flex", "Address": "1 Oak", "Lot Size SqFt": 87_120}]
    last = PropertyDataAnalyzer(pl.DataFrame(rows)).generate_summary_report()["fields"][-1]
    assert (last["header"], last["column"], last["filled"]) == ("", "Lot Size Acres", 1)


def test_a_column_in_several_sheets_is_described_once(tmp_path):
    sheets = {"A": [HEADER, candidate(1)], "B": [(*HEADER, "Note"), (*candidate(2), "x"), (*candidate(3), None)]}
    report = PropertyDataAnalyzer(write_sheets(tmp_path / "two.xlsx", sheets)).generate_summary_report()
    assert report["sheets"] == 2
    assert field_of(report, "Address")["filled"] == 3
    assert field_of(report, "Note")["share"] == 0.3333


def test_key_fields_identify_or_score_a_property(analyzer):
    assert analyzer.generate_summary_report()["key_fields"] == {
        "Address": 1.0, "City": 1.0, "State": 1.0, "APN": None, "Building SqFt": 0.75, "Property Type": 0.75,
        "Lot Size Acres": 1.0, "Year Built": 1.0, "Occupancy": 0.25,
    }  # fmt: skip


def test_the_report_counts_suspicious_values_by_reason(tmp_path):
    rows = [HEADER, candidate(1, Year_Built=2099), candidate(2, Year_Built=2099), candidate(3, Lot_Size_Acres=0.1)]
    report = PropertyDataAnalyzer(write_workbook(tmp_path / "a.xlsx", rows)).generate_summary_report()
    assert report["suspicious"] == {"year_in_the_future": 2, "lot_smaller_than_building": 1}


def test_the_report_is_of_plain_types_that_json_knows(analyzer):
    assert json.loads(json.dumps(analyzer.generate_summary_report())) == analyzer.generate_summary_report()


@pytest.mark.parametrize("number", range(4))
def test_a_frame_and_its_workbook_have_the_same_report(number, tmp_path):
    path = write_samples(tmp_path)[number]
    reports = [PropertyDataAnalyzer(source).generate_summary_report() for source in (path, pd.read_excel(path, sheet_name=-1))]
    assert reports[0] == reports[1]


@LIBRARIES
def test_a_sample_is_of_the_kind_that_was_handed_in(library):
    frame = frame_of(library, [dict(zip(HEADER, candidate(), strict=True)) | {"Broker": "x"}])
    sample = PropertyDataAnalyzer(frame).get_industrial_sample()
    assert isinstance(sample, library.DataFrame)
    assert rows_of(sample)[0]["Broker"] == "x"


def test_the_sample_of_a_workbook_is_pandas_with_sources(tmp_path):
    path = write_sheets(tmp_path / "two.xlsx", {"A": [HEADER, candidate(1)], "B": [(*HEADER, "Note"), (*candidate(2), "x")]})
    sample = PropertyDataAnalyzer(str(path)).get_industrial_sample()
    assert isinstance(sample, pd.DataFrame)
    assert sample[["Source Sheet", "Source Row"]].to_numpy().tolist() == [["A", 2], ["B", 2]]


@LIBRARIES
def test_totals_and_blank_rows_are_not_properties(library):
    rows = [
        dict(zip(("Type", "Address", "RBA"), row, strict=True)) for row in (("Flex", "1 Oak", 1), (None,) * 3, ("TOTAL", None, 1))
    ]
    assert PropertyDataAnalyzer(frame_of(library, rows)).generate_summary_report()["rows"] == {
        "read": 3, "blank": 1, "not_data": 1, "properties": 1,
    }  # fmt: skip


@LIBRARIES
def test_a_frame_that_a_run_would_not_take_can_be_looked_into_all_the_same(library):
    analyzer = PropertyDataAnalyzer(frame_of(library, [{"City": "x", "Phone": "1"}]))
    assert analyzer.generate_summary_report()["property_types"] == {}
    with pytest.raises(DataFormatError, match=r"no column for Property Type\. Headers found: City, Phone\."):
        analyzer.analyze_property_types()


@LIBRARIES
def test_a_frame_without_rows_has_a_report(library):
    report = PropertyDataAnalyzer(frame_of(library, [{"Address": "x", "Type": "x"}])[:0]).generate_summary_report()
    assert report["rows"]["properties"] == 0
    assert report["completeness"] == {}


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".xlsx"])
def test_the_summary_is_a_row_per_column(analyzer, suffix, tmp_path):
    path = analyzer.export_results(tmp_path / f"summary{suffix}")
    read = {".csv": pl.read_csv, ".parquet": pl.read_parquet, ".xlsx": pl.read_excel}[suffix]
    assert read(path)["Column"].to_list() == list(HEADER)


def test_the_workbook_has_sheets_of_types_suspicious_values_and_counts(analyzer, tmp_path):
    book = openpyxl.load_workbook(analyzer.export_results(tmp_path / "summary.xlsx"))
    assert book.sheetnames == ["Columns", "Property Types", "Suspicious Values", "Counts"]


def test_the_workbook_has_each_suspicious_value_with_its_row(tmp_path):
    path = write_workbook(tmp_path / "a.xlsx", [HEADER, candidate(1), candidate(2, Year_Built=2099)])
    written = PropertyDataAnalyzer(path).export_results(tmp_path / "summary.xlsx")
    (row,) = pl.read_excel(written, sheet_name="Suspicious Values").to_dicts()
    assert (row["Source Row"], row["Column"], row["Value"]) == (3, "Year Built", 2099)


def test_the_json_is_the_report(analyzer, tmp_path):
    path = analyzer.export_results(str(tmp_path / "summary.json"))
    assert json.loads(path.read_text(encoding="utf-8")) == analyzer.generate_summary_report()


def test_another_suffix_is_an_output_error(analyzer, tmp_path):
    with pytest.raises(OutputError, match=r"not a supported format.* Use \.xlsx, \.csv, \.parquet or \.json"):
        analyzer.export_results(tmp_path / "summary.pdf")


def test_a_workbook_that_can_not_be_read_is_the_error_of_a_run(tmp_path):
    with pytest.raises(FileAccessError):
        PropertyDataAnalyzer(tmp_path / "none.xlsx")
    with pytest.raises(DataFormatError, match="damaged"):
        PropertyDataAnalyzer(corrupted_file(tmp_path))


def test_anything_else_is_a_type_error():
    with pytest.raises(TypeError, match="A DataFrame of pandas or Polars is needed"):
        PropertyDataAnalyzer(5)
