"""Which rows share a cluster, and with what evidence."""

import polars as pl
import pytest

from flexscout.matching.candidate_pairs import find_candidate_pairs
from flexscout.matching.close_matches import ScoreBands
from flexscout.matching.clusters import MatchSettings, find_clusters
from flexscout.matching.components import find_components

HERE = {"City": "Boca Raton", "State": "FL", "Zip Code": "33432"}
TEXTS = ("Address", "Unit", "City", "State", "Zip Code", "County", "APN", "Source File")


def cluster(*rows, **settings):
    """Cluster rows, each an address or a dictionary of cells, by default in Boca Raton."""
    full = [HERE | (row if isinstance(row, dict) else {"Address": row}) for row in rows]
    schema = {name: pl.String for name in TEXTS if any(name in row for row in full)}
    schema |= {name: pl.Float64 for name in ("Latitude", "Longitude") if any(name in row for row in full)}
    return find_clusters(pl.DataFrame(full, schema=schema), MatchSettings(**{"close_matches": "merge"} | settings))


def match(*rows, **settings):
    return cluster(*rows, **settings).cluster_ids.n_unique() == 1


def evidence(left, right, **settings):
    """Return the evidence of two rows that match, else the evidence of close matches for review."""
    clusters = cluster(left, right, **settings)
    if clusters.cluster_ids.n_unique() == 1:
        return clusters.describe_matches(pl.Series([0]), pl.Series([1]))["Evidence"].item()
    return clusters.match_pairs["Evidence"].to_list()


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("1 Main St", "1 MAIN STREET", "same Address, City, State after normalization"),
        ("1 Main St", "1 Main", "same number and street; suffix missing on one side"),
        ("1 N Main St", "1 Main St", "same number and street; direction missing on one side"),
        ("1 NW Main St", "1 Main St NW", "same number and street; direction before the name on one side, after it on the other"),
        ("1 Stony Island", "1 Stony Island Ave", "same number and street; suffix missing on one side"),
        ("7 US Highway 19", "7 Hwy 19", "same number and street; suffix missing on one side"),
        ("1 Maplewod Ave", "1 Maplewood Ave", "same number; street names 1 letter apart (MAPLEWOD, MAPLEWOOD)"),
        ("1 Indutrial Ave", "1 Indl Ave", "same number; street names 1 letter apart (INDUSTRIAL, INDUTRIAL)"),
        ("1 Belt Way", "1 Beltway", "same number and street"),
        ("1 SaintJohns Dr", "1 St Johns Dr", "same number and street"),
        ("1 Sait Johns Dr", "1 St Johns Dr", "same number; street names 1 letter apart (SAITJOHNS, SAINTJOHNS)"),
        ("1 Stony Iland Dr", "1 Stony Island Dr", "same number; street names 1 letter apart (STONYILAND, STONYISLAND)"),
        ("1 North Point Dr", "1 Northpoint Drive", "same number and street"),
        ("1 Dr Calvin Jones Hwy", "1 Calvin Jones Hwy", "same number and street"),
        ("1 Elm Tr", "1 Elm Trail", "same number and street; suffix abbreviated on one side, with several meanings"),
        ("1 Elm Tr", "1 Elm Terrace", "same number and street; suffix abbreviated on one side, with several meanings"),
        ("100-120 Main St", "100 Main St", "same number and street; range of numbers on one side"),
        ("1A Main St", "1 Main St # A", "same number and street; unit after the house number on one side"),
    ],
)
def test_rows_of_one_property_match_with_evidence(left, right, expected):
    assert evidence(left, right) == expected


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("5136 Maplewood St", "5135 Maplewood St"),
        ("1 N Main St", "1 S Main St"),
        ("1 N Main St", "1 Main St S"),
        ("1 Main St Unit 1", "1 Main St Unit 2"),
        ("1A Main St", "1B Main St"),
        ("1A Main St", "1 Main St # B"),
        ("1 21st St", "1 22nd St"),
        ("1 Lee St", "1 Fox St"),
        ("1 Old Statesville Rd", "1 Statesville Rd"),
        ("1 Northgate Dr", "1 Southgate Dr"),
        ("1 US 29", "1 US 29A"),
        ("1 Brook East Rd", "1 Brook West Rd"),
        ("1 Little Rock Rd", "1 Elk Rock Rd"),
        ("1 Elm Tr", "1 Oak Terrace"),
        ("100-120 Main St", "111 Main St"),
        ("100-120 Main St", "122 Main St"),
        ("100-120 Main St", "124-130 Main St"),
        ("Multiple", "Multiple"),
        ("Main St", "Main St"),
        ("0 Main St", "0 Main St"),
        ("", ""),
        (None, None),
    ],
)
def test_rows_of_two_properties_do_not_match(left, right):
    assert evidence(left, right) == []


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("1 Main St", "1 Main St Unit 2", "same number and street; unit on one side only"),
        ("1 Main St", "1 Main St 3rd Floor", "same number and street; unit on one side only"),
        ("1 Main St", "1 Main St Bldg C", "same number and street; unit on one side only"),
        ("1A Main St", "1 Main St", "same number and street; letter after the house number on one side only"),
        ("1 Main St", "1 Main Ave", "same number and street; suffix differs"),
        ("1 US Highway 19", "1 County Road 19", "same number and street; suffix differs"),
        ("1 E St", "1 East St", "same number and street; a letter on one side, a direction on the other"),
        ("1 Pine St", "1 Vine St", "same number; street names 1 letter apart (PINE, VINE); too many letters for a typing error"),
        ("1 Bakerfield St", "1 Makerfield St", "same number; street names 1 letter apart (BAKERFIELD, MAKERFIELD)"),
        (
            "1 Carter St",
            "1 Carver St",
            "same number; street names 1 letter apart (CARTER, CARVER); too many letters for a typing error",
        ),
        (
            "1 Johnson Rd",
            "1 Johnston Rd",
            "same number; street names 1 letter apart (JOHNSON, JOHNSTON); the last words are different words",
        ),
        (
            "1 Avenue A",
            "1 Avenue B",
            "same number; street names 1 letter apart (AVENUEA, AVENUEB); too many letters for a typing error",
        ),
        ("1 N Ash St", "1 Nash St", "same number and street; a direction on one side, the first letter of the name on the other"),
        (
            "1 Park Ridge Dr",
            "1 Park Bridge Dr",
            "same number; street names 1 letter apart (PARKBRIDGE, PARKRIDGE); the last words are different words",
        ),
        (
            "1 S King Dr",
            "1 S Martin Luther King Dr",
            "same number; street names KING and MARTINLUTHERKING; one name is part of the other",
        ),
        ("7954-58 Main St", "7956 Main St", "same number and street; number within a range on the other side"),
        ("100-120 Main St", "100-130 Main St", "same number and street; number within a range on the other side"),
    ],
)
def test_rows_that_may_be_one_property_are_listed_for_review(left, right, expected):
    assert evidence(left, right) == [expected]


