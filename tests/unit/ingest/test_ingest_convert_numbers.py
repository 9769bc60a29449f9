"""Number parsing."""

import polars as pl
import pytest

from flexscout.domain.columns import CanonicalColumn, find_canonical_column
from flexscout.ingest.convert.numbers import parse_numbers
from flexscout.ingest.convert.values import convert_texts


def number(text, unit=""):
    return parse_numbers(pl.Series([text], dtype=pl.String), unit).item()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1234", 1234),
        ("1234.5", 1234.5),
        ("-5", -5),
        (".5", 0.5),
        ("5.", 5),
        ("1e5", 100_000),
        ("$1,234", 1234),
        ("$ 1,234.50", 1234.5),
        ("US$ 5", 5),
        ("1,234 USD", 1234),
        ("1,234 $", 1234),
        ("1 250 000 $", 1_250_000),
        ("42 500 sq. ft.", 42_500),
        ("42 500.5 sf", 42_500.5),
        ("$1 250 000.50", 1_250_000.5),
        ("106,286", 106_286),
        ("1,234,567", 1_234_567),
        ("2.5 ac", 2.5),
        ("12,000 SF", 12_000),
        ("12000sqft", 12_000),
        ("24'", 24),
        ("(1,200)", -1200),
        ("($1,200)", -1200),
        ("-$1,200", -1200),
        ("$-1,200", -1200),
        ("\u22125", -5),
        ("1.2M", 1_200_000),
        ("$1.2MM", 1_200_000),
        ("750k", 750_000),
        ("$1.2 million", 1_200_000),
        ("$12.5 mil", 12_500_000),
        ("1.2 Mill.", 1_200_000),
        ("250 thousand", 250_000),
        ("$85 PSF", 85),
        ("$85 per SF", 85),
        ("$85/sq. ft.", 85),
        ("$12.50/SF", 12.5),
        ("$ 5 / unit", 5),
        ("$(1,200)", -1200),
        ("$ (1,200.50)", -1200.5),
        ("1,200-", -1200),
        ("1,200.00-", -1200),
    ],
)
def test_every_form_of_a_number_is_parsed(text, expected):
    assert number(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "1.234,56",
        "1,23",
        "1,234,56",
        "12,34,567",
        "inf",
        "-Infinity",
        "nan",
        "1e999",
        "(1,200",
        "$(1,200",
        "-5-",
        "(5)-",
        "€5",
        "1,200)",
        "$",
        "-",
        "ac",
        "12,000 - 15,000",
        "12,000+/-",
        "24' 6\"",
        "1/2",
        "1 234",
        "5 lots",
        "0x10",
        "call for price",
    ],
)
def test_a_text_that_may_mean_something_else_is_not_a_number(text):
    assert number(text) is None


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("2.5 ac", "square feet", 108_900),
        ("1 Acre", "square feet", 43_560),
        ("12,000 SF", "square feet", 12_000),
        ("87,120 sq. ft.", "acres", 2),
        ("21,780 square feet", "acres", 0.5),
        ("2.5 acres", "acres", 2.5),
        ("2.5", "acres", 2.5),
        ("24 ft", "feet", 24),
        ("42k SF", "square feet", 42_000),
        ("45,000 RSF", "square feet", 45_000),
        ("45,000 sq. feet", "square feet", 45_000),
        ("2.5 acre(s)", "acres", 2.5),
        ("$85 PSF", "USD per square foot", 85),
    ],
)
def test_a_cell_in_another_unit_than_its_column_is_converted(text, unit, expected):
    assert number(text, unit) == pytest.approx(expected)


@pytest.mark.parametrize("text", ["7.3 m", "7.3m"])
def test_a_height_in_meters_is_not_taken_for_millions(text):
    assert number(text, "feet") is None


def test_a_column_may_mix_plain_and_formatted_numbers():
    texts = pl.Series(["30000", None, "$1,000", "x", "2.5"], dtype=pl.String)
    assert parse_numbers(texts, "").to_list() == [30_000, None, 1000, None, 2.5]


def test_a_column_without_rows_is_a_column_of_numbers():
    numbers = parse_numbers(pl.Series([], dtype=pl.String), "acres")
    assert (numbers.dtype, numbers.len()) == (pl.Float64, 0)


@pytest.mark.parametrize("unit", ["square feet", "acres", "feet", "units", "docks", "doors"])
def test_a_size_or_a_count_is_never_negative(unit):
    texts = pl.DataFrame({"it": ["-5", "(5)", "0", "5"]})
    found = convert_texts(texts, {"it": CanonicalColumn("it", "number", unit)})
    values, reasons = found.values, found.reasons
    assert values["it"].to_list() == [None, None, 0, 5]
    assert reasons["it"].to_list() == ["out_of_range", "out_of_range", None, None]


@pytest.mark.parametrize("unit", ["USD", "USD per square foot"])
def test_an_amount_of_money_may_be_negative(unit):
    found = convert_texts(pl.DataFrame({"it": ["($1,200)"]}), {"it": CanonicalColumn("it", "number", unit)})
    values, reasons = found.values, found.reasons
    assert (values.item(), reasons) == (-1200, {})


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("½ acre", "acres", 0.5),
        ("2½", "acres", 2.5),
        ("2 1/2", "acres", 2.5),
        ("2-1/2 acres", "acres", 2.5),
        ("1/2 ac", "acres", 0.5),
        ("½ acre", "square feet", 21_780),
        ("24' 6\"", "feet", 24.5),
        ("24'-6\"", "feet", 24.5),
        ("24 ft 6 in", "feet", 24.5),
        ("24½'", "feet", 24.5),
    ],
)
def test_a_size_may_have_a_fraction(text, unit, expected):
    assert number(text, unit) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "unit"),
    [("1/2", "acres"), ("3/2 ac", "acres"), ("1/0 ac", "acres"), ("24' 13\"", "feet"), ("½", "USD"), ("5 m", "acres")],
)
def test_a_fraction_that_may_mean_something_else_is_not_a_number(text, unit):
    assert number(text, unit) is None


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("$1,234", "square feet"),
        ("$ 5", "acres"),
        ("2.5 ac", "USD"),
        ("$85/SF", "USD"),
        ("$85 PSF", "USD"),
        ("$12.50/SF/YR NNN", "USD"),
        ("$12.50/SF/YR NNN", "USD per square foot"),
        ("$5/acre", "USD per square foot"),
        ("$5/unit", "USD per square foot"),
        ("1,200 SF/unit", "square feet"),
        ("3 per unit", "units"),
        ("5 million", "acres"),
        ("12,000 SF", "feet"),
        ("5 ft", "acres"),
        ("42 sf", "percent 0-100"),
        ("5 ac", "units"),
    ],
)
def test_a_number_of_another_kind_is_not_read(text, unit):
    assert number(text, unit) is None
    kind = "percent" if unit.startswith("percent") else "number"
    found = convert_texts(pl.DataFrame({"it": [text]}), {"it": CanonicalColumn("it", kind, unit)})
    assert (found.values.item(), found.reasons["it"].item()[:4]) == (None, "not_")


@pytest.mark.parametrize(("text", "value", "reason"), [("40,000", 40_000, None), ("108,900", None, "out_of_range")])
def test_too_many_acres_are_out_of_range(text, value, reason):
    found = convert_texts(pl.DataFrame({"it": [text]}), {"it": find_canonical_column("Lot Size Acres")})
    assert found.values.item() == value
    assert (found.reasons["it"].item() if found.reasons else None) == reason
