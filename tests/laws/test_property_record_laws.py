"""Laws of snapshots and property records."""

import csv
import tempfile
from datetime import date
from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from examples import examples
from flexscout.config import PipelineConfiguration
from flexscout.domain import REASONS, STATUS, TO_VERIFY, list_canonical_columns
from flexscout.merging.records import ADDRESS_UNIT, DAY, RANK, SHOWN, SURVIVOR, build_records
from flexscout.models import RowStatus
from in_process import run_in_process

HEADER = ("Property Name", "Property Type", "Address", "City", "State", "APN", "Building SqFt", "Lot Size Acres", "Occupancy",
          "Asking Price", "Owner Name")  # fmt: skip
APNS = (None, "1-1", "1.1", "22", "3")
FACTS = ("County", "Owner Name", "Asking Price")
whole_runs = examples(4, suppress_health_check=[HealthCheck.too_slow])
rows = st.lists(
    st.tuples(
        st.sampled_from(("Park A", None)),
        st.sampled_from(("Flex", "Warehouse", "Office")),
        st.sampled_from(("1 Main St", "1 MAIN STREET", "2 Oak Ave", "3 Elm St")),
        st.sampled_from(("Charlotte", "CHARLOTTE")),
        st.just("NC"),
        st.sampled_from(APNS),
        st.sampled_from((30_000, 30_100, 60_000, None)),
        st.sampled_from((2.0, 15.0, None)),
        st.sampled_from((60, 100, None)),
        st.sampled_from((1_000_000, 2_000_000, None)),
        st.sampled_from(("Acme", "Beta", None)),
    ),
    min_size=1,
    max_size=12,
)


def write(path, table):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *table])


def run(files):
    """Return the values and scores of the list of a run over some files."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, table in files.items():
            write(folder / "in" / file, table)
        config = PipelineConfiguration(
            input_folder=str(folder / "in"),
            file_pattern="*.csv",
            output_file=str(folder / "out/list.xlsx"),
            report_file=str(folder / "out/report.json"),
            log_file=str(folder / "log"),
            cache=str(folder / "cache"),
        )
        summary = run_in_process(config)
        for file in summary.report["files"]:
            if file["status"] == "ok":
                parts = ("candidates", "below_score", "not_eligible", "superseded", "blank", "not_data")
                assert file["rows_read"] == sum(file[part] for part in parts)
        kept = sum(file["candidates"] - file["duplicates_removed"] for file in summary.report["files"])
        table = pl.read_parquet(config.parquet_file)
        assert table.height == kept
        names = [column.name for column in list_canonical_columns() if column.name in table.columns]
        return table.select(*names, "Property ID", "Flex Score").sort("Property ID").to_dicts()


@whole_runs
@given(rows, st.data())
def test_a_file_and_its_parts_give_the_same_records(table, data):
    at = data.draw(st.integers(0, len(table)))
    whole = run({"a 2026-01-19.csv": table})
    parts = {f"{name} 2026-01-19.csv": part for name, part in (("a", table[:at]), ("b", table[at:])) if part}
    assert run(parts) == whole


@whole_runs
@given(rows, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_files_doesnt_change_which_properties_there_are(table, random):
    shuffled = random.sample(table, len(table))
    first, second = run({"a 2026-01-19.csv": table}), run({"a 2026-01-19.csv": shuffled})
    assert [(row["Property ID"], row["Flex Score"]) for row in first] == [
        (row["Property ID"], row["Flex Score"]) for row in second
    ]


@whole_runs
@given(rows)
def test_superseding_a_snapshot_with_an_equal_one_changes_nothing(table):
    once = run({"a 2026-01-19.csv": table})
    # A blank row makes the content different.
    again = run({"a 2026-01-12.csv": [*table, [None] * len(HEADER)], "a 2026-01-19.csv": table})
    assert again == once


def row(number, survivor, apn):
    facts = {name: None if number == 0 else float(number) if name == "Asking Price" else f"{name} of {apn}" for name in FACTS}
    day = date(2026, 1, 1 + number)
    return {
        RANK: number,
        SURVIVOR: survivor,
        DAY: day,
        SHOWN: f"source {number}",
        ADDRESS_UNIT: "",
        "APN": apn,
        "Flex Score": 5.0,
        **facts,
    }


def keep(records):
    outcome = (pl.lit(str(RowStatus.CANDIDATE)).alias(STATUS), pl.lit("").alias(REASONS), pl.lit(value=False).alias(TO_VERIFY))
    return records.with_columns(*outcome)


@examples(60)
@given(st.lists(st.sampled_from(APNS), min_size=1, max_size=6))
def test_a_record_never_mixes_values_of_two_parcels(apns):
    schema = {RANK: pl.get_index_type(), SURVIVOR: pl.get_index_type(), "APN": pl.String, **dict.fromkeys(FACTS[:2], pl.String)}
    frame = pl.DataFrame(
        [row(number, 0, apn) for number, apn in enumerate(apns)], schema_overrides=schema | {"Asking Price": pl.Float64}
    )
    built = build_records(frame.head(1), frame.tail(-1), (), keep)
    givers = {key.replace("-", "").replace(".", "") for key in (apns[rank] for rank in [0, *built.given[RANK]]) if key}
    assert len(givers) <= 1
