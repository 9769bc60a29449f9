"""Selection criteria of a run."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Self

import polars as pl

from flexscout.config import PipelineConfiguration
from flexscout.domain import LEFT_OUT
from flexscout.errors import ConfigurationError
from flexscout.scoring.profile import Profile
from flexscout.scoring.profile_files import load_profile
from flexscout.scoring.row_filter import FilteredRows, RowFilter, apply_filter, parse_filter

_EXPLANATION_SCHEMA: dict[str, Any] = {"Explanation": pl.String, "Reasons": pl.List(pl.String)}


@dataclass(frozen=True)
class Criteria:
    """Everything that decides which rows are candidates.

    `profile`: scoring rules; `min_flex_score`: minimum score of a candidate, 0-10; `where`: user filter of properties, applied
    after merging; `where_rows`: user filter of rows, applied before; `as_of`: day from which dates are counted back.
    """

    profile: Profile
    min_flex_score: float
    where: RowFilter | None
    where_rows: RowFilter | None
    as_of: date

    @classmethod
    def from_config(cls, config: PipelineConfiguration) -> Self:
        """Load the criteria of a configuration. Raises ConfigurationError for an invalid profile or filter."""
        as_of = date.fromisoformat(config.as_of) if config.as_of else date.today()  # noqa: DTZ011 - the day where the user is
        return cls._build(load_profile(config.profile), config, as_of)

    @classmethod
    def from_record(cls, config: PipelineConfiguration, profile: Mapping[str, Any], begun: str) -> Self:
        """Restore the criteria of a past run.

        Args:
            config: Configuration of the run.
            profile: Profile as the run's report has it.
            begun: Start of the run, ISO 8601; its day counts where the configuration has no `as_of`.

        Raises:
            ConfigurationError: This version of flexscout can't read the profile.

        """
        day = date.fromisoformat(config.as_of) if config.as_of else datetime.fromisoformat(begun).astimezone().date()
        try:
            recorded = Profile.model_validate(profile)
        except ValueError:  # pydantic's errors are ValueErrors
            raise ConfigurationError("This version of flexscout can't read the run's profile. Run it again.") from None
        return cls._build(recorded, config, day)

    @classmethod
    def _build(cls, profile: Profile, config: PipelineConfiguration, as_of: date) -> Self:
        return cls(profile, config.min_flex_score, parse_filter(config.where), parse_filter(config.where_rows), as_of)

    @property
    def hash_inputs(self) -> tuple[object, ...]:
        """Values that the scores depend on; the day only if the profile counts back from it."""
        return (self.profile, self.as_of) if self.profile.depends_on_the_day else (self.profile,)

    def classify(self, frame: pl.DataFrame) -> FilteredRows:
        """Score and classify a frame, and apply the filter of rows, which adds LEFT_OUT."""
        filtered = apply_filter(self.classify_again(frame), self.where_rows)
        if self.where_rows is None:
            return filtered
        return replace(filtered, frame=filtered.frame.with_columns(filtered.is_left_out.alias(LEFT_OUT)))

    def classify_again(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Score and classify records of rows that the filter of rows has let through."""
        from flexscout.scoring.eligibility import classify_frame  # noqa: PLC0415 - a run without changes needs no narwhals

        return classify_frame(frame, self.profile, self.min_flex_score, self.as_of)

    def filter_properties(self, records: pl.DataFrame) -> FilteredRows:
        """Apply the filter of properties to classified records."""
        return apply_filter(records, self.where)

    def explain(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the `Explanation` of each row's score in a sentence, and its `Reasons` in at most three short texts."""
        from flexscout.scoring.explanations import explain_scores  # noqa: PLC0415 - a run without changes needs no narwhals

        return explain_scores(frame, self.profile, self.as_of) if frame.height else pl.DataFrame(schema=_EXPLANATION_SCHEMA)
