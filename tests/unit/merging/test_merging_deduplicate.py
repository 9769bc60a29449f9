"""Which row of a cluster survives, and what the merge log records."""

import polars as pl
import pytest

from flexscout.merging.merge_log import MERGE_LOG_SCHEMA
from flexscout.merging.survivors import deduplicate
from flexscout.scoring import MODIFIED

ROW = {
    "Property Name": None,
    "Address": "5 Main St",
    "City": "Charlotte",
    "State": "NC",
    "APN": None,
    "Building SqFt": 30_000.0,
    "Year Built": None,
    "Broker Note": None,
    "Flex Score": 8.0,
    "Completeness": 0.8,
    "Source File": "m.xlsx",
    "Source Sheet": "M",
    "Source Row": 10,
    "key": "k",
    MODIFIED: 100.0,
}
TYPES = {"Property Name": pl.String, "APN": pl.String, "Year Built": pl.Int64, "Broker Note": pl.String}


def because(_, removed):
    """Evidence for every removed row."""
    texts = {"Match": "same fields", "Evidence": "it says the same", "Decision": None, "Decided": None}
    return removed.with_columns(pl.lit(text, pl.String).alias(name) for name, text in texts.items()).select(texts.keys())


def merge(*rows):
    frame = pl.DataFrame([ROW | row for row in rows], schema_overrides=TYPES, infer_schema_length=None)
    return deduplicate(frame, "key", because)


def places(frame):
    return list(frame.select("Source File", "Source Sheet", "Source Row").iter_rows())


WORST_PLACE = {"Source File": "z.xlsx", "Source Sheet": "Z", "Source Row": 99}
TIES = {
    "the highest score": {"Flex Score": 9.0, "City": None, MODIFIED: 1.0, **WORST_PLACE},
    "then the most canonical cells": {"Year Built": 1990, MODIFIED: 1.0, **WORST_PLACE},
    "then the newest file": {MODIFIED: 101.0, **WORST_PLACE},
    "then the first file": WORST_PLACE | {"Source File": "a.xlsx"},
    "then the first sheet": WORST_PLACE | {"Source File": "m.xlsx", "Source Sheet": "A"},
    "then the first row": {"Source Row": 9},
}


@pytest.mark.parametrize("winner", TIES.values(), ids=TIES)
@pytest.mark.parametrize("comes_first", [True, False])
def test_the_survivor_is_the_one_with(winner, comes_first):
    rows = ({}, winner) if not comes_first else (winner, {})
    found = merge(*rows)
    assert found.survivors.height == found.merge_log.height == 1
    assert places(found.survivors) == [tuple((ROW | winner)[name] for name in ("Source File", "Source Sheet", "Source Row"))]


def test_unmapped_columns_do_not_count_as_filled_cells():
    found = merge({"Source Row": 1}, {"Broker Note": "x", "Source Row": 2})
    assert found.survivors["Source Row"].to_list() == [1]


def test_a_survivor_has_only_its_own_values():
    found = merge({"Flex Score": 9.0}, {"Year Built": 1990, "Property Name": "Oak Park", "Source Row": 11})
    assert found.survivors.select("Year Built", "Property Name").row(0) == (None, None)


def test_rows_of_different_keys_all_stay():
    assert merge({}, {"key": "l", "Source Row": 11}).survivors.height == 2


def test_rows_without_a_key_are_not_duplicates():
    found = merge({"key": None}, {"key": None, "Source Row": 11}, {"Source Row": 12})
    assert found.survivors.height == 3
    assert found.merge_log.is_empty()


def test_the_survivors_are_in_order_and_without_working_columns():
    found = merge({"key": "a", "Flex Score": 6.0}, {"key": "b", "Flex Score": 9.0}, {"key": None, "Flex Score": 7.0})
    assert found.survivors["Flex Score"].to_list() == [9, 7, 6]
    own = [name for name in ROW if name not in ("key", MODIFIED)]
    assert found.survivors.columns == [*own, "Duplicate Group", "Source Count", "Also In"]


def test_the_merge_log_pairs_each_removed_row_with_the_kept_row():
    found = merge({"Flex Score": 9.0}, {"Source File": "n.xlsx", "Source Sheet": "N", "Source Row": 11})
    (entry,) = found.merge_log.to_dicts()
    assert entry == {
        "Duplicate Group": 1,
        "Address": "5 Main St", "City": "Charlotte", "State": "NC",
        "Kept File": "m.xlsx", "Kept Sheet": "M", "Kept Row": 10, "Kept Score": 9.0,
        "Removed File": "n.xlsx", "Removed Sheet": "N", "Removed Row": 11, "Removed Score": 8.0,
            "Role": "merged",
        "Match": "same fields",
        "Evidence": "it says the same",
        "Different APN": False,
        "Fields That Differ": "",
        "Filled Cells": None,
        **dict.fromkeys(("Kept Unit", "Kept Zip Code", "Kept APN", "Kept Property Name")), "Kept Building SqFt": 30_000.0,
        "Removed Address": "5 Main St", "Removed City": "Charlotte", "Removed State": "NC", "Removed Building SqFt": 30_000.0,
        **dict.fromkeys(("Removed Unit", "Removed Zip Code", "Removed APN", "Removed Property Name")),
        "Decision": None,
        "Decided": None,
    }  # fmt: skip


def test_the_merge_log_shows_the_address_of_the_kept_row():
    found = merge({"Flex Score": 9.0, "Address": "5 MAIN STREET"}, {"Source Row": 11})
    assert found.merge_log["Address"].to_list() == ["5 MAIN STREET"]


