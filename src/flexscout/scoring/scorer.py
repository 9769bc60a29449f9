"""Public scorer of single records and frames."""

import math
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from math import inf
from typing import TYPE_CHECKING, Any, cast

import narwhals as nw
from narwhals.typing import IntoFrameT

from flexscout.domain import REASONS, STATUS, TO_VERIFY, UNVERIFIED
from flexscout.errors import DataFormatError
from flexscout.models import RowStatus
from flexscout.scoring.eligibility import classify_frame
from flexscout.scoring.explanations import explain_scores
from flexscout.scoring.profile import Count, Profile, value_kind
from flexscout.scoring.profile_files import load_profile
from flexscout.scoring.rules import add_rule_columns, drop_rule_columns, validate_frame
from flexscout.scoring.score import score_frame

if TYPE_CHECKING:
    import polars as pl


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
        scored = self.score(read_record(record, self.profile, self.as_of)).row(0, named=True)
        return scored["Flex Score"], {name: scored[name] for name in self.profile.points_columns}

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
            row = self.explain(read_record(properties, self.profile, self.as_of)).row(0, named=True)
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


def read_record(record: Mapping[str, Any], profile: Profile, as_of: date) -> "pl.DataFrame":
    """Convert a record to a frame of one row with the profile's columns.

    Args:
        record: Keys and values; keys are canonical column names or those of the profile's `record` and `counts`.
        profile: Profile whose columns are read.
        as_of: Day from which `counts` count back.

    Raises:
        TypeError: `record` is not a mapping, or a value has the wrong type.
        DataFormatError: None of the keys is known.

    """
    import polars as pl  # noqa: PLC0415 - one record needs some frame library; this one is always there

    if not isinstance(record, Mapping):
        raise TypeError(f"Expected a record (column name -> value), not {type(record).__name__}. Use score() for frames.")
    if record and not any(_has_column(record, name, profile) for name in profile.columns):
        raise DataFormatError.missing_frame_columns(profile.columns, list(map(str, record)))
    types = {"number": pl.Float64, "text": pl.String, "date": pl.Date}
    values = {name: _convert(name, _get_value(record, name, profile, as_of)) for name in profile.columns}
    return pl.DataFrame({name: pl.Series([one], dtype=types[value_kind(name)]) for name, one in values.items()})


def _has_column(record: Mapping[str, Any], name: str, profile: Profile) -> bool:
    paths = [path for path, column in profile.record.items() if column == name]
    lists = [profile.counts[name].entries] if name in profile.counts else []
    return any(key.partition(".")[0] in record for key in (name, *paths, *lists))


def _get_value(record: Mapping[str, Any], name: str, profile: Profile, as_of: date) -> Any:
    """Return a value by its canonical name, or by the profile's names for it."""
    if name in record:
        return record[name]
    if name in profile.counts:
        return _count_entries(record, profile.counts[name], as_of)
    return next((_get_path(record, path) for path, column in profile.record.items() if column == name), None)


def _get_path(record: Any, path: str) -> Any:
    for key in path.split("."):
        record = record.get(key) if isinstance(record, Mapping) else None
    return record


def _count_entries(record: Mapping[str, Any], count: Count, as_of: date) -> float | None:
    """Count the entries of a list that match; None if there is no list."""
    entries = _get_path(record, count.entries)
    if entries is None:
        return None
    if isinstance(entries, str) or not isinstance(entries, Iterable):
        raise TypeError(f"{count.entries} is {entries!r:.60}, not a list of records.")
    return float(sum(_is_counted(entry, count, as_of) for entry in entries))


def _is_counted(entry: Any, count: Count, as_of: date) -> bool:
    if any(str(_get_path(entry, key)).casefold() != wanted.casefold() for key, wanted in count.equal.items()):
        return False
    if count.within_days is None:
        return True
    day = _parse_day(count.date, _get_path(entry, count.date))
    return day is not None and as_of - timedelta(days=count.within_days) <= day <= as_of


def _convert(name: str, value: Any) -> Any:
    # NaN, and the missing values of pandas.
    if value is None or type(value).__name__ in ("NAType", "NaTType") or (isinstance(value, float) and math.isnan(value)):
        return None
    if value_kind(name) == "text" and not isinstance(value, str | int | float):
        raise TypeError(f"{name} is {value!r:.60}, not text.")
    if value_kind(name) == "date":
        return _parse_day(name, value)
    if value_kind(name) == "number" and isinstance(value, str):
        raise TypeError(f"{name} is {value!r}, not a number. Convert it, or use FlexPropertyClassifier, which reads text.")
    return str(value) if value_kind(name) == "text" else float(value)


def _parse_day(name: str, value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise TypeError(f"{name} is {value!r}, not a date such as 2024-05-31.") from None
