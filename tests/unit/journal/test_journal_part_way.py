"""The note of how far a worker is within a file."""

from flexscout.journal import PartWay, note_part_way, part_way


def test_what_is_noted_last_is_seen(tmp_path):
    for rows in (1_000, 20):
        note_part_way(tmp_path, PartWay(rows, 5_000))
    assert part_way(tmp_path) == (20, 5_000)


def test_without_a_note_nothing_is_known(tmp_path):
    assert part_way(tmp_path / "nowhere") is None


def test_half_a_note_is_none(tmp_path):
    note_part_way(tmp_path, PartWay(1, 2))
    (note,) = tmp_path.iterdir()
    note.write_text("1")
    assert part_way(tmp_path) is None


def test_a_note_that_can_not_be_left_stops_nothing(tmp_path):
    note_part_way(tmp_path / "nowhere", PartWay(1, 2))
    assert not (tmp_path / "nowhere").exists()
