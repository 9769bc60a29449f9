r"""Text from outside, made safe to print: file names, sheet names, headers, cells, settings.

A control or invisible character can move the cursor, rename the window, reverse what follows or make two names look equal.
Each is shown as its escape, never dropped: ESC as `\x1b`, RIGHT-TO-LEFT OVERRIDE as `\u202e`, a Unicode tag as `\U000e0041`.
Text that is safe already stays as it is, so it does no harm to escape a text twice.
"""

import logging
import re

# Controls (C0, DEL, C1), format and direction characters, line and paragraph separators, blank letters, variation selectors,
# surrogates (bytes of a file name that are no UTF-8), noncharacters, interlinear annotations, tags.
_UNSAFE = (
    "\x00-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_ANY = re.compile(f"[{_UNSAFE}]")
_ANY_BUT_LAYOUT = re.compile(f"(?![\n\t])[{_UNSAFE}]")


def escape_controls(text: object, *, keep_lines: bool = False) -> str:
    r"""Return the text with every control or invisible character as its escape.

    Args:
        text: Any text, or what has one.
        keep_lines: Keep `\n` and tabs, for a text of several lines; only where no value from outside can hold one.

    """
    return (_ANY_BUT_LAYOUT if keep_lines else _ANY).sub(_escape, str(text))


def escape_json(text: str) -> str:
    r"""Return a JSON text with every control or invisible character as `\u....`: the same JSON, safe to print.

    Line ends and tabs between its parts stay; its strings hold none.
    """
    return _ANY_BUT_LAYOUT.sub(_escape_for_json, text)


class SafeFormatter(logging.Formatter):
    """Format a log record as one line for a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; only a traceback has several."""
        return escape_controls(super().format(record), keep_lines=True)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is logging's
        """Return the message, in which a name can't begin a new line."""
        return escape_controls(super().formatMessage(record))


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004


def _escape_for_json(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", errors="surrogatepass")
    return "".join(f"\\u{units[i : i + 2].hex()}" for i in range(0, len(units), 2))
