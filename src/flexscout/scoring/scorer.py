"""One record, of a caller's own shape, as a frame of one row."""

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


def read_record(record: Mapping[str, Any], profile: Profile, as_of: date) -> "pl.DataFrame":
    """The values that the profile looks at, typed.

    Raises TypeError for what is no record or a value that won't do, DataFormatError if none of its keys is known.
    """
    import polars as pl  # noqa: PLC0415 - one record needs some frame library; this one is always there

    if not isinstance(record, Mapping):
        raise TypeError(f"One record is needed, column name -> value, not {type(record).__name__}; score(frame) takes a frame.")
    if record and not any(_has(record, name, profile) for name in profile.columns):
        raise DataFormatError.missing_frame_columns(profile.columns, list(map(str, record)))
    types = {"number": pl.Float64, "text": pl.String, "date": pl.Date}
    found = {name: _typed(name, _found(record, name, profile, as_of)) for name in profile.columns}
    return pl.DataFrame({name: pl.Series([one], dtype=types[value_kind(name)]) for name, one in found.items()})


def _has(record: Mapping[str, Any], name: str, profile: Profile) -> bool:
    paths = [path for path, column in profile.record.items() if column == name]
    lists = [profile.counts[name].entries] if name in profile.counts else []
    return any(key.partition(".")[0] in record for key in (name, *paths, *lists))


def _found(record: Mapping[str, Any], name: str, profile: Profile, as_of: date) -> Any:
    """A value by its canonical name, or by what the profile says that a record may call it."""
    if name in record:
        return record[name]
    if name in profile.counts:
        return _count(record, profile.counts[name], as_of)
    return next((_at(record, path) for path, column in profile.record.items() if column == name), None)


def _at(record: Any, path: str) -> Any:
    for key in path.split("."):
        record = record.get(key) if isinstance(record, Mapping) else None
    return record


def _count(record: Mapping[str, Any], count: Count, as_of: date) -> float | None:
    """How many entries of a list count; None where there is no list."""
    entries = _at(record, count.entries)
    if entries is None:
        return None
    if isinstance(entries, str) or not isinstance(entries, Iterable):
        raise TypeError(f"{count.entries} is {entries!r:.60}: give a list of records.")
    return float(sum(_counts(entry, count, as_of) for entry in entries))


def _counts(entry: Any, count: Count, as_of: date) -> bool:
    if any(str(_at(entry, key)).casefold() != wanted.casefold() for key, wanted in count.equal.items()):
        return False
    if count.within_days is None:
        return True
    day = _day(count.date, _at(entry, count.date))
    return day is not None and as_of - timedelta(days=count.within_days) <= day <= as_of


def _typed(name: str, value: Any) -> Any:
    # NaN, and the missing values of pandas, are not equal to themselves, or don't know.
    if value is None or type(value).__name__ in ("NAType", "NaTType") or (isinstance(value, float) and math.isnan(value)):
        return None
    if value_kind(name) == "text" and not isinstance(value, str | int | float):
        raise TypeError(f"{name} is {value!r:.60}: give a text.")
    if value_kind(name) == "date":
        return _day(name, value)
    if value_kind(name) == "number" and isinstance(value, str):
        raise TypeError(f"{name} is the text {value!r}: give a number; FlexPropertyClassifier reads texts.")
    return str(value) if value_kind(name) == "text" else float(value)


def _day(name: str, value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise TypeError(f"{name} is {value!r}: give a date, such as 2024-05-31.") from None


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
        scored = self.score(read_record(record, self.profile, self.as_of)).row(0, named=True)
        return scored["Flex Score"], {name: scored[name] for name in self.profile.points_columns}

    def score(self, frame: IntoFrameT) -> IntoFrameT:
        """The frame with the profile's score columns added; any library that narwhals knows, the same kind back.

        A column that the frame lacks counts as missing in every row. Raises TypeError if it is no frame, or holds texts where
        numbers are needed, DataFormatError if it has none of the columns.
        """
        given: Any = nw.from_native(frame)
        validate_frame(given, self.profile)
        prepared = add_rule_columns(given, self.profile)
        return cast("IntoFrameT", drop_rule_columns(score_frame(prepared, self.profile, self.as_of), self.profile).to_native())

    def explain(self, properties: Any) -> Any:
        """Why a property scored what it did.

        A record gives a sentence: score, class, and each factor with its points; then why it is not eligible, if so. A frame of
        pandas or Polars comes back with the score columns, `Eligible`, `Reasons` why not, `Unverified` and `Explanation`.
        """
        if isinstance(properties, Mapping):
            told = self.explain(read_record(properties, self.profile, self.as_of)).row(0, named=True)
            return f"{told['Explanation']}." + (f" Not eligible: {told['Reasons']}." if told["Reasons"] else "")
        if hasattr(properties, "collect") or not hasattr(properties, "columns"):
            raise TypeError(f"A record or a frame is needed, not {type(properties).__name__}; .collect() a query first.")
        given = nw.from_native(properties, eager_only=True)
        validate_frame(given, self.profile)
        asked = given.select(name for name in self.profile.columns if name in given.columns).to_polars()
        told = explain_scores(asked, self.profile, self.as_of)
        judged = nw.from_native(classify_frame(given.to_native(), self.profile, -inf, self.as_of), eager_only=True)
        sentences = nw.new_series("Explanation", told.to_list(), nw.String(), backend=given.implementation)
        found = judged.with_columns((nw.col(STATUS) == str(RowStatus.CANDIDATE)).alias("Eligible"), sentences)
        kept = [name for name in judged.columns if name not in (STATUS, REASONS, TO_VERIFY, UNVERIFIED)]
        return found.select(*kept, "Eligible", nw.col(REASONS).alias("Reasons"), UNVERIFIED, "Explanation").to_native()

    def get_flex_classification(self, score: float) -> str:
        """The class of a score, such as PRIME_FLEX from 8."""
        return next((name for name, least in self.profile.bands if score >= least), self.profile.bands[-1][0])
