"""A property that has another ID now is found again, where nothing else may be meant."""

import polars as pl
import pytest

from flexscout.history.changes import compare_properties
from flexscout.history.property_identity import find_successors
from results import listed, master


def at(name, **values):
    """A property at 12 Main Street, Boca Raton, by its ID."""
    place = {"Address": "12 Main Street", "City": "Boca Raton", "State": "FL", "Zip_Code": "33432"}
    return listed(1, Property_ID=name, **(place | values))


def followed(old, new):
    """Old ID -> new ID."""
    return dict(find_successors(master(*old), master(*new)).rows())


@pytest.mark.parametrize(
    "now",
    [
        {"City": "Boca", "Zip_Code": "33432-1234"},
        {"Address": "12 MAIN ST", "Zip_Code": None},
        {"City": "Delray Beach", "Zip_Code": "33444", "Address": "12 Mayn Street", "APN": "0643-4712", "County": "Palm Beach"},
    ],
    ids=["by ZIP code", "by city", "by parcel"],
)
def test_it_is_known_by_its_place_or_parcel(now):
    before = at("P-old", APN="06434712", County="PALM BEACH")
    assert followed([before], [at("P-new", **now)]) == {"P-old": "P-new"}
    assert compare_properties(master(before), master(at("P-new", **now))).counts["new"] == 0


@pytest.mark.parametrize(
    "now",
    [
        {"Address": "14 Main Street"},
        {"State": "GA"},
        {"Unit": "4"},
        {"APN": "99999999"},
        {"City": None, "Zip_Code": None},
    ],
    ids=["address", "state", "unit", "parcel", "no place"],
)
def test_what_contradicts_is_another_property(now):
    assert followed([at("P-old", APN="06434712")], [at("P-new", **now)]) == {}


def test_of_two_that_may_be_meant_none_is():
    assert followed([at("P-old")], [at("P-a"), at("P-b")]) == {}
    assert followed([at("P-a"), at("P-b")], [at("P-new")]) == {}


def test_an_id_that_is_still_there_is_not_followed():
    assert followed([at("P-old")], [at("P-old", Address="1 Elsewhere"), at("P-new")]) == {}


@pytest.mark.parametrize("without", [pl.DataFrame(), master().drop("Property ID")])
def test_without_ids_there_is_nothing_to_follow(without):
    assert find_successors(without, master(at("P-new"))).is_empty()
    assert find_successors(master(at("P-old")), without).is_empty()
