"""Notes live in a file beside the workbook; the workbook is one place to edit them."""

import shutil

import polars as pl
import pytest

from weeks import Weeks
from workbooks import candidate

ONE, TWO = "1 Test Street", "2 Test Street"


@pytest.fixture(scope="module")
def first_week(tmp_path_factory):
    weeks = Weeks(tmp_path_factory.mktemp("first"))
    weeks.first()
    return weeks


@pytest.fixture
def weeks(first_week, tmp_path):
    return first_week.copy(tmp_path)


def test_deleting_the_workbook_loses_no_note(weeks):
    weeks.enter(ONE, {"My Notes": "call on Monday"})
    weeks.run()
    weeks.workbook.unlink()
    assert weeks.run().column("My Notes")[ONE] == "call on Monday"


def test_deleting_the_notes_file_loses_no_note_that_is_in_the_workbook(weeks):
    weeks.enter(ONE, {"My Notes": "call on Monday"})
    weeks.run()
    weeks.store.unlink()
    assert weeks.run().column("My Notes")[ONE] == "call on Monday"
    assert "call on Monday" in weeks.store.read_text(encoding="utf-8")


def test_the_notes_file_has_a_line_per_note(weeks):
    weeks.enter(ONE, {"My Notes": "call\non Monday", "My Status": "open"})
    weeks.run()
    header, *lines = weeks.store.read_text(encoding="utf-8-sig").splitlines()
    assert header == "Kind,Property ID,Address,City,State,Column,Text,Time"
    assert [line.rpartition(",")[0].split(",", 2)[2] for line in lines] == [
        "1 Test Street,Charlotte,NC,My Status,open",
        r"1 Test Street,Charlotte,NC,My Notes,call\non Monday",
    ]


def test_a_run_without_notes_writes_no_notes_file(weeks):
    assert not weeks.store.exists()


def test_notes_typed_on_top_candidates_are_kept_on_both_sheets(weeks):
    weeks.enter(TWO, {"My Status": "touring", "My Notes": "nice yard"}, sheet="Top Candidates")
    week = weeks.run()
    for sheet in ("Flex Properties", "Top Candidates"):
        assert week.column("My Status", sheet) == {ONE: None, TWO: "touring", "3 Test Street": None}
        assert week.column("My Notes", sheet)[TWO] == "nice yard"


def test_different_notes_on_both_sheets_are_both_kept(weeks):
    weeks.enter(ONE, {"My Notes": "from the list"})
    weeks.enter(ONE, {"My Notes": "from the top"}, sheet="Top Candidates")
    week = weeks.run()
    assert week.column("My Notes")[ONE] == "from the top\nfrom the list"
    assert any(message.startswith("Different notes on the same property are all kept") for message in week.messages)


def test_a_note_changed_on_one_sheet_replaces_the_old_one(weeks):
    weeks.enter(ONE, {"My Notes": "old"})
    weeks.run()
    weeks.enter(ONE, {"My Notes": "new"}, sheet="Top Candidates")
    assert weeks.run().column("My Notes")[ONE] == "new"


@pytest.mark.parametrize("sheet", ["Flex Properties", "Top Candidates"])
def test_an_emptied_cell_removes_the_note(weeks, sheet):
    weeks.enter(ONE, {"My Notes": "old"})
    weeks.run()
    weeks.enter(ONE, {"My Notes": None}, sheet=sheet)
    assert weeks.run().column("My Notes")[ONE] is None
    assert weeks.run(min_flex_score=3.0).column("My Notes")[ONE] is None


def test_an_added_column_comes_back_on_both_sheets(weeks):
    weeks.enter(TWO, {"Broker": "Ann"}, sheet="Top Candidates")
    week = weeks.run()
    assert week.column("Broker")[TWO] == "Ann"
    assert week.column("Broker", "Top Candidates")[TWO] == "Ann"
    weeks.enter(ONE, {"Broker": "Bob"})
    assert weeks.run().column("Broker") == {ONE: "Bob", TWO: "Ann", "3 Test Street": None}
    assert week.summary.report["notes"]["columns"] == ["My Status", "My Notes", "Broker"]


def test_a_column_of_the_exports_is_not_taken_as_an_added_one(tmp_path):
    weeks = Weeks(tmp_path)
    rows = [(*candidate(number), "Ann") for number in (1, 2)]
    header = (
        *("Property Type", "Address", "City", "State", "Building SqFt", "Lot Size Acres", "Year Built", "Occupancy"),
        "Agent",
    )
    weeks.run(*rows, header=header)
    weeks.enter(ONE, {"My Notes": "call"})
    assert weeks.run().summary.report["notes"]["columns"] == ["My Status", "My Notes"]
    assert weeks.store.read_text(encoding="utf-8").count("\n") == 2


def test_an_older_workbook_removes_no_newer_note(weeks, tmp_path):
    weeks.enter(ONE, {"My Notes": "first"})
    weeks.run()
    shutil.copy(weeks.workbook, tmp_path / "old.xlsx")
    weeks.enter(TWO, {"My Notes": "later"})
    weeks.enter(ONE, {"My Notes": "second"})
    weeks.run()
    shutil.copy(tmp_path / "old.xlsx", weeks.workbook)
    notes = weeks.run().column("My Notes")
    assert (notes[ONE], notes[TWO]) == ("second", "later")


