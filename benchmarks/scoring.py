"""Rows that are scored in a second, as pandas, Polars and DuckDB: python benchmarks/scoring.py [--rows N] [--runs N].

All score the same rows (100,000; `--rows 1000000` for a million) by flex-industrial, and have to give equal scores. The floor
is a Polars expression of the same points, written by hand, without class, completeness, ceiling and word forms; each figure
is a ratio to it within one run. Property types are a dozen distinct texts, some of them lists, drawn as real exports have
them: mostly Industrial.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

import duckdb
import polars as pl
from floor import points

from flexscout.scoring.scorer import FlexPropertyScorer

_SEED = 7
_TYPES = {
    "Industrial": 40, "Industrial, Office": 12, "Industrial, Retail": 8, "Warehouse": 8, "Office": 8, "Retail": 8,
    "Distribution": 4, "Flex": 3, "Light Industrial": 3, "Manufacturing": 2, "Industrial, Flex, Office": 2, "Self-Storage": 1,
}  # fmt: skip


def main() -> None:
    """Draw the rows, measure in turn, print."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rows", type=int, default=100_000, help="how many rows are scored")
    asked.add_argument("--runs", type=int, default=7, help="how often each is run")
    options = asked.parse_args()
    ways = _ways(_drawn(options.rows))
    _check_equal({name: scores() for name, scores in ways.items()})
    taken = _in_turn(ways, options.runs)
    print(f"{options.rows:,} rows\n\n{'':10} {'best, rows/s':>14} {'median, rows/s':>14} {'median / floor':>14}")
    floor = statistics.median(taken["floor"])
    for name, times in taken.items():
        median = statistics.median(times)
        print(f"{name:10} {options.rows / min(times):14,.0f} {options.rows / median:14,.0f} {median / floor:14.1f}")


def _ways(frame: pl.DataFrame) -> dict[str, Callable[[], pl.Series]]:
    """Name -> what scores all rows, and gives their scores in order."""
    scorer, in_pandas, table = FlexPropertyScorer(), frame.to_pandas(), frame.to_arrow()
    return {
        "floor": lambda: frame.with_columns(points().alias("Flex Score"))["Flex Score"],
        "Polars": lambda: scorer.score(frame)["Flex Score"],
        "pandas": lambda: pl.Series(scorer.score(in_pandas)["Flex Score"].to_numpy()),
        "DuckDB": lambda: _materialized(scorer.score(duckdb.from_arrow(table))),
    }


def _materialized(relation: Any) -> pl.Series:
    """The scores of a query's whole result, which is computed here."""
    return relation.pl().sort("row")["Flex Score"]


def _check_equal(scores: Mapping[str, pl.Series]) -> None:
    """Raises SystemExit where one way gives another score than the others."""
    for name, found in scores.items():
        if found.to_list() != scores["Polars"].to_list():
            raise SystemExit(f"{name} gives other scores than Polars")


def _in_turn(ways: Mapping[str, Callable[[], pl.Series]], runs: int) -> dict[str, list[float]]:
    """Seconds of each run, in turn, so that a machine whose speed drifts treats all alike."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(runs):
        for name, scores in ways.items():
            started = time.perf_counter()
            scores()
            taken[name].append(time.perf_counter() - started)
    return taken


def _drawn(rows: int) -> pl.DataFrame:
    draw = random.Random(_SEED)  # noqa: S311 - sample data, no secret
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
