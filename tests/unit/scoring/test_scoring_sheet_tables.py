"""Reading the tables of many sheets at once gives what reading them one by one does."""

import polars as pl
import pytest

from flexscout.models import FileRecord, HeaderMap, SheetRecord, SourceFile
from flexscout.scoring import sheet_tables
from flexscout.scoring.sheet_tables import POSITION, add_unmapped_columns, read_mapped, read_mapped_table

SHEET = "Sheet1"


def record(folder, number, rows, *, has_note=True):
    """Write a table of rows with an address each, and return the record of its file."""
    own = {"Address": [f"{number}-{i}" for i in range(rows)], "Source Row": list(range(rows))}
    notes = {"Note": [f"note {number}-{i}" for i in range(rows)]} if has_note else {}
    types = {"Address": pl.String, "Source Row": pl.Int64, **dict.fromkeys(notes, pl.String)}
    path = folder / f"entry {number}/sheet-1.parquet"
    path.parent.mkdir()
    table = pl.DataFrame(own | notes, schema_overrides=types).with_columns(pl.lit(SHEET).alias("Source Sheet"))
    table.write_parquet(path)
    source = SourceFile(path, f"{number}.xlsx", 1, float(number), "")
    return FileRecord(source, (SheetRecord(SHEET, 1, HeaderMap((), "", ()), table=path),))


@pytest.fixture
def records(tmp_path):
    """Files of which neighbors have the same columns, some without rows."""
    rows = [(3, True), (0, True), (2, True), (4, False), (0, False), (1, False), (2, True), (0, True)]
    return [record(tmp_path, number, count, has_note=has_note) for number, (count, has_note) in enumerate(rows)]


@pytest.fixture(params=[100, 2, 1], ids="at most {} tables at once".format)
def _tables_at_once(request, monkeypatch):
    monkeypatch.setattr(sheet_tables, "_TABLES_PER_BLOCK", request.param)


def read_each(records):
    return pl.concat([read_mapped_table(one.sheets[0].table, one.source) for one in records])


def tables_of(records):
    return {(one.source.name, SHEET): one.sheets[0].table for one in records}


@pytest.mark.usefixtures("_tables_at_once")
def test_the_rows_of_all_tables_are_read_in_order(records):
    found = pl.concat(read_mapped(records))
    assert found.equals(read_each(records).select(found.columns))


def test_a_file_that_is_given_twice_is_read_twice(records):
    twice = [records[0], records[0], records[2]]
    found = pl.concat(read_mapped(twice))
    assert found.equals(read_each(twice).select(found.columns))


def test_only_the_rows_wanted_are_read(records):
    found = pl.concat(read_mapped(records, {("0.xlsx", SHEET): [2], ("3.xlsx", SHEET): [0, 3]}))
    assert found["Address"].to_list() == ["0-2", "3-0", "3-3"]


@pytest.mark.usefixtures("_tables_at_once")
def test_rows_in_any_order_get_their_unmapped_columns(records):
    rows = read_each(records).filter(pl.col(POSITION) != 1).reverse()
    found = add_unmapped_columns(rows, tables_of(records))
    assert found["Address"].equals(rows["Address"])
    notes = {address: f"note {address}" for address in found["Address"] if address[0] not in "345"}
    assert dict(found.select("Address", "Note").drop_nulls().rows()) == notes


def test_a_list_without_rows_has_the_unmapped_columns(records):
    found = add_unmapped_columns(read_each(records).clear(), tables_of(records))
    assert (found.height, "Note" in found.columns, POSITION in found.columns) == (0, True, False)
