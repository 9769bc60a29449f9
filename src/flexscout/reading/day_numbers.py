"""From which day a workbook counts its days."""

import re
import zipfile
import zlib
from pathlib import Path

_FROM_1904 = re.compile(rb"<(?:\w+:)?workbookPr\b[^>]*\bdate1904\s*=\s*[\"'](?:1|true)[\"']")
_LOOKED_AT = 1 << 16  # bytes; the setting stands near the beginning


def counts_from_1904(path: Path) -> bool:
    """Whether an .xlsx counts from 1904, as Excel for Mac once did: its dates are read right, its bare day numbers are not."""
    try:
        with zipfile.ZipFile(path) as book, book.open("xl/workbook.xml") as part:
            return _FROM_1904.search(part.read(_LOOKED_AT)) is not None
    except (OSError, KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, zlib.error):
        return False  # another kind of file; what is wrong with it is the reader's to say
