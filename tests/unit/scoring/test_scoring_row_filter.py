"""Row filters (`--where`): errors, rows that meet them, and rejection reasons."""

import json
import re
import subprocess
import sys
from datetime import date

import polars as pl
import pytest

from flexscout.domain.column_names import REASONS, STATUS, TO_VERIFY
from flexscout.domain.columns import list_canonical_columns
from flexscout.domain.text import split_reasons
from flexscout.errors import ConfigurationError
from flexscout.ingest.convert.table import convert_column
from flexscout.scoring.eligibility import classify_frame
from flexscout.scoring.profile_files import load_profile
from flexscout.scoring.row_filter import SCHEMA, apply_filter, parse_filter

GOOD = {"Property Type": "Flex", "Building SqFt": 30_000.0, "Lot Size Acres": 2.0, "Year Built": 1995}
MORE = {"City": pl.String, "State": pl.String, "Sold Price": pl.Float64, "Sale Date": pl.Date, "Near Highway": pl.Boolean}
TYPES = {"Property Type": pl.String, "Building SqFt": pl.Float64, "Lot Size Acres": pl.Float64, "Year Built": pl.Int32} | MORE


def outcome(text, without=(), **values):
    """Return status, reasons and To Verify of a candidate with other `values`, in a frame that has no columns `without`."""
    row = GOOD | {name.replace("_", " "): value for name, value in values.items()}
    frame = pl.DataFrame([row], schema=TYPES).drop(without)
    filtered = apply_filter(classify_frame(frame, load_profile("flex-industrial"), 4.0), parse_filter(text)).frame
    return filtered.select(STATUS, REASONS, TO_VERIFY).row(0)


def message_of(text):
    with pytest.raises(ConfigurationError) as caught:
        parse_filter(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Columns.
        ("state = 'NC'", "did you mean State?"),
        ('"Sold Pric" < 5', 'did you mean "Sold Price"?'),
        ('"sold price" < 5', 'did you mean "Sold Price"?'),
        ("Sold Price < 5", 'Sold Price needs double quotes, "Sold Price"'),
        ("sold pric < 5", 'did you mean "Sold Price"? Names with spaces need double quotes'),
        ("Tenant(s) = 'A'", '"Tenant(s)"'),
        ("Sold Price/SqFt < 5", '"Sold Price/SqFt"'),
        ("xyzzy = 1", 'The columns: "Property Name"'),
        ("State = NC", "Text needs single quotes: 'NC'"),
        ('State IN ("NC")', "Text needs single quotes: 'NC'"),
        ("'Sold Price' < 5", '\'Sold Price\' in single quotes is text; for the column write "Sold Price"'),
        ("1 = 1", "it names no column"),
        ("\"^S.*$\" = 'NC'", "there is no column"),
        # Kinds.
        ("City < 5", "City (text) and a number can't be compared"),
        ("\"Sold Price\" < '5'", "Sold Price (a number) and text can't be compared"),
        ("\"Year Built\" IN ('1990')", "Year Built (a number) and text can't be compared"),
        ("State IN ('NC', 5)", "text and a number in one list"),
        ("\"Sale Date\" > '2024-01-31'", "write a day as DATE '2024-01-31'"),
        ('"Sale Date" - "Sale Date" > 5', "a time span and a number"),
        ('"Near Highway" = 1', "a yes/no value equals TRUE or FALSE"),
        ('"Sold Price" + 1', "it is a number, not a condition: compare it, as in"),
        ("City", "it is text, not a condition"),
        ("State = 'NC' OR 'GA'", "each side of AND and OR must be a condition"),
        ("\"Sold Price\" AND State = 'NC'", "each side of AND and OR must be a condition"),
        ('NOT "Sold Price"', "NOT needs a condition, and Sold Price (a number) is not one"),
        ('1 < "Sold Price" < 5', "a yes/no value and a number can't be joined or compared"),
        ("year(City) = 2024", "year is not a filter function"),
        # More than one row, and more than a filter.
        ('max("Sold Price") > 5', "max looks at many rows"),
        ('sum("Sold Price") OVER (PARTITION BY City) > 5', "sum looks at many rows"),
        ("City IN (SELECT City FROM self)", "SELECT looks at many rows"),
        ("EXISTS (SELECT 1)", "EXISTS looks at many rows"),
        ("read_csv('/etc/passwd') = 'a'", "read_csv is not a filter function; the functions are: abs"),
        ("\"max\"(City) = 'a'", "is not a filter function"),
        ("columns('.*') = 'a'", "is not a filter function"),
        ("CAST(City AS INT) = 1", "CAST is not supported in filters"),
        ("City(1) = 'a'", "City is a column, not a function"),
        # Marks.
        ("City =", "there is no value after ="),
        ("State = 'NC' AND", "there is no value after AND"),
        ("State = 'NC", "the quote before NC is not closed"),
        ("(State = 'NC'", "a bracket is not closed"),
        ("State = 'NC')", "there is a closing bracket without an opening one"),
        ("State IN ()", "the brackets () are empty"),
        ("State IN ('NC' 'GA')", "nothing joins 'NC' and 'GA'"),
        ("State = 'NC' City = 'Charlotte'", "nothing joins 'NC' and City"),
        ("State = \u201cNC\u201d", "\u201c is a curly quote"),
        ('"Sold Price" < 5,000,000', "a comma is allowed only in a list"),
        ('"Sold Price" < 5_000_000', "5_000_000 is not a number"),
        ('"Sold Price" < 5M', "5M is not a number"),
        ('"Sold Price" < $5', "$ has no meaning in a filter"),
        ("City = 'a'; DROP TABLE x", "; has no meaning in a filter"),
        ("City = 'a' -- and so on", "a filter can't contain comments"),
        ("City = 'a' \x00", "'\\x00' has no meaning"),
        ("* > 5", "there is no value before *"),
        ("(State =) OR City = 'A'", "there is no value after ="),
        ("AND State = 'NC'", "there is no value before AND"),
        ('"Sold Price" BETWEEN 1', "it is incomplete"),
        ("State = 'NC' AND NOT NULL", "write IS NULL or IS NOT NULL"),
        ("State = NULL", "write IS NULL or IS NOT NULL"),
        ("City LIKE State", "LIKE needs a text"),
        ("\"Sale Date\" > DATE('2024-01-31')", "DATE needs a day in single quotes"),
        ("\"Sale Date\" > DATE '2024-13-01'", "DATE needs a day in single quotes"),
        ("trim > 5", "trim is a function"),
        ("City AND State", "City (text) is not a condition: each side of AND and OR"),
        ('NOT ("Sold Price" + 1)', "NOT needs a condition, and a number is not one"),
    ],
)  # fmt: skip
def test_an_error_names_the_problem_and_the_fix(text, expected):
    message = message_of(text)
    assert expected in message
    assert f"where: {text}" in message


