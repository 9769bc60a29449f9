"""Two vendors' exports of the same forty properties in different spellings give forty properties."""

import shutil

import polars as pl
import pytest

from address_variants import properties
from program import flexscout
from workbooks import write_workbook

CREXI = ("Property Name", "Property Type", "Address", "City", "State", "Zip", "Building SqFt", "Lot Size Acres", "Year Built")
COSTAR = ("PropertyID", "Property Address", "City", "State", "Zip", "RBA", "Land Area (AC)", "Property Type", "Year Built")
FORTY = 40


def crexi(row):
    return ("", "Flex", row["Address"], row["City"], row["State"], row["Zip Code"], 30_000, 2.0, "")


def costar(row):
    return (1_000 + row["truth"], row["Address"], row["City"], row["State"], row["Zip Code"], 31_000, 2.0, "Flex", 1999)


@pytest.fixture(scope="module", params=[1, 2, 3])
def folder(request, tmp_path_factory):
    """Both exports, in a folder of their own, in different orders."""
    known = properties(request.param, FORTY).filter(pl.col("truth") % 3 == 0)
    first = known.unique("truth", keep="first", maintain_order=True)
    second = known.unique("truth", keep="last", maintain_order=True).reverse()
    place = tmp_path_factory.mktemp("vendors")
    write_workbook(place / "in/crexi.xlsx", [CREXI, *map(crexi, first.iter_rows(named=True))])
    write_workbook(place / "in/costar.xlsx", [COSTAR, *map(costar, second.iter_rows(named=True))])
    return place


@pytest.fixture(scope="module")
def outcome(folder):
    return flexscout("run", "in", "--close-matches", "merge", folder=folder)


@pytest.fixture(scope="module")
def merge_log(outcome):
    return pl.read_parquet(outcome.workbook.with_name("all_flex_properties_duplicates.parquet"))


def test_two_exports_of_forty_properties_give_forty(outcome):
    assert len(outcome.rows()) == FORTY
    assert {row["Source Count"] for row in outcome.rows()} == {"2"}
    assert len({row["Property ID"] for row in outcome.rows()}) == FORTY


def test_the_better_row_is_kept_and_names_the_other_file(outcome):
    """The rows of CoStar know the year, and so score higher."""
    assert {(row["Source File"], row["Also In"]) for row in outcome.rows()} == {("costar.xlsx", "crexi.xlsx")}


def test_the_merge_log_has_evidence_and_differences_of_every_pair(outcome, merge_log):
    assert merge_log.height == merge_log["Duplicate Group"].n_unique() == FORTY
    assert set(merge_log["Match"]) <= {"same fields", "same ZIP code", "close match"}
    assert {*merge_log["Property ID"]} == {row["Property ID"] for row in outcome.rows()}
    assert merge_log.filter(pl.col("Evidence").str.len_chars() < 10).is_empty()
    assert merge_log["Fields That Differ"].str.contains("Building SqFt: 31000 (kept), 30000", literal=True).all()


def test_the_report_counts_the_overlap_of_the_two_files(outcome):
    merged = outcome.report["deduplication"]
    assert (merged["before"], merged["removed"], merged["after"], merged["groups"]) == (80, 40, 40, 40)
    assert merged["overlaps"] == [{"file": "costar.xlsx", "other_file": "crexi.xlsx", "properties": FORTY}]


def test_close_matches_are_listed_for_review_by_default(folder, outcome, tmp_path):
    merged = outcome.report["deduplication"]
    shutil.copytree(folder / "in", tmp_path / "in")
    careful = flexscout("run", "in", folder=tmp_path).report["deduplication"]
    assert careful["after"] - careful["possible"]["nearly_sure"] == FORTY
    assert careful["removed"] == merged["removed"] - merged["by_match"].get("close match", 0)
