"""Texts in the one spelling in which they are compared."""

from functools import cache

import polars as pl

from flexscout.vocabulary import address_words


def spelled(text: pl.Expr) -> pl.Expr:
    """Upper case, no punctuation, words as the Postal Service abbreviates them; null where it says nothing."""
    words = text.str.to_uppercase().str.replace_all(r"[.'`\u2018\u2019]", "").str.replace_all(r"[\W_]+", "  ")
    short = pl.format(" {} ", words).str.replace_many(_abbreviations(), leftmost=True)
    tidy = short.str.replace_all(r" +", " ").str.strip_chars(" ")
    return pl.when(tidy != "").then(tidy)


@cache
def _abbreviations() -> dict[str, str]:
    """Each word between two spaces, as the doubled spaces of a text leave every word its own pair."""
    return {f" {word} ": f" {short} " for word, short in address_words().items()}
