"""The memo: the best candidates, what is new, and how the list was made."""

import sys

import polars as pl
import pytest

from flexscout.errors import ConfigurationError
from flexscout.history.changes import CHANGE_SCHEMA
from hostile_texts import CORPUS
from memos import ASKING, KNOWN, build_report, memo_of, read_pages, read_pdf
from pages import PROPERTY

COUNTS = {"new": 0, "price_cut": 0, "sold": 0, "withdrawn": 0, "unchanged": 0}


def changed(*changes, **counts):
    """Return the report's entry of changes."""
    rows = [dict.fromkeys(CHANGE_SCHEMA) | change for change in changes]
    return {
        "since_run": 1,
        "of": "2026-01-13T02:00:00+00:00",
        "data_date": "2026-01-12",
        "counts": COUNTS | counts,
        "first": rows,
    }


def test_a_property_is_shown_with_its_facts():
    text = read_pdf(memo_of(KNOWN | ASKING))
    facts = (
        "1836 Lindbergh St", "Charlotte, NC 28208", "Northlake Flex", "34,000 sq ft", "2.59 acres", "1995", "85%", "123-45-678",
        "$4,600,000", "$135", "$3.45M", "Granite Holdings, LLC", "4 more on the list", "10% below", "7.5", "Good flex",
    )  # fmt: skip
    assert [fact for fact in facts if fact not in text] == []


def test_reasons_are_sentences():
    assert "34,000 sq ft is the ideal size" in read_pdf(memo_of({}, reasons=[["34,000 sq ft is the ideal size", "flex"]]))


def test_the_top_candidates_are_shown_with_their_ranks():
    rows = [{"Address": f"{number} Elm St"} for number in range(1, 4)]
    text = read_pdf(memo_of(*rows, top_candidates=[{"rank": 1}, {"rank": 3}]))
    assert "The two best candidates" in text
    assert "3. 3 Elm St" in text
    assert "Rank 2 is rejected and not shown." in text
    assert "2 Elm St" not in text


@pytest.mark.parametrize(
    ("values", "doubt"),
    [
        ({"Missing Factors": "Age, Occupancy"} | ASKING, "No data on age and occupancy"),
        ({"Missing Factors": None}, "No asking price"),
        ({"Missing Factors": "Age"}, "No data on age and no asking price"),
        ({"Unverified": "Lot Size Acres"}, "Not checked, for want of a column: Lot Size Acres"),
        ({"Missing From": "the latest CoStar export (Jan 19)"}, "No longer in the latest CoStar export (Jan 19)"),
        ({"Corrected Cells": "Building SqFt 34,000 (sources: 43,000)"}, "Corrected by hand: Building SqFt 34,000"),
    ],
)
def test_what_to_verify_is_listed(values, doubt):
    assert doubt in read_pdf(memo_of(values))


def test_nothing_is_to_verify_where_all_is_known():
    assert "To verify" not in read_pdf(memo_of(ASKING))


def test_a_possible_duplicate_is_to_verify_on_both_sides():
    pair = {"Property ID": "P-1", "Address": "1 Elm St", "Other Property ID": "P-2", "Other Address": "1 Elm Street"}
    rows = ({"Property ID": "P-1"}, {"Property ID": "P-2"})
    text = read_pdf(memo_of(*rows, pairs=[pair]))
    assert "May be the same property as 1 Elm Street" in text
    assert "May be the same property as 1 Elm St " in text


PLACE = {"Address": "1 Elm St", "City": "Charlotte", "State": "NC"}
CHANGES = changed(
    PLACE | {"Change": "new", "New Score": 7.5},
    PLACE | {"Change": "price cut", "Column": "Asking Price", "Old Value": "5000000", "New Value": "4600000", "Percent": -8.0},
    PLACE | {"Change": "sold", "Column": "Sale Date", "New Value": "2026-01-15", "Amount": 4e6},
    PLACE | {"Change": "withdrawn", "Source": "Crexi listings"},
    new=1, price_cut=1, sold=1, withdrawn=1, unchanged=2,
)  # fmt: skip


def test_changes_are_listed_by_kind():
    text = read_pdf(memo_of({}, changes=CHANGES))
    lines = (
        "What is new since Jan 12, 2026", "1 Elm St, Charlotte, NC: score 7.5", "$5,000,000 to $4,600,000 (-8.0%)",
        "sold Jan 15, 2026 for $4,000,000", "no longer on Crexi listings", "2 unchanged",
    )  # fmt: skip
    assert [line for line in lines if line not in text] == []


def test_the_date_of_the_run_stands_in_for_that_of_old_data():
    assert "What is new since Jan 13, 2026" in read_pdf(memo_of({}, changes=CHANGES | {"data_date": None}))


def test_changes_beyond_those_in_the_report_come_from_the_table():
    table = pl.DataFrame(CHANGES["first"], schema=CHANGE_SCHEMA)
    text = read_pdf(memo_of({}, change_table=table, changes=CHANGES | {"first": []}))
    assert "no longer on Crexi listings" in text


