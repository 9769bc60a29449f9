"""Property tests of value conversion."""

from datetime import date

import polars as pl
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from examples import examples
from flexscout.domain.columns import find_canonical_column, list_canonical_columns
from flexscout.domain.vocabulary import list_cell_values
from flexscout.ingest.convert.dates import parse_dates
from flexscout.ingest.convert.numbers import parse_numbers
from flexscout.ingest.convert.table import convert_sheet
from flexscout.ingest.convert.types import CONVERSIONS, find_conversion
from flexscout.ingest.convert.values import clean_texts, convert_texts
from flexscout.ingest.mapping.header_map import map_headers

NUMBERS = st.decimals(min_value=0, max_value=10**9, places=2, allow_nan=False).map(float)
FORMS = {
    "plain": "{:.2f}",
    "thousands": "{:,.2f}",
    "dollars": "${:,.2f}",
    "spaced dollars": "$ {:,.2f}",
    "currency": "{:,.2f} USD",
    "rate": "${:,.2f}/SF",
}
NEGATIVE = {
    "minus": "-{:,.2f}",
    "parentheses": "({:,.2f})",
    "accounting": "$({:,.2f})",
    "trailing": "{:,.2f}-",
    "dollars": "-${:,.2f}",
}
DATES = st.dates(date(1930, 1, 1), date(2029, 12, 31))
DATE_FORMS = [
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M:%S",
    "%B %d, %Y",
    "%m/%d/%Y",
    "%m/%d/%y",
    "%d-%b-%Y",
    "%A, %B %d, %Y",
    "%Y%m%d",
    "%d %b %Y",
]
searched = examples(25)

# A column of every kind that converts in its own way.
KINDS = ["Address", "APN", "State", "Zip Code", "Building SqFt", "Lot Size Acres", "Ceiling Height", "Sold Price", "Year Built",
         "Occupancy", "Sale Date", "Latitude", "Longitude", "Near Highway"]  # fmt: skip

# What a cell may hold: anything, and what looks nearly right.
TEXTS = st.one_of(
    st.text(max_size=12),
    st.from_regex(r"\A[-$(]{0,2}[0-9.,/ ]{0,10}[)%a-z]{0,4}\Z"),
    st.sampled_from(
        [
            "#N/A",
            "--",
            "n/a",
            "1.234,56",
            "1/2",
            "½ ac",
            "Jan 2020",
            "0",
            "1E+12",
            "12e9999",
            "nan",
            "####",
            "Call for offers",
            "~1,200 SF",
            "2.5 ac / 108,900 sf",
            "1995 / 2011",
            "Vacant",
            "24' - 28'",
            "4 DH, 2 GL",
            "c. 1995",
            "$5 PSF",
            "+-5",
        ]
    ),
)


def test_every_type_of_column_is_searched():
    assert (
        {find_canonical_column(name).type for name in KINDS}
        == {entry.type for entry in list_canonical_columns()}
        == CONVERSIONS.keys()
    )


def values_of(name, texts):
    """Return the values, reasons and first note of a canonical column."""
    kinds = {name: find_canonical_column(name)}
    cleaned = clean_texts(pl.DataFrame({name: pl.Series(texts, dtype=pl.String)}), kinds)
    found = convert_texts(cleaned, kinds)
    reasons = found.reasons[name].to_list() if name in found.reasons else [None] * len(texts)
    return found.values[name].to_list(), reasons, next(iter(found.notes.get(name, ())), None)


def european(number):
    return f"{number:,.2f}".translate(str.maketrans(",.", ".,"))


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@searched
@given(number=NUMBERS)
def test_a_number_in_any_form_is_read_back(form, number):
    column_of_it = "Sold Price/SqFt" if form == FORMS["rate"] else "Land Value"
    assert values_of(column_of_it, [form.format(number)])[0] == [pytest.approx(number)]


@pytest.mark.parametrize("form", ["{:.2f}", "{:,.2f}", "{:,.2f} SF", "{:,.2f} sq. ft."])
@searched
@given(number=NUMBERS)
def test_a_size_in_any_form_is_read_back(form, number):
    assert values_of("Building SqFt", [form.format(number)])[0] == [pytest.approx(number)]


@pytest.mark.parametrize("form", NEGATIVE.values(), ids=NEGATIVE)
@searched
@given(number=NUMBERS)
def test_a_negative_number_in_any_form_is_read_back(form, number):
    assert values_of("Land Value", [form.format(number)])[0] == [pytest.approx(-number)]


@pytest.mark.parametrize("form", DATE_FORMS)
@searched
@given(day=DATES)
def test_a_date_in_any_form_is_read_back(form, day):
    assert parse_dates(pl.Series([day.strftime(form)])).to_list() == [day]


@searched
@given(st.lists(NUMBERS, min_size=1, max_size=8))
def test_a_column_of_decimal_commas_is_read_as_a_whole(numbers):
    values, reasons, note = values_of("Land Value", [european(number) for number in numbers])
    assert values == [pytest.approx(number) for number in numbers]
    assert (set(reasons), note[0]) == ({None}, "decimal_comma")


