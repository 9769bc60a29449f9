"""Parse numbers as people and exports write them: `$1,234`, `2.5 ac`, `(1,200)`, `1.2M`, `1 1/2 acres`."""

from collections.abc import Callable

import polars as pl

from flexscout.domain import SQUARE_FEET_PER_ACRE, list_cell_units

_MONEY = r"^\$?(?:[1-9]\d{0,2}(?:,\d{3})+|\d+)(?:\.\d+)?$"
_THOUSANDS = r"^[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$"
# Without a unit or a second space, 1 234 may be two numbers.
_SPACED_THOUSANDS = r"^(\D{0,5}[1-9]\d{0,2}(?:(?: \d{3}){2,}|(?: \d{3})(?:\.\d+)? ?[$a-z]))([^\d]*|\.\d+[^\d]*)$"

# Unit of the column -> units that its cells may name; a column without a unit takes any.
_CELL_UNITS = {
    "acres": ("acres", "square_feet"),
    "square feet": ("acres", "square_feet", "feet"),
    "feet": ("feet",),
    "": ("acres", "square_feet", "feet"),
}
# Unit of the column -> factor for a cell in another unit.
_UNIT_FACTORS = {"square feet": {"acres": float(SQUARE_FEET_PER_ACRE)}, "acres": {"square_feet": 1 / SQUARE_FEET_PER_ACRE}}
_CONVERTED_DECIMALS = 6  # a twentieth of a square foot in acres
_SIZE_UNITS = ("acres", "square feet", "feet")
_RATE = "USD per square foot"  # in other columns, $85/SF and 1,200 SF/unit are neither prices nor sizes
SCALE_PATTERN = r"million|mill?\.?|thousand|mm|[km]"
PER_PATTERN = r"(?:/|per ) ?(?:sf|sqft|sq\.? ?ft\.?|square foot|ac|acre|unit)|psf|p\.s\.f\."
_UNITS_WITHOUT_SCALE = ("acres", "feet")  # 7.3 m are meters, not millions
_SCALES = {"k": 1e3, "thousand": 1e3, **dict.fromkeys(("m", "mm", "mil", "mil.", "mill", "mill.", "million"), 1e6)}
_PER_SQUARE_FOOT = r"sf$|ft\.?$|foot$|p\.s\.f\.$"

_FRACTION_SIGNS = {
    "½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅖": "2/5", "⅗": "3/5", "⅘": "4/5", "⅙": "1/6",
    "⅚": "5/6", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8",
}  # fmt: skip
_FRACTION_SIGN = f"({'|'.join(_FRACTION_SIGNS)})"
_MIXED_FRACTION = r"^([0-9]{1,6})[\s-]+([0-9]{1,2})/([0-9]{1,2})(\D*)$"  # 1 1/2 acres
_FRACTION_WITH_UNIT = r"^([0-9]{1,2})/([0-9]{1,2})(\s*[a-z].*)$"  # without its unit, 1/2 may be January 2
_FRACTION_FROM_SIGN = r"^([0-9])/([0-9])(\D*)$"
_FEET_AND_INCHES = r"^([0-9]{1,3})\s*(?:'|feet|foot|ft\.?)\s*-?\s*([0-9]{1,2}(?:\.[0-9]+)?)\s*(?:\"|''|inches|inch|in\.?)?$"
_FRACTION_DECIMALS = 6
_INCHES_PER_FOOT = 12


def parse_plain_number(texts: pl.Expr) -> pl.Expr:
    """Parse numbers with nothing around them; null where a text is written otherwise."""
    number = texts.cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number)


def parse_money(texts: pl.Expr) -> pl.Expr:
    """Parse numbers with dollar signs and thousands separators; null where a text is written otherwise."""
    digits = texts.str.replace_all("$", "", literal=True).str.replace_all(",", "", literal=True)
    return pl.when(texts.str.contains(_MONEY)).then(digits.cast(pl.Float64, strict=False))


def parse_thousands(texts: pl.Expr) -> pl.Expr:
    """Parse numbers with thousands separators; null where a text is written otherwise."""
    digits = texts.str.replace_all(",", "", literal=True)
    return pl.when(texts.str.contains(_THOUSANDS)).then(digits.cast(pl.Float64, strict=False))


