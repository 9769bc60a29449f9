"""Write single tables as CSV that Excel opens correctly, or as Parquet, and the report as JSON."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import polars.selectors as cs

from flexscout.domain import escape_json, is_score_column, map_issue_reasons, quote_formulas, quote_headers, unescape_names
from flexscout.runtime import ROWS_PER_PART

REASON_TEXT = "In Words"
"""The column that `add_reason_texts` adds."""

_INDENT = "  "  # of the report


def write_csv(table: pl.DataFrame, path: Path) -> None:
    """Write UTF-8 with a byte order mark: dates as YYYY-MM-DD, whole numbers without decimals, formulas quoted."""
    changed = [
        *(quote_formulas(pl.col(name)).alias(name) for name in table.select(cs.string()).columns),
        *_cast_whole_numbers(table),
    ]
    with path.open("wb") as file:
        for start in range(0, max(1, table.height), ROWS_PER_PART):
            part = unescape_names(table.slice(start, ROWS_PER_PART).with_columns(changed))
            part.rename(quote_headers(part.columns)).write_csv(
                file, include_bom=not start, include_header=not start, line_terminator="\r\n"
            )


def write_parquet(table: pl.DataFrame, path: Path) -> None:
    """Write typed columns, compressed with zstd."""
    unescape_names(table).write_parquet(path, compression="zstd")


def write_report(report: Mapping[str, Any], path: Path) -> None:
    """Write the report as indented JSON in UTF-8, dates as YYYY-MM-DD."""
    path.write_text(render_report(report) + "\n", encoding="utf-8")


def render_report(report: Mapping[str, Any]) -> str:
    """Return the report as JSON text with control and invisible characters escaped."""
    return escape_json(_render_json(report, 0))


def _render_json(value: object, depth: int) -> str:
    """Return JSON that is indented by two spaces, as the standard library writes it.

    Its fast encoder can't indent, but with line breaks as separators it can write what holds no other objects and lists.
    """
    encode = _build_encoder(depth)
    if not isinstance(value, dict | list | tuple) or not value:
        return encode(value)
    items = value.values() if isinstance(value, dict) else value
    inner, outer = "\n" + _INDENT * (depth + 1), "\n" + _INDENT * depth
    if not any(issubclass(kind, dict | list | tuple) for kind in set(map(type, items))):
        text = encode(value)
        return f"{text[0]}{inner}{text[1:-1]}{outer}{text[-1]}"
    rendered = [_render_json(item, depth + 1) for item in items]
    if not isinstance(value, dict):
        return f"[{inner}{f',{inner}'.join(rendered)}{outer}]"
    named = (f"{encode(name)}: {text}" for name, text in zip(value, rendered, strict=True))
    return f"{{{inner}{f',{inner}'.join(named)}{outer}}}"


@cache
def _build_encoder(depth: int) -> Callable[[object], str]:
    """Return an encoder of what is at a depth and holds no other objects and lists."""
    return json.JSONEncoder(ensure_ascii=False, default=str, separators=(f",\n{_INDENT * (depth + 1)}", ": ")).encode


def add_reason_texts(issues: pl.DataFrame) -> pl.DataFrame:
    """Add a sentence for each issue's reason, and join reason and detail; an unknown code becomes words."""
    code, detail = pl.col("Reason"), pl.col("Detail")
    sentence = code.replace_strict(map_issue_reasons(), default=code.str.replace_all("_", " "), return_dtype=pl.String)
    end = pl.when(sentence.str.ends_with(".")).then(pl.lit(".")).otherwise(pl.lit(""))
    detailed = pl.format("{} ({}){}", sentence.str.strip_suffix("."), detail, end)
    text = pl.when(detail != "").then(detailed).otherwise(sentence)
    return join_details(issues.with_columns(text.alias(REASON_TEXT)))


def join_details(issues: pl.DataFrame) -> pl.DataFrame:
    """Move the detail of each issue, if any, into its reason: `not_data: total`."""
    code, detail = pl.col("Reason"), pl.col("Detail")
    joined = pl.when(detail != "").then(pl.format("{}: {}", code, detail)).otherwise(code)
    return issues.with_columns(joined.alias("Reason")).drop("Detail")


def _cast_whole_numbers(table: pl.DataFrame) -> list[pl.Expr]:
    """Cast float columns that hold only whole numbers to integers, except scores."""
    floats = [name for name, dtype in table.schema.items() if dtype == pl.Float64 and not _is_score(name)]
    whole = table.select(((pl.col(name) % 1 == 0) & (pl.col(name).abs() < 2**53)).all().alias(name) for name in floats)
    return [pl.col(name).cast(pl.Int64) for name in floats if table.height and whole[name].item()]


def _is_score(name: str) -> bool:
    return is_score_column(name) or "Score" in name.split()
