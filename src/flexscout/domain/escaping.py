r"""Escape untrusted text: control characters for terminals, and column names that Polars would read as patterns.

A control or invisible character in a file name, sheet name, header, cell or setting can move the cursor, rename the window,
reverse the text that follows or make two names look equal. Each is replaced by its escape: ESC by `\x1b`, RIGHT-TO-LEFT OVERRIDE
by `\u202e`, a Unicode tag by `\U000e0041`. Escaping is idempotent.

Polars reads `*` as all columns and `^...$` as a regular expression, also internally. Headers of files may be either. In every
frame of flexscout such a header has an invisible prefix, which is removed when a table is written or returned to the user. Other
names never change.
"""

from __future__ import annotations

import logging
import os
import re
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

# Controls (C0, DEL, C1), format and direction characters, line and paragraph separators, blank letters, variation selectors,
# surrogates (bytes of a file name that are not UTF-8), noncharacters, interlinear annotations, tags.
_UNSAFE = (
    "\x00-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_UNSAFE_PATTERN = re.compile(f"[{_UNSAFE}]")
_UNSAFE_EXCEPT_LAYOUT = re.compile(f"(?![\n\t])[{_UNSAFE}]")
_PIECE = 2**16  # characters that are checked at once
_PREFIX = "\u2060"  # WORD JOINER: invisible, neither a letter nor a space


def escape_controls(text: object, *, keep_lines: bool = False) -> str:
    r"""Return the text with every control or invisible character as its escape.

    Args:
        text: Any value; it is converted to text.
        keep_lines: Whether to keep `\n` and tabs. Use it only for text of several lines whose untrusted parts are escaped.

    """
    return (_UNSAFE_EXCEPT_LAYOUT if keep_lines else _UNSAFE_PATTERN).sub(_escape, str(text))


def escape_json(text: str) -> str:
    r"""Return a JSON text with every control or invisible character as `\u....`: the same JSON, safe to print.

    Line ends and tabs between the parts of the JSON stay; its strings can't hold any.
    """
    pieces = (text[start : start + _PIECE] for start in range(0, len(text), _PIECE))
    return "".join(piece if _is_plain(piece) else _UNSAFE_EXCEPT_LAYOUT.sub(_escape_for_json, piece) for piece in pieces)


def _is_plain(text: str) -> bool:
    """Return whether a text has only lines of printable ASCII characters; finding that out takes a tenth of replacing."""
    return text.isascii() and text.replace("\n", "").isprintable()


class SafeFormatter(logging.Formatter):
    """Format a log record as one line for a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; tracebacks have several."""
        return escape_controls(super().format(record), keep_lines=True)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is logging's
        """Return the message on one line: names can't start a new one."""
        return escape_controls(super().formatMessage(record))


def is_polars_pattern(name: str) -> bool:
    """Return whether Polars would read the name as a pattern."""
    return name == "*" or (name.startswith("^") and name.endswith("$"))


def escape_name(header: str) -> str:
    """Return the column name for a header. `unescape_name` reverses it."""
    return _PREFIX + header if is_polars_pattern(header.lstrip(_PREFIX)) else header


def unescape_name(name: str) -> str:
    """Return the header for a column name."""
    return name.removeprefix(_PREFIX) if is_polars_pattern(name.lstrip(_PREFIX)) else name


def escape_names(table: pl.DataFrame) -> pl.DataFrame:
    """Return the table with headers as escaped column names."""
    return _set_names(table, [escape_name(name) for name in table.columns])


def unescape_names(table: pl.DataFrame) -> pl.DataFrame:
    """Return the table with its original headers, to be written or returned to the user."""
    return _set_names(table, [unescape_name(name) for name in table.columns])


def quote_path(path: object) -> str:
    """Quote a path for pasting into a shell, also on Windows.

    POSIX shells expand `$` and backticks inside double quotes, so a path with those gets single quotes there.
    """
    if os.name != "nt" and re.search(r"""[$`"!]""", str(path)):
        return shlex.quote(str(path))
    return str(path) if re.fullmatch(r"[\w./\\:+-]+", str(path)) else f'"{path}"'


def map_command(path: object) -> str:
    """Return the command that drafts a mapping file for an export."""
    return f"flexscout map {quote_path(path)}"


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004


def _escape_for_json(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", errors="surrogatepass")
    return "".join(f"\\u{units[i : i + 2].hex()}" for i in range(0, len(units), 2))


def _set_names(table: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """Set column names by position: `rename` would read the old names as patterns."""
    if names == table.columns:
        return table
    renamed = table.clone()
    renamed.columns = names
    return renamed
