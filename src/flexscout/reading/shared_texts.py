"""The shared texts of a large workbook: read once in blocks, then put where a block's cells point at them.

A cell that points at a shared text is made one that holds MARK and the number; so it comes out of the parser as that text, and
whole columns of numbers are exchanged for the texts at a time.
"""

import re

import polars as pl

from flexscout.reading.cutter import UnknownDialect

MARK = "\ue000"
"""Begins a text that stands for another; no content that has it by itself is read in blocks."""

_MARK = MARK.encode()
_MARK_AS_NUMBER = re.compile(rb"(?i)&#(?:x0*e000|0*57344);")
_OTHER_POINTER = re.compile(rb'\st="s"(\s[^<>]*)>(<(?:[\w.-]{1,40}:)?v>)')


def has_mark(xml: bytes) -> bool:
    """Whether a content has MARK by itself."""
    # Looking for one byte takes a fiftieth of looking for two.
    raw, number = _MARK[:1] in xml and _MARK in xml, b"&" in xml and b"&#" in xml
    return raw or (number and _MARK_AS_NUMBER.search(xml) is not None)


def pointing_by_text(xml: bytes, prefix: bytes) -> bytes:
    """Rows whose cells hold numbers of shared texts as texts; those written in yet another way are left as they are."""
    usual = b' t="s"><' + prefix + b"v>"
    xml = xml.replace(usual, b' t="str"><' + prefix + b"v>" + _MARK)
    return _OTHER_POINTER.sub(rb' t="str"\1>\2' + _MARK, xml) if b't="s"' in xml else xml


def pointers(count: int) -> bytes:
    """Rows of one cell each, which point at the first `count` texts."""
    return b"".join(b'<row><c t="s"><v>%d</v></c></row>' % number for number in range(count))


def with_texts(cells: pl.DataFrame, texts: pl.Series) -> pl.DataFrame:
    """The cells with the texts that they point at. Raises UnknownDialect where one points at none."""
    marked = cells.select(pl.all().str.starts_with(MARK).any())
    try:
        return cells.with_columns(_exchanged(name, texts) for name in cells.columns if marked[name].item())
    except pl.exceptions.PolarsError:
        raise UnknownDialect("its cells point at no shared text") from None


def _exchanged(name: str, texts: pl.Series) -> pl.Expr:
    text = pl.col(name)
    points = text.str.starts_with(MARK)
    number = pl.when(points).then(text.str.slice(1)).cast(pl.UInt32)
    return pl.when(points).then(pl.lit(texts).gather(number)).otherwise(text).alias(name)
