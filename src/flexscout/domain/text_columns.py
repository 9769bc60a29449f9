"""Polars expressions for text columns: numbers and lists for people, and protection against formula injection."""

import polars as pl

# Spreadsheet programs skip or trim invisible characters before they decide whether a cell is a formula: control and format
# characters, unassigned ones, spaces of all kinds, blank letters. Full-width and small signs count as the ASCII ones.
_INVISIBLE = (
    r"[\p{C}\p{Z}\x{034F}\x{115F}\x{1160}\x{17B4}\x{17B5}\x{180B}-\x{180F}\x{2800}\x{3164}\x{FE00}-\x{FE0F}\x{FFA0}"
    r"\x{E0100}-\x{E01EF}]"
)
_SIGN = r"[=+\-@\x{FE62}\x{FE63}\x{FE66}\x{FE6B}\x{FF0B}\x{FF0D}\x{FF1D}\x{FF20}]"
_STARTS_FORMULA = rf"(?:{_INVISIBLE}*{_SIGN}|[\t\r\n])"
_FORMULA, _QUOTED_FORMULA = f"^{_STARTS_FORMULA}", f"^'({_STARTS_FORMULA})"
_SIGNED_NUMBER = rf"^{_INVISIBLE}*[+-]?(?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?%?$"


def quote_formulas(text: pl.Expr) -> pl.Expr:
    """Add a leading quote to text that a spreadsheet program would run as a formula. Signed numbers stay."""
    risky = text.str.contains(_FORMULA) & ~text.str.contains(_SIGNED_NUMBER)
    return pl.when(risky).then(pl.concat_str(pl.lit("'"), text)).otherwise(text)


def unquote_formulas(text: pl.Expr) -> pl.Expr:
    """Remove the leading quote that `quote_formulas` adds."""
    return text.str.replace(_QUOTED_FORMULA, "$1")


def quote_headers(names: list[str]) -> dict[str, str]:
    """Map each header to itself, with a leading quote if a spreadsheet program would run it; signed numbers included."""
    risky = pl.col("name").str.contains(_FORMULA)
    quoted = pl.when(risky).then(pl.concat_str(pl.lit("'"), "name")).otherwise("name")
    return dict(zip(names, pl.DataFrame({"name": names}, schema={"name": pl.String}).select(quoted).to_series(), strict=True))


def format_decimals(number: pl.Expr, decimals: int) -> pl.Expr:
    """Return numbers as text with grouped thousands and at most `decimals` decimals: `34,000`, `1.59`; null if missing."""
    text = number.round(decimals).cast(pl.String).str.replace(r"\.0$", "")
    whole = text.str.extract(r"^(-?\d+)").str.reverse().str.replace_all(r"(\d{3})", "$1,").str.reverse()
    return pl.concat_str(whole.str.replace(r"^(-?),", "$1"), text.str.replace(r"^-?\d+", ""))


def format_points(points: pl.Expr, decimals: int = 2) -> pl.Expr:
    """Return points as text without needless decimals: `3`, `2.5`; null if missing."""
    return points.round(decimals).cast(pl.String).str.replace(r"\.0$", "")


def join_some_texts(texts: pl.Expr, limit: int) -> pl.Expr:
    """Return each list of texts as `a, b and 3 more`; an empty list as an empty text."""
    rest = texts.list.len().cast(pl.Int64) - limit
    joined = texts.list.head(limit).list.join(", ")
    return pl.when(rest > 0).then(pl.format("{} and {} more", joined, rest)).otherwise(joined)
