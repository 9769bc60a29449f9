"""The values that flow between the stages."""

import dataclasses
from pathlib import Path

import polars as pl
import pytest

from flexscout.domain.column_names import OUTPUT_COLUMNS
from flexscout.models import AggregateStatistics, FileAccount, FileRecord, HeaderMap, MappedColumn, ProcessingResult, SourceFile

RECORD = FileRecord(SourceFile(Path("a.xlsx"), "a.xlsx", 100, 0.0, "f" * 64))
RESULT = ProcessingResult("a.xlsx", True, 3, 2, 0.1, None, {}, RECORD)  # noqa: FBT003 - the documented order
PARTS = ("candidates", "below_score", "not_eligible", "blank", "not_data")


def test_an_account_without_rows_balances():
    assert FileAccount().balances


def test_an_account_balances_if_the_parts_add_up():
    assert FileAccount(rows_read=15, candidates=1, below_score=2, not_eligible=3, blank=4, not_data=5).balances


@pytest.mark.parametrize("part", PARTS)
def test_an_account_does_not_balance_without_one_of_its_parts(part):
    assert FileAccount(rows_read=1, **{part: 1}).balances
    assert not FileAccount(**{part: 1}).balances


def test_removed_duplicates_are_counted_as_candidates():
    assert FileAccount(rows_read=3, candidates=3, duplicates_removed=2).balances


def test_a_result_has_the_documented_fields():
    names = [entry.name for entry in dataclasses.fields(ProcessingResult)]
    assert names[:7] == [
        "file_path", "success", "property_count", "flex_candidate_count", "processing_time", "error_message", "source_file_info",
    ]  # fmt: skip


def test_statistics_have_the_documented_fields():
    assert [entry.name for entry in dataclasses.fields(AggregateStatistics)] == [
        "total_files_processed", "successful_files", "failed_files", "total_properties", "unique_flex_properties",
        "average_flex_score", "score_distribution", "geographic_coverage", "processing_duration",
    ]  # fmt: skip


def test_a_failed_file_has_no_candidates_frame():
    assert RESULT.flex_properties is None


def test_candidates_are_loaded_once(tmp_path):
    path = tmp_path / "candidates.parquet"
    pl.DataFrame({"Address": ["1 Main St"]}).write_parquet(path)
    result = dataclasses.replace(RESULT, candidates_table=path)
    first = result.flex_properties
    path.unlink()
    assert result.flex_properties is first
    assert first["Address"].tolist() == ["1 Main St"]


@pytest.mark.parametrize("value", [RESULT, RECORD, RECORD.source, FileAccount()])
def test_values_are_frozen(value):
    name = dataclasses.fields(value)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, name, "other")


def test_a_header_map_separates_canonical_and_unmapped_columns():
    known = MappedColumn(0, "Bldg SF", "Building SqFt", canonical=True)
    other = MappedColumn(1, "Broker", "Broker", canonical=False)
    header_map = HeaderMap((known, other), "", ())
    assert (header_map.canonical, header_map.unmapped) == ((known,), (other,))


def test_output_columns_are_distinct():
    assert len(set(OUTPUT_COLUMNS)) == len(OUTPUT_COLUMNS)
