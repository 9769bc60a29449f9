"""A table that waits for its use."""

import weakref

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from flexscout.runtime import storage as shelf_module
from flexscout.runtime.storage import SpillableTable

TABLE = pl.DataFrame({"Address": ["1 A St", None], "Flex Score": [7.5, 4.0]})


@pytest.fixture(params=["in memory", "on disk"])
def shelf(request, monkeypatch):
    monkeypatch.setattr(shelf_module, "SPILL_CELLS", 1 if request.param == "on disk" else 10**9)
    return SpillableTable(TABLE)


def test_a_table_is_taken_as_it_was_as_often_as_it_is(shelf):
    assert_frame_equal(shelf.load(), TABLE)
    assert_frame_equal(shelf.load(), TABLE)


def test_some_of_its_columns_are_taken_in_their_order(shelf):
    assert_frame_equal(shelf.load(["Flex Score", "Address"]), TABLE.select("Flex Score", "Address"))


def test_its_columns_are_known_without_taking_it(shelf):
    assert shelf.columns == ["Address", "Flex Score"]


def test_a_large_table_holds_no_memory_while_it_waits(monkeypatch):
    monkeypatch.setattr(shelf_module, "SPILL_CELLS", 4)
    table = TABLE.clone()
    held = weakref.ref(table)
    shelf = SpillableTable(table)
    del table
    assert held() is None
    assert shelf.load().height == 2
