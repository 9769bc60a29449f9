"""Cached tables are found again by content, if they are intact and were read in the same way."""

import os
import subprocess
import sys
import time
from dataclasses import replace

import polars as pl
import pytest

from flexscout.config import PipelineConfiguration
from flexscout.errors import DataFormatError, WorkerError
from flexscout.ingest.scan import build_source_file
from flexscout.ingest.worker import ingest_file
from flexscout.models import FileRecord
from flexscout.runtime.cache import TableCache, open_table_cache
from workbooks import corrupted_file, valid_properties_1


@pytest.fixture
def cache(tmp_path):
    return TableCache(tmp_path / "cache", "one way of reading", is_persistent=True)


def read(path, cache):
    """Read a file and store its entry."""
    record = ingest_file(build_source_file(path, path.name), cache)
    cache.store(record)
    return record


def test_a_file_is_found_with_its_tables(tmp_path, cache):
    record = read(valid_properties_1(tmp_path), cache)
    found = cache.find(record.source)
    assert found == replace(record, seconds=0.0, reused=True)
    assert pl.read_parquet(found.sheets[0].table).height == record.sheets[0].rows_read


@pytest.mark.parametrize("other", [{"reading_key": "another"}, {"reuse": False}, {"is_persistent": False}], ids=str)
def test_a_file_is_not_found_if_it_would_be_read_differently(tmp_path, cache, other):
    record = read(valid_properties_1(tmp_path), cache)
    assert replace(cache, **other).find(record.source) is None


def test_a_file_with_another_name_is_not_found(tmp_path, cache):
    record = read(valid_properties_1(tmp_path), cache)
    assert cache.find(replace(record.source, path=tmp_path / "renamed.xlsx")) is None


@pytest.mark.parametrize("content", ["", "{", "{}", "[1]", '{"format": 99}', "\ud800".encode("utf-8", "surrogatepass")])
def test_an_invalid_record_is_not_used(tmp_path, cache, content):
    record = read(valid_properties_1(tmp_path), cache)
    (cache.locate_entry(record.source) / "record.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    assert cache.find(record.source) is None


@pytest.mark.parametrize("spoil", [lambda table: table.unlink(), lambda table: table.write_bytes(table.read_bytes()[:-1])])
def test_a_missing_or_truncated_table_is_not_used(tmp_path, cache, spoil):
    record = read(valid_properties_1(tmp_path), cache)
    spoil(record.sheets[0].table)
    assert cache.find(record.source) is None


def test_an_error_of_the_content_is_cached(tmp_path, cache):
    record = read(corrupted_file(tmp_path), cache)
    found = cache.find(record.source)
    assert isinstance(found.error, DataFormatError)
    assert found.error.as_dict() == record.error.as_dict()
    assert replace(cache, reuse_failures=False).find(record.source) is None


def test_an_error_is_not_reused_for_the_same_file_in_another_folder(tmp_path, cache):
    """It names a command with the path."""
    record = read(corrupted_file(tmp_path), cache)
    assert cache.find(replace(record.source, path=tmp_path / "other" / record.source.path.name)) is None


def test_an_error_of_the_worker_is_not_cached(tmp_path, cache):
    source = build_source_file(valid_properties_1(tmp_path), "a.xlsx")
    cache.store(FileRecord(source, error=WorkerError.timed_out("a.xlsx", 5)))
    assert cache.find(source) is None


def test_a_file_that_changed_while_it_was_read_is_not_cached(tmp_path, cache):
    path = valid_properties_1(tmp_path)
    record = ingest_file(build_source_file(path, path.name), cache)
    os.utime(path, (1, 1))
    cache.store(record)
    assert cache.find(record.source) is None


def test_the_scratch_of_a_worker_that_ended_early_is_removed(tmp_path, cache, monkeypatch):
    source = build_source_file(valid_properties_1(tmp_path), "a.xlsx")
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        monkeypatch.setattr("os.getpid", lambda: ended.pid)
    with cache.open_scratch(source) as scratch:
        scratch.mkdir()
        (scratch / "decrypted.xlsx").write_bytes(b"x")
        cache.remove_scratch(source)
        assert not scratch.exists()


def test_the_scratch_of_another_process_stays(cache, tmp_path):
    source = build_source_file(valid_properties_1(tmp_path), "a.xlsx")
    with cache.open_scratch(source) as mine, cache.open_scratch(source) as other:
        mine.mkdir()
        other.mkdir()
        cache.remove_scratch(source)
        assert {mine, other} == set(cache.find_scratch_folders(source))
    assert not cache.find_scratch_folders(source)


def used(record, cache, days_ago):
    """Set the time of the last use to so many days ago."""
    for path in cache.locate_entry(record.source).iterdir():
        os.utime(path, (time.time() - days_ago * 86_400,) * 2)


def test_the_least_recently_used_entry_is_removed_first(tmp_path, cache):
    path = valid_properties_1(tmp_path / "a")
    old = read(path, cache)
    new = read(path.rename(tmp_path / "a/new.xlsx"), cache)
    used(old, cache, 2)
    used(new, cache, 1)
    size = sum(path.stat().st_size for path in cache.locate_entry(new.source).iterdir())
    assert cache.trim(size / 2**30)[0] == 1
    assert (cache.find(old.source), cache.find(new.source).reused) == (None, True)


def test_an_entry_in_use_is_not_removed(tmp_path, cache):
    record = read(valid_properties_1(tmp_path), cache)
    assert cache.trim(0)[:2] == (0, 0)
    used(record, cache, 1)
    cache.find(record.source)
    assert cache.trim(0)[:2] == (0, 0)


def test_an_incomplete_entry_is_removed(tmp_path, cache):
    record = read(valid_properties_1(tmp_path), cache)
    (cache.locate_entry(record.source) / "record.json").unlink()
    used(record, cache, 1)
    assert cache.trim(5)[0] == 1
    assert not list(cache.folder.iterdir())


def test_an_unusable_cache_folder_is_replaced_by_a_temporary_one(tmp_path):
    (tmp_path / "file").write_text("")
    with open_table_cache(PipelineConfiguration(cache=str(tmp_path / "file" / "cache"))) as cache:
        record = read(valid_properties_1(tmp_path), cache)
        assert record.sheets[0].table.is_file()
        assert cache.find(record.source) is None
    assert not cache.folder.exists()


def test_header_rows_are_kept_for_each_file(tmp_path, cache):
    source = build_source_file(valid_properties_1(tmp_path), "a.xlsx")
    assert cache.find_header_rows(source) is None
    cache.store_header_rows(source, (("address", "city"), ("state",)))
    assert cache.find_header_rows(source.with_mapping("any")) == (("address", "city"), ("state",))
    assert replace(cache, reuse=False).find_header_rows(source) is None


def test_damaged_header_rows_are_not_used(tmp_path, cache):
    source = build_source_file(valid_properties_1(tmp_path), "a.xlsx")
    cache.store_header_rows(source, (("address",),))
    path = cache.locate_entry(source) / "headers.json"
    path.write_bytes(path.read_bytes().replace(b"address", b"another"))
    assert cache.find_header_rows(source) is None


def test_readings_with_different_mappings_have_different_entries(tmp_path, cache):
    record = read(valid_properties_1(tmp_path), cache)
    assert cache.find(record.source.with_mapping("other")) is None


def test_header_rows_are_not_trimmed_as_incomplete(tmp_path, cache):
    source = build_source_file(valid_properties_1(tmp_path), "a.xlsx")
    cache.store_header_rows(source, (("address",),))
    used(FileRecord(source), cache, 2)
    cache.trim(1)
    assert cache.has_header_rows(source)
