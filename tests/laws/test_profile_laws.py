"""Laws of scoring for any profile and frame library, tested with Hypothesis."""

import string
from datetime import date, timedelta

import duckdb
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples import examples
from flexscout.scoring.eligibility import classify_frame
from flexscout.scoring.profile import Profile, find_value_kind
from flexscout.scoring.score import score_columns
from flexscout.scoring.scorer import FlexPropertyScorer

TODAY = date(2026, 1, 31)
SCORERS = {name: FlexPropertyScorer(name, as_of=TODAY) for name in ("flex-industrial", "parcel")}
TYPES = {"number": pl.Float64, "text": pl.String, "date": pl.Date}
NAN = float("nan")

# Letters, spaces and cases on which the libraries are most likely to disagree.
ODD = (
    " \t\n\r\u00a0\u2003\u3000\u200b\ufeff-\u2010\u2013\u2014_./,;:()&'\"\u2019\u00b7\u00ad"
    "\u00e9\u00c9\u00f1\u00d1\u00fc\u00df\u0131\u0130\u017f\u212a\u212b\u03a3\u03c3\u03c2\u01c5\uff41\uff21\u0301\U0001d405\U0001f600"
)
WORDS = (
    "Flex", "flexible", "WAREHOUSE", "warehousing", "wareh", "light", "industrial", "IND", "mfg", "Storage", "logistics",
    "IL", "M-1", "m", "1", "AGR/IND", "agr", "CG", "Boca Raton", "west", "Palm", "Beach", "Jupiter", "Cañon", "",
)  # fmt: skip
texts = st.one_of(
    st.none(),
    st.sampled_from(WORDS),
    st.lists(st.sampled_from([*WORDS, *ODD]), max_size=6).map("".join),
    st.lists(st.sampled_from(WORDS), max_size=4).flatmap(lambda words: st.sampled_from(ODD).map(lambda gap: gap.join(words))),
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8),
)
EDGES = (
    0.0, -0.0, 0.5, 1.0, 1.3, 2.0, 2.5, 3.0, 5.0, 10.0, 11.0, 13.0, 14.0, 20.0, 24.0, 50.0, 100.0, 150.0, 1980.0, 1990.0, 5e3,
    15e3, 2e4, 35e3, 5e4, 1e5, 2e5, 25e4, 5e5, 5e6, 1e-300, 1e300, float("inf"),
)  # fmt: skip
numbers = st.one_of(st.none(), st.just(NAN), st.sampled_from(EDGES), st.floats(-1e7, 1e7), st.integers(0, 10**6).map(float))
dates = st.one_of(st.none(), st.integers(-3, 740).map(lambda days: TODAY - timedelta(days=days)), st.dates(date(1900, 1, 1)))
VALUES = {"number": numbers, "text": texts, "date": dates}
some = examples(15)
few = examples(4)  # scoring a frame takes as long for forty rows as for one
MANY = {"min_size": 20, "max_size": 40}
profiles = pytest.mark.parametrize("name", SCORERS)


def rows_for(name, **sizes):
    """Draw lists of rows with all columns of a profile."""
    kinds = {column: find_value_kind(column) for column in SCORERS[name].profile.columns}
    return st.lists(st.fixed_dictionaries({column: VALUES[kind] for column, kind in kinds.items()}), **sizes)


def frame_of(rows, profile):
    """Build a frame of the rows, with a row number."""
    schema = {column: TYPES[find_value_kind(column)] for column in profile.columns}
    return pl.DataFrame(rows, schema=schema).with_row_index("row")


def scores_of(frame, name):
    """Return the score columns of each row."""
    return frame.select("row", *score_columns(SCORERS[name].profile)).to_dicts()


def as_polars(frame):
    """Convert a frame of any library to Polars, sorted by row number."""
    if isinstance(frame, pl.LazyFrame):
        frame = frame.collect()
    if isinstance(frame, duckdb.DuckDBPyRelation):
        frame = frame.pl()
    if isinstance(frame, pd.DataFrame):
        frame = pl.from_pandas(frame)
    return pl.DataFrame(frame).sort("row")


