"""The master table as CSV that Excel opens right: UTF-8 with a byte order mark."""

from pathlib import Path

import polars as pl
import polars.selectors as cs

from flexscout.model import is_score_column
from flexscout.vocabulary import unescape_names

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


def write_csv(table: pl.DataFrame, path: Path) -> None:
    """Dates as YYYY-MM-DD; whole numbers without decimals; text that looks like a formula gets a leading quote."""
    safe = table.with_columns(*(_safe(name) for name in table.select(cs.string()).columns), *_whole(table))
    named = unescape_names(safe)
    named.rename(_safe_names(named.columns)).write_csv(path, include_bom=True, line_terminator="\r\n")


def unquote_formulas(text: pl.Expr) -> pl.Expr:
    """Remove the leading quote that `write_csv` adds to text that looks like a formula."""
    return text.str.replace(_QUOTED_FORMULA, "$1")


def _quote_formulas(text: pl.Expr) -> pl.Expr:
    """Add a leading quote to text that a spreadsheet would run as a formula; signed numbers stay."""
    risky = text.str.contains(_FORMULA) & ~text.str.contains(_SIGNED_NUMBER)
    return pl.when(risky).then(pl.concat_str(pl.lit("'"), text)).otherwise(text)


def _safe(name: str) -> pl.Expr:
    return _quote_formulas(pl.col(name)).alias(name)


def _safe_names(names: list[str]) -> dict[str, str]:
    """Header -> the same with a leading quote where a spreadsheet would run it, numbers included."""
    risky = pl.col("name").str.contains(_FORMULA)
    quoted = pl.when(risky).then(pl.concat_str(pl.lit("'"), "name")).otherwise("name")
    return dict(zip(names, pl.DataFrame({"name": names}, schema={"name": pl.String}).select(quoted).to_series(), strict=True))


def _whole(table: pl.DataFrame) -> list[pl.Expr]:
    """Columns of floats that hold nothing but whole numbers, as integers; scores keep their decimal."""
    floats = [name for name, kind in table.schema.items() if kind == pl.Float64 and not _is_score(name)]
    whole = table.select(((pl.col(name) % 1 == 0) & (pl.col(name).abs() < 2**53)).all().alias(name) for name in floats)
    return [pl.col(name).cast(pl.Int64) for name in floats if table.height and whole[name].item()]


def _is_score(name: str) -> bool:
    return is_score_column(name) or "Score" in name.split()
