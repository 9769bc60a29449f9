"""Typeset PDF files, and the only use of typst, which is optional.

Texts reach the template as data, never as markup. Fonts are those of this package and of typst, so that a file has the same bytes
on every machine; only a text in another script also uses the fonts of the machine.
"""

import json
import re
from datetime import UTC, datetime
from importlib.resources import as_file, files
from typing import Any

from flexscout.domain import shorten
from flexscout.errors import ConfigurationError, OutputError
from flexscout.outputs.branding import Branding

INSTALL_COMMAND = 'python -m pip install "flexscout[memo]"'

_PACKAGE = "flexscout.outputs.memo"
_STYLE = "style.typ"
_LOGO_FORMATS = {"image/png": "png", "image/jpeg": "jpg"}
_TIMESTAMP = datetime(2000, 1, 1, tzinfo=UTC)  # of the PDF: the same for equal contents; the text has the date of the data
_MAX_LENGTH = 400  # characters of a text
# Controls, direction characters, line and paragraph separators, unpaired surrogates, noncharacters, tags.
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff0-\uffff\U000e0000-\U000e0fff]+"
)
_PAGE_COUNT = re.compile(rb"/Type/Pages/Count (\d+)")
_LONG_WORD = re.compile(r"\S{24}(?=\S)")  # parcel numbers are shorter, so that a copied one has no break
_BREAK = "\u200b"  # ZERO WIDTH SPACE: a line may break here
_HAS_GLYPHS = re.compile("[\\s\x20-\u052f\u0590-\u06ff\u1e00-\u1eff\u2000-\u22ff\u25a0-\u25cf\ufb01\ufb02]*")


def require_pdf_library() -> None:
    """Raise ConfigurationError if typst isn't installed."""
    try:
        import typst  # noqa: F401, PLC0415 - optional, and only needed for PDF files
    except ImportError:
        raise ConfigurationError(
            f"PDF files need the optional package typst, which isn't installed. Run: {INSTALL_COMMAND}"
        ) from None


def typeset(template: str, content: dict[str, Any], branding: Branding) -> bytes:
    """Return a PDF.

    Args:
        template: Name of a template of this package, such as `memo.typ`.
        content: What the template shows: texts and numbers in dicts and lists.
        branding: The firm's name and logo, for the head of the first page.

    Raises:
        ConfigurationError: typst isn't installed.
        OutputError: The logo is damaged.

    """
    require_pdf_library()
    import typst  # noqa: PLC0415 - as above

    package = files(_PACKAGE)
    # The template can't read binary files that aren't on disk, so it gets the logo as a list of numbers.
    logo = {"format": _LOGO_FORMATS[branding.media_type], "bytes": list(branding.logo)} if branding.logo else None
    text = json.dumps(_clean_texts({**content, "firm": branding.name}) | {"logo": logo}, ensure_ascii=False)
    template_text = b"\n".join(package.joinpath(name).read_bytes() for name in (_STYLE, template))
    with as_file(package.joinpath("fonts")) as fonts:
        try:
            return typst.compile(
                template_text,
                format="pdf",
                font_paths=typst.Fonts(include_system_fonts=not _HAS_GLYPHS.fullmatch(text), font_paths=[fonts]),
                sys_inputs={"content": text},
                timestamp=_TIMESTAMP,
            )
        except typst.TypstError as error:
            if not logo:
                raise
            raise OutputError(
                f"The logo can't be shown: {error.message}.", "Choose another file for output.branding_logo."
            ) from None


def count_pages(pdf: bytes) -> int:
    """Return the number of pages of a typeset PDF."""
    found = _PAGE_COUNT.search(pdf)
    return int(found[1]) if found else 1


def _clean_texts(value: Any) -> Any:
    """Return the content with every text on one line, of limited length, without invisible characters or unbreakable words."""
    if isinstance(value, dict):
        return {name: _clean_texts(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [_clean_texts(entry) for entry in value]
    return _clean_text(value) if isinstance(value, str) else value


def _clean_text(text: str) -> str:
    shown = shorten(_INVISIBLE.sub(" ", text[: 4 * _MAX_LENGTH]).strip(), _MAX_LENGTH, "…")
    return _LONG_WORD.sub(rf"\g<0>{_BREAK}", shown)
