"""Date parsing."""

from datetime import date

import polars as pl
import pytest

from flexscout.ingest.convert.dates import FROM_1904, describe_date_order, parse_dates


def day(text):
    return parse_dates(pl.Series([text], dtype=pl.String)).item()


@pytest.mark.parametrize(
    "text",
    [
        "2007-01-10",
        "January 10, 2007",
        "Jan 10, 2007",
        "JANUARY 10, 2007",
        "January 10 2007",
        "10 January 2007",
        "1/10/2007",
        "01/10/2007",
        "1/10/07",
        "1-10-2007",
        "10-Jan-2007",
        "10-JAN-07",
        "2007/01/10",
        "2007.01.10",
        "20070110",
        "01102007",
        "1102007",
        "39092",
        "39092.75",
        "1168387200000",
        "1168387200000.0",
        "1168405200000",
        "2007-01-10 00:00:00",
        "2007-01-10T00:00:00Z",
        "2007-01-10T13:05:00.000-05:00",
        "2007-01-10T13:05:00+0000",
        "2007/01/10 05:00:00+00",
        "1/10/2007 12:00:00 AM",
        "1/10/2007 9:05 pm",
        "Wednesday, January 10, 2007",
        "Wed Jan 10 2007",
        "Jan. 10, 2007",
        "January 10th, 2007",
        "Jan-10-2007",
    ],
)
def test_every_form_of_a_date_is_parsed(text):
    assert day(text) == date(2007, 1, 10)


@pytest.mark.parametrize("text", ["200701", "200701.0", "2007-1", "2007/01", "01-2007", "2007/Jan", "2007 January"])
def test_a_month_without_a_day_is_its_first(text):
    assert day(text) == date(2007, 1, 1)


def test_five_digits_beside_six_are_a_month_that_lost_its_zero():
    dates = parse_dates(pl.Series(["031519", "70121", "113016.0", "0"])).to_list()
    assert dates == [date(2019, 3, 15), date(2021, 7, 1), date(2016, 11, 30), None]


def test_six_digits_that_may_begin_with_the_year_are_no_dates():
    assert parse_dates(pl.Series(["010203", "040506", "70809"])).to_list() == [None] * 3


def test_one_wrong_number_of_six_digits_leaves_days_of_excel():
    assert parse_dates(pl.Series(["39092", "999999"])).to_list() == [date(2007, 1, 10), None]


def test_eight_digits_begin_with_the_month_only_if_all_in_the_column_can():
    assert parse_dates(pl.Series(["03152019", "31122019"])).to_list() == [None, None]


@pytest.mark.parametrize("other", ["070110", "200713", "311207"])
def test_six_digits_are_a_month_only_if_all_in_the_column_are(other):
    assert parse_dates(pl.Series(["200701", other])).to_list() == [None, None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1/2/2007", date(2007, 1, 2)),
        ("12/31/1899", date(1899, 12, 31)),
        ("36526", date(2000, 1, 1)),
        ("0", None),
        ("-86400000000000", None),
        ("946684800000", date(2000, 1, 1)),
        ("-1577923200000", date(1920, 1, 1)),
        ("1/10/70", date(1970, 1, 10)),
        ("2/29/2008", date(2008, 2, 29)),
    ],
)
def test_the_bounds_of_a_form_are_kept(text, expected):
    assert day(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "2/29/2007",
        "13/13/2007",
        "1/32/2007",
        "2007-13-01",
        "0000-00-00",
        "1/1/1750",
        "1/1/2101",
        "1220",
        "9999",
        "200713",
        "070110",
        "1.10.2007",
        "Q5 2007",
        "Jan 07",
        "1168387200",
        "inf",
        "nan",
        "1e300",
        "-5",
        "pending",
        "12:00:00",
        "1/10/2007 to 2/10/2007",
    ],
)
def test_an_impossible_day_is_not_a_date(text):
    assert day(text) is None


@pytest.mark.parametrize("text", ["1995", "2007", "2024"])
def test_a_year_alone_is_not_taken_for_a_day_number(text):
    """Serial 2007 in Excel is a day in 1905."""
    assert day(text) is None


def test_a_column_may_mix_its_forms():
    texts = pl.Series(["39092", None, "1/10/2007", "soon", "10-Jan-07"])
    assert parse_dates(texts).to_list() == [date(2007, 1, 10), None, date(2007, 1, 10), None, date(2007, 1, 10)]


def test_a_column_without_dates_has_the_date_type():
    dates = parse_dates(pl.Series([None, "x"], dtype=pl.String))
    assert dates.dtype == pl.Date
    assert dates.to_list() == [None, None]


@pytest.mark.parametrize(
    "text", ["Jan 2007", "January 2007", "January, 2007", "Jan. 2007", "Jan-2007", "1/2007", "01/2007", "2007-01"]
)
def test_a_month_is_its_first_day(text):
    assert day(text) == date(2007, 1, 1)


@pytest.mark.parametrize("text", ["Jan-07", "January-07", "Jan '07", "Jan'07"])
def test_a_month_with_a_two_digit_year_is_its_first_day(text):
    assert day(text) == date(2007, 1, 1)


@pytest.mark.parametrize("text", ["Q2 2007", "q2-2007", "Q2'07", "2Q07", "2Q 2007", "2007 Q2", "2007-Q2"])
def test_a_quarter_is_its_first_day(text):
    assert day(text) == date(2007, 4, 1)


@pytest.mark.parametrize("text", ["Sept 10, 2007", "Sep. 10, 2007", "10 September 2007", "10th Sept 2007"])
def test_september_may_have_four_letters(text):
    assert day(text) == date(2007, 9, 10)


@pytest.mark.parametrize(("text", "year"), [("1/10/29", 2029), ("1/10/30", 1930), ("10-Jan-68", 1968), ("10-Jan-00", 2000)])
def test_two_digit_years_are_read_as_in_excel(text, year):
    assert day(text) == date(year, 1, 10)


@pytest.mark.parametrize(
    ("texts", "days"),
    [
        (["13/1/2007", "3/4/2007"], [date(2007, 1, 13), date(2007, 4, 3)]),
        (["13.1.07", "3.4.2007"], [date(2007, 1, 13), date(2007, 4, 3)]),
        (["1.13.2007", "3.4.2007"], [date(2007, 1, 13), date(2007, 3, 4)]),
        (["13/1/2007", "3/4/2007", "3/14/2007"], [None, date(2007, 3, 4), date(2007, 3, 14)]),
        (["3/4/2007", "4/3/2007"], [date(2007, 3, 4), date(2007, 4, 3)]),
    ],
)
def test_the_order_of_day_and_month_is_that_of_the_column(texts, days):
    assert parse_dates(pl.Series(texts)).to_list() == days


@pytest.mark.parametrize(
    ("texts", "is_reported"), [(["13/1/2007", None], True), (["1/13/2007"], False), (["13/1/2007", "1/13/2007"], False)]
)
def test_a_day_first_column_is_reported(texts, is_reported):
    assert (describe_date_order(pl.Series(texts)) is not None) == is_reported


@pytest.mark.parametrize(
    ("text", "expected"), [("37630", date(2007, 1, 10)), ("2007-01-10 00:00:00", date(2007, 1, 10)), ("0", None)]
)
def test_a_bare_number_may_count_from_1904(text, expected):
    assert parse_dates(pl.Series([text]), FROM_1904).item() == expected
