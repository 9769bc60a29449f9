"""Owner names as comparison keys."""

import re
from functools import cache

import polars as pl

from flexscout.domain.normalization import blank_to_null, normalize_words
from flexscout.domain.vocabulary import load_vocabulary


def owner_key(owner: pl.Expr) -> pl.Expr:
    """Return the comparison key of an owner: `The Acme Co., L.L.C.` and `ACME CO LLC` are both `ACME`.

    Legal forms, punctuation and a leading THE don't count. It is null where the text names no owner, as `Unknown Owner`.
    """
    legal_forms, unknown = _build_owner_patterns()
    words = normalize_words(owner.str.replace_all("&", " AND ", literal=True)).str.replace_all("-", " ", literal=True)
    known = words.str.replace(unknown, "")
    bare = known.str.replace(r"^THE ", "").str.replace(legal_forms, "")
    return pl.coalesce(blank_to_null(bare), blank_to_null(known))


@cache
def _build_owner_patterns() -> tuple[str, str]:
    """Return the patterns of legal forms at the end of a name, and of names that stand for an unknown owner."""
    words = load_vocabulary("owner_words")
    legal_forms, unknown = ("|".join(map(re.escape, words[kind])) for kind in ("legal_forms", "unknown"))
    return rf"(?:\s+(?:{legal_forms}))+$", rf"^(?:{unknown})$"
