"""Codes that stand in for words: the cell says both."""

import polars as pl

from flexscout.vocabulary import CodeTable

_DECIMALS = r"\.0+$"  # 48.0: a number to the program that wrote it
_WORD = r"[A-Za-z]{3}"  # such a text describes itself already


def described(texts: pl.Series, table: CodeTable) -> tuple[pl.Series, pl.Series]:
    """Codes as `048 Warehousing, ...`, and the reasons of those that the table does not have, which stay as they are."""
    code = pl.col("text").str.replace(_DECIMALS, "").str.zfill(table.digits)
    meaning = code.replace_strict(table.codes, default=None, return_dtype=pl.String)
    unknown = pl.col("text").is_not_null() & meaning.is_null() & ~pl.col("text").str.contains(_WORD)
    both = pl.coalesce(pl.format("{} {}", code, meaning), pl.col("text")).alias("both")
    frame = texts.to_frame("text").select(both, pl.when(unknown).then(pl.lit("unknown_code")).alias("reason"))
    return frame["both"].alias(texts.name), frame["reason"]
