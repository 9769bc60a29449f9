"""Keys of many sheets in one frame are those that each sheet has alone."""

import polars as pl
import pytest

from flexscout.aggregation import combine
from flexscout.linkage import combined_keys, duplicate_keys

FIELDS = ("Address", "City", "State")
SHEETS = {
    ("a.xlsx", "S"): {"Address": ["1 Main St", "2 Oak St", None], "City": ["x", "x", "x"], "State": ["NC", None, "NC"]},
    ("a.xlsx", "T"): {"Address": ["1 Main St"], "City": ["x"]},
    ("b.xlsx", "S"): {"Address": ["1 Main St", "1 MAIN STREET"], "City": ["x", "x"]},
    ("c.xlsx", "S"): {"City": ["x"], "State": ["NC"]},
    ("d.xlsx", "S"): {"Address": ["1 Main St"], "State": ["NC"]},
}


def sheet_of(place, columns):
    return pl.DataFrame(columns).with_columns(pl.lit(place[0]).alias("Source File"), pl.lit(place[1]).alias("Source Sheet"))


@pytest.mark.parametrize("fields", [FIELDS, ("Address", "Zip Code"), ("City", "State"), ("APN",), ("Zip Code",)])
def test_a_combined_frame_has_the_keys_of_its_sheets(fields):
    frames = {place: sheet_of(place, columns) for place, columns in SHEETS.items()}
    alone = [key for (file, _), frame in frames.items() for key in duplicate_keys(frame, fields, file)]
    assert combined_keys(combine(frames.values()), fields).to_list() == alone


def test_without_sources_the_frame_is_one_sheet():
    frame = pl.DataFrame({"Address": ["1 Main St", "1 MAIN STREET"], "City": ["x", "x"]})
    assert combined_keys(frame, FIELDS).drop_nulls().len() == 2
    assert combined_keys(frame, FIELDS).n_unique() == 1


def test_rows_that_do_not_say_their_file_have_no_key_where_they_lack_a_state():
    frame = pl.DataFrame(
        {"Address": ["1 Main St"], "City": ["x"], "Source File": [None]}, schema_overrides={"Source File": pl.String}
    )
    assert combined_keys(frame, FIELDS).to_list() == [None]


def test_a_frame_without_rows_has_no_keys():
    assert combined_keys(pl.DataFrame(schema={"Address": pl.String}), FIELDS).is_empty()
