"""Printing to the terminal: no name or value from outside can steer it, begin a line of its own, or be taken for markup."""

import sys

import typer

from flexscout.domain import escape_controls, escape_json


def print_line(text: str = "", *, blank_before: bool = False, err: bool = False) -> None:
    """Print one line; a line end inside the text is shown as an escape."""
    typer.echo(("\n" if blank_before else "") + escape_controls(text), err=err)


def print_block(text: str) -> None:
    """Print a text of several lines that ends its last line itself, such as YAML."""
    typer.echo(escape_controls(text, keep_lines=True), nl=False)


def print_json(text: str) -> None:
    """Print JSON that reads back the same."""
    typer.echo(escape_json(text))


def print_error(text: str) -> None:
    """Print a sentence on standard error, after what was printed before."""
    sys.stdout.flush()
    print_line(f"flexscout: {text}", err=True)


def print_error_lines(text: str) -> None:
    """Print a message of several lines on standard error; those after the first are indented, so that none looks like another."""
    first, *others = text.split("\n")
    print_error(first)
    for line in others:
        print_line(line if line.startswith("  ") else f"  {line}", err=True)
