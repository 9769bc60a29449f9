"""Points of each parcel indicator at, just below and just above each bound."""

from datetime import date, datetime, timedelta

import polars as pl
import pytest

from flexscout.scoring.scorer import FlexPropertyScorer

TODAY = date(2026, 1, 31)
SCORER = FlexPropertyScorer("parcel", as_of=TODAY)
WEIGHTS = {"Zoning": 3.0, "Size": 2.0, "Building": 2.5, "Location": 1.5, "Activity": 1.0, "Value": 1.0}
BEST = {
    "zoning": "IL",
    "acres": 2.5,
    "municipality": "Jupiter",
    "improvement_value": 1_500_000,
    "land_market_value": 500_000,
    "near_highway": True,
    "sale_date": TODAY,
    "permits": [{"issue_date": TODAY}],
    "business_licenses": [{"status": "active"}] * 2,
    "building_data": {
        "total_sqft": 20_000,
        "ceiling_height": 18,
        "loading_docks": 2,
        "overhead_doors": 1,
        "office_area": 5_000,
        "warehouse_area": 15_000,
    },
}
# The same parcel by canonical names.
CANONICAL = {
    "Zoning Code": "IL",
    "Lot Size Acres": 2.5,
    "City": "Jupiter",
    "Improvement Value": 1_500_000,
    "Land Value": 500_000,
    "Near Highway": True,
    "Sale Date": TODAY,
    "Recent Permits": 1,
    "Active Licenses": 2,
    "Building SqFt": 20_000,
    "Ceiling Height": 18,
    "Loading Docks": 2,
    "Overhead Doors": 1,
    "Office SqFt": 5_000,
    "Warehouse SqFt": 15_000,
}


def scored(record):
    return SCORER.calculate_flex_score(record)


def points(indicator, **record):
    return scored(record)[1][f"{indicator} Points"]


def building(**data):
    return points("Building", building_data=data)


def row(**record):
    """Return the scored row of a parcel with canonical column names."""
    return SCORER.score(pl.DataFrame([record])).row(0, named=True)


def days_ago(days):
    return TODAY - timedelta(days=days)


@pytest.mark.parametrize(
    ("zoning", "expected"),
    [
        ("IL", 10), ("IP", 10), ("PIPD", 10), ("M-1", 10),
        ("IG", 8), ("IND", 8), ("M-2", 8),
        ("MUPD", 6), ("MXPD", 6), ("AGR/IND", 6),
        ("CG", 4), ("CH", 4), ("CS", 4),
        ("RS", 0), ("AGR", 0), ("M", 0), ("M-3", 0), ("M-11", 0), ("ILX", 0), ("I", 0), ("IL IG", 0), ("", 0), (None, 0),
    ],
)  # fmt: skip
def test_zoning_gives_points_by_lists(zoning, expected):
    assert points("Zoning", zoning=zoning) == expected


@pytest.mark.parametrize(
    ("zoning", "expected"),
    [
        ("il", 10), (" IL ", 10), ("m-1", 10), ("M1", 10), ("m 1", 10), ("M_1", 10), ("M.1", 10), ("M\u20131", 10),
        ("M\u00a01", 10),
        ("Ind", 8), ("m2", 8), ("agr/ind", 6), ("AGR-IND", 6), ("AGR IND", 6), ("AGR / IND", 6), ("AgrInd", 6), ("(cs)", 4),
    ],
)  # fmt: skip
def test_zoning_ignores_case_and_punctuation(zoning, expected):
    assert points("Zoning", zoning=zoning) == expected


@pytest.mark.parametrize(
    ("acres", "expected"),
    [
        (None, 0), (-1, 0), (0, 0), (0.001, 2), (0.49, 2), (0.499999, 2),
        (0.5, 5), (1.5, 7.5), (2.5, 10), (11.25, 7.5), (20, 5), (20.000001, 3), (500, 3),
    ],
)  # fmt: skip
def test_size_gives_points_by_acres(acres, expected):
    assert points("Size", acres=acres) == expected


@pytest.mark.parametrize(
    ("acres", "expected"), [(0.500001, 5), (1, 6.25), (2.499999, 10), (2.500001, 10), (13, 7), (19.999999, 5)]
)
def test_size_rises_to_two_and_a_half_acres_and_falls_to_twenty(acres, expected):
    assert points("Size", acres=acres) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(
    ("improvement", "expected"), [(None, 0), (0, 0), (99_999, 0), (100_000, 0), (100_000.01, 3), (100_001, 3), (9e6, 3)]
)
@pytest.mark.parametrize("nothing", [{}, {"building_data": None}, {"building_data": {}}, {"building_data": {"total_sqft": None}}])
def test_without_building_data_the_improvement_value_counts(nothing, improvement, expected):
    assert points("Building", improvement_value=improvement, **nothing) == expected


