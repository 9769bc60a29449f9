"""Property records: which values they have from which rows, and how they are scored."""

from datetime import date

import polars as pl
import pytest

from flexscout.config import PipelineConfiguration
from flexscout.domain import REASONS, STATUS, TO_VERIFY, UNVERIFIED
from flexscout.merging.records import ADDRESS_UNIT, DAY, RANK, SHOWN, SURVIVOR, build_records, rescore_rows, select_compatible
from flexscout.models import RowStatus
from flexscout.scoring import Criteria

CELLS = {
    "County": pl.String,
    "APN": pl.String,
    "Unit": pl.String,
    ADDRESS_UNIT: pl.String,
    "Asking Price": pl.Float64,
    "Occupancy": pl.Float64,
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


SCORED = ("Year Built", "Building SqFt", "Occupancy")
JAN_12, JAN_19 = date(2026, 1, 12), date(2026, 1, 19)


def frame_of(*rows):
    """Rows by rank and rank of their survivor, of Jan 12 unless they say otherwise; cells that are not given are blank."""
    schema = {RANK: INDEX, SURVIVOR: INDEX, DAY: pl.Date, SHOWN: pl.String} | CELLS
    own = {DAY: JAN_12, SHOWN: "CoStar Jan 12", "Flex Score": 8.0}
    full = [dict.fromkeys(CELLS) | own | {RANK: rank, SURVIVOR: survivor} | cells for rank, survivor, cells in rows]
    return pl.DataFrame(full, schema=schema)


def rescore(rows, status=RowStatus.CANDIDATE):
    """Rescore every row one point higher for its year."""
    points = pl.col("Flex Score") + pl.col("Year Built").is_not_null().cast(pl.Float64)
    outcome = (pl.lit(str(status)).alias(STATUS), pl.lit("").alias(REASONS), pl.lit(value=False).alias(TO_VERIFY))
    return rows.with_columns(points.alias("Flex Score"), *outcome)


def build(survivors, others, rescore=rescore):
    built = build_records(frame_of(*survivors), frame_of(*others), SCORED, rescore)
    return built.records, dict(built.given.rows())


def value(column, own, *others):
    """The value of a column in the record of one survivor."""
    records, _ = build([(0, 0, own)], [(number, 0, cells) for number, cells in enumerate(others, 1)])
    return records[column].item()


def test_each_blank_comes_from_the_best_row_that_has_a_value():
    records, given = build(
        [(0, 0, {"Building SqFt": 1.0})],
        [(1, 0, {"County": "Union"}), (2, 0, {"County": "Gaston", "Year Built": 1990, "Building SqFt": 1.01})],
    )
    row = records.row(0, named=True)
    assert (row["County"], row["Year Built"], row["Building SqFt"]) == ("Union", 1990, 1.0)
    assert row["Values From"] == "CoStar Jan 12: County, Year Built"
    assert given == {1: "County: Union", 2: "Year Built: 1990"}


def test_a_row_fills_only_its_own_survivor():
    records, given = build([(0, 0, {}), (1, 1, {})], [(2, 1, {"County": "Union"})])
    assert records["County"].to_list() == [None, "Union"]
    assert records["Values From"].to_list() == [None, "CoStar Jan 12: County"]
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
    records, _ = build([(0, 0, own)], [(1, 0, donor), (2, 0, {"Sale Date": "1999-01-01", "Sold Price": 9.0})])
    assert records.select("Sale Date", "Sold Price").row(0) == filled


def test_latitude_and_longitude_come_from_one_row():
    records, _ = build([(0, 0, {})], [(1, 0, {"Latitude": 35.5}), (2, 0, {"Latitude": 36.5, "Longitude": -80.0})])
    assert records.select("Latitude", "Longitude").row(0) == (35.5, None)


def test_the_score_before_merging_is_kept_only_if_it_changed():
    records, _ = build([(0, 0, {}), (1, 1, {}), (2, 2, {})], [(3, 0, {"Year Built": 1990}), (4, 1, {"County": "Union"})])
    assert records["Flex Score"].to_list() == [9.0, 8.0, 8.0]
    assert records["Score Before Merging"].to_list() == [8.0, None, None]


def test_survivors_keep_their_order():
    records, _ = build([(0, 0, {}), (1, 1, {}), (2, 2, {})], [(3, 1, {"Year Built": 1990})])
    assert records[RANK].to_list() == [0, 1, 2]


def test_a_record_that_is_no_candidate_has_its_values_and_says_so():
    records, given = build([(0, 0, {})], [(1, 0, {"Year Built": 1990})], lambda rows: rescore(rows, RowStatus.NOT_ELIGIBLE))
    assert records.select("Year Built", STATUS).row(0) == (1990, RowStatus.NOT_ELIGIBLE)
    assert given == {1: "Year Built: 1990"}


@pytest.mark.parametrize("column", ["Asking Price", "Occupancy"])
def test_market_facts_come_from_the_newest_source_that_has_them(column):
    newer, newest = {DAY: JAN_19, column: 2.0}, {DAY: date(2026, 1, 20)}
    assert value(column, {column: 1.0}, {column: 3.0}, newest, newer) == 2.0


def test_of_sources_of_one_day_the_surviving_row_keeps_its_market_facts():
    assert value("Asking Price", {"Asking Price": 1.0}, {"Asking Price": 2.0}) == 1.0


def test_other_facts_stay_those_of_the_surviving_row_however_old_it_is():
    assert value("Year Built", {"Year Built": 1990}, {DAY: JAN_19, "Year Built": 1991}) == 1990


def test_a_newer_sale_without_a_price_does_not_hide_the_known_price():
    own = {"Sale Date": "2020-01-31", "Sold Price": 5.0}
    assert value("Sold Price", own, {DAY: JAN_19, "Sale Date": "2020-01-31"}) == 5.0


@pytest.mark.parametrize(
    ("own", "other", "county"),
    [
        ({"APN": "12-34"}, {"APN": "1235"}, None),
        ({"APN": "12-34"}, {"APN": "1234"}, "Union"),
        ({"APN": "12-34"}, {}, "Union"),
        ({"Unit": "Suite 4"}, {"Unit": "5"}, None),
        ({ADDRESS_UNIT: "4"}, {"Unit": "5"}, None),
        ({ADDRESS_UNIT: "4"}, {ADDRESS_UNIT: "4"}, "Union"),
        ({"Unit": "Suite 4"}, {"Unit": "4"}, "Union"),
        ({"Building SqFt": 30_000.0}, {"Building SqFt": 31_500.0}, "Union"),
        ({"Building SqFt": 30_000.0}, {"Building SqFt": 31_600.0}, None),
        ({"Building SqFt": 30_000.0}, {"Building SqFt": 28_400.0}, None),
    ],
)
def test_values_never_come_from_another_parcel_unit_or_building(own, other, county):
    assert value("County", own, other | {"County": "Union"}) == county


def test_values_of_two_parcels_are_not_mixed_where_the_surviving_row_has_none():
    first, second = {"APN": "1234"}, {"APN": "9999", "County": "Union"}
    assert value("APN", {}, first, second) == "1234"
    assert value("County", {}, first, second) is None


def test_rows_that_agree_with_the_record_are_compatible():
    others = frame_of((1, 0, {"APN": "1"}), (2, 0, {"APN": "2"}), (3, 0, {"APN": "1"}), (4, 0, {}))
    assert select_compatible(frame_of((0, 0, {})), others)[RANK].to_list() == [1, 3, 4]


def test_a_column_that_only_another_row_has_is_added():
    survivors = frame_of((0, 0, {})).drop("County")
    built = build_records(survivors, frame_of((1, 0, {"County": "Union"})), SCORED, rescore)
    assert built.records["County"].to_list() == ["Union"]


def test_unmapped_columns_are_not_filled():
    records, given = build([(0, 0, {})], [(1, 0, {"Broker Note": "call"})])
    assert records["Broker Note"].to_list() == [None]
    assert records["Values From"].to_list() == [None]
    assert given == {}


def test_only_records_with_another_scored_value_are_scored_again():
    scored = []
    build(
        [(0, 0, {}), (1, 1, {})],
        [(2, 0, {"County": "Union"}), (3, 1, {"Year Built": 1990})],
        lambda rows: (scored.extend(rows[RANK].to_list()), rescore(rows))[1],
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
