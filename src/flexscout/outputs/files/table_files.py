"""The master table as CSV that Excel opens right: UTF-8 with a byte order mark."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import polars.selectors as cs

from flexscout.domain import escape_json, is_score_column, issue_reasons, quote_formulas, quote_headers, unescape_names


def write_csv(table: pl.DataFrame, path: Path) -> None:
    """Dates as YYYY-MM-DD; whole numbers without decimals; text that looks like a formula gets a leading quote."""
    safe = table.with_columns(*(_safe(name) for name in table.select(cs.string()).columns), *_whole(table))
    named = unescape_names(safe)
    named.rename(quote_headers(named.columns)).write_csv(path, include_bom=True, line_terminator="\r\n")


def _safe(name: str) -> pl.Expr:
    return quote_formulas(pl.col(name)).alias(name)


def _whole(table: pl.DataFrame) -> list[pl.Expr]:
    """Columns of floats that hold nothing but whole numbers, as integers; scores keep their decimal."""
    floats = [name for name, kind in table.schema.items() if kind == pl.Float64 and not _is_score(name)]
    whole = table.select(((pl.col(name) % 1 == 0) & (pl.col(name).abs() < 2**53)).all().alias(name) for name in floats)
    return [pl.col(name).cast(pl.Int64) for name in floats if table.height and whole[name].item()]


def _is_score(name: str) -> bool:
    return is_score_column(name) or "Score" in name.split()


def write_parquet(table: pl.DataFrame, path: Path) -> None:
    """Typed columns, compressed with zstd."""
    unescape_names(table).write_parquet(path, compression="zstd")


def write_report(report: Mapping[str, Any], path: Path) -> None:
    """Indented, in UTF-8; dates as YYYY-MM-DD."""
    path.write_text(render_report(report) + "\n", encoding="utf-8")


def render_report(report: Mapping[str, Any]) -> str:
    """The report as JSON text, in which control and invisible characters are escaped."""
    return escape_json(json.dumps(report, indent=2, ensure_ascii=False, default=str))


REASON_TEXT = "In Words"


def add_reason_texts(issues: pl.DataFrame) -> pl.DataFrame:
    """The Issues with a sentence; a reason that has none speaks for itself."""
    code, detail = pl.col("Reason").str.extract("^([^:]*)"), pl.col("Reason").str.extract(r"(?s):\s*(.*)$")
    sentence = code.replace_strict(issue_reasons(), default=code.str.replace_all("_", " "), return_dtype=pl.String)
    full = pl.when(detail.is_null()).then(sentence).otherwise(pl.format("{} ({})", sentence, detail))
    return issues.with_columns(full.alias(REASON_TEXT))
