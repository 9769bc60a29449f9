"""Keys of sheets that don't have all compared columns."""

import polars as pl
import pytest

from flexscout.domain.tables import describe_missing_fields
from flexscout.matching.keys import build_duplicate_keys

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
def test_a_sheet_has_the_same_keys_alone_and_in_a_combined_frame(fields):
    frames = [sheet_of(place, columns) for place, columns in SHEETS.items()]
    alone = [key for frame in frames for key in build_duplicate_keys(frame, fields)]
    marks = pl.Series([describe_missing_fields(frame.columns, fields) for frame in frames for _ in range(frame.height)])
    assert build_duplicate_keys(pl.concat(frames, how="diagonal"), fields, marks).to_list() == alone


def test_a_frame_without_a_source_counts_as_one_file():
    frame = pl.DataFrame({"Address": ["1 Main St", "1 MAIN STREET"], "City": ["x", "x"]})
    assert build_duplicate_keys(frame, FIELDS).drop_nulls().len() == 2
    assert build_duplicate_keys(frame, FIELDS).n_unique() == 1


def test_an_empty_column_matches_nothing():
    frame = pl.DataFrame(
        {"Address": ["1 Main St"] * 2, "City": ["x"] * 2, "State": [None, ""]}, schema_overrides={"State": pl.String}
    )
    assert build_duplicate_keys(frame, FIELDS).to_list() == [None, None]


def test_rows_without_a_file_and_a_state_have_no_key():
    frame = pl.DataFrame(
        {"Address": ["1 Main St"], "City": ["x"], "Source File": [None]}, schema_overrides={"Source File": pl.String}
    )
    assert build_duplicate_keys(frame, FIELDS).to_list() == [None]