OVERSIZED = [
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
]  # fmt: skip


@pytest.fixture(scope="module")
def parsed():
    """The numbers of the oversized filters that a process parses or rejects, with a stack as small as on Windows."""
    code = (
        "import json, sys\n"
        "from flexscout.scoring.row_filter import parse_filter\nfrom flexscout.errors import ConfigurationError\n"
        "for number, text in enumerate(json.loads(sys.argv[1])):\n"
        "    try:\n        parse_filter(text)\n    except ConfigurationError:\n        pass\n    print(number, flush=True)\n"
    )
    command = ["sh", "-c", 'ulimit -s 1024; exec "$@"', "sh", sys.executable, "-c", code, json.dumps(OVERSIZED)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return {int(line) for line in done.stdout.splitlines()}


@pytest.mark.parametrize("number", range(len(OVERSIZED)), ids=lambda number: OVERSIZED[number][:20])
def test_an_oversized_filter_is_accepted_or_rejected_but_never_crashes(parsed, number):
    assert number in parsed


def test_an_error_shows_only_the_start_of_a_long_filter():
    message = message_of("State = 'NC' AND " * 300)
    assert "5,100 characters; the maximum is 2,000" in message
    assert len(message) < 400


@pytest.mark.parametrize("text", ["", "  \n "])
def test_blank_text_is_no_filter(text):
    assert parse_filter(text) is None


@pytest.mark.parametrize("column", list_canonical_columns(), ids=lambda column: column.name)
def test_a_filter_sees_the_type_that_conversion_gives_a_column(column):
    dtype = convert_column(column.name, pl.Series(["1"])).dtype
    assert SCHEMA[column.name] == (pl.Float64 if dtype.is_numeric() else dtype)


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
def test_a_row_that_meets_the_filter_is_unchanged(text, values):
    assert outcome(text, **values) == ("candidate", "", False)


def test_a_row_that_does_not_meet_the_filter_is_not_eligible_with_the_filter_as_reason():
    assert outcome("State\n  = 'GA'", State="NC") == ("not_eligible", "left out by the filter: State = 'GA'", False)


def test_a_missing_value_leaves_the_filter_undecided_and_is_named():
    text = "State = 'NC' AND \"Sold Price\" < 5"
    missing_one = "the filter can't be decided: Sold Price is missing"
    missing_both = "the filter can't be decided: State is missing and Sold Price is missing"
    assert outcome(text, State="NC") == ("not_eligible", missing_one, True)
    assert outcome(text) == ("not_eligible", missing_both, True)


def test_a_column_that_the_file_does_not_have_counts_as_missing():
    reason = "the filter can't be decided: Sold Price is missing"
    assert outcome('"Sold Price" < 5', without="Sold Price") == ("not_eligible", reason, True)


def test_a_missing_value_is_ignored_if_the_filter_is_decided_without_it():
    rejected = ("not_eligible", "left out by the filter: State = 'NC' AND \"Sold Price\" < 5", False)
    assert outcome("State = 'NC' AND \"Sold Price\" < 5", State="GA") == rejected


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
def test_other_reasons_stay_and_only_missing_values_mark_a_row_to_verify(values, status, reasons, to_verify):
    result = outcome("State = 'NC'", **{"State": "GA"} | values)
    assert (result[0], result[2]) == (status, to_verify)
    assert re.fullmatch(reasons, result[1])


def test_rows_that_do_not_meet_the_filter_are_counted():
    frame = pl.DataFrame([GOOD | {"State": state} for state in ("NC", "GA", None, "NC")], schema=TYPES)
    classified = classify_frame(frame, load_profile("flex-industrial"), 4.0)
    assert apply_filter(classified, parse_filter("State = 'NC'")).filtered_out == 2
    assert apply_filter(classified, None).filtered_out == 0


def test_a_filter_adds_and_drops_no_column():
    frame = pl.DataFrame([GOOD], schema=TYPES).drop("Sold Price")
    classified = classify_frame(frame, load_profile("flex-industrial"), 4.0)
    assert apply_filter(classified, parse_filter('"Sold Price" < 5')).frame.schema == classified.schema


def test_reasons_can_be_split_whatever_text_the_filter_quotes():
    _, reasons, _ = outcome("City <> 'A; B'", City="A; B", Property_Type="Office")
    assert len(split_reasons(reasons)) == 2
    assert split_reasons(reasons)[1] == "left out by the filter: City <> 'A, B'"
