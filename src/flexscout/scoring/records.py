"""Read and score single records, such as one county parcel: nested keys, lists to count, and no frames."""

import math
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import narwhals as nw

from flexscout.errors import DataFormatError
from flexscout.scoring.profile import Count, Kind, Profile, find_value_kind
from flexscout.scoring.row_functions import Evaluate, RecordingFrame, UncompilableError
from flexscout.scoring.rules import add_rule_columns
from flexscout.scoring.score import score_frame

if TYPE_CHECKING:
    import polars as pl

Record = Mapping[str, Any]
"""Keys and values; keys are canonical column names, or those of the profile's `record` and `counts`."""


class RecordScorer:
    """Scores records by the rules of a profile, which are compiled once.

    Args:
        profile: Profile to score by.
        as_of: Day from which dates are counted back.

    """

    def __init__(self, profile: Profile, as_of: date) -> None:
        self.profile, self.as_of = profile, as_of
        self._columns = {name: find_value_kind(name) for name in profile.columns}
        self._paths = {column: path.split(".") for path, column in reversed(list(profile.record.items()))}
        keys = (*self._columns, *profile.record, *(count.entries for count in profile.counts.values()))
        self._keys = {key.partition(".")[0] for key in keys}
        self._wanted = profile.points_columns
        self._functions = self._compile()

    def __reduce__(self) -> tuple[type["RecordScorer"], tuple[Profile, date]]:
        """Pickle without the compiled functions."""
        return RecordScorer, (self.profile, self.as_of)

    def read(self, record: Record) -> dict[str, Any]:
        """Return the values of the profile's columns; None where missing.

        Raises:
            TypeError: `record` is not a mapping, or a value has the wrong type.
            DataFormatError: None of the keys is known.

        """
        if not isinstance(record, Mapping):
            raise TypeError(f"Expected a record (column name -> value), not {type(record).__name__}. Use score() for frames.")
        if record and not any(key in record for key in self._keys):
            raise DataFormatError.missing_frame_columns(tuple(self._columns), list(map(str, record)))
        return {name: _convert(name, kind, self._get_value(record, name)) for name, kind in self._columns.items()}

    def read_frame(self, record: Record) -> "pl.DataFrame":
        """Return the values of the profile's columns as a frame of one row. Raises the errors of `read`."""
        import polars as pl  # noqa: PLC0415 - scoring a record needs no frame

        types = {"number": pl.Float64, "text": pl.String, "date": pl.Date}
        return pl.DataFrame([self.read(record)], schema={name: types[kind] for name, kind in self._columns.items()})

    def score(self, record: Record) -> tuple[float, dict[str, float]]:
        """Return the score of a record, and its points by column. Raises the errors of `read`."""
        if self._functions is None:
            frame = add_rule_columns(nw.from_native(self.read_frame(record)), self.profile)
            row = score_frame(frame, self.profile, self.as_of).rows(named=True)[0]
        else:
            row = self.read(record)
            for name, evaluate in self._functions:
                row[name] = evaluate(row)
        return row["Flex Score"], {name: row[name] for name in self._wanted}

    def _compile(self) -> tuple[tuple[str, Evaluate], ...] | None:
        """Compile the score columns, or None if this version of narwhals keeps expressions in a form that can't be compiled."""
        recording = RecordingFrame(tuple(self._columns))
        try:
            score_frame(add_rule_columns(cast("Any", recording), self.profile), self.profile, self.as_of)
            return recording.compile((*self._wanted, "Flex Score"))
        except UncompilableError:
            return None

    def _get_value(self, record: Record, name: str) -> Any:
        """Return a value by its canonical name, or by the profile's names for it."""
        if name in record:
            return record[name]
        if name in self.profile.counts:
            return _count_entries(record, self.profile.counts[name], self.as_of)
        return _get_path(record, self._paths.get(name, ()))


def _get_path(record: Any, path: Iterable[str]) -> Any:
    """Return a nested value, or None if a key is missing or there is no value."""
    value = None
    for key in path:
        record = value = record.get(key) if isinstance(record, Mapping) else None
    return value


def _count_entries(record: Record, count: Count, as_of: date) -> float | None:
    """Count the entries of a list that match, or None if there is no list."""
    entries = _get_path(record, count.entries.split("."))
    if entries is None:
        return None
    if isinstance(entries, str) or not isinstance(entries, Iterable):
        raise TypeError(f"{count.entries} is {entries!r:.60}, not a list of records.")
    return float(sum(_is_counted(entry, count, as_of) for entry in entries))


def _is_counted(entry: Any, count: Count, as_of: date) -> bool:
    for key, wanted in count.equal.items():
        if str(_get_path(entry, key.split("."))).casefold() != wanted.casefold():
            return False
    if count.within_days is None:
        return True
    day = _parse_day(count.date, _get_path(entry, count.date.split(".")))
    return day is not None and as_of - timedelta(days=count.within_days) <= day <= as_of


def _convert(name: str, kind: Kind, value: Any) -> Any:
    # NaN, and the missing values of pandas.
    if value is None or type(value).__name__ in ("NAType", "NaTType") or (isinstance(value, float) and math.isnan(value)):
        return None
    if kind == "date":
        return _parse_day(name, value)
    if kind == "text":
        if not isinstance(value, str | int | float):
            raise TypeError(f"{name} is {value!r:.60}, not text.")
        return str(value)
    if isinstance(value, str):
        raise TypeError(f"{name} is {value!r}, not a number. Convert it, or use FlexPropertyClassifier, which reads text.")
    return float(value)


def _parse_day(name: str, value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise TypeError(f"{name} is {value!r}, not a date such as 2024-05-31.") from None
