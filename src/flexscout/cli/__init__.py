"""The command line: parse, call the library, print, choose the exit code."""

from flexscout.cli.app import main

__all__ = ["main"]
