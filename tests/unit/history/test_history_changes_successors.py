"""Finding properties whose ID changed."""

import polars as pl
import pytest

from flexscout.history.changes import compare_properties
from flexscout.history.property_identity import find_successors
from results import listed, master


def at(name, **values):
    """Return a property at 12 Main Street, Boca Raton, with an ID."""
    place = {"Address": "12 Main Street", "City": "Boca Raton", "State": "FL", "Zip_Code": "33432"}
    return listed(1, Property_ID=name, **(place | values))


def successors_of(old, new):
    """Map old IDs to new ones."""
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
def test_a_property_is_found_by_its_place_or_parcel(now):
    before = at("P-old", APN="06434712", County="PALM BEACH")
    assert successors_of([before], [at("P-new", **now)]) == {"P-old": "P-new"}
    assert compare_properties(master(before), master(at("P-new", **now))).counts["new"] == 0


@pytest.mark.parametrize(
    "now", [{"City": "BOCA RATON"}, {"City": "Boca", "APN": "0643-4712", "County": "Palm Beach"}], ids=["by city", "by parcel"]
)
def test_a_property_is_found_when_its_state_becomes_known(now):
    before = at("P-old", State=None, Zip_Code=None, APN="06434712", County="PALM BEACH")
    assert successors_of([before], [at("P-new", **now)]) == {"P-old": "P-new"}
    assert successors_of([before], [at("P-a", **now), at("P-b", State="GA", **now)]) == {}


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
def test_a_contradiction_means_another_property(now):
    assert successors_of([at("P-old", APN="06434712")], [at("P-new", **now)]) == {}


def test_a_corrected_address_keeps_its_parcel_without_a_county():
    before, now = at("P-old", APN="0643-4712"), at("P-new", APN="06434712", Address="9 Oak Road", City="Delray", Zip_Code="33444")
    assert successors_of([before], [now]) == {"P-old": "P-new"}
    assert successors_of([before | {"County": "Cobb"}], [now | {"County": "Palm Beach"}]) == {}


def test_an_ambiguous_property_is_not_followed():
    assert successors_of([at("P-old")], [at("P-a"), at("P-b")]) == {}
    assert successors_of([at("P-a"), at("P-b")], [at("P-new")]) == {}


def test_an_id_that_still_exists_is_not_followed():
    assert successors_of([at("P-old")], [at("P-old", Address="1 Elsewhere"), at("P-new")]) == {}


@pytest.mark.parametrize("without", [pl.DataFrame(), master().drop("Property ID")])
def test_tables_without_ids_have_no_successors(without):
    assert find_successors(without, master(at("P-new"))).is_empty()
    assert find_successors(master(at("P-old")), without).is_empty()
