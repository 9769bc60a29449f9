"""FileDiscovery."""

import hashlib

import pytest

from flexscout.errors import FileAccessError, NothingToReadError
from flexscout.ingest.scan import FileDiscovery
from format_files import FORMATS
from workbooks import HEADER, candidate, write_workbook


def test_it_finds_the_files_to_read(tmp_path):
    paths = [write_workbook(tmp_path / f"{number}.xlsx", [HEADER, candidate(number)]) for number in (1, 2)]
    assert FileDiscovery().scan_input_folder(str(tmp_path)) == paths


def test_it_keeps_its_pattern_and_whether_it_is_recursive(tmp_path):
    below = write_workbook(tmp_path / "2024/crexi.xlsx", [HEADER, candidate(1)])
    write_workbook(tmp_path / "costar.xlsx", [HEADER, candidate(2)])
    assert FileDiscovery("CREXI*", recursive=True).scan_input_folder(tmp_path) == [below]


def test_it_raises_if_there_is_nothing_to_read(tmp_path):
    with pytest.raises(NothingToReadError):
        FileDiscovery().scan_input_folder(tmp_path)


@pytest.mark.parametrize("make", FORMATS.values(), ids=FORMATS.keys())
def test_every_supported_type_is_recognized_by_its_content(tmp_path, make):
    path = make(tmp_path / "export", [HEADER, candidate()])
    assert FileDiscovery().validate_file_format(path)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"PK\x03\x04 and so on", bytes(range(256)) * 8, b'{"a": 1}'])
def test_unsupported_content_is_not_a_valid_format(tmp_path, content):
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    assert FileDiscovery().validate_file_format(path) is False


def test_a_missing_file_and_a_folder_are_not_valid_formats(tmp_path):
    assert FileDiscovery().validate_file_format(tmp_path / "none.xlsx") is False
    assert FileDiscovery().validate_file_format(tmp_path) is False


def test_it_returns_the_metadata_of_a_file(tmp_path):
    path = write_workbook(tmp_path / "a.xlsx", [HEADER, candidate()])
    assert FileDiscovery().get_file_metadata(str(path)) == {
        "name": "a.xlsx",
        "size": path.stat().st_size,
        "modified": path.stat().st_mtime,
        "fingerprint": hashlib.sha256(path.read_bytes()).hexdigest(),
    }


def test_the_metadata_of_a_missing_file_raises_a_file_access_error(tmp_path):
    with pytest.raises(FileAccessError) as caught:
        FileDiscovery().get_file_metadata(tmp_path / "none.xlsx")
    assert caught.value.code == "file_missing"
