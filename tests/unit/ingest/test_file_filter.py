"""Files that look like exports but are skipped, and the reasons."""

import os
import shutil

import polars as pl
import pytest

from flexscout.errors import OutputError
from flexscout.ingest.scan import scan_folder
from flexscout.outputs.files import Sheet
from flexscout.outputs.files import write_workbook as write_result
from format_files import write_archive
from workbooks import HEADER, candidate, write_workbook


@pytest.fixture
def folder(tmp_path):
    """Folder with one file to read, `good.xlsx`."""
    write_workbook(tmp_path / "in/good.xlsx", [HEADER, candidate()])
    return tmp_path / "in"


def skipped_in(folder, *arguments, **options):
    """Return name -> reason; only `good.xlsx` is read."""
    found = scan_folder(folder, *arguments, **options)
    assert [source.name for source in found.sources] == ["good.xlsx"]
    return {file.name: file.reason for file in found.skipped}


def link(path, target):
    try:
        path.symlink_to(target)
    except OSError:
        pytest.skip("links can't be made here")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("~$good.xlsx", "Excel's lock file"),
        (".~lock.good.xlsx", "LibreOffice's lock file"),
        ("._good.xlsx", "macOS's side file"),
        (".hidden.xlsx", "A hidden file"),
    ],
)
def test_a_side_file_of_a_program_is_skipped(folder, name, words):
    shutil.copy(folder / "good.xlsx", folder / name)
    assert words in skipped_in(folder)[name]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a.tmp", "A temporary file"),
        ("b.xlsx.crdownload", "An unfinished download"),
        ("c.xlsx.part", "An unfinished download"),
        ("d.xlsx.DOWNLOAD", "An unfinished download"),
    ],
)
def test_a_temporary_file_is_skipped_even_if_the_pattern_matches(folder, name, words):
    (folder / name).write_bytes(b"PK\x03\x04")
    assert words in skipped_in(folder, "*")[name]


def test_an_empty_file_is_skipped_with_a_next_step(folder):
    (folder / "none.xlsx").touch()
    assert skipped_in(folder) == {"none.xlsx": "The file is empty (0 bytes). Download it again."}


def test_a_link_out_of_the_folder_is_skipped(folder, tmp_path):
    outside = write_workbook(tmp_path / "elsewhere/secret.xlsx", [HEADER, candidate(2)])
    link(folder / "link.xlsx", outside)
    assert skipped_in(folder) == {"link.xlsx": "A link to a file outside the folder. Copy the file into the folder."}


def test_a_link_within_the_folder_is_followed(folder):
    link(folder / "the same.xlsx", folder / "good.xlsx")
    assert skipped_in(folder) == {"the same.xlsx": "Same content as good.xlsx."}


def test_a_broken_link_is_skipped(folder):
    link(folder / "gone.xlsx", folder / "no such file.xlsx")
    assert skipped_in(folder) == {"gone.xlsx": "A link to a file that doesn't exist."}


def test_a_circular_link_fails_alone(folder):
    link(folder / "loop.xlsx", folder / "loop.xlsx")
    found = scan_folder(folder)
    unread = [*(file.name for file in found.skipped), *(record.source.name for record in found.unreadable)]
    assert [source.name for source in found.sources] == ["good.xlsx"]
    assert unread == ["loop.xlsx"]


def test_the_input_folder_itself_may_be_a_link(folder, tmp_path):
    link(tmp_path / "exports", folder)
    assert skipped_in(tmp_path / "exports") == {}


def test_a_linked_folder_is_not_searched(folder, tmp_path):
    write_workbook(tmp_path / "elsewhere/secret.xlsx", [HEADER, candidate(2)])
    link(folder / "2024", tmp_path / "elsewhere")
    assert skipped_in(folder, recursive=True) == {}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes here")
def test_a_pipe_is_never_opened(folder):
    """Opening one would wait forever."""
    os.mkfifo(folder / "pipe.xlsx")
    assert skipped_in(folder) == {"pipe.xlsx": "Not a regular file."}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("old.xls", '--file-pattern "*.xls" to read it'),
        ("macros.xlsm", '--file-pattern "*.xlsm" to read it'),
        ("table.csv", '--file-pattern "*.csv" to read it'),
        ("TABLE.TSV", "auto to read every file type"),
    ],
)
def test_an_export_that_the_pattern_leaves_out_is_reported(folder, name, words):
    (folder / name).write_text("Address,City\n")
    reason = skipped_in(folder)[name]
    assert "Not included in the file pattern *.xlsx" in reason
    assert words in reason


@pytest.mark.parametrize("name", ["08.csv", "08.zip", "other.xlsx"])
def test_a_pattern_of_the_user_is_not_questioned(folder, name):
    write_archive(folder / name, {"a.csv": b"Address,City\n"})
    assert skipped_in(folder, "good*")[name] == "Not included in the file pattern good*."


def test_an_unrelated_file_is_not_reported(folder):
    (folder / "notes.txt").write_text("call the broker")
    (folder / "photo.png").write_bytes(b"\x89PNG")
    assert skipped_in(folder) == {}


def test_an_export_is_not_overwritten_by_an_output(folder):
    shutil.copy(folder / "good.xlsx", folder / "a.xlsx")
    with pytest.raises(OutputError, match=r"a\.xlsx is in the input folder and is not a result of flexscout"):
        scan_folder(folder, own=[folder / "../in/a.xlsx"])


def test_a_result_is_recognized_by_its_creator_under_any_name(folder):
    write_result([Sheet("Candidates", pl.DataFrame({"Address": ["1 Test Street"]}))], folder / "renamed.xlsx")
    assert skipped_in(folder) == {"renamed.xlsx": "An output of flexscout, never used as input."}


def test_a_damaged_workbook_is_not_taken_for_a_result(folder):
    """The reader reports what is wrong with it."""
    (folder / "broken.xlsx").write_bytes((folder / "good.xlsx").read_bytes()[:500])
    found = scan_folder(folder)
    assert [source.name for source in found.sources] == ["broken.xlsx", "good.xlsx"]
    assert found.skipped == ()
