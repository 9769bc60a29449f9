"""A person corrects values on the list; the corrections win until they are taken back."""

import shutil

import pytest

from flexscout.insights import compare_profiles
from program import flexscout
from weeks import Weeks
from workbooks import HEADER, candidate

ONE, TWO, THREE = (f"{number} Test Street" for number in (1, 2, 3))
PRICED = (*HEADER, "Asking Price")


def priced(number, price, **values):
    return (*candidate(number, **values), price)


@pytest.fixture(scope="module")
def first_week(tmp_path_factory):
    return run_first_week(tmp_path_factory.mktemp("first"))


def run_first_week(folder):
    weeks = Weeks(folder)
    weeks.run(priced(1, 4_200_000), priced(2, 2_000_000), priced(3, None), header=PRICED)
    return weeks


@pytest.fixture
def weeks(first_week, tmp_path):
    return first_week.copy(tmp_path)


def corrections(week):
    names = ("Address", "Column", "Source Value", "My Value")
    return [tuple(row[name] for name in names) for row in week.sheet("My Corrections")]


@pytest.mark.parametrize("sheet", ["Flex Properties", "Top Candidates"])
def test_a_corrected_size_counts_for_the_score_and_is_marked(weeks, sheet):
    weeks.enter(ONE, {"Building SqFt": 120_000}, sheet=sheet)
    week = weeks.run()
    assert week.column("Flex Score") == {TWO: 9, THREE: 9, ONE: 7}
    assert week.column("Building SqFt")[ONE] == 120_000
    assert week.column("Corrected Cells") == {TWO: None, THREE: None, ONE: "Building SqFt (source: 30000)"}
    assert corrections(week) == [(ONE, "Building SqFt", "30000", "120000")]
    assert "Your corrections in effect: 1. See the sheet My Corrections." in week.messages


def test_a_correction_wins_over_next_weeks_export(weeks):
    weeks.enter(ONE, {"Asking Price": 3_900_000})
    week = weeks.run(priced(1, 4_100_000), priced(2, 1_900_000), header=PRICED)
    assert week.column("Asking Price") == {ONE: 3_900_000, TWO: 1_900_000}
    assert corrections(week) == [(ONE, "Asking Price", "4100000", "3900000")]
    week = weeks.run(priced(1, 4_000_000), priced(2, 1_900_000), header=PRICED)
    assert corrections(week) == [(ONE, "Asking Price", "4000000", "3900000")]


def test_a_correction_returns_with_its_property(weeks):
    weeks.enter(ONE, {"Asking Price": 3_900_000})
    weeks.enter(TWO, {"Asking Price": 1_800_000})
    week = weeks.run(priced(1, 4_100_000), header=PRICED)
    assert corrections(week) == [(ONE, "Asking Price", "4100000", "3900000"), (TWO, "Asking Price", None, "1800000")]
    assert "1 property with corrections is not on the list." in " ".join(week.messages)
    week = weeks.run(priced(2, 2_000_000), header=PRICED)
    assert week.column("Asking Price") == {TWO: 1_800_000}


def test_the_day_of_a_correction_is_listed(weeks):
    weeks.enter(ONE, {"Asking Price": 3_900_000})
    day = weeks.run().sheet("My Corrections")[0]["Since"]
    assert day == weeks.store.read_text(encoding="utf-8").rstrip().rpartition(",")[2][:10]


def test_a_missing_value_can_be_added(weeks):
    weeks.enter(THREE, {"Asking Price": "$1.5M", "Ceiling Height": 18})
    week = weeks.run()
    assert week.column("Asking Price")[THREE] == 1_500_000
    assert week.column("Ceiling Height", "All Columns")[THREE] == 18
    assert corrections(week) == [(THREE, "Asking Price", None, "1500000"), (THREE, "Ceiling Height", None, "18")]


def test_a_value_on_the_sheet_of_other_columns_can_be_corrected(weeks):
    weeks.run((*priced(1, 4_200_000), 18), (*priced(2, 2_000_000), 20), header=(*PRICED, "Ceiling Height"))
    weeks.enter(ONE, {"Ceiling Height": 24}, sheet="All Columns")
    week = weeks.run()
    assert week.column("Ceiling Height", "All Columns") == {ONE: 24, TWO: 20}
    assert corrections(week) == [(ONE, "Ceiling Height", "18", "24")]
    assert [row["City"] for row in week.sheet("My Corrections")] == ["Charlotte"]
    weeks.enter(ONE, {"Ceiling Height": None}, sheet="All Columns")
    assert weeks.run().column("Ceiling Height", "All Columns") == {ONE: 18, TWO: 20}


@pytest.mark.parametrize("value", [None, 4_200_000])
def test_a_correction_ends_when_its_cell_is_emptied_or_restored(weeks, value):
    weeks.enter(ONE, {"Asking Price": 3_900_000})
    weeks.run()
    weeks.enter(ONE, {"Asking Price": value})
    week = weeks.run()
    assert week.column("Asking Price")[ONE] == 4_200_000
    assert "My Corrections" not in week.sheets
    assert "Corrections that you removed: 1. The sources' values are back." in week.messages


