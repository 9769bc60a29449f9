"""`FlexPropertyClassifier` finds the candidates that a run finds."""

import json

import openpyxl
import pandas as pd
import polars as pl
import pytest

from flexscout.errors import ConfigurationError, DataFormatError, OutputError
from flexscout.notebook.classifier import FlexPropertyClassifier
from flexscout.notebook.processors import FileProcessor
from flexscout.scoring.profile_files import load_profile
from flexscout.scoring.score import score_columns
from frames import LIBRARIES, column_of, frame_of, rows_of
from workbooks import HEADER, candidate, write_workbook

COSTAR = (
    "Property Name",
    "Property Type",
    "Property Address",
    "City",
    "State",
    "RBA",
    "Land Area (AC)",
    "Year Built",
    "Percent Leased",
)
MESSY = [
    COSTAR,
    ("--", "Flex", "1 Oak St", "Norcross", "Georgia", "34,000", 2, 1995, 0.8),
    ("B", "Warehouse", "2 Oak St", "Norcross", "GA", 55_000, "3.5 ac", "1985", 1),
    ("C", "Industrial", "3 Oak St", "Norcross", "GA", "n/a", 0.4999999999999, None, None),
    ("D", "Light Industrial", "4 Oak St", "Norcross", "GA", 20_000.0, 12.25, "c. 1975", 0.5),
    (),
    ("TOTAL", None, None, None, None, 109_000, None, None, None),
]


def rows(*given):
    return [dict(zip(HEADER, row, strict=True)) for row in given]


def classify(library, *given, **options):
    return FlexPropertyClassifier(frame_of(library, rows(*given)), **options)


@LIBRARIES
def test_candidates_are_eligible_reach_the_threshold_and_come_best_first(library):
    found = classify(library, candidate(1, Year_Built=1960), candidate(2, Property_Type="Office"), candidate(3), min_flex_score=8)
    frame = found.classify_flex_properties()
    assert isinstance(frame, library.DataFrame)
    assert column_of(frame, "Address") == ["3 Test Street", "1 Test Street"]
    assert column_of(frame, "Flex Score") == [9.0, 8.0]


@LIBRARIES
def test_the_columns_are_canonical_ones_then_scores_then_the_frames_own(library):
    frame = frame_of(library, [{"Broker": "x", "RBA": "34,000", "Type": "Flex", "Street": "1 Oak St", "acreage": 2}])
    found = FlexPropertyClassifier(frame).classify_flex_properties()
    canonical = ["Property Type", "Address", "Building SqFt", "Lot Size Acres"]
    assert list(found.columns) == [*canonical, *score_columns(load_profile("flex-industrial")), "Broker"]
    assert column_of(found, "Building SqFt") == [34_000.0]


@pytest.mark.parametrize("read", [pd.read_excel, pl.read_excel], ids=["pandas", "polars"])
def test_a_messy_frame_gives_the_result_of_a_run(read, tmp_path):
    path = write_workbook(tmp_path / "messy.xlsx", MESSY)
    expected = pl.from_pandas(FileProcessor().process_file(path).flex_properties)
    found = FlexPropertyClassifier(read(path)).classify_flex_properties()
    by_address = {row["Address"]: row for row in rows_of(found)}
    assert [by_address[row["Address"]] for row in expected.to_dicts()] == expected.drop("^Source.*$").to_dicts()


def test_a_header_below_titles_is_found(tmp_path):
    path = write_workbook(tmp_path / "titled.xlsx", [("171 properties found",), (), (*HEADER, "Note"), (*candidate(), "x")])
    found = FlexPropertyClassifier(pd.read_excel(path)).classify_flex_properties()
    assert found[["Address", "Flex Score", "Note"]].to_numpy().tolist() == [["1 Test Street", 9.0, "x"]]


def test_the_fuller_of_two_equal_headers_is_used(tmp_path):
    header = ("Type", "Address", "RBA", "RBA")
    path = write_workbook(
        tmp_path / "twice.xlsx", [header, ("Flex", "1 Oak St", None, 30_000), ("Flex", "2 Oak St", None, 40_000)]
    )
    assert list(FlexPropertyClassifier(pd.read_excel(path)).classify_flex_properties()["Building SqFt"]) == [40_000, 30_000]


