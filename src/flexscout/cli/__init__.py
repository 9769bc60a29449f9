"""Command line: parses options, calls the library, prints results, chooses exit codes."""

from flexscout._import_path import SafeImports

with SafeImports():  # `main` then keeps the current folder off the path for good
    from flexscout.cli.app import main, open_window

__all__ = ["main", "open_window"]
