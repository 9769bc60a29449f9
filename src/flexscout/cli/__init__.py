"""The command line."""

from flexscout.cli.app import main

__all__ = ["main"]
