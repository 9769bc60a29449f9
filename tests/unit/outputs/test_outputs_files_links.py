"""Links of a property: its map and its listing."""

import polars as pl
import pytest

from flexscout.outputs.files.property_sheets import MAX_LINKED_ROWS, build_links, describe_unlinked_rows


def links(**values):
    (table,) = [pl.DataFrame({name.replace("_", " "): [value] for name, value in values.items()})]
    return {link.name: link[0] for link in build_links(table)}


def test_the_map_link_searches_the_address():
    found = links(Address="1 A&B St #2", City="Cañon City", State="CO")
    assert found == {"Map": "https://www.google.com/maps/search/?api=1&query=1+A+B+St+2+Ca+on+City+CO"}


def test_the_page_link_is_a_web_address():
    assert links(Address="1 A St", Property_Link="https://example.com/p")["Property Page"] == "https://example.com/p"


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "internal:Sheet1!A1", "mailto:a@b.c", "http://a b", "https://" + "x" * 3_000]
)
def test_other_texts_are_not_links(text):
    assert links(Address="1 A St", Property_Link=text)["Property Page"] is None


def test_a_property_without_an_address_has_no_links():
    assert links(APN="1", Property_Link="https://example.com/p") == {}


def test_a_column_of_the_export_with_a_links_name_is_kept():
    assert links(Address="1 A St", Map="B7") == {}


def test_only_the_first_rows_of_a_long_list_have_links():
    short, long = (pl.DataFrame({"Address": ["1 A St"] * rows}) for rows in (1, MAX_LINKED_ROWS + 1))
    assert describe_unlinked_rows(short) == []
    assert build_links(long)[0].null_count() == 1
    assert "links for the first 2,500 properties only" in describe_unlinked_rows(long)[0]
