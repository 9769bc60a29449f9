"""The note of how far a worker is within a file."""

from flexscout.runtime.progress import FileProgress, read_file_progress, write_file_progress


def test_what_is_noted_last_is_seen(tmp_path):
    for rows in (1_000, 20):
        write_file_progress(tmp_path, FileProgress(rows, 5_000))
    assert read_file_progress(tmp_path) == (20, 5_000)


def test_without_a_note_nothing_is_known(tmp_path):
    assert read_file_progress(tmp_path / "nowhere") is None


def test_half_a_note_is_none(tmp_path):
    write_file_progress(tmp_path, FileProgress(1, 2))
    (note,) = tmp_path.iterdir()
    note.write_text("1")
    assert read_file_progress(tmp_path) is None


def test_a_note_that_can_not_be_left_stops_nothing(tmp_path):
    write_file_progress(tmp_path / "nowhere", FileProgress(1, 2))
    assert not (tmp_path / "nowhere").exists()
