"""Outputs take their places all at once, or not at all."""

import pytest

from flexscout.errors import OutputError
from flexscout.outputs.transaction import OutputTransaction


@pytest.fixture
def place(tmp_path):
    return tmp_path / "out/all.csv"


def put(path, text, *more):
    """Write the text to each path in one go."""
    with OutputTransaction() as outputs:
        for each in (path, *more):
            outputs.stage(each).write_text(text, encoding="utf-8")
        return outputs.commit()


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_stands_in_its_place_after_the_commit(place):
    assert put(place, "new") == (place,)
    assert place.read_text(encoding="utf-8") == "new"
    assert names(place.parent) == ["all.csv"]


def test_nothing_changes_before_the_commit(place):
    put(place, "old")
    with OutputTransaction() as outputs:
        outputs.stage(place).write_text("new", encoding="utf-8")
        assert place.read_text(encoding="utf-8") == "old"


def test_without_commit_nothing_changes_and_nothing_is_left(place):
    put(place, "old")
    with OutputTransaction() as outputs:
        outputs.stage(place).write_text("new", encoding="utf-8")
    assert place.read_text(encoding="utf-8") == "old"
    assert names(place.parent) == ["all.csv"]


def test_an_error_on_the_way_leaves_what_was_there(place):
    put(place, "old")
    with pytest.raises(ZeroDivisionError), OutputTransaction() as outputs:
        outputs.stage(place).write_text(str(1 / 0), encoding="utf-8")
    assert place.read_text(encoding="utf-8") == "old"
    assert names(place.parent) == ["all.csv"]


def test_what_was_there_is_kept_beside(place):
    for text in ("first", "second", "third"):
        put(place, text)
    assert place.read_text(encoding="utf-8") == "third"
    assert place.with_name("all.csv.bak").read_text(encoding="utf-8") == "second"
    assert names(place.parent) == ["all.csv", "all.csv.bak"]


def test_a_file_that_would_not_change_is_left_alone(place):
    put(place, "same")
    before = place.stat()
    put(place, "same")
    after = place.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert names(place.parent) == ["all.csv"]


def test_a_file_that_would_not_change_keeps_its_backup(place):
    for text in ("first", "second", "second"):
        put(place, text)
    assert place.with_name("all.csv.bak").read_text(encoding="utf-8") == "first"


def test_a_backup_stays_when_its_file_was_moved_away(place):
    for text in ("first", "second"):
        put(place, text)
    place.rename(place.with_name("mine.csv"))
    put(place, "third")
    assert place.with_name("all.csv.bak").read_text(encoding="utf-8") == "first"


def test_files_of_one_name_and_different_endings_do_not_meet(tmp_path):
    places = [tmp_path / f"all.{ending}" for ending in ("xlsx", "csv", "parquet")]
    for text in ("old", "new"):
        with OutputTransaction() as outputs:
            for path in places:
                outputs.stage(path).write_text(f"{text} {path.suffix}", encoding="utf-8")
            assert outputs.commit() == tuple(places)
    for path in places:
        assert path.read_text(encoding="utf-8") == f"new {path.suffix}"
        assert path.with_name(f"{path.name}.bak").read_text(encoding="utf-8") == f"old {path.suffix}"


def test_folders_that_are_missing_are_made(tmp_path):
    put(tmp_path / "a/b/c/all.csv", "new")
    assert (tmp_path / "a/b/c/all.csv").exists()


def test_a_folder_that_can_not_be_made_is_an_output_error(tmp_path):
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with OutputTransaction() as outputs, pytest.raises(OutputError, match=r"folder .*file.* can't be made") as caught:
        outputs.stage(tmp_path / "file/all.csv")
    assert "another place" in caught.value.next_step


def test_a_place_that_can_not_be_taken_is_an_output_error(tmp_path):
    (tmp_path / "all.csv").mkdir()
    with pytest.raises(OutputError, match=r"all\.csv can't be replaced"):
        put(tmp_path / "all.csv", "new")
    assert names(tmp_path) == ["all.csv", "all.new.csv"]


def test_if_one_place_can_not_be_taken_none_changes(tmp_path):
    (tmp_path / "taken.csv").mkdir()
    (tmp_path / "all.csv").write_text("old", encoding="utf-8")
    with pytest.raises(OutputError):
        put(tmp_path / "all.csv", "new", tmp_path / "taken.csv")
    assert (tmp_path / "all.csv").read_text(encoding="utf-8") == "old"


def test_what_can_not_take_its_place_is_saved_under_another_name(tmp_path):
    (tmp_path / "taken.csv").mkdir()
    (tmp_path / "all.csv").write_text("old", encoding="utf-8")
    with pytest.raises(OutputError, match=r"saved as all\.new\.csv"):
        put(tmp_path / "all.csv", "new", tmp_path / "taken.csv")
    assert [(tmp_path / f"{name}.new.csv").read_text(encoding="utf-8") for name in ("all", "taken")] == ["new", "new"]


def test_if_one_place_can_not_be_taken_what_was_not_there_is_not_there(tmp_path):
    (tmp_path / "taken.csv").mkdir()
    with pytest.raises(OutputError):
        put(tmp_path / "all.csv", "new", tmp_path / "taken.csv")
    assert names(tmp_path) == ["all.new.csv", "taken.csv", "taken.new.csv"]


def test_a_free_name_is_the_place_itself_or_one_beside_what_stands_there(tmp_path):
    path = tmp_path / "report.json"
    assert OutputTransaction().pick_free_path(path) == path
    path.write_text("{}", encoding="utf-8")
    assert OutputTransaction().pick_free_path(path) == tmp_path / "report.failed.json"
