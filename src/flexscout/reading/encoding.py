"""Bytes of a text file -> text, by the encodings in which exports come."""

import codecs

from flexscout.kinds import is_utf_16

_LOOKED_AT = 4096  # bytes
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def as_utf_8(content: bytes) -> tuple[bytes, str]:
    """The text as UTF-8 without a mark, and the encoding in which it was.

    What is neither marked nor UTF-8 is Windows-1252, Excel's own for CSV; guessing takes `Cañon City` for Chinese.
    """
    for mark, name in _MARKS:
        if content.startswith(mark):
            return _converted(content[len(mark) :], name), name
    if name := is_utf_16(content[:_LOOKED_AT]):
        return _converted(content, name), name
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return _from_windows(content), "windows-1252"
    return content, "utf-8"


def _converted(content: bytes, name: str) -> bytes:
    return content.decode(name, "replace").encode("utf-8", "replace")


def _from_windows(content: bytes) -> bytes:
    # Five bytes have no character there; as in browsers, they stay what they are.
    return content.decode("latin-1").translate(_WINDOWS).encode()


_WINDOWS = {byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0xA0)}
