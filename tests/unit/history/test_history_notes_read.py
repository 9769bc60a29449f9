"""Reading the user's notes from a workbook."""

from datetime import date, time

import openpyxl
import polars as pl
import pytest

from flexscout.errors import DataFormatError, FileAccessError
from flexscout.history.notes import KEPT_SHEET, add_notes
from flexscout.outputs.files import Sheet, write_workbook
from notes import empty_notes, read_notes, read_workbook_edits
from results import listed, master

COLUMNS = ("My Status", "My Notes")


def enter(*cells, sheet="Flex Properties"):
    """Return an edit that enters values at cell addresses; A is My Status, B My Notes, row 2 is P-1."""

    def edit(book):
        for address, value in cells:
            book[sheet][address] = value

    return edit


def fill(book):
    """Enter notes in eight rows and remove their IDs."""
    for row in range(2, 10):
        book["Flex Properties"][f"B{row}"], book["Flex Properties"][f"L{row}"] = "note", None


@pytest.fixture
def workbook(tmp_path):
    """Write a list of three properties as a run does, `P-1` to `P-3`, then edit it as a user would."""

    def write(edit=enter(), count=3, sheets=()):  # noqa: B008 - an edit that does nothing
        table, _ = add_notes(master(*(listed(number) for number in range(1, count + 1))), empty_notes(COLUMNS))
        path = tmp_path / "all.xlsx"
        write_workbook([Sheet("Summary", [{"a": 1}]), Sheet("Flex Properties", table, {}, COLUMNS), *sheets], path)
        book = openpyxl.load_workbook(path)
        edit(book)
        book.save(path)
        return path

    return write


def placed(path, columns=COLUMNS):
    return read_notes(path, columns).placed.select("Property ID", *columns).rows()


def test_a_note_belongs_to_its_property(workbook):
    assert placed(workbook(enter(("A3", "call"), ("B3", "nice yard")))) == [("P-2", "call", "nice yard")]


def test_a_workbook_without_notes_has_none(workbook):
    assert placed(workbook()) == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("two\nlines", "two\nlines"),
        ("  spaces  ", "spaces"),
        ("'=1+1", "'=1+1"),
        (555, "555"),
        (0.5, "0.5"),
        ("0555", "0555"),
        (date(2026, 3, 14), "2026-03-14"),
        (time(9, 30), "09:30:00"),
        ("☎ José", "☎ José"),
    ],
)
def test_notes_are_text(workbook, value, text):
    assert placed(workbook(enter(("B2", value)))) == [("P-1", None, text)]


@pytest.mark.parametrize("blank", ["", "   "])
def test_a_blank_cell_is_not_a_note(workbook, blank):
    assert placed(workbook(enter(("B2", blank)))) == []


def test_rows_may_be_sorted_and_columns_moved(workbook):
    def edit(book):
        sheet = book["Flex Properties"]
        sheet["B2"] = "of the first"
        rows = [[cell.value for cell in reversed(row)] for row in sheet.iter_rows()]
        header, *others = rows
        for number, row in enumerate([header, *reversed(others)], 1):
            for position, value in enumerate(row, 1):
                sheet.cell(number, position).value = value

    assert placed(workbook(edit)) == [("P-1", None, "of the first")]


def test_rows_hidden_by_a_filter_keep_their_notes(workbook):
    def edit(book):
        book["Flex Properties"]["B3"] = "hidden"
        book["Flex Properties"].row_dimensions[3].hidden = True

    assert placed(workbook(edit)) == [("P-2", None, "hidden")]


def test_a_title_above_the_header_is_allowed(workbook):
    def edit(book):
        book["Flex Properties"]["B2"] = "note"
        book["Flex Properties"].insert_rows(1, 2)
        book["Flex Properties"]["A1"] = "Our list"

    assert placed(workbook(edit)) == [("P-1", None, "note")]


def test_headers_ignore_case_and_spaces(workbook):
    assert placed(workbook(enter(("B1", "my  notes"), ("B2", "note")))) == [("P-1", None, "note")]


def test_further_columns_are_read_if_configured(workbook):
    path = workbook(enter(("A2", "call"), ("Z1", "Broker"), ("Z2", "Ann")))
    assert placed(path, ("Broker",)) == [("P-1", "Ann")]


def test_the_list_may_continue_in_further_sheets(workbook):
    more = pl.DataFrame({"Property ID": ["P-9"], "My Notes": ["far down"]})
    path = workbook(sheets=[Sheet("Flex Properties (2)", more), Sheet("Flex Properties old", more)])
    assert placed(path) == [("P-9", None, "far down")]


