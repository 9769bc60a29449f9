"""Issues say in words what is wrong."""

import ast
import re
from pathlib import Path

import polars as pl
import pytest

import flexscout
from flexscout.domain.vocabulary import issue_reasons
from flexscout.ingest.convert.types import CONVERSIONS
from flexscout.outputs.files.table_files import add_reason_texts

HOUSE = Path(flexscout.__file__).parent


def words_of(reason):
    return add_reason_texts(pl.DataFrame({"Reason": [reason]}))["In Words"].item()


def test_a_reason_says_its_sentence():
    assert words_of("not_a_year") == "It is no year of four digits; the value is left empty."


def test_the_detail_of_a_reason_stands_behind_its_sentence():
    assert words_of("not_data: total") == "The row is no property; it is counted, and left out. (total)"


@pytest.mark.parametrize(("reason", "words"), [("odd_thing", "odd thing"), ("odd_thing: why", "odd thing (why)")])
def test_a_reason_that_nobody_described_speaks_for_itself(reason, words):
    assert words_of(reason) == words


def test_a_table_without_issues_has_the_column_too():
    empty = add_reason_texts(pl.DataFrame(schema={"Reason": pl.String}))
    assert empty.schema == {"Reason": pl.String, "In Words": pl.String}


def texts_of(folder):
    """Every text in the modules of a room."""
    for path in (HOUSE / folder).rglob("*.py"):
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        yield from (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


def test_every_reason_that_a_value_or_a_column_can_have_is_described():
    of_types = {kind.reason for kind in CONVERSIONS.values() if kind.reason}
    with_detail = {
        match[1]
        for room in ("mapping", "conversion")
        for text in texts_of(room)
        if (match := re.match(r"([a-z]+(?:_[a-z]+)+): ", text))
    } - {"header_row"}  # a key of mapping files
    assert of_types | with_detail | {"error_cell", "out_of_range", "digits_lost", "unknown_code"} <= issue_reasons().keys()