def parse_numbers(texts: pl.Series, unit: str) -> pl.Series:
    """Parse texts as Float64 in `unit`; null where a text is not a number.

    A comma is a thousands separator; elsewhere it makes the text unreadable. Acres and square feet are converted to `unit`.
    """
    text = pl.col("text")
    with_separators = parse_money(text) if not unit or unit.startswith("USD") else parse_thousands(text)
    numbers = texts.to_frame("text").select(pl.coalesce(parse_plain_number(text), with_separators)).to_series()
    # Signs and units are rare, and three times as slow to parse; fractions are rarer still.
    numbers = _fill_from_rest(numbers, texts, lambda rest: _parse_with_unit(rest, unit))
    return _fill_from_rest(numbers, texts, lambda rest: _parse_fractions(rest, unit)) if unit in _SIZE_UNITS else numbers


def _fill_from_rest(numbers: pl.Series, texts: pl.Series, parse: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Fill in the numbers that `parse` finds in the texts without one."""
    rest = (texts.is_not_null() & numbers.is_null()).arg_true()
    return numbers if rest.is_empty() else numbers.scatter(rest, parse(texts.gather(rest)))


def _parse_with_unit(texts: pl.Series, unit: str) -> pl.Series:
    """Parse numbers with signs, separators and units around them."""
    lower = _join_thousands(texts.str.to_lowercase().str.replace_all("[\u2212\u2013]", "-"))
    parts = pl.DataFrame({"text": lower}).select(pl.col("text").str.extract_groups(_number_pattern()))["text"].struct.unnest()
    digits = parts["digits"].str.replace_all(",", "") + parts["fraction"].fill_null("") + parts["exponent"].fill_null("")
    number = digits.cast(pl.Float64, strict=False)
    number = number.set(_is_inconsistent(parts, unit) | ~number.is_finite().fill_null(value=False), None)
    number = number * parts["scale"].replace_strict(_SCALES, default=1.0, return_dtype=pl.Float64)
    for other, factor in _UNIT_FACTORS.get(unit, {}).items():
        is_other = parts["unit"].is_in(list(list_cell_units(other))).fill_null(value=False)
        number = (number * factor).round(_CONVERTED_DECIMALS).zip_with(is_other, number)
    has_minus = parts["sign"].is_in(["-"]) | parts["inner"].is_in(["-"]) | parts["after"].is_not_null()
    return (-number).zip_with((has_minus | _has_parenthesis(parts)).fill_null(value=False), number)


def _join_thousands(lower: pl.Series) -> pl.Series:
    """Leave out the spaces between thousands, as Canadians write them: 1 250 000 $."""
    if not lower.str.contains(_SPACED_THOUSANDS).any():
        return lower
    parts = lower.to_frame("text").select(pl.col("text").str.extract_groups(_SPACED_THOUSANDS)).to_series().struct.unnest()
    joined = parts["1"].str.replace_all(r"(\d) (\d)", "$1$2") + parts["2"]
    return joined.zip_with(joined.is_not_null(), lower)


def _number_pattern() -> str:
    """Return the pattern of a number with named parts."""
    units = build_unit_pattern("acres", "square_feet", "feet")
    return (
        r"^(?P<open>\()?\s*(?P<sign>[-+])?\s*(?P<currency>usd|us\$|\$)?\s*(?P<inner>[-(])?\s*"
        r"(?P<digits>[1-9]\d{0,2}(?:,\d{3})+|\d*)(?P<fraction>\.\d*)?(?P<exponent>e[-+]?\d{1,3})?\s*"
        rf"(?P<scale>{SCALE_PATTERN})?\s*(?P<unit>{units})?\s*"
        rf"(?P<per>{PER_PATTERN})?\s*(?P<currency_after>usd|us\$|\$)?\s*(?P<close>\))?"
        r"(?P<after>-)?$"
    )


def build_unit_pattern(*units: str) -> str:
    """Return the pattern of the spellings of units, the longest first; lower case, without a group."""
    names = {name for unit in units for name in list_cell_units(unit)}
    return "|".join(pl.Series(sorted(names, key=lambda name: (-len(name), name))).str.escape_regex())


def _has_parenthesis(parts: pl.DataFrame) -> pl.Series:
    """Parentheses make a number negative: (1,200) or $(1,200)."""
    return parts["open"].is_not_null() | parts["inner"].is_in(["("]).fill_null(value=False)


def _is_inconsistent(parts: pl.DataFrame, unit: str) -> pl.Series:
    """Half a pair of parentheses, two signs, or a unit, currency or scale that the column can't have."""
    unpaired = _has_parenthesis(parts) == parts["close"].is_null()
    has_two_signs = parts["after"].is_not_null() & (
        parts["sign"].is_not_null() | parts["inner"].is_not_null() | parts["open"].is_not_null()
    )
    allowed_units = [name for cell_unit in _CELL_UNITS.get(unit, ()) for name in list_cell_units(cell_unit)]
    foreign = parts["unit"].is_not_null() & ~parts["unit"].is_in(allowed_units).fill_null(value=False)
    if unit and not unit.startswith("USD"):
        foreign |= parts["currency"].is_not_null() | parts["currency_after"].is_in(["us$", "$"]).fill_null(value=False)
    if unit:
        is_price_per_square_foot = parts["per"].str.contains(_PER_SQUARE_FOOT).fill_null(value=False)
        foreign |= parts["per"].is_not_null() & ~(is_price_per_square_foot if unit == _RATE else pl.Series([False]))
    if unit in _UNITS_WITHOUT_SCALE:
        foreign |= parts["scale"].is_not_null()
    is_either_sign = (parts["sign"] == "+") & (parts["inner"] == "-")
    return unpaired | has_two_signs | is_either_sign.fill_null(value=False) | foreign


def _parse_fractions(texts: pl.Series, unit: str) -> pl.Series:
    """Parse sizes with fractions, and feet with inches."""
    lower = texts.str.to_lowercase()
    maybe = lower.str.contains_any([*_FRACTION_SIGNS, "/", "'", "f"]).arg_true()
    numbers = pl.repeat(None, texts.len(), dtype=pl.Float64, eager=True)
    if maybe.is_empty():
        return numbers
    return numbers.scatter(maybe, _parse_with_unit(_fractions_to_decimals(lower.gather(maybe), unit), unit))


def _fractions_to_decimals(lower: pl.Series, unit: str) -> pl.Series:
    """Write lower-case fractions as decimals, followed by their unit; null where a text has no fraction."""
    text = pl.col("text")
    spelled = text.str.replace(_FRACTION_SIGN, " $1").str.replace_many(_FRACTION_SIGNS).str.strip_chars()
    # A fraction sign can't be a date, so it needs no unit.
    fraction = (
        pl.when(text.str.contains(_FRACTION_SIGN))
        .then(spelled.str.extract_groups(_FRACTION_FROM_SIGN))
        .otherwise(spelled.str.extract_groups(_FRACTION_WITH_UNIT))
    )
    parts = lower.to_frame("text").select(
        mixed=spelled.str.extract_groups(_MIXED_FRACTION), fraction=fraction.struct.rename_fields(["1", "2", "3"])
    )
    decimals = parts.select(
        pl.coalesce(
            _format_decimal(pl.col("mixed"), "1", "2", "3", "4"),
            _format_decimal(pl.col("fraction"), "", "1", "2", "3"),
        )
    ).to_series()
    return decimals.zip_with(decimals.is_not_null(), _inches_to_feet(lower)) if unit == "feet" else decimals


def _format_decimal(parts: pl.Expr, whole: str, numerator: str, denominator: str, unit: str) -> pl.Expr:
    """Format the parts of a fraction, given the names of their fields, as a decimal and its unit; null if it isn't below 1."""
    above, below = (parts.struct.field(name).cast(pl.Float64) for name in (numerator, denominator))
    number = ((parts.struct.field(whole).cast(pl.Float64) if whole else pl.lit(0.0)) + above / below).round(_FRACTION_DECIMALS)
    return pl.when(above < below).then(pl.format("{} {}", number, parts.struct.field(unit).str.strip_chars()))


def _inches_to_feet(lower: pl.Series) -> pl.Series:
    """Write feet and inches as decimal feet; null where a text has none."""
    groups = lower.to_frame("text").select(pl.col("text").str.extract_groups(_FEET_AND_INCHES))
    parts = groups.to_series().struct.unnest()
    feet, inches = (parts[name].cast(pl.Float64) for name in ("1", "2"))
    number = (feet + inches / _INCHES_PER_FOOT).round(_FRACTION_DECIMALS)
    return number.set((inches >= _INCHES_PER_FOOT).fill_null(value=False), None).cast(pl.String)
