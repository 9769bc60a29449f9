"""Numbers as people and exports write them: `$1,234`, `2.5 ac`, `(1,200)`, `1.2M`."""

from collections.abc import Callable

import polars as pl

from flexscout.domain import SQUARE_FEET_PER_ACRE, cell_units

_SIGNS = {
    "½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅖": "2/5", "⅗": "3/5", "⅘": "4/5", "⅙": "1/6",
    "⅚": "5/6", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8",
}  # fmt: skip
_SIGN = f"({'|'.join(_SIGNS)})"
_WHOLE = r"^(\d{1,6})[\s-]+(\d{1,2})/(\d{1,2})(\D*)$"
_BARE = r"^(\d{1,2})/(\d{1,2})(\s*[a-z].*)$"  # a bare 1/2 may be the second of January
_INCHES = r"^(\d{1,3})\s*(?:'|feet|foot|ft\.?)\s*-?\s*(\d{1,2}(?:\.\d+)?)\s*(?:\"|''|inches|inch|in\.?)?$"


def has_fraction(lower: pl.Series) -> pl.Series:
    """Which lower-case texts are worth a closer look."""
    return lower.str.contains_any([*_SIGNS, "/", "'", "f"])


def fractions_to_decimals(lower: pl.Series, unit: str) -> pl.Series:
    """Lower-case texts of a size with its fraction as decimals, its unit behind it; null where a text has none."""
    spelled = pl.col("text").str.replace(_SIGN, " $1").str.replace_many(_SIGNS).str.strip_chars()
    # A sign can't be a date.
    has_sign = pl.col("text").str.contains(_SIGN)
    bare = pl.when(has_sign).then(spelled.str.extract_groups(r"^(\d)/(\d)(\D*)$")).otherwise(spelled.str.extract_groups(_BARE))
    parts = lower.to_frame("text").select(
        whole=spelled.str.extract_groups(_WHOLE), bare=bare.struct.rename_fields(["1", "2", "3"])
    )
    numbers = parts.select(
        pl.coalesce(
            _decimals(pl.col("whole"), "1", "2", "3", "4"),
            _decimals(pl.col("bare"), "", "1", "2", "3"),
        )
    ).to_series()
    return numbers.zip_with(numbers.is_not_null(), _feet(lower)) if unit == "feet" else numbers


def _decimals(parts: pl.Expr, whole: str, above: str, below: str, unit: str) -> pl.Expr:
    numerator, denominator = (parts.struct.field(part).cast(pl.Float64) for part in (above, below))
    units = parts.struct.field(whole).cast(pl.Float64) if whole else pl.lit(0.0)
    number = (units + numerator / denominator).round(6)
    return pl.when(numerator < denominator).then(pl.format("{} {}", number, parts.struct.field(unit).str.strip_chars()))


def _feet(lower: pl.Series) -> pl.Series:
    """Feet and inches as feet."""
    parts = lower.to_frame("text").select(pl.col("text").str.extract_groups(_INCHES)).to_series().struct.unnest()
    feet, inches = (parts[part].cast(pl.Float64) for part in ("1", "2"))
    number = (feet + inches / 12).round(6)
    return number.set((inches >= 12).fill_null(value=False), None).cast(pl.String)  # noqa: PLR2004 - inches in a foot


# Unit of the column -> factor for a cell in another unit.
_FACTORS = {"square feet": {"acres": float(SQUARE_FEET_PER_ACRE)}, "acres": {"square_feet": 1 / SQUARE_FEET_PER_ACRE}}
_DECIMALS = 6  # of a converted size; a twentieth of a square foot in acres
_MONEY = r"^\$?(?:[1-9]\d{0,2}(?:,\d{3})+|\d+)(?:\.\d+)?$"
_THOUSANDS = r"^[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$"
# Unit of the column -> units that its cells may name; one without a unit takes any.
_CELL_UNITS = {
    "acres": ("acres", "square_feet"),
    "square feet": ("acres", "square_feet", "feet"),
    "feet": ("feet",),
    "": ("acres", "square_feet", "feet"),
}
_SIZES = ("acres", "square feet", "feet")
_WHOLE_PRICE = "USD"  # $85/SF is none
_NEVER_MILLIONS = ("acres", "feet")  # 7.3 m are meters
_SCALES = {"k": 1e3, "m": 1e6, "mm": 1e6}


def plain_number(texts: pl.Expr) -> pl.Expr:
    """A number with nothing around it; null where a text is none."""
    number = texts.cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number)


def money(texts: pl.Expr) -> pl.Expr:
    """A number with dollars and thousands separators, and nothing else; null where a text is none."""
    bare = texts.str.replace_all("$", "", literal=True).str.replace_all(",", "", literal=True)
    return pl.when(texts.str.contains(_MONEY)).then(bare.cast(pl.Float64, strict=False))


