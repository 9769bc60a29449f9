"""Tables in partitions: on disk the same rows as in memory."""

import polars as pl
import pytest

from flexscout.runtime import PartitionedTable

ROWS = pl.DataFrame({"row": range(6), "text": ["a", "b", None, "d", "e", "f"], "parts": [[1], [], None, [2, 3], [4], [5]]})


def table_of(count, *parts):
    table = PartitionedTable(count)
    for part in parts:
        table.add(part, part["row"] % count)
    return table


@pytest.mark.parametrize("count", [2, 4, 50])
def test_the_partitions_together_have_all_rows_in_their_order(count):
    table = table_of(count, ROWS.head(3), ROWS.tail(3))
    assert table.height == ROWS.height
    assert pl.concat(map(table.load, table.numbers)).sort("row").equals(ROWS)
    assert all(table.load(number)["row"].is_sorted() for number in table.numbers)


def test_a_partition_without_rows_has_the_columns():
    table = table_of(50, ROWS)
    assert list(table.numbers) == list(range(6))
    assert table.load(49).schema == ROWS.schema
    assert table.load(49, ["text"]).columns == ["text"]
    assert list(table_of(3, ROWS.clear()).numbers) == [0, 1, 2]


@pytest.mark.parametrize("count", [1, 2, 50])
def test_columns_of_rows_are_gathered_in_the_given_order(count):
    table = table_of(count, ROWS)
    assert table.gather(pl.Series([5, 0, 0, 2]), ["text"])["text"].to_list() == ["f", "a", "a", None]


def test_the_folder_of_a_table_on_disk_goes_with_it(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    table = table_of(2, ROWS)
    assert list(tmp_path.iterdir())
    del table
    assert not list(tmp_path.iterdir())