@searched
@given(st.lists(NUMBERS, min_size=1, max_size=5), st.lists(NUMBERS, min_size=1, max_size=5))
def test_a_column_that_mixes_both_takes_no_decimal_comma(commas, points):
    values, reasons, note = values_of("Land Value", [*map(european, commas), *(f"{number:,.2f}" for number in points)])
    assert values == [*[None] * len(commas), *(pytest.approx(number) for number in points)]
    assert reasons[: len(commas)] == ["not_a_number"] * len(commas)
    assert note[0] == "number_format_unclear"


@pytest.mark.parametrize("mark", ["±{}", "~ {}", "{}+", "{} +/-", "approx. {}", "{} (est.)"])
@searched
@given(number=NUMBERS)
def test_a_mark_of_approximation_does_not_change_the_number(mark, number):
    values, _, note = values_of("Building SqFt", [mark.format(f"{number:,.2f}")])
    assert (values, note[0]) == ([pytest.approx(number)], "approximate")


@pytest.mark.parametrize("name", ["Building SqFt", "Lot Size Acres", "Asking Price", "Sold Price/SqFt", "Ceiling Height"])
@searched
@given(
    numbers=st.lists(st.integers(1, 2_000_000), min_size=2, max_size=2),
    before=st.sampled_from(["", "$", "~", "("]),
    between=st.lists(st.sampled_from([*" ,/-(~+$'x", " sf ", " ac ", "/sf ", " psf", " to "]), min_size=1, max_size=3).map(
        "".join
    ),
    after=st.sampled_from(["", "'", ")", " sf", " ac)", "/sf", " psf)", "/acre"]),
)
def test_two_numbers_are_never_read_as_a_third(name, numbers, before, between, after):
    text = f"{before}{numbers[0]:,}{between}{numbers[1]:,}{after}"
    (value, _), *_ = values_of(name, [text, "7.5"])  # 7.5: no decimal commas
    assume(parse_numbers(pl.Series([text]), find_canonical_column(name).unit).item() is None)
    converted = (number * factor for number in numbers for factor in (1, 43_560, 1 / 43_560))
    assert value is None or any(value == pytest.approx(number, abs=1e-6) for number in converted)


@searched
@given(st.lists(st.text(st.sampled_from(" \t\n\v\u0085\u00a0\u2003\u3000-a"), max_size=6), min_size=2, max_size=3))
def test_a_text_is_cleaned_alike_alone_and_beside_others(texts):
    kinds = {"Address": find_canonical_column("Address")}
    together, *alone = (clean_texts(pl.DataFrame({"Address": part}), kinds) for part in (texts, *([text] for text in texts)))
    assert pl.concat(alone).equals(together)


def is_nothing(name, text):
    """Return whether a text means that a value is missing."""
    single = clean_texts(pl.DataFrame({"text": [text]}), {"text": find_canonical_column("Address")})["text"].item()
    if single is None or single.lower() in list_cell_values("missing"):
        return True
    conversion, texts = find_conversion(find_canonical_column(name)), pl.Series([single])
    if conversion.missing_pattern and texts.str.contains(conversion.missing_pattern).item():
        return True
    return bool(conversion.is_missing and conversion.is_missing(texts).item())


@pytest.mark.parametrize("name", KINDS)
@searched
@given(texts=st.lists(TEXTS, max_size=6))
@example(texts=["1.234,56", "1,234.56", "#REF!", "-5", "1E+12", "2003-01-02 00:00:00"])
@example(texts=["0.95", "1.05", "101", "95%"])
@example(texts=[" ", "\n"])
def test_no_value_is_lost_without_an_issue(name, texts):
    values, reasons, _ = values_of(name, texts)
    lost = [text for text, value, reason in zip(texts, values, reasons, strict=True) if value is None and reason is None]
    assert all(is_nothing(name, text) for text in lost)


@pytest.mark.parametrize(
    "name", [entry.name for entry in list_canonical_columns() if CONVERSIONS[entry.type].keeps_text or entry.type == "text"]
)
@searched
@given(text=TEXTS)
def test_a_text_that_cannot_be_converted_is_kept_unless_it_is_an_error(name, text):
    assume(not is_nothing(name, text))
    (value,), (reason,), _ = values_of(name, [text])
    assert value is not None or reason == "error_cell"


@searched
@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=6))
def test_every_row_is_a_property_blank_or_reported(rows):
    header = ("Address", "Building SqFt", "Sale Date")
    cells = pl.DataFrame([header, *rows], schema={str(i): pl.String for i in range(3)}, orient="row")
    result = convert_sheet("S", cells, 0, map_headers("S", header, cells.slice(1)))
    named = result.issues["Reason"].is_in(["not_data", "other_table"]).sum()
    assert result.rows_read == result.table.height + result.blank + named
    assert sum(count for _, count in result.issue_counts) == result.issues.height
