"""Table values as page text."""

import polars as pl
import pytest
from markupsafe import escape

from flexscout.outputs.html.cell_text import (
    escape_text,
    format_decimal,
    format_money,
    format_whole,
    format_year,
    link_html,
    plain_text,
    single_line,
)
from hostile_texts import CORPUS

LINKS = (
    ("https://www.example.com/p/12?a=1&b=%20#top", True),
    ("http://example.com", True),
    ("https://example.com:8080/x", True),
    ("HTTPS://example.com/", False),
    ("javascript:alert(1)", False),
    ("data:text/html,x", False),
    ("//example.com", False),
    ("https://user:secret@example.com/", False),
    ('https://example.com/"onclick="x', False),
    ("https://example.com/ x", False),
    ("https://example.com/\nx", False),
    ("https://exämple.com/", False),
    ("see https://example.com/", False),
    ("https://" + "a" * 400 + ".com", False),
)


def evaluate(values, expression, name="value"):
    return pl.DataFrame({name: values}).select(expression.alias("shown"))["shown"].to_list()


def test_text_is_escaped_like_markupsafe():
    texts = [text for text in CORPUS if len(text) < 5_000]
    assert evaluate(texts, escape_text(pl.col("value"))) == [str(escape(text)) for text in texts]


def test_missing_text_is_empty():
    assert evaluate([None], escape_text(pl.col("value"))) == [""]


def test_a_single_line_has_no_invisible_characters():
    lines = evaluate(list(CORPUS), single_line(pl.col("value")).fill_null(""))
    assert all(text == "" or text.isprintable() or "\ufeff" in text or "\ufffe" in text for text in lines)


def test_a_long_line_is_cut():
    assert evaluate(["x" * 200, "short", " ", None], single_line(pl.col("value"), 10)) == ["x" * 9 + "…", "short", None, None]


def test_a_missing_column_is_null():
    assert evaluate(["x"], plain_text("Address", pl.DataFrame())) == [None]


@pytest.mark.parametrize(("text", "good"), LINKS)
def test_only_a_plain_web_address_becomes_a_link(text, good):
    (link,) = evaluate([text], link_html(pl.col("value"), "Listing"))
    assert bool(link) == good
    assert link == "" or link.startswith('<a href="http')


def test_numbers_are_grouped():
    frame = pl.DataFrame({"value": [34_000.4, 1_234_567.0, 999.0, 0.0, -1_234.0, None, float("inf"), float("nan")]})
    assert frame.select(format_whole("value", frame))[:, 0].to_list() == ["34,000", "1,234,567", "999", "0", "-1,234", "", "", ""]


def test_decimals_lose_trailing_zeros():
    frame = pl.DataFrame({"value": [1.588, 9.0, 1234.5, None]})
    assert frame.select(format_decimal("value", frame, 2))[:, 0].to_list() == ["1.59", "9", "1,234.5", ""]


def test_years_and_prices_are_formatted():
    frame = pl.DataFrame({"year": [1995.0, None], "price": [3_500_000.4, None]})
    assert frame.select(format_year("year", frame))[:, 0].to_list() == ["1995", ""]
    assert frame.select(format_money("price", frame))[:, 0].to_list() == ["$3,500,000", ""]
