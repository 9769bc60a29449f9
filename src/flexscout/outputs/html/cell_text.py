"""Polars expressions that turn table values into page text: shortened, escaped, and without accidental links."""

import polars as pl

from flexscout.domain import format_decimals

# Controls, line and paragraph separators, and direction characters.
_INVISIBLE = r"[\x00-\x1f\x7f-\x9f\x{2028}\x{2029}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}]+"
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;"}
_WEB_ADDRESS = r"^https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?(?:[/?#][A-Za-z0-9/?#._~!$()*+,;:@%=&-]*)?$"
_MAX_LINK_LENGTH = 300


def plain_text(name: str, frame: pl.DataFrame, limit: int = 100) -> pl.Expr:
    """Return a column as single lines of at most `limit` characters; null if it is empty or the frame lacks it."""
    if name not in frame.columns:
        return pl.lit(None, pl.String)
    return single_line(pl.col(name), limit)


def single_line(value: pl.Expr, limit: int = 100) -> pl.Expr:
    """Return text without line ends and invisible characters, cut to `limit` characters; null if nothing remains."""
    text = value.cast(pl.String).str.slice(0, 4 * limit).str.replace_all(_INVISIBLE, " ").str.strip_chars()
    cut = pl.when(text.str.len_chars() > limit).then(pl.format("{}…", text.str.slice(0, limit - 1))).otherwise(text)
    return pl.when(cut != "").then(cut)


def escape_text(text: pl.Expr) -> pl.Expr:
    """Escape text for HTML content and attributes; null becomes empty."""
    return text.cast(pl.String).str.replace_many(_ESCAPES).fill_null("")


def web_address(url: pl.Expr) -> pl.Expr:
    """Return texts that are a plain http(s) address and nothing else; null for others."""
    text = url.cast(pl.String).str.slice(0, 2 * _MAX_LINK_LENGTH).str.strip_chars()
    return pl.when(text.str.contains(_WEB_ADDRESS) & (text.str.len_chars() <= _MAX_LINK_LENGTH)).then(text)


def link_html(url: pl.Expr, text: str) -> pl.Expr:
    """Return a link if the value is a plain http(s) address; otherwise empty."""
    address = web_address(url)
    link = pl.format('<a href="{}">{}</a>', escape_text(address), pl.lit(text))
    return pl.when(address.is_not_null()).then(link).otherwise(pl.lit(""))


def format_whole(name: str, frame: pl.DataFrame) -> pl.Expr:
    """Format 34000.4 as `34,000`; empty if it isn't a number."""
    return format_decimals(_number(name, frame).round(0).cast(pl.Int64, strict=False), 0).fill_null("")


def format_decimal(name: str, frame: pl.DataFrame, digits: int) -> pl.Expr:
    """Format 1.588 as `1.59` and 9.0 as `9`; empty if it isn't a number."""
    return format_decimals(_number(name, frame), digits).fill_null("")


def format_money(name: str, frame: pl.DataFrame) -> pl.Expr:
    """Format 3500000.4 as `$3,500,000`; empty if it isn't a number."""
    return pl.concat_str(pl.lit("$"), format_decimals(_number(name, frame).round(0).cast(pl.Int64, strict=False), 0)).fill_null(
        ""
    )


def format_year(name: str, frame: pl.DataFrame) -> pl.Expr:
    """Format 1995.0 as `1995`."""
    return _number(name, frame).cast(pl.Int64, strict=False).cast(pl.String).fill_null("")


def _number(name: str, frame: pl.DataFrame) -> pl.Expr:
    column = pl.col(name) if name in frame.columns else pl.lit(None)
    return column.cast(pl.Float64, strict=False)
