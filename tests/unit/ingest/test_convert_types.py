"""Values and issues of every type of column."""

import polars as pl
import pytest

from flexscout.domain.columns import CanonicalColumn
from flexscout.ingest.convert.types import CONVERSIONS
from flexscout.ingest.convert.values import clean_texts, convert_texts


def cleaned(kind, *texts):
    """Clean the texts of one column."""
    return clean_texts(pl.DataFrame({"it": pl.Series(list(texts), dtype=pl.String)}), {"it": CanonicalColumn("it", kind)})


def converted(kind, *texts):
    """Return the values and reasons of a column."""
    found = convert_texts(cleaned(kind, *texts), {"it": CanonicalColumn("it", kind)})
    values, reasons = found.values, found.reasons
    return values["it"].to_list(), reasons["it"].to_list() if "it" in reasons else [None] * len(texts)


def one(kind, text):
    (value,), (reason,) = converted(kind, text)
    return value, reason


@pytest.mark.parametrize(
    "text", ["", "-", "--", "—", "N/A", "n/a", "$ -", "(blank)", "None", "NULL", "Unknown", "TBD", "Not Disclosed", "?"]
)
def test_a_placeholder_is_a_missing_value(text):
    assert cleaned("text", text)["it"].to_list() == [None]


@pytest.mark.parametrize("text", ["Nan's Bakery", "0", "No", "Tbd Industrial Park", "- 5"])
def test_a_text_that_contains_a_placeholder_is_kept(text):
    assert cleaned("text", text)["it"].to_list() == [text]


def test_whitespace_is_collapsed():
    assert cleaned("text", "  1\u00a0 Test \n\t Street ")["it"].to_list() == ["1 Test Street"]


PRICES = CanonicalColumn("it", "number", "USD")
SIZES = CanonicalColumn("it", "number", "square feet")


def is_missing(column, text):
    """Return whether a text is neither a value nor an issue."""
    found = convert_texts(pl.DataFrame({"it": [text]}), {"it": column})
    return found.values.item() is None and "it" not in found.reasons


@pytest.mark.parametrize("kind", ["number", "percent", "year", "date"])
@pytest.mark.parametrize("text", ["Withheld", "CONFIDENTIAL", "To be determined", "Call broker", "Upon request", "See remarks"])
def test_a_number_may_be_withheld(kind, text):
    assert is_missing(CanonicalColumn("it", kind), text)


@pytest.mark.parametrize(
    "text",
    [
        "Call for offers",
        "Call For Pricing",
        "Contact listing agent for details",
        "Unpriced",
        "Negotiable",
        "Subject to Offer",
        "Best offer",
        "Make offer",
        "Price upon request",
        "Price on Application",
        "POA",
        "P.O.A.",
        "Auction",
        "Not disclosed",
        "Undisclosed",
        "Inquire within",
        "Market",
        "Not For Sale",
    ],
)
def test_a_text_may_say_that_there_is_no_price(text):
    assert is_missing(PRICES, text)


@pytest.mark.parametrize("text", ["Call for offers by 10/15", "Sold", "Offers over 1.2M to 1.5M", "Popular", "Vacant"])
def test_a_text_that_may_be_a_price_is_an_issue(text):
    assert not is_missing(PRICES, text)


@pytest.mark.parametrize("text", ["Call for offers", "Negotiable", "Vacant", "Best offer"])
def test_a_size_that_reads_as_a_price_is_an_issue(text):
    assert not is_missing(SIZES, text)


@pytest.mark.parametrize("kind", CONVERSIONS)
def test_missing_values_are_not_issues(kind):
    assert converted(kind, None, "--", "N/A") == ([None] * 3, [None] * 3)


@pytest.mark.parametrize("kind", CONVERSIONS)
def test_a_column_without_rows_converts(kind):
    assert converted(kind) == ([], [])


@pytest.mark.parametrize(
    ("texts", "percent"),
    [
        (["95%", "80 %", "100"], [95, 80, 100]),
        (["95", "0.5", "0"], [95, 0.5, 0]),
        (["0.95", "1", "0"], [95, 100, 0]),
        (["0.95", "95%"], [95, 95]),
        (["0.5%", "0.2"], [0.5, 20]),
        (["0.57", "0.29"], [57, 29]),
        (["0%", "1%"], [0, 1]),
        (["95 percent", "80% leased", "100 pct"], [95, 80, 100]),
    ],
)
def test_occupancy_is_in_percent_or_in_fractions_by_its_column(texts, percent):
    assert converted("percent", *texts) == (pytest.approx(percent), [None] * len(texts))


@pytest.mark.parametrize(("text", "reason"), [("101", "out_of_range"), ("-5%", "out_of_range"), ("full", "not_a_percentage")])
def test_occupancy_is_at_most_100_percent(text, reason):
    assert converted("percent", text, "90") == ([None, 90], [reason, None])


def test_one_value_above_1_does_not_turn_fractions_into_percent():
    """A rate of 1.05 is a typing error; nobody reports an occupancy of 0.95%."""
    values, _ = converted("percent", *["0.95"] * 20, "1.05")
    assert values[0] == pytest.approx(95)


