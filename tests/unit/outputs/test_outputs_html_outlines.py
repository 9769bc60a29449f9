"""Outlines of states and counties, and the projection."""

import polars as pl
import pytest

from flexscout.outputs.html.outlines import fold_place, load_outlines
from flexscout.outputs.html.positions import HEIGHT, WIDTH, project_places


def on_map(*places):
    x, y = project_places(pl.col("longitude"), pl.col("latitude"))
    frame = pl.DataFrame(places, schema=["longitude", "latitude"], orient="row")
    return frame.select(x.alias("x"), y.alias("y"))


@pytest.mark.parametrize("place", [(0.0, 0.0), (-80.84, -35.22), (80.84, 35.22), (-66.1, 18.4), (-99.1, 19.4)])
def test_positions_outside_the_fifty_states_are_not_on_the_map(place):
    assert on_map(place).row(0) == (None, None)


def test_every_center_is_on_the_map():
    places = load_outlines().places
    assert (
        places.filter(pl.col("x").is_between(0, WIDTH) & pl.col("y").is_between(0, HEIGHT)).height == places.height == 3142 + 51
    )


@pytest.mark.parametrize(
    ("state", "name", "fips"),
    [
        ("NC", "mecklenburg county", "37119"),
        ("MO", "Saint Louis", "29189"),
        ("MO", "ST. LOUIS CITY", "29510"),
        ("VA", "Richmond", "51159"),
        ("VA", "Richmond City", "51760"),
        ("VA", "Norfolk", "51710"),
        ("LA", "Orleans Parish", "22071"),
        ("NM", "DOÑA ANA", "35013"),
        ("GA", "De Kalb", "13089"),
        ("AK", "Anchorage Municipality", "02020"),
    ],
)
def test_a_county_is_found_by_name(state, name, fips):
    named = pl.DataFrame({"State": [state], "name": [name]}).with_columns(fold_place(pl.col("name")).alias("county"))
    assert named.join(load_outlines().select_county_names([state]), on=["State", "county"])["place"].to_list() == [fips]
