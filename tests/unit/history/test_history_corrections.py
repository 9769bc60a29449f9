"""Recognizing data cells that a person changed in the workbook."""

from datetime import date

import openpyxl
import polars as pl
import pytest

from flexscout.history.corrections import convert_values
from flexscout.history.edits import add_entries
from flexscout.history.notes_store import ENTRY_SCHEMA
from flexscout.outputs.files import Sheet, write_workbook
from notes import NO_ENTRIES, read_workbook_edits
from results import listed, master

COLUMNS = ("My Status", "My Notes")
LIST = master(
    *(
        listed(
            number,
            Asking_Price=4_200_000.0 + number,
            Lot_Size_Acres=1 + number / 7,
            Occupancy=95.0,
            Year_Built=1990,
            Sale_Date=date(2024, 3, number),
            APN=f"00{number}-12",
            Near_Highway=True,
            Property_Type="Flex" if number == 1 else None,
        )
        for number in range(1, 4)
    )
)


@pytest.fixture
def workbook(tmp_path):
    """Write a list and, if given, corrections and top candidates; change a cell of the list: (ID, column) -> value."""

    def write(changes=(), corrections=(), edit=None, *, top=False):
        path = tmp_path / "all.xlsx"
        sheets = [Sheet("Flex Properties", LIST, {}, ("APN",))]
        if top:
            sheets.append(Sheet("Top Candidates", LIST.select("Asking Price", "Flex Score", "Property ID")))
        if corrections:
            names = ["Property ID", "Column", "Source Value", "My Value"]
            sheets.append(
                Sheet("My Corrections", pl.DataFrame(corrections, schema=dict.fromkeys(names, pl.String), orient="row"))
            )
        write_workbook(sheets, path)
        book = openpyxl.load_workbook(path)
        for sheet, row, name, value in changes:
            header = [cell.value for cell in book[sheet][1]]
            if name not in header:
                header.append(name)
                book[sheet].cell(1, len(header)).value = name
            book[sheet].cell(row, header.index(name) + 1).value = value
        if edit:
            edit(book)
        book.save(path)
        return path

    return write


def corrected(path, current=NO_ENTRIES):
    """Return the corrections that a run would save."""
    edits = read_workbook_edits(path, COLUMNS, LIST, current, current)
    return edits.entries.filter(pl.col("Kind") == "correction").select("Property ID", "Column", "Text").rows()


def stored(*corrections):
    rows = [{"Kind": "correction", "Property ID": name, "Column": column, "Text": text} for name, column, text in corrections]
    return add_entries(NO_ENTRIES, pl.DataFrame(rows, schema=ENTRY_SCHEMA))


def on_list(row, name, value):
    return [("Flex Properties", row, name, value)]


def test_an_untouched_workbook_has_no_corrections(workbook):
    assert corrected(workbook()) == []


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("Asking Price", 3_900_000, "3900000"),
        ("Asking Price", "$3.9M", "3900000"),
        ("Lot Size Acres", 2.5, "2.5"),
        ("Occupancy", 72, "72"),
        ("Occupancy", 0.72, "72"),
        ("Occupancy", "72% leased", "72"),
        ("Occupancy", 1, "100"),
        ("Year Built", 1985, "1985"),
        ("Sale Date", date(2025, 1, 31), "2025-01-31"),
        ("Sale Date", "1/31/2025", "2025-01-31"),
        ("APN", "0042", "0042"),
        ("Near Highway", "no", "no"),
        ("Property Type", "Warehouse", "Warehouse"),
        ("City", "Concord", "Concord"),
        ("Property Type", "Flex", "Flex"),
        ("Ceiling Height", "18 ft", "18"),
    ],
)
def test_a_changed_cell_is_a_correction(workbook, name, value, text):
    assert corrected(workbook(on_list(3, name, value))) == [("P-2", name, text)]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Asking Price", 4_200_002.0000001),
        ("Asking Price", "$4,200,002"),
        ("Lot Size Acres", 1.285714286),
        ("Occupancy", 0.95),
        ("Occupancy", "95%"),
        ("Sale Date", "Mar 2, 2024"),
        ("Near Highway", "YES"),
        ("APN", " 002-12 "),
    ],
)
def test_another_form_of_the_same_value_is_not_a_correction(workbook, name, value):
    assert corrected(workbook(on_list(3, name, value))) == []


def test_an_emptied_cell_without_a_correction_is_not_one(workbook):
    assert corrected(workbook(on_list(3, "Asking Price", None))) == []


def test_a_value_for_a_column_that_the_list_lacks_is_a_correction(workbook):
    assert corrected(workbook(on_list(3, "Ceiling Height", 18))) == [("P-2", "Ceiling Height", "18")]