@pytest.mark.parametrize(
    ("text", "value", "reason"),
    [
        ("1995", 1995, None),
        ("1995.0", 1995, None),
        ("1995-06-01 00:00:00", 1995, None),
        ("1,995", 1995, None),
        ("June 1995", 1995, None),
        ("Jun. 30, 1995", 1995, None),
        ("06/1995", 1995, None),
        ("3,995", None, "not_a_year"),
        ("0", None, None),
        ("0.0", None, None),
        ("0000", None, None),
        ("1800", 1800, None),
        ("1799", None, "out_of_range"),
        ("2101", None, "out_of_range"),
        ("95", None, "not_a_year"),
        ("1995.5", None, "not_a_year"),
        ("19955", None, "not_a_year"),
        ("1985/2001", 1985, None),
        ("c. 1995", 1995, None),
        ("1950s", None, "not_a_year"),
    ],
)
def test_a_year_has_four_digits(text, value, reason):
    assert one("year", text) == (value, reason)


@pytest.mark.parametrize(
    ("text", "value", "reason"),
    [
        ("NC", "NC", None),
        ("nc", "NC", None),
        ("N.C.", "NC", None),
        ("North Carolina", "NC", None),
        ("NORTH  CAROLINA", "NC", None),
        ("D.C.", "DC", None),
        ("Calif.", "CA", None),
        ("W. Va.", "WV", None),
        ("N. Carolina", "NC", None),
        ("Ontario", "Ontario", "not_a_state"),
        ("XX", "XX", "not_a_state"),
    ],
)
def test_a_state_becomes_its_code_or_stays_as_it_is(text, value, reason):
    assert one("state", text) == (value, reason)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("28202", "28202"),
        ("28202.0", "28202"),
        ("2101", "02101"),
        ("501", "00501"),
        ("00501", "00501"),
        ("28202-1234", "28202-1234"),
        ("282021234", "28202-1234"),
        ("28202 1234", "28202-1234"),
        ("K1A 0B1", "K1A 0B1"),
        ("21011234", "02101-1234"),
        ("2101-1234", "02101-1234"),
        ("5011234", "00501-1234"),
        ("282020000", "28202"),
        ("28202-0000", "28202"),
        ("28202-0", "28202"),
        ("28202-", "28202"),
        ("2101-0000", "02101"),
        ("21010000", "02101"),
        ("28202-0010", "28202-0010"),
    ],
)
def test_a_zip_code_is_text_with_its_zeros(text, value):
    assert one("zip", text) == (value, None)


@pytest.mark.parametrize(
    ("text", "value", "reason"),
    [
        ("Yes", True, None),
        ("y", True, None),
        ("TRUE", True, None),
        ("1", True, None),
        ("no", False, None),
        ("F", False, None),
        ("0", False, None),
        ("I-77", None, "not_yes_or_no"),
    ],
)
def test_a_flag_is_yes_or_no(text, value, reason):
    assert one("flag", text) == (value, reason)


@pytest.mark.parametrize(
    ("kind", "text", "value", "reason"),
    [
        ("latitude", "35.2271", 35.2271, None),
        ("latitude", "-90", -90, None),
        ("latitude", "90.1", None, "out_of_range"),
        ("longitude", "-80.8431", -80.8431, None),
        ("longitude", "180", 180, None),
        ("longitude", "-180.1", None, "out_of_range"),
        ("latitude", "0", None, None),
        ("longitude", "0.0", None, None),
        ("latitude", "35° N", None, "not_a_number"),
    ],
)
def test_degrees_are_in_range_and_0_is_missing(kind, text, value, reason):
    assert one(kind, text) == (value, reason)


def test_a_text_keeps_all_but_its_whitespace():
    assert one("text", " Flex / R&D  (Class B) ") == ("Flex / R&D (Class B)", None)


@pytest.mark.parametrize("name", ["APN", "Unit"])
@pytest.mark.parametrize("text", ["1.23E+12", "1E+15", "2003-01-02 00:00:00"])
def test_an_apn_that_excel_converted_is_kept_and_reported(name, text):
    found = convert_texts(pl.DataFrame({name: [text]}), {name: CanonicalColumn(name, "text")})
    assert (found.values.item(), found.reasons[name].item()) == (text, "digits_lost")


@pytest.mark.parametrize("text", ["00123", "00000001.", "12E5", "1234567890123456789", "007.1", "01-02-003", "2003-01-02", "1.0"])
def test_an_apn_is_never_a_number(text):
    found = convert_texts(pl.DataFrame({"APN": [text]}), {"APN": CanonicalColumn("APN", "text")})
    assert (found.values.item(), found.reasons) == (text, {})


@pytest.mark.parametrize("kind", CONVERSIONS)
@pytest.mark.parametrize("text", ["#N/A", "#REF!", "#DIV/0!", "#value!", "#####"])
def test_an_excel_error_is_blank_and_reported_for_every_type(kind, text):
    assert one(kind, text) == (None, "error_cell")


@pytest.mark.parametrize("text", ["#5", "# of units", "#ref", "Bldg #REF!"])
def test_a_text_with_a_number_sign_is_not_an_error(text):
    assert one("text", text) == (text, None)
