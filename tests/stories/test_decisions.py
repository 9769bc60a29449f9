"""The user decides which properties are the same, once; later runs obey."""

import csv
import os
from datetime import datetime

import pytest

from decisions import MISSPELLED, RIGHT, addresses_of, book_of, decide_in_workbook, rows_of, write_similar
from program import flexscout
from workbooks import HEADER, candidate, write_workbook

JAN_19 = datetime(2026, 1, 19, 12).timestamp()  # noqa: DTZ001 - the day where the user is


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A run over similar addresses."""
    folder = tmp_path_factory.mktemp("done")
    write_similar(folder / "in")
    return flexscout("run", "in", folder=folder)


@pytest.fixture
def first(done, tmp_path):
    """A copy of that run, which a test may change."""
    return done.copy(tmp_path)


def decide_on_jan_19(outcome, sheet, answer, row=0):
    decide_in_workbook(outcome, sheet, answer, row)
    os.utime(outcome.workbook, (JAN_19, JAN_19))


def decisions_of(outcome):
    path = outcome.workbook.with_name("all_flex_properties_decisions.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [(row["Decision"], row["Date"], row["Address"], row["Other Address"]) for row in csv.DictReader(file)]


def outputs_of(outcome):
    """The bytes of the outputs; the workbook also has the changes since another run."""
    paths = outcome.workbook.parent.glob("all_flex_properties*")
    return {path.name: path.read_bytes() for path in paths if path.suffix in (".csv", ".parquet")}


def test_a_possible_duplicate_called_the_same_is_merged_in_every_spelling(first, tmp_path):
    assert addresses_of(first) == [MISSPELLED, RIGHT, "9 Test Street"]
    decide_on_jan_19(first, "Possible Duplicates", "Same")
    second = flexscout("run", "in")
    assert addresses_of(second) == [RIGHT, "9 Test Street"]
    assert "Read 1 decision from the workbook: 1 same." in second.out
    write_similar(tmp_path / "in", "b.xlsx", RIGHT.upper(), "12 Comerce St.")
    (tmp_path / "in/a.xlsx").unlink()
    third = flexscout("run", "in", "--close-matches", "off", "--duplicate-policy", "parcel")
    assert addresses_of(third) == [RIGHT, "9 Test Street"]


def test_the_merge_log_shows_who_decided_and_when(first):
    decide_on_jan_19(first, "Possible Duplicates", "Same")
    (merge,) = rows_of(flexscout("run", "in"), "Duplicates")
    assert (merge["Match"], merge["Evidence"]) == ("your decision", "you, Jan 19, 2026")
    assert (merge["Decision"], merge["Decided"]) == ("Same", "Same: you, Jan 19, 2026")
    assert decisions_of(first) == [("same", "2026-01-19", MISSPELLED, RIGHT)]


def test_a_possible_duplicate_called_different_is_no_longer_listed_or_merged(first, tmp_path):
    decide_on_jan_19(first, "Possible Duplicates", "Different")
    second = flexscout("run", "in")
    assert (addresses_of(second), rows_of(second, "Possible Duplicates")) == ([MISSPELLED, RIGHT, "9 Test Street"], [])
    write_similar(tmp_path / "in", "b.xlsx", RIGHT.upper(), "12 Comerce St.")
    third = flexscout("run", "in", "--close-matches", "merge")
    assert len(addresses_of(third)) == 3


@pytest.mark.parametrize(("answer", "count"), [("Same", 2), ("Different", 3)])
def test_decisions_hold_for_the_next_export_of_a_source(tmp_path, answer, count):
    write_similar(tmp_path / "in", "Export 2026-01-12.xlsx")
    decide_in_workbook(flexscout("run", "in"), "Possible Duplicates", answer)
    write_similar(tmp_path / "in", "Export 2026-01-19.xlsx", second=MISSPELLED.upper())
    outcome = flexscout("run", "in", "--close-matches", "merge")
    assert len(outcome.rows()) == count
    assert {row["Source File"] for row in outcome.rows()} == {"Export 2026-01-19.xlsx"}


def test_a_possible_duplicate_to_decide_later_is_listed_last_and_marked(tmp_path):
    write_similar(tmp_path / "in")
    others = [candidate(Address="7 Industrial Parkway"), candidate(Address="7 Industral Parkway")]
    write_workbook(tmp_path / "in/b.xlsx", [HEADER, *others])
    second = flexscout("run", "in")
    before = [(row["Address"], row["Decision"]) for row in rows_of(second, "Possible Duplicates")]
    decide_on_jan_19(second, "Possible Duplicates", "later")
    third = flexscout("run", "in")
    after = [(row["Address"], row["Decision"], row["Decided"]) for row in rows_of(third, "Possible Duplicates")]
    assert after == [(before[1][0], None, None), (before[0][0], "Later", "Later: you, Jan 19, 2026")]


def test_a_merge_called_different_is_undone_and_its_notes_stay(tmp_path):
    names = ("Property Name", *HEADER)
    rows = [("Building A", *candidate()), ("Building B", *candidate(Building_SqFt=25_000))]
    write_workbook(tmp_path / "in/a.xlsx", [names, *rows])
    first = flexscout("run", "in")
    decide_on_jan_19(first, "Duplicates", "Different")
    second = flexscout("run", "in")
    assert [row["Property Name"] for row in second.rows()] == ["Building A", "Building B"]
    assert second.rows()[0]["Property ID"] == first.rows()[0]["Property ID"]
    write_workbook(tmp_path / "in/b.xlsx", [names, *(("BUILDING B", *candidate(Year_Built=1985)) for _ in range(2))])
    third = flexscout("run", "in")
    assert [(row["Property ID"], row["Source Count"]) for row in third.rows()] == [
        (second.rows()[0]["Property ID"], "1"),
        (second.rows()[1]["Property ID"], "3"),
    ]


def test_clearing_an_answer_undoes_the_decision_and_restores_the_outputs(first):
    before = outputs_of(first)
    decide_in_workbook(first, "Possible Duplicates", "Same")
    second = flexscout("run", "in")
    decide_in_workbook(second, "Duplicates", None)
    third = flexscout("run", "in")
    assert addresses_of(third) == [MISSPELLED, RIGHT, "9 Test Street"]
    assert not list(first.workbook.parent.glob("*decisions*"))
    assert outputs_of(third) == before


def test_a_decision_that_was_read_is_not_read_again(first):
    decide_in_workbook(first, "Possible Duplicates", "Same")
    flexscout("run", "in")
    again = flexscout("run", "in")
    assert "Nothing changed since run 2" in again.out
    assert len(decisions_of(first)) == 1


def test_an_answer_that_is_none_is_reported_with_its_row(first):
    decide_in_workbook(first, "Possible Duplicates", "maybe")
    outcome = flexscout("run", "in")
    assert outcome.code == 0
    assert "'maybe' in row 4 of \"Possible Duplicates\"" in outcome.out


def test_properties_written_alike_are_not_told_apart(tmp_path):
    write_workbook(tmp_path / "in/a.xlsx", [HEADER, candidate(), candidate()])
    decide_in_workbook(flexscout("run", "in"), "Duplicates", "Different")
    outcome = flexscout("run", "in")
    assert "Properties that are written alike can't be called different" in outcome.out
    assert 'row 4 of "Duplicates"' in outcome.out
    assert len(outcome.rows()) == 1


def test_the_workbook_offers_the_answers(first):
    (rule,) = book_of(first)["Possible Duplicates"].data_validations.dataValidation
    assert rule.formula1 == '"Same,Different,Later"'
