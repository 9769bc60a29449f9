"""Printing to the terminal. Untrusted text can't control the terminal, start its own line or be read as markup."""

import sys

import typer

from flexscout.domain import escape_controls, escape_json


def print_line(text: str = "", *, blank_before: bool = False, err: bool = False) -> None:
    """Print one line; line breaks inside the text are escaped."""
    typer.echo(("\n" if blank_before else "") + escape_controls(text), err=err)


def print_block(text: str) -> None:
    """Print a text of several lines, such as YAML, that ends with a line break."""
    typer.echo(escape_controls(text, keep_lines=True), nl=False)


def print_json(text: str) -> None:
    """Print JSON, escaped so that it parses to the same value."""
    typer.echo(escape_json(text))


def print_error(text: str) -> None:
    """Print one line on standard error, after any pending standard output."""
    sys.stdout.flush()
    print_line(f"flexscout: {text}", err=True)


def print_error_lines(text: str) -> None:
    """Print a message of several lines on standard error; all but the first are indented, so none looks like a new message."""
    first, *others = text.split("\n")
    print_error(first)
    for line in others:
        print_line(line if line.startswith("  ") else f"  {line}", err=True)
