"""A person's own condition on the rows."""

import re
import subprocess
import sys
from datetime import date

import polars as pl
import pytest

from flexscout.domain.column_names import REASONS, STATUS, TO_VERIFY
from flexscout.domain.columns import canonical_columns
from flexscout.errors import ConfigurationError
from flexscout.ingest.convert.table import convert_column
from flexscout.scoring.eligibility import classify_frame
from flexscout.scoring.profile_files import load_profile
from flexscout.scoring.row_filter import SCHEMA, apply_filter, parse_filter

GOOD = {"Property Type": "Flex", "Building SqFt": 30_000.0, "Lot Size Acres": 2.0, "Year Built": 1995}
MORE = {"City": pl.String, "State": pl.String, "Sold Price": pl.Float64, "Sale Date": pl.Date, "Near Highway": pl.Boolean}
TYPES = {"Property Type": pl.String, "Building SqFt": pl.Float64, "Lot Size Acres": pl.Float64, "Year Built": pl.Int32} | MORE


def outcome(text, without=(), **values):
    """Status, reasons and To Verify of one row that is a candidate but for `values`; without some of the columns."""
    row = GOOD | {name.replace("_", " "): value for name, value in values.items()}
    frame = pl.DataFrame([row], schema=TYPES).drop(without)
    judged = apply_filter(classify_frame(frame, load_profile("flex-industrial"), 4.0), parse_filter(text)).frame
    return judged.select(STATUS, REASONS, TO_VERIFY).row(0)


