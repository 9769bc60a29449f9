"""`FileProcessor` returns candidates, counts and errors of one file."""

import gc
import shutil

import pandas as pd
import pytest

from flexscout.config.settings import PipelineConfiguration
from flexscout.notebook.processors import FileProcessor
from workbooks import (
    HEADER,
    candidate,
    corrupted_file,
    empty_file,
    invalid_format,
    valid_properties_1,
    write_sheets,
    write_workbook,
)


def process(path, **settings):
    return FileProcessor(PipelineConfiguration(**settings)).process_file(path)


def test_the_candidates_are_a_pandas_frame_with_scores_and_sources(tmp_path):
    found = process(valid_properties_1(tmp_path)).flex_properties
    assert isinstance(found, pd.DataFrame)
    assert list(found["Flex Score"]) == [9.0] * 5
    assert list(found["Source Row"]) == [2, 3, 4, 5, 6]
    assert set(found["Source File"]) == {"valid_properties_1.xlsx"}


def test_no_working_column_is_among_the_candidates(tmp_path):
    columns = process(valid_properties_1(tmp_path)).flex_properties.columns
    assert [name for name in columns if name.startswith("__")] == []


def test_the_result_counts_properties_and_candidates(tmp_path):
    result = process(valid_properties_1(tmp_path))
    assert (result.success, result.error_message) == (True, None)
    assert (result.property_count, result.flex_candidate_count) == (7, 5)
    assert result.processing_time > 0


def test_the_account_of_the_file_balances(tmp_path):
    rows = [HEADER, candidate(1), (), candidate(2, Property_Type="Office"), candidate(3, Lot_Size_Acres=60), ("TOTAL",)]
    account = process(write_workbook(tmp_path / "a.xlsx", rows)).account
    assert account.balances
    assert (account.rows_read, account.candidates, account.not_eligible, account.blank, account.not_data) == (5, 1, 2, 1, 1)


def test_the_result_describes_the_file(tmp_path):
    path = valid_properties_1(tmp_path)
    about = process(path).source_file_info
    assert (about["name"], about["size"], about["sheets"]) == (path.name, path.stat().st_size, ["Sheet1"])
    assert len(about["fingerprint"]) == 64
    assert about["mapping"]["Sheet1"]["Building SqFt"] == "Building SqFt"


def test_the_path_may_be_a_text(tmp_path):
    path = str(valid_properties_1(tmp_path))
    assert process(path).file_path == path


@pytest.mark.parametrize(("threshold", "count"), [(9, 5), (9.5, 0)])
def test_the_threshold_of_the_settings_counts(tmp_path, threshold, count):
    result = process(valid_properties_1(tmp_path), min_flex_score=threshold)
    assert result.flex_candidate_count == len(result.flex_properties) == count


@pytest.mark.parametrize(
    ("make", "category", "code"),
    [
        (empty_file, "data_format", "empty_workbook"),
        (invalid_format, "data_format", "missing_required_columns"),
        (corrupted_file, "data_format", "damaged"),
        (lambda folder: folder / "missing.xlsx", "file_access", "file_missing"),
        (lambda folder: folder, "file_access", "cannot_open"),
    ],
)
def test_an_error_is_in_the_result_and_none_is_raised(tmp_path, make, category, code):
    result = process(make(tmp_path))
    assert (result.success, result.flex_properties, result.property_count) == (False, None, 0)
    assert (result.record.error.category, result.record.error.code) == (category, code)
    assert result.error_message == str(result.record.error)


def test_candidates_of_several_sheets_are_combined(tmp_path):
    sheets = {"North": [HEADER, candidate(1)], "South": [HEADER, candidate(2)], "Notes": [("Ask Ann",)]}
    result = process(write_sheets(tmp_path / "a.xlsx", sheets))
    assert list(result.flex_properties["Source Sheet"]) == ["North", "South"]
    assert [sheet.name for sheet in result.record.skipped_sheets] == ["Notes"]


@pytest.mark.parametrize("kept", [("APN",), ("Address",), ("APN", "City", "State")])
def test_a_file_without_duplicate_fields_is_read(tmp_path, kept):
    """A property table needs an address or an APN, but no city or state."""
    header = ("Property Type", "Building SqFt", *kept)
    rows = [("Flex", 30_000, *(f"{number} {name}" for name in kept)) for number in (1, 2)]
    result = process(write_workbook(tmp_path / "a.xlsx", [header, *rows]))
    assert result.flex_candidate_count == 2


def test_a_file_without_duplicate_fields_may_have_no_candidates(tmp_path):
    rows = [("Property Type", "APN", "Building SqFt"), ("Office", "1", 30_000)]
    result = process(write_workbook(tmp_path / "a.xlsx", rows))
    assert (result.success, result.flex_candidate_count, result.account.not_eligible) == (True, 0, 1)


def test_the_candidates_can_be_asked_for_later(tmp_path):
    """Candidates are on disk as long as the result exists, even if the input is gone."""
    path = valid_properties_1(tmp_path)
    result = process(path)
    shutil.rmtree(tmp_path, ignore_errors=True)
    gc.collect()
    assert len(result.flex_properties) == 5


def test_temporary_files_are_removed_with_the_result(tmp_path):
    result = process(valid_properties_1(tmp_path))
    folder = result.candidates_table.parent
    assert folder.exists()
    del result
    gc.collect()
    assert not folder.exists()


def test_a_processor_can_be_used_again(tmp_path):
    processor = FileProcessor()
    path = valid_properties_1(tmp_path)
    assert [processor.process_file(path).flex_candidate_count for _ in range(2)] == [5, 5]
