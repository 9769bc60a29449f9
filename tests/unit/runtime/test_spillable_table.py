"""Tables that are kept on disk while they are not in use."""

import weakref

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from flexscout.runtime import storage
from flexscout.runtime.storage import SpillableTable

TABLE = pl.DataFrame({"Address": ["1 A St", None], "Flex Score": [7.5, 4.0]})


@pytest.fixture(params=["in memory", "on disk"])
def spillable(request, monkeypatch):
    monkeypatch.setattr(storage, "SPILL_CELLS", 1 if request.param == "on disk" else 10**9)
    return SpillableTable(TABLE)


def test_a_table_can_be_loaded_repeatedly(spillable):
    assert_frame_equal(spillable.load(), TABLE)
    assert_frame_equal(spillable.load(), TABLE)


def test_columns_are_loaded_in_the_requested_order(spillable):
    assert_frame_equal(spillable.load(["Flex Score", "Address"]), TABLE.select("Flex Score", "Address"))


def test_the_columns_are_known_without_loading(spillable):
    assert spillable.columns == ["Address", "Flex Score"]


def test_a_spilled_table_uses_no_memory(monkeypatch):
    monkeypatch.setattr(storage, "SPILL_CELLS", 4)
    table = TABLE.clone()
    reference = weakref.ref(table)
    spillable = SpillableTable(table)
    del table
    assert reference() is None
    assert spillable.load().height == 2
