"""Changes between two master tables."""

from datetime import date

import polars as pl
import pytest

from flexscout.errors import AggregationError
from flexscout.history.changes import CHANGE_SCHEMA, compare_properties
from flexscout.history.market_changes import ChangeKind, SourceHistory
from flexscout.merging.merged_rows import PROPERTY_SOURCE_SCHEMA
from results import listed, master


def changes_of(old, new):
    """Return each change and its property, in order."""
    return compare_properties(old, new).table.select("Change", "Property ID").rows()


def the_change(old, new):
    return compare_properties(old, new).table.row(0, named=True)


def test_new_properties_are_listed_by_rank():
    old, new = master(listed(1)), master(listed(3), listed(1), listed(2))
    assert changes_of(old, new) == [("new", "P-3"), ("new", "P-2")]


def test_gone_properties_are_listed_by_old_rank():
    assert changes_of(master(listed(3), listed(1), listed(2)), master(listed(1))) == [("gone", "P-3"), ("gone", "P-2")]


def test_a_new_property_has_a_new_score_and_a_gone_one_an_old_one():
    old, new = master(listed(1, Flex_Score=5.0)), master(listed(2, Flex_Score=8.0))
    scores = compare_properties(old, new).table.select("Old Score", "New Score").rows()
    assert scores == [(None, 8.0), (5.0, None)]


def test_a_changed_score_names_the_factors_that_changed():
    change = the_change(master(listed(Flex_Score=8.0, Building_Size_Points=2.0, Age_Points=1.0)), master(listed(Age_Points=1.0)))
    assert (change["Change"], change["Old Score"], change["New Score"]) == ("score changed", 8.0, 9.0)
    assert change["Factors"] == "Building Size 2.0 -> 3.0"


def test_a_factor_that_only_one_profile_has_is_named():
    change = the_change(master(listed(Flex_Score=8.0)), master(listed(Zoning_Points=1.0)))
    assert change["Factors"] == "Zoning none -> 1.0"


def test_a_score_that_differs_by_rounding_noise_has_not_changed():
    assert changes_of(master(listed(Flex_Score=0.1 + 0.2)), master(listed(Flex_Score=0.3))) == []


def test_a_changed_value_has_its_column_and_both_values():
    change = the_change(master(listed()), master(listed(Building_SqFt=31_000.5)))
    assert change["Change"] == "value changed"
    assert (change["Column"], change["Old Value"], change["New Value"]) == ("Building SqFt", "30000", "31000.5")


@pytest.mark.parametrize("values", [(None, 30_000.0), (30_000.0, None)])
def test_a_value_that_appears_or_disappears_is_a_change(values):
    old, new = (master(listed(Building_SqFt=value)) for value in values)
    assert changes_of(old, new) == [("value changed", "P-1")]


@pytest.mark.parametrize(
    ("column", "before", "after"),
    [
        ("Address", "12 North Main Street", "12 N. MAIN ST"),
        ("City", "Saint Paul", "ST PAUL"),
        ("APN", "06-43", "0643"),
        ("Owner_Name", "Acme  LLC", "ACME LLC"),
        ("Zoning_Code", "5", "5.0"),
        ("Building_SqFt", 0.1 + 0.2, 0.3),
        ("Building_SqFt", float("inf"), float("inf")),
        ("Building_SqFt", float("nan"), float("nan")),
        ("Latitude", 35.2, 35.3),
        ("Source_Row", 2, 99),
        ("Broker", "Ann", "Bob"),
    ],
)
def test_equivalent_values_and_ignored_columns_are_not_changes(column, before, after):
    assert changes_of(master(listed(**{column: before})), master(listed(**{column: after}))) == []


def test_dates_and_flags_are_compared_by_type():
    old = master(listed(Sale_Date=date(2024, 1, 2), Near_Highway=True))
    new = master(listed(Sale_Date=date(2024, 1, 3), Near_Highway=True))
    assert compare_properties(old, new).table.select("Column", "Old Value", "New Value").rows() == [
        ("Sale Date", "2024-01-02", "2024-01-03")
    ]


def test_a_column_that_is_text_on_one_side_is_compared_as_text():
    old, new = master(listed(Year_Built="1995")), master(listed(Year_Built=1995.0))
    assert changes_of(old, new) == []


def test_changed_values_are_in_column_order():
    new = master(listed(Building_SqFt=1.0, City="Atlanta", Address="2 Other Road"))
    assert compare_properties(master(listed()), new).table["Column"].to_list() == ["Address", "City", "Building SqFt"]


def test_counts_add_up():
    old = master(listed(1), listed(2), listed(3), listed(4))
    new = master(listed(1), listed(2, Flex_Score=8.0, Building_SqFt=1.0), listed(3, Building_SqFt=2.0, City="Atlanta"), listed(5))
    counts = compare_properties(old, new).counts
    expected = {"in_old": 4, "in_new": 4, "new": 1, "gone": 1, "score_changed": 1, "value_changed": 2, "unchanged": 1}
    assert {name: count for name, count in counts.items() if count} == expected


