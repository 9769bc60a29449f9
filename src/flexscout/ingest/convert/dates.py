"""Dates as exports write them."""

import polars as pl

# Tried in this order on what is left; dates of numbers alone come between.
_COMMON = ("%Y-%m-%d", "%B %d, %Y")
_OTHERS = ("%d-%b-%Y", "%d-%b-%y", "%B %d %Y", "%d %B %Y", "%b-%d-%Y", "%Y/%m/%d", "%Y%m%d")
_MONTH_FIRST = ("%m/%d/%Y", "%m/%d/%y")
_DAY_FIRST = ("%d/%m/%Y", "%d/%m/%y")
_TIME = r"(?i)[ t]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[ap]m)?(?:z|[+-]\d{2}:?\d{2})?$"
_YEARS = (1800, 2100)
_SHORT_YEARS_TO = 2029  # Excel takes 29 for 2029 and 30 for 1930

NO_DATE = r"^[-0/ :]*$"
"""How county rolls say that there is none: 0, 0000-00-00."""

FROM_1904 = "days from 1904"
"""The unit of a date column whose bare numbers count so; else they count from 1900."""

DAY_FIRST = "day_first: its dates are written day first (31/1/2020), and are read so"
_DAYS_OF_1904 = 1_462  # what Excel's two calendars differ by

# Day numbers, 1927 to 2099. Of four digits a number is rather a year, or month and year: 1220.
_SERIALS = (10_000.0, 73_050.0)
_DAYS_AT_MOST = 1e6  # from 1970; beyond any year
_MILLISECONDS_FROM = 1e11  # since 1970; database exports write dates so

_IN_NUMBERS = r"^\d{1,2}([/.-])\d{1,2}[/.-](?:\d{4}|\d{2})$"
_DAY_LEADS = r"^(?:1[3-9]|2\d|3[01])[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})$"
_DAY_FOLLOWS = r"^\d{1,2}[/.-](?:1[3-9]|2\d|3[01])[/.-](?:\d{4}|\d{2})$"

# What people put around a date, and how they shorten it; a month without a day is its first.
_TIDY = (
    (r"(?i)^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+", ""),
    (r"(?i)\b(\d{1,2})(?:st|nd|rd|th)\b", "$1"),
    (r"(?i)\bsept\b", "sep"),
    (r"(?i)\b(jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec)\.", "$1"),
    (r"(?i)^([a-z]{3,9}),? (\d{4})$", "1 $1 $2"),
    (r"(?i)^([a-z]{3})-(\d{4})$", "1 $1 $2"),
    (r"^(\d{1,2})/(\d{4})$", "$2/$1/1"),
    (r"^(\d{4})-(\d{2})$", "$1-$2-01"),
)


def to_dates(texts: pl.Series, unit: str = "") -> pl.Series:
    """Texts as dates from 1800 to 2100; null where a text is none. `unit`: FROM_1904 where bare numbers count so."""
    rest = texts.str.replace(_TIME, "")
    dates = _parsed(rest, _from_numbers(rest, unit), _COMMON)
    if _left(rest, dates).len():
        dates = _in_numbers(rest, dates)
        dates = _parsed(rest, dates, _OTHERS)
    left = _left(rest, dates)
    return dates if left.is_empty() else dates.scatter(left, _untidy(rest.gather(left)))


def is_day_first(texts: pl.Series) -> bool:
    """Whether a column writes the day before the month: some of its dates can't be otherwise, and none contradicts."""
    return bool(texts.str.contains(_DAY_LEADS).any()) and not texts.str.contains(_DAY_FOLLOWS).any()


def describe_date_order(texts: pl.Series) -> str:
    """What is to say of a column of dates."""
    return DAY_FIRST if is_day_first(texts.str.replace(_TIME, "")) else ""


def _left(texts: pl.Series, dates: pl.Series) -> pl.Series:
    return (texts.is_not_null() & dates.is_null()).arg_true()


def _parsed(texts: pl.Series, dates: pl.Series, forms: tuple[str, ...]) -> pl.Series:
    """The dates, and those that the forms find in the texts without one."""
    for form in forms:
        left = _left(texts, dates)
        if left.is_empty():
            break
        found = texts.gather(left).str.to_date(form, strict=False)
        dates = dates.scatter(left, _sane(_of_last_century(found) if "%y" in form else found))
    return dates


def _in_numbers(texts: pl.Series, dates: pl.Series) -> pl.Series:
    """Month and day as numbers: month first, as in the United States, unless the whole column says otherwise."""
    day_first = is_day_first(texts)
    separator = texts.str.extract(_IN_NUMBERS)
    # Points are of no country for sure: a column must say which.
    unsure = pl.lit(value=True) if not day_first and not texts.str.contains(_DAY_FOLLOWS).any() else pl.lit(value=False)
    readable = texts.to_frame("text").select(
        pl.when(separator.is_not_null() & ~((separator == ".").fill_null(value=False) & unsure)).then(
            pl.col("text").str.replace_all("[.-]", "/")
        )
    )
    return _parsed(readable.to_series(), dates, _DAY_FIRST if day_first else _MONTH_FIRST)


def _of_last_century(dates: pl.Series) -> pl.Series:
    late = (dates.dt.year() > _SHORT_YEARS_TO).fill_null(value=False)
    return dates.dt.offset_by("-100y").zip_with(late, dates)


def _untidy(texts: pl.Series) -> pl.Series:
    """Dates with a weekday, an ordinal or a point, and months without a day."""
    for pattern, tidy in _TIDY:
        texts = texts.str.replace(pattern, tidy)
    return _parsed(texts, pl.repeat(None, texts.len(), dtype=pl.Date, eager=True), (*_COMMON, *_OTHERS))


def _sane(dates: pl.Series) -> pl.Series:
    return dates.set(~dates.dt.year().is_between(*_YEARS).fill_null(value=False), None)


def _from_numbers(texts: pl.Series, unit: str) -> pl.Series:
    """Day numbers of Excel and milliseconds since 1970."""
    numbers = texts.cast(pl.Float64, strict=False)
    shifted = numbers + (_DAYS_OF_1904 if unit == FROM_1904 else 0)
    serial = shifted.is_between(*_SERIALS).fill_null(value=False)
    since_1970 = (numbers.abs() >= _MILLISECONDS_FROM).fill_null(value=False)
    days = shifted.set(~serial, None) - 25_569  # Excel's number of 1970-01-01
    milliseconds = numbers.set(~since_1970, None) / 86_400_000
    both = days.zip_with(serial, milliseconds).floor()
    return _sane(both.set(both.abs() > _DAYS_AT_MOST, None).cast(pl.Int32, strict=False).cast(pl.Date))
