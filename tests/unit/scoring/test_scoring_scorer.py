"""FlexPropertyScorer: score, completeness, ceiling and class of records and frames."""

import pandas as pd
import polars as pl
import pytest

from flexscout.scoring.eligibility import classify_frame
from flexscout.scoring.profile import Profile
from flexscout.scoring.profile_files import load_profile
from flexscout.scoring.score import score_columns
from flexscout.scoring.scorer import FlexPropertyScorer

SCORED = score_columns(load_profile("flex-industrial"))

BEST = {"Property Type": "Flex", "Building SqFt": 30_000.0, "Lot Size Acres": 2.0, "Year Built": 1995, "Occupancy": 80.0}
ROWS = [
    BEST,
    BEST | {"Property Type": "Warehouse", "Occupancy": None},
    BEST | {"Property Type": None},
    BEST | {"Year Built": None, "Occupancy": None},
    BEST | {"Building SqFt": None, "Lot Size Acres": None, "Year Built": None},
    BEST | {"Property Type": "Office", "Building SqFt": 1_000.0},
    dict.fromkeys(BEST),
]
SCHEMA = {name: pl.String if name == "Property Type" else pl.Float64 for name in BEST}
NAN = float("nan")
TEXT_KINDS = ["object", "string", *(["str"] if int(pd.__version__.split(".")[0]) >= 3 else [])]  # before, str made texts of None


def polars_frame(rows=ROWS):
    return pl.DataFrame(rows, schema=SCHEMA)


def pandas_frame(rows=ROWS):
    return pd.DataFrame(rows, columns=list(BEST)).astype(dict.fromkeys(list(BEST)[1:], "float64"))


def as_rows(frame):
    """Return the rows of a pandas or Polars frame as dicts, with None for missing values."""
    return pl.from_pandas(frame).to_dicts() if isinstance(frame, pd.DataFrame) else frame.to_dicts()


def scored(**values):
    return FlexPropertyScorer().score(polars_frame([BEST | values])).row(0, named=True)


def test_the_score_is_the_sum_of_the_points():
    score, points = FlexPropertyScorer().calculate_flex_score(BEST | {"Property Type": "Storage", "Lot Size Acres": 7})
    assert points == {
        "Building Size Points": 3,
        "Property Type Points": 1,
        "Lot Size Points": 1.5,
        "Age Points": 1,
        "Occupancy Points": 1,
    }
    assert score == 7.5


def test_the_best_property_scores_10():
    assert FlexPropertyScorer().calculate_flex_score(BEST)[0] == 10


def test_no_score_and_no_ceiling_is_above_the_cap():
    profile = load_profile("flex-industrial").model_copy(update={"cap": 6.0})
    classified = classify_frame(polars_frame([BEST, BEST | {"Property Type": None}]), profile, 0)
    assert classified["Flex Score"].to_list() == [6, 6]
    assert classified["Score Ceiling"].to_list() == [6, 6]


@pytest.mark.parametrize(("missing", "share"), [(0, 1.0), (1, 0.8), (2, 0.6), (3, 0.4), (4, 0.2), (5, 0.0)])
def test_completeness_is_the_share_of_the_five_factors_that_have_data(missing, share):
    assert scored(**dict.fromkeys(list(BEST)[:missing]))["Completeness"] == share


def test_an_absent_column_counts_as_missing_in_the_score_and_at_its_best_in_the_ceiling():
    row = FlexPropertyScorer().score(polars_frame().drop("Year Built", "Occupancy")).row(0, named=True)
    assert (row["Flex Score"], row["Score Ceiling"]) == (8, 10)


def test_an_absent_column_counts_as_missing_in_completeness():
    row = FlexPropertyScorer().score(polars_frame().drop("Year Built", "Occupancy")).row(0, named=True)
    assert row["Completeness"] == 0.6


