"""All that decides who is a candidate."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

import polars as pl

from flexscout.classification.eligibility import classify
from flexscout.classification.explain import explanations
from flexscout.classification.load import load_profile
from flexscout.classification.profile import Profile
from flexscout.classification.where import Filtered, Where, apply_where, parse_where
from flexscout.config import PipelineConfiguration
from flexscout.errors import ConfigurationError


@dataclass(frozen=True)
class Criteria:
    """A profile, the least score, a filter, and the day from which dates are counted back."""

    profile: Profile
    min_flex_score: float
    where: Where | None
    as_of: date

    @classmethod
    def of(cls, config: PipelineConfiguration) -> Self:
        """Those of the settings. Raises ConfigurationError for a profile or a filter that won't do."""
        as_of = date.fromisoformat(config.as_of) if config.as_of else date.today()  # noqa: DTZ011 - the day where the user is
        return cls(load_profile(config.profile), config.min_flex_score, parse_where(config.where), as_of)

    @classmethod
    def recorded(cls, config: PipelineConfiguration, profile: Mapping[str, Any], begun: str) -> Self:
        """Those of a past run: its settings, its profile as its report has it, and the day on which it was `begun` (ISO 8601).

        Raises ConfigurationError for a profile that is none any more.
        """
        day = date.fromisoformat(config.as_of) if config.as_of else datetime.fromisoformat(begun).astimezone().date()
        try:
            as_it_was = Profile.model_validate(profile)
        except ValueError:  # pydantic's errors are ValueErrors
            raise ConfigurationError("The run had a profile that this flexscout does not know. Run it again.") from None
        return cls(as_it_was, config.min_flex_score, parse_where(config.where), day)

    @property
    def rules(self) -> tuple[object, ...]:
        """What a result depends on; the day only where the profile counts back from it."""
        counts_back = '"within_days":' in self.profile.model_dump_json(exclude_none=True)
        return (self.profile, self.as_of) if counts_back else (self.profile,)

    def judge(self, frame: pl.DataFrame) -> Filtered:
        """The frame classified and filtered."""
        return apply_where(classify(frame, self.profile, self.min_flex_score, self.as_of), self.where)

    def explain(self, frame: pl.DataFrame) -> list[str]:
        """Why each row scored what it did, in a sentence."""
        return explanations(frame, self.profile, self.as_of).to_list() if frame.height else []
