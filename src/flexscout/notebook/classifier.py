"""Classify the properties of a frame."""

from __future__ import annotations

import copy
from dataclasses import asdict
from pathlib import Path
from typing import Any, Generic

import polars as pl

from flexscout.config import PipelineConfiguration
from flexscout.domain import ADDRESS_COLUMNS, REASONS, STATUS, TO_VERIFY, combine_tables
from flexscout.errors import DataFormatError
from flexscout.ingest import find_missing_required, has_vague_headers
from flexscout.merging import sort_by_rank
from flexscout.models import RowStatus
from flexscout.notebook.frames import FrameT
from flexscout.notebook.properties import Properties, count_building_sizes, count_values, read_frame, summarize_numbers
from flexscout.outputs import count_places, count_scores, export_tables
from flexscout.scoring import Criteria, count_funnel

EXPORTED = (
    "Property Name", "Property Type", *ADDRESS_COLUMNS, "County", "Building SqFt", "Lot Size Acres", "Year Built",
    "Zoning Code", "Sale Date", "Sold Price", "Sold Price/SqFt", "Owner Name", "Occupancy", "flex_score",
)  # fmt: skip
"""Columns that `export_results` writes, if they are present."""


class FlexPropertyClassifier(Generic[FrameT]):
    """Finds the flex-industrial candidates in a pandas or Polars frame.

    Headers and cells are read as a run reads a sheet, so both give the same scores. The frame is not changed.

    Args:
        frame: One export, as `pd.read_excel` or `pl.read_excel` returns it.
        min_flex_score: Minimum score of a candidate, 0-10.
        profile: Name of a built-in profile, or path of a YAML file.
        as_of: Date from which the profile counts back, such as 2026-01-31; today by default.

    Raises:
        DataFormatError: If the frame is not a property table.
        ConfigurationError: If a setting is invalid.
        TypeError: If `frame` is not a frame.

    """

    def __init__(self, frame: FrameT, *, min_flex_score: float = 4.0, profile: str = "flex-industrial", as_of: str = "") -> None:
        self._criteria = Criteria.from_config(PipelineConfiguration(min_flex_score=min_flex_score, profile=profile, as_of=as_of))
        self._properties = read_frame(frame)
        _check_required_columns(self._properties)
        self._classified = self._criteria.classify(self._properties.table).frame
        candidates = self._classified.filter(pl.col(STATUS) == RowStatus.CANDIDATE)
        self._ranked = sort_by_rank(combine_tables([candidates.drop(STATUS, REASONS, TO_VERIFY)]))
        self._candidates: FrameT = self._properties.to_output(self._ranked)

    def classify_flex_properties(self) -> FrameT:
        """Return the candidates, best first: eligible properties with at least the minimum score.

        Returns:
            Canonical columns, typed (square feet, acres, USD, percent); the score columns of the profile; `Unverified` if the
            frame lacks the column of a criterion; then all other columns of the frame. Row labels are kept.

        """
        return copy.copy(self._candidates)

    def get_top_candidates(self, n: int = 100) -> FrameT:
        """Return the best `n` candidates, or all if there are fewer."""
        return copy.copy(self._candidates.head(max(n, 0)))

    def get_analysis_statistics(self) -> dict[str, Any]:
        """Return the figures of the classification as a dictionary that can be written as JSON.

        Returns:
            `rows`: read, blank, not_data, properties; `criteria`: for each, the rows before and after it, and rejection reason ->
            rows; `candidates`: how many; `score`: statistics of the candidates' scores, 0-10, None without candidates;
            `property_types`, `building_sqft`, `lot_size_acres` and `geography`: distribution of the candidates; `issues`: values
            that couldn't be converted, by reason.

        """
        ranked, min_score = self._ranked, self._criteria.min_flex_score
        return {
            "profile": self._criteria.profile.name,
            "min_flex_score": min_score,
            "rows": {**self._properties.rows, "properties": self._properties.table.height},
            "criteria": [asdict(step) for step in count_funnel(self._classified, self._criteria)],
            "candidates": ranked.height,
            "score": summarize_numbers(ranked["Flex Score"]) | {"distribution": count_scores(ranked["Flex Score"], min_score)},
            "property_types": count_values(ranked, "Property Type"),
            "building_sqft": summarize_numbers(_select_column(ranked, "Building SqFt"))
            | {"distribution": count_building_sizes(ranked)},
            "lot_size_acres": summarize_numbers(_select_column(ranked, "Lot Size Acres")),
            "geography": count_places(ranked),
            "issues": self._properties.issues,
        }

    def export_results(self, path: str | Path) -> Path:
        """Write the candidates, best first, and return the path.

        The file has the columns of EXPORTED that are present. Text is never written as a formula. An existing file is kept as
        `NAME.bak`.

        Args:
            path: Path with the suffix .xlsx, .csv or .parquet.

        Raises:
            OutputError: If the suffix is unknown, or the file can't be written.

        """
        table = self._ranked.rename({"Flex Score": "flex_score"})
        chosen = table.select(name for name in EXPORTED if name in table.columns)
        return export_tables({"Flex Properties": chosen}, Path(path), bars="flex_score")


def _check_required_columns(properties: Properties) -> None:
    """Raise DataFormatError if the frame is not a property table."""
    (header_map,) = properties.header_maps
    if missing := find_missing_required(header_map):
        is_vague = has_vague_headers(header_map)
        shown = header_map.canonical if is_vague else header_map.columns
        raise DataFormatError.missing_frame_columns(missing, [column.header for column in shown], is_vague=is_vague)


def _select_column(table: pl.DataFrame, name: str) -> pl.Series:
    return table[name] if name in table.columns else pl.Series(name, [], dtype=pl.Float64)
