"""Public scorer of single records and frames."""

from collections.abc import Mapping
from datetime import date
from math import inf
from typing import Any, cast

import narwhals as nw
from narwhals.typing import IntoFrameT

from flexscout.domain import REASONS, STATUS, TO_VERIFY, UNVERIFIED
from flexscout.models import RowStatus
from flexscout.scoring.eligibility import classify_frame
from flexscout.scoring.explanations import explain_scores
from flexscout.scoring.profile_files import load_profile
from flexscout.scoring.records import RecordScorer
from flexscout.scoring.rules import add_rule_columns, drop_rule_columns, validate_frame
from flexscout.scoring.score import score_frame


class FlexPropertyScorer:
    """Scores properties by the rules of a profile.

    Args:
        profile: Name of a built-in profile, or path of a YAML or JSON file.
        as_of: Day from which dates are counted back; today if None.

    Raises:
        ConfigurationError: There is no such profile, or it is invalid; the message lists all errors.

    """

    def __init__(self, profile: str = "flex-industrial", *, as_of: date | None = None) -> None:
        self.profile = load_profile(profile)
        self.as_of = as_of or date.today()  # noqa: DTZ011 - the day where the user is
        self._records: RecordScorer | None = None

    def calculate_flex_score(self, record: Mapping[str, Any]) -> tuple[float, dict[str, float]]:
        """Score one property.

        Args:
            record: Values by canonical column name, or by the names in the profile's `record`. A missing key counts as a missing
                value (None or NaN).

        Returns:
            The score, 0-10, and the points of each factor by column name, such as `Age Points`.

        Raises:
            TypeError: `record` is not a mapping, or a value has the wrong type, such as text instead of a number.
            DataFormatError: None of the keys is known.

        """
        return self._prepare_records().score(record)

    def score(self, frame: IntoFrameT) -> IntoFrameT:
        """Add the score columns to a frame.

        Args:
            frame: Frame or query of any library that narwhals supports, with canonical column names. A column that it doesn't
                have counts as missing in every row.

        Returns:
            A frame of the same kind, with the points of each factor (0 to the factor's maximum), `Flex Score` and
            `Score Ceiling` (0-10), `Completeness` (0-1), `Flex Classification` and `Missing Factors` added.

        Raises:
            TypeError: `frame` is not a frame, or a column of numbers holds text.
            DataFormatError: The frame has none of the profile's columns.

        """
        given: Any = nw.from_native(frame)
        validate_frame(given, self.profile)
        prepared = add_rule_columns(given, self.profile)
        return cast("IntoFrameT", drop_rule_columns(score_frame(prepared, self.profile, self.as_of), self.profile).to_native())

    def explain(self, properties: Any) -> Any:
        """Explain scores in plain sentences.

        Args:
            properties: A record, or a pandas or Polars frame.

        Returns:
            For a record, a sentence with the score, its class, the points of each factor, and why it is not eligible. For a
            frame, the frame with the score columns, `Eligible`, `Reasons`, `Unverified` and `Explanation` added.

        Raises:
            TypeError: `properties` is neither, such as a lazy query.

        """
        if isinstance(properties, Mapping):
            row = self.explain(self._prepare_records().read_frame(properties)).row(0, named=True)
            return f"{row['Explanation']}." + (f" Not eligible: {row['Reasons']}." if row["Reasons"] else "")
        if hasattr(properties, "collect") or not hasattr(properties, "columns"):
            raise TypeError(f"Expected a record or a frame, not {type(properties).__name__}. Call .collect() on a query first.")
        given = nw.from_native(properties, eager_only=True)
        validate_frame(given, self.profile)
        needed = given.select(name for name in self.profile.columns if name in given.columns).to_polars()
        explanations = explain_scores(needed, self.profile, self.as_of)["Explanation"]
        classified = nw.from_native(classify_frame(given.to_native(), self.profile, -inf, self.as_of), eager_only=True)
        sentences = nw.new_series("Explanation", explanations.to_list(), nw.String(), backend=given.implementation)
        explained = classified.with_columns((nw.col(STATUS) == str(RowStatus.CANDIDATE)).alias("Eligible"), sentences)
        kept = [name for name in classified.columns if name not in (STATUS, REASONS, TO_VERIFY, UNVERIFIED)]
        return explained.select(*kept, "Eligible", nw.col(REASONS).alias("Reasons"), UNVERIFIED, "Explanation").to_native()

    def get_flex_classification(self, score: float) -> str:
        """Return the class of a score, such as PRIME_FLEX for 8 and above."""
        return next((name for name, minimum in self.profile.bands if score >= minimum), self.profile.bands[-1][0])

    def _prepare_records(self) -> RecordScorer:
        """Return the scorer of records, made again if the profile or the day has been changed."""
        known = self._records
        if known is None or known.profile is not self.profile or known.as_of != self.as_of:
            known = self._records = RecordScorer(self.profile, self.as_of)
        return known