def test_a_whole_building_is_compared_with_every_unit_and_ranked_last():
    clusters = cluster("1 Main St", *(f"1 Main St Unit {unit}" for unit in range(1, 61)))
    assert clusters.cluster_ids.n_unique() == 61
    pairs = clusters.match_pairs.filter(pl.col("left") == 0)
    assert sorted(pairs["right"]) == list(range(1, 61))
    assert set(pairs["Evidence"]) == {"same number and street; unit on one side only; several units there"}
    assert pairs["Score"].max() < cluster("1 Main St", "1 Main St Unit 2").match_pairs["Score"].item()


def test_a_range_with_several_numbers_is_not_merged():
    clusters = cluster("100-120 Main St", "100 Main St", "110 Main St")
    assert clusters.cluster_ids.n_unique() == 3
    assert clusters.match_pairs["Evidence"].str.ends_with("several numbers in the range").all()


def test_a_close_match_in_another_zip_code_of_the_city_is_less_sure():
    assert match("1 N Maplewood St", "1 Maplewood St")
    assert evidence("1 N Maplewood St", {"Address": "1 Maplewood St", "Zip Code": "33431"}) == [
        "same number and street; direction missing on one side; ZIP code differs"
    ]


def test_two_streets_of_one_name_with_several_numbers_are_not_listed():
    houses = [f"{number} Main {suffix}" for number in (11, 12, 13) for suffix in ("St", "Ave")]
    assert cluster(*houses).match_pairs.is_empty()


@pytest.mark.parametrize(
    ("place", "other", "expected"),
    [
        ({"Zip Code": None}, {"City": "Boca Ratn"}, "same number and street; city spelled differently"),
        ({"Zip Code": None}, {"City": None, "Zip Code": None}, "same number and street; city missing on one side"),
    ],
)
def test_places_without_a_zip_code_are_listed_if_the_city_may_be_the_same(place, other, expected):
    assert evidence({"Address": "1 Main St", **place}, {"Address": "1 Main St", **other}) == [expected]