def test_equal_results_have_an_empty_table_of_changes():
    found = compare_properties(master(listed()), master(listed()))
    assert found.table.schema == pl.Schema(CHANGE_SCHEMA)
    assert found.table.is_empty()


def test_a_respelled_address_is_not_new():
    """The ID counts."""
    assert changes_of(master(listed(Address="1 Tset Street")), master(listed())) == [("value changed", "P-1")]


@pytest.mark.parametrize("empty", [pl.DataFrame(), master()])
def test_results_without_rows_are_compared(empty):
    assert changes_of(empty, master(listed())) == [("new", "P-1")]
    assert changes_of(master(listed()), empty) == [("gone", "P-1")]
    assert changes_of(empty, empty) == []


def test_without_ids_properties_are_matched_by_normalized_address():
    old = master(listed(1, Address="1 TEST ST."), listed(2)).drop("Property ID")
    found = compare_properties(old, master(listed(1), listed(3)))
    assert found.identity == ("Address", "City", "State")
    assert found.table.select("Change", "Address").rows() == [("new", "3 Test Street"), ("gone", "2 Test Street")]


def test_without_ids_different_cities_are_different_properties():
    old = master(listed(1), listed(1, City="Atlanta")).drop("Property ID")
    assert compare_properties(old, master(listed(1))).counts["gone"] == 1


def test_a_table_without_ids_and_addresses_is_an_error():
    with pytest.raises(AggregationError, match="needs Property ID or Address"):
        compare_properties(master(listed()).drop("Property ID", "Address"), master(listed()))


def test_rows_of_one_property_are_paired_in_source_order():
    old = master(listed(1, Source_Row=2), listed(1, Source_Row=3, Building_SqFt=5.0))
    new = master(listed(1, Source_Row=3, Building_SqFt=5.0), listed(1, Source_Row=2), listed(1, Source_Row=4))
    found = compare_properties(old, new)
    assert (found.counts["new"], found.counts["unchanged"]) == (1, 2)


def test_input_columns_may_have_the_names_of_change_columns():
    own = {"Change": "x", "Column": "x", "Old_Value": "x", "Factors": "x"}
    change = the_change(master(), master(listed(**own)))
    assert (change["Change"], change["Column"], change["Old Value"], change["Factors"]) == ("new", None, None, None)


def test_changes_are_selected_by_kind():
    found = compare_properties(master(listed(1)), master(listed(2)))
    assert found.select(ChangeKind.GONE)["Property ID"].to_list() == ["P-1"]


def merge_log():
    """Return a merge log: the property P-1 was merged from its own row and one at 2 Test Street."""
    place = {"City": "Charlotte", "State": "NC", "Unit": None}
    removed = {f"Removed {name}": value for name, value in ({"Address": "2 TEST ST."} | place).items()}
    kept = {"Property ID": "P-1", "Address": "1 Test Street", "City": "Charlotte", "State": "NC", "Kept Unit": None}
    return pl.DataFrame({name: [value] for name, value in (kept | removed).items()})


def compare_with_log(log):
    sources = pl.DataFrame(schema=PROPERTY_SOURCE_SCHEMA)
    known = SourceHistory(sources, sources, pl.Series([], dtype=pl.String), log)
    return compare_properties(master(listed(1), listed(2), listed(3)), master(listed(1)), known)


def test_a_property_whose_place_is_in_another_one_is_merged_and_not_gone():
    found = compare_with_log(merge_log())
    assert found.table.select("Change", "Property ID", "Address", "New Value").rows() == [
        ("gone", "P-3", "3 Test Street", None),
        ("merged", "P-1", "2 Test Street", "1 Test Street, Charlotte, NC"),
    ]
    assert (found.counts["gone"], found.counts["merged"], found.counts["unchanged"]) == (1, 1, 1)


def test_the_merge_log_of_an_older_version_tells_nothing_of_merges():
    for log in (None, pl.DataFrame(), merge_log().drop("Removed Unit")):
        assert compare_with_log(log).counts["gone"] == 2


def give(*columns):
    """Return a source of property 1 that survives or, for named columns, gives only those."""
    key = "-".join(("source", *columns))
    row = {"Property ID": "P-1", "Source": key, "Source Key": key, "Is Survivor": not columns, "Columns": [*columns]}
    return pl.DataFrame([row], schema=PROPERTY_SOURCE_SCHEMA)


def test_a_first_price_is_news_from_any_source():
    known = SourceHistory(give(), pl.concat([give(), give("Asking Price", "Building SqFt")]), pl.Series([], dtype=pl.String))
    old, new = master(listed(Asking_Price=None)), master(listed(Asking_Price=7_000_000.0, Building_SqFt=31_000.0))
    found = compare_properties(old, new, known)
    columns = ("Change", "Column", "Old Value", "New Value", "Percent")
    (priced,) = found.table.filter(pl.col("Column").is_not_null()).select(columns).rows()
    assert priced == ("newly priced", "Asking Price", None, "7000000", None)
    assert found.counts["newly_priced"] == 1