def test_groups_are_numbered_in_the_order_of_their_survivors():
    found = merge(
        {"key": "low", "Flex Score": 5.0, "Source Row": 1},
        {"key": "low", "Flex Score": 4.0, "Source Row": 2},
        {"key": "alone", "Flex Score": 7.0, "Source Row": 3},
        {"key": "high", "Flex Score": 9.0, "Source Row": 4},
        {"key": "high", "Flex Score": 8.0, "Source Row": 6},
        {"key": "high", "Flex Score": 8.5, "Source Row": 5},
    )
    columns = found.merge_log.select("Duplicate Group", "Kept Row", "Removed Row")
    assert columns.rows() == [(1, 4, 5), (1, 4, 6), (2, 1, 2)]


@pytest.mark.parametrize(
    ("kept", "removed", "different"),
    [
        ("1-2", "1-3", True),
        ("1-2", "12", False),
        ("1a", "1A", False),
        ("1", None, False),
        (None, "1", False),
        (None, None, False),
    ],
)
def test_a_merge_across_different_apns_is_marked(kept, removed, different):
    found = merge({"APN": kept, "Flex Score": 9.0}, {"APN": removed})
    assert found.merge_log["Different APN"].to_list() == [different]


def test_the_merge_log_names_the_fields_that_differ():
    found = merge(
        {"Flex Score": 9.0, "Property Name": "Oak", "Year Built": 1990},
        {"Property Name": "Elm", "Year Built": 1985, "City": "CHARLOTTE"},
    )
    assert found.merge_log["Fields That Differ"].to_list() == ["Property Name: Oak (kept), Elm; Year Built: 1990 (kept), 1985"]


def test_each_removed_row_names_its_own_differences():
    found = merge(
        {"Flex Score": 9.0, "Property Name": "Oak", "Year Built": 1990},
        {"Property Name": "Elm", "Year Built": 1990, "Source Row": 11},
        {"Property Name": "Oak", "Year Built": 1985, "Source Row": 12},
    )
    assert found.merge_log["Fields That Differ"].to_list() == [
        "Property Name: Oak (kept), Elm",
        "Year Built: 1990 (kept), 1985",
    ]


def test_whole_numbers_that_differ_are_shown_without_decimals():
    found = merge({"Flex Score": 9.0}, {"Building SqFt": 31_000.0})
    assert found.merge_log["Fields That Differ"].to_list() == ["Building SqFt: 30000 (kept), 31000"]


def test_a_value_that_only_the_removed_row_has_is_a_difference():
    found = merge({"Flex Score": 9.0, "Property Name": "Oak"}, {"Year Built": 1990})
    assert found.merge_log["Fields That Differ"].to_list() == ["Year Built: none (kept), 1990"]


def test_an_unmapped_column_can_have_the_name_of_a_working_column():
    found = merge({"APN": "1", "kept APN": "x"}, {"APN": "1", "kept APN": "y", "Source Row": 11})
    assert found.merge_log.select("Different APN", "Fields That Differ").row(0) == (False, "")
    assert found.survivors["kept APN"].to_list() == ["x"]


def test_deduplication_is_idempotent():
    once = merge({}, {"Flex Score": 9.0, "Source Row": 11}, {"key": None, "Source Row": 12}, {"key": "l", "Source Row": 13})
    restored = once.survivors.with_columns(pl.Series("key", ["k", None, "l"]), pl.lit(0.0).alias(MODIFIED))
    again = deduplicate(restored, "key", because)
    merged = ("Duplicate Group", "Source Count", "Also In")
    assert again.survivors.drop(merged).equals(once.survivors.drop(merged))
    assert again.merge_log.is_empty()


def test_a_frame_without_rows_gives_no_survivors_and_an_empty_merge_log():
    frame = pl.DataFrame(ROW, schema_overrides=TYPES).clear()
    found = deduplicate(frame, "key", because)
    assert found.survivors.is_empty()
    assert found.merge_log.is_empty()


@pytest.mark.parametrize("rows", [[{}], [{}, {"Source Row": 11}]], ids=["nothing merged", "one merged"])
def test_the_merge_log_always_has_its_schema(rows):
    assert merge(*rows).merge_log.schema == MERGE_LOG_SCHEMA


def test_rows_without_canonical_columns_are_merged():
    names = ("Flex Score", "Source File", "Source Sheet", "Source Row", "key", MODIFIED)
    frame = pl.DataFrame([{name: row[name] for name in names} for row in (ROW, ROW | {"Source Row": 11})])
    found = deduplicate(frame, "key", because)
    assert found.survivors["Source Row"].to_list() == [10]
    assert found.merge_log["Fields That Differ"].to_list() == [""]


def test_a_survivor_counts_its_rows_and_names_their_files():
    rows = [
        {"Source File": f"{name}.xlsx", "Flex Score": score} for name, score in zip("ambb", (9.0, 8.0, 7.0, 6.0), strict=True)
    ]
    found = merge(*rows, {"key": "l", "Source Row": 11}).survivors.sort("Source Count")
    alone, several = found.select("Duplicate Group", "Source Count", "Also In").rows()
    assert alone == (None, 1, None)
    assert several == (1, 4, "b.xlsx, m.xlsx")


def test_many_files_are_abbreviated():
    rows = [{"Source File": f"{number:02}.xlsx", "Flex Score": 9.0 - number} for number in range(9)]
    assert merge(*rows).survivors["Also In"].item() == "01.xlsx, 02.xlsx, 03.xlsx, 04.xlsx, 05.xlsx and 3 more"


def test_rows_merged_within_a_file_name_no_other_file():
    assert merge({}, {"Source Row": 11}).survivors.select("Source Count", "Also In").row(0) == (2, None)