@pytest.mark.parametrize("other", [{"City": "Delray Beach", "Zip Code": "33444"}, {"State": "GA"}])
def test_the_same_address_in_another_place_does_not_match(other):
    assert not match("1 Maplewood St", {"Address": "1 Maplewood St", **other})


def test_rows_with_the_same_zip_code_match_under_another_city_name():
    other = {"Address": "1 Main Street", "City": "West Boca"}
    assert evidence("1 Main St", other) == "same Address, State, Zip Code after normalization"


@pytest.mark.parametrize("blank", [None, ""])
def test_rows_without_city_and_zip_code_match_no_row(blank):
    row = {"Address": "1 Main St", "City": blank, "Zip Code": blank}
    assert cluster(row, row, "2 Elm St").cluster_ids.to_list() == [0, 1, 2]


def test_an_ambiguous_street_is_not_merged():
    clusters = cluster("2 N Oak St", "2 S Oak St", "2 Oak St")
    assert clusters.cluster_ids.to_list() == [0, 1, 2]
    assert set(clusters.match_pairs["Evidence"]) == {"same number and street; direction missing on one side; several streets fit"}


def test_a_street_whose_name_ends_like_a_suffix_is_not_ambiguous_beside_its_equals():
    somewhere = {"Address": "4301 S Cottage Grove", "Zip Code": None}
    assert match("4301 S Cottage Grove", somewhere, "4301 S Cottage Grove Ave")


def test_a_street_name_that_is_in_use_is_not_a_typing_error():
    houses = [f"{number} {name} St" for number in (11, 12, 13) for name in ("Marlin", "Martin")]
    assert cluster(*houses).cluster_ids.n_unique() == len(houses)


def test_places_with_different_parcels_are_not_a_close_match():
    rows = [{"Address": "1 Main St", "APN": "06-1"}, {"Address": "1 Main", "APN": "06-2"}]
    assert evidence(*rows) == []


def test_a_place_without_a_parcel_is_not_merged_with_one_of_several():
    rows = [("1 Main St", "06-1"), ("1 Main Ave", "06-2"), ("1 Main", None)]
    clusters = cluster(*({"Address": address, "APN": apn} for address, apn in rows))
    assert clusters.cluster_ids.n_unique() == 3
    assert clusters.match_pairs["Evidence"].str.contains("several parcels fit").all()


def test_an_equal_parcel_raises_the_match_score():
    rows = [{"Address": "1 Main St", "APN": "06-1"}, {"Address": "1 Main St Unit 2", "APN": "061"}]
    assert evidence(*rows) == "same number and street; unit on one side only; APN equal"


def test_a_unit_can_be_in_the_address_or_in_its_column():
    rows = [{"Address": "1 Main St Suite 2"}, {"Address": "1 Main St", "Unit": "# 2"}]
    assert evidence(*rows) == "same number and street; unit in the address on one side, in the column Unit on the other"
    assert not match(rows[0], rows[1] | {"Unit": "3"})
    assert match(*rows, policy="parcel")


def test_distant_places_are_listed_for_review():
    rows = [{"Address": f"1 Maplewo{end} St", "Latitude": lat, "Longitude": -80.1} for end, lat in (("od", 26.30), ("d", 26.36))]
    assert evidence(*rows) == ["same number; street names 1 letter apart (MAPLEWOD, MAPLEWOOD); 4.1 mi apart"]


def test_close_matches_can_be_listed_for_review_only():
    clusters = cluster("1 Main St", "1 Main", close_matches="review")
    assert clusters.cluster_ids.to_list() == [0, 1]
    assert clusters.match_pairs["merge"].to_list() == [False]


def test_close_matches_can_be_off():
    assert cluster("1 Main St", "1 Main", close_matches="off").match_pairs.is_empty()


def test_the_score_bands_can_be_set():
    assert not match("1 Main St", "1 Main", bands=ScoreBands(merge_from=0.99))


def test_other_duplicate_fields_are_compared_exactly():
    assert not match({"Address": "1 Main St", "APN": "1"}, {"Address": "1 Main", "APN": "1"}, fields=("Address", "APN"))
    assert match({"Address": "1 Main St", "APN": "1"}, {"Address": "1 MAIN ST", "APN": "1"}, fields=("Address", "APN"))


