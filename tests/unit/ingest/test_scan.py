"""Scan of the input folder: which files are read, and under which names."""

import os
import shutil
import sys

import pytest

from flexscout.errors import NothingToReadError
from flexscout.ingest.scan import scan_folder
from flexscout.skipped import FileSkipCode
from workbooks import HEADER, candidate, write_workbook


def export(path, number=1):
    """Write a workbook whose content depends on `number`."""
    return write_workbook(path, [HEADER, candidate(number)])


def read_from(folder, *arguments, **options):
    return [source.name for source in scan_folder(folder, *arguments, **options).sources]


def test_the_workbooks_of_a_folder_are_found_by_name(tmp_path):
    export(tmp_path / "b.xlsx", 2)
    export(tmp_path / "a.xlsx", 1)
    assert read_from(tmp_path) == ["a.xlsx", "b.xlsx"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.xlsx", ["Crexi 1.xlsx", "Crexi 2.XLSX", "costar.xlsx"]),
        ("*.XLSX", ["Crexi 1.xlsx", "Crexi 2.XLSX", "costar.xlsx"]),
        ("crexi*", ["Crexi 1.xlsx", "Crexi 2.XLSX"]),
        ("crexi ?.xlsx", ["Crexi 1.xlsx", "Crexi 2.XLSX"]),
        ("CoStar.xlsx", ["costar.xlsx"]),
    ],
)
def test_the_pattern_is_a_glob_whatever_the_case(tmp_path, pattern, found):
    for number, name in enumerate(["Crexi 1.xlsx", "Crexi 2.XLSX", "costar.xlsx"]):
        export(tmp_path / name, number)
    assert read_from(tmp_path, pattern) == found


def test_subfolders_are_read_only_if_recursive(tmp_path):
    export(tmp_path / "a.xlsx", 1)
    export(tmp_path / "2024/may/b.xlsx", 2)
    assert read_from(tmp_path) == ["a.xlsx"]
    assert read_from(tmp_path, recursive=True) == ["2024/may/b.xlsx", "a.xlsx"]


def test_a_hidden_folder_is_never_searched(tmp_path):
    export(tmp_path / "a.xlsx", 1)
    export(tmp_path / ".backup/b.xlsx", 2)
    assert read_from(tmp_path, recursive=True) == ["a.xlsx"]


def test_a_folder_named_like_a_workbook_is_not_a_file(tmp_path):
    export(tmp_path / "a.xlsx", 1)
    (tmp_path / "folder.xlsx").mkdir()
    found = scan_folder(tmp_path)
    assert [source.name for source in found.sources] == ["a.xlsx"]
    assert found.skipped == ()


def test_a_source_has_its_size_and_the_fingerprint_of_its_content(tmp_path):
    path = export(tmp_path / "a.xlsx")
    before = scan_folder(tmp_path).sources[0]
    path.write_bytes(path.read_bytes() + b"\0")
    after = scan_folder(tmp_path).sources[0]
    assert (before.path, before.size + 1) == (path, after.size)
    assert len(before.fingerprint) == 64
    assert before.fingerprint != after.fingerprint


def test_equal_content_is_read_once_under_the_shorter_name(tmp_path):
    path = export(tmp_path / "export.xlsx")
    shutil.copy(path, tmp_path / "a copy of export.xlsx")
    shutil.copy(path, tmp_path / "export (1).xlsx")
    found = scan_folder(tmp_path)
    assert [source.name for source in found.sources] == ["export.xlsx"]
    assert [file.name for file in found.skipped] == ["a copy of export.xlsx", "export (1).xlsx"]
    assert {file.reason for file in found.skipped} == {"Same content as export.xlsx."}


def test_of_equal_exports_with_dates_the_latest_is_read(tmp_path):
    path = export(tmp_path / "costar 2026-01-12.xlsx")
    shutil.copy(path, tmp_path / "costar 2026-01-19.xlsx")
    shutil.copy(path, tmp_path / "costar.xlsx")
    found = scan_folder(tmp_path)
    assert [source.name for source in found.sources] == ["costar 2026-01-19.xlsx"]
    assert {file.reason for file in found.skipped} == {"Same content as costar 2026-01-19.xlsx."}


def test_a_duplicate_in_a_subfolder_is_named_with_its_folder(tmp_path):
    path = export(tmp_path / "2024/export.xlsx")
    shutil.copy(path, tmp_path / "export (1).xlsx")
    (twin,) = scan_folder(tmp_path, recursive=True).skipped
    assert (twin.name, twin.reason) == ("export (1).xlsx", "Same content as 2024/export.xlsx.")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux takes any bytes as a name")
def test_a_name_that_is_not_utf_8_is_escaped(tmp_path):
    for number, letter in enumerate((b"\xe8", b"\xe9")):
        export(tmp_path / "a.xlsx", number).rename(os.fsdecode(os.fsencode(tmp_path) + b"/caf" + letter + b".xlsx"))
    sources = scan_folder(tmp_path).sources
    assert [source.name for source in sources] == [r"caf\xe8.xlsx", r"caf\xe9.xlsx"]
    assert all(source.path.is_file() for source in sources)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_a_file_without_read_permission_is_reported_as_unreadable(tmp_path):
    export(tmp_path / "a.xlsx", 1)
    path = export(tmp_path / "b.xlsx", 2)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    found = scan_folder(tmp_path)
    (record,) = found.unreadable
    assert [source.name for source in found.sources] == ["a.xlsx"]
    assert (record.source.name, record.error.code) == ("b.xlsx", "not_permitted")


@pytest.mark.parametrize(
    ("skip", "left"),
    [
        (["a.xlsx"], ["Old [1].xlsx", "archive/b.xlsx", "c.xlsx"]),
        (["OLD*"], ["a.xlsx", "archive/b.xlsx", "c.xlsx"]),
        (["Old [[]1].xlsx"], ["a.xlsx", "archive/b.xlsx", "c.xlsx"]),
        (["archive/*", "?.xlsx"], ["Old [1].xlsx"]),
        (["b.xlsx", "d.xlsx"], ["Old [1].xlsx", "a.xlsx", "c.xlsx"]),
    ],
)
def test_files_are_left_out_by_name_or_path(tmp_path, skip, left):
    for number, name in enumerate(["a.xlsx", "archive/b.xlsx", "c.xlsx", "Old [1].xlsx"]):
        export(tmp_path / name, number)
    assert read_from(tmp_path, recursive=True, skip=skip) == left


def test_a_file_that_is_left_out_is_skipped_with_the_pattern_and_its_copy_is_read(tmp_path):
    export(tmp_path / "a.xlsx")
    shutil.copy(tmp_path / "a.xlsx", tmp_path / "a (1).xlsx")
    found = scan_folder(tmp_path, skip=["x*", "a.*"])
    assert [source.name for source in found.sources] == ["a (1).xlsx"]
    (skipped,) = found.skipped
    assert (skipped.name, skipped.code, skipped.details) == ("a.xlsx", FileSkipCode.LEFT_OUT, ("a.*",))


def test_a_folder_whose_files_are_all_left_out_says_so(tmp_path):
    export(tmp_path / "a.xlsx")
    with pytest.raises(NothingToReadError, match=r"Left out by the setting input\.skip") as raised:
        scan_folder(tmp_path, skip=["*"])
    assert [file.code for file in raised.value.skipped] == [FileSkipCode.LEFT_OUT]
