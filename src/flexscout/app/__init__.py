"""The window: a local server and its pages, for people who don't use a terminal."""

from typing import TYPE_CHECKING

from flexscout._lazy import lazy_exports

if TYPE_CHECKING:
    from flexscout.app.server import serve_window
    from flexscout.app.shortcuts import write_shortcuts

__all__ = ["serve_window", "write_shortcuts"]

__getattr__ = lazy_exports(__name__, {"server": ("serve_window",), "shortcuts": ("write_shortcuts",)})
