"""Large tables are on disk, mapped into memory, and have the same values."""

import gc
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from flexscout.errors import OutputError
from flexscout.runtime import mapped_tables
from flexscout.runtime.mapped_tables import copy_rows, keep_rows, map_table, release_pages, replace_columns, take_rows
from flexscout.runtime.storage import choose_temporary_folder

TABLE = pl.DataFrame(
    {
        "text": ["1 Main St", None, "a text of more than twelve letters"],
        "number": [1.5, None, float("inf")],
        "^n.*$": [1, 2, None],
        "day": [date(2024, 1, 31), None, date(1900, 1, 1)],
        "flag": [True, None, False],
        "list": [["x", "y"], [], None],
        "position": pl.Series([0, 1, 2], dtype=pl.get_index_type()),
        "nothing": pl.Series([None] * 3),
    }
)


@pytest.fixture(autouse=True, params=[1, 10**9], ids=["on disk", "in memory"])
def _threshold(request, monkeypatch):
    monkeypatch.setattr(mapped_tables, "MAPPED_CELLS", request.param)
    monkeypatch.setattr(mapped_tables, "_CELLS_AT_A_TIME", 6)
    monkeypatch.setattr(mapped_tables, "_PART_CELLS", 24)


def test_rows_are_copied_in_the_requested_order():
    assert_frame_equal(copy_rows(TABLE, pl.Series([2, 0, 2])), TABLE[[2, 0, 2]])


def test_taking_rows_empties_the_table():
    table = TABLE.clone()
    assert_frame_equal(take_rows(table, pl.Series([1, 0])), TABLE[[1, 0]])
    assert not table.width


def test_rows_of_a_table_without_columns_or_rows_can_be_taken():
    assert take_rows(pl.DataFrame(), pl.Series([], dtype=pl.UInt32)).is_empty()
    assert_frame_equal(take_rows(TABLE.clear(), pl.Series([], dtype=pl.UInt32)), TABLE.clear())


def test_a_part_keeps_its_values_and_types():
    assert_frame_equal(map_table(TABLE, 24), TABLE)


def test_a_small_part_of_a_large_table_stays_in_memory():
    part = TABLE.head(1)
    assert map_table(part, 10**10) is part


def test_rows_that_meet_a_condition_are_kept():
    assert_frame_equal(keep_rows(TABLE, pl.col("number") > 1), TABLE[[0, 2]])
    assert keep_rows(TABLE, pl.lit(value=True)) is TABLE


def test_replaced_columns_have_the_new_values():
    replaced = replace_columns(TABLE, (TABLE[name].reverse() for name in ("text", "list")))
    assert_frame_equal(replaced, TABLE.with_columns(pl.col("text", "list").reverse()))


def test_released_pages_are_read_again():
    table = copy_rows(TABLE, pl.Series([0, 1, 2]))
    release_pages()
    assert_frame_equal(table, TABLE)


def test_a_folder_that_cannot_be_written_is_an_error_with_the_next_step(monkeypatch, tmp_path):
    monkeypatch.setattr(mapped_tables, "MAPPED_CELLS", 1)
    monkeypatch.setattr(mapped_tables, "choose_temporary_folder", lambda: str(tmp_path / "gone"))
    with pytest.raises(OutputError, match="temporary files: No such file or directory") as caught:
        copy_rows(TABLE, pl.Series([0]))
    assert "TMPDIR" in caught.value.next_step


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="shows open files of this process")
def test_nothing_of_a_table_is_left_on_disk():
    def list_files():
        gc.collect()
        targets = [str(path.readlink()) for path in Path("/proc/self/fd").iterdir() if path.is_symlink()]
        return [target for target in targets if "flexscout-" in target]

    before = list_files()
    table = copy_rows(TABLE, pl.Series([0, 1]))
    assert not any(Path(target).exists() for target in list_files())
    del table
    assert list_files() == before


def test_temporary_files_are_in_the_folder_that_the_user_chose(monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert choose_temporary_folder() == str(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "gone"))
    assert choose_temporary_folder() != str(tmp_path / "gone")
