"""Compact JSON for the page's script."""

import json
from typing import Any

import polars as pl
from markupsafe import Markup

_JSON_ESCAPES = {"<": r"\u003c", ">": r"\u003e", "&": r"\u0026", "\u2028": r"\u2028", "\u2029": r"\u2029"}
_MAX_DISTINCT_SHARE = 0.5  # of texts, from which positions in a list of distinct texts are no shorter


def script_json(value: Any) -> Markup:
    """Return JSON that can't end the script element that holds it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for letter, code in _JSON_ESCAPES.items():
        text = text.replace(letter, code)
    return Markup(text)  # noqa: S704  # nosec B704 # <, > and & are escaped above


def encode_column(column: pl.Series) -> Any:
    """Return a column as a list, or as its distinct `texts` and the position `at` of each row's text if that is shorter."""
    if column.dtype != pl.String:
        return column.to_list()
    texts = column.drop_nulls().unique(maintain_order=True)
    if texts.len() > _MAX_DISTINCT_SHARE * column.len():
        return column.to_list()
    return {"texts": texts.to_list(), "at": column.cast(pl.Enum(texts)).to_physical().to_list()}


def encode_lists(lists: pl.Series) -> Any:
    """Return lists of texts as their distinct `texts` and the positions `at` of each row's texts."""
    texts = lists.explode().drop_nulls().unique(maintain_order=True)
    at = lists.list.eval(pl.element().cast(pl.Enum(texts)).to_physical())
    return {"texts": texts.to_list(), "at": at.to_list()}


def finite_number(number: pl.Expr, decimals: int) -> pl.Expr:
    """Return rounded numbers, whole ones as integers if there are no decimals; null if they aren't finite."""
    value = number.cast(pl.Float64, strict=False).round(decimals)
    return pl.when(value.is_finite()).then(value if decimals else value.cast(pl.Int64, strict=False))
