"""Property IDs stay the same from run to run."""

import polars as pl
import pytest

from flexscout.matching.clusters import MatchSettings, find_clusters
from flexscout.matching.property_ids import assign_property_ids

ROW = {"Address": "1 Main St", "City": "Boca Raton", "State": "FL", "Zip Code": None, "APN": None, "Unit": None, "County": None}
PLACE = {"Source File": "a.xlsx", "Source Sheet": "S", "Source Row": 2}


def ids(*rows, **settings):
    """Return the ID of each cluster."""
    frame = pl.DataFrame(
        [ROW | PLACE | row for row in rows], infer_schema_length=None, schema_overrides=dict.fromkeys(ROW, pl.String)
    )
    clusters = find_clusters(frame, MatchSettings(**settings))
    first = clusters.cluster_ids.is_first_distinct()
    return assign_property_ids(clusters.identify(first.arg_true()), frame.filter(first)).to_list()


def test_an_id_is_short_and_the_same_in_every_run():
    """If this fails, users lose the notes that are stored by ID."""
    assert ids({}) == ["P-5D5774C0EE225C13"]


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
def test_spelling_and_source_do_not_change_an_id(other):
    assert ids(other) == ids({})


def test_other_rows_do_not_change_an_id():
    (alone,) = ids({})
    assert ids({"Address": "2 Main St"}, {}, {"Address": "1 MAIN ST.", "Source File": "b.xlsx"})[1] == alone


def test_different_properties_have_different_ids():
    found = ids({}, {"Address": "2 Main St"}, {"City": "Tampa"}, {"Address": "1 Main St # 4"})
    assert len(set(found)) == 4


def test_a_row_without_a_house_number_gets_its_id_from_its_parcel():
    multiple = {"Address": "Multiple", "APN": "06-43", "County": "Palm Beach"}
    assert ids(multiple) == ids(multiple | {"Address": None, "APN": "0643", "Source File": "b.xlsx"})
    assert ids(multiple) != ids(multiple | {"APN": "06-44"})


def test_rows_with_equal_values_are_numbered_by_source():
    nothing = {"Address": None}
    first, second = ids(nothing, nothing | {"Source Row": 1})
    assert first == f"{second}-2"


def test_an_id_does_not_depend_on_the_file_name():
    frames = [pl.DataFrame({"Address": ["1 Main St"], "State": ["FL"], **{name: [value] for name, value in PLACE.items()}})]
    frames += [frames[0].with_columns(pl.lit("b.xlsx").alias("Source File"))]
    first, second = (
        assign_property_ids(find_clusters(frame).identify(pl.int_range(frame.height, eager=True)), frame).item()
        for frame in frames
    )
    assert first == second


def test_policy_parcel_gives_each_parcel_its_own_id():
    found = ids({"APN": "1"}, {"APN": "2"}, policy="parcel")
    assert len(set(found)) == 2
    assert ids({"APN": "2"}, policy="parcel") == [found[1]]