def test_a_note_typed_into_an_older_workbook_is_added_to_the_newer_one(weeks, tmp_path):
    weeks.enter(ONE, {"My Notes": "first"})
    weeks.run()
    shutil.copy(weeks.workbook, tmp_path / "old.xlsx")
    weeks.enter(ONE, {"My Notes": "second"})
    weeks.run()
    shutil.copy(tmp_path / "old.xlsx", weeks.workbook)
    weeks.enter(ONE, {"My Notes": "third"})
    assert weeks.run().column("My Notes")[ONE] == "second\nthird"


def test_deleted_rows_remove_no_note(weeks):
    weeks.enter(ONE, {"My Notes": "keep"})
    weeks.run()
    weeks.edit(lambda book: [book[sheet].delete_rows(4, 2) for sheet in ("Flex Properties", "Top Candidates")])
    assert weeks.run().column("My Notes")[ONE] == "keep"


def test_rows_that_a_limited_workbook_leaves_out_keep_their_notes_and_are_in_the_copies(weeks):
    last = [row["Address"] for row in weeks.run().sheet()][-1]
    weeks.enter(last, {"My Notes": "keep"})
    week = weeks.run(workbook_rows=1)
    assert last not in week.column("Address")
    assert week.master.height == 3
    assert week.master.filter(pl.col("Address") == last)["My Notes"].to_list() == ["keep"]
    texts = [str(cell.value) for row in week.book["Flex Properties"].iter_rows(max_row=2) for cell in row]
    assert any("The first 1 of 3 rows; the CSV and Parquet copies have all." in text for text in texts)
    assert weeks.run(workbook_rows=0).column("My Notes")[last] == "keep"


def test_a_line_added_to_the_notes_file_is_on_the_next_list(weeks):
    weeks.enter(ONE, {"My Notes": "mine"})
    week = weeks.run()
    name = next(row["Property ID"] for row in week.sheet() if row["Address"] == TWO)
    with weeks.store.open("a", encoding="utf-8") as file:
        file.write(f"note,{name},,,,My Notes,from a colleague,\n")
    assert weeks.run().column("My Notes")[TWO] == "from a colleague"


def test_edits_of_the_file_and_the_workbook_are_both_kept(weeks):
    weeks.enter(ONE, {"My Notes": "mine"})
    week = weeks.run()
    name = next(row["Property ID"] for row in week.sheet() if row["Address"] == ONE)
    with weeks.store.open("a", encoding="utf-8") as file:
        file.write(f"note,{name},,,,My Notes,from a colleague,\n")
    weeks.enter(ONE, {"My Notes": "mine too"})
    assert weeks.run().column("My Notes")[ONE] == "from a colleague\nmine too"


def test_a_damaged_line_is_reported_with_its_number_and_stays(weeks):
    weeks.enter(ONE, {"My Notes": "mine"})
    weeks.run()
    with weeks.store.open("a", encoding="utf-8") as file:
        file.write('what is this?\nnote,"half\n')
    week = weeks.run()
    assert week.column("My Notes")[ONE] == "mine"
    assert [message[:28] for message in week.messages if "is not used" in message] == [
        "Line 3 of all_notes.csv is n",
        "Line 4 of all_notes.csv is n",
    ]
    weeks.enter(TWO, {"My Notes": "more"})
    assert weeks.run().column("My Notes")[TWO] == "more"
    assert "what is this?\n" in weeks.store.read_text(encoding="utf-8")


@pytest.mark.parametrize("word", ["pass", "Passed", "dead", "no", "rejected", "Sold"])
def test_the_usual_words_reject_a_property(weeks, word):
    weeks.enter(ONE, {"My Status": word})
    assert ONE not in weeks.run().column("Rank", "Top Candidates")


def test_rejected_properties_can_be_hidden_and_come_back(weeks):
    weeks.enter(ONE, {"My Status": "dead"})
    week = weeks.run(hide_rejected=True)
    assert list(week.column("My Status")) == [TWO, "3 Test Street"]
    assert week.column("My Status", "Notes of Others") == {ONE: "dead"}
    assert week.summary.report["notes"]["hidden"] == 1
    assert "1 candidate that you rejected is hidden from the list; the sheet Notes of Others has them." in week.messages
    weeks.enter(ONE, {"My Status": "open"}, sheet="Notes of Others")
    assert weeks.run(hide_rejected=True).column("My Status")[ONE] == "open"


def test_an_unchanged_folder_with_an_edited_notes_file_is_run_again(weeks):
    weeks.enter(ONE, {"My Notes": "mine"})
    weeks.run()
    assert weeks.run().summary.repeated_run
    weeks.store.write_text(weeks.store.read_text(encoding="utf-8").replace("mine", "yours"), encoding="utf-8")
    week = weeks.run()
    assert not week.summary.repeated_run
    assert week.column("My Notes")[ONE] == "yours"


def test_notes_change_no_byte_of_the_data_beside_them(tmp_path):
    weeks = Weeks(tmp_path)
    weeks.first()
    weeks.enter(ONE, {"My Notes": "mine"})
    first = weeks.run().workbook.read_bytes()
    shutil.rmtree(tmp_path / "out/.flexscout")
    weeks.workbook.unlink()
    assert weeks.run().workbook.read_bytes() == first
