"""Text that a spreadsheet program would run as a formula."""

import polars as pl

# Spreadsheet programs skip or trim what can't be seen before they decide whether a cell is a formula: control and format
# characters, unassigned ones, spaces of all kinds, blank letters. The full-width and small signs are taken for the ASCII ones.
_UNSEEN = (
    r"[\p{C}\p{Z}\x{034F}\x{115F}\x{1160}\x{17B4}\x{17B5}\x{180B}-\x{180F}\x{2800}\x{3164}\x{FE00}-\x{FE0F}\x{FFA0}"
    r"\x{E0100}-\x{E01EF}]"
)


_SIGN = r"[=+\-@\x{FE62}\x{FE63}\x{FE66}\x{FE6B}\x{FF0B}\x{FF0D}\x{FF1D}\x{FF20}]"


_STARTS_FORMULA = rf"(?:{_UNSEEN}*{_SIGN}|[\t\r\n])"


_FORMULA, _QUOTED_FORMULA = f"^{_STARTS_FORMULA}", f"^'({_STARTS_FORMULA})"


_SIGNED_NUMBER = rf"^{_UNSEEN}*[+-]?(?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?%?$"


def unquote_formulas(text: pl.Expr) -> pl.Expr:
    """Remove the leading quote that `write_csv` adds to text that looks like a formula."""
    return text.str.replace(_QUOTED_FORMULA, "$1")


def quote_formulas(text: pl.Expr) -> pl.Expr:
    """Add a leading quote to text that a spreadsheet would run as a formula; signed numbers stay."""
    risky = text.str.contains(_FORMULA) & ~text.str.contains(_SIGNED_NUMBER)
    return pl.when(risky).then(pl.concat_str(pl.lit("'"), text)).otherwise(text)


def quote_headers(names: list[str]) -> dict[str, str]:
    """Header -> the same with a leading quote where a spreadsheet would run it, numbers included."""
    risky = pl.col("name").str.contains(_FORMULA)
    quoted = pl.when(risky).then(pl.concat_str(pl.lit("'"), "name")).otherwise("name")
    return dict(zip(names, pl.DataFrame({"name": names}, schema={"name": pl.String}).select(quoted).to_series(), strict=True))