def message_of(text):
    with pytest.raises(ConfigurationError) as caught:
        parse_filter(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        # Columns.
        ("state = 'NC'", "did you mean State?"),
        ('"Sold Pric" < 5', 'did you mean "Sold Price"?'),
        ('"sold price" < 5', 'did you mean "Sold Price"?'),
        ("Sold Price < 5", 'names with a space stand in double quotes, "Sold Price"'),
        ("sold pric < 5", 'did you mean "Sold Price"? Names with a space stand in double quotes'),
        ("Tenant(s) = 'A'", '"Tenant(s)"'),
        ("Sold Price/SqFt < 5", '"Sold Price/SqFt"'),
        ("xyzzy = 1", 'The columns: "Property Name"'),
        ("State = NC", "A text stands in single quotes: 'NC'"),
        ('State IN ("NC")', "A text stands in single quotes: 'NC'"),
        ("'Sold Price' < 5", '\'Sold Price\' in single quotes is a text; the column is "Sold Price"'),
        ("1 = 1", "it names no column"),
        ("\"^S.*$\" = 'NC'", "there is no column"),
        # Kinds.
        ("City < 5", "City (a text) and a number can't be compared"),
        ("\"Sold Price\" < '5'", "Sold Price (a number) and a text can't be compared"),
        ("\"Year Built\" IN ('1990')", "Year Built (a number) and a text can't be compared"),
        ("State IN ('NC', 5)", "a text and a number in one list"),
        ("\"Sale Date\" > '2024-01-31'", "a day is written DATE '2024-01-31'"),
        ('"Sale Date" - "Sale Date" > 5', "a span of time and a number"),
        ('"Near Highway" = 1', "a yes or no equals TRUE or FALSE"),
        ('"Sold Price" + 1', "it gives a number, no yes or no: compare it, as in"),
        ("City", "it gives a text, no yes or no"),
        ("State = 'NC' OR 'GA'", "each side of AND and OR is a condition"),
        ("\"Sold Price\" AND State = 'NC'", "each side of AND and OR is a condition"),
        ('NOT "Sold Price"', "NOT stands before a condition, and Sold Price (a number) is none"),
        ('1 < "Sold Price" < 5', "a yes or no and a number stand side by side"),
        ("year(City) = 2024", "year is no function of filters"),
        # More than one row, and more than a filter.
        ('max("Sold Price") > 5', "max looks at many rows"),
        ('sum("Sold Price") OVER (PARTITION BY City) > 5', "sum looks at many rows"),
        ("City IN (SELECT City FROM self)", "SELECT looks at many rows"),
        ("EXISTS (SELECT 1)", "EXISTS looks at many rows"),
        ("read_csv('/etc/passwd') = 'a'", "read_csv is no function of filters; there are: abs"),
        ("\"max\"(City) = 'a'", "is no function of filters"),
        ("columns('.*') = 'a'", "is no function of filters"),
        ("CAST(City AS INT) = 1", "CAST is more than a filter takes"),
        ("City(1) = 'a'", "City is a column and no function"),
        # Marks.
        ("City =", "it breaks off after ="),
        ("State = 'NC' AND", "it breaks off after AND"),
        ("State = 'NC", "the quote before NC is not closed"),
        ("(State = 'NC'", "a bracket is not closed"),
        ("State = 'NC')", "a bracket is closed that was not opened"),
        ("State IN ()", "nothing stands between the brackets"),
        ("State IN ('NC' 'GA')", "between 'NC' and 'GA' is nothing that joins them"),
        ("State = 'NC' City = 'Charlotte'", "between 'NC' and City is nothing that joins them"),
        ("State = \u201cNC\u201d", "\u201c is a curly quote"),
        ('"Sold Price" < 5,000,000', "a comma stands only in a list"),
        ('"Sold Price" < 5_000_000', "5_000_000 is no number"),
        ('"Sold Price" < 5M', "5M is no number"),
        ('"Sold Price" < $5', "$ has no meaning in a filter"),
        ("City = 'a'; DROP TABLE x", "; has no meaning in a filter"),
        ("City = 'a' -- and so on", "a filter holds no comments"),
        ("City = 'a' \x00", "'\\x00' has no meaning"),
        ("* > 5", "before * stands nothing"),
        ("(State =) OR City = 'A'", "it breaks off after ="),
        ("AND State = 'NC'", "before AND stands nothing"),
        ('"Sold Price" BETWEEN 1', "something is missing in it"),
        ("State = 'NC' AND NOT NULL", "write IS NULL or IS NOT NULL"),
        ("State = NULL", "write IS NULL or IS NOT NULL"),
        ("City LIKE State", "LIKE is followed by a text"),
        ("\"Sale Date\" > DATE('2024-01-31')", "DATE is followed by a day in single quotes"),
        ("\"Sale Date\" > DATE '2024-13-01'", "DATE is followed by a day in single quotes"),
        ("trim > 5", "trim is a function"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_what_to_do(text, words):
    message = message_of(text)
    assert words in message
    assert f"where: {text}" in message


@pytest.mark.parametrize(
    "text",
    [
        "(" * 900 + '"Near Highway"' + ")" * 900,
        "NOT " * 450 + '"Near Highway"',
        "- " * 900 + "Latitude < 1",
        "Latitude = " + "+".join(["1"] * 900),
        "Latitude" + " BETWEEN 1 AND 2" * 120,
        "Latitude" + " IN (1)" * 280,
        "Latitude < 1" + " AND Latitude < 1" * 110,
        "lower(" * 280 + "City" + ")" * 280 + " = 'a'",
        "State IN (" + ", ".join(["'NC'"] * 400) + ")",
        "(((Latitude BETWEEN 1 AND 2)" + " BETWEEN TRUE AND TRUE" * 9 + ") BETWEEN TRUE AND TRUE)",
        "NOT " * 20 + "(" * 20 + '"Near Highway"' + ")" * 20,
        "Latitude < 1" + " OR Latitude < 1" * 49,
        "Latitude < 0" + "+1" * 99,
        "'" * 1_999,
        '"' * 2_001,
    ],
    ids=lambda text: text[:20].replace("\0", ""),
)  # fmt: skip
def test_a_monstrous_filter_is_a_filter_or_a_mistake_and_never_a_crash(text):
    """In a process of its own, whose stack is as small as that of a program on Windows."""
    code = (
        "import sys\nfrom flexscout.scoring.row_filter import parse_filter\nfrom flexscout.errors import ConfigurationError\n"
        "try:\n    parse_filter(sys.argv[1])\nexcept ConfigurationError:\n    pass\nprint('alive')"
    )
    command = ["sh", "-c", 'ulimit -s 1024; exec "$@"', "sh", sys.executable, "-c", code, text]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.stdout == "alive\n", done.stderr


def test_a_long_filter_is_shown_by_its_beginning():
    message = message_of("State = 'NC' AND " * 300)
    assert "more than 2,000" in message
    assert len(message) < 400


@pytest.mark.parametrize("text", ["", "  \n "])
def test_an_empty_text_is_no_filter(text):
    assert parse_filter(text) is None


@pytest.mark.parametrize("column", canonical_columns(), ids=lambda column: column.name)
def test_a_filter_takes_a_column_for_what_conversion_makes_of_it(column):
    made = convert_column(column.name, pl.Series(["1"])).dtype
    assert SCHEMA[column.name] == (pl.Float64 if made.is_numeric() else made)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("State IN ('NC', 'GA') AND \"Sold Price\" < 5000000", {"State": "NC", "Sold_Price": 4e6}),
        ("State <> 'GA'", {"State": "NC"}),
        ('"Sold Price" BETWEEN 1 AND 5', {"Sold_Price": 5.0}),
        ('"Sold Price" = 0.1', {"Sold_Price": 0.1}),
        ('"Sold Price" IN (0.1, 7.5)', {"Sold_Price": 0.1}),
        ('"Sold Price" IS NULL OR "Sold Price" < 5', {}),
        ('coalesce("Sold Price", 0) < 5', {}),
        ("lower(City) LIKE 'char%'", {"City": "CHARLOTTE"}),
        ("City = 'Coeur d''Alene'", {"City": "Coeur d'Alene"}),
        ("\"Sale Date\" >= DATE '2024-01-31'", {"Sale_Date": date(2024, 1, 31)}),
        ("\"Sale Date\" NOT BETWEEN DATE '2024-02-01' AND DATE '2024-02-29'", {"Sale_Date": date(2024, 1, 31)}),
        ('"Near Highway"', {"Near_Highway": True}),
        ('NOT "Near Highway"', {"Near_Highway": False}),
        ('"Year Built" * 10000000 > 0', {}),
        ('"Flex Score" >= 9 AND "Flex Classification" = \'PRIME_FLEX\'', {}),
        ("State = 'NC'\n  AND City = 'X'", {"State": "NC", "City": "X"}),
    ],
)  # fmt: skip
def test_a_row_for_which_it_holds_stays_as_it_is(text, values):
    assert outcome(text, **values) == ("candidate", "", False)


