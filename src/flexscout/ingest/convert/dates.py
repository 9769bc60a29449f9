"""Parse dates as exports write them."""

import polars as pl

from flexscout.models import IssueNote, IssueReason

NO_DATE = r"^[-0/ :]*$"
"""Pattern of texts that mean "no date", as county rolls write it: 0, 0000-00-00."""

FROM_1904 = "days from 1904"
"""Unit of a date column whose bare numbers are days since 1904, as in old Mac workbooks. The usual epoch is 1900."""

# Formats are tried in this order on what is left; dates of numbers alone are tried between the two.
_COMMON_FORMATS = ("%Y-%m-%d", "%B %d, %Y")
_OTHER_FORMATS = ("%d-%b-%Y", "%d-%b-%y", "%B %d %Y", "%d %B %Y", "%b-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d")
_MONTH_FIRST = ("%m/%d/%Y", "%m/%d/%y")
_DAY_FIRST = ("%d/%m/%Y", "%d/%m/%y")
_TIME = r"(?i)[ t]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[ap]m)?(?:z|[+-]\d{2}(?::?\d{2})?)?$"
_YEARS = (1800, 2100)
_LAST_SHORT_YEAR = 2029  # Excel reads 29 as 2029 and 30 as 1930

_SERIAL_RANGE = (10_000.0, 73_050.0)  # Excel serials, 1927 to 2099; four digits are a year, or month and year: 1220
_UNIX_EPOCH_SERIAL = 25_569  # Excel serial of 1970-01-01
_DAYS_BETWEEN_EPOCHS = 1_462  # from 1900 to 1904 in Excel
_LARGEST_DAY = 1e6  # days from 1970; beyond any year
_SMALLEST_MILLISECONDS = 1e11  # since 1970, as database exports write dates
_MILLISECONDS_PER_DAY = 86_400_000

_ISO = r"^\d{4}-\d{2}-\d{2}(?: 00:00:00)?$"
_NUMERIC = r"^\d{1,2}([/.-])\d{1,2}[/.-](?:\d{4}|\d{2})$"
_SURELY_DAY_FIRST = r"^(?:1[3-9]|2\d|3[01])[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})$"
_SURELY_MONTH_FIRST = r"^\d{1,2}[/.-](?:1[3-9]|2\d|3[01])[/.-](?:\d{4}|\d{2})$"

_MONTH_DAY_YEAR = r"^(\d{7,8})(?:\.0+)?$"
_SIX_DIGITS = r"^\d{6}(?:\.0+)?$"
_FIVE_OR_SIX_DIGITS = r"^(\d{5,6})(?:\.0+)?$"
_YEAR_MONTH = r"^((?:19|20)\d\d)(0[1-9]|1[0-2])$"

_QUARTERS = {1: "Jan", 2: "Apr", 3: "Jul", 4: "Oct"}

# Weekdays, ordinals and abbreviations; a month or quarter without a day becomes its first day.
_CLEANUPS = (
    (r"(?i)^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+", ""),
    (r"(?i)\b(\d{1,2})(?:st|nd|rd|th)\b", "$1"),
    (r"(?i)\bsept\b", "sep"),
    (r"(?i)\b(jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec)\.", "$1"),
    (r"(?i)^([a-z]{3,9}),? (\d{4})$", "1 $1 $2"),
    (r"(?i)^([a-z]{3})-(\d{4})$", "1 $1 $2"),
    (r"(?i)^([a-z]{3})[a-z]*(?:-| ?')(\d{2})$", "1-$1-$2"),  # as Excel shows a month
    *((rf"(?i)^(?:q{number}|{number}q)[ ,/-]*'?(\d{{4}}|\d\d)$", f"1-{month}-$1") for number, month in _QUARTERS.items()),
    *((rf"(?i)^(\d{{4}})[ -]*(?:q{number}|{number}q)$", f"1-{month}-$1") for number, month in _QUARTERS.items()),
    (r"^(\d{1,2})[-/](\d{4})$", "$2/$1/1"),
    (r"^(\d{4})[-/](\d{1,2})$", "$1/$2/1"),
    (r"^(\d{4})/(\d{1,2})(\d{2})$", "$1/$2/$3"),  # the year, and the month and day as one number
    (r"(?i)^(\d{4})[-/ ]([a-z]{3,9})\.?$", "1 $2 $1"),
    (r"(?i)^(\d{4})[-/ ]([a-z]{3,9})\.?[-/ ](\d{1,2})$", "$3 $2 $1"),
)


