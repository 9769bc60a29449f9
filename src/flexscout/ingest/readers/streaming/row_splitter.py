"""A large part of a workbook, cut where its rows (or shared texts) end into blocks that are documents of their own.

Only what is sure is cut: anything that could make a row's end something else ends in UnknownDialect.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

LONGEST_HEAD = 2**22
"""Bytes before the first row; 16,384 columns with a width each take 1.3 million."""
LONGEST_ROW = 2**26
"""Bytes; 16,384 cells of usual length take 2 million."""

_ROOT = re.compile(
    rb"(?:\xef\xbb\xbf)?\s{0,99}(<\?xml\s[^<>]{0,200}\?>)?\s{0,99}<((?:[\w.-]{1,40}:)?)(worksheet|sst)((?:\s[^<>]{0,8000}?)?)/?>"
)
_OTHER_ENCODING = re.compile(rb"\sencoding\s*=\s*[\"'](?!(?i:utf-8)[\"'])")
_CLAIMS = re.compile(rb"\s(?:uniqueCount|count)\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_OTHER = (b"!", b"?")  # comments, CDATA and instructions may hold what looks like an element


class UnknownDialect(Exception):  # noqa: N818 - no error: another way of reading is taken
    """Raised when a part is written in a way that is not cut; its text says which."""


@dataclass(frozen=True)
class SplitPart:
    """A part in blocks.

    `prefix`: of its elements' names, with its colon; `head` and `tail`: what makes a document of a block; `blocks`: whole rows,
    or shared texts, in their order.
    """

    prefix: bytes
    head: bytes
    tail: bytes
    blocks: Iterator[bytes]


def split_rows(chunks: Iterable[bytes], size: int) -> SplitPart:
    """A sheet in blocks of about `size` bytes. Raises UnknownDialect, also while the blocks are taken."""
    return _cut(iter(chunks), size, b"worksheet", b"sheetData", b"row")


def split_texts(chunks: Iterable[bytes], size: int) -> SplitPart:
    """A table of shared texts in blocks, without the counts that it claims. Raises UnknownDialect, as above."""
    return _cut(iter(chunks), size, b"sst", b"sst", b"si")


def _cut(chunks: Iterator[bytes], size: int, root: bytes, container: bytes, item: bytes) -> SplitPart:
    begin = re.compile(rb"<(?:[\w.-]{1,40}:)?" + container + rb"(?:\s[^<>]{0,8000})?/?>")
    text, inside = _head(chunks, begin)
    found = _ROOT.match(text)
    if not found or found[3] != root:
        raise UnknownDialect("its beginning is unusual")
    declared, prefix, _, attributes = found.groups()
    if _OTHER_ENCODING.search(declared or b"") or _has_other(text[found.start(2) : inside]):
        raise UnknownDialect("its beginning is unusual")
    names = [root] if root == container else [root, container]
    inner = b"".join(b"<" + prefix + name + b">" for name in names[1:])
    head = (declared or b"") + b"<" + prefix + root + _CLAIMS.sub(b"", attributes) + b">" + inner
    tail = b"".join(b"</" + prefix + name + b">" for name in reversed(names))
    if text[:inside].endswith(b"/>"):
        return SplitPart(prefix, head, tail, iter(()))
    ends = b"</" + prefix + container, b"</" + prefix + item + b">"
    return SplitPart(prefix, head, tail, _blocks(chain([text[inside:]], chunks), size, *ends))


def _head(chunks: Iterator[bytes], begin: re.Pattern[bytes]) -> tuple[bytes, int]:
    """What has been read, and where in it the rows begin."""
    text = b""
    for chunk in chunks:
        text += chunk
        if found := begin.search(text):
            return text, found.end()
        if len(text) > LONGEST_HEAD:
            break
    raise UnknownDialect("its rows are not where they should be")


def _blocks(chunks: Iterator[bytes], size: int, end: bytes, item_end: bytes) -> Iterator[bytes]:
    rest = b""
    for chunk in _gathered(chunks, size):
        text = rest + chunk
        inside, over = _inside(text, end)
        cut = inside.rfind(item_end) + len(item_end)
        if cut >= len(item_end):
            yield _sure(inside[:cut])
            rest = text[cut:]
        else:
            rest = text
        if over:
            break
        if len(rest) > LONGEST_ROW:
            raise UnknownDialect("a row of it is too long")
    left, over = _inside(rest, end)
    if not over:
        raise UnknownDialect("its end is missing")
    if left.strip():
        yield _sure(left)


def _gathered(chunks: Iterator[bytes], size: int) -> Iterator[bytes]:
    """The same bytes, about `size` at a time."""
    parts: list[bytes] = []
    for chunk in chunks:
        for begin in range(0, len(chunk), size):
            parts.append(chunk[begin : begin + size])
            if sum(map(len, parts)) >= size:
                yield b"".join(parts)
                parts = []
    yield b"".join(parts)


def _inside(text: bytes, end: bytes) -> tuple[bytes, bool]:
    """What stands before the end of the rows, and whether that is there."""
    place = text.find(end)
    return (text, False) if place < 0 else (text[:place], True)


def _sure(text: bytes) -> bytes:
    if _has_other(text):
        raise UnknownDialect("it has comments or unparsed text")
    return text


def _has_other(text: bytes) -> bool:
    """Whether there is anything besides elements and their text."""
    # Looking for one byte takes a fiftieth of looking for two.
    return any(sign in text and b"<" + sign in text for sign in _OTHER)