def test_matches_are_transitive():
    clusters = cluster(
        "1 Main St", {"Address": "1 Main St", "City": "West Boca"}, {"Address": "1 Main St", "City": "West Boca", "Zip Code": "1"}
    )
    assert clusters.cluster_ids.n_unique() == 1
    reason = clusters.describe_matches(pl.Series([0]), pl.Series([2]))["Evidence"].item()
    assert reason == "both match another row of the same property"


def test_policy_site_ignores_parcels_and_the_column_unit():
    rows = [{"Address": "1 Main St", "APN": apn, "Unit": unit} for apn, unit in (("1", "A"), ("2", "B"), (None, None))]
    assert match(*rows)


def test_policy_parcel_splits_by_parcel_and_unit():
    cells = [("1", None), ("2", None), ("01", None), (None, "A"), (None, "B"), (None, "Suite A")]
    rows = [{"Address": "1 Main St", "APN": apn, "Unit": unit} for apn, unit in cells]
    assert cluster(*rows, policy="parcel").cluster_ids.to_list() == [0, 1, 0, 2, 3, 2]


def test_policy_parcel_matches_units_in_the_address_and_in_the_column():
    rows = [("1 Main St #4", None), ("1 Main St", "4"), ("1 Main St", "5"), ("1 Main St Suite 5", None), ("1 Main St", None)]
    clusters = cluster(*({"Address": address, "Unit": unit} for address, unit in rows), policy="parcel", close_matches="off")
    assert clusters.cluster_ids.to_list() == [0, 0, 1, 1, 2]


def test_policy_parcel_keeps_a_row_without_a_parcel_with_the_only_one():
    assert match({"Address": "1 Main St", "APN": "1"}, {"Address": "1 Main St"}, policy="parcel")


def test_policy_parcel_keeps_a_row_without_a_unit_with_the_only_one():
    assert match({"Address": "1 Main St", "Unit": "A"}, {"Address": "1 Main St"}, policy="parcel")


@pytest.mark.parametrize("columns", [["Address"], ["City"], []])
def test_missing_columns_are_allowed(columns):
    frame = pl.DataFrame({name: ["1 Main St", "1 Main St"] for name in columns})
    assert find_clusters(frame).cluster_ids.len() == frame.height


def test_rows_of_files_without_a_state_are_compared_within_their_file():
    frame = pl.DataFrame({"Address": ["1 Main St", "1 Main", "1 Main St"], "City": ["X"] * 3, "Source File": ["a", "a", "b"]})
    assert find_clusters(frame, MatchSettings(close_matches="merge")).cluster_ids.to_list() == [0, 0, 1]


def test_a_large_block_is_not_compared_pair_by_pair():
    count = 3_000
    places = pl.DataFrame(
        {"full": [f"{i * 7919 % 26**4:06}".translate(str.maketrans("0123456789", "ABCDEFGHIJ")) for i in range(count)]}
    )
    pairs = find_candidate_pairs(
        places.with_columns(
            pl.lit("100").alias("first_number"),
            pl.lit(100).alias("low"),
            pl.lit(None, pl.Int64).alias("high"),
            pl.lit("").alias("unit"),
            *(pl.lit("X").alias(name) for name in ("state", "city", "zip")),
        )
    )
    assert 0 < pairs.height <= 48 * count


def test_connected_components_follow_chains_of_any_length():
    chain = pl.Series(range(999))
    first = find_components(1_001, (chain + 1).to_numpy(), chain.to_numpy())
    assert first.tolist() == [0] * 1_000 + [1_000]


def test_a_missing_state_is_inferred_from_the_zip_code():
    assert match({"Address": "1 Main St", "Zip Code": "33432"}, {"Address": "1 Main St", "State": None, "Zip Code": "33432-1"})
    assert not match({"Address": "1 Main St", "Zip Code": "33432"}, {"Address": "1 Main St", "State": None, "Zip Code": "28202"})


def test_files_without_a_state_are_told_apart_by_their_exact_names():
    frame = pl.DataFrame(
        {"Address": ["1 Main St"] * 2, "City": ["X"] * 2, "Zip Code": [None] * 2, "Source File": ["a-1.xlsx", "a 1.xlsx"]}
    )
    assert find_clusters(frame).cluster_ids.n_unique() == 2


