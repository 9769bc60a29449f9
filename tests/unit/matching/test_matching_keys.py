"""Which rows get equal keys, different keys, and no key."""

import polars as pl
import pytest

from flexscout.matching.keys import build_duplicate_keys

FIELDS = ("Address", "City", "State")


def keys(field, *texts):
    """The keys of texts in one column."""
    return build_duplicate_keys(pl.DataFrame({field: texts}, schema={field: pl.String}), (field,)).to_list()


def keys_of(rows, fields=FIELDS, source="a.xlsx"):
    """The keys of rows, in a frame that has the columns of the first."""
    frame = pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String))
    return build_duplicate_keys(frame.with_columns(pl.lit(source).alias("Source File")), fields).to_list()


def place(address="1 Main St", city="Charlotte", state="NC"):
    return {"Address": address, "City": city, "State": state}


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("1 Main Street", "1 MAIN ST."),
        ("1  main   st", " 1 Main St "),
        ("1 North Main St", "1 N. Main Street"),
        ("5136 Southwest Oak Avenue", "5136 SW OAK AVE"),
        ("10 First Ave", "10 1st Avenue"),
        ("5 Main St, Suite 4", "5 Main St Ste #4"),
        ("5 Main St #4", "5 Main St Unit 4"),
        ("5 Main St # 4", "5 Main St Apt 4"),
        ("1 Industrial Center Blvd", "1 INDL CTR BOULEVARD"),
        ("5 Saint John's Ct", "5 St Johns Court"),
        ("1 O'Hare Dr", "1 O\u2019HARE DRIVE"),
        ("1 Winston-Salem Rd", "1 Winston Salem Road"),
        ("100-120 Oak Ave", "100-120 OAK AVENUE"),
        ("7 Main_St", "7 Main St"),
    ],
)
def test_spellings_of_an_address_have_the_same_key(left, right):
    first, second = keys("Address", left, right)
    assert first == second
    assert first is not None


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("5136 Main St", "5135 Main St"),
        ("1 Main St", "11 Main St"),
        ("1 N Main St", "1 S Main St"),
        ("1 Main St", "1 Main Ave"),
        ("1 Main St", "1 Maine St"),
        ("1 Main St", "1 Main St Unit 2"),
        ("1 Main St Unit 2", "1 Main St Unit 3"),
        ("100-120 Oak Ave", "100 Oak Ave"),
        ("12A Main St", "12B Main St"),
        ("1 1st Ave", "1 2nd Ave"),
    ],
)
def test_different_addresses_have_different_keys(left, right):
    first, second = keys("Address", left, right)
    assert first != second
    assert None not in (first, second)


@pytest.mark.parametrize(
    "address",
    [None, "", "   ", ".", "Multiple", "Portfolio", "Main St", "N Main Street", "0 Main St", "00 Main St", "000", "1", "#4"],
)
def test_an_address_without_a_house_number_has_no_key(address):
    assert keys("Address", address) == [None]


@pytest.mark.parametrize("column", FIELDS)
@pytest.mark.parametrize("blank", [None, "", "  "])
def test_a_row_with_a_blank_field_has_no_key(column, blank):
    assert keys_of([place() | {column: blank}, place()])[0] is None


@pytest.mark.parametrize("field", ["Address", "City", "State", "Zip Code", "APN", "County"])
@pytest.mark.parametrize("blank", [None, "", " "])
def test_a_blank_never_gives_a_key(field, blank):
    assert keys(field, blank) == [None]


@pytest.mark.parametrize(
    ("field", "left", "right"),
    [
        ("City", "St. Louis", "SAINT LOUIS"),
        ("City", "North Miami", "N. Miami"),
        ("City", "Winston-Salem", "winston salem"),
        ("City", "Mount Pleasant", "Mt. Pleasant"),
        ("State", "nc", "N.C."),
        ("Zip Code", "28202", "28202-1234"),
        ("APN", "06-43-47", "064347"),
        ("APN", "06 43 47a", "064347A"),
        ("County", "Palm  Beach", "PALM BEACH"),
        ("Property Name", "Oak Park, Bldg.", "OAK PARK BLDG"),
    ],
)
def test_spellings_of_a_value_have_the_same_key(field, left, right):
    first, second = keys(field, left, right)
    assert first == second
    assert first is not None


