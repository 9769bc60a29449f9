"""The file of the user's notes and corrections."""

import os

import polars as pl
import pytest

from flexscout.errors import OutputError
from flexscout.history.notes_store import ENTRY_SCHEMA, NotesStore, select_current


@pytest.fixture
def store(tmp_path):
    return NotesStore(tmp_path / "out/all_notes.csv")


def entry(text, name="P-1", column="My Notes", **values):
    return {"Kind": "note", "Property ID": name, "Column": column, "Text": text, "Time": "2026-01-19T08:00:00+00:00", **values}


def entries(*rows):
    return pl.DataFrame(list(rows), schema=ENTRY_SCHEMA)


def texts(store):
    return store.read().entries["Text"].to_list()


def test_a_store_that_does_not_exist_is_empty(store):
    assert store.read().entries.is_empty()
    assert store.read().messages == ()


def test_entries_are_read_as_they_were_added(store):
    added = entries(entry("call"), entry(None, Address="1 Main St, Unit 2", City='"Old" Town', State="NC"))
    store.append(added.head(1))
    store.append(added.tail(1))
    assert store.read().entries.drop("Line").equals(added)


def test_adding_nothing_creates_no_file(store):
    store.append(entries())
    assert not store.path.exists()


def test_lines_are_only_added(store):
    store.append(entries(entry("one")))
    before = store.path.read_bytes()
    store.append(entries(entry("two")))
    assert store.path.read_bytes().startswith(before)


def test_an_unfinished_last_line_is_not_continued(store):
    store.append(entries(entry("one")))
    with store.path.open("a", encoding="utf-8") as file:
        file.write("note,P-2")
    store.append(entries(entry("two")))
    assert texts(store) == ["one", "two"]
    fields = ", ".join(ENTRY_SCHEMA)
    problem = f"it doesn't have the 8 fields {fields}"
    assert store.read().messages == (f"Line 3 of all_notes.csv is not used: {problem}. Correct or delete it.",)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("nothing", "it doesn't have the 8 fields"),
        ('note,P-1,,,,My Notes,"half,', "it doesn't have the 8 fields"),
        ("remark,P-1,,,,My Notes,text,", "its first field should be note or correction"),
        (",P-1,,,,My Notes,text,", "its first field should be note or correction"),
        ("note,P-1,,,,,text,", "it names no column"),
        ("correction,P-1,,,,Weather,fine,", "it corrects a column that flexscout doesn't know"),
        ("correction,,,,,Asking Price,1,", "a correction needs a Property ID"),
    ],
)
def test_a_line_that_can_not_be_used_is_reported(store, line, problem):
    store.append(entries(entry("one")))
    with store.path.open("a", encoding="utf-8") as file:
        file.write(f"{line}\nnote,P-2,,,,My Notes,two,\n")
    assert texts(store) == ["one", "two"]
    (message,) = store.read().messages
    assert message.startswith(f"Line 3 of all_notes.csv is not used: {problem}")


def test_many_damaged_lines_are_counted(store):
    store.append(entries(entry("one")))
    with store.path.open("a", encoding="utf-8") as file:
        file.write("x\n" * 10)
    assert store.read().messages[-1] == "7 more lines of all_notes.csv can't be used either."


def test_blank_lines_and_windows_line_ends_are_allowed(store):
    store.append(entries(entry("one")))
    store.path.write_bytes(store.path.read_bytes().replace(b"\n", b"\r\n") + b"\r\n,,,,,,,\r\nnote,P-2,,,,My Notes,two,\r\n")
    assert (texts(store), store.read().messages) == (["one", "two"], ())


def test_a_file_saved_in_the_windows_code_page_is_read(store):
    store.append(entries(entry("one")))
    with store.path.open("ab") as file:
        file.write("note,P-2,,,,My Notes,Café,\n".encode("cp1252"))
    store.append(entries(entry("☎")))
    assert texts(store) == ["one", "Café", "☎"]


def test_the_latest_line_of_a_note_counts():
    rows = [entry("old"), entry("other", name="P-2"), entry("new"), entry(None, name="P-2")]
    assert select_current(entries(*rows)).select("Property ID", "Text").rows() == [("P-1", "new"), ("P-2", None)]


def test_a_text_never_becomes_a_formula(store):
    store.append(entries(entry('=HYPERLINK("http://x","y")')))
    assert "'=HYPERLINK" in store.path.read_text(encoding="utf-8")
    assert texts(store) == ['=HYPERLINK("http://x","y")']


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="a superuser may write anywhere")
def test_a_file_that_can_not_be_written_is_an_error(store):
    store.append(entries(entry("one")))
    store.path.chmod(0o400)
    with pytest.raises(OutputError, match="Can't save your notes"):
        store.append(entries(entry("two")))


def test_a_folder_in_its_place_is_an_error(store):
    store.path.mkdir(parents=True)
    with pytest.raises(OutputError, match="Can't read your notes"):
        store.read()
    with pytest.raises(OutputError, match="Can't save your notes"):
        store.append(entries(entry("one")))
