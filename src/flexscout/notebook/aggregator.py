"""Many frames -> one: combined, without duplicates, in order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

import polars as pl

from flexscout.config import PipelineConfiguration
from flexscout.domain import (
    AREA_COLUMNS,
    SOURCE_COLUMNS,
    UNVERIFIED,
    combine_tables,
    escape_names,
    order_columns,
    unescape_names,
    unify_column_names,
)
from flexscout.error_codes import ErrorCode
from flexscout.errors import AggregationError
from flexscout.matching import Clusters, MatchSettings, find_clusters
from flexscout.merging import MergeResult, deduplicate, sort_by_rank
from flexscout.notebook.frames import (
    POSITION,
    add_column,
    column_labels,
    find_known_names,
    is_pandas,
    take_rows,
    to_frame_kind,
    type_known_columns,
)
from flexscout.scoring import MODIFIED

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from flexscout.notebook.frames import FrameT


def join_pandas(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The rows of all frames; types stay where the frames agree on them."""
    import pandas as pd  # noqa: PLC0415 - only pandas frames come here

    given = [frame for frame in frames if len(frame.columns)]
    named = [_respelled(frame, names) for frame, names in zip(given, unify_column_names(map(column_labels, given)), strict=True)]
    if not named:
        return pd.DataFrame()
    filled = {name for frame in named for name in frame.columns[frame.notna().any()]}
    parts = [frame for frame in named if len(frame)] or named
    numbered = all(isinstance(frame.index, pd.RangeIndex) for frame in parts)
    table = pd.concat([_without_empty(frame, filled) for frame in parts], ignore_index=numbered)
    names = [name for frame in named for name in frame.columns if name != UNVERIFIED or name in filled]
    return table.reindex(columns=order_columns(names))


