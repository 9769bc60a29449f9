"""Which files are snapshots of one source, and which of their rows count."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from flexscout.merging.snapshots import (
    describe_sources,
    find_snapshots,
    find_superseded,
    list_possible_snapshots,
    list_sources,
    locate_sources,
)
from flexscout.models import FileRecord, HeaderMap, SheetRecord, SourceFile
from flexscout.sheet_columns import MappedColumn

JAN_12, JAN_19 = "costar 2026-01-12.xlsx", "costar 2026-01-19.xlsx"
HEADERS = ("Address", "City", "RBA", "Type", "Zoning")


def record(name, vendor="CoStar", headers=HEADERS, modified=0.0):
    columns = tuple(MappedColumn(position, header, header, canonical=True) for position, header in enumerate(headers))
    sheet = SheetRecord("S", 1, HeaderMap(columns, vendor, ()))
    return FileRecord(SourceFile(Path(name), name, 0, modified, ""), (sheet,))


def located(**properties):
    """Rows by file: `{file: properties}`, where a property is a number."""
    return pl.DataFrame(
        [(file, cluster) for file, clusters in properties.items() for cluster in clusters],
        schema={"file": pl.String, "cluster": pl.Int64},
        orient="row",
    )


def find(properties, *records):
    snapshots = find_snapshots(records or [record(name) for name in properties], located(**properties))
    return snapshots, [[file for file, _ in source.exports] for source in list_sources(snapshots)]


def test_files_of_one_source_are_snapshots_from_the_oldest_to_the_newest():
    snapshots, sources = find({JAN_19: [1, 2], JAN_12: [2, 3]})
    assert sources == [[JAN_12, JAN_19]]
    assert snapshots.select("shown", "number", "is_latest").rows() == [("CoStar Jan 12", 0, False), ("CoStar Jan 19", 1, True)]


@pytest.mark.parametrize(
    "records",
    [
        [record(JAN_12), record(JAN_19, vendor="Crexi")],
        [record(JAN_12), record("atlanta 2026-01-19.xlsx")],
        [record(JAN_12), record(JAN_19, headers=("Address", "PIN", "Owner", "Deed", "Acres"))],
    ],
    ids=["another vendor", "another name", "other headers"],
)
def test_files_that_differ_in_vendor_name_or_headers_are_no_snapshots(records):
    names = [one.source.name for one in records]
    assert all(len(source) == 1 for source in find({name: [1, 2] for name in names}, *records)[1])


def test_a_few_changed_headers_leave_the_source_the_same():
    records = [record(JAN_12), record(JAN_19, headers=(*HEADERS, "Days on Market"))]
    assert find({JAN_12: [1], JAN_19: [1]}, *records)[1] == [[JAN_12, JAN_19]]


def test_parts_of_one_export_without_common_properties_are_no_snapshots():
    assert len(find({"export (1).xlsx": [1, 2], "export (2).xlsx": [3, 4]})[1]) == 2


def test_downloads_without_a_date_need_half_of_their_properties_in_common():
    assert len(find({"export.xlsx": [1, 2, 3], "export (1).xlsx": [3, 4, 5]})[1]) == 2
    assert find({"export.xlsx": [1, 2], "export (1).xlsx": [2, 3]})[1] == [["export.xlsx", "export (1).xlsx"]]


def test_two_searches_that_take_turns_are_two_sources():
    properties = {"e.xlsx": [1, 2], "e (1).xlsx": [11, 12], "e (2).xlsx": [1, 2], "e (3).xlsx": [11, 12]}
    assert sorted(find(properties)[1]) == [["e (1).xlsx", "e (3).xlsx"], ["e.xlsx", "e (2).xlsx"]]


def test_sources_of_one_vendor_are_named_by_their_files():
    names = ("CoStar Atlanta 2026-01-12.xlsx", "CoStar Dallas 2026-01-12.xlsx")
    assert find({name: [1] for name in names})[0]["label"].to_list() == ["CoStar Atlanta", "CoStar Dallas"]


def test_a_source_of_an_unknown_vendor_has_the_name_of_its_files():
    assert find({"York roll 2026.01.02.csv": [1]}, record("York roll 2026.01.02.csv", vendor=""))[0]["shown"].to_list() == [
        "York roll Jan 2"
    ]


def test_days_have_years_if_the_exports_are_from_several():
    shown = find({"costar 2025-12-29.xlsx": [1], JAN_12: [1]})[0]["shown"].to_list()
    assert shown == ["CoStar Dec 29 2025", "CoStar Jan 12 2026"]


def test_only_the_newest_row_of_a_property_counts():
    rows = located(**{JAN_12: [1, 2, 3], JAN_19: [1, 1, 2]})
    snapshots = find_snapshots([record(JAN_12), record(JAN_19)], rows)
    assert find_superseded(rows, snapshots).rows() == [(0, 3), (1, 5)]


def test_another_source_supersedes_nothing():
    rows = located(**{JAN_12: [1], "crexi 2026-01-19.xlsx": [1]})
    snapshots = find_snapshots([record(JAN_12), record("crexi 2026-01-19.xlsx", vendor="Crexi")], rows)
    assert find_superseded(rows, snapshots).is_empty()


def test_a_property_names_its_sources_the_days_it_was_seen_and_the_exports_that_lack_it():
    rows = located(**{JAN_12: [1, 2, 3], JAN_19: [1, 3], "crexi 2026-01-15.xlsx": [1, 2]})
    snapshots = find_snapshots([record(JAN_12), record(JAN_19), record("crexi 2026-01-15.xlsx", vendor="Crexi")], rows)
    one, two, three = describe_sources(locate_sources(rows, snapshots), snapshots).sort("cluster").rows()
    assert one == (1, "CoStar Jan 19, Crexi Jan 15", date(2026, 1, 12), date(2026, 1, 19), None, True)
    assert two == (
        2,
        "Crexi Jan 15, CoStar Jan 12",
        date(2026, 1, 12),
        date(2026, 1, 15),
        "the latest CoStar export (Jan 19)",
        True,
    )
    assert three == (3, "CoStar Jan 19", date(2026, 1, 12), date(2026, 1, 19), None, True)


def test_without_knowing_properties_names_and_headers_decide():
    sources = list_sources(list_possible_snapshots([record(JAN_19), record(JAN_12), record("other.xlsx")]))
    assert [len(source.exports) for source in sources] == [2, 1]
