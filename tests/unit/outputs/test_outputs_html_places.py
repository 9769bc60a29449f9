"""Where on the map each candidate stands."""

import polars as pl

from flexscout.outputs.html.candidate_map import choose_view
from flexscout.outputs.html.outlines import load_outlines
from flexscout.outputs.html.positions import HEIGHT, POINTS_SUFFIX, WIDTH, place_candidates
from pages import master

NO_COORDINATES = {"Latitude": None, "Longitude": None}


def placed_of(*rows):
    return place_candidates(master(*rows), load_outlines())


def sums_of(*rows):
    return dict(placed_of(*rows).sums.select("label", "count").iter_rows())


def test_coordinates_make_a_point():
    places = placed_of({})
    assert places.points["rank"].to_list() == [1]
    assert not places.sums.height


def test_without_coordinates_the_county_counts():
    assert sums_of({}, NO_COORDINATES, NO_COORDINATES) == {"Mecklenburg, NC": 2}


def test_without_a_county_the_state_counts():
    assert sums_of({}, NO_COORDINATES | {"County": None}, NO_COORDINATES | {"County": "Nowhere"}) == {
        "North Carolina, county not known": 2
    }


def test_what_has_no_place_is_counted():
    places = placed_of({}, NO_COORDINATES | {"County": None, "State": None}, NO_COORDINATES | {"County": None, "State": "PR"})
    assert places.nowhere == 2


def test_coordinates_outside_the_country_are_none():
    assert sums_of({}, {"Latitude": 0.0, "Longitude": 0.0}) == {"Mecklenburg, NC": 1}


def test_the_best_are_points_the_rest_are_summed():
    many = pl.concat([master({})] * (POINTS_SUFFIX + 3))
    places = place_candidates(many, load_outlines())
    assert places.points["rank"].to_list() == list(range(1, POINTS_SUFFIX + 1))
    assert places.sums.select("label", "count", "mean", "best").row(0) == ("Mecklenburg, NC", 3, 7.5, 7.5)


def test_the_rest_without_a_county_is_summed_by_its_position():
    many = pl.concat([master({"County": None, "State": None})] * (POINTS_SUFFIX + 3))
    assert place_candidates(many, load_outlines()).sums["label"].to_list() == ["Mecklenburg, NC"]


def test_a_table_without_any_place_is_nowhere():
    bare = master({}).drop("Latitude", "Longitude", "County", "State")
    assert place_candidates(bare, load_outlines()).nowhere == 1


def test_the_map_shows_where_the_candidates_are():
    left, top, width, height = choose_view(placed_of({}, {"Latitude": 33.7, "Longitude": -84.4}))
    assert width < WIDTH / 4
    assert abs(width / height - WIDTH / HEIGHT) < 0.01
    assert left > WIDTH / 2
    assert top > HEIGHT / 2


def test_the_map_shows_the_country_where_they_are_everywhere():
    assert choose_view(placed_of({}, {"Latitude": 47.6, "Longitude": -122.3})) == (0, 0, WIDTH, HEIGHT)
