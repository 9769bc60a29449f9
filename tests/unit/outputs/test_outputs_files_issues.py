"""The sentences of issue reasons."""

import ast
import re
from pathlib import Path

import polars as pl
import pytest

import flexscout
from flexscout.domain.vocabulary import issue_reasons
from flexscout.ingest.convert.types import CONVERSIONS
from flexscout.outputs.files.table_files import add_reason_texts

PACKAGE = Path(flexscout.__file__).parent


def text_of(reason):
    return add_reason_texts(pl.DataFrame({"Reason": [reason]}))["In Words"].item()


def test_a_reason_has_a_sentence():
    assert text_of("not_a_year") == "Not a four-digit year; left blank."


def test_the_detail_of_a_reason_follows_its_sentence():
    assert text_of("not_data: total") == "The row isn't a property; it is counted but not used. (total)"


@pytest.mark.parametrize(("reason", "text"), [("odd_thing", "odd thing"), ("odd_thing: why", "odd thing (why)")])
def test_an_unknown_reason_becomes_words(reason, text):
    assert text_of(reason) == text


def test_an_empty_table_has_the_column():
    empty = add_reason_texts(pl.DataFrame(schema={"Reason": pl.String}))
    assert empty.schema == {"Reason": pl.String, "In Words": pl.String}


def texts_of(folder):
    """Yield every string in the modules of a package."""
    for path in (PACKAGE / folder).rglob("*.py"):
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        yield from (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


def test_every_reason_of_a_value_or_column_has_a_sentence():
    of_types = {kind.reason for kind in CONVERSIONS.values() if kind.reason}
    with_detail = {
        match[1]
        for folder in ("ingest/mapping", "ingest/convert")
        for text in texts_of(folder)
        if (match := re.match(r"([a-z]+(?:_[a-z]+)+): ", text))
    } - {"header_row"}  # a key of mapping files
    assert of_types | with_detail | {"error_cell", "out_of_range", "digits_lost", "unknown_code"} <= issue_reasons().keys()
