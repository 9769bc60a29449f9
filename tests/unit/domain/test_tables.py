"""Combining tables with different columns."""

from datetime import date

import polars as pl
import pytest

from flexscout.domain.column_names import SCORE_COLUMNS, SOURCE_COLUMNS, UNVERIFIED
from flexscout.domain.tables import combine_tables


def test_rows_keep_their_order():
    frames = [pl.DataFrame({"Address": addresses}) for addresses in (["b", "a"], ["d"], ["c"])]
    assert combine_tables(frames)["Address"].to_list() == ["b", "a", "d", "c"]


def test_columns_are_canonical_then_scores_then_sources_then_others():
    names = ["Broker", UNVERIFIED, *reversed(SOURCE_COLUMNS), *reversed(SCORE_COLUMNS), "Agent", "City", "Address"]
    frame = pl.DataFrame({name: ["x"] for name in names})
    expected = ["Address", "City", *SCORE_COLUMNS, *SOURCE_COLUMNS, UNVERIFIED, "Broker", "Agent"]
    assert combine_tables([frame]).columns == expected


def test_the_order_of_columns_does_not_depend_on_the_first_file():
    frames = [pl.DataFrame({"City": ["x"]}), pl.DataFrame({"Property Name": ["y"], "Address": ["z"]})]
    assert combine_tables(frames).columns == ["Property Name", "Address", "City"]


def test_columns_that_a_file_lacks_are_null():
    table = combine_tables([pl.DataFrame({"Address": ["a"], "Broker": ["b"]}), pl.DataFrame({"City": ["c"]})])
    assert table.to_dicts() == [{"Address": "a", "City": None, "Broker": "b"}, {"Address": None, "City": "c", "Broker": None}]


@pytest.mark.parametrize("name", ["broker note", "BROKER NOTE", "BrokerNote", "Broker  Note", " Broker Note "])
def test_names_that_differ_only_in_case_and_spaces_are_one_column(name):
    table = combine_tables([pl.DataFrame({"Broker Note": ["a"]}), pl.DataFrame({name: ["b"]})])
    assert table.to_dicts() == [{"Broker Note": "a"}, {"Broker Note": "b"}]


def test_a_canonical_name_has_the_spelling_of_the_vocabulary():
    assert combine_tables([pl.DataFrame({"zip CODE": ["28202"]}), pl.DataFrame({"Zip Code": ["28203"]})]).columns == ["Zip Code"]


def test_different_names_stay_different_columns():
    assert combine_tables([pl.DataFrame({"Note": ["a"]}), pl.DataFrame({"Notes": ["b"]})]).columns == ["Note", "Notes"]


def test_two_spellings_within_one_file_are_one_column():
    """Two sheets of a workbook can have different spellings; no row has both."""
    frame = pl.DataFrame({"Address": ["1", "2"], "Broker Note": ["a", None], "broker note": [None, "b"]})
    assert combine_tables([frame])["Broker Note"].to_list() == ["a", "b"]


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ([None], ["x"], [None, "x"]),
        ([None], [1.5], [None, 1.5]),
        ([None], [date(2020, 1, 2)], [None, date(2020, 1, 2)]),
        ([None], [None], [None, None]),
        ([1], [2.5], [1.0, 2.5]),
        ([1], ["x"], ["1", "x"]),
        ([date(2020, 1, 2)], ["x"], ["2020-01-02", "x"]),
        ([True], ["x"], ["true", "x"]),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_a_column_with_two_types_gets_a_type_that_holds_both(first, second, together, turned):
    frames = [pl.DataFrame({"X": values}) for values in (first, second)]
    found = combine_tables(reversed(frames) if turned else frames)["X"].to_list()
    assert found == (together[::-1] if turned else together)


def test_the_unverified_column_exists_only_if_a_row_has_a_value():
    frame = pl.DataFrame({"Address": ["a"], UNVERIFIED: [None]}, schema_overrides={UNVERIFIED: pl.String})
    marked = frame.with_columns(pl.lit("Building SqFt").alias(UNVERIFIED))
    assert UNVERIFIED not in combine_tables([frame, frame]).columns
    assert combine_tables([frame, marked])[UNVERIFIED].to_list() == [None, "Building SqFt"]


def test_frames_without_columns_are_ignored():
    frame = pl.DataFrame({"Address": ["a"]})
    assert combine_tables([pl.DataFrame(), frame, pl.DataFrame()]).equals(frame)


def test_a_file_without_rows_adds_its_columns():
    assert combine_tables([pl.DataFrame({"Address": ["a"]}), pl.DataFrame(schema={"City": pl.String})]).columns == [
        "Address",
        "City",
    ]


@pytest.mark.parametrize("frames", [[], [pl.DataFrame()], [pl.DataFrame(), pl.DataFrame()]])
def test_no_rows_give_an_empty_table(frames):
    assert combine_tables(frames).shape == (0, 0)
