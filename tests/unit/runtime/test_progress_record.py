"""The record of a worker's progress within a file."""

from flexscout.runtime.progress import FileProgress, read_file_progress, write_file_progress


def test_the_last_record_is_read(tmp_path):
    for rows in (1_000, 20):
        write_file_progress(tmp_path, FileProgress(rows, 5_000))
    assert read_file_progress(tmp_path) == (20, 5_000)


def test_without_a_record_there_is_no_progress(tmp_path):
    assert read_file_progress(tmp_path / "nowhere") is None


def test_an_incomplete_record_is_ignored(tmp_path):
    write_file_progress(tmp_path, FileProgress(1, 2))
    (note,) = tmp_path.iterdir()
    note.write_text("1")
    assert read_file_progress(tmp_path) is None


def test_a_record_that_cannot_be_written_is_ignored(tmp_path):
    write_file_progress(tmp_path / "nowhere", FileProgress(1, 2))
    assert not (tmp_path / "nowhere").exists()