def test_a_pandas_frame_keeps_row_labels_and_the_values_and_types_of_other_columns():
    frame = pd.DataFrame(rows(candidate(1), candidate(2, Property_Type="Office"), candidate(3)), index=["k", "l", "k"])
    frame["Mixed"] = pd.Series([[1], None, pd.Timestamp("2020-01-02")], dtype=object).to_numpy()
    frame["Kind"] = pd.Categorical(["p", "q", "p"])
    found = FlexPropertyClassifier(frame).classify_flex_properties()
    pd.testing.assert_frame_equal(found[["Mixed", "Kind"]], frame[["Mixed", "Kind"]].iloc[[0, 2]])


def test_cells_of_mixed_types_do_not_crash():
    frame = pd.DataFrame(rows(candidate(1), candidate(2), candidate(3), candidate(4)), dtype=object)
    frame["Zip Code"] = pd.Series([28202, "28203", pd.NA, pd.Timestamp("2020-01-02")], dtype=object)
    frame["Building SqFt"] = pd.Series(["30,000", 30_000.0, 30_000, None], dtype=object)
    found = FlexPropertyClassifier(frame).classify_flex_properties()
    assert [str(code) for code in found["Zip Code"]][:2] == ["28202", "28203"]
    assert list(found["Building SqFt"]) == [30_000.0] * 3


@LIBRARIES
def test_an_existing_score_column_is_kept(library):
    frame = frame_of(library, [row | {"Flex Score": 1.0, "Source File": "a.xlsx"} for row in rows(candidate())])
    found = FlexPropertyClassifier(frame).classify_flex_properties()
    assert [column_of(found, name) for name in ("Flex Score", "Flex Score (input)", "Source File")] == [[9.0], [1.0], ["a.xlsx"]]


@LIBRARIES
def test_the_frame_is_not_changed(library):
    frame = frame_of(library, rows(candidate()))
    FlexPropertyClassifier(frame).classify_flex_properties()
    assert rows_of(frame) == rows_of(frame_of(library, rows(candidate())))


@LIBRARIES
def test_changing_a_result_does_not_change_the_next(library):
    classifier = classify(library, candidate())
    answer = classifier.classify_flex_properties()
    answer.insert(0, "x", [1]) if library is pd else answer.insert_column(0, pl.Series("x", [1]))
    assert "x" not in classifier.classify_flex_properties().columns


@LIBRARIES
@pytest.mark.parametrize(("n", "left"), [(1, 1), (2, 2), (100, 3), (0, 0), (-1, 0)])
def test_the_top_candidates_are_the_first_of_them(library, n, left):
    classifier = classify(library, candidate(1), candidate(2, Year_Built=1960), candidate(3, Year_Built=1985))
    assert column_of(classifier.get_top_candidates(n), "Flex Score") == [9.0, 8.5, 8.0][:left]


@LIBRARIES
def test_the_figures_count_rows_before_and_after_each_criterion_with_reasons(library):
    given = [
        candidate(1),
        candidate(2, Property_Type="Office"),
        candidate(3, Building_SqFt=9_000),
        candidate(4, Building_SqFt=None),
    ]
    figures = classify(library, *given, candidate(5, Lot_Size_Acres=30)).get_analysis_statistics()
    assert [(step["before"], step["after"]) for step in figures["criteria"]] == [(5, 4), (4, 2), (2, 1), (1, 1)]
    assert figures["criteria"][1]["criterion"] == "Building SqFt from 20,000"
    assert figures["criteria"][1]["reasons"] == {"Building SqFt is missing": 1, "Building SqFt below 20,000": 1}
    assert figures["criteria"][2]["reasons"] == {"Lot Size Acres above 20": 1}


@LIBRARIES
def test_the_figures_tell_how_the_candidates_spread(library):
    figures = classify(library, candidate(1), candidate(2, Property_Type="Warehouse", Year_Built=None)).get_analysis_statistics()
    assert figures["candidates"] == 2
    assert figures["score"] == {
        "mean": 8.25, "median": 8.25, "min": 7.5, "max": 9.0, "distribution": {"8-10": 1, "6-8": 1, "4-6": 0},
    }  # fmt: skip
    assert figures["property_types"] == {"Flex": 1, "Warehouse": 1}
    assert figures["building_sqft"]["distribution"]["20,000-50,000"] == 2
    assert figures["geography"]["cities"] == {"Charlotte, NC": 2}


@LIBRARIES
def test_no_candidate_is_an_answer_with_reasons(library):
    classifier = classify(library, candidate(1, Property_Type="Office"), min_flex_score=9)
    figures = classifier.get_analysis_statistics()
    assert len(classifier.classify_flex_properties()) == figures["candidates"] == 0
    assert figures["score"]["mean"] is None
    assert list(figures["criteria"][0]["reasons"].values()) == [1]


