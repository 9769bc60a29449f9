"""Positions of candidates on the map."""

import polars as pl

from flexscout.outputs.html.candidate_map import choose_view
from flexscout.outputs.html.outlines import load_outlines
from flexscout.outputs.html.positions import HEIGHT, MAX_POINTS, WIDTH, place_candidates
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


def test_candidates_without_coordinates_are_summed_by_county():
    assert sums_of({}, NO_COORDINATES, NO_COORDINATES) == {"Mecklenburg, NC": 2}


def test_candidates_without_a_county_are_summed_by_state():
    assert sums_of({}, NO_COORDINATES | {"County": None}, NO_COORDINATES | {"County": "Nowhere"}) == {
        "North Carolina, county unknown": 2
    }


def test_candidates_without_a_place_are_counted():
    places = placed_of({}, NO_COORDINATES | {"County": None, "State": None}, NO_COORDINATES | {"County": None, "State": "PR"})
    assert places.unplaced == 2


def test_coordinates_outside_the_country_are_ignored():
    assert sums_of({}, {"Latitude": 0.0, "Longitude": 0.0}) == {"Mecklenburg, NC": 1}


def test_the_best_candidates_are_points_and_the_rest_are_summed():
    many = pl.concat([master({})] * (MAX_POINTS + 3))
    places = place_candidates(many, load_outlines())
    assert places.points["rank"].to_list() == list(range(1, MAX_POINTS + 1))
    assert places.sums.select("label", "count", "mean", "best").row(0) == ("Mecklenburg, NC", 3, 7.5, 7.5)


def test_candidates_without_a_county_are_summed_by_position():
    many = pl.concat([master({"County": None, "State": None})] * (MAX_POINTS + 3))
    assert place_candidates(many, load_outlines()).sums["label"].to_list() == ["Mecklenburg, NC"]


def test_a_table_without_places_is_unplaced():
    bare = master({}).drop("Latitude", "Longitude", "County", "State")
    assert place_candidates(bare, load_outlines()).unplaced == 1


def test_the_map_shows_the_area_of_the_candidates():
    left, top, width, height = choose_view(placed_of({}, {"Latitude": 33.7, "Longitude": -84.4}))
    assert width < WIDTH / 4
    assert abs(width / height - WIDTH / HEIGHT) < 0.01
    assert left > WIDTH / 2
    assert top > HEIGHT / 2


def test_the_map_shows_the_whole_country_for_distant_candidates():
    assert choose_view(placed_of({}, {"Latitude": 47.6, "Longitude": -122.3})) == (0, 0, WIDTH, HEIGHT)
