"""Damaged run records are set aside with a message, and the next run works without them."""

import json
import shutil
import sys

import polars as pl
import pytest

import damage
from flexscout.config.settings import PipelineConfiguration
from flexscout.history.run_history import RunHistory
from in_process import run_in_process
from program import flexscout
from workbooks import valid_properties_1, valid_properties_2

FLIPS = 200


def newer(path):
    """As a later version may write it."""
    path.write_text(json.dumps(json.loads(path.read_bytes()) | {"format": 99}), encoding="utf-8")


def other_json(path):
    """JSON of another program."""
    path.write_text('{"name": "x", "number": [1, 2]}', encoding="utf-8")


def flip(path):
    """One bit in the middle."""
    damage.flip_bit(path, path.stat().st_size * 4)


def without_fields(path):
    """Of the right format, and nothing else."""
    path.write_text('{"format": 3, "number": 2}', encoding="utf-8")


DAMAGES = [newer, other_json, without_fields, flip, damage.randomize, damage.empty, damage.truncate, damage.make_folder]
if sys.platform != "win32":
    DAMAGES.append(damage.make_unreadable)
COMMANDS = [["runs"], ["report"], ["explain", "1 Test Street"], ["diff", "1", "2"], ["retry"], ["errors"]]


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A folder with two runs: one over an export, one over two."""
    folder = tmp_path_factory.mktemp("done")
    for export in (valid_properties_1, valid_properties_2):
        export(folder / "in")
        assert flexscout("run", "in", folder=folder).code == 0
    return folder


@pytest.fixture
def book(done, tmp_path):
    """The history of those runs in a copy of the folder."""
    shutil.copytree(done, tmp_path, dirs_exist_ok=True)
    return RunHistory(tmp_path / "data/exports/all_flex_properties.xlsx")


def run():
    return run_in_process(PipelineConfiguration(input_folder="in", max_workers=1))


def file_of(book, number, suffix=".json"):
    return book.folder / f"run-{number:06d}{suffix}"


def test_a_flipped_bit_in_a_record_is_detected(book):
    path = file_of(book, 2)
    undamaged, first = path.read_bytes(), file_of(book, 1).read_bytes()
    for position in damage.bit_positions(path, FLIPS):
        damage.flip_bit(path, position)
        assert [record.to_json() for record in book.read_records()] == [first], f"bit {position}"
        path.write_bytes(undamaged)


def test_a_flipped_bit_in_a_kept_list_is_detected(book):
    path, record = file_of(book, 2, ".parquet"), book.find_last()
    undamaged = path.read_bytes()
    for position in damage.bit_positions(path, FLIPS):
        damage.flip_bit(path, position)
        assert RunHistory(book.workbook).find_result(record) is None, f"bit {position}"
        path.write_bytes(undamaged)
    assert RunHistory(book.workbook).find_result(record) == path


@pytest.mark.parametrize("spoil", DAMAGES)
def test_an_unusable_record_is_named(book, spoil):
    spoil(file_of(book, 2))
    outcome = flexscout("runs")
    assert (outcome.code, outcome.out.count("candidates from")) == (0, 1)
    assert outcome.err.count("run-000002.json ") == 1
    assert "That run is missing from the list of runs" in outcome.err
    assert ("was set aside" in outcome.err) == (spoil not in {damage.make_folder, damage.make_unreadable})
    assert ("newer version" in outcome.err) == (spoil is newer)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
@pytest.mark.parametrize("suffix", [".json", ".parquet"])
def test_a_command_on_damaged_history_ends_with_a_message(book, command, suffix):
    for number in (1, 2):
        damage.randomize(file_of(book, number, suffix))
    outcome = flexscout(*command)
    assert outcome.code in {0, 2}
    assert "Traceback" not in outcome.err
    assert "Unexpected error" not in outcome.err
    assert outcome.code == 0 or "flexscout: " in outcome.err
    assert suffix == ".parquet" or "run-000002.json is damaged and was set aside" in outcome.err


@pytest.mark.parametrize("command", [["report"], ["diff", "1", "2"]], ids=lambda command: command[0])
def test_a_damaged_list_is_an_error_message(book, command):
    flip(file_of(book, 2, ".parquet"))
    outcome = flexscout(*command)
    assert (outcome.code, "The result of run 2 is damaged." in outcome.err) == (2, True)


@pytest.mark.parametrize("spoil", DAMAGES)
def test_the_next_run_gets_a_new_number(book, spoil):
    spoil(file_of(book, 2))
    assert run().exit_code == 0
    assert [record.number for record in book.read_records()] == [3, 1]


def test_a_record_of_a_newer_version_is_kept(book):
    newer(file_of(book, 2))
    kept = file_of(book, 2).read_bytes()
    run()
    assert file_of(book, 2).read_bytes() == kept


def test_a_damaged_record_is_reported_once(book, tmp_path):
    flip(file_of(book, 2))
    assert "is damaged and was set aside" in flexscout("run", "in", "-w", "1").err
    valid_properties_1(tmp_path / "in").rename(tmp_path / "in/third.xlsx")
    assert "set aside" not in flexscout("run", "in", "-w", "1", "--where", "Flex Score > 3").err


def test_a_record_under_another_number_is_not_used(book):
    file_of(book, 2).write_bytes(file_of(book, 1).read_bytes())
    assert [record.number for record in book.read_records()] == [1]


def test_changes_are_relative_to_the_latest_intact_list(book, tmp_path):
    flip(file_of(book, 2, ".parquet"))
    (tmp_path / "in/valid_properties_1.xlsx").unlink()
    report = run().report
    assert report["changes"]["since_run"] == 1


@pytest.mark.parametrize("suffix", [".json", ".parquet"])
def test_the_list_does_not_depend_on_damaged_history(book, suffix):
    intact = book.workbook.with_suffix(".parquet").read_bytes()
    for number in (1, 2):
        flip(file_of(book, number, suffix))
    # The kept list may be a hard link to the output.
    book.workbook.with_suffix(".parquet").unlink()
    assert run().exit_code == 0
    assert book.workbook.with_suffix(".parquet").read_bytes() == intact
    assert pl.read_parquet(book.workbook.with_suffix(".parquet")).height