def test_sorted_and_deleted_rows_are_not_corrections(workbook):
    def edit(book):
        sheet = book["Flex Properties"]
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        for number, row in enumerate(reversed(rows), 2):
            for position, value in enumerate(row, 1):
                sheet.cell(number, position).value = value
        sheet.delete_rows(2)

    assert corrected(workbook(edit=edit)) == []


def test_scores_and_sources_are_not_corrected(workbook):
    assert corrected(workbook([*on_list(3, "Flex Score", 10), *on_list(3, "Source Row", 99)])) == []


def test_a_cell_changed_on_top_candidates_is_a_correction(workbook):
    assert corrected(workbook([("Top Candidates", 3, "Asking Price", 1_000_000)], top=True)) == [
        ("P-2", "Asking Price", "1000000")
    ]


def test_of_different_corrections_all_are_saved_and_the_last_counts(workbook):
    changes = [*on_list(3, "Asking Price", 1_000_000), ("Top Candidates", 3, "Asking Price", 2_000_000)]
    path = workbook(changes, top=True)
    assert corrected(path) == [("P-2", "Asking Price", "1000000"), ("P-2", "Asking Price", "2000000")]
    messages = read_workbook_edits(path, COLUMNS, LIST).messages
    assert "Different corrections on the same property are all kept, and the last one counts: P-2." in messages


def test_a_text_that_is_no_value_becomes_a_note_with_a_message(workbook):
    path = workbook(on_list(3, "Asking Price", "call broker"))
    edits = read_workbook_edits(path, COLUMNS, LIST)
    saved = edits.entries.select("Kind", "Property ID", "Column", "Text").rows()
    assert saved == [("note", "P-2", "My Notes", "Asking Price: call broker")]
    (message,) = edits.messages
    assert message.startswith("Sheet \"Flex Properties\", row 3, Asking Price: 'call broker' can't be read as a number.")


@pytest.mark.parametrize("value", ["#REF!", "999999999999999999"])
def test_an_error_or_an_impossible_value_is_not_a_correction(workbook, value):
    assert corrected(workbook(on_list(3, "Building SqFt", value))) == []


def test_a_column_that_was_sorted_alone_gives_no_corrections(tmp_path):
    table = master(*(listed(number, Asking_Price=1_000.0 * number) for number in range(1, 30)))
    path = tmp_path / "all.xlsx"
    write_workbook([Sheet("Flex Properties", table.with_columns(pl.col("Asking Price").reverse()))], path)
    edits = read_workbook_edits(path, COLUMNS, table)
    assert edits.entries.is_empty()
    assert edits.messages[0].startswith('On the sheet "Flex Properties" the values of Asking Price are in other rows')


def test_many_new_values_in_a_column_are_corrections(tmp_path):
    table = master(*(listed(number, Asking_Price=1_000.0 * number) for number in range(1, 30)))
    path = tmp_path / "all.xlsx"
    write_workbook([Sheet("Flex Properties", table.with_columns(pl.col("Asking Price") - 7))], path)
    assert read_workbook_edits(path, COLUMNS, table).entries.height == 29


PRICE = ("P-2", "Asking Price", "4200002")
ROW = ("P-2", "Asking Price", "5000000", "4200002")


def test_a_correction_is_removed_with_its_row(workbook):
    path = workbook(corrections=[ROW], edit=lambda book: book["My Corrections"].delete_rows(2))
    assert corrected(path, stored(PRICE)) == [("P-2", "Asking Price", None)]


def test_deleting_the_whole_sheet_removes_no_correction(workbook):
    assert corrected(workbook(), stored(PRICE)) == []


@pytest.mark.parametrize("value", [None, 5_000_000, "$5.0M"])
def test_a_correction_is_removed_by_emptying_or_restoring_its_cell(workbook, value):
    path = workbook(on_list(3, "Asking Price", value), corrections=[ROW])
    assert corrected(path, stored(PRICE)) == [("P-2", "Asking Price", None)]


def test_a_correction_can_be_changed_where_it_is_listed(workbook):
    path = workbook([("My Corrections", 2, "My Value", 3_000_000)], corrections=[ROW])
    assert corrected(path, stored(PRICE)) == [("P-2", "Asking Price", "3000000")]


def test_a_correction_that_stays_as_it_is_is_not_saved_again(workbook):
    assert corrected(workbook(corrections=[ROW]), stored(PRICE)) == []


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("Occupancy", "0.5", "0.5"),
        ("Occupancy", "72", "72"),
        ("Sale Date", "2025-01-31", "2025-01-31"),
        ("Near Highway", "yes", "yes"),
    ],
)
def test_stored_values_are_read_as_they_are(name, text, value):
    assert convert_values(name, pl.Series([text])).to_list() == [value]
