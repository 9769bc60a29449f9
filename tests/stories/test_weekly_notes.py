"""Three weeks of notes: typed in the workbook, carried on, left behind with their property, and back with it."""

import openpyxl
import pytest

from flexscout.history.edits import add_entries
from flexscout.history.notes import KEPT_SHEET, add_notes, arrange_notes, is_rejected_status
from flexscout.outputs.files import Sheet, write_workbook
from notes import NO_ENTRIES, read_workbook_edits
from results import listed, master

COLUMNS = ("My Status", "My Notes")
ONE, TWO, THREE = listed(1), listed(2), listed(3)


@pytest.fixture
def week(tmp_path):
    """What a run does with the workbook: read it back, put the notes on the new list, write that; gives the list."""
    path = tmp_path / "all.xlsx"
    known = {"current": NO_ENTRIES, "written": None}

    def run(*rows, edit=None):
        if path.exists():
            entries = read_workbook_edits(path, COLUMNS, known["written"], known["current"], known["current"]).entries
            known["current"] = add_entries(known["current"], entries)
        table, kept = add_notes(master(*rows), arrange_notes(known["current"], COLUMNS))
        write_workbook([Sheet("Flex Properties", table, {}, COLUMNS), Sheet(KEPT_SHEET, kept, {}, COLUMNS)], path)
        known["written"] = table
        if edit:
            book = openpyxl.load_workbook(path)
            edit(book)
            book.save(path)
        return table

    return run


def note(address, text, sheet="Flex Properties"):
    return lambda book: book[sheet].__setitem__(address, text)


def noted(table):
    """ID -> what the person typed."""
    return {name: texts for name, *texts in table.select("Property ID", *COLUMNS).rows() if any(texts)}


def test_notes_go_with_their_property_when_it_is_respelled_leaves_and_returns(week, tmp_path):
    week(ONE, TWO, THREE, edit=note("B3", "called the owner"))
    second = week(THREE, ONE, listed(2, Address="2 TEST ST."), edit=note("A3", "Passed"))
    assert noted(second) == {"P-2": [None, "called the owner"]}
    third = week(listed(4), THREE)
    assert noted(third) == {}
    kept = list(openpyxl.load_workbook(tmp_path / "all.xlsx")[KEPT_SHEET].iter_rows(min_row=2, values_only=True))
    assert kept == [
        ("P-1", "1 Test Street", "Charlotte", "NC", "Passed", None),
        ("P-2", "2 Test Street", "Charlotte", "NC", None, "called the owner"),
    ]
    fourth = week(ONE, TWO, THREE)
    assert noted(fourth) == {"P-1": ["Passed", None], "P-2": [None, "called the owner"]}
    assert fourth.filter(~is_rejected_status(fourth, ["passed"]))["Property ID"].to_list() == ["P-2", "P-3"]


def test_a_note_may_be_changed_where_it_is_kept(week):
    week(ONE, TWO, edit=note("B3", "first thought"))
    week(ONE, edit=note("F2", "second thought", KEPT_SHEET))
    assert noted(week(ONE, TWO)) == {"P-2": [None, "second thought"]}


def test_a_note_that_lost_its_id_waits_until_it_is_given_one(week, tmp_path):
    def lose(book):
        book["Flex Properties"]["B2"], book["Flex Properties"]["L2"] = "whose?", None

    week(ONE, TWO, edit=lose)
    week(ONE, TWO)
    assert noted(week(ONE, TWO, edit=note("A2", "P-1", KEPT_SHEET))) == {}
    assert noted(week(ONE, TWO)) == {"P-1": [None, "whose?"]}
    assert openpyxl.load_workbook(tmp_path / "all.xlsx")[KEPT_SHEET].max_row == 1


def test_a_note_that_was_deleted_is_gone(week):
    week(ONE, edit=note("B2", "no"))
    week(ONE, edit=note("B2", None))
    assert noted(week(ONE)) == {}


@pytest.mark.parametrize("text", ["=1+1", "+49 30 1234", "@home", "-5", "00123", "1e5", "5"])
def test_what_could_be_a_formula_or_a_number_stays_as_it_was_typed(week, tmp_path, text):
    def edit(book):
        cell = book["Flex Properties"]["B2"]
        cell.value, cell.data_type = text, "s"

    week(ONE, edit=edit)
    for _ in range(2):
        assert noted(week(ONE)) == {"P-1": [None, text]}
    cell = openpyxl.load_workbook(tmp_path / "all.xlsx")["Flex Properties"]["B2"]
    assert (cell.value, cell.data_type) == (text, "s")
