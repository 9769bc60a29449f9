"""An ID stays with its property, whatever else is there."""

import polars as pl
import pytest

from flexscout.matching.clusters import MatchSettings, find_clusters
from flexscout.matching.property_ids import assign_property_ids

ROW = {"Address": "1 Main St", "City": "Boca Raton", "State": "FL", "Zip Code": None, "APN": None, "Unit": None, "County": None}
PLACE = {"Source File": "a.xlsx", "Source Sheet": "S", "Source Row": 2}


def ids(*rows, **linking):
    """The ID of each row's property."""
    frame = pl.DataFrame(
        [ROW | PLACE | row for row in rows], infer_schema_length=None, schema_overrides=dict.fromkeys(ROW, pl.String)
    )
    groups = find_clusters(frame, MatchSettings(**linking))
    first = groups.cluster_ids.is_first_distinct()
    return assign_property_ids(groups.identity_keys.filter(first), frame.filter(first)).to_list()


def test_an_id_is_short_and_the_same_in_every_run():
    """If this fails, the notes that people keep by ID are lost."""
    assert ids({}) == ["P-49F93BF8C30F"]


@pytest.mark.parametrize(
    "other",
    [
        {"Address": "1 MAIN STREET"},
        {"Source File": "z.xlsx", "Source Row": 9},
        {"Zip Code": "33432"},
        {"APN": "06-43"},
        {"State": "Florida"},
    ],
)
def test_how_a_row_is_written_and_where_it_stands_changes_no_id(other):
    assert ids(other) == ids({})


def test_other_rows_change_no_id():
    (alone,) = ids({})
    assert ids({"Address": "2 Main St"}, {}, {"Address": "1 MAIN ST.", "Source File": "b.xlsx"})[1] == alone


def test_different_properties_have_different_ids():
    found = ids({}, {"Address": "2 Main St"}, {"City": "Tampa"}, {"Address": "1 Main St # 4"})
    assert len(set(found)) == 4


def test_a_row_without_a_house_number_is_known_by_its_parcel():
    multiple = {"Address": "Multiple", "APN": "06-43", "County": "Palm Beach"}
    assert ids(multiple) == ids(multiple | {"Address": None, "APN": "0643", "Source File": "b.xlsx"})
    assert ids(multiple) != ids(multiple | {"APN": "06-44"})


def test_rows_that_say_nothing_else_are_numbered_by_their_source():
    nothing = {"Address": None}
    first, second = ids(nothing, nothing | {"Source Row": 1})
    assert first == f"{second}-2"


def test_the_name_of_a_file_that_lacks_the_city_is_in_no_id():
    frames = [pl.DataFrame({"Address": ["1 Main St"], "State": ["FL"], **{name: [value] for name, value in PLACE.items()}})]
    frames += [frames[0].with_columns(pl.lit("b.xlsx").alias("Source File"))]
    first, second = (assign_property_ids(find_clusters(frame).identity_keys, frame).item() for frame in frames)
    assert first == second


def test_parcels_that_are_kept_apart_have_their_own_ids():
    found = ids({"APN": "1"}, {"APN": "2"}, policy="parcel")
    assert len(set(found)) == 2
    assert ids({"APN": "2"}, policy="parcel") == [found[1]]
