"""Prices and owners are compared across the list."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flexscout.domain import COMPARISON_COLUMNS, owner_key
from flexscout.outputs.comparisons import MIN_COMPARABLES, add_comparisons, list_portfolios


def build_list(prices, **columns):
    """Return flex buildings of 30,000 sq ft in one county, with these prices per square foot."""
    count = len(prices)
    table = {
        "Property Type": ["Flex"] * count, "Building SqFt": [30_000.0] * count, "County": ["Cobb"] * count,
        "State": ["GA"] * count, "Zip Code": ["30062"] * count,
        "Asking Price": [None if price is None else price * 30_000.0 for price in prices],
    } | columns  # fmt: skip
    return pl.DataFrame(table, schema_overrides={"Asking Price": pl.Float64})


def test_a_price_is_compared_with_the_median_of_the_others():
    listed = add_comparisons(build_list([80.0, 100.0, 100.0, 100.0, 100.0, 120.0]))
    assert listed["Asking Price/SqFt"].to_list() == [80, 100, 100, 100, 100, 120]
    assert listed["Median Asking/SqFt"].to_list() == [100] * 6
    assert listed["Price Position"].to_list()[::5] == [
        "20% below the median of 5 comparable properties in the county",
        "20% above the median of 5 comparable properties in the county",
    ]
    assert listed["Price Position"][1] == "at the median of 5 comparable properties in the county"


def test_a_property_without_a_price_still_shows_the_median_of_comparable_ones():
    listed = add_comparisons(build_list([90.0, 95.0, 100.0, 105.0, 110.0, None]))
    assert listed.select("Comparable Properties", "Median Asking/SqFt", "Price Position").row(5) == (5, 100.0, None)


def test_fewer_than_five_comparable_prices_give_no_median():
    listed = add_comparisons(build_list([90.0, 95.0, 100.0, 105.0, 110.0]))
    assert listed["Comparable Properties"].to_list() == [4] * 5
    assert listed["Median Asking/SqFt"].null_count() == 5


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("Property Type", ["Flex"] * 3 + ["Warehouse"] * 3),
        ("Building SqFt", [30_000.0] * 3 + [60_000.0] * 3),
        ("Zip Code", ["30062"] * 3 + ["27407"] * 3),
    ],
)
def test_another_type_size_or_place_is_not_comparable(column, values):
    counties = {"County": ["Cobb"] * 3 + ["Guilford"] * 3} if column == "Zip Code" else {}
    listed = add_comparisons(build_list([100.0] * 6, **{column: values}, **counties))
    assert listed["Comparable Properties"].to_list() == [2] * 6


def test_without_enough_in_the_county_the_zip_area_counts():
    counties = ["Cobb"] * 3 + ["Fulton"] * 3
    listed = add_comparisons(build_list([100.0] * 6, County=counties))
    assert listed["Price Position"][0] == "at the median of 5 comparable properties in ZIP area 300"


@settings(deadline=None, max_examples=60)
@given(st.lists(st.one_of(st.none(), st.integers(10, 400)), max_size=14))
def test_the_median_is_that_of_the_other_prices(prices):
    listed = add_comparisons(build_list([None if price is None else float(price) for price in prices]))
    for i, median in enumerate(listed["Median Asking/SqFt"]):
        others = [price for j, price in enumerate(prices) if j != i and price is not None]
        expected = pl.Series(others).median() if len(others) >= MIN_COMPARABLES else None
        assert median == expected


def test_an_owner_in_several_spellings_is_one():
    owners = ["Acme Holdings, L.L.C.", "ACME HOLDINGS LLC", "The Acme Holdings Co.", "Other Inc", None, "Unknown Owner"]
    listed = add_comparisons(build_list([100.0] * 6, **{"Owner Name": owners}))
    assert listed["Owner Group"].to_list() == ["Acme Holdings, L.L.C."] * 3 + ["Other Inc", None, None]
    assert listed["Owner Properties"].to_list() == [3, 3, 3, 1, None, None]
    (portfolio,) = list_portfolios(listed).to_dicts()
    assert (portfolio["Owner Properties"], portfolio["Ranks"], portfolio["Building SqFt"]) == (3, [1, 2, 3], 90_000)


@pytest.mark.parametrize(
    ("name", "key"), [("LLC", "LLC"), ("The Company", "COMPANY"), (" - ", None), ("Smith & Sons", "SMITH AND SONS")]
)
def test_an_owner_is_known_by_more_than_its_legal_form(name, key):
    assert pl.select(owner_key(pl.lit(name))).item() == key


def test_a_list_without_these_columns_is_compared_too():
    listed = add_comparisons(pl.DataFrame({"My Notes": ["x"], "Address": ["1 Oak"]}), ["My Notes"])
    assert listed.columns == ["My Notes", "Address", *COMPARISON_COLUMNS]
    assert add_comparisons(listed, ["My Notes"]).equals(listed)
    assert list_portfolios(listed).is_empty()
    assert add_comparisons(pl.DataFrame()).width == 0