def thousands(texts: pl.Expr) -> pl.Expr:
    """A number with thousands separators, and nothing else; null where a text is none."""
    bare = texts.str.replace_all(",", "", literal=True)
    return pl.when(texts.str.contains(_THOUSANDS)).then(bare.cast(pl.Float64, strict=False))


def to_numbers(texts: pl.Series, unit: str) -> pl.Series:
    """Texts as Float64 in `unit`; null where a text is no number. A comma is a thousands separator, or it won't do."""
    text = pl.col("text")
    plain = money(text) if not unit or unit.startswith("USD") else thousands(text)
    numbers = texts.to_frame("text").select(pl.coalesce(plain_number(text), plain)).to_series()
    # Signs and units are rare, and three times as slow to read; fractions are rarer still.
    numbers = _with_rest(numbers, texts, lambda rest: _written(rest, unit))
    return _with_rest(numbers, texts, lambda rest: _fractions(rest, unit)) if unit in _SIZES else numbers


def _with_rest(numbers: pl.Series, texts: pl.Series, read: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """The numbers, and what `read` makes of the texts that have none yet."""
    rest = (texts.is_not_null() & numbers.is_null()).arg_true()
    return numbers if rest.is_empty() else numbers.scatter(rest, read(texts.gather(rest)))


def _fractions(texts: pl.Series, unit: str) -> pl.Series:
    lower = texts.str.to_lowercase()
    maybe = has_fraction(lower).arg_true()
    nothing = pl.repeat(None, texts.len(), dtype=pl.Float64, eager=True)
    return (
        nothing if maybe.is_empty() else nothing.scatter(maybe, _written(fractions_to_decimals(lower.gather(maybe), unit), unit))
    )


def _written(texts: pl.Series, unit: str) -> pl.Series:
    """Numbers with signs, separators and units around them."""
    lower = texts.str.to_lowercase().str.replace_all("[\u2212\u2013]", "-")
    parts = pl.DataFrame({"text": lower}).select(pl.col("text").str.extract_groups(_pattern()))["text"].struct.unnest()
    digits = parts["digits"].str.replace_all(",", "") + parts["fraction"].fill_null("") + parts["exponent"].fill_null("")
    number = digits.cast(pl.Float64, strict=False)
    number = number.set(_is_odd(parts, unit) | ~number.is_finite().fill_null(value=False), None)
    number = number * parts["scale"].replace_strict(_SCALES, default=1.0, return_dtype=pl.Float64)
    for other, factor in _FACTORS.get(unit, {}).items():
        is_other = parts["unit"].is_in(list(cell_units(other))).fill_null(value=False)
        number = (number * factor).round(_DECIMALS).zip_with(is_other, number)
    minus = parts["sign"].is_in(["-"]) | parts["inner"].is_in(["-"]) | parts["after"].is_not_null()
    return (-number).zip_with((minus | _opened(parts)).fill_null(value=False), number)


def _opened(parts: pl.DataFrame) -> pl.Series:
    """Parentheses make a number negative: (1,200), or $(1,200)."""
    return parts["open"].is_not_null() | parts["inner"].is_in(["("]).fill_null(value=False)


def _is_odd(parts: pl.DataFrame, unit: str) -> pl.Series:
    """What has parts that do not go together: half a pair of parentheses, two signs, meters, a foreign unit."""
    unpaired = _opened(parts) == parts["close"].is_null()
    twice = parts["after"].is_not_null() & (
        parts["sign"].is_not_null() | parts["inner"].is_not_null() | parts["open"].is_not_null()
    )
    named = [name for of in _CELL_UNITS.get(unit, ()) for name in cell_units(of)]
    foreign = parts["unit"].is_not_null() & ~parts["unit"].is_in(named).fill_null(value=False)
    foreign |= parts["currency"].is_not_null() if unit and not unit.startswith("USD") else False
    foreign |= parts["per"].is_not_null() if unit == _WHOLE_PRICE else False
    return unpaired | twice | foreign | (parts["scale"].is_not_null() if unit in _NEVER_MILLIONS else False)


def _pattern() -> str:
    """A number, with its named parts."""
    names = sorted(
        {name for unit in ("acres", "square_feet", "feet") for name in cell_units(unit)}, key=lambda name: (-len(name), name)
    )
    units = "|".join(pl.Series(names).str.escape_regex())
    return (
        r"^(?P<open>\()?\s*(?P<sign>[-+])?\s*(?P<currency>usd|us\$|\$)?\s*(?P<inner>[-(])?\s*"
        r"(?P<digits>[1-9]\d{0,2}(?:,\d{3})+|\d*)(?P<fraction>\.\d*)?(?P<exponent>e[-+]?\d{1,3})?\s*"
        rf"(?P<scale>mm|[km])?\s*(?P<unit>{units})?\s*(?P<per>/\s*(?:sf|sqft|sq ft|ac|acre|unit))?\s*(?:usd)?\s*(?P<close>\))?"
        r"(?P<after>-)?$"
    )
