"""Laws of scoring, deduplication and accounting, tested with Hypothesis."""

import tempfile
from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from examples import examples
from flexscout.config.settings import PipelineConfiguration
from flexscout.domain.tables import combine_tables
from flexscout.matching.keys import build_duplicate_keys
from flexscout.merging.survivors import deduplicate
from flexscout.notebook.processors import FileProcessor
from flexscout.pipeline import ScalableFlexPipeline
from flexscout.scoring import MODIFIED
from flexscout.scoring.eligibility import classify_frame
from flexscout.scoring.scorer import FlexPropertyScorer
from in_process import run_in_process
from workbooks import HEADER, write_workbook

WORDS = ("Flex", "Warehouse", "Industrial", "light industrial", "Office", "Self Storage", "WAREH/DIST", "", None)
numbers = st.one_of(
    st.none(), st.floats(-10, 400_000, allow_nan=False), st.sampled_from([20_000.0, 50_000.0, 100_000.0, 200_000.0])
)
acres = st.one_of(st.none(), st.floats(-1, 60, allow_nan=False), st.sampled_from([0.5, 1.0, 5.0, 10.0, 20.0]))
properties = st.fixed_dictionaries(
    {
        "Property Type": st.sampled_from(WORDS),
        "Address": st.sampled_from(["1 Main St", "1 MAIN STREET", "2 Oak Ave", "0 Main St", "Multiple", None]),
        "City": st.sampled_from(["Charlotte", "charlotte", None]),
        "State": st.sampled_from(["NC", "GA"]),
        "Building SqFt": numbers,
        "Lot Size Acres": acres,
        "Year Built": st.one_of(st.none(), st.integers(1800, 2100)),
        "Occupancy": st.one_of(st.none(), st.floats(0, 100, allow_nan=False)),
    }
)
SCHEMA = {
    "Property Type": pl.String,
    "Address": pl.String,
    "City": pl.String,
    "State": pl.String,
    "Building SqFt": pl.Float64,
    "Lot Size Acres": pl.Float64,
    "Year Built": pl.Int64,
    "Occupancy": pl.Float64,
}
FIELDS = ("Address", "City", "State")
few = examples(6, suppress_health_check=[HealthCheck.too_slow])
some = examples(25)
with_many_rows = examples(8)  # scoring a frame takes as long for forty rows as for one


def frame_of(rows):
    return pl.DataFrame(rows, schema=SCHEMA)


def because(_, removed):
    texts = {"Match": "same fields", "Evidence": "", "Decision": None, "Decided": None}
    return removed.with_columns(pl.lit(text, pl.String).alias(name) for name, text in texts.items()).select(texts.keys())


def scored_of(rows):
    """Build a frame as before deduplication: scored, with sources and keys."""
    scored = FlexPropertyScorer().score(frame_of(rows))
    source = [
        pl.lit("a.xlsx").alias("Source File"),
        pl.lit("S").alias("Source Sheet"),
        pl.int_range(pl.len()).alias("Source Row"),
    ]
    keys = build_duplicate_keys(scored, FIELDS).cast(pl.String).alias("key")
    return scored.with_columns(*source, keys, pl.lit(0.0).alias(MODIFIED))


@with_many_rows
@given(st.lists(properties, min_size=20, max_size=40))
def test_a_score_lies_between_0_and_10_and_never_above_its_ceiling(rows):
    scored = FlexPropertyScorer().score(frame_of(rows))
    assert scored["Flex Score"].is_between(0, 10).all()
    assert (scored["Score Ceiling"] >= scored["Flex Score"]).all()
    assert scored["Completeness"].is_between(0, 1).all()


@with_many_rows
@given(st.lists(properties, min_size=20, max_size=40))
def test_a_score_is_the_sum_of_its_points(rows):
    scored = FlexPropertyScorer().score(frame_of(rows))
    points = [name for name in scored.columns if name.endswith(" Points")]
    assert scored.select(pl.sum_horizontal(points).clip(0, 10)).to_series().to_list() == scored["Flex Score"].to_list()


@some
@given(properties)
def test_one_record_and_a_column_of_them_score_the_same(row):
    scorer = FlexPropertyScorer()
    score, points = scorer.calculate_flex_score(row)
    scored = scorer.score(frame_of([row])).row(0, named=True)
    assert score == scored["Flex Score"]
    assert points == {name: scored[name] for name in points}


@with_many_rows
@given(st.lists(properties, min_size=20, max_size=40))
def test_every_row_is_a_candidate_or_has_a_reason(rows):
    classified = classify_frame(frame_of(rows), FlexPropertyScorer().profile, 4.0)
    is_candidate = classified["__status"] == "candidate"
    assert ((classified["__reasons"] == "") == is_candidate).all()
    assert (classified.filter(is_candidate)["Flex Score"] >= 4).all()


@some
@given(st.lists(properties, min_size=1, max_size=20))
def test_deduplication_is_idempotent(rows):
    once = deduplicate(scored_of(rows), "key", because)
    again = deduplicate(scored_of(once.survivors.select(SCHEMA.keys()).to_dicts()), "key", because)
    assert again.merge_log.is_empty()
    assert again.survivors.height == once.survivors.height


@some
@given(st.lists(properties, min_size=1, max_size=20), st.randoms())
def test_the_order_of_rows_does_not_change_what_survives(rows, random):
    frame = scored_of(rows)
    order = list(range(frame.height))
    random.shuffle(order)
    kept, shuffled = (deduplicate(part, "key", because) for part in (frame, frame[order]))
    assert kept.survivors.equals(shuffled.survivors)
    assert kept.merge_log.equals(shuffled.merge_log)


@some
@given(st.lists(properties, min_size=2, max_size=20), st.integers(1, 19))
def test_combining_loses_no_row(rows, cut):
    frame = scored_of(rows)
    assert combine_tables([frame.head(cut), frame.slice(cut)]).height == frame.height


cells = st.one_of(
    st.none(),
    st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF), max_size=12),
    st.integers(-5, 60_000),
    st.just("TOTAL"),
    st.just("Flex"),
)


@few
@given(st.lists(st.lists(cells, min_size=8, max_size=8), min_size=1, max_size=12))
def test_the_account_of_any_sheet_balances(rows):
    with tempfile.TemporaryDirectory() as folder:
        result = FileProcessor().process_file(write_workbook(Path(folder, "any.xlsx"), [HEADER, *rows]))
    assert result.account.balances
    assert result.success or result.record.error.code == "no_rows"
    assert result.property_count == result.account.rows_read - result.account.blank - result.account.not_data


@few
@given(st.lists(properties, min_size=1, max_size=12), st.lists(properties, min_size=1, max_size=12), st.integers(1, 4))
def test_file_order_and_workers_change_no_byte_of_the_csv(first, second, workers):
    with tempfile.TemporaryDirectory() as folder:
        config = PipelineConfiguration(
            input_folder=f"{folder}/in", output_file=f"{folder}/a.xlsx", log_file=f"{folder}/log", report_file=f"{folder}/r.json"
        )
        for name, rows in (("one", first), ("two", second)):
            write_workbook(Path(folder, f"in/{name}.xlsx"), [HEADER, *(tuple(row.values()) for row in rows)])
        run_in_process(config)
        changes = {"output_file": f"{folder}/b.xlsx", "max_workers": workers, "batch_size": 1, "reuse": False}
        again = config.model_copy(update=changes)
        ScalableFlexPipeline(again).run()
        assert Path(folder, "a.csv").read_bytes() == Path(folder, "b.csv").read_bytes()
        assert Path(folder, "a.xlsx").read_bytes() == Path(folder, "b.xlsx").read_bytes()
