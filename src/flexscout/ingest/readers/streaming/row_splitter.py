"""Split the XML of a large sheet, or of shared texts, into blocks that are documents of their own.

Only what is certain is split: anything that could give the end of a row another meaning raises UnknownDialect.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from flexscout.ingest.readers.xml_check import has_matching_tags

MAX_HEAD_BYTES = 2**22
"""Bytes before the first row; 16,384 columns with a width each take 1.3 million."""
MAX_ROW_BYTES = 2**26
"""Bytes of a row; 16,384 cells of usual length take 2 million."""

_ROOT = re.compile(
    rb"(?:\xef\xbb\xbf)?\s{0,99}(<\?xml\s[^<>]{0,200}\?>)?\s{0,99}<((?:[\w.-]{1,40}:)?)(worksheet|sst)((?:\s[^<>]{0,8000}?)?)/?>"
)
_OTHER_ENCODING = re.compile(rb"\sencoding\s*=\s*[\"'](?!(?i:utf-8)[\"'])")
_COUNTS = re.compile(rb"\s(?:uniqueCount|count)\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_OPAQUE_MARKS = (b"!", b"?")  # comments, CDATA and processing instructions may contain what looks like a tag


class UnknownDialect(Exception):  # noqa: N818 - not an error: the sheet is read as a whole instead
    """Raised when a part is written in a way that can't be split; the text completes "this sheet can't be read in parts: "."""


@dataclass(frozen=True)
class SplitPart:
    """A part in blocks.

    Attributes:
        prefix: Namespace prefix of the element names, with its colon.
        head: Bytes that make a document of a block, before it.
        tail: Bytes that make a document of a block, after it.
        blocks: Whole rows, or shared texts, in order.
        after: Bytes that follow them, to be taken when all blocks are.

    """

    prefix: bytes
    head: bytes
    tail: bytes
    blocks: Iterator[bytes]
    after: Iterator[bytes]


def split_rows(chunks: Iterable[bytes], size: int) -> SplitPart:
    """Split a sheet into blocks of about `size` bytes.

    Raises UnknownDialect, also while the blocks are consumed.
    """
    return _split(iter(chunks), size, b"worksheet", b"sheetData", b"row")


def split_texts(chunks: Iterable[bytes], size: int) -> SplitPart:
    """Split a table of shared texts into blocks of about `size` bytes, and drop the counts it declares.

    Raises UnknownDialect, also while the blocks are consumed.
    """
    return _split(iter(chunks), size, b"sst", b"sst", b"si")


def _split(chunks: Iterator[bytes], size: int, root: bytes, container: bytes, item: bytes) -> SplitPart:
    begin = re.compile(rb"<(?:[\w.-]{1,40}:)?" + container + rb"(?:\s[^<>]{0,8000})?/?>")
    text, inside = _read_head(chunks, begin)
    match = _ROOT.match(text)
    if not match or match[3] != root:
        raise UnknownDialect("its beginning is unusual")
    declaration, prefix, _, attributes = match.groups()
    if _OTHER_ENCODING.search(declaration or b"") or _has_opaque_markup(text[match.start(2) : inside]):
        raise UnknownDialect("its beginning is unusual")
    names = [root] if root == container else [root, container]
    inner = b"".join(b"<" + prefix + name + b">" for name in names[1:])
    head = (declaration or b"") + b"<" + prefix + root + _COUNTS.sub(b"", attributes) + b">" + inner
    tail = b"".join(b"</" + prefix + name + b">" for name in reversed(names))
    if text[:inside].endswith(b"/>"):
        return SplitPart(prefix, head, tail, iter(()), chain([text[inside:]], chunks))
    ends = b"</" + prefix + container, b"</" + prefix + item + b">"
    pieces = _resize(chain([text[inside:]], chunks), size)
    rest: list[bytes] = []
    return SplitPart(prefix, head, tail, _cut_blocks(pieces, rest, *ends), chain.from_iterable((rest, pieces)))


def _read_head(chunks: Iterator[bytes], begin: re.Pattern[bytes]) -> tuple[bytes, int]:
    """Read until the rows begin; return the bytes read, and where in them the rows begin."""
    text = b""
    for chunk in chunks:
        text += chunk
        if match := begin.search(text):
            return text, match.end()
        if len(text) > MAX_HEAD_BYTES:
            break
    raise UnknownDialect("its rows are not where they should be")


def _cut_blocks(chunks: Iterator[bytes], after: list[bytes], end: bytes, item_end: bytes) -> Iterator[bytes]:
    """Yield whole rows; `after` receives what follows the last of them in its chunk."""
    rest = b""
    for chunk in chunks:
        text = rest + chunk
        inside, is_last = _cut_at(text, end)
        cut = inside.rfind(item_end) + len(item_end)
        if cut >= len(item_end):
            yield _check_markup(inside[:cut])
            rest = text[cut:]
        else:
            rest = text
        if is_last:
            after.append(text[len(inside) :])
            break
        if len(rest) > MAX_ROW_BYTES:
            raise UnknownDialect("a row of it is too long")
    remainder, is_last = _cut_at(rest, end)
    if not is_last:
        raise UnknownDialect("its end is missing")
    if remainder.strip():
        yield _check_markup(remainder)


def _resize(chunks: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Join or split chunks to about `size` bytes each."""
    parts: list[bytes] = []
    for chunk in chunks:
        for begin in range(0, len(chunk), size):
            parts.append(chunk[begin : begin + size])
            if sum(map(len, parts)) >= size:
                yield b"".join(parts)
                parts = []
    yield b"".join(parts)


def _cut_at(text: bytes, end: bytes) -> tuple[bytes, bool]:
    """Return what precedes the end of the rows, and whether the end is in the text."""
    place = text.find(end)
    return (text, False) if place < 0 else (text[:place], True)


def _check_markup(text: bytes) -> bytes:
    if _has_opaque_markup(text):
        raise UnknownDialect("it has comments or unparsed text")
    if not has_matching_tags(text):
        raise UnknownDialect("its XML is ill-formed, so rows may be missing and cells may be cut")
    return text


def _has_opaque_markup(text: bytes) -> bool:
    # Searching for one byte is 50 times as fast as searching for two.
    return any(mark in text and b"<" + mark in text for mark in _OPAQUE_MARKS)