def parse_iso_dates(texts: pl.Expr) -> pl.Expr:
    """Parse dates as spreadsheets store them, maybe with a midnight; null where a text is written otherwise."""
    return _parse_usual(pl.when(texts.str.contains(_ISO)).then(texts.str.slice(0, 10)), _COMMON_FORMATS[0])


def parse_spelled_dates(texts: pl.Expr) -> pl.Expr:
    """Parse dates with the name of the month first; null where a text is written otherwise."""
    return _parse_usual(texts, _COMMON_FORMATS[1])


def _parse_usual(texts: pl.Expr, date_format: str) -> pl.Expr:
    date = texts.str.to_date(date_format, strict=False)
    return pl.when(date.dt.year().is_between(*_YEARS)).then(date)


def parse_dates(texts: pl.Series, unit: str = "") -> pl.Series:
    """Parse texts as dates from 1800 to 2100; null where a text is not a date.

    Args:
        texts: Texts of one column. Whether the day or the month comes first is decided for the column.
        unit: FROM_1904 if bare numbers are days since 1904.

    """
    without_time = _spell_six_digits(texts.str.replace(_TIME, ""))
    dates = _parse_formats(without_time, _parse_bare_numbers(without_time, unit), _COMMON_FORMATS)
    if _find_unparsed(without_time, dates).is_empty():
        return dates
    dates = _parse_numeric(without_time, dates)
    dates = _parse_formats(without_time, dates, _OTHER_FORMATS)
    left = _find_unparsed(without_time, dates)
    dates = dates if left.is_empty() else dates.scatter(left, _parse_untidy(without_time.gather(left)))
    return _parse_digits(without_time, dates)


def _parse_digits(texts: pl.Series, dates: pl.Series) -> pl.Series:
    """Parse 03152019, also without its leading zero, if all such numbers that are left in the column are dates."""
    left = _find_unparsed(texts, dates)
    if left.is_empty():
        return dates
    numbers = texts.gather(left).str.extract(_MONTH_DAY_YEAR)
    parsed = _drop_unlikely(numbers.str.zfill(8).str.to_date("%m%d%Y", strict=False))
    return dates.scatter(left, parsed) if numbers.count() and parsed.null_count() == numbers.null_count() else dates


def _spell_six_digits(texts: pl.Series) -> pl.Series:
    """Write 202103 as 2021-03 and 031521 as 2021-03-15, if all numbers of six digits in the column are read the same way.

    Beside them, five digits are 31521 without its zero, not the day number of Excel.
    """
    if not texts.str.contains(_SIX_DIGITS).any():
        return texts
    digits = texts.str.extract(_FIVE_OR_SIX_DIGITS)
    months = digits.str.replace(_YEAR_MONTH, "$1-$2")
    if not (months == digits).any():
        return months.zip_with(digits.is_not_null(), texts)
    days, other = (digits.str.zfill(6).str.to_date(form, strict=False) for form in ("%m%d%y", "%y%m%d"))
    if days.null_count() > digits.null_count():
        return texts
    if other.null_count() == digits.null_count():  # the year may come first
        return texts.set(digits.is_not_null(), None)
    return _fix_century(days).dt.strftime("%Y-%m-%d").zip_with(digits.is_not_null(), texts)


def is_day_first(texts: pl.Series) -> bool:
    """Return whether a column writes the day before the month: some dates have no other reading, and none contradicts."""
    return bool(texts.str.contains(_SURELY_DAY_FIRST).any()) and not texts.str.contains(_SURELY_MONTH_FIRST).any()