@pytest.mark.parametrize(
    ("values", "ceiling"),
    [
        ({"Property Type": "Storage"}, 8),
        ({"Property Type": "Storage", "Occupancy": None}, 8),
        ({"Property Type": None, "Year Built": 1950}, 9),
        ({"Building SqFt": None, "Lot Size Acres": 15}, 9),
        (dict.fromkeys(BEST), 10),
    ],
)
def test_the_ceiling_is_the_score_if_every_missing_factor_took_its_best(values, ceiling):
    assert scored(**values)["Score Ceiling"] == ceiling


@pytest.mark.parametrize(
    ("score", "name"),
    [
        (10, "PRIME_FLEX"), (8, "PRIME_FLEX"), (7.99, "GOOD_FLEX"), (6, "GOOD_FLEX"), (5.99, "POTENTIAL_FLEX"),
        (4, "POTENTIAL_FLEX"), (3.99, "POSSIBLE_FLEX"), (2, "POSSIBLE_FLEX"), (1.99, "UNLIKELY_FLEX"), (0, "UNLIKELY_FLEX"),
    ],
)  # fmt: skip
def test_a_score_has_a_class(score, name):
    assert FlexPropertyScorer().get_flex_classification(score) == name


def test_the_class_of_a_row_is_that_of_its_score():
    scorer = FlexPropertyScorer()
    frame = scorer.score(polars_frame())
    assert frame["Flex Classification"].to_list() == [scorer.get_flex_classification(score) for score in frame["Flex Score"]]
    assert frame["Flex Classification"].n_unique() > 2


@pytest.mark.parametrize("row", ROWS)
def test_a_record_scores_as_it_does_in_a_frame(row):
    scorer = FlexPropertyScorer()
    in_frame = scorer.score(polars_frame([row])).row(0, named=True)
    score, points = scorer.calculate_flex_score(row)
    assert score == in_frame["Flex Score"]
    assert points == {name: in_frame[name] for name in points}


def test_a_missing_key_of_a_record_counts_as_a_missing_value():
    scorer = FlexPropertyScorer()
    assert scorer.calculate_flex_score({}) == scorer.calculate_flex_score(dict.fromkeys(BEST))


def test_unknown_keys_of_a_record_are_ignored():
    assert FlexPropertyScorer().calculate_flex_score(BEST | {"Broker Note": object()})[0] == 10


def test_a_row_of_a_pandas_frame_is_a_record():
    """pandas has NaN for missing values."""
    record = pandas_frame([BEST | {"Year Built": None, "Occupancy": None}]).iloc[0].to_dict()
    assert FlexPropertyScorer().calculate_flex_score(record)[0] == 8


@pytest.mark.parametrize("column", BEST)
def test_nan_in_a_record_is_a_missing_value(column):
    scorer = FlexPropertyScorer()
    assert scorer.calculate_flex_score(BEST | {column: NAN}) == scorer.calculate_flex_score(BEST | {column: None})


@pytest.mark.parametrize("column", list(BEST)[1:])
def test_nan_in_a_polars_frame_is_a_missing_value(column):
    scorer = FlexPropertyScorer()
    with_nan, with_null = (scorer.score(polars_frame([BEST | {column: value}])) for value in (NAN, None))
    assert with_nan.select(SCORED).equals(with_null.select(SCORED))


@pytest.mark.parametrize("column", list(BEST)[1:])
@pytest.mark.parametrize("make", [polars_frame, pandas_frame])
def test_an_infinite_number_is_a_missing_value(make, column):
    scorer = FlexPropertyScorer()
    infinite, missing = (as_rows(scorer.score(make([BEST | {column: value}]))) for value in (float("inf"), None))
    assert [{name: row[name] for name in SCORED} for row in infinite] == [{name: row[name] for name in SCORED} for row in missing]


@pytest.mark.parametrize("make", [polars_frame, pandas_frame])
def test_the_result_is_a_frame_of_the_same_kind_with_the_score_columns_last(make):
    frame = make()
    result = FlexPropertyScorer().score(frame)
    assert type(result) is type(frame)
    assert list(result.columns) == [*BEST, *SCORED]


def test_pandas_and_polars_score_the_same():
    scorer = FlexPropertyScorer()
    assert as_rows(scorer.score(pandas_frame())) == as_rows(scorer.score(polars_frame()))


