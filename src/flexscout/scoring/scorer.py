"""Public scorer of single records and frames."""

from collections.abc import Mapping
from datetime import date
from math import inf
from typing import Any, cast

import narwhals as nw
from narwhals.typing import IntoFrameT

from flexscout.domain import REASONS, STATUS, TO_VERIFY, UNVERIFIED
from flexscout.models import RowStatus
from flexscout.scoring.backends import open_frame, restore_names, use_canonical_names
from flexscout.scoring.eligibility import classify_frame
from flexscout.scoring.explanations import explain_scores
from flexscout.scoring.profile_files import load_profile
from flexscout.scoring.records import RecordScorer
from flexscout.scoring.rules import add_rule_columns, column_names, drop_rule_columns, validate_frame
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
            frame: Frame or query of pandas, Polars, PyArrow, DuckDB, Dask, Spark or sqlframe, with canonical column names in any
                case, also with underscores (`BUILDING_SQFT`). A column that it doesn't have counts as missing in every row.

        Returns:
            A frame of the same kind, with the points of each factor (0 to the factor's maximum), `Flex Score` and
            `Score Ceiling` (0-10), `Completeness` (0-1), `Flex Classification` and `Missing Factors` added.

        Raises:
            TypeError: `frame` is not a frame of these libraries, or a column of numbers holds text.
            DataFormatError: The frame has none of the profile's columns, or two that can be the same one.

        """
        given, renamed = self._open(frame)
        scored = score_frame(add_rule_columns(given, self.profile), self.profile, self.as_of)
        return cast("IntoFrameT", restore_names(drop_rule_columns(scored, self.profile), renamed))

    def classify(self, frame: IntoFrameT) -> IntoFrameT:
        """Score a frame, and check the eligibility of its rows.

        Args:
            frame: As for `score`.

        Returns:
            A frame of the same kind, with the columns that `score` adds; `Eligible`; `Reasons` why a row is not, separated by
            semicolons; and `Unverified`, the criteria whose columns the frame lacks. A candidate of a run is eligible, and its
            `Flex Score` is at least `filtering.min_flex_score`.

        Raises:
            TypeError: As for `score`.
            DataFormatError: As for `score`.

        """
        given, renamed = self._open(frame)
        return cast("IntoFrameT", restore_names(self._add_eligibility(given), renamed))

    def explain(self, properties: Any) -> Any:
        """Explain scores in plain sentences.

        Args:
            properties: A record, or a frame or query as for `score`. A query is run, and its result is held in memory.

        Returns:
            For a record, a sentence with the score, its class, the points of each factor, and why it is not eligible. For a
            frame, the frame with the columns that `classify` adds, and `Explanation`. For a query of DuckDB, Spark or sqlframe,
            an Arrow table; for one of Dask, a pandas frame.

        Raises:
            TypeError: `properties` is neither.
            DataFormatError: As for `score`.

        """
        if isinstance(properties, Mapping):
            row = self.explain(self._prepare_records().read_frame(properties)).row(0, named=True)
            return f"{row['Explanation']}." + (f" Not eligible: {row['Reasons']}." if row["Reasons"] else "")
        given, renamed = self._open(properties)
        if isinstance(given, nw.LazyFrame):
            given = given.collect()
        needed = given.select(name for name in self.profile.columns if name in given.columns).to_polars()
        explanations = explain_scores(needed, self.profile, self.as_of)["Explanation"]
        sentences = nw.new_series("Explanation", explanations.to_list(), nw.String(), backend=given.implementation)
        return restore_names(self._add_eligibility(given).with_columns(sentences), renamed)

    def get_flex_classification(self, score: float) -> str:
        """Return the class of a score, such as PRIME_FLEX for 8 and above."""
        return next((name for name, minimum in self.profile.bands if score >= minimum), self.profile.bands[-1][0])

    def _open(self, frame: Any) -> tuple[Any, dict[str, str]]:
        """Return the frame with canonical names, wrapped, and the names before. Raises TypeError or DataFormatError."""
        given, renamed = use_canonical_names(open_frame(frame), self.profile)
        validate_frame(given, self.profile)
        return given, renamed

    def _add_eligibility(self, given: Any) -> Any:
        classified: Any = nw.from_native(classify_frame(given.to_native(), self.profile, -inf, self.as_of))
        replaced = (STATUS, REASONS, TO_VERIFY, "Eligible", "Reasons", UNVERIFIED)  # the last three by an earlier call
        kept = [name for name in column_names(classified) if name not in replaced]
        is_eligible = nw.col(STATUS) == str(RowStatus.CANDIDATE)
        return classified.select(*kept, is_eligible.alias("Eligible"), nw.col(REASONS).alias("Reasons"), UNVERIFIED)

    def _prepare_records(self) -> RecordScorer:
        """Return the scorer of records, made again if the profile or the day has been changed."""
        known = self._records
        if known is None or known.profile is not self.profile or known.as_of != self.as_of:
            known = self._records = RecordScorer(self.profile, self.as_of)
        return known
