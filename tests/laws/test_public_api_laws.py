"""Laws of the public classes that span several stages."""

from itertools import pairwise

import pandas as pd
import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from test_pipeline_laws import SCHEMA, properties

from examples import examples
from flexscout.notebook.aggregator import ResultAggregator
from flexscout.notebook.classifier import FlexPropertyClassifier
from flexscout.scoring.eligibility import classify_frame
from flexscout.scoring.profile_files import load_profile
from frames import rows_of

some = examples(15)
few = examples(6)  # one merge takes as long as scoring twenty frames
faces = ResultAggregator()
scored = st.tuples(
    properties,
    st.one_of(st.none(), st.sampled_from([4.0, 6.5, 9.0])),
    st.sampled_from(["a.xlsx", "b.xlsx", None]),
).map(lambda parts: parts[0] | {"Flex Score": parts[1], "Source File": parts[2]})
frames = st.lists(scored, min_size=1, max_size=20).map(
    lambda rows: pl.DataFrame(rows, schema=SCHEMA | {"Flex Score": pl.Float64, "Source File": pl.String}).with_row_index("n")
)
mixed = st.one_of(
    st.none(), st.integers(-5, 60_000), st.floats(), st.booleans(), st.dates().map(pd.Timestamp), st.just(pd.NA),
    st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF), max_size=8), st.sampled_from(["5 Main St", "TOTAL", "Flex"]),
)  # fmt: skip


@few
@given(frames)
def test_deduplication_is_idempotent_on_frames(frame):
    once = faces.deduplicate_properties(frame)
    assert faces.find_duplicates(once).is_empty()
    assert faces.deduplicate_properties(once).equals(once)


@few
@given(frames)
def test_pandas_and_polars_agree_row_for_row(frame):
    other = frame.to_pandas()
    for call in (faces.deduplicate_properties, faces.sort_by_score):
        assert list(call(other)["n"]) == call(frame)["n"].to_list()
    assert rows_of(faces.find_duplicates(other)) == rows_of(faces.find_duplicates(frame))


@few
@given(frames)
def test_every_row_stays_or_is_in_the_merge_log_and_sorting_loses_none(frame):
    removed = faces.find_duplicates(frame)["Removed Position"].to_list()
    assert sorted([*removed, *faces.deduplicate_properties(frame)["n"]]) == frame["n"].to_list()
    assert sorted(faces.sort_by_score(frame)["n"]) == frame["n"].to_list()


@few
@given(st.lists(st.lists(mixed, min_size=6, max_size=6), max_size=8), st.permutations(range(8)))
def test_pandas_frames_of_mixed_cells_never_crash_and_stay_unchanged(rows, labels):
    names = ["Address", "City", "Property Type", "Building SqFt", "Flex Score", "Note"]
    frame = pd.DataFrame(rows, columns=names, index=[label // 2 for label in labels[: len(rows)]], dtype=object)
    before = frame.copy()
    faces.sort_by_score(faces.deduplicate_properties(frame))
    faces.combine_results([frame, frame])
    FlexPropertyClassifier(frame).get_analysis_statistics()
    pd.testing.assert_frame_equal(frame, before)


@some
@given(st.lists(properties, min_size=1, max_size=20))
def test_the_last_step_of_the_figures_leaves_the_candidates(rows):
    figures = FlexPropertyClassifier(pl.DataFrame(rows, schema=SCHEMA)).get_analysis_statistics()
    steps = figures["criteria"]
    assert steps[0]["before"] == figures["rows"]["properties"]
    assert steps[-1]["after"] == figures["candidates"]
    assert all(step["after"] == following["before"] for step, following in pairwise(steps))


@some
@given(st.lists(properties.filter(lambda row: row["Address"]), min_size=1, max_size=20))
def test_a_typed_frame_scores_as_its_columns_do(rows):
    frame = pl.DataFrame(rows, schema=SCHEMA).with_columns(
        pl.col("Building SqFt", "Lot Size Acres").abs().round(2), Occupancy=pl.lit(95.0)
    )
    expected = classify_frame(frame, load_profile("flex-industrial"), 4.0)
    found = FlexPropertyClassifier(frame).classify_flex_properties()
    candidates = expected.filter(pl.col("__status") == "candidate")
    assert sorted(found["Flex Score"]) == sorted(candidates["Flex Score"])
