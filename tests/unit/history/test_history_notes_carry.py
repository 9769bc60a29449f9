"""Adding notes to a new list."""

from dataclasses import replace

import polars as pl
import pytest

from flexscout.config import PipelineConfiguration
from flexscout.history.edits import add_entries, move_entries
from flexscout.history.notes import Notes, add_notes, arrange_notes, is_rejected_status
from flexscout.history.notes_store import ENTRY_SCHEMA
from flexscout.history.run_history import RunHistory
from flexscout.history.user_input import read_user_input
from notes import NO_ENTRIES, empty_notes
from results import listed, master

COLUMNS = ("My Status", "My Notes")
NOTE = {"Address": "1 Test Street", "City": "Charlotte", "State": "NC"}


def notes(*placed, unplaced=()):
    """Return notes of IDs, each with a status and a note; `unplaced`: notes without an ID."""
    kind = dict.fromkeys(("Property ID", *NOTE, *COLUMNS), pl.String)
    rows = [{"Property ID": name, **NOTE, "My Status": status, "My Notes": text} for name, status, text in placed]
    others = [{**NOTE, "My Notes": text} for text in unplaced]
    return Notes(COLUMNS, pl.DataFrame(rows, schema=kind), pl.DataFrame(others, schema=kind))


def follow(*statuses, successors):
    """Return IDs and statuses after properties have got other IDs."""
    rows = [{"Kind": "note", "Property ID": name, "Column": "My Status", "Text": text} for name, text in statuses]
    current = add_entries(NO_ENTRIES, pl.DataFrame(rows, schema=ENTRY_SCHEMA))
    moves = move_entries(current, pl.DataFrame(successors, schema=["Old ID", "New ID"], orient="row"))
    return arrange_notes(add_entries(current, moves), COLUMNS).placed.select("Property ID", "My Status").rows()


def test_notes_are_the_first_columns_of_their_property():
    table, left = add_notes(master(listed(2), listed(1)), notes(("P-1", "call", "nice")))
    assert table.columns[:3] == ["My Status", "My Notes", "Address"]
    assert table.select("Property ID", *COLUMNS).rows() == [("P-2", None, None), ("P-1", "call", "nice")]
    assert left.is_empty()


def test_user_columns_are_added_without_notes():
    table, left = add_notes(master(listed()), empty_notes(COLUMNS))
    assert table.select(COLUMNS).rows() == [(None, None)]
    assert left.columns == ["Property ID", "Address", "City", "State", *COLUMNS]


def test_notes_of_unlisted_properties_are_returned():
    _, left = add_notes(master(listed(1)), notes(("P-1", None, "a"), ("P-9", None, "z"), ("P-8", None, "y")))
    assert left.select("Property ID", "Address", "My Notes").rows() == [
        ("P-8", "1 Test Street", "y"),
        ("P-9", "1 Test Street", "z"),
    ]


def test_notes_without_an_id_are_returned_once():
    _, left = add_notes(master(listed(1)), notes(("P-9", None, "z"), unplaced=["whose?", "whose?"]))
    assert left.select("Property ID", "My Notes").rows() == [("P-9", "z"), (None, "whose?")]


@pytest.mark.parametrize("empty", [master(), pl.DataFrame()])
def test_an_empty_list_returns_all_notes(empty):
    table, left = add_notes(empty, notes(("P-1", None, "a")))
    assert table.is_empty()
    assert left["My Notes"].to_list() == ["a"]


def test_notes_follow_a_property_to_its_new_id():
    assert follow(("P-old", "call"), successors=[("P-old", "P-1")]) == [("P-1", "call")]


def test_notes_do_not_replace_those_of_the_new_id():
    assert follow(("P-1", "mine"), ("P-old", "call"), successors=[("P-old", "P-1")]) == [("P-1", "mine"), ("P-old", "call")]


def test_notes_and_corrections_are_saved_under_the_new_id_of_their_property(tmp_path):
    history, config = RunHistory(tmp_path / "all.xlsx"), PipelineConfiguration(output_file=str(tmp_path / "all.xlsx"))
    config.notes_file.write_text("note,P-old,,,,My Notes,call,\ncorrection,P-old,,,,Building SqFt,35000,\n", encoding="utf-8")
    last, new = master(listed(Property_ID="P-old")), master(listed(Property_ID="P-new"))
    user_input = replace(read_user_input(history, config), load_last=lambda: last)
    corrected = user_input.resolve_corrections(new.with_columns(pl.lit(1).alias("__rank")))
    assert corrected.select("Property ID", "Column", "Value").rows() == [("P-new", "Building SqFt", "35000")]
    user_input.follow(new).save_moved()
    again = read_user_input(history, config)
    assert again.corrections["Property ID"].to_list() == ["P-new"]
    assert arrange_notes(again.current, COLUMNS).placed.select("Property ID", "My Notes").rows() == [("P-new", "call")]


def test_an_input_column_with_the_same_name_is_renamed():
    table = master(listed(my_Notes="theirs", **{"My_Notes_(input)": "older"}))
    noted, _ = add_notes(table, notes(("P-1", None, "mine")))
    assert noted.select("My Notes", "my Notes (input) (input)", "My Notes (input)").row(0) == ("mine", "theirs", "older")


def test_the_list_is_unchanged_without_user_columns():
    assert add_notes(master(listed()), empty_notes(()))[0].equals(master(listed()))


@pytest.mark.parametrize(
    ("status", "is_rejected"), [("passed", True), (" Passed ", True), ("no way", True), ("call", False), (None, False)]
)
def test_configured_statuses_reject_a_property(status, is_rejected):
    table = master(listed(My_Status=status)).with_columns(pl.col("My Status").cast(pl.String))
    assert table.select(is_rejected_status(table, ["passed", "No way"])).to_series().to_list() == [is_rejected]


def test_a_list_without_statuses_has_no_rejected_properties():
    table = master(listed(1), listed(2))
    assert table.filter(is_rejected_status(table, ["passed"])).is_empty()
    assert table.filter(~is_rejected_status(table, ["passed"])).height == 2
