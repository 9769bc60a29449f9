"""Numbers, dates, lists and addresses as text for people."""

from datetime import date, datetime

import polars as pl
import pytest

from flexscout.domain.text import (
    format_bytes,
    format_column_letters,
    format_count,
    format_date,
    format_number,
    format_short_money,
    format_time,
    join_address,
    join_some,
    shorten,
)
from flexscout.domain.text_columns import format_decimals, format_points, join_some_texts


@pytest.mark.parametrize(("position", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (701, "ZZ"), (702, "AAA")])
def test_column_letters_are_those_of_excel(position, letters):
    assert format_column_letters(position) == letters


@pytest.mark.parametrize(
    ("number", "noun", "text"),
    [(1, "property", "1 property"), (1200, "property", "1,200 properties"), (0, "row", "0 rows"), (1, "row", "1 row")],
)
def test_a_count_agrees_with_its_noun(number, noun, text):
    assert format_count(number, noun) == text


def test_dates_are_written_as_in_the_united_states():
    assert format_date(date(2026, 1, 9)) == "Jan 9, 2026"


def test_a_time_is_local():
    local = datetime.fromisoformat("2026-01-09T12:10:30+00:00").astimezone()
    assert format_time("2026-01-09T12:10:30+00:00") == f"{format_date(local)}, {local:%H:%M}"


@pytest.mark.parametrize(("size", "text"), [(2**20, "1 MB"), (3 * 2**29, "1.5 GB"), (2000 * 2**30, "2,000.0 GB")])
def test_bytes_are_written_in_megabytes_or_gigabytes(size, text):
    assert format_bytes(size) == text


def test_numbers_have_grouped_thousands_and_years_do_not():
    assert [format_number(20_000), format_number(0.5), format_number(1990, is_year=True)] == ["20,000", "0.5", "1990"]


@pytest.mark.parametrize(
    ("names", "text"),
    [([], ""), (["a"], "a"), (["a", "b"], "a, b"), (["a", "b", "c"], "a, b and 1 more"), (["a"] * 1002, "a, a and 1,000 more")],
)
def test_a_long_list_is_cut_and_counted(names, text):
    assert join_some(names, 2) == text


def test_the_last_of_a_whole_list_can_follow_an_and():
    assert [join_some(list("abc"), 3, last=" and "), join_some(["a"], 3, last=" and ")] == ["a, b and c", "a"]


def test_lists_in_a_column_are_cut_and_counted_too():
    lists = pl.DataFrame({"files": [["a", "b", "c"], ["a"], []]}, schema={"files": pl.List(pl.String)})
    assert lists.select(join_some_texts(pl.col("files"), 2))["files"].to_list() == ["a, b and 1 more", "a", ""]


def test_an_address_leaves_out_what_is_missing():
    assert join_address({"Address": "12 MAIN ST", "City": None, "State": "GA"}) == "12 MAIN ST, GA"


@pytest.mark.parametrize(
    ("number", "decimals", "text"),
    [
        (34000.4, 0, "34,000"),
        (1.588, 2, "1.59"),
        (9.0, 2, "9"),
        (-1234567.5, 1, "-1,234,567.5"),
        (-123.0, 0, "-123"),
        (None, 2, None),
    ],
)
def test_decimals_in_a_column_are_grouped_and_rounded(number, decimals, text):
    assert pl.select(format_decimals(pl.lit(number, pl.Float64), decimals)).item() == text


def test_points_have_no_needless_decimals():
    assert pl.Series([3.0, 2.5, None]).to_frame("points").select(format_points(pl.col("points")))["points"].to_list() == [
        "3",
        "2.5",
        None,
    ]


@pytest.mark.parametrize(("text", "cut"), [("abcdef", "abcdef"), ("abcdefg", "abc..."), ("", "")])
def test_a_long_text_is_cut_to_the_limit(text, cut):
    assert shorten(text, 6) == cut


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (4_125_000, "$4.13M"),
        (1_005_000.0, "$1.01M"),
        (4_600_000, "$4.6M"),
        (12_000_000, "$12M"),
        (999_500, "$1M"),
        (999_499, "$999K"),
        (2_500, "$3K"),
        (950, "$950"),
        (float("inf"), "$infM"),
    ],
)
def test_money_is_rounded_half_up(amount, text):
    assert format_short_money(amount) == text
