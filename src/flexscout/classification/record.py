"""One record, of a caller's own shape, as a frame of one row."""

import math
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from flexscout.classification.profile import Count, Profile, kind_of
from flexscout.errors import DataFormatError

if TYPE_CHECKING:
    import polars as pl


def values_of(record: Mapping[str, Any], profile: Profile, as_of: date) -> "pl.DataFrame":
    """The values that the profile looks at, typed.

    Raises TypeError for what is no record or a value that won't do, DataFormatError if none of its keys is known.
    """
    import polars as pl  # noqa: PLC0415 - one record needs some frame library; this one is always there

    if not isinstance(record, Mapping):
        raise TypeError(f"One record is needed, column name -> value, not {type(record).__name__}; score(frame) takes a frame.")
    if record and not any(_has(record, name, profile) for name in profile.columns):
        raise DataFormatError.missing_from_frame(profile.columns, list(map(str, record)))
    types = {"number": pl.Float64, "text": pl.String, "date": pl.Date}
    found = {name: _typed(name, _found(record, name, profile, as_of)) for name in profile.columns}
    return pl.DataFrame({name: pl.Series([one], dtype=types[kind_of(name)]) for name, one in found.items()})


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
    if kind_of(name) == "text" and not isinstance(value, str | int | float):
        raise TypeError(f"{name} is {value!r:.60}: give a text.")
    if kind_of(name) == "date":
        return _day(name, value)
    if kind_of(name) == "number" and isinstance(value, str):
        raise TypeError(f"{name} is the text {value!r}: give a number; FlexPropertyClassifier reads texts.")
    return str(value) if kind_of(name) == "text" else float(value)


def _day(name: str, value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise TypeError(f"{name} is {value!r}: give a date, such as 2024-05-31.") from None