@pytest.mark.parametrize(
    ("square_feet", "expected"),
    [
        (0, 5), (1, 5), (4_999, 5), (4_999.99, 5), (5_000, 7), (5_001, 7),
        (14_999, 7), (14_999.99, 7), (15_000, 8), (15_001, 8), (34_999, 8), (35_000, 8), (35_000.01, 7), (35_001, 7),
        (99_999, 7), (100_000, 7), (100_000.01, 5), (100_001, 5),
    ],
)  # fmt: skip
def test_a_building_gives_points_by_its_size(square_feet, expected):
    assert building(total_sqft=square_feet) == expected


@pytest.mark.parametrize("improvement", [0, 100_001, 9e6])
def test_with_building_data_the_improvement_value_does_not_count(improvement):
    assert points("Building", building_data={"total_sqft": 1}, improvement_value=improvement) == 5


@pytest.mark.parametrize(
    ("feet", "expected"), [(0, 5), (13.9, 5), (13.99, 5), (14, 7), (14.1, 7), (23.9, 7), (24, 7), (24.01, 5), (24.1, 5)]
)
def test_a_ceiling_of_14_to_24_feet_counts(feet, expected):
    assert building(ceiling_height=feet) == expected


@pytest.mark.parametrize(
    ("docks", "doors", "expected"),
    [(0, 0, 5), (None, 0, 5), (0, None, 5), (1, 0, 6), (0, 1, 6), (1, None, 6), (None, 1, 6), (1, 1, 6), (30, 40, 6)],
)
def test_any_loading_dock_or_overhead_door_counts_once(docks, doors, expected):
    assert building(loading_docks=docks, overhead_doors=doors) == expected


@pytest.mark.parametrize(
    ("office", "warehouse", "expected"),
    [
        (0, 100, 5), (14, 86, 5), (1_499, 8_501, 5), (15, 85, 7), (16, 84, 7), (33, 67, 7),
        (49, 51, 7), (50, 50, 7), (51, 49, 5), (5_001, 4_999, 5), (100, 0, 5), (100, None, 5), (None, 100, 5),
    ],
)  # fmt: skip
def test_an_office_share_of_15_to_50_percent_counts(office, warehouse, expected):
    assert building(office_area=office, warehouse_area=warehouse) == expected


@pytest.mark.parametrize("data", [{"warehouse_area": 0}, {"warehouse_area": 9_000}, {"office_area": 0, "warehouse_area": 0}])
def test_a_single_area_is_building_data(data):
    assert points("Building", building_data=data, improvement_value=9e6) == 5


def test_an_office_share_of_zero_area_gives_no_points():
    assert building(total_sqft=1, office_area=0, warehouse_area=0) == 5


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"total_sqft": 20_000, "loading_docks": 1}, 9),
        ({"total_sqft": 20_000, "ceiling_height": 18}, 10),
        ({"total_sqft": 20_000, "ceiling_height": 18, "loading_docks": 1}, 10),
        ({"total_sqft": 50_000, "ceiling_height": 18, "office_area": 1, "warehouse_area": 2}, 10),
        (BEST["building_data"], 10),
    ],
)
def test_a_building_has_at_most_10_points(data, expected):
    assert building(**data) == expected


@pytest.mark.parametrize(
    ("municipality", "expected"),
    [
        ("Boca Raton", 8), ("Delray Beach", 8), ("Boynton Beach", 8), ("West Palm Beach", 8),
        ("Lake Worth", 7), ("Riviera Beach", 7), ("Jupiter", 7), ("Wellington", 7),
        ("BOCA RATON", 8), ("west palm beach", 8), (" Boca-Raton ", 8), ("BocaRaton", 8), ("JUPITER", 7),
        ("Palm Beach", 5), ("Jupiter Island", 5), ("Boca", 5), ("", 5), (None, 5),
    ],
)  # fmt: skip
def test_a_location_gives_points_by_the_lists_of_municipalities(municipality, expected):
    assert points("Location", municipality=municipality) == expected


@pytest.mark.parametrize(("near", "expected"), [(None, 5), (False, 5), (True, 7), (0, 5), (1, 7)])
def test_a_highway_nearby_counts(near, expected):
    assert points("Location", near_highway=near) == expected


@pytest.mark.parametrize(("municipality", "expected"), [("Boca Raton", 10), ("Jupiter", 9), ("Miami", 7)])
def test_the_municipality_and_the_highway_add_up_to_at_most_10(municipality, expected):
    assert points("Location", municipality=municipality, near_highway=True) == expected


