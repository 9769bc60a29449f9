"""One record per property: matching classified rows, merging them, and listing possible duplicates."""

from pathlib import Path

import polars as pl
import pytest

from flexscout.config import PipelineConfiguration
from flexscout.domain import STATUS
from flexscout.merging.merge_log import add_property_ids
from flexscout.merging.merged_rows import ROW, MatchedRows, merge_rows
from flexscout.merging.possible_duplicates import find_possible_duplicates
from flexscout.merging.properties import locate_rows, match_rows
from flexscout.merging.snapshots import find_snapshots
from flexscout.models import FileRecord, SourceFile
from flexscout.scoring import MISSING_FIELDS, MODIFIED, POSITION, Criteria

ROW_CELLS = {
    "Address": "1 Maplewood St",
    "City": "Charlotte",
    "State": "NC",
    "Zip Code": "28202",
    "Flex Score": 8.0,
    "Completeness": 0.8,
    "Source File": "a.xlsx",
    "Source Sheet": "S",
    MODIFIED: 1.0,
    MISSING_FIELDS: "",
}


def candidates(*rows):
    full = [ROW_CELLS | {"Source Row": number + 2} | row for number, row in enumerate(rows)]
    return pl.DataFrame(full).with_row_index(ROW).cast({ROW: pl.Int64})


def merge(*rows, **settings):
    config = PipelineConfiguration(**settings)
    frame = candidates(*rows)
    clusters = match_rows(frame.drop(ROW, MODIFIED), config)
    located = locate_rows(frame, clusters)
    snapshots = find_snapshots([FileRecord(SourceFile(Path("a.xlsx"), "a.xlsx", 0, 1.0, ""))], located)
    rejected = (
        frame.clear()
        .select(ROW, "Flex Score", "Source File", "Source Sheet", "Source Row")
        .with_columns(pl.lit("").alias(STATUS), pl.lit(0, pl.UInt32).alias(POSITION))
    )
    matched = MatchedRows(frame, rejected, clusters, located, snapshots, {})
    return merge_rows(matched, config, Criteria.from_config(config)), clusters


def possible(*rows, **settings):
    merged, clusters = merge(*rows, **settings)
    survivors = merged.survivors.with_columns(pl.format("P-{}", "Source Row").alias("Property ID"))
    return find_possible_duplicates(clusters, survivors, survivors[ROW])


def test_the_source_rows_of_a_property_keep_their_own_values():
    merged, _ = merge({"Flex Score": 9.0}, {"APN": "7-1", "Address": "1 MAPLEWOOD STREET"}, {"Address": "2 Elm St"})
    ids = merged.survivors["Property ID"]
    rows = merged.source_rows
    assert merged.survivors["APN"].to_list() == ["7-1", None]
    assert rows["Property ID"].to_list() == [ids[0], ids[0]]
    assert rows.select("Source Row", "APN").rows() == [(2, None), (3, "7-1")]


def test_rows_of_one_cluster_become_one_row_with_the_evidence():
    merged, _ = merge({}, {"Address": "1 MAPLEWOOD STREET", "Flex Score": 7.0}, {"Address": "2 Elm St"})
    assert merged.survivors["Source Row"].to_list() == [2, 4]
    assert merged.merge_log.select("Kept Row", "Removed Row", "Match").rows() == [(2, 3, "same fields")]
    assert {MISSING_FIELDS, MODIFIED, "__cluster"}.isdisjoint(merged.survivors.columns)


def test_without_deduplication_every_row_stays_and_close_matches_are_not_looked_for():
    rows = ({}, {}, {"Address": "1 Maplewod St"})
    merged, clusters = merge(*rows, enable_deduplication=False)
    assert merged.survivors.height == 3
    assert merged.merge_log.is_empty()
    assert {MISSING_FIELDS, MODIFIED}.isdisjoint(merged.survivors.columns)
    assert clusters.match_pairs.is_empty()
    assert not merge(*rows)[1].match_pairs.is_empty()


def test_a_possible_duplicate_is_one_pair_of_properties_with_its_best_match():
    rows = ({}, {"Address": "1 Maplewod St", "Flex Score": 7.0}, {"Address": "1 Maplewood St", "Flex Score": 6.0})
    (pair,) = possible(*rows).to_dicts()
    assert (pair["Property ID"], pair["Other Property ID"], pair["Nearly Sure"]) == ("P-2", "P-3", True)
    assert (pair["Match Score"], pair["Address"], pair["Other Address"]) == (0.95, "1 Maplewood St", "1 Maplewod St")
    assert pair["Evidence"].startswith("same number; street names 1 letter apart")
    assert (pair["Source Row"], pair["Other Source Row"], pair["Other Source File"]) == (2, 3, "a.xlsx")


def test_possible_duplicates_are_listed_surest_first():
    ranges = ({"Address": "100-120 Elmwood St"}, {"Address": "110 Elmwood St"})
    scores = possible(*ranges, {}, {"Address": "1 Maplewod St"})["Match Score"].to_list()
    assert scores == [0.95, 0.84]


@pytest.mark.parametrize(
    ("score", "pairs"),
    [(9.0, [("P-2", "P-3"), ("P-2", "P-4"), ("P-3", "P-4")]), (5.0, [("P-3", "P-2"), ("P-4", "P-2"), ("P-3", "P-4")])],
)
def test_a_property_can_have_several_possible_duplicates(score, pairs):
    listed = possible({"Flex Score": score}, {"Address": "1 Maplewod St"}, {"Address": "1 Maplewoood St"})
    assert listed.select("Property ID", "Other Property ID").rows() == pairs


def test_a_pair_of_properties_has_its_best_match_only():
    here = {"Latitude": 35.2, "Longitude": -80.8}
    rows = ({"Latitude": None, "Longitude": None}, {"City": "Uptown"} | here, {"Address": "1 Maplewod St"} | here)
    (pair,) = possible(*rows).to_dicts()
    assert pair["Match Score"] == 1.0
    assert pair["Evidence"].endswith("city differs, ZIP code equal; 0 ft apart")


@pytest.mark.parametrize("close_matches", ["merge", "off"])
def test_a_merged_close_match_is_not_a_possible_duplicate(close_matches):
    assert possible({}, {"Address": "1 Maplewod St"}, close_matches=close_matches).is_empty()


def test_a_pair_with_a_row_that_is_not_on_the_list_is_not_a_possible_duplicate():
    config = PipelineConfiguration()
    frame = candidates({}, {"Address": "1 Maplewod St"})
    clusters = match_rows(frame.drop(ROW, MODIFIED), config)
    listed = frame.head(1).with_columns(pl.lit("P-2").alias("Property ID"))
    assert find_possible_duplicates(clusters, listed, listed[ROW]).is_empty()


def test_the_merge_log_names_the_property_of_each_group():
    merge_log = pl.DataFrame({"Duplicate Group": [1, 2, 1], "Removed Row": [5, 6, 7]})
    survivors = pl.DataFrame({"Duplicate Group": [2, 1, None], "Property ID": ["P-B", "P-A", "P-C"]})
    named = add_property_ids(merge_log, survivors)
    assert named.columns[:2] == ["Duplicate Group", "Property ID"]
    assert named["Property ID"].to_list() == ["P-A", "P-B", "P-A"]