@LIBRARIES
def test_a_criterion_without_a_column_is_said_to_be_unchecked(library):
    frame = frame_of(library, [{"Type": "Flex", "Address": "1 Oak St", "RBA": 30_000}])
    classifier = FlexPropertyClassifier(frame)
    assert [step["checked"] for step in classifier.get_analysis_statistics()["criteria"]] == [True, True, False, True]
    assert column_of(classifier.classify_flex_properties(), "Unverified") == ["Lot Size Acres"]


@LIBRARIES
@pytest.mark.parametrize("given", [[], [candidate()]])
def test_the_figures_are_plain_types_that_json_knows(library, given):
    frame = frame_of(library, rows(candidate()))[: len(given)]
    figures = FlexPropertyClassifier(frame).get_analysis_statistics()
    assert json.loads(json.dumps(figures)) == figures


@LIBRARIES
def test_missing_columns_are_reported_with_those_that_are_there(library):
    with pytest.raises(DataFormatError, match=r"no column for Address or APN and none .*Headers found: Name, Phone\.") as caught:
        FlexPropertyClassifier(frame_of(library, [{"Name": "Ann", "Phone": "555"}]))
    assert caught.value.code == "missing_required_columns"


@LIBRARIES
def test_a_frame_without_columns_is_not_a_property_table(library):
    with pytest.raises(DataFormatError, match="nothing that looks like a header"):
        FlexPropertyClassifier(library.DataFrame())


@pytest.mark.parametrize("options", [{"min_flex_score": 11}, {"profile": "no such"}])
def test_a_setting_that_will_not_do_is_a_configuration_error(options):
    with pytest.raises(ConfigurationError, match=next(iter(options))):
        FlexPropertyClassifier(pl.DataFrame({"Address": [], "RBA": []}), **options)


@LIBRARIES
def test_the_workbook_holds_the_columns_of_the_list_in_its_order(library, tmp_path):
    frame = frame_of(library, [row | {"Owner Name": "=Ann", "Broker": "x"} for row in rows(candidate())])
    path = FlexPropertyClassifier(frame).export_results(tmp_path / "new/best.xlsx")
    header, first = openpyxl.load_workbook(path)["Flex Properties"].iter_rows(values_only=True)
    order = [
        "Property Type",
        "Address",
        "City",
        "State",
        "Building SqFt",
        "Lot Size Acres",
        "Year Built",
        "Owner Name",
        "Occupancy",
    ]
    assert header == (*order, "flex_score")
    assert first == ("Flex", "1 Test Street", "Charlotte", "NC", 30_000, 2, 1995, "=Ann", None, 9)


@LIBRARIES
@pytest.mark.parametrize(("suffix", "read"), [(".csv", pl.read_csv), (".parquet", pl.read_parquet), (".CSV", pl.read_csv)])
def test_the_suffix_decides_the_format(library, suffix, read, tmp_path):
    path = classify(library, candidate(1), candidate(2, Year_Built=1960)).export_results(str(tmp_path / f"best{suffix}"))
    assert path == tmp_path / f"best{suffix}"
    assert read(path)["flex_score"].to_list() == [9, 8]


def test_a_formula_is_not_a_formula_in_the_csv(tmp_path):
    frame = pl.DataFrame([row | {"Owner Name": "=1+1"} for row in rows(candidate())])
    assert "'=1+1" in FlexPropertyClassifier(frame).export_results(tmp_path / "best.csv").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".parquet"])
def test_no_candidates_can_be_written_too(suffix, tmp_path):
    assert classify(pl, candidate(Property_Type="Office")).export_results(tmp_path / f"none{suffix}").is_file()


def test_another_suffix_is_an_output_error(tmp_path):
    with pytest.raises(OutputError, match=r"best.txt: its suffix is not a supported format.*Use .xlsx, .csv or .parquet"):
        classify(pl, candidate()).export_results(tmp_path / "best.txt")


def test_a_frame_whose_names_could_be_of_any_table_is_refused():
    frame = pl.DataFrame({"Type": ["Payment"], "Location": ["12 Loom Rd"]})
    with pytest.raises(DataFormatError, match=r"The frame: its headers \(Type, Location\) could be of any table"):
        FlexPropertyClassifier(frame).classify_flex_properties()
