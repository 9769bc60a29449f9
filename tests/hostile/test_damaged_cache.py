"""A damaged cache entry makes a file be read again, and never changes a result."""

import contextlib
import shutil
import sys

import pytest

import damage
from flexscout.config.settings import PipelineConfiguration
from flexscout.ingest.scan import build_source_file
from flexscout.ingest.worker import ingest_file
from flexscout.runtime.cache import TableCache
from in_process import run_in_process
from program import flexscout
from workbooks import HEADER, candidate, valid_properties_1, write_workbook

FLIPS = 1_000  # of a table, and as many of a record
RECORD, TABLE, ISSUES = "record.json", "sheet-1.parquet", "sheet-1-issues.parquet"
DAMAGES = [damage.truncate, damage.empty, damage.randomize, damage.make_folder]
if sys.platform != "win32":
    DAMAGES.append(damage.make_unreadable)


def export(folder):
    """Write an export with a value that is an issue."""
    return write_workbook(folder / "a.xlsx", [HEADER, *map(candidate, range(1, 40)), candidate(40, Year_Built="19x5")])


@pytest.fixture
def cache(tmp_path):
    return TableCache(tmp_path / "cache", is_persistent=True)


@pytest.fixture
def record(tmp_path, cache):
    """The stored record of an export."""
    found = ingest_file(build_source_file(export(tmp_path), "a.xlsx"), cache)
    cache.store(found)
    return found


def tables_of(record):
    return {path.name: path.read_bytes() for sheet in record.sheets for path in (sheet.table, sheet.issues)}


@pytest.mark.parametrize("name", [RECORD, TABLE])
def test_a_flipped_bit_is_detected(cache, record, name):
    path, tables, sheets = cache.locate_entry(record.source) / name, tables_of(record), record.sheets
    undamaged = path.read_bytes()
    for position in damage.bit_positions(path, FLIPS):
        damage.flip_bit(path, position)
        found = cache.find(record.source)
        assert found is None or (tables_of(found), found.sheets) == (tables, sheets), f"bit {position} of {name}"
        path.write_bytes(undamaged)
    assert cache.find(record.source).sheets == sheets


@pytest.mark.parametrize("name", [RECORD, TABLE, ISSUES])
@pytest.mark.parametrize("spoil", DAMAGES)
def test_a_damaged_file_of_an_entry_is_replaced(cache, record, name, spoil):
    tables = tables_of(record)
    spoil(cache.locate_entry(record.source) / name)
    assert cache.find(record.source) is None
    again = ingest_file(record.source, cache)
    cache.store(again)
    assert (again.error, tables_of(again)) == (None, tables)
    assert cache.find(record.source).sheets == record.sheets


def test_the_entry_of_another_file_is_not_used(tmp_path, cache, record):
    other = ingest_file(build_source_file(valid_properties_1(tmp_path), "b.xlsx"), cache)
    shutil.copytree(cache.locate_entry(record.source), cache.locate_entry(other.source), dirs_exist_ok=True)
    assert cache.find(other.source) is None


def test_an_entry_replaced_by_a_file_is_restored(cache, record):
    place = cache.locate_entry(record.source)
    shutil.rmtree(place)
    place.write_text("x")
    assert cache.find(record.source) is None
    cache.store(ingest_file(record.source, cache))
    assert cache.find(record.source).sheets == record.sheets


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no links for everyone")
def test_an_entry_that_cannot_be_written_gets_a_second_folder(cache, record, monkeypatch):
    place = cache.locate_entry(record.source)
    (place / RECORD).unlink()
    # Root may write everywhere, and the tests may run as root, so only the answer of the system is replaced.
    monkeypatch.setattr("os.access", lambda path, _: path != place)
    again = ingest_file(record.source, cache)
    cache.store(again)
    assert again.sheets[0].table.parent != place
    assert cache.find(record.source).sheets == again.sheets


def test_an_entry_that_cannot_be_stored_does_not_affect_others(tmp_path):
    for name in ("in/one", "in/two"):
        valid_properties_1(tmp_path / name).rename(tmp_path / f"{name}.xlsx")
    write_workbook(tmp_path / "in/two.xlsx", [HEADER, candidate(9)])
    flexscout("run", "in", "-w", "1")
    record = min((tmp_path / ".cache").rglob(RECORD))
    damage.make_folder(record)
    assert flexscout("run", "in", "-w", "1", "-o", "again/all.xlsx").report["performance"]["files_reused"] == 1
    assert flexscout("run", "in", "-w", "1", "-o", "third/all.xlsx").report["performance"]["files_reused"] == 2


def test_a_damaged_entry_is_logged(tmp_path):
    valid_properties_1(tmp_path / "in")
    flexscout("run", "in", "-w", "1")
    damage.flip_bit(next((tmp_path / ".cache").rglob(TABLE)), 5_000)
    outcome = flexscout("run", "in", "-w", "1", "-o", "again/all.xlsx")
    assert (outcome.code, outcome.err.count("valid_properties_1.xlsx is damaged")) == (0, 1)
    assert "the file is read again" in outcome.err
    assert '"event": "cache_damaged"' in outcome.log.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A folder with an export that was run with the cache `cache`, and the bytes of the outputs."""
    folder = tmp_path_factory.mktemp("done")
    export(folder / "in")
    with contextlib.chdir(folder):
        return folder, outputs(folder / "out", folder / "cache")


@pytest.fixture
def undamaged(done, tmp_path):
    """The bytes of the outputs of that run, in a copy of the folder."""
    folder, written = done
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    return written


def outputs(folder, cache):
    """Return the bytes of all tables that a run writes to `folder`."""
    config = PipelineConfiguration(input_folder="in", output_file=f"{folder}/all.xlsx", cache=str(cache), max_workers=1)
    assert run_in_process(config).exit_code == 0
    return {path.name: path.read_bytes() for path in sorted(folder.glob("all*"))}


@pytest.mark.parametrize(("name", "count"), [(TABLE, 6), (RECORD, 2), (ISSUES, 2)])
def test_a_run_over_a_flipped_bit_writes_the_same_bytes(tmp_path, undamaged, name, count):
    path = next((tmp_path / "cache").rglob(name))
    for number, position in enumerate(damage.bit_positions(path, count)):
        damage.flip_bit(path, position)
        assert outputs(tmp_path / f"out-{number}", tmp_path / "cache") == undamaged


@pytest.mark.parametrize("name", [RECORD, TABLE])
@pytest.mark.parametrize("spoil", DAMAGES)
def test_a_run_over_a_damaged_entry_writes_the_same_bytes(tmp_path, undamaged, name, spoil):
    spoil(next((tmp_path / "cache").rglob(name)))
    assert outputs(tmp_path / "again", tmp_path / "cache") == undamaged