def test_a_correction_ends_when_its_row_is_deleted(weeks):
    weeks.enter(ONE, {"Asking Price": 3_900_000, "Year Built": 1970})
    weeks.run()
    weeks.edit(lambda book: book["My Corrections"].delete_rows(4))
    week = weeks.run()
    assert corrections(week) == [(ONE, "Asking Price", "4200000", "3900000")]
    assert week.column("Year Built")[ONE] == 1995


def test_a_correction_and_its_end_restore_the_bytes(tmp_path):
    weeks = run_first_week(tmp_path)
    before = weeks.run(where="").workbook.read_bytes()
    weeks.enter(ONE, {"Building SqFt": 60_000})
    assert weeks.run().workbook.read_bytes() != before
    weeks.edit(lambda book: book["My Corrections"].delete_rows(4))
    weeks.run()
    shutil.rmtree(weeks.folder / "out/.flexscout")
    weeks.workbook.unlink()
    assert weeks.run().workbook.read_bytes() == before


def test_an_older_workbook_neither_repeats_nor_removes_a_correction(weeks, tmp_path):
    shutil.copy(weeks.workbook, tmp_path / "old.xlsx")
    weeks.enter(ONE, {"Asking Price": 3_900_000})
    weeks.run()
    shutil.copy(tmp_path / "old.xlsx", weeks.workbook)
    week = weeks.run(priced(1, 4_100_000), priced(2, 1_900_000), header=PRICED)
    assert corrections(week) == [(ONE, "Asking Price", "4100000", "3900000")]


def test_deleting_the_workbook_loses_no_correction(weeks):
    weeks.enter(ONE, {"Asking Price": 3_900_000})
    weeks.run()
    weeks.workbook.unlink()
    shutil.rmtree(weeks.folder / "out/.flexscout")
    assert weeks.run().column("Asking Price")[ONE] == 3_900_000


def test_a_correction_can_be_written_into_the_notes_file(weeks):
    name = next(row["Property ID"] for row in weeks.run().sheet() if row["Address"] == TWO)
    weeks.store.write_text(f"correction,{name},,,,Asking Price,$1.8M,\n", encoding="utf-8")
    assert weeks.run().column("Asking Price")[TWO] == 1_800_000


def test_a_correction_that_can_not_be_read_is_reported(weeks):
    weeks.store.write_text("correction,P-1,,,,Asking Price,cheap,\n", encoding="utf-8")
    assert "1 correction in all_notes.csv can't be read: Asking Price 'cheap' of P-1." in weeks.run().messages


def test_a_property_leaves_the_list_if_its_correction_rules_it_out_and_returns_without(weeks):
    weeks.enter(ONE, {"Building SqFt": 12_000})
    week = weeks.run()
    assert list(week.column("Address")) == [TWO, THREE]
    assert "1 property with corrections is not on the list." in " ".join(week.messages)
    (rejected,) = week.sheet("Not Selected")
    assert (rejected["Address"], rejected["Reason"].endswith("(with your correction)")) == (ONE, True)
    assert corrections(week) == [(ONE, "Building SqFt", "30000", "12000")]
    weeks.edit(lambda book: book["My Corrections"].delete_rows(4))
    assert ONE in weeks.run().column("Address")


def test_the_report_has_the_corrections(weeks):
    weeks.enter(ONE, {"Asking Price": 3_900_000})
    notes = weeks.run().summary.report["notes"]
    assert notes["corrections"] == 1
    assert [(one["Column"], one["Source Value"], one["Value"]) for one in notes["corrected"]] == [
        ("Asking Price", "4200000", "3900000")
    ]


def test_an_unreadable_value_is_kept_as_a_note(weeks):
    weeks.enter(ONE, {"Asking Price": "call broker", "My Notes": "nice yard"})
    week = weeks.run()
    assert week.column("My Notes")[ONE] == "nice yard\nAsking Price: call broker"
    assert week.column("Asking Price")[ONE] == 4_200_000


def test_a_corrected_property_is_a_changed_one(weeks):
    weeks.enter(ONE, {"Asking Price": 3_900_000})
    changes = weeks.run().sheet("Changes")
    assert [(row["Address"], row["Column"], row["Old Value"], row["New Value"]) for row in changes] == [
        (ONE, "Asking Price", "$4,200,000", "$3,900,000")
    ]


def explained(weeks, address):
    return flexscout("explain", address, "--output-file", weeks.workbook, folder=weeks.folder)


def test_explain_tells_what_was_corrected_and_noted(weeks):
    weeks.enter(ONE, {"Building SqFt": 120_000, "Broker": "Ann"})
    weeks.run()
    outcome = explained(weeks, ONE)
    assert "Corrected by you: Building SqFt (source: 30000)" in outcome.out
    assert "Broker: Ann" in outcome.out
    assert "120,000 sq ft" in outcome.out
    assert "differs from the one" not in outcome.out


