"""The Issues for a person: each with its reason in words."""

import polars as pl

from flexscout.vocabulary import issue_reasons

IN_WORDS = "In Words"


def in_words(issues: pl.DataFrame) -> pl.DataFrame:
    """The Issues with a sentence; a reason that has none speaks for itself."""
    code, detail = pl.col("Reason").str.extract("^([^:]*)"), pl.col("Reason").str.extract(r"(?s):\s*(.*)$")
    sentence = code.replace_strict(issue_reasons(), default=code.str.replace_all("_", " "), return_dtype=pl.String)
    full = pl.when(detail.is_null()).then(sentence).otherwise(pl.format("{} ({})", sentence, detail))
    return issues.with_columns(full.alias(IN_WORDS))