@pytest.mark.parametrize(
    ("other", "match"),
    [
        ({"Address": "1 MAIN STREET"}, "same fields"),
        ({"Address": "1 Main St", "City": "West Boca"}, "same ZIP code"),
        ({"Address": "1 Main"}, "close match"),
    ],
)
def test_each_merge_names_the_kind_of_its_match(other, match):
    clusters = cluster({"Address": "1 Main St", "Zip Code": "33432"}, {"Zip Code": "33432"} | other)
    assert clusters.describe_matches(pl.Series([0]), pl.Series([1]))["Match"].item() == match


def test_policy_parcel_names_a_unit_in_the_column_as_evidence():
    rows = ({"Address": "1 Main St # 4"}, {"Address": "1 Main St", "Unit": "4"})
    clusters = cluster(*rows, policy="parcel", close_matches="off")
    assert clusters.describe_matches(pl.Series([0]), pl.Series([1]))["Match"].item() == "same unit"


def test_the_evidence_names_a_missing_state_column():
    frame = pl.DataFrame({"Address": ["1 Main St"] * 2, "City": ["X"] * 2})
    evidence = find_clusters(frame).describe_matches(pl.Series([0]), pl.Series([1]))["Evidence"].item()
    assert evidence == "same Address, City after normalization; their file has no State"


LOT = {"Address": "Lake Dr NE", "APN": "160-085-00140"}


@pytest.mark.parametrize(
    ("other", "is_match"),
    [
        ({"Address": "LAKE DRIVE NORTHEAST", "APN": "16008500140"}, True),
        ({"APN": "16008500141"}, False),
        ({"APN": None}, False),
        ({"Address": "Lake Rd NE"}, False),
        ({"Address": None}, False),
        ({"City": "Tampa"}, False),
        ({"State": "GA"}, False),
    ],
)
def test_addresses_without_a_house_number_match_only_by_parcel_and_place(other, is_match):
    assert match(LOT, LOT | other) == is_match


CAMPUS = {"County": "Palm Beach", "APN": "16-0850-0140"}


@pytest.mark.parametrize(
    ("left", "right", "area"),
    [
        ({"Zip Code": None}, {"Zip Code": None, "City": "West Boca"}, "county"),
        ({"County": None}, {"County": None, "City": "West Boca"}, "ZIP code"),
        ({"County": None}, {"County": None, "Zip Code": None}, "city"),
    ],
)
@pytest.mark.parametrize("address", ["1 Elm Ave", "1-9 N Main St", "1 State Road 7"])
def test_one_parcel_at_one_house_number_is_one_property(left, right, area, address):
    rows = [{"Address": "1 Main St"} | CAMPUS | left, {"Address": address} | CAMPUS | {"APN": "1608500140"} | right]
    clusters = cluster(*rows, close_matches="off")
    assert clusters.cluster_ids.to_list() == [0, 0]
    reason = clusters.describe_matches(pl.Series([0]), pl.Series([1]))
    assert reason.row(0)[:2] == ("same parcel", f"same APN and house number in one {area}")


@pytest.mark.parametrize("other", ["2 Main St", "9 Elm Ave", "Elm Ave"])
def test_unlike_addresses_with_one_parcel_are_listed_for_review(other):
    rows = [{"Address": "1 Main St"} | CAMPUS, {"Address": other} | CAMPUS]
    assert evidence(*rows) == ["APN equal; addresses differ"]


@pytest.mark.parametrize("apn", ["12345", "000-000-0000", "UNKNOWN", None])
def test_an_unusable_parcel_number_is_no_key(apn):
    rows = [{"Address": address} | CAMPUS | {"APN": apn} for address in ("1 Main St", "1 Elm Ave")]
    assert evidence(*rows) == []


def test_a_parcel_number_of_many_addresses_is_no_key():
    streets = ("Main", "Elm", "Oak", "Pine", "Birch", "Cedar")
    clusters = cluster(*({"Address": f"1 {name} St"} | CAMPUS for name in streets))
    assert clusters.cluster_ids.n_unique() == len(streets)
    assert not clusters.match_pairs["Evidence"].str.contains("APN equal; addresses differ").any()


def test_units_of_one_parcel_stay_apart():
    assert not match({"Address": "1 Main St # 1"} | CAMPUS, {"Address": "1 Elm St # 2"} | CAMPUS)


