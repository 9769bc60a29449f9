"""Measure rows scored per second in pandas, Polars and DuckDB: python benchmarks/scoring_speed.py [--rows N] [--runs N].

All score the same rows (100,000; `--rows 1000000` for a million) with flex-industrial and must give equal scores. The baseline is
a handwritten Polars expression of the same points, without class, completeness, ceiling and keyword forms; each figure is a
ratio to it. Property types are a dozen distinct texts, mostly Industrial, as in real exports.

Last, the time of `calculate_flex_score` in a loop over records.
"""

import random
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

import duckdb
import polars as pl
from baseline import score_expr
from generated_exports import parse_sizes

from flexscout.scoring.scorer import FlexPropertyScorer

_SEED = 7
_TYPES = {
    "Industrial": 40, "Industrial, Office": 12, "Industrial, Retail": 8, "Warehouse": 8, "Office": 8, "Retail": 8,
    "Distribution": 4, "Flex": 3, "Light Industrial": 3, "Manufacturing": 2, "Industrial, Flex, Office": 2, "Self-Storage": 1,
}  # fmt: skip

_RECORDS_TIMED = 2_000
_RECORDS = {
    "flex-industrial": {"Property Type": "Industrial, Flex", "Building SqFt": 30_000, "Lot Size Acres": 2.0, "Year Built": 1990},
    "parcel": {
        "zoning": "IL", "acres": 2.0, "municipality": "Jupiter", "improvement_value": 1e6, "land_market_value": 5e5,
        "building_data": {"total_sqft": 20_000, "ceiling_height": 18, "office_area": 2e3, "warehouse_area": 1e4},
        "permits": [{"issue_date": "2026-01-05"}] * 5, "business_licenses": [{"status": "active"}],
    },
}  # fmt: skip


def main() -> None:
    """Generate the rows, measure in turn and print."""
    options = parse_sizes(__doc__, rows=100_000, runs=7)
    ways = _build_scorers(_generate_rows(options.rows))
    _check_equal({name: scores() for name, scores in ways.items()})
    taken = _time_in_turn(ways, options.runs)
    print(f"{options.rows:,} rows\n\n{'':10} {'best, rows/s':>14} {'median, rows/s':>14} {'median / base':>14}")
    baseline = statistics.median(taken["baseline"])
    for name, times in taken.items():
        median = statistics.median(times)
        print(f"{name:10} {options.rows / min(times):14,.0f} {options.rows / median:14,.0f} {median / baseline:14.1f}")
    for profile, record in _RECORDS.items():
        print(f"\none record by {profile}: {_time_record(profile, record) * 1e3:.3f} ms", end="")
    print()


def _build_scorers(frame: pl.DataFrame) -> dict[str, Callable[[], pl.Series]]:
    """Return, by name, functions that score all rows and return the scores in order."""
    scorer, in_pandas, table = FlexPropertyScorer(), frame.to_pandas(), frame.to_arrow()
    return {
        "baseline": lambda: frame.with_columns(score_expr().alias("Flex Score"))["Flex Score"],
        "Polars": lambda: scorer.score(frame)["Flex Score"],
        "pandas": lambda: pl.Series(scorer.score(in_pandas)["Flex Score"].to_numpy()),
        "DuckDB": lambda: _compute(scorer.score(duckdb.from_arrow(table))),
    }


def _compute(relation: Any) -> pl.Series:
    """Compute the relation and return its scores."""
    return relation.pl().sort("row")["Flex Score"]


def _check_equal(scores: Mapping[str, pl.Series]) -> None:
    """Raise SystemExit if the scores differ."""
    for name, found in scores.items():
        if found.to_list() != scores["Polars"].to_list():
            raise SystemExit(f"{name} gives different scores from Polars")


def _time_in_turn(ways: Mapping[str, Callable[[], pl.Series]], runs: int) -> dict[str, list[float]]:
    """Return the seconds of each run; in turn, so that a drifting machine affects all alike."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(runs):
        for name, scores in ways.items():
            started = time.perf_counter()
            scores()
            taken[name].append(time.perf_counter() - started)
    return taken


def _time_record(profile: str, record: Mapping[str, Any]) -> float:
    """Return the CPU seconds that a record takes after the first one."""
    scorer = FlexPropertyScorer(profile)
    scorer.calculate_flex_score(record)
    started = time.process_time()
    for _ in range(_RECORDS_TIMED):
        scorer.calculate_flex_score(record)
    return (time.process_time() - started) / _RECORDS_TIMED


def _generate_rows(rows: int) -> pl.DataFrame:
    draw = random.Random(_SEED)  # noqa: S311 - sample data, not a secret
    some = range(rows)
    return pl.DataFrame(
        {
            "row": some,
            "Property Type": draw.choices(list(_TYPES), list(_TYPES.values()), k=rows),
            "Building SqFt": [draw.choice((None, *[round(draw.lognormvariate(10.3, 1))] * 9)) for _ in some],
            "Lot Size Acres": [draw.choice((None, *[round(draw.lognormvariate(0.9, 1), 2)] * 9)) for _ in some],
            "Year Built": [draw.choice((None, *[draw.randrange(1920, 2025)] * 9)) for _ in some],
            "Occupancy": draw.choices((None, 100.0, 85.0), (90, 5, 5), k=rows),
        },
        schema_overrides={"Building SqFt": pl.Float64, "Lot Size Acres": pl.Float64, "Year Built": pl.Int64},
    )


if __name__ == "__main__":
    main()