def describe_date_order(texts: pl.Series) -> IssueNote | None:
    """Return the note to report for a column of day-first dates."""
    if is_day_first(texts.str.replace(_TIME, "")):
        return IssueReason.DAY_FIRST, "its dates are written day first (31/1/2020), and are read that way"
    return None


def _find_unparsed(texts: pl.Series, dates: pl.Series) -> pl.Series:
    """Return the positions of the texts that are not dates yet."""
    return (texts.is_not_null() & dates.is_null()).arg_true()


def _parse_formats(texts: pl.Series, dates: pl.Series, formats: tuple[str, ...]) -> pl.Series:
    """Fill in `dates` from the texts that match one of the formats."""
    left = _find_unparsed(texts, dates)
    rest = texts.gather(left)
    for date_format in formats:
        if rest.is_empty():
            break
        parsed = rest.str.to_date(date_format, strict=False)
        if not parsed.count():
            continue
        dates = dates.scatter(left, _drop_unlikely(_fix_century(parsed) if "%y" in date_format else parsed))
        left = _find_unparsed(texts, dates)
        rest = texts.gather(left)
    return dates


def _parse_numeric(texts: pl.Series, dates: pl.Series) -> pl.Series:
    """Fill in dates of numbers alone: month first, as in the United States, unless the column shows otherwise."""
    day_first = is_day_first(texts)
    separator = texts.str.extract(_NUMERIC)
    # Dates with points are of no country for sure: the column must show their order.
    order_unknown = pl.lit(value=not day_first and not texts.str.contains(_SURELY_MONTH_FIRST).any())
    readable = texts.to_frame("text").select(
        pl.when(separator.is_not_null() & ~((separator == ".").fill_null(value=False) & order_unknown)).then(
            pl.col("text").str.replace_all("[.-]", "/")
        )
    )
    return _parse_formats(readable.to_series(), dates, _DAY_FIRST if day_first else _MONTH_FIRST)


def _fix_century(dates: pl.Series) -> pl.Series:
    """Move dates with two-digit years to the century that Excel reads."""
    is_late = (dates.dt.year() > _LAST_SHORT_YEAR).fill_null(value=False)
    return dates.dt.offset_by("-100y").zip_with(is_late, dates)


def _parse_untidy(texts: pl.Series) -> pl.Series:
    """Parse dates with a weekday, an ordinal or an abbreviation, and months without a day."""
    for pattern, replacement in _CLEANUPS:
        texts = texts.str.replace(pattern, replacement)
    no_dates = pl.repeat(None, texts.len(), dtype=pl.Date, eager=True)
    return _parse_formats(texts, no_dates, (*_COMMON_FORMATS, *_OTHER_FORMATS))


def _drop_unlikely(dates: pl.Series) -> pl.Series:
    return dates.set(~dates.dt.year().is_between(*_YEARS).fill_null(value=False), None)


def _parse_bare_numbers(texts: pl.Series, unit: str) -> pl.Series:
    """Parse Excel serials and milliseconds since 1970."""
    numbers = texts.cast(pl.Float64, strict=False).set(texts.str.contains(r"^0\d"), None)
    if not numbers.count():
        return numbers.cast(pl.Date)
    serials = numbers + (_DAYS_BETWEEN_EPOCHS if unit == FROM_1904 else 0)
    is_serial = serials.is_between(*_SERIAL_RANGE).fill_null(value=False)
    is_milliseconds = (numbers.abs() >= _SMALLEST_MILLISECONDS).fill_null(value=False)
    days_of_serials = serials.set(~is_serial, None) - _UNIX_EPOCH_SERIAL
    days_of_milliseconds = numbers.set(~is_milliseconds, None) / _MILLISECONDS_PER_DAY
    days = days_of_serials.zip_with(is_serial, days_of_milliseconds).floor()
    return _drop_unlikely(days.set(days.abs() > _LARGEST_DAY, None).cast(pl.Int32, strict=False).cast(pl.Date))
