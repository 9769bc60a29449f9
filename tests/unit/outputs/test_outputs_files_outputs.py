"""Output files are replaced all at once, or not at all."""

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


def test_commit_moves_a_file_into_place(place):
    assert put(place, "new") == (place,)
    assert place.read_text(encoding="utf-8") == "new"
    assert names(place.parent) == ["all.csv"]


def test_files_are_unchanged_before_commit(place):
    put(place, "old")
    with OutputTransaction() as outputs:
        outputs.stage(place).write_text("new", encoding="utf-8")
        assert place.read_text(encoding="utf-8") == "old"


def test_leaving_without_commit_changes_nothing(place):
    put(place, "old")
    with OutputTransaction() as outputs:
        outputs.stage(place).write_text("new", encoding="utf-8")
    assert place.read_text(encoding="utf-8") == "old"
    assert names(place.parent) == ["all.csv"]


def test_an_error_changes_nothing(place):
    put(place, "old")
    with pytest.raises(ZeroDivisionError), OutputTransaction() as outputs:
        outputs.stage(place).write_text(str(1 / 0), encoding="utf-8")
    assert place.read_text(encoding="utf-8") == "old"
    assert names(place.parent) == ["all.csv"]


def test_the_previous_file_is_kept_as_backup(place):
    for text in ("first", "second", "third"):
        put(place, text)
    assert place.read_text(encoding="utf-8") == "third"
    assert place.with_name("all.csv.bak").read_text(encoding="utf-8") == "second"
    assert names(place.parent) == ["all.csv", "all.csv.bak"]


def test_an_unchanged_file_is_left_alone(place):
    put(place, "same")
    before = place.stat()
    put(place, "same")
    after = place.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert names(place.parent) == ["all.csv"]


def test_an_unchanged_file_keeps_its_backup(place):
    for text in ("first", "second", "second"):
        put(place, text)
    assert place.with_name("all.csv.bak").read_text(encoding="utf-8") == "first"


def test_a_backup_stays_if_its_file_was_moved(place):
    for text in ("first", "second"):
        put(place, text)
    place.rename(place.with_name("mine.csv"))
    put(place, "third")
    assert place.with_name("all.csv.bak").read_text(encoding="utf-8") == "first"


def test_files_that_differ_only_in_suffix_are_kept_apart(tmp_path):
    places = [tmp_path / f"all.{ending}" for ending in ("xlsx", "csv", "parquet")]
    for text in ("old", "new"):
        with OutputTransaction() as outputs:
            for path in places:
                outputs.stage(path).write_text(f"{text} {path.suffix}", encoding="utf-8")
            assert outputs.commit() == tuple(places)
    for path in places:
        assert path.read_text(encoding="utf-8") == f"new {path.suffix}"
        assert path.with_name(f"{path.name}.bak").read_text(encoding="utf-8") == f"old {path.suffix}"


def test_missing_folders_are_created(tmp_path):
    put(tmp_path / "a/b/c/all.csv", "new")
    assert (tmp_path / "a/b/c/all.csv").exists()


def test_a_folder_that_cant_be_created_is_an_output_error(tmp_path):
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with OutputTransaction() as outputs, pytest.raises(OutputError, match=r"Can't create the folder .*file is a file") as caught:
        outputs.stage(tmp_path / "file/all.csv")
    assert "another location" in caught.value.next_step


def test_a_path_that_cant_be_replaced_is_an_output_error(tmp_path):
    (tmp_path / "all.csv").mkdir()
    with pytest.raises(OutputError, match=r"Can't replace .*all\.csv"):
        put(tmp_path / "all.csv", "new")
    assert names(tmp_path) == ["all.csv", "all.new.csv"]


def test_if_one_file_cant_be_replaced_none_is(tmp_path):
    (tmp_path / "taken.csv").mkdir()
    (tmp_path / "all.csv").write_text("old", encoding="utf-8")
    with pytest.raises(OutputError):
        put(tmp_path / "all.csv", "new", tmp_path / "taken.csv")
    assert (tmp_path / "all.csv").read_text(encoding="utf-8") == "old"


def test_files_that_cant_be_placed_are_saved_under_other_names(tmp_path):
    (tmp_path / "taken.csv").mkdir()
    (tmp_path / "all.csv").write_text("old", encoding="utf-8")
    with pytest.raises(OutputError, match=r"such as all\.new\.csv"):
        put(tmp_path / "all.csv", "new", tmp_path / "taken.csv")
    assert [(tmp_path / f"{name}.new.csv").read_text(encoding="utf-8") for name in ("all", "taken")] == ["new", "new"]


def test_a_failed_commit_leaves_no_file_that_did_not_exist(tmp_path):
    (tmp_path / "taken.csv").mkdir()
    with pytest.raises(OutputError):
        put(tmp_path / "all.csv", "new", tmp_path / "taken.csv")
    assert names(tmp_path) == ["all.new.csv", "taken.csv", "taken.new.csv"]


def test_a_free_path_is_the_path_itself_or_a_failed_name(tmp_path):
    path = tmp_path / "report.json"
    assert OutputTransaction().pick_free_path(path) == path
    path.write_text("{}", encoding="utf-8")
    assert OutputTransaction().pick_free_path(path) == tmp_path / "report.failed.json"
