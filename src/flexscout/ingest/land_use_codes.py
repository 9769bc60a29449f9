"""Land-use codes in cells, described by a code table."""

from functools import partial

import polars as pl

from flexscout.domain import CodeTable, code_key, list_cell_values, map_distinct
from flexscout.models import IssueReason

_DESCRIPTION = r"[A-Za-z]{3}"  # a text with a word needs no code table


def describe_codes(texts: pl.Series, table: CodeTable) -> tuple[pl.Series, pl.Series]:
    """Add descriptions to codes: `048 Warehousing, ...`.

    Returns:
        The described codes, and the reasons of codes that the table doesn't have. Those are kept as they are.

    """
    text = pl.col("text")
    described = map_distinct(texts, partial(_describe, table=table))
    is_unknown = text.is_not_null() & pl.col("described").is_null() & ~text.str.contains(_DESCRIPTION)
    frame = pl.DataFrame({"text": texts, "described": described}).select(
        pl.coalesce("described", "text"),
        pl.when(is_unknown).then(pl.lit(IssueReason.UNKNOWN_CODE.value)).alias("reason"),
    )
    return frame["described"].alias(texts.name), frame["reason"]


def share_described(texts: pl.Series, table: CodeTable) -> float:
    """Return the share of filled values, from 0 to 1, that the table describes; 0 if nothing is filled."""
    lower = texts.str.strip_chars().str.to_lowercase()
    filled = texts.filter(~lower.is_in(["", *list_cell_values("missing")]))
    described = map_distinct(filled, partial(_describe, table=table))
    return described.count() / filled.len() if filled.len() else 0.0


def _describe(text: pl.Expr, table: CodeTable) -> pl.Expr:
    """Return the code with its description, null if the table doesn't have it."""
    key, keys = code_key(text, table.digits), table.keys
    full = pl.Series([_join_description(code, description) for code, description in table.codes.items()], dtype=pl.String)
    exact = key.replace_strict(keys, full, default=None, return_dtype=pl.String)
    if not table.prefix:
        return exact
    descriptions = pl.Series(list(table.codes.values()), dtype=pl.String)
    longest_first = sorted(set(keys.str.len_chars()), reverse=True)
    begun = (key.str.slice(0, n).replace_strict(keys, descriptions, default=None, return_dtype=pl.String) for n in longest_first)
    is_code = key.str.contains(r"^[A-Z0-9]+$") & ~text.str.contains(_DESCRIPTION)
    return pl.coalesce(exact, pl.when(is_code).then(pl.format("{} {}", key, pl.coalesce(*begun))))


def _join_description(code: str, description: str) -> str:
    """Return code and description; the description alone if it begins with the code."""
    return description if description.casefold().startswith(code.casefold()) else f"{code} {description}"