def test_explain_tells_that_a_correction_rules_a_property_out(weeks):
    weeks.enter(ONE, {"Building SqFt": 12_000})
    weeks.run()
    outcome = explained(weeks, ONE)
    assert "(with your correction)" in outcome.out
    assert "differs from the one" not in outcome.out


def test_explain_agrees_with_a_list_without_hidden_properties(weeks):
    weeks.enter(ONE, {"My Status": "sold"})
    weeks.run(hide_rejected=True)
    assert "differs from the one" not in explained(weeks, TWO).out


def test_profiles_are_compared_with_the_corrections(weeks):
    weeks.enter(ONE, {"Building SqFt": 12_000})
    weeks.run()
    counts = compare_profiles("flex-industrial", "flex-industrial", weeks.configure()).changes.counts
    assert counts["in_a"] == counts["in_b"] == 2


def fill_in(weeks, **values):
    """Run over two properties, of which the second one lacks its size, and enter values on *To Verify*."""
    week = weeks.run(candidate(1), candidate(2, Building_SqFt=None, Year_Built=None))
    assert week.column("Fill In", "To Verify") == {TWO: "Building SqFt, Year Built"}
    weeks.enter(TWO, {name.replace("_", " "): value for name, value in values.items()}, sheet="To Verify")
    return weeks.run()


def test_a_missing_size_that_is_filled_in_brings_its_property_onto_the_list(tmp_path):
    weeks = Weeks(tmp_path)
    week = fill_in(weeks, Building_SqFt="45,000 sf", Year_Built=1999)
    assert week.column("Building SqFt") == {ONE: 30_000, TWO: 45_000}
    assert week.column("Corrected Cells")[TWO] == "Building SqFt (source: none); Year Built (source: none)"
    assert corrections(week) == [(TWO, "Building SqFt", None, "45000"), (TWO, "Year Built", None, "1999")]
    assert [(file["candidates"], file["not_eligible"]) for file in week.summary.report["files"]] == [(2, 0)]
    assert week.column("Reason", "To Verify") == {}
    weeks.edit(lambda book: book["My Corrections"].delete_rows(4, 2))
    week = weeks.run()
    assert list(week.column("Address")) == [ONE]
    assert week.column("Fill In", "To Verify") == {TWO: "Building SqFt, Year Built"}


def test_a_filled_in_size_outlasts_the_next_export(tmp_path):
    weeks = Weeks(tmp_path)
    fill_in(weeks, Building_SqFt=45_000)
    week = weeks.run(candidate(2, Building_SqFt=None, Occupancy=70), candidate(1))
    assert week.column("Building SqFt") == {ONE: 30_000, TWO: 45_000}
    week = weeks.run(candidate(2, Building_SqFt=9_000), candidate(1))
    assert corrections(week) == [(TWO, "Building SqFt", "9000", "45000")]


def test_a_filled_in_size_that_is_too_small_is_the_reason(tmp_path):
    week = fill_in(Weeks(tmp_path), Building_SqFt=9_000)
    assert list(week.column("Address")) == [ONE]
    assert week.column("Reason", "To Verify") == {}
    assert week.column("Reason", "Not Selected") == {TWO: "Building SqFt below 20,000 (with your correction)"}


def test_a_text_that_is_no_size_becomes_a_note(tmp_path):
    week = fill_in(Weeks(tmp_path), Building_SqFt="call broker")
    assert week.column("My Notes", "Notes of Others") == {TWO: "Building SqFt: call broker"}
    assert list(week.column("Fill In", "To Verify")) == [TWO]


def test_what_is_still_missing_stays_to_be_filled_in(tmp_path):
    weeks = Weeks(tmp_path)
    weeks.run(candidate(1), candidate(2, Building_SqFt=None, Lot_Size_Acres=None))
    weeks.enter(TWO, {"Building SqFt": 45_000}, sheet="To Verify")
    week = weeks.run()
    assert [week.column(name, "To Verify") for name in ("Fill In", "Building SqFt")] == [{TWO: "Lot Size Acres"}, {TWO: 45_000}]
    weeks.enter(TWO, {"Lot Size Acres": 2.5}, sheet="To Verify")
    week = weeks.run()
    assert [week.column(name)[TWO] for name in ("Building SqFt", "Lot Size Acres")] == [45_000, 2.5]


def test_a_correction_outlasts_an_export_that_would_reject_the_property(weeks):
    weeks.enter(ONE, {"Building SqFt": 40_000})
    week = weeks.run(priced(1, 4_200_000, Building_SqFt=4_000), priced(2, 2_000_000), header=PRICED)
    assert week.column("Building SqFt") == {ONE: 40_000, TWO: 30_000}
    assert corrections(week) == [(ONE, "Building SqFt", "4000", "40000")]
