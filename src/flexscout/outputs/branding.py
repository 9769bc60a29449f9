"""The firm's name and logo, as the outputs show them."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flexscout.domain import format_bytes
from flexscout.errors import ConfigurationError

MAX_LOGO_BYTES = 2**20
_MAX_LOGO_PIXELS = 4_000  # per side; programs that show the logo take 4 bytes for each pixel of it
_PNG_HEADER = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
_JPEG_START = b"\xff\xd8\xff"
_JPEG_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # markers of a segment with the size of the image
_JPEG_SCAN = 0xDA  # marker of the pixels, after which no such segment follows


@dataclass(frozen=True)
class Branding:
    """A firm's name and logo.

    Attributes:
        name: The firm's name, empty if it isn't set.
        logo: The content of the logo's file, empty if it isn't set.
        media_type: `image/png`, `image/jpeg`, or empty without a logo.
        size: Width and height of the logo in pixels.

    """

    name: str = ""
    logo: bytes = b""
    media_type: str = ""
    size: tuple[int, int] = (0, 0)


def load_branding(settings: Mapping[str, Any]) -> Branding:
    """Load the branding that the settings of a run name.

    Args:
        settings: The settings of a run, as its report has them; older ones have no branding.

    Raises:
        ConfigurationError: The logo can't be read, is too large, or is neither PNG nor JPEG.

    """
    name, path = " ".join(settings.get("branding", "").split()), settings.get("branding_logo", "")
    if not path:
        return Branding(name)
    try:
        with Path(path).open("rb") as file:
            logo = file.read(MAX_LOGO_BYTES + 1)
    except (OSError, ValueError) as error:
        raise _report_logo(path, f"it can't be read ({getattr(error, 'strerror', None) or error})") from None
    if len(logo) > MAX_LOGO_BYTES:
        raise _report_logo(path, f"it is larger than {format_bytes(MAX_LOGO_BYTES)}")
    media_type, sides = _identify_image(logo)
    if not media_type:
        raise _report_logo(path, "it is neither a PNG nor a JPEG image")
    if not sides or not 0 < max(sides) <= _MAX_LOGO_PIXELS or not min(sides):
        raise _report_logo(path, f"it has no size between 1 and {_MAX_LOGO_PIXELS:,} pixels per side")
    return Branding(name, logo, media_type, sides)


def _report_logo(path: str, reason: str) -> ConfigurationError:
    return ConfigurationError.from_settings({"branding_logo": f"the logo {path} can't be used: {reason}. Choose another file"})


def _identify_image(content: bytes) -> tuple[str, tuple[int, int] | None]:
    """Return the media type of an image, empty if it is of another kind, and its width and height in pixels if known."""
    if content.startswith(_PNG_HEADER):
        return "image/png", struct.unpack_from(">II", content.ljust(len(_PNG_HEADER) + 8, b"\0"), len(_PNG_HEADER))
    return ("image/jpeg", _find_jpeg_size(content)) if content.startswith(_JPEG_START) else ("", None)


def _find_jpeg_size(content: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(content) and content[at] == _JPEG_START[2]:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4])
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 5)
            return width, height
        if marker == _JPEG_SCAN:
            return None
        at += 2 + length
    return None
