"""The master table as CSV that Excel opens right: UTF-8 with a byte order mark."""

from pathlib import Path

import polars as pl
import polars.selectors as cs

from flexscout.model import is_score_column
from flexscout.vocabulary import unescape_names

# A cell that starts so is run as a formula by spreadsheet programs; a number with a sign is none.
_FORMULA = r"^[=+\-@\t\r]"
_SIGNED_NUMBER = r"^[+-]?(?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?%?$"


def write_csv(table: pl.DataFrame, path: Path) -> None:
    """Dates as YYYY-MM-DD; whole numbers without decimals; text that looks like a formula gets a leading quote."""
    safe = table.with_columns(*(_safe(name) for name in table.select(cs.string()).columns), *_whole(table))
    unescape_names(safe).rename(_safe_name).write_csv(path, include_bom=True, line_terminator="\r\n")


def _safe(name: str) -> pl.Expr:
    text = pl.col(name)
    risky = text.str.contains(_FORMULA) & ~text.str.contains(_SIGNED_NUMBER)
    return pl.when(risky).then(pl.concat_str(pl.lit("'"), text)).otherwise(text).alias(name)


def _safe_name(name: str) -> str:
    return f"'{name}" if name[:1] in tuple("=+-@\t\r") else name


def _whole(table: pl.DataFrame) -> list[pl.Expr]:
    """Columns of floats that hold nothing but whole numbers, as integers; scores keep their decimal."""
    floats = [name for name, kind in table.schema.items() if kind == pl.Float64 and not _is_score(name)]
    whole = table.select(((pl.col(name) % 1 == 0) & (pl.col(name).abs() < 2**53)).all().alias(name) for name in floats)
    return [pl.col(name).cast(pl.Int64) for name in floats if table.height and whole[name].item()]


def _is_score(name: str) -> bool:
    return is_score_column(name) or "Score" in name.split()
