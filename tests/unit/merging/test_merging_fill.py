"""Filling the blanks of survivors from the rows that are merged into them."""

import polars as pl
import pytest

from flexscout.config import PipelineConfiguration
from flexscout.domain import STATUS, UNVERIFIED
from flexscout.merging.fill import RANK, SURVIVOR, fill_blanks, rescore_rows
from flexscout.models import RowStatus
from flexscout.scoring import Criteria

CELLS = {
    "County": pl.String,
    "Year Built": pl.Int64,
    "Building SqFt": pl.Float64,
    "Sale Date": pl.String,
    "Sold Price": pl.Float64,
    "Latitude": pl.Float64,
    "Longitude": pl.Float64,
    "Broker Note": pl.String,
    "Flex Score": pl.Float64,
}
INDEX = pl.get_index_type()


def frame_of(*rows):
    """Rows by rank and rank of their survivor; cells that are not given are blank."""
    schema = {RANK: INDEX, SURVIVOR: INDEX} | CELLS
    full = [dict.fromkeys(CELLS) | {RANK: rank, SURVIVOR: survivor, "Flex Score": 8.0} | cells for rank, survivor, cells in rows]
    return pl.DataFrame(full, schema=schema)


def accept(rows):
    """Rescore every row one point higher for its year."""
    points = pl.col("Flex Score") + pl.col("Year Built").is_not_null().cast(pl.Float64)
    return rows.with_columns(points.alias("Flex Score"), pl.lit(str(RowStatus.CANDIDATE)).alias(STATUS))


def reject(rows):
    return rows.with_columns(pl.lit(str(RowStatus.NOT_ELIGIBLE)).alias(STATUS))


def fill(survivors, removed, rescore=accept):
    filled = fill_blanks(frame_of(*survivors), frame_of(*removed), rescore)
    return filled.survivors, dict(filled.given.rows())


def test_each_blank_comes_from_the_best_row_that_has_a_value():
    survivors, given = fill(
        [(0, 0, {"Building SqFt": 1.0})],
        [(1, 0, {"County": "Union"}), (2, 0, {"County": "Gaston", "Year Built": 1990, "Building SqFt": 2.0})],
    )
    row = survivors.row(0, named=True)
    assert (row["County"], row["Year Built"], row["Building SqFt"]) == ("Union", 1990, 1.0)
    assert row["Filled Cells"] == "County: Union; Year Built: 1990"
    assert given == {1: "County: Union", 2: "Year Built: 1990"}


def test_a_row_fills_only_its_own_survivor():
    survivors, given = fill([(0, 0, {}), (1, 1, {})], [(2, 1, {"County": "Union"})])
    assert survivors["County"].to_list() == [None, "Union"]
    assert survivors["Filled Cells"].to_list() == [None, "County: Union"]
    assert given == {2: "County: Union"}


@pytest.mark.parametrize(
    ("own", "donor", "filled"),
    [
        ({"Sale Date": "2020-01-31"}, {"Sale Date": "2011-05-01", "Sold Price": 1e5}, ("2020-01-31", None)),
        ({"Sold Price": 5.0}, {"Sale Date": "2011-05-01"}, (None, 5.0)),
        ({}, {"Sale Date": "2011-05-01", "Sold Price": 1e5}, ("2011-05-01", 1e5)),
        ({}, {"Sold Price": 1e5}, (None, 1e5)),
    ],
)
def test_sale_date_and_price_come_from_one_row(own, donor, filled):
    survivors, _ = fill([(0, 0, own)], [(1, 0, donor), (2, 0, {"Sale Date": "1999-01-01", "Sold Price": 9.0})])
    assert survivors.select("Sale Date", "Sold Price").row(0) == filled


def test_latitude_and_longitude_come_from_one_row():
    survivors, _ = fill([(0, 0, {})], [(1, 0, {"Latitude": 35.5}), (2, 0, {"Latitude": 36.5, "Longitude": -80.0})])
    assert survivors.select("Latitude", "Longitude").row(0) == (35.5, None)


def test_the_score_before_filling_is_kept_only_if_it_changed():
    survivors, _ = fill([(0, 0, {}), (1, 1, {}), (2, 2, {})], [(3, 0, {"Year Built": 1990}), (4, 1, {"County": "Union"})])
    assert survivors["Flex Score"].to_list() == [9.0, 8.0, 8.0]
    assert survivors["Score Before Filling"].to_list() == [8.0, None, None]


def test_survivors_keep_their_order():
    survivors, _ = fill([(0, 0, {}), (1, 1, {}), (2, 2, {})], [(3, 1, {"Year Built": 1990})])
    assert survivors[RANK].to_list() == [0, 1, 2]


def test_a_row_that_would_not_be_a_candidate_stays_as_it_was():
    survivors, given = fill([(0, 0, {})], [(1, 0, {"County": "Union"})], reject)
    assert survivors.select("County", "Filled Cells", "Flex Score").row(0) == (None, None, 8.0)
    assert given == {}


def test_unmapped_columns_are_not_filled():
    survivors, given = fill([(0, 0, {})], [(1, 0, {"Broker Note": "call"})])
    assert survivors["Broker Note"].to_list() == [None]
    assert survivors["Filled Cells"].to_list() == [None]
    assert given == {}


def test_only_filled_rows_are_scored_again():
    scored = []
    fill(
        [(0, 0, {}), (1, 1, {})],
        [(2, 1, {"County": "Union"})],
        lambda rows: (scored.extend(rows[RANK].to_list()), accept(rows))[1],
    )
    assert scored == [1]


def test_rescoring_keeps_the_order_and_skips_criteria_without_a_value():
    criteria = Criteria.from_config(PipelineConfiguration())
    row = {"Property Type": "Flex", "Building SqFt": 30_000.0, "Lot Size Acres": 2.0, "Year Built": 1995, "Flex Score": 0.0}
    rows = pl.DataFrame(
        [
            row | {UNVERIFIED: None},
            row | {"Lot Size Acres": None, UNVERIFIED: "Lot Size Acres"},
            row | {"Year Built": 1985, UNVERIFIED: "Lot Size Acres"},
        ],
        schema_overrides={UNVERIFIED: pl.String},
    )
    scored = rescore_rows(rows, criteria)
    assert scored["Flex Score"].to_list() == [9.0, 7.0, 8.5]
    assert scored[UNVERIFIED].fill_null("").to_list() == ["", "Lot Size Acres", ""]
    assert scored[STATUS].to_list() == [RowStatus.CANDIDATE] * 3
