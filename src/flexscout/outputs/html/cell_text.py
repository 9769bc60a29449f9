"""Values of a table as a page shows them: every text is cut to a length and escaped, and none becomes a link by itself."""

import polars as pl

from flexscout.domain import format_decimals

# Controls, ends of lines of other alphabets, and marks that turn the direction of what follows them.
_UNSEEN = r"[\x00-\x1f\x7f-\x9f\x{2028}\x{2029}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}]+"
_ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;"}
_WEB = r"^https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?(?:[/?#][A-Za-z0-9/?#._~!$()*+,;:@%=&-]*)?$"
_LONGEST_LINK = 300  # characters


def plain_text(name: str, frame: pl.DataFrame, limit: int = 100) -> pl.Expr:
    """The column as one line of at most `limit` characters; null where there is no text or no such column."""
    if name not in frame.columns:
        return pl.lit(None, pl.String)
    return single_line(pl.col(name), limit)


def single_line(value: pl.Expr, limit: int = 100) -> pl.Expr:
    """A text without ends of lines and other unseen characters, cut at `limit`; null where nothing is left."""
    text = value.cast(pl.String).str.slice(0, 4 * limit).str.replace_all(_UNSEEN, " ").str.strip_chars()
    cut = pl.when(text.str.len_chars() > limit).then(pl.format("{}…", text.str.slice(0, limit - 1))).otherwise(text)
    return pl.when(cut != "").then(cut)


def escape_text(text: pl.Expr) -> pl.Expr:
    """Text as HTML has it, between tags and in quotes; empty where it is missing."""
    return text.cast(pl.String).str.replace_many(_ESCAPED).fill_null("")


def link_html(url: pl.Expr, words: str) -> pl.Expr:
    """A link where the text is a plain http(s) address and nothing else; otherwise empty."""
    good = url.str.contains(_WEB) & (url.str.len_chars() <= _LONGEST_LINK)
    there = pl.format('<a href="{}">{}</a>', escape_text(url), pl.lit(words))
    return pl.when(good).then(there).otherwise(pl.lit(""))


def format_whole(name: str, frame: pl.DataFrame) -> pl.Expr:
    """34000.4 as 34,000; empty where it is missing or no number."""
    return format_decimals(_number(name, frame).round(0).cast(pl.Int64, strict=False), 0).fill_null("")


def format_decimal(name: str, frame: pl.DataFrame, digits: int) -> pl.Expr:
    """1.588 as 1.59, 9.0 as 9; empty where it is missing."""
    return format_decimals(_number(name, frame), digits).fill_null("")


def format_year(name: str, frame: pl.DataFrame) -> pl.Expr:
    """1995.0 as 1995."""
    return _number(name, frame).cast(pl.Int64, strict=False).cast(pl.String).fill_null("")


def format_percent(name: str, frame: pl.DataFrame, of: float = 100) -> pl.Expr:
    """A share of `of` as 85%."""
    share = (_number(name, frame) / of * 100).round(0).cast(pl.Int64, strict=False).cast(pl.String)
    return pl.concat_str(share, pl.lit("%")).fill_null("")


def _number(name: str, frame: pl.DataFrame) -> pl.Expr:
    there = pl.col(name) if name in frame.columns else pl.lit(None)
    return there.cast(pl.Float64, strict=False)
