"""The date of an export and the name of its source, as the path of the file says them.

`Charlotte/costar 01.19.26 (2).xlsx` is the second download of January 19, 2026, of the source `Charlotte costar`.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import PurePosixPath

from flexscout.domain.text import MONTHS

INBOX = "inbox"
"""The folder of files that were dropped on the window: where a file was dropped says nothing about its source."""

_MONTH_NAMES = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
                "november", "december")  # fmt: skip
_SHORT = {**dict(zip((month.lower() for month in MONTHS), range(1, 13), strict=True)), "sept": 9}
_MONTH_NUMBERS = {**_SHORT, **{name: number for number, name in enumerate(_MONTH_NAMES, 1)}}
_MONTH = rf"(?<![a-z])(?P<name>{'|'.join(sorted(_MONTH_NUMBERS, key=len, reverse=True))})(?![a-z])"
_DAY_NUMBER = r"(?P<d>\d{1,2})(?:st|nd|rd|th)?"
_TIME = r"(?:[t_ -]+(?P<time>[0-2]\d[-_.]?[0-5]\d(?:[-_.]?[0-5]\d)?)(?!\d))?"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<!\d)(?P<y>20\d\d)(?P<m>[01]\d)(?P<d>[0-3]\d)(?!\d){_TIME}",
        rf"(?<!\d)(?P<y>20\d\d)[-_. ](?P<m>\d{{1,2}})[-_. ](?P<d>\d{{1,2}})(?!\d){_TIME}",
        rf"(?<!\d)(?P<m>\d{{1,2}})[-_.](?P<d>\d{{1,2}})[-_.](?P<y>20\d\d|\d\d)(?!\d){_TIME}",
        rf"(?<!\d){_DAY_NUMBER}[-_. ]*{_MONTH}(?:[-_., ]*(?P<y>20\d\d|\d\d)(?!\d))?",
        rf"{_MONTH}[-_., ]*(?P<y>20\d\d)(?!\d)",
        rf"{_MONTH}[-_., ]*{_DAY_NUMBER}(?!\d)(?:[-_., ]+(?P<y>20\d\d|\d\d)(?!\d))?",
        r"(?<![\d.-])(?P<m>\d{1,2})[-_.](?P<d>\d{1,2})$",
    )
)
# A text without any of these has no date; most names of files are settled by this one search.
_DATE_SIGN = re.compile(rf"\d{{8}}|\d[-_. ]\d|{_MONTH}", re.IGNORECASE)
_COPY = re.compile(r"(?:\s*\((\d{1,4})\)|\s*-?\s*\bcopy(?:\s*\((\d{1,4})\))?)$", re.IGNORECASE)
_NUMBER = re.compile(r"(?<=[^\W\d])[-_ ]+(\d{1,3})$")
_SEPARATORS = re.compile(r"[\W_]+")
_CLOCK_SKEW = timedelta(days=7)  # an export may be named for the coming Monday
_CENTURY = 2000


@dataclass(frozen=True)
class FileDate:
    """When an export was made.

    Attributes:
        source: What remains of the path without date, counter, suffix and INBOX, as it is written: files of one source have the
            same, ignoring case.
        day: The day in the path, else the day on which the file was last changed.
        is_named: Whether the day, with its year, is in the path.
        order: Sorts the exports of one day: the time of day in the name, then the counter.
        seconds: Seconds since 1970: the start of a named day plus the position in `order`, else when the file was changed.

    """

    source: str
    day: date
    is_named: bool
    order: tuple[str, int]
    seconds: float


def date_file(name: str, modified: float) -> FileDate:
    """Return the date of an export.

    Args:
        name: The path below the input folder, with `/`.
        modified: When the file was last changed, in seconds since 1970. It gives the year of a date without one.

    """
    changed = datetime.fromtimestamp(modified).astimezone().date()
    path = PurePosixPath(name)
    stem, counter = _split_counter(path.stem, _COPY)
    found: list[tuple[date, bool, str]] = []
    parts = path.parent.parts
    places = parts[1:] if parts[:1] == (INBOX,) else parts
    folders, stem = (_remove_dates(text, changed, found) for text in ("/".join(places), stem))
    stem, number = _split_counter(stem.strip(" -_"), _NUMBER)
    source = " ".join(filter(None, _SEPARATORS.sub(" ", f"{folders} {stem}").split(" ")))
    if not found:
        return FileDate(source, changed, is_named=False, order=("", counter or number), seconds=modified)
    day, has_year, time = max(found)
    order = (time, counter or number)
    midnight = datetime(day.year, day.month, day.day).astimezone().timestamp()
    return FileDate(source, day, is_named=has_year, order=order, seconds=midnight + _count_seconds(time) + order[1])


def names_day(name: str) -> bool:
    """Return whether the path of an export has its day, with or without a year; otherwise the file's own date counts."""
    found: list[tuple[date, bool, str]] = []
    _remove_dates(str(PurePosixPath(name).with_suffix("")), date(_CENTURY, 1, 1), found)
    return bool(found)


def _split_counter(stem: str, pattern: re.Pattern[str]) -> tuple[str, int]:
    match = pattern.search(stem)
    if not match or not match.start():
        return stem, 0
    return stem[: match.start()], int(next(filter(None, match.groups()), "1"))


def _remove_dates(text: str, changed: date, found: list[tuple[date, bool, str]]) -> str:
    """Return the text without its dates, and add each date to `found`, with whether it has a year, and its time of day."""
    for pattern in _PATTERNS if _DATE_SIGN.search(text) else ():
        text = pattern.sub(_build_replacer(changed, found), text)
    return text


def _build_replacer(changed: date, found: list[tuple[date, bool, str]]) -> Callable[[re.Match[str]], str]:
    def replace(match: re.Match[str]) -> str:
        parts = match.groupdict()
        day = _read_day(parts, changed)
        if day is None:
            return match[0]
        found.append((day, bool(parts.get("y")), re.sub(r"\D", "", parts.get("time") or "")))
        return " "

    return replace


def _read_day(parts: dict[str, str | None], changed: date) -> date | None:
    month = _MONTH_NUMBERS[name.lower()] if (name := parts.get("name")) else int(parts["m"] or 0)
    day = int(parts.get("d") or 1)
    # Month first, as in the US; day first where that can't be a date.
    orders = [(month, day)] if parts.get("name") else [(month, day), (day, month)]
    for number, of_month in orders:
        with suppress(ValueError):
            if year := parts.get("y"):
                return date(int(year) if len(year) > 2 else _CENTURY + int(year), number, of_month)  # noqa: PLR2004 - digits
            latest = date(changed.year, number, of_month)
            return latest if latest <= changed + _CLOCK_SKEW else date(changed.year - 1, number, of_month)
    return None


def _count_seconds(time: str) -> int:
    """Return the seconds since midnight of a time such as `1430` or `143005`."""
    hours, minutes, seconds = (int(time[start : start + 2] or 0) for start in (0, 2, 4))
    return hours * 3600 + minutes * 60 + seconds
