"""Links of a property: a map, and its page."""

import polars as pl
import pytest

from flexscout.outputs.files.front_sheets import MAX_LINKED_ROWS, build_links, describe_unlinked_rows


def found(**values):
    (table,) = [pl.DataFrame({name.replace("_", " "): [value] for name, value in values.items()})]
    return {link.name: link[0] for link in build_links(table)}


def test_a_map_is_asked_for_the_place():
    there = found(Address="1 A&B St #2", City="Cañon City", State="CO")
    assert there == {"Map": "https://www.google.com/maps/search/?api=1&query=1+A+B+St+2+Ca+on+City+CO"}


def test_a_page_is_an_address_of_the_web():
    assert found(Address="1 A St", Property_Link="https://example.com/p")["Property Page"] == "https://example.com/p"


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "internal:Sheet1!A1", "mailto:a@b.c", "http://a b", "https://" + "x" * 3_000]
)
def test_anything_else_is_no_page(text):
    assert found(Address="1 A St", Property_Link=text)["Property Page"] is None


def test_without_an_address_there_is_no_link():
    assert found(APN="1", Property_Link="https://example.com/p") == {}


def test_a_column_of_the_export_is_not_replaced():
    assert found(Address="1 A St", Map="B7") == {}


def test_only_the_first_of_a_long_list_have_links_and_it_is_said():
    short, long = (pl.DataFrame({"Address": ["1 A St"] * rows}) for rows in (1, MAX_LINKED_ROWS + 1))
    assert describe_unlinked_rows(short) == []
    assert build_links(long)[0].null_count() == 1
    assert "for the first 2,500 properties" in describe_unlinked_rows(long)[0]
