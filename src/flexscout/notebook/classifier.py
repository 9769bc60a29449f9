"""The candidates among the properties of a frame, and the figures behind them."""

from __future__ import annotations

import copy
from dataclasses import asdict
from pathlib import Path
from typing import Any, Generic

import polars as pl

from flexscout.config import PipelineConfiguration
from flexscout.domain import ADDRESS_COLUMNS, REASONS, STATUS, TO_VERIFY, combine_tables
from flexscout.errors import DataFormatError
from flexscout.ingest import find_missing_required
from flexscout.merging import sort_by_rank
from flexscout.models import RowStatus
from flexscout.notebook.frames import FrameT
from flexscout.notebook.properties import Properties, count_building_sizes, count_values, read_frame, summarize_numbers
from flexscout.outputs import count_places, count_scores, write_by_suffix
from flexscout.scoring import Criteria, count_funnel

EXPORTED = (
    "Property Name", "Property Type", *ADDRESS_COLUMNS, "County", "Building SqFt", "Lot Size Acres", "Year Built",
    "Zoning Code", "Sale Date", "Sold Price", "Sold Price/SqFt", "Owner Name", "Occupancy", "flex_score",
)  # fmt: skip
"""The columns of `export_results`, as far as they are there."""


class FlexPropertyClassifier(Generic[FrameT]):
    """Finds the flex-industrial candidates in a frame of properties, of pandas or Polars.

    `frame`: one export, as `pd.read_excel` or `pl.read_excel` gives it; its headers and cells are understood as a run
    understands a sheet's, so that both score the same. `min_flex_score`: least score of a candidate, 0-10; `profile`: the
    name of a built-in one, or a YAML file; `as_of`: the day from which it counts back, such as 2026-01-31, by default today.
    Raises DataFormatError if it is no property table, ConfigurationError for a setting that won't do, TypeError if it is no
    frame. The frame stays as it is.
    """

    def __init__(self, frame: FrameT, *, min_flex_score: float = 4.0, profile: str = "flex-industrial", as_of: str = "") -> None:
        self._criteria = Criteria.from_config(PipelineConfiguration(min_flex_score=min_flex_score, profile=profile, as_of=as_of))
        self._properties = _checked(read_frame(frame))
        self._classified = self._criteria.classify(self._properties.table).frame
        self._best = self._ranked()
        self._candidates: FrameT = self._properties.present(self._best)

    def classify_flex_properties(self) -> FrameT:
        """The candidates, best first: eligible, with a score of at least the threshold.

        Canonical columns, typed (square feet, acres, USD, percent); the profile's score columns; `Unverified` where the frame
        lacks a criterion's column; then every other column as it is in the frame. Row labels stay.
        """
        return copy.copy(self._candidates)

    def get_top_candidates(self, n: int = 100) -> FrameT:
        """The best `n` candidates, or all if there are fewer."""
        return copy.copy(self._candidates.head(max(n, 0)))

    def get_analysis_statistics(self) -> dict[str, Any]:
        """Figures of the classification, of plain types that JSON knows.

        `rows`: read, blank, not data, properties; `criteria`: each with the rows before and after it, and the reasons of
        those that did not pass -> how many; `candidates`; `score`: of the candidates, 0-10, None where there is none;
        `property_types`, `building_sqft`, `lot_size_acres`, `geography`: how the candidates spread; `issues`: values that
        could not be understood, reason -> how many.
        """
        best, least = self._best, self._criteria.min_flex_score
        return {
            "profile": self._criteria.profile.name,
            "min_flex_score": least,
            "rows": {**self._properties.rows, "properties": self._properties.table.height},
            "criteria": [asdict(step) for step in count_funnel(self._classified, self._criteria)],
            "candidates": best.height,
            "score": summarize_numbers(best["Flex Score"]) | {"distribution": count_scores(best["Flex Score"], least)},
            "property_types": count_values(best, "Property Type"),
            "building_sqft": summarize_numbers(_column(best, "Building SqFt")) | {"distribution": count_building_sizes(best)},
            "lot_size_acres": summarize_numbers(_column(best, "Lot Size Acres")),
            "geography": count_places(best),
            "issues": self._properties.issues,
        }

    def export_results(self, path: str | Path) -> Path:
        """Write the candidates, best first, as .xlsx, .csv or .parquet by the path's suffix; gives the path.

        Holds the columns of EXPORTED that there are. Text stays text: no cell becomes a formula. What stood there is kept
        as `NAME.bak`. Raises OutputError for another suffix, or if it can't be written.
        """
        table = self._best.rename({"Flex Score": "flex_score"})
        chosen = table.select(name for name in EXPORTED if name in table.columns)
        return write_by_suffix({"Flex Properties": chosen}, Path(path), bars="flex_score")

    def _ranked(self) -> pl.DataFrame:
        candidates = self._classified.filter(pl.col(STATUS) == RowStatus.CANDIDATE)
        return sort_by_rank(combine_tables([candidates.drop(STATUS, REASONS, TO_VERIFY)]))


def _checked(properties: Properties) -> Properties:
    (header_map,) = properties.header_maps
    if missing := find_missing_required(header_map):
        raise DataFormatError.missing_frame_columns(missing, [column.header for column in header_map.columns])
    return properties


def _column(table: pl.DataFrame, name: str) -> pl.Series:
    return table[name] if name in table.columns else pl.Series(name, [], dtype=pl.Float64)
