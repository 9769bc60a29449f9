"""What keeps whole files off the list, found from real files."""

import polars as pl
import pytest

from flexscout.config.settings import PipelineConfiguration
from flexscout.findings import Finding, FindingCode
from flexscout.ingest.batch import FileIngestor
from flexscout.ingest.scan import scan_folder
from flexscout.runtime.cache import TableCache
from flexscout.runtime.executors import SerialExecutor
from flexscout.runtime.progress import NoProgress
from flexscout.scoring.classify import score_files
from flexscout.scoring.criteria import Criteria
from flexscout.scoring.diagnosis import diagnose_files
from workbooks import HEADER, candidate, write_sheets, write_workbook

TEN = range(1, 11)


def diagnose(folder, **settings):
    """Return the findings of the only file in a folder."""
    config = PipelineConfiguration(**settings)
    criteria = Criteria.from_config(config)
    batches = FileIngestor(config, executor=SerialExecutor()).ingest(scan_folder(folder).sources, TableCache(folder / "cache"))
    files = score_files(batches, criteria, config.duplicate_fields, NoProgress())
    ((_, findings),) = diagnose_files(files.results, files.rejected, criteria).items()
    return findings


def write(folder, rows, header=HEADER):
    write_workbook(folder / "a.xlsx", [header, *rows])


def test_a_file_with_candidates_and_all_columns_has_no_finding(tmp_path):
    write(tmp_path, [candidate(1)])
    assert diagnose(tmp_path) == ()


def test_type_and_sizes_that_no_column_has_are_found_missing(tmp_path):
    write(tmp_path, [("Flex", "1 Test Street", 1995)], ("Property Type", "Address", "Year Built"))
    assert diagnose(tmp_path) == (Finding(FindingCode.COLUMNS_NOT_FOUND, columns=("Building SqFt", "Lot Size Acres")),)


def test_a_lot_in_square_feet_is_a_lot_size(tmp_path):
    write(tmp_path, [("Flex", "1 Test Street", 30_000, 87_120)], ("Property Type", "Address", "Building SqFt", "Lot Size SqFt"))
    assert diagnose(tmp_path) == ()


def test_a_sheet_that_lacks_a_column_of_another_is_named(tmp_path):
    lacking = [name for name in HEADER if name != "Lot Size Acres"]
    write_sheets(tmp_path / "a.xlsx", {"One": [HEADER, candidate(1)], "Two": [lacking, [*candidate(2)[:5], *candidate(2)[6:]]]})
    assert diagnose(tmp_path) == (Finding(FindingCode.COLUMNS_NOT_FOUND, columns=("Lot Size Acres",), sheet="Two"),)


def test_columns_that_the_profile_does_not_use_are_not_missed(tmp_path):
    write(tmp_path, [("12-1", "1 Test Street", 30_000, 2.0)], ("APN", "Address", "Building SqFt", "Lot Size Acres"))
    assert diagnose(tmp_path, profile="parcel") == ()


@pytest.mark.parametrize("header", ["use_code", "Bldg Class"])
def test_codes_of_an_unknown_issuer_explain_a_file(tmp_path, header):
    rows = [(f"{number} Test Street", 4_000, 0.2, (301, 201)[number > 6]) for number in TEN]
    write(tmp_path, rows, ("Address", "Building SqFt", "Lot Size Acres", header))
    first = diagnose(tmp_path)[0]
    assert first == Finding(FindingCode.CODES_UNKNOWN, 10, ("Property Type",), header, ("301", "201"))


@pytest.mark.parametrize(
    ("cells", "code", "column", "examples"),
    [
        ({"Property_Type": "Office"}, FindingCode.TYPES_REJECTED, "Property Type", ("Office",)),
        ({"Property_Type": None}, FindingCode.VALUES_MISSING, "Property Type", ()),
        ({"Building_SqFt": None}, FindingCode.VALUES_MISSING, "Building SqFt", ()),
        ({"Building_SqFt": 900}, FindingCode.VALUES_REJECTED, "Building SqFt", ("from 20,000",)),
        ({"Lot_Size_Acres": 0.1}, FindingCode.VALUES_REJECTED, "Lot Size Acres", ("from 0.5 to 20",)),
    ],
)
def test_one_criterion_that_rejects_all_rows_explains_a_file(tmp_path, cells, code, column, examples):
    write(tmp_path, [candidate(number, **cells) for number in TEN])
    assert diagnose(tmp_path) == (Finding(code, 10, (column,), column, examples),)


def test_the_type_explains_a_file_before_sizes(tmp_path):
    write(tmp_path, [candidate(number, Property_Type="Office", Building_SqFt=900) for number in TEN])
    assert [finding.code for finding in diagnose(tmp_path)] == [FindingCode.TYPES_REJECTED]


def test_a_building_size_that_equals_the_lot_explains_a_file(tmp_path):
    acres = [0.1 + number / 50 for number in TEN]
    rows = [("Flex", f"{number} Test Street", each * 43_560, each) for number, each in zip(TEN, acres, strict=True)]
    write(tmp_path, rows, ("Property Type", "Address", "total_square_footage", "Acres"))
    first = diagnose(tmp_path)[0]
    assert (first.code, first.header) == (FindingCode.SIZE_IS_LOT, "total_square_footage")


def test_low_scores_explain_a_file(tmp_path):
    write(tmp_path, [candidate(number) for number in TEN])
    assert diagnose(tmp_path, min_flex_score=9.5) == (Finding(FindingCode.SCORES_TOO_LOW, 10, examples=("9.5",)),)


def test_the_filter_explains_a_file(tmp_path):
    write(tmp_path, [candidate(number) for number in TEN])
    assert diagnose(tmp_path, where_rows="State = 'TX'") == (Finding(FindingCode.FILTERED_OUT, 10),)


def test_several_criteria_are_counted(tmp_path):
    small = [candidate(number, Building_SqFt=900) for number in TEN][:6]
    write(tmp_path, [*small, *(candidate(number, Property_Type="Office") for number in TEN[6:])])
    (finding,) = diagnose(tmp_path)
    assert finding == Finding(FindingCode.SEVERAL_CRITERIA, 10, examples=("Property Type 4", "Building SqFt 6"))


def test_excluded_buildings_are_counted(tmp_path):
    rows = [(*candidate(number), "Proposed") for number in TEN]
    write(tmp_path, rows, (*HEADER, "Building Status"))
    assert diagnose(tmp_path)[0].examples == ("Building Status 10",)


def test_a_few_rows_need_no_diagnosis(tmp_path):
    write(tmp_path, [candidate(number, Property_Type="Office") for number in TEN[:-1]])
    assert diagnose(tmp_path) == ()


@pytest.mark.parametrize(("count", "codes"), [(2, []), (3, [FindingCode.CODES_UNKNOWN])])
def test_three_rows_with_codes_of_an_unknown_issuer_are_diagnosed(tmp_path, count, codes):
    rows = [(f"{number} Test Street", 4_000, 0.2, 301) for number in TEN[:count]]
    write(tmp_path, rows, ("Address", "Building SqFt", "Lot Size Acres", "use_code"))
    assert [finding.code for finding in diagnose(tmp_path) if finding.rows] == codes


def test_three_rows_without_a_type_are_diagnosed(tmp_path):
    write(tmp_path, [candidate(number, Property_Type=None) for number in TEN[:3]])
    assert [finding.code for finding in diagnose(tmp_path)] == [FindingCode.VALUES_MISSING]


def test_without_any_row_nothing_is_diagnosed():
    assert diagnose_files((), pl.DataFrame(), Criteria.from_config(PipelineConfiguration())) == {}
