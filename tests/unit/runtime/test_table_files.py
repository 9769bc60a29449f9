"""Table files and temporary folders."""

import gc
from concurrent.futures import ThreadPoolExecutor

import polars as pl
import pytest

from flexscout.runtime.storage import TableFolder, build_temporary_path, is_abandoned, write_atomically, write_table

FRAME = pl.DataFrame({"Address": ["1 Main St", None], "Building SqFt": [30_000.0, None], "Source Row": [2, 3]})


def test_a_table_reads_as_it_was_written(tmp_path):
    path = write_table(FRAME, tmp_path / "a.parquet")
    assert pl.read_parquet(path).equals(FRAME)
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.parquet"]


def test_a_table_without_rows_keeps_its_types(tmp_path):
    assert pl.read_parquet(write_table(FRAME.clear(), tmp_path / "a.parquet")).schema == FRAME.schema


def test_a_table_replaces_the_previous_one(tmp_path):
    write_table(FRAME, tmp_path / "a.parquet")
    write_table(FRAME.head(1), tmp_path / "a.parquet")
    assert pl.read_parquet(tmp_path / "a.parquet").height == 1


def test_a_table_that_cannot_be_written_leaves_the_previous_one(tmp_path):
    write_table(FRAME, tmp_path / "a.parquet")
    with pytest.raises(Exception, match="no child field"):
        write_table(pl.DataFrame({"A": [{}]}), tmp_path / "a.parquet")
    assert pl.read_parquet(tmp_path / "a.parquet").equals(FRAME)


def test_a_folder_is_removed_when_its_context_ends():
    with TableFolder() as folder:
        path = write_table(FRAME, folder / "a.parquet")
        assert path.exists()
    assert not folder.exists()


def test_a_folder_is_removed_with_its_object():
    holder = TableFolder()
    path = holder.path
    assert path.is_dir()
    del holder
    gc.collect()
    assert not path.exists()


def test_every_folder_is_different():
    with TableFolder() as first, TableFolder() as second:
        assert first != second


def test_writers_with_one_process_id_do_not_disturb_each_other(tmp_path):
    """Two containers on one shared folder often have equal process IDs."""
    path = tmp_path / "record.json"
    with ThreadPoolExecutor(2) as writers:
        list(writers.map(lambda number: write_atomically(path, str(number).encode() * 1_000, fsync=False), range(120)))
    assert len(set(path.read_text(encoding="ascii"))) <= 3
    assert [file.name for file in tmp_path.iterdir()] == ["record.json"]


def test_a_temporary_name_says_whose_it_is_and_fits_where_the_name_does(tmp_path):
    path = build_temporary_path(tmp_path / ("é" * 120 + ".xlsx"))
    path.touch()
    assert not is_abandoned(path.name)
    assert not is_abandoned("all.xlsx.4711.tmp")