LIBRARIES = {
    "pandas": lambda frame: frame.to_pandas(),
    "pandas over Arrow": lambda frame: frame.to_pandas(use_pyarrow_extension_array=True),
    "PyArrow": lambda frame: frame.to_arrow(),
    "Polars, lazily": lambda frame: frame.lazy(),
    "DuckDB": lambda frame: duckdb.from_arrow(frame.to_arrow()),
}
STRANGE = (
    [f"{letter}L" for letter in ODD]
    + [f"flex{letter}space" for letter in ODD]
    + [f"{word.lower()}{letter}" for word in WORDS for letter in ODD]
)
libraries = pytest.mark.parametrize("library", LIBRARIES)


def assert_records_score_like_columns(scorer, rows, frame):
    """Check that each record scores like its row of the frame, without frames of its own."""
    for row, scored in zip(rows, scorer.score(frame).to_dicts(), strict=True):
        score, points = scorer.calculate_flex_score(row)
        assert {"Flex Score": score} | points == {key: scored[key] for key in ("Flex Score", *points)}


@profiles
@few
@given(st.data())
def test_one_record_and_a_column_of_them_score_the_same(name, data):
    rows = data.draw(rows_for(name, **MANY))
    assert_records_score_like_columns(SCORERS[name], rows, frame_of(rows, SCORERS[name].profile))


def test_a_record_treats_letters_and_gaps_like_a_column():
    rows = [{"Zoning Code": text, "City": text} for text in STRANGE]
    assert_records_score_like_columns(SCORERS["parcel"], rows, pl.DataFrame(rows))


@profiles
@few
@given(st.data())
def test_every_library_gives_the_same_score_columns(name, data):
    scorer = SCORERS[name]
    frame = frame_of(data.draw(rows_for(name, **MANY)), scorer.profile)
    expected = scores_of(scorer.score(frame), name)
    for library, convert in LIBRARIES.items():
        assert (library, scores_of(as_polars(scorer.score(convert(frame))), name)) == (library, expected)


@libraries
def test_every_library_treats_letters_and_gaps_alike(library):
    rows = pl.DataFrame({"Zoning Code": STRANGE, "City": STRANGE}).with_row_index("row")
    result = as_polars(SCORERS["parcel"].score(LIBRARIES[library](rows)))
    assert scores_of(result, "parcel") == scores_of(SCORERS["parcel"].score(rows), "parcel")


@profiles
@few
@given(st.data())
def test_pandas_and_polars_classify_the_same(name, data):
    profile = SCORERS[name].profile
    frame = frame_of(data.draw(rows_for(name, **MANY)), profile)
    columns = [*score_columns(profile), "__status", "__reasons", "__to_verify", "Unverified"]
    expected = classify_frame(frame, profile, 4.0, TODAY)
    result = pl.from_pandas(classify_frame(frame.to_pandas(), profile, 4.0, TODAY))
    assert result.select(columns).to_dicts() == expected.select(columns).to_dicts()


@profiles
@few
@given(st.data())
def test_a_score_lies_between_0_and_the_cap_and_never_above_its_ceiling(name, data):
    profile = SCORERS[name].profile
    scored = SCORERS[name].score(frame_of(data.draw(rows_for(name, **MANY)), profile))
    assert scored["Flex Score"].is_between(0, profile.cap).all()
    assert scored["Score Ceiling"].is_between(scored["Flex Score"], profile.cap).all()
    assert scored["Completeness"].is_between(0, 1).all()


@few
@given(rows_for("flex-industrial", min_size=2, max_size=2))
def test_filling_missing_values_never_exceeds_the_ceiling(rows):
    scorer, (thin, other) = SCORERS["flex-industrial"], rows
    full = {key: other[key] if pd.isna(value) else value for key, value in thin.items()}
    before, after = scorer.score(frame_of([thin, full], scorer.profile)).to_dicts()
    assert after["Flex Score"] <= before["Score Ceiling"]


@profiles
@few
@given(st.data(), st.randoms())
def test_the_order_of_rows_does_not_matter(name, data, random):
    frame = frame_of(data.draw(rows_for(name, **MANY)), SCORERS[name].profile)
    order = list(range(frame.height))
    random.shuffle(order)
    assert scores_of(SCORERS[name].score(frame[order]).sort("row"), name) == scores_of(SCORERS[name].score(frame), name)