def _respelled(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Of columns that have one name the first value of each row."""
    renamed = frame.set_axis(list(names), axis=1)
    if renamed.columns.is_unique:
        return renamed
    import pandas as pd  # noqa: PLC0415 - only pandas frames come here

    return pd.DataFrame({name: _first_values(renamed, name) for name in dict.fromkeys(names)}, index=frame.index)


def _first_values(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    same = frame.loc[:, frame.columns == name]
    return same.bfill(axis=1).iloc[:, 0] if same.shape[1] > 1 else same.iloc[:, 0]


def _without_empty(frame: pd.DataFrame, filled: set[str]) -> pd.DataFrame:
    """Without the columns that are empty here and not elsewhere: their type would change that of the others."""
    kept = frame.notna().any() | ~frame.columns.isin(list(filled))
    return frame.loc[:, kept]


_NO_SCORE = float("-inf")  # below every score, so that a scored row survives one without


def cluster_frame(frame: Any, config: PipelineConfiguration) -> Clusters:
    """Which rows of a frame are one property."""
    return find_clusters(type_known_columns(frame), MatchSettings.from_config(config))


def merge_frame(frame: Any, config: PipelineConfiguration, groups: Clusters | None = None) -> MergeResult:
    """Survivors, best first, and merge_log, over the columns that are known; `groups`: which rows are one, if that is known.

    A survivor's POSITION, and the merge log's `Kept Row` and `Removed Row`, are positions in the frame.
    """
    known = type_known_columns(frame)
    found_groups = groups or find_clusters(known, MatchSettings.from_config(config))
    absent = [name for name in ("Flex Score", *SOURCE_COLUMNS) if name not in known.columns]
    ready = known.with_columns(
        pl.lit(None, pl.Float64 if name == "Flex Score" else pl.String).alias(name) for name in absent
    ).with_columns(
        pl.col("Flex Score").fill_null(_NO_SCORE),
        found_groups.cluster_ids.alias("__key"),
        pl.col(POSITION).alias("Source Row"),
        (-pl.col(POSITION)).alias(MODIFIED),  # the first row of equals stays
    )

    def describe_matches(kept: pl.DataFrame, removed: pl.DataFrame) -> pl.DataFrame:
        return found_groups.describe_matches(kept[POSITION], removed[POSITION])

    found = deduplicate(ready, "__key", describe_matches)
    merge_log = found.merge_log.with_columns(pl.col("Kept Score", "Removed Score").replace(_NO_SCORE, None))
    return MergeResult(found.survivors, merge_log)


class ResultAggregator:
    """Joins frames of properties, of pandas or Polars, as a run joins its files; gives the same kind back.

    `config`: its `duplicate_fields` say which rows are one property. A frame's columns are known by their canonical
    names, up to case and spaces. No frame that is handed in is changed. What is no frame raises TypeError.
    """

    def __init__(self, config: PipelineConfiguration | None = None) -> None:
        self.config = config or PipelineConfiguration()

    def combine_results(self, results: Iterable[FrameT | None]) -> FrameT:
        """The rows of all frames, in the order given: canonical columns, scores and sources first, then every other.

        Names that are equal up to case and spaces are one column. None, as a failed file gives it, counts for nothing;
        of nothing comes an empty pandas frame. Row labels of pandas frames stay, unless all of them only count rows.
        Raises AggregationError if columns of one name have types that no type holds.
        """
        frames = _frames(results)
        if not frames or is_pandas(frames[0]):
            return cast("FrameT", cast("Any", join_pandas(frames)))
        try:
            return cast("FrameT", cast("Any", unescape_names(combine_tables(map(escape_names, frames)))))
        except pl.exceptions.PolarsError as error:
            raise AggregationError(
                ErrorCode.TYPES_DIFFER, f"The frames can't be combined: {error}.", "Cast the columns of that name to one type."
            ) from None

    def deduplicate_properties(self, df: FrameT) -> FrameT:
        """One row per property, in the order, with the labels and types of the frame.

        Rows are one property when all `duplicate_fields` agree after normalization, as in a run. The one with the
        highest `Flex Score`, if there is that column, stays; then the one with most canonical cells filled; then the
        first. A row in which a field is blank is no duplicate of any; where the frame has no column for a part of the place,
        such as the state, rows of one `Source File` are compared. Raises AggregationError if the frame lacks another field.
        """
        return take_rows(df, self._merged(df).survivors[POSITION].sort())

    def assign_groups(self, df: FrameT) -> FrameT:
        """The frame with a column `Duplicate Group`: rows of one number are one property. Every row stays in its place.

        Numbers count from 1 in the order of their first rows; a row that is no duplicate has a number of its own. Any of
        Address, Unit, City, State, Zip Code, County, APN, Latitude and Longitude is used; nothing is an error that is lacking.
        """
        return add_column(df, "Duplicate Group", cluster_frame(df, self.config).cluster_ids + 1)

    def find_duplicates(self, df: FrameT) -> FrameT:
        """What `deduplicate_properties` would remove: a row per removed row, beside the row that is kept for it.

        `Kept Position` and `Removed Position` count the rows of `df` from 0; `Evidence` says why they are one,
        `Different APN` whether they name different parcels, `Fields That Differ` what the removed row said otherwise.
        """
        merge_log = self._merged(df).merge_log.drop("Kept File", "Kept Sheet", "Removed File", "Removed Sheet", "Filled Cells")
        return to_frame_kind(df, merge_log.rename({"Kept Row": "Kept Position", "Removed Row": "Removed Position"}))

    def find_close_matches(self, df: FrameT) -> FrameT:
        """Addresses that are written differently and may be one, the surest first: a row per pair of places.

        `Position` and `Other Position` count the rows of `df` from 0, each the first at its place; `Score`: 0-1, `Evidence`: what
        speaks for and against it; `Merged` whether the settings take the two for one; of the others a person may decide.
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
        """The rows in the order of a run's result: by `Flex Score`, completeness, building size, all greatest first.

        Then by address and source; equal rows stay in their order. Raises AggregationError without a `Flex Score`.
        """
        known = type_known_columns(df)
        if known.height and "Flex Score" not in known.columns:
            raise AggregationError.missing_score("sort by score", column_labels(df))
        return take_rows(df, sort_by_rank(known)[POSITION])

    def _merged(self, df: Any) -> MergeResult:
        fields = self.config.duplicate_fields
        missing = [field for field in fields if field not in find_known_names(df)]
        # A part of the place may be lacking; what stands at it may not.
        if len(df) and (len(missing) == len(fields) or not AREA_COLUMNS.issuperset(missing)):
            raise AggregationError.missing_columns(
                f"find duplicates by {', '.join(fields)}",
                missing,
                column_labels(df),
                "Rename the columns that hold them, or name others in duplicate_fields.",
            )
        return merge_frame(df, self.config)


def _frames(results: object) -> list[Any]:
    """The frames of a list, all of one kind."""
    if not isinstance(results, Iterable) or hasattr(results, "columns"):
        raise TypeError(f"A list of DataFrames is needed, not one {type(results).__name__}.")
    frames = [frame for frame in results if frame is not None]
    if len({is_pandas(frame, "A list of DataFrames of pandas or Polars") for frame in frames}) > 1:
        raise TypeError("Frames of pandas and of Polars can't be combined: make them one kind first, with pl.from_pandas().")
    return frames
