"""Dates and sources in the names of exports."""

from datetime import UTC, date, datetime

import pytest

from flexscout.domain import date_file, names_day

CHANGED = datetime(2026, 2, 2, 12, tzinfo=UTC).timestamp()
JAN_19, FEB_2 = date(2026, 1, 19), date(2026, 2, 2)


@pytest.mark.parametrize(
    "name",
    [
        "costar 2026-01-19.xlsx", "costar_20260119.xlsx", "costar 2026.01.19.csv", "CoStar 01.19.26.xlsx",
        "costar-1-19-2026.xlsx",
        "costar 19.01.2026.xlsx", "costar Jan 19 2026.xlsx", "costar January 19th, 2026.xlsx", "costar 19 Jan 2026.xlsx",
        "costar 19JAN26.xlsx", "2026-01-19/costar.xlsx", "2026-01-19 costar.xlsx", "costar_20260119_143022.csv",
        "costar 2026-01-12 to 2026-01-19.xlsx", "inbox/costar 2026-01-19.xlsx", "inbox/2026-01-19/costar.xlsx",
    ],
)  # fmt: skip
def test_a_date_in_the_path_dates_the_export_and_is_no_part_of_its_source(name):
    found = date_file(name, CHANGED)
    assert (found.day, found.is_named) == (JAN_19, True)
    assert found.source.casefold() in ("costar", "costar to")


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("costar JAN 19.xlsx", JAN_19),
        ("costar 1-19.xlsx", JAN_19),
        ("costar Feb 9.xlsx", date(2026, 2, 9)),
        ("costar Feb 10.xlsx", date(2025, 2, 10)),
        ("costar Dec 29.xlsx", date(2025, 12, 29)),
    ],
)
def test_a_date_without_a_year_is_the_last_one_before_the_file_was_changed_or_soon_after(name, day):
    found = date_file(name, CHANGED)
    assert (found.day, found.is_named, found.source) == (day, False, "costar")


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("May Industrial.xlsx", "May Industrial"),
        ("1031 exchange.xlsx", "1031 exchange"),
        ("x 99.99.99.xlsx", "x 99 99 99"),
        ("list 2026-02-30.xlsx", "list 2026 02 30"),
        ("2026.xlsx", "2026"),
    ],
)
def test_other_numbers_and_words_are_no_dates(name, source):
    found = date_file(name, CHANGED)
    assert (found.day, found.is_named, found.source) == (FEB_2, False, source)
    assert found.seconds == CHANGED


@pytest.mark.parametrize(
    ("name", "counter"),
    [("export.xlsx", 0), ("export (2).xlsx", 2), ("export - Copy.xlsx", 1), ("export - Copy (3).xlsx", 3), ("export_4.xlsx", 4)],
)
def test_a_counter_orders_the_exports_of_one_day_and_is_no_part_of_their_source(name, counter):
    found = date_file(name, CHANGED)
    assert (found.source, found.order) == ("export", ("", counter))


def test_a_month_alone_is_its_first_day():
    assert date_file("roll Jan 2026.xlsx", CHANGED).day == date(2026, 1, 1)


def test_later_exports_of_one_day_have_a_later_time():
    names = ["e 2026-01-19.csv", "e 2026-01-19 (1).csv", "e 2026-01-19 0930.csv", "e 2026-01-19 143022.csv"]
    seconds = [date_file(name, CHANGED).seconds for name in names]
    assert seconds == sorted(set(seconds))


@pytest.mark.parametrize(
    ("name", "is_named"),
    [("costar 01.19.26.xlsx", True), ("a/CoStar Jan 19.csv", True), ("costar (2).xlsx", False), ("x", False)],
)
def test_a_path_names_the_day_of_an_export_with_or_without_a_year(name, is_named):
    assert names_day(name) is is_named