@pytest.mark.parametrize(
    ("field", "left", "right"),
    [
        ("City", "Charlotte", "Charlottesville"),
        ("State", "NC", "SC"),
        ("Zip Code", "28202", "28203"),
        ("APN", "06-43", "06-44"),
        ("County", "Palm Beach", "Broward"),
    ],
)
def test_different_values_have_different_keys(field, left, right):
    first, second = keys(field, left, right)
    assert first != second


@pytest.mark.parametrize("change", [{"City": "Atlanta"}, {"State": "SC"}, {"Address": "2 Main St"}])
def test_every_field_has_to_agree(change):
    first, second = keys_of([place(), place() | change])
    assert first != second


def test_the_values_of_two_fields_are_separated():
    first, second = keys_of([{"City": "A B", "State": "C"}, {"City": "A", "State": "B C"}], ("City", "State"))
    assert first != second


def test_only_the_chosen_fields_count():
    first, second = keys_of([place(), place(state="SC")], ("Address", "City"))
    assert first == second


def test_files_that_have_all_fields_share_their_keys():
    assert keys_of([place()], source="a.xlsx") == keys_of([place("1 MAIN STREET", "CHARLOTTE")], source="b.xlsx")


@pytest.mark.parametrize("lacking", ["City", "State"])
def test_rows_of_a_sheet_without_a_column_are_compared_within_their_file(lacking):
    row = {name: value for name, value in place().items() if name != lacking}
    first, second = keys_of([row, row], source="a.xlsx")
    assert first == second
    assert first is not None
    assert first not in (*keys_of([row], source="b.xlsx"), *keys_of([place()], source="b.xlsx"))


def test_rows_of_a_sheet_without_addresses_have_no_key():
    """A file may have parcel numbers instead: each of its rows is a property of its own."""
    assert keys_of([{"City": "Charlotte", "State": "NC", "APN": apn} for apn in ("1", "2")]) == [None, None]


def test_rows_of_a_sheet_without_any_of_the_fields_have_no_key():
    assert keys_of([{"APN": "1"}, {"APN": "2"}]) == [None, None]


def test_a_missing_column_and_a_blank_in_another_give_no_key():
    assert keys_of([{"Address": "1 Main St", "City": None}]) == [None]


def test_numbers_can_be_part_of_a_key():
    frame = pl.DataFrame({"Address": ["1 Main St"] * 3, "Building SqFt": [30_000.0, 30_000.0, None]})
    first, second, third = build_duplicate_keys(frame, ("Address", "Building SqFt"))
    assert first == second
    assert third is None


@pytest.mark.parametrize("kind", [pl.String, pl.Null])
def test_columns_without_any_value_have_no_key(kind):
    frame = pl.DataFrame({name: pl.Series([None, None], dtype=kind) for name in FIELDS})
    assert build_duplicate_keys(frame, FIELDS).to_list() == [None, None]


@pytest.mark.parametrize(
    "columns", [FIELDS, ("Address",), ("APN",), ()], ids=["all fields", "one field", "another column", "no column"]
)
def test_a_frame_without_rows_has_no_keys(columns):
    frame = pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    assert build_duplicate_keys(frame, FIELDS).to_list() == []


def test_keys_are_in_the_order_of_the_rows():
    addresses = ["2 Main St", None, "1 Main St", "2 Main Street"]
    found = keys("Address", *addresses)
    assert [found.index(key) for key in found] == [0, 1, 2, 0]


def test_an_address_that_repeats_its_place_has_the_key_of_the_plain_address():
    place = {"City": "Charlotte", "State": "NC"}
    first, second = keys_of([{"Address": "1 Main St"} | place, {"Address": "1 Main St, Charlotte, NC"} | place])
    assert first == second is not None
