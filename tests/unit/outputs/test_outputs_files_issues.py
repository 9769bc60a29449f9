"""The sentences of issue reasons."""

import polars as pl
import pytest

from flexscout.domain.vocabulary import map_issue_reasons
from flexscout.models import IssueReason
from flexscout.outputs.files.table_files import add_reason_texts


def text_of(reason, detail=""):
    return add_reason_texts(pl.DataFrame({"Reason": [reason], "Detail": [detail]}))["In Words"].item()


def test_a_reason_has_a_sentence():
    assert text_of("not_a_year") == "Not a four-digit year; left blank."


def test_the_detail_of_a_reason_follows_its_sentence():
    assert text_of("not_data", "total") == "The row isn't a property; it is counted but not used (total)."


@pytest.mark.parametrize(("detail", "text"), [("", "odd thing"), ("why", "odd thing (why)")])
def test_an_unknown_reason_becomes_words(detail, text):
    assert text_of("odd_thing", detail) == text


def test_an_empty_table_has_the_column():
    empty = add_reason_texts(pl.DataFrame(schema={"Reason": pl.String, "Detail": pl.String}))
    assert empty.schema == {"Reason": pl.String, "In Words": pl.String}


def test_every_reason_has_a_sentence():
    assert set(IssueReason) == map_issue_reasons().keys()
