"""The face of scoring: properties in a frame of any library, or one record."""

from collections.abc import Mapping
from datetime import date
from math import inf
from typing import Any, cast

import narwhals as nw
from narwhals.typing import IntoFrameT

from flexscout.classification.eligibility import classify
from flexscout.classification.explain import explanations
from flexscout.classification.load import load_profile
from flexscout.classification.record import values_of
from flexscout.classification.score import scored
from flexscout.classification.working import check_frame, with_working, without_working
from flexscout.model import REASONS, STATUS, TO_VERIFY, UNVERIFIED, RowStatus


class FlexPropertyScorer:
    """Scores properties by a profile.

    `profile`: the name of a built-in one, or a YAML file; `as_of`: the day from which dates are counted back, by default
    today. Raises ConfigurationError if there is no such profile, or with all its mistakes.
    """

    def __init__(self, profile: str = "flex-industrial", *, as_of: date | None = None) -> None:
        self.profile = load_profile(profile)
        self.as_of = as_of or date.today()  # noqa: DTZ011 - the day where the user is

    def calculate_flex_score(self, record: Mapping[str, Any]) -> tuple[float, dict[str, float]]:
        """The score of one property, 0-10, and the points of each factor.

        `record`: canonical column names, or those that the profile's `record` lists, and their values; a missing key counts
        like a missing value (None or NaN). Raises TypeError for a text where a number is needed, and for what is no record,
        DataFormatError if none of its keys is known.
        """
        scored = self.score(values_of(record, self.profile, self.as_of)).row(0, named=True)
        return scored["Flex Score"], {name: scored[name] for name in self.profile.points_columns}

    def score(self, frame: IntoFrameT) -> IntoFrameT:
        """The frame with the profile's score columns added; any library that narwhals knows, the same kind back.

        A column that the frame lacks counts as missing in every row. Raises TypeError if it is no frame, or holds texts where
        numbers are needed, DataFormatError if it has none of the columns.
        """
        given: Any = nw.from_native(frame)
        check_frame(given, self.profile)
        prepared = with_working(given, self.profile)
        return cast("IntoFrameT", without_working(scored(prepared, self.profile, self.as_of), self.profile).to_native())

    def explain(self, properties: Any) -> Any:
        """Why a property scored what it did.

        A record gives a sentence: score, class, and each factor with its points; then why it is not eligible, if so. A frame of
        pandas or Polars comes back with the score columns, `Eligible`, `Reasons` why not, `Unverified` and `Explanation`.
        """
        if isinstance(properties, Mapping):
            told = self.explain(values_of(properties, self.profile, self.as_of)).row(0, named=True)
            return f"{told['Explanation']}." + (f" Not eligible: {told['Reasons']}." if told["Reasons"] else "")
        if hasattr(properties, "collect") or not hasattr(properties, "columns"):
            raise TypeError(f"A record or a frame is needed, not {type(properties).__name__}; .collect() a query first.")
        given = nw.from_native(properties, eager_only=True)
        check_frame(given, self.profile)
        asked = given.select(name for name in self.profile.columns if name in given.columns).to_polars()
        told = explanations(asked, self.profile, self.as_of)
        judged = nw.from_native(classify(given.to_native(), self.profile, -inf, self.as_of), eager_only=True)
        sentences = nw.new_series("Explanation", told.to_list(), nw.String(), backend=given.implementation)
        found = judged.with_columns((nw.col(STATUS) == str(RowStatus.CANDIDATE)).alias("Eligible"), sentences)
        kept = [name for name in judged.columns if name not in (STATUS, REASONS, TO_VERIFY, UNVERIFIED)]
        return found.select(*kept, "Eligible", nw.col(REASONS).alias("Reasons"), UNVERIFIED, "Explanation").to_native()

    def get_flex_classification(self, score: float) -> str:
        """The class of a score, such as PRIME_FLEX from 8."""
        return next((name for name, least in self.profile.bands if score >= least), self.profile.bands[-1][0])