@profiles
@few
@given(st.data())
def test_a_row_scores_alike_alone_and_repeated(name, data):
    """Repeated texts are matched once."""
    frame = frame_of(data.draw(rows_for(name, min_size=1, max_size=3)), SCORERS[name].profile)
    alone = SCORERS[name].score(frame)
    among = SCORERS[name].score(pl.concat([frame] * 9))
    assert scores_of(among, name) == scores_of(alone, name) * 9


small = st.integers(-5, 5).map(lambda half: half / 2)
ranges = st.tuples(small, small).filter(lambda ends: ends[0] < ends[1])
numeric_rules = st.one_of(
    st.builds(lambda ends, points: {"from": ends[0], "to": ends[1], "points": points}, ranges, small),
    st.builds(lambda ends, pair: {"above": ends[0], "below": ends[1], "points": pair}, ranges, st.tuples(small, small)),
    st.builds(lambda end, points: {"above": end, "points": points}, small, small),
)
word = st.text(st.sampled_from(string.ascii_lowercase + "éñß"), min_size=1, max_size=3)
text_rules = st.builds(
    lambda condition, words, points: {condition: words, "points": points},
    st.sampled_from(["words", "is"]), st.lists(word, min_size=1, max_size=3), small,
)  # fmt: skip
parts = st.one_of(
    st.builds(lambda rules: {"column": "Year Built", "rules": rules}, st.lists(numeric_rules, min_size=1, max_size=3)),
    st.builds(lambda rules: {"column": "City", "rules": rules}, st.lists(text_rules, min_size=1, max_size=3)),
    st.builds(
        lambda rules: {"ratio": {"of": ["Year Built"], "to": ["Year Built", "Occupancy"], "if_missing": 1}, "rules": rules},
        st.lists(numeric_rules, min_size=1, max_size=2),
    ),
)
factors = st.fixed_dictionaries(
    {"parts": st.lists(parts, min_size=1, max_size=2)},
    optional={"base": small, "cap": small, "weight": st.sampled_from([0.5, 1, 3]), "unknown": st.lists(parts, max_size=1)},
)
whole = st.fixed_dictionaries(
    {
        "name": st.just("drawn"), "score": st.sampled_from(["sum", "weighted mean"]), "classes": st.just({"A": 2, "B": 0}),
        "factors": st.dictionaries(st.sampled_from(["F", "G", "H"]), factors, min_size=1),
    },
    optional={"decimals": st.integers(0, 3), "cap": st.sampled_from([1, 10])},
)  # fmt: skip
SMALL_SCHEMA = {"Year Built": pl.Float64, "Occupancy": pl.Float64, "City": pl.String}
small_rows = st.lists(
    st.tuples(st.one_of(st.none(), small), st.one_of(st.none(), small), st.one_of(st.none(), word)), min_size=1, max_size=5
)


@some
@given(whole, small_rows)
def test_points_never_exceed_the_maximum_and_scores_never_exceed_the_ceiling(content, rows):
    scorer = FlexPropertyScorer(as_of=TODAY)
    scorer.profile = Profile.model_validate(content)
    scored = scorer.score(pl.DataFrame(rows, schema=SMALL_SCHEMA, orient="row"))
    assert (scored["Score Ceiling"] >= scored["Flex Score"]).all()
    assert (scored["Flex Score"] <= scorer.profile.cap).all()
    for name, factor in scorer.profile.factors.items():
        assert (scored[f"{name} Points"] <= factor.max_points).all()


@some
@given(whole, small_rows)
def test_records_and_columns_score_alike_by_any_profile(content, rows):
    scorer = FlexPropertyScorer(as_of=TODAY)
    scorer.profile = Profile.model_validate(content)
    frame = pl.DataFrame(rows, schema=SMALL_SCHEMA, orient="row")
    assert_records_score_like_columns(scorer, frame.to_dicts(), frame)


@pytest.mark.parametrize("condition", ["is", "words"])
@some
@given(texts.filter(lambda text: text and any(letter.isalnum() for letter in text)))
def test_a_rule_matches_every_text_it_names(condition, text):
    scorer = FlexPropertyScorer(as_of=TODAY)
    rules = [{condition: [text], "points": 1}]
    scorer.profile = Profile.model_validate(
        {"name": "x", "classes": {"A": 0}, "factors": {"F": {"column": "City", "rules": rules}}}
    )
    assert scorer.calculate_flex_score({"City": text})[0] == 1
