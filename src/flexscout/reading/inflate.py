"""What a part of a zip really holds, whatever the directory says of it."""

import os
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipInfo

CHUNK = 2**20
"""Most bytes that are handed out at a time."""

_LOCAL_HEADER = struct.Struct("<26xHH")  # what counts in it: the lengths of the name and of the extra field


def inflated(file: BinaryIO, part: ZipInfo) -> Iterator[bytes]:
    """The bytes of a part in chunks of at most a mebibyte; whoever takes no more of them inflates no more.

    Raises BadZipFile if they can't be had.
    """
    left = _start(file, part)
    if part.compress_type == ZIP_STORED:
        yield from _pieces(file, left, CHUNK)
    elif part.compress_type == ZIP_DEFLATED:
        yield from _deflated(file, left)
    else:
        raise BadZipFile("it is compressed in a way that no spreadsheet program uses")


def _start(file: BinaryIO, part: ZipInfo) -> int:
    """Go to where the part's data begin; gives how many there are."""
    if part.header_offset < 0:
        raise BadZipFile("a part of it is said to stand before its beginning")
    file.seek(part.header_offset)
    header = file.read(_LOCAL_HEADER.size)
    if len(header) < _LOCAL_HEADER.size:
        raise BadZipFile("a part of it is missing")
    file.seek(sum(_LOCAL_HEADER.unpack(header)), os.SEEK_CUR)
    return part.compress_size


def _pieces(file: BinaryIO, left: int, size: int) -> Iterator[bytes]:
    while left > 0 and (piece := file.read(min(left, size))):
        left -= len(piece)
        yield piece


def _deflated(file: BinaryIO, left: int) -> Iterator[bytes]:
    decoder = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for piece in _pieces(file, left, 2**16):
            waiting = piece
            while waiting and not decoder.eof:
                yield decoder.decompress(waiting, CHUNK)
                waiting = decoder.unconsumed_tail
        yield decoder.flush()
    except zlib.error:
        raise BadZipFile("a part of it can't be unpacked") from None
