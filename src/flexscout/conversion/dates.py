"""Dates as exports write them."""

import polars as pl

# Tried in this order on what is left. Month before day: these are exports of the United States.
_FORMATS = (
    "%Y-%m-%d",
    "%B %d, %Y",
    "%m/%d/%Y",
    "%m/%d/%y",
    "%m-%d-%Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%B %d %Y",
    "%d %B %Y",
    "%Y/%m/%d",
    "%Y%m%d",
)
_TIME = r"(?i)[ t]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[ap]m)?(?:z|[+-]\d{2}:?\d{2})?$"
_YEARS = (1800, 2100)

NO_DATE = r"^[-0/ :]*$"
"""How county rolls say that there is none: 0, 0000-00-00."""

_SERIALS = (1_000.0, 73_050.0)  # Excel's day numbers, 1902 to 2099
_DAYS_AT_MOST = 1e6  # from 1970; beyond any year
_MILLISECONDS_FROM = 1e11  # since 1970; database exports write dates so


def to_dates(texts: pl.Series) -> pl.Series:
    """Texts as dates from 1800 to 2100; null where a text is none."""
    rest = texts.str.replace(_TIME, "")
    dates = _from_numbers(rest)
    for form in _FORMATS:
        left = (rest.is_not_null() & dates.is_null()).arg_true()
        if left.is_empty():
            break
        dates = dates.scatter(left, _sane(rest.gather(left).str.to_date(form, strict=False)))
    return dates


def _sane(dates: pl.Series) -> pl.Series:
    return dates.set(~dates.dt.year().is_between(*_YEARS).fill_null(value=False), None)


def _from_numbers(texts: pl.Series) -> pl.Series:
    """Day numbers of Excel and milliseconds since 1970."""
    numbers = texts.cast(pl.Float64, strict=False)
    # A bare 2007 is a year, not a day of 1905.
    serial = (numbers.is_between(*_SERIALS) & ~texts.str.contains(r"^(?:1[89]|20)\d\d$")).fill_null(value=False)
    since_1970 = (numbers.abs() >= _MILLISECONDS_FROM).fill_null(value=False)
    days = numbers.set(~serial, None) - 25_569  # Excel's number of 1970-01-01
    milliseconds = numbers.set(~since_1970, None) / 86_400_000
    both = days.zip_with(serial, milliseconds).floor()
    return _sane(both.set(both.abs() > _DAYS_AT_MOST, None).cast(pl.Int32, strict=False).cast(pl.Date))