@pytest.mark.parametrize(("count", "expected"), [(None, 5), (0, 5), (1, 6), (2, 7), (3, 8), (4, 8), (50, 8)])
def test_recent_permits_count_one_each_and_at_most_three(count, expected):
    permits = None if count is None else [{"issue_date": days_ago(10)}] * count
    assert points("Activity", permits=permits) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [(days_ago(0), 6), (days_ago(364), 6), (days_ago(365), 6), (days_ago(366), 5), (days_ago(-1), 5), (None, 5)],
)
def test_a_permit_of_the_last_365_days_is_recent(day, expected):
    forms = [day, day and day.isoformat(), day and datetime.combine(day, datetime.max.time())]
    assert [points("Activity", permits=[{"issue_date": form}]) for form in forms] == [expected] * 3


@pytest.mark.parametrize(("count", "expected"), [(None, 5), (0, 5), (1, 6), (2, 8), (3, 8), (9, 8), (10, 8), (11, 5), (40, 5)])
def test_licenses_count_most_where_there_are_two_to_ten(count, expected):
    licenses = None if count is None else [{"status": "active"}] * count
    assert points("Activity", business_licenses=licenses) == expected


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (["active", "expired"], 6), (["Active", "ACTIVE"], 8), (["inactive", None, "pending"], 5),
        (["active"] * 10 + ["closed"] * 5, 8), (["active"] * 11 + ["closed"], 5),
    ],
)  # fmt: skip
def test_only_active_licenses_count(statuses, expected):
    assert points("Activity", business_licenses=[{"status": status} for status in statuses]) == expected


def test_a_license_without_a_status_and_a_permit_without_a_date_do_not_count():
    assert points("Activity", business_licenses=[{}, {"name": "x"}], permits=[{}, {"number": 7}]) == 5


@pytest.mark.parametrize(("days", "expected"), [(0, 6), (729, 6), (730, 6), (731, 5), (5_000, 5), (-1, 5), (-400, 5)])
def test_a_sale_of_the_last_730_days_counts(days, expected):
    assert points("Activity", sale_date=days_ago(days)) == expected
    assert points("Activity", sale_date=days_ago(days).isoformat()) == expected
    assert points("Activity", sale_date=datetime.combine(days_ago(days), datetime.max.time())) == expected


def test_activity_has_at_most_10_points():
    sold = {"sale_date": TODAY, "business_licenses": [{"status": "active"}] * 3}
    assert points("Activity", **sold, permits=[{"issue_date": TODAY}]) == 10
    assert points("Activity", **sold, permits=[{"issue_date": TODAY}] * 3) == 10


@pytest.mark.parametrize(
    ("improvement", "land", "expected"),
    [
        (0, 1_000, 5), (500, 1_000, 5), (500.01, 1_000, 6), (1_000, 1_000, 6), (1_500, 1_000, 6), (1_500.01, 1_000, 7),
        (0.5, None, 5), (0.51, None, 6), (1.5, None, 6), (1.51, None, 7), (100, None, 7), (None, 1_000, 5), (None, None, 5),
        (1_000, 0, 5), (0, 0, 5),
    ],
)  # fmt: skip
def test_value_gives_points_by_the_ratio_to_a_positive_land_value_which_is_1_where_missing(improvement, land, expected):
    assert points("Value", improvement_value=improvement, land_market_value=land) == expected


@pytest.mark.parametrize(
    ("improvement", "expected"),
    [
        (249_999, 5), (249_999.99, 5), (250_000, 6), (250_001, 6), (499_999.99, 6),
        (500_000, 7), (500_001, 7), (4_999_999, 7), (5_000_000, 7), (5_000_000.01, 5), (5_000_001, 5),
    ],
)  # fmt: skip
def test_value_gives_points_by_the_improvement(improvement, expected):
    """The land value is so high that the ratio gives no points."""
    assert points("Value", improvement_value=improvement, land_market_value=1e9) == expected


@pytest.mark.parametrize(
    ("square_feet", "expected"), [(0, 5), (None, 5), (2_001, 5), (2_000, 6), (1_000, 6), (667, 6), (666, 5), (100, 5)]
)
def test_value_gives_a_point_for_50_to_150_a_square_foot(square_feet, expected):
    """With improvements of 100,000 and a land value whose ratio gives no points."""
    record = {"improvement_value": 100_000, "land_market_value": 1e9, "building_data": {"total_sqft": square_feet}}
    assert points("Value", **record) == expected


