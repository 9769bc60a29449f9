"""A large sheet gives the same table, record and issues as a small one."""

import tempfile
from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from examples import examples
from flexscout.ingest.readers import limits as preflight
from flexscout.ingest.readers.streaming import cell_writer
from flexscout.ingest.readers.streaming import large_workbook as large
from flexscout.ingest.scan import build_source_file
from flexscout.ingest.worker import ingest_file
from flexscout.runtime.cache import TableCache
from workbooks import write_workbook

HEADER = (
    "Property Type", "Address", "City", "State", "Building SqFt", "Lot Size", "Lot Size SqFt", "Occupancy", "Sale Date",
    "Sold Price", "DOR_UC", "Remarks", "Visited", "Empty",
)  # fmt: skip

numbers = st.sampled_from(
    [
        None,
        0,
        20_000,
        1.5,
        "1,234",
        "1.234",
        "1.234,56",
        "12,5",
        "1,234.56",
        "n/a",
        "#N/A",
        "abc",
        "2 ac",
        "~1.300",
        "±1,300 SF",
        "2 acres (87,120 SF)",
        "$5 / $1 PSF",
        "Call for offers",
    ]
)
dates = st.sampled_from([None, "2020-01-02 00:00:00", "1/2/2020", "13/1/2020", "May 5, 2001", "soon", 43_831])
properties = st.tuples(
    st.sampled_from(["Flex", "Office", " ", None]),
    st.sampled_from(["1 Main St", " 2 Oak Ave ", None, "Total", "--"]),
    st.sampled_from(["Charlotte", "Charlotte Total", None]),
    st.sampled_from(["NC", "Florida", "XX", None]),
    *[numbers] * 3,
    st.sampled_from([None, 0.95, 1, 85, "95%", "12,5", "Vacant", "~0,5"]),
    dates,
    numbers,
    st.sampled_from([None, "048", "999"]),
    st.sampled_from([None, " a  b ", "\u00a0", "x"]),
    st.sampled_from([None, "2020-01-02 00:00:00", "2020-01-02 10:00:00"]),
    st.none(),
)
others = st.sampled_from([(), (" ",), ("Total", None, None, None, 5), ("Note: all figures are estimates",), HEADER])
sheets = st.lists(st.one_of(properties, properties, properties, others), min_size=1, max_size=25)


def prepared(path, folder):
    """Return the record without paths and times, the tables and the issues."""
    record = ingest_file(build_source_file(path, path.name), TableCache(folder))
    tables = [pl.read_parquet(sheet.table) for sheet in record.sheets]
    issues = [pl.read_parquet(sheet.issues) for sheet in record.sheets if sheet.issues]
    facts = [
        (
            sheet.sheet,
            sheet.header_row,
            sheet.header_map,
            sheet.rows_read,
            sheet.blank,
            sheet.not_data,
            sheet.unmapped_kinds,
            sheet.issue_counts,
        )
        for sheet in record.sheets
    ]
    return (
        facts,
        tables,
        issues,
        record.skipped_sheets,
        str(record.error),
        sorted(path.name for path in folder.rglob("*.parquet")),
    )


def test_a_large_sheet_is_converted_like_a_small_one(monkeypatch):
    @examples(25, suppress_health_check=list(HealthCheck))
    @given(sheets, st.integers(200, 4_000))
    def check(rows, size):
        with tempfile.TemporaryDirectory() as name, monkeypatch.context() as patched:
            path = write_workbook(Path(name) / "a.xlsx", [("Export of today",), HEADER, *rows])
            facts, tables, issues, *others = prepared(path, Path(name) / "small")
            patched.setattr(preflight, "LARGE_PART_BYTES", 0)
            patched.setattr(cell_writer, "HELD_BYTES", 0)
            patched.setattr(large, "BLOCK_BYTES", size)
            large_facts, large_tables, large_issues, *large_others = prepared(path, Path(name) / "large")
        assert large_facts == facts
        assert [table.schema for table in large_tables] == [table.schema for table in tables]
        assert all(one.equals(other) for one, other in zip(large_tables, tables, strict=True))
        assert all(one.equals(other) for one, other in zip(large_issues, issues, strict=True))
        assert large_others == others

    check()
