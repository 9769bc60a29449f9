"""The files of ours that the page is made of."""

from functools import lru_cache
from pathlib import Path

from markupsafe import Markup

_HERE = Path(__file__).parent


@lru_cache
def asset(name: str) -> Markup:
    """A file of this folder, to be filled by `format` where it is a template."""
    return Markup((_HERE / name).read_text(encoding="utf-8"))  # noqa: S704  # nosec B704 # a file of the package