@pytest.mark.parametrize(("a_square_foot", "expected"), [(49.99, 5), (50, 6), (150, 6), (150.01, 5)])
def test_the_value_per_square_foot_includes_both_bounds(a_square_foot, expected):
    record = {"improvement_value": a_square_foot * 1_000, "land_market_value": 1e9, "building_data": {"total_sqft": 1_000}}
    assert points("Value", **record) == expected


def test_the_best_value_is_10():
    assert points("Value", improvement_value=1e6, land_market_value=5e5, building_data={"total_sqft": 1e4}) == 10


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({}, round((1.5 * 5 + 5 + 5) / 11, 2)),
        ({"zoning": "CG"}, round((3 * 4 + 1.5 * 5 + 5 + 5) / 11, 2)),
        ({"acres": 0.1}, round((2 * 2 + 1.5 * 5 + 5 + 5) / 11, 2)),
        ({"acres": 1.1}, round((2 * 6.5 + 1.5 * 5 + 5 + 5) / 11, 2)),
        ({"building_data": {"total_sqft": 1}}, round((2.5 * 5 + 1.5 * 5 + 5 + 5) / 11, 2)),
        ({"municipality": "Boca Raton"}, round((1.5 * 8 + 5 + 5) / 11, 2)),
        ({"sale_date": TODAY}, round((1.5 * 5 + 6 + 5) / 11, 2)),
        ({"improvement_value": 100, "land_market_value": 1}, round((1.5 * 5 + 5 + 7) / 11, 2)),
    ],
)
def test_the_score_is_the_weighted_mean_to_two_decimals(record, expected):
    assert scored(record)[0] == expected


def test_each_indicator_has_its_weight():
    factors = FlexPropertyScorer("parcel").profile.factors
    assert {name: factor.weight for name, factor in factors.items()} == WEIGHTS


@pytest.mark.parametrize(
    ("zoning", "acres", "flagged"),
    [
        ("IG", 2.0, True), ("IL", 2.0, True), ("MUPD", 2.0, False), ("CG", 2.0, False),
        ("IG", 1.29, False), ("IG", 1.3, True), ("IG", 1.31, True), ("IG", 12.99, True), ("IG", 13, True), ("IG", 13.01, False),
    ],
)  # fmt: skip
def test_zoning_from_8_with_size_from_7_has_high_potential(zoning, acres, flagged):
    found = row(**{"Zoning Code": zoning, "Lot Size Acres": acres})
    assert (found["Flags"], found["Bonus Points"]) == (("HIGH_POTENTIAL", 0.5) if flagged else (None, 0))


@pytest.mark.parametrize(
    ("square_feet", "docks", "flagged"),
    [(14_999, 0, False), (15_000, 0, True), (5_000, 0, False), (5_000, 1, True), (4_999, 1, False)],
)
def test_a_building_from_8_is_ideal(square_feet, docks, flagged):
    found = row(**{"Building SqFt": square_feet, "Loading Docks": docks})
    assert (found["Flags"], found["Bonus Points"]) == (("IDEAL_BUILDING", 0.3) if flagged else (None, 0))


def test_both_bonuses_are_added_to_the_mean():
    """(3 * 8 + 2 * 7.5 + 2.5 * 8 + 1.5 * 5 + 5 + 5) / 11 + 0.5 + 0.3"""
    found = row(**{"Zoning Code": "IG", "Lot Size Acres": 1.5, "Building SqFt": 15_000})
    assert (found["Flags"], found["Flex Score"]) == ("HIGH_POTENTIAL, IDEAL_BUILDING", 7.75)


def test_no_score_is_above_10():
    score, given = scored(BEST | {"municipality": "Boca Raton"})
    assert (score, given["Bonus Points"]) == (10, 0.8)


def test_a_record_can_use_its_own_keys_or_canonical_names():
    assert scored(BEST) == scored(CANONICAL)
    assert scored(BEST)[1] == {f"{name} Points": 9 if name == "Location" else 10 for name in WEIGHTS} | {"Bonus Points": 0.8}


@pytest.mark.parametrize("key", [key for key in BEST if key != "land_market_value"])
def test_every_key_of_a_record_is_read(key):
    without = {name: value for name, value in BEST.items() if name != key}
    assert scored(without)[1] != scored(BEST)[1]


def test_every_parcel_is_eligible():
    assert FlexPropertyScorer("parcel").profile.eligibility == {}


def test_as_of_is_a_parameter():
    record = {"sale_date": date(2020, 5, 31), "permits": [{"issue_date": date(2020, 5, 31)}]}
    found = [FlexPropertyScorer("parcel", as_of=day).calculate_flex_score(record)[1] for day in (date(2020, 6, 1), TODAY)]
    assert [given["Activity Points"] for given in found] == [7, 5]