def test_pandas_and_polars_classify_the_same():
    profile = load_profile("flex-industrial")
    assert as_rows(classify_frame(pandas_frame(), profile, 4.0)) == as_rows(classify_frame(polars_frame(), profile, 4.0))


@pytest.mark.parametrize("kind", TEXT_KINDS)
def test_any_text_dtype_of_pandas_works(kind):
    frame = pandas_frame().astype({"Property Type": kind})
    profile = load_profile("flex-industrial")
    expected = classify_frame(polars_frame(), profile, 4.0)["__reasons"].to_list()
    assert list(classify_frame(frame, profile, 4.0)["__reasons"]) == expected


def test_repeated_texts_score_in_pandas_with_arrow_types():
    frame = polars_frame([*ROWS, *[BEST] * 30])
    scored = FlexPropertyScorer().score(frame.to_pandas(use_pyarrow_extension_array=True))
    assert list(scored["Flex Score"]) == FlexPropertyScorer().score(frame)["Flex Score"].to_list()


@pytest.mark.parametrize("kind", ["float64", "Float64", "Int64", "float32"])
def test_any_number_dtype_of_pandas_works(kind):
    frame = pandas_frame().astype({"Building SqFt": kind, "Year Built": kind})
    expected = FlexPropertyScorer().score(polars_frame())["Flex Score"].to_list()
    assert list(FlexPropertyScorer().score(frame)["Flex Score"]) == expected


def test_a_pandas_frame_keeps_its_index():
    frame = pandas_frame().set_axis([7, 3, 3, 9, 1, 0, 5])
    assert list(FlexPropertyScorer().score(frame).index) == [7, 3, 3, 9, 1, 0, 5]


def test_the_input_frame_is_unchanged():
    frame = pandas_frame()
    FlexPropertyScorer().score(frame)
    assert list(frame.columns) == list(BEST)


def test_scoring_twice_gives_the_same_result():
    scorer = FlexPropertyScorer()
    once = scorer.score(polars_frame())
    assert scorer.score(once).equals(once)


@pytest.mark.parametrize("name", ["Broker Note", "__index_level_0__", "__Year Built"])
def test_unknown_columns_are_kept_as_is(name):
    frame = polars_frame([BEST]).with_columns(pl.lit("x").alias(name))
    assert FlexPropertyScorer().score(frame)[name].to_list() == ["x"]


@pytest.mark.parametrize("empty", [pl.DataFrame(schema=SCHEMA), pandas_frame([])], ids=["polars", "pandas"])
def test_a_frame_without_rows_can_be_classified(empty):
    result = classify_frame(empty, load_profile("flex-industrial"), 4.0)
    assert result.shape == (0, len(BEST) + len(SCORED) + 4)


def test_a_column_without_any_value_is_missing_in_every_row():
    """Polars gives such a column the type Null."""
    frame = pl.DataFrame({name: [None, None] for name in BEST})
    result = classify_frame(frame, load_profile("flex-industrial"), 4.0)
    assert result["Flex Score"].to_list() == [0, 0]
    assert result["__to_verify"].to_list() == [True, True]


@pytest.mark.parametrize(("points", "expected"), [(1.005, 1.01), (1.0049, 1.0), (2.675, 2.68), (1.0051, 1.01)])
def test_a_score_rounds_halves_up_whatever_their_last_bit(points, expected):
    """1.005 and 2.675 are stored as slightly less than a half of their last decimal."""
    scorer = FlexPropertyScorer()
    factors = {"Age": {"column": "Year Built", "rules": [{"from": 1990, "points": points}]}}
    scorer.profile = Profile.model_validate({"name": "p", "decimals": 2, "factors": factors, "classes": {"A": 0}})
    assert scorer.calculate_flex_score({"Year Built": 2000})[0] == expected


def test_completeness_has_four_decimals():
    scored = FlexPropertyScorer("parcel").score(pl.DataFrame({"Zoning Code": ["IL"]}))
    assert scored["Completeness"].to_list() == [0.1667]
