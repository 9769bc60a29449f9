"""Positions of candidates on the map."""

from flexscout.outputs.html.candidate_map import choose_view, describe_map
from flexscout.outputs.html.outlines import load_outlines
from flexscout.outputs.html.positions import HEIGHT, WIDTH, Precision, place_candidates
from pages import master

NO_COORDINATES = {"Latitude": None, "Longitude": None}


def placed_of(*rows):
    return place_candidates(master(*rows), load_outlines())


def precision_of(row, *others):
    """Return how exactly the first candidate is placed beside others."""
    return placed_of(row, *others)["precision"][0]


def test_coordinates_make_a_position():
    places = placed_of({})
    assert places["precision"].to_list() == [Precision.COORDINATES]
    assert 0 < places["x"][0] < WIDTH


def test_a_candidate_without_coordinates_is_at_the_center_of_its_zip_code():
    places = placed_of(NO_COORDINATES, {}, {"Latitude": 35.3}, {"Zip Code": "28299", "Latitude": 36.0})
    assert places["precision"].to_list() == [Precision.ZIP, 0, 0, 0]
    assert places["y"][0] == round((places["y"][1] + places["y"][2]) / 2, 1)


def test_without_its_zip_code_it_is_at_the_center_of_its_city():
    outside = NO_COORDINATES | {"Zip Code": "1", "City": "CHARLOTTE", "County": None}
    assert precision_of(outside, {}) == Precision.CITY
    assert precision_of(outside | {"State": "SC"}, {}) == Precision.STATE


def test_a_city_without_a_state_counts_if_its_name_is_unique():
    bare = NO_COORDINATES | {"Zip Code": None, "State": None}
    assert precision_of(bare, {}) == Precision.CITY
    assert precision_of(bare, {}, {"State": "SC"}) is None


def test_without_its_city_it_is_at_the_center_of_its_county_or_state():
    alone = NO_COORDINATES | {"Zip Code": None, "City": "Elsewhere"}
    assert precision_of(alone, {}) == Precision.COUNTY
    assert precision_of(alone | {"County": "Nowhere"}, {}) == Precision.STATE


def test_a_candidate_without_a_place_has_no_position():
    nowhere = NO_COORDINATES | {"Zip Code": None, "City": None, "County": None}
    assert placed_of(nowhere | {"State": None}, nowhere | {"State": "PR"})["x"].to_list() == [None, None]
    assert place_candidates(master({}).select("Flex Score"), load_outlines())["x"].to_list() == [None]


def test_a_list_without_any_columns_of_places_has_no_positions():
    listed = master({}, {}).select("Flex Score", "Property Type")
    positions = place_candidates(listed, load_outlines())
    assert positions["x"].to_list() == [None, None]
    assert describe_map(listed, positions)["cities"]["name"] == []


def test_coordinates_outside_the_country_are_ignored():
    assert precision_of({"Latitude": 0.0, "Longitude": 0.0}, {}) == Precision.ZIP


def test_the_map_shows_the_area_of_the_candidates():
    left, top, width, height = choose_view(placed_of({}, {"Latitude": 33.7, "Longitude": -84.4}))
    assert width < WIDTH / 4
    assert height < HEIGHT / 4
    assert left > WIDTH / 2
    assert top > HEIGHT / 2


def test_the_map_shows_the_whole_country_for_distant_candidates():
    assert choose_view(placed_of({}, {"Latitude": 47.6, "Longitude": -122.3})) == (0, 0, WIDTH, HEIGHT)
    assert choose_view(placed_of(NO_COORDINATES).clear()) == (0, 0, WIDTH, HEIGHT)
