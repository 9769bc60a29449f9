"""Many frames -> one: combined, without duplicates, in order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

import polars as pl

from flexscout.aggregation import combine, in_order
from flexscout.analysis.frames import is_pandas, labels, like, take, with_column
from flexscout.analysis.joined import join_pandas
from flexscout.analysis.known import POSITION, known_columns, known_names
from flexscout.analysis.merged import grouped, merged
from flexscout.config import PipelineConfiguration
from flexscout.errors import AggregationError
from flexscout.model import PLACE_COLUMNS
from flexscout.vocabulary import escape_names, unescape_names

if TYPE_CHECKING:
    from flexscout.aggregation import Deduplicated
    from flexscout.analysis.frames import FrameT


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
            return cast("FrameT", cast("Any", unescape_names(combine(map(escape_names, frames)))))
        except pl.exceptions.PolarsError as error:
            raise AggregationError(
                "types_differ", f"The frames can't be combined: {error}.", "Cast the columns of that name to one type."
            ) from None

    def deduplicate_properties(self, df: FrameT) -> FrameT:
        """One row per property, in the order, with the labels and types of the frame.

        Rows are one property when all `duplicate_fields` agree after normalization, as in a run. The one with the
        highest `Flex Score`, if there is that column, stays; then the one with most canonical cells filled; then the
        first. A row in which a field is blank is no duplicate of any; where the frame has no column for a part of the place,
        such as the state, rows of one `Source File` are compared. Raises AggregationError if the frame lacks another field.
        """
        return take(df, self._merged(df).survivors[POSITION].sort())

    def assign_groups(self, df: FrameT) -> FrameT:
        """The frame with a column `Duplicate Group`: rows of one number are one property. Every row stays in its place.

        Numbers count from 1 in the order of their first rows; a row that is no duplicate has a number of its own. Any of
        Address, Unit, City, State, Zip Code, County, APN, Latitude and Longitude is used; nothing is an error that is lacking.
        """
        return with_column(df, "Duplicate Group", grouped(df, self.config).numbers + 1)

    def find_duplicates(self, df: FrameT) -> FrameT:
        """What `deduplicate_properties` would remove: a row per removed row, beside the row that is kept for it.

        `Kept Position` and `Removed Position` count the rows of `df` from 0; `Evidence` says why they are one,
        `Different APN` whether they name different parcels, `Fields That Differ` what the removed row said otherwise.
        """
        ledger = self._merged(df).ledger.drop("Kept File", "Kept Sheet", "Removed File", "Removed Sheet", "Filled Cells")
        return like(df, ledger.rename({"Kept Row": "Kept Position", "Removed Row": "Removed Position"}))

    def find_close_matches(self, df: FrameT) -> FrameT:
        """Addresses that are written differently and may be one, the surest first: a row per pair of places.

        `Position` and `Other Position` count the rows of `df` from 0, each the first at its place; `Score`: 0-1, `Evidence`: what
        speaks for and against it; `Merged` whether the settings take the two for one; of the others a person may decide.
        """
        pairs = grouped(df, self.config).links.select(
            pl.min_horizontal("left", "right").alias("Position"),
            pl.max_horizontal("left", "right").alias("Other Position"),
            "Score",
            "Evidence",
            pl.col("merge").alias("Merged"),
        )
        return like(df, pairs.sort("Score", "Position", "Other Position", descending=[True, False, False]))

    def sort_by_score(self, df: FrameT) -> FrameT:
        """The rows in the order of a run's result: by `Flex Score`, completeness, building size, all greatest first.

        Then by address and source; equal rows stay in their order. Raises AggregationError without a `Flex Score`.
        """
        known = known_columns(df)
        if known.height and "Flex Score" not in known.columns:
            raise AggregationError.without_score("sort by score", labels(df))
        return take(df, in_order(known)[POSITION])

    def _merged(self, df: Any) -> Deduplicated:
        fields = self.config.duplicate_fields
        missing = [field for field in fields if field not in known_names(df)]
        # A part of the place may be lacking; what stands at it may not.
        if len(df) and (len(missing) == len(fields) or not PLACE_COLUMNS.issuperset(missing)):
            raise AggregationError.missing_columns(
                f"find duplicates by {', '.join(fields)}",
                missing,
                labels(df),
                "Rename the columns that hold them, or name others in duplicate_fields.",
            )
        return merged(df, self.config)


def _frames(results: object) -> list[Any]:
    """The frames of a list, all of one kind."""
    if not isinstance(results, Iterable) or hasattr(results, "columns"):
        raise TypeError(f"A list of DataFrames is needed, not one {type(results).__name__}.")
    frames = [frame for frame in results if frame is not None]
    if len({is_pandas(frame, "A list of DataFrames of pandas or Polars") for frame in frames}) > 1:
        raise TypeError("Frames of pandas and of Polars can't be combined: make them one kind first, with pl.from_pandas().")
    return frames
