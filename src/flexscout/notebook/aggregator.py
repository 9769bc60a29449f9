"""Combine, deduplicate and sort frames of properties."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

import polars as pl

from flexscout.config import PipelineConfiguration
from flexscout.domain import (
    AREA_COLUMNS,
    SOURCE_COLUMNS,
    combine_tables,
    escape_names,
    unescape_names,
)
from flexscout.error_codes import ErrorCode
from flexscout.errors import AggregationError
from flexscout.matching import Clusters, MatchSettings, find_clusters
from flexscout.merging import MergeResult, deduplicate, sort_by_rank
from flexscout.notebook.frames import add_column, concat_pandas, is_pandas, label_columns, take_rows, to_frame_kind
from flexscout.notebook.known_columns import POSITION, find_known_names, type_known_columns
from flexscout.scoring import MODIFIED

if TYPE_CHECKING:
    from flexscout.notebook.frames import FrameT


_NO_SCORE = float("-inf")  # below every score, so that a scored row survives


class ResultAggregator:
    """Combines, deduplicates and sorts pandas or Polars frames as a run does with its files.

    Columns are recognized by their canonical names; case and spaces don't matter. Frames are not changed, and results have the
    same kind as the frames. Methods raise TypeError for anything that is not a frame.

    Args:
        config: Settings; `duplicate_fields` are the fields by which rows are the same property.

    """

    def __init__(self, config: PipelineConfiguration | None = None) -> None:
        self.config = config or PipelineConfiguration()

    def combine_results(self, results: Iterable[FrameT | None]) -> FrameT:
        """Concatenate frames: canonical columns, scores and sources first, then all other columns.

        Columns whose names differ only in case and spaces become one. Row labels of pandas frames are kept, unless all frames
        have default labels.

        Args:
            results: Frames, all of pandas or all of Polars. None, the result of a failed file, is ignored. Without any frame,
                the result is an empty pandas frame.

        Raises:
            AggregationError: If columns with the same name have incompatible types.

        """
        frames = _list_frames(results)
        if not frames or is_pandas(frames[0]):
            return cast("FrameT", cast("Any", concat_pandas(frames)))
        try:
            return cast("FrameT", cast("Any", unescape_names(combine_tables(map(escape_names, frames)))))
        except pl.exceptions.PolarsError as error:
            raise AggregationError(
                ErrorCode.TYPES_DIFFER, f"The frames can't be combined: {error}.", "Cast the columns of that name to one type."
            ) from None

    def deduplicate_properties(self, df: FrameT) -> FrameT:
        """Keep one row per property, in the order of the frame.

        Rows are the same property if all `duplicate_fields` are equal after normalization, as in a run. The row with the highest
        `Flex Score` survives, then the one with the most canonical values, then the first. Rows with a blank field are never
        duplicates. If the frame lacks a column of the area, such as State, only rows with the same `Source File` are compared.

        Raises:
            AggregationError: If the frame lacks another field.

        """
        return take_rows(df, self._merge(df).survivors[POSITION].sort())

    def assign_groups(self, df: FrameT) -> FrameT:
        """Add a column `Duplicate Group`: rows with the same number are the same property.

        Numbers start at 1, in the order of their first rows; a row without duplicates has its own number. Uses those of Address,
        Unit, City, State, Zip Code, County, APN, Latitude and Longitude that are present.
        """
        return add_column(df, "Duplicate Group", cluster_frame(df, self.config).cluster_ids + 1)

    def find_duplicates(self, df: FrameT) -> FrameT:
        """List the rows that `deduplicate_properties` removes, with the row that survives instead.

        Returns:
            One row per removed row. `Kept Position` and `Removed Position` are positions in `df` from 0; `Evidence` is why they
            match; `Different APN` is whether they name different parcels; `Fields That Differ` has the other values of the
            removed row.

        """
        merge_log = self._merge(df).merge_log.drop(
            "Kept File", "Kept Sheet", "Removed File", "Removed Sheet", "Filled Cells", "Role"
        )
        return to_frame_kind(df, merge_log.rename({"Kept Row": "Kept Position", "Removed Row": "Removed Position"}))

    def find_close_matches(self, df: FrameT) -> FrameT:
        """List pairs of similar addresses that may be the same property, highest score first.

        Returns:
            One row per pair. `Position` and `Other Position` are the first rows with each address, from 0; `Score` is 0-1;
            `Evidence` is for and against the match; `Merged` is whether the settings merge the pair. The others are for you to
            decide.

        """
        pairs = cluster_frame(df, self.config).match_pairs.select(
            pl.min_horizontal("left", "right").alias("Position"),
            pl.max_horizontal("left", "right").alias("Other Position"),
            "Score",
            "Evidence",
            pl.col("merge").alias("Merged"),
        )
        return to_frame_kind(df, pairs.sort("Score", "Position", "Other Position", descending=[True, False, False]))

    def sort_by_score(self, df: FrameT) -> FrameT:
        """Sort rows as a run does: by `Flex Score`, completeness and building size, descending, then by address and source.

        Equal rows keep their order.

        Raises:
            AggregationError: If the frame has no `Flex Score`.

        """
        known = type_known_columns(df)
        if known.height and "Flex Score" not in known.columns:
            raise AggregationError.missing_score("sort by score", label_columns(df))
        return take_rows(df, sort_by_rank(known)[POSITION])

    def _merge(self, df: Any) -> MergeResult:
        fields = self.config.duplicate_fields
        missing = [field for field in fields if field not in find_known_names(df)]
        # Columns of the area may be missing, but not the address.
        if len(df) and (len(missing) == len(fields) or not AREA_COLUMNS.issuperset(missing)):
            raise AggregationError.missing_columns(
                f"find duplicates by {', '.join(fields)}",
                missing,
                label_columns(df),
                "Rename the columns that hold them, or name others in duplicate_fields.",
            )
        return merge_frame(df, self.config)


def cluster_frame(frame: Any, config: PipelineConfiguration) -> Clusters:
    """Find the rows of a frame that are the same property."""
    return find_clusters(type_known_columns(frame), MatchSettings.from_config(config))


def merge_frame(frame: Any, config: PipelineConfiguration, clusters: Clusters | None = None) -> MergeResult:
    """Deduplicate the known columns of a frame.

    Args:
        frame: A pandas or Polars frame.
        config: Settings of the deduplication.
        clusters: Rows that are the same property, if already known.

    Returns:
        Survivors, best first, and the merge log. POSITION, `Kept Row` and `Removed Row` are positions in the frame.

    """
    known = type_known_columns(frame)
    clusters = clusters or find_clusters(known, MatchSettings.from_config(config))
    missing = [name for name in ("Flex Score", *SOURCE_COLUMNS) if name not in known.columns]
    ready = known.with_columns(
        pl.lit(None, pl.Float64 if name == "Flex Score" else pl.String).alias(name) for name in missing
    ).with_columns(
        pl.col("Flex Score").fill_null(_NO_SCORE),
        clusters.cluster_ids.alias("__key"),
        pl.col(POSITION).alias("Source Row"),
        (-pl.col(POSITION)).alias(MODIFIED),  # the first of equal rows survives
    )

    def describe_matches(kept: pl.DataFrame, removed: pl.DataFrame) -> pl.DataFrame:
        return clusters.describe_matches(kept[POSITION], removed[POSITION])

    merged = deduplicate(ready, "__key", describe_matches)
    merge_log = merged.merge_log.with_columns(pl.col("Kept Score", "Removed Score").replace(_NO_SCORE, None))
    return MergeResult(merged.survivors, merge_log)


def _list_frames(results: object) -> list[Any]:
    """Return the frames without None. Raises TypeError if they are not frames of one kind."""
    if not isinstance(results, Iterable) or hasattr(results, "columns"):
        raise TypeError(f"A list of DataFrames is needed, not one {type(results).__name__}.")
    frames = [frame for frame in results if frame is not None]
    if len({is_pandas(frame, "A list of DataFrames of pandas or Polars") for frame in frames}) > 1:
        raise TypeError("Frames of pandas and of Polars can't be combined: make them one kind first, with pl.from_pandas().")
    return frames