def test_a_row_for_which_it_does_not_hold_is_not_eligible_with_the_filter_as_reason():
    assert outcome("State\n  = 'GA'", State="NC") == ("not_eligible", "left out by the filter: State = 'GA'", False)


def test_a_missing_value_leaves_it_undecided_and_is_named():
    text = "State = 'NC' AND \"Sold Price\" < 5"
    one = "the filter can't be decided: Sold Price is missing"
    both = "the filter can't be decided: State is missing and Sold Price is missing"
    assert outcome(text, State="NC") == ("not_eligible", one, True)
    assert outcome(text) == ("not_eligible", both, True)


def test_a_column_that_the_file_lacks_is_missing():
    reason = "the filter can't be decided: Sold Price is missing"
    assert outcome('"Sold Price" < 5', without="Sold Price") == ("not_eligible", reason, True)


def test_a_missing_value_that_could_change_nothing_is_no_excuse():
    left_out = ("not_eligible", "left out by the filter: State = 'NC' AND \"Sold Price\" < 5", False)
    assert outcome("State = 'NC' AND \"Sold Price\" < 5", State="GA") == left_out


@pytest.mark.parametrize(
    ("values", "status", "reasons", "to_verify"),
    [
        ({"Property_Type": "Office"}, "not_eligible", "Property Type is none of .*; left out by the filter: .*", False),
        ({"Property_Type": "Office", "State": "NC"}, "not_eligible", "Property Type is none of [^;]*", False),
        ({"Building_SqFt": None}, "not_eligible", "Building SqFt is missing; left out by the filter: .*", False),
        ({"Building_SqFt": None, "State": "NC"}, "not_eligible", "Building SqFt is missing", True),
        ({"Building_SqFt": None, "State": None}, "not_eligible", "Building SqFt is missing; the filter can't be .*", True),
        ({"Property_Type": "Office", "State": None}, "not_eligible", ".*; the filter can't be decided: State is missing", False),
        ({"Property_Type": "Storage", "Building_SqFt": 250_000.0, "Lot_Size_Acres": 15.0, "Year_Built": 1950, "State": None},
         "not_eligible", "Flex Score below 4; the filter can't be decided: State is missing", False),
    ],
)  # fmt: skip
def test_other_reasons_stay_and_a_row_is_to_be_verified_if_only_values_are_missing(values, status, reasons, to_verify):
    found = outcome("State = 'NC'", **{"State": "GA"} | values)
    assert (found[0], found[2]) == (status, to_verify)
    assert re.fullmatch(reasons, found[1])


def test_it_counts_the_rows_that_it_leaves_out():
    frame = pl.DataFrame([GOOD | {"State": state} for state in ("NC", "GA", None, "NC")], schema=TYPES)
    classified = classify_frame(frame, load_profile("flex-industrial"), 4.0)
    assert apply_filter(classified, parse_filter("State = 'NC'")).filtered_out == 2
    assert apply_filter(classified, None).filtered_out == 0


def test_no_column_is_added_or_lost():
    frame = pl.DataFrame([GOOD], schema=TYPES).drop("Sold Price")
    classified = classify_frame(frame, load_profile("flex-industrial"), 4.0)
    assert apply_filter(classified, parse_filter('"Sold Price" < 5')).frame.schema == classified.schema