def test_kept_notes_are_read_with_their_address(workbook):
    kept = pl.DataFrame({"Property ID": ["P-9"], "Address": ["9 Far Road"], "My Notes": ["wait"]})
    notes = read_notes(workbook(sheets=[Sheet(KEPT_SHEET, kept)]), COLUMNS)
    assert notes.placed.row(0) == ("P-9", "9 Far Road", None, None, None, "wait")


def test_a_note_without_an_id_gives_a_message_with_its_row(workbook):
    path = workbook(enter(("B3", "whose?"), ("L3", None)))
    notes = read_notes(path, COLUMNS)
    assert notes.placed.is_empty()
    assert notes.unplaced.select("Address", "My Notes").row(0) == ("2 Test Street", "whose?")
    assert read_workbook_edits(path, COLUMNS).messages == (
        'Notes without a Property ID stay on the sheet Notes of Others until you enter one: row 3 of "Flex Properties".',
    )


def test_notes_are_kept_if_the_id_column_was_deleted(workbook):
    def edit(book):
        book["Flex Properties"]["B2"] = "note"
        book["Flex Properties"].delete_cols(12)

    assert read_notes(workbook(edit), COLUMNS).unplaced["My Notes"].to_list() == ["note"]


def test_different_notes_of_one_property_are_joined(workbook):
    path = workbook(enter(("B2", "one"), ("B3", "two"), ("L3", "P-1"), ("B4", "one"), ("L4", "P-1")))
    assert read_notes(path, COLUMNS).placed["My Notes"].to_list() == ["one\ntwo"]
    assert read_workbook_edits(path, COLUMNS).messages == (
        "Different notes on the same property are all kept, one per line: P-1.",
    )


def test_a_column_added_by_the_user_is_read(workbook):
    path = workbook(enter(("Z1", "Broker"), ("Z2", "Ann"), ("Y1", "Empty")))
    entries = read_workbook_edits(path, COLUMNS, written=master(*map(listed, range(1, 4)))).entries
    assert entries.select("Property ID", "Column", "Text").rows() == [("P-1", "Broker", "Ann")]


def test_a_second_column_with_the_name_of_a_known_one_gets_another_name(workbook):
    path = workbook(enter(("Z1", "City"), ("Z2", "Uptown")))
    edits = read_workbook_edits(path, COLUMNS, written=master(*map(listed, range(1, 4))))
    assert edits.entries.select("Column", "Text").rows() == [("City (mine)", "Uptown")]
    assert edits.messages == ('Your column "City" has the name of one of flexscout\'s. It is kept as "City (mine)".',)


def test_at_most_fifty_columns_are_read(workbook):
    def edit(book):
        for number in range(60):
            book["Flex Properties"].cell(1, 20 + number).value = f"Extra {number}"
            book["Flex Properties"].cell(2, 20 + number).value = "x"

    edits = read_workbook_edits(workbook(edit), COLUMNS, written=master(*map(listed, range(1, 4))))
    assert edits.entries["Column"].to_list() == [f"Extra {number}" for number in range(48)]
    assert edits.messages[0].startswith(
        "At most 50 columns of yours are kept. Left out: Extra 48, Extra 49, Extra 50 and 9 more."
    )


def test_a_message_names_the_first_of_many_rows(workbook):
    assert (
        read_workbook_edits(workbook(fill, count=8), COLUMNS)
        .messages[0]
        .startswith(
            'Notes without a Property ID stay on the sheet Notes of Others until you enter one: row 2 of "Flex Properties", '
            'row 3 of "Flex Properties", '
            'row 4 of "Flex Properties" and 5 more'
        )
    )


def test_a_list_of_an_older_version_has_no_notes(tmp_path):
    write_workbook([Sheet("Flex Properties", master(listed()).drop("Property ID"))], tmp_path / "all.xlsx")
    assert placed(tmp_path / "all.xlsx") == []


def test_an_empty_list_has_no_notes(tmp_path):
    write_workbook([Sheet("Flex Properties", pl.DataFrame())], tmp_path / "all.xlsx")
    assert placed(tmp_path / "all.xlsx") == []


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda book: book.remove(book["Flex Properties"]), "its sheets are Summary"),
        (lambda book: book["Flex Properties"].delete_rows(1), 'sheet "Flex Properties": none of its first rows is a header'),
    ],
)
def test_a_workbook_without_its_list_is_an_error(workbook, edit, words):
    with pytest.raises(DataFormatError, match=words):
        read_notes(workbook(edit), COLUMNS)


def test_a_damaged_workbook_is_an_error(workbook):
    path = workbook()
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(DataFormatError, match=r"all\.xlsx is damaged"):
        read_notes(path, COLUMNS)


def test_a_missing_workbook_is_an_error(tmp_path):
    with pytest.raises(FileAccessError, match=r"all\.xlsx no longer exists"):
        read_notes(tmp_path / "all.xlsx", COLUMNS)