def test_a_file_without_a_state_matches_by_county_and_parcel():
    """There is a Mecklenburg County in North Carolina and in Virginia."""
    here = {"State": None, "Zip Code": None, "City": "Unincorporated", "County": "Mecklenburg", "APN": "037-203-50"}
    there = [
        {"State": state, "Zip Code": None, "City": "X", "County": "mecklenburg county", "APN": "03720350"}
        for state in ("NC", "VA")
    ]
    assert match({"Address": "1 Main St"} | here, {"Address": "1 MAIN STREET"} | there[0])
    clusters = cluster({"Address": "1 Main St"} | here, *({"Address": "1 MAIN STREET"} | one for one in there))
    assert clusters.cluster_ids.n_unique() == 3


@pytest.mark.parametrize("close_matches", ["merge", "review", "off"])
def test_a_different_parcel_blocks_a_match_by_zip_code(close_matches):
    rows = [("4601 Foundry Rd", "Atlanta", "14 0063 0840"), ("4601 FOUNDRY RD", "South Fulton", "14 0063 0841")]
    keys = [{"Address": address, "City": city, "APN": apn} for address, city, apn in rows]
    assert not match(*keys, close_matches=close_matches)
    assert match(*({**key, "City": "Atlanta"} for key in keys), close_matches=close_matches)


def test_a_row_without_a_parcel_does_not_join_two_parcels():
    rows = [("Atlanta", "14 0063 0840"), ("South Fulton", "14 0063 0841"), ("College Park", None), ("East Point", "14 0063 0840")]
    clusters = cluster(*({"Address": "4601 Foundry Rd", "City": city, "APN": apn} for city, apn in rows))
    assert clusters.cluster_ids.to_list() == [0, 1, 2, 0]
    listed = clusters.match_pairs.filter(pl.col("left").is_in([2]) | pl.col("right").is_in([2]))
    assert not listed["sure"].any()
    assert listed["Evidence"].str.contains("several parcels fit").all()


def test_parcel_numbers_of_other_formats_do_not_block_a_match():
    rows = [("Atlanta", "00630840"), ("South Fulton", "630840")]
    assert match(*({"Address": "4601 Foundry Rd", "City": city, "APN": apn} for city, apn in rows))


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ({"City": "Boca Raton", "Zip Code": "33432"}, "ZIP code"),
        ({"City": "Charlotte", "Zip Code": None, "County": "Mecklenburg County"}, "County and City"),
        ({"City": "Boca Raton", "Zip Code": None, "County": "palm beach"}, "County"),
    ],
)
def test_an_inferred_state_is_named_in_the_evidence(place, source):
    state = "NC" if place["City"] == "Charlotte" else "FL"
    rows = [
        {"Address": "1 Main St", "State": state, "County": None} | place,
        {"Address": "1 Main", "State": None, "County": None} | place,
    ]
    assert evidence(*rows) == f"same number and street; suffix missing on one side; State inferred from {source}"
    exact = cluster(rows[0], rows[1] | {"Address": "1 MAIN ST"})
    assert exact.describe_matches(pl.Series([0]), pl.Series([1]))["Evidence"].item() == (
        f"same Address, City, State after normalization; State inferred from {source}"
    )


def test_a_blank_state_is_compared_within_its_file():
    rows = [
        {"Address": "1 Main St", "City": "X", "State": state, "Zip Code": None, "Source File": file}
        for state, file in (("", "a"), (None, "a"), (None, "b"), ("NC", "a"))
    ]
    clusters = cluster(*rows)
    assert clusters.cluster_ids.to_list() == [0, 0, 1, 2]
    assert set(clusters.match_pairs["Evidence"]) == {"same number and street; State missing on one side"}
    reason = clusters.describe_matches(pl.Series([0]), pl.Series([1]))["Evidence"].item()
    assert reason == "same Address, City after normalization; their file has no State"


def test_a_blank_column_city_is_like_no_column():
    rows = [
        {"Address": "1 Main St", "City": city, "Zip Code": None, "Source File": file}
        for city, file in ((None, "a"), ("", "a"), (None, "b"), ("X", "b"), (None, "b"))
    ]
    assert cluster(*rows).cluster_ids.to_list() == [0, 0, 1, 2, 3]


def test_a_short_parcel_number_is_not_a_match():
    assert not match({"Address": "Multiple", "APN": "12"}, {"Address": "Multiple", "APN": "12"})