def test_a_few_changes_of_each_kind_are_listed():
    many = changed(*({"Change": "new", "Address": f"{n} Elm St", "New Score": 7.0} for n in range(1, 10)), new=9)
    text = read_pdf(memo_of({}, changes=many))
    assert "New: 4 of 9" in text
    assert "5 Elm St" not in text


def test_a_property_with_news_is_marked():
    changes = changed({"Change": "price cut", "Property ID": "P-1"}, price_cut=1)
    text = read_pdf(memo_of({"Property ID": "P-1"}, {"Property ID": "P-2"}, changes=changes))
    assert text.count("1836 Lindbergh St Price cut") == 1


def test_a_first_list_has_no_news():
    assert "What is new" not in read_pdf(memo_of({}, changes=None))


def test_the_memo_tells_how_the_list_was_made():
    profile = {
        "name": "p",
        "factors": {"Age": {"column": "Year Built", "rules": [{"from": 1990, "points": 1, "says": "new"}], "otherwise": "old"}},
        "eligibility": {"Building SqFt": {"from": 20_000}},
        "classes": {"GOOD": 0},
    }
    settings = build_report(1)["settings"] | {"where": "State = 'NC'"}
    text = read_pdf(memo_of(KNOWN, profile=profile, settings=settings))
    lines = (
        "a.xlsx (6 rows)", "Building SqFt from 20,000", "a score of 4 or more", "age (1)", "1 row of properties", "State = 'NC'",
        "Year Built is missing (2)", "Prices per square foot are compared",
    )  # fmt: skip
    assert [line for line in lines if line not in text] == []


def test_the_page_has_its_date_and_number():
    first, *_, last = read_pages(memo_of(*({"Address": f"{n} Elm St"} for n in range(10))))
    assert "Data of Jan 19, 2026 Page 1 of 3" in first
    assert "Page 3 of 3" in last


def test_fewer_properties_are_shown_if_ten_need_more_than_three_pages():
    long = dict.fromkeys(("Address", "Property Type", "Owner Name", "Unverified", "Corrected Cells"), "A long text. " * 40)
    pages = read_pages(memo_of(*[long] * 10, reasons=[["A long reason. " * 20] * 3] * 10))
    assert len(pages) == 3
    assert "The ten best candidates" not in " ".join(pages)


def test_owners_with_several_properties_are_listed():
    rows = [{"Address": f"{n} Elm St", "Owner Group": "Granite Holdings, LLC", "Owner Properties": 2} for n in (1, 2)]
    text = read_pdf(memo_of(*rows, {"Owner Group": "Ann", "Owner Properties": 1}))
    assert (
        "Owners with several properties on the list • Granite Holdings, LLC: 2 properties (ranks 1 and 2), 68,000 sq ft" in text
    )
    assert "Ann:" not in text


def test_equal_results_give_equal_bytes():
    assert memo_of(KNOWN, changes=CHANGES) == memo_of(KNOWN, changes=CHANGES)


def test_a_list_without_candidates_has_a_memo():
    assert "No property in these exports is a candidate." in read_pdf(memo_of())


def test_an_old_list_without_comparisons_has_a_memo():
    text = read_pdf(memo_of({"Owner Name": "Ann", "Asking Price": 5e6}))
    assert "Ann" in text
    assert "Versus comparables" not in text


def test_missing_values_are_no_facts():
    row = dict.fromkeys((*PROPERTY, *KNOWN, *ASKING)) | {"Flex Score": 4.0}
    assert "None" not in read_pdf(memo_of(row))


def test_numbers_without_bounds_are_missing():
    row = dict.fromkeys(("Building SqFt", "Asking Price", "Occupancy"), float("inf")) | {"Year Built": float("nan")}
    assert "inf" not in read_pdf(memo_of(row)).split("How this list")[0].replace("information", "")


@pytest.mark.parametrize("text", [*CORPUS, '#eval("1 + 1")', "$x^2$ *b* _i_ `r` @ref <label> [c] \\ //", "W" * 30_000, "\ud800"])
def test_a_text_stays_a_text(text):
    names = (
        "Address",
        "Property Name",
        "Property Type",
        "Owner Name",
        "APN",
        "Missing From",
        "Corrected Cells",
        "Price Position",
    )
    shown = read_pdf(memo_of(dict.fromkeys(names, text.encode("utf-8", "replace").decode()), reasons=[[text]]))
    plain = "".join(text[:20].split())
    if plain.isprintable() and plain.isascii():
        assert plain in "".join(shown.split())


@pytest.mark.parametrize("text", ["Nguyễn Thị Ánh", "Łódź Straße", "Αθήνα", "Київ", "שלום", "مرحبا"])
def test_other_scripts_are_kept(text):
    assert set(text) <= set(read_pdf(memo_of({"Owner Name": text}))) | {" "}


@pytest.mark.parametrize("text", ["東京都", "서울", "กรุงเทพ", "😀"])
def test_a_script_that_only_fonts_of_the_machine_have_does_no_harm(text):
    assert "Owner" in read_pdf(memo_of({"Owner Name": text}))


def test_a_missing_library_is_named_with_the_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(ConfigurationError, match=r'pip install "flexscout\[memo\]"'):
        memo_of({})
