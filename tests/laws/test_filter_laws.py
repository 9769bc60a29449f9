"""Laws of row filters, tested with Hypothesis."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from examples import examples
from flexscout.domain.column_names import STATUS
from flexscout.models import RowStatus
from flexscout.scoring.eligibility import classify_frame
from flexscout.scoring.profile_files import load_profile
from flexscout.scoring.row_filter import apply_filter, parse_filter

PROFILE = load_profile("flex-industrial")
SCHEMA = {
    "Property Type": pl.String,
    "State": pl.String,
    "Building SqFt": pl.Float64,
    "Lot Size Acres": pl.Float64,
    "Year Built": pl.Int32,
    "Sold Price": pl.Float64,
    "Near Highway": pl.Boolean,
}
rows = st.lists(
    st.fixed_dictionaries(
        {
            "Property Type": st.sampled_from(["Flex", "Office", None]),
            "State": st.sampled_from(["NC", "GA", None]),
            "Building SqFt": st.sampled_from([30_000.0, 5_000.0, None]),
            "Lot Size Acres": st.sampled_from([2.0, None]),
            "Year Built": st.sampled_from([1950, 1995, None]),
            "Sold Price": st.one_of(st.none(), st.floats(0, 1e7)),
            "Near Highway": st.sampled_from([True, False, None]),
        }
    ),
    max_size=20,
)
conditions = st.sampled_from(
    [
        "State = 'NC'", "State IN ('NC', 'GA')", '"Sold Price" < 5000000', '"Sold Price" BETWEEN 1 AND 100', '"Near Highway"',
        '"Sold Price" IS NULL', '"Year Built" >= 1990', "lower(State) LIKE 'n%'", 'coalesce("Sold Price", 0) > 7',
        '"Flex Score" >= 5',
    ]
)  # fmt: skip
filters = st.recursive(
    conditions,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(lambda parts: f"({' '.join(parts)})"),
        inner.map(lambda part: f"NOT ({part})"),
    ),
    max_leaves=6,
)
some = examples(25)


@some
@given(rows, filters)
def test_a_filter_keeps_the_candidates_that_a_polars_filter_keeps(given_rows, text):
    classified = classify_frame(pl.DataFrame(given_rows, schema=SCHEMA).with_row_index("row"), PROFILE, 4.0)
    filtered = apply_filter(classified, parse_filter(text))
    candidate = pl.col(STATUS) == RowStatus.CANDIDATE
    plain = classified.filter(pl.sql_expr(text))
    assert filtered.frame.filter(candidate)["row"].to_list() == plain.filter(candidate)["row"].to_list()
    assert filtered.filtered_out + plain.height == classified.height == filtered.frame.height


@some
@given(rows, filters)
def test_a_filter_leaves_kept_rows_unchanged_and_is_idempotent(given_rows, text):
    where = parse_filter(text)
    classified = classify_frame(pl.DataFrame(given_rows, schema=SCHEMA).with_row_index("row"), PROFILE, 4.0)
    filtered = apply_filter(classified, where).frame
    kept = classified.filter(pl.sql_expr(text))
    assert filtered.join(kept, on="row", how="semi").equals(kept)
    assert apply_filter(filtered, where).frame[STATUS].equals(filtered[STATUS])
