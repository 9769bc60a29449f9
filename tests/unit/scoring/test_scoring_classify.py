"""Classification of ingested files: every row of every file is accounted for."""

from dataclasses import replace

import pytest

from flexscout.config.settings import PipelineConfiguration
from flexscout.ingest.batch import FileIngestor
from flexscout.ingest.scan import scan_folder
from flexscout.runtime.cache import TableCache
from flexscout.runtime.executors import SerialExecutor
from flexscout.scoring.classify import classify_tables
from flexscout.scoring.criteria import Criteria
from workbooks import HEADER, candidate, write_sheets, write_workbook

CONFIG = PipelineConfiguration()


@pytest.fixture
def records(tmp_path):
    """Ingest `bad.xlsx`, with two sheets, and `good.xlsx`."""
    folder = tmp_path / "in"
    write_sheets(
        folder / "bad.xlsx",
        {"One": [HEADER, candidate(1), candidate(2)], "Two": [HEADER, candidate(3), candidate(4, Property_Type="Office")]},
    )
    write_workbook(folder / "good.xlsx", [HEADER, candidate(5), candidate(6, Property_Type="Office")])
    batches = FileIngestor(CONFIG, executor=SerialExecutor()).ingest(scan_folder(folder).sources, TableCache(tmp_path / "tables"))
    return [record for batch in batches for record in batch]


def classify(records):
    return classify_tables(records, Criteria.from_config(CONFIG), CONFIG.duplicate_fields)


def test_every_row_of_every_sheet_is_accounted_for(records):
    files = classify(records)
    accounts = {result.record.source.name: result.account for result in files.results}
    assert (accounts["bad.xlsx"].rows_read, accounts["bad.xlsx"].candidates, accounts["bad.xlsx"].not_eligible) == (4, 3, 1)
    assert all(account.balances for account in accounts.values())


def test_a_file_whose_rows_do_not_add_up_fails_and_names_the_counts(records):
    bad = next(record for record in records if record.source.name == "bad.xlsx")
    first, second = bad.sheets
    lost = replace(bad, sheets=(first, replace(second, table=None)))
    files = classify([lost, *(record for record in records if record is not bad)])
    failed = next(result for result in files.results if not result.success)
    assert failed.record.error.code == "rows_lost"
    assert "bad.xlsx: 4 rows were read, but 2 are accounted for (2 candidates, 0 below score" in failed.record.error.message
    assert failed.account.balances


def test_no_row_of_a_file_that_does_not_add_up_is_used(records):
    bad = next(record for record in records if record.source.name == "bad.xlsx")
    short = replace(bad, sheets=(replace(bad.sheets[0], rows_read=3), bad.sheets[1]))
    files = classify([short, *(record for record in records if record is not bad)])
    assert files.candidates["Source File"].unique().to_list() == ["good.xlsx"]
    assert files.rejected["Source File"].unique().to_list() == ["good.xlsx"]
    assert {file for file, _ in files.tables} == {"good.xlsx"}
