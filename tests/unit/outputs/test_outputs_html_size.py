"""The page stays small for large results and long hostile texts."""

import polars as pl
import pytest

from hostile_texts import CORPUS
from pages import PROPERTY, column, data_of, deduplication, master, page_of, report

MAX_BYTES = 3_000_000
CANDIDATES = 100_000


def spread(table):
    """Return 100,000 copies of a row, each at its own place in the country."""
    number = pl.int_range(pl.len())
    return table[[0] * CANDIDATES].with_columns(
        (30 + number % 1_000 / 62.5).alias("Latitude"), (-120 + number // 100 % 1_000 / 25).alias("Longitude")
    )


def test_a_large_result_gives_a_small_page():
    number = pl.int_range(pl.len()).cast(pl.String)
    texts = ["Address", "Property Name", "Owner Name", "APN", "Dock Doors"]
    table = spread(master({})).with_columns(pl.concat_str(pl.lit(f"{name} of property "), number).alias(name) for name in texts)
    parts = (f"{i:,} sq ft is the ideal size (3 of 3); {i} acres is an ideal lot (2 of 2)" for i in range(5_000))
    explanations = [f"7.5 of 10: {part}" for part in parts]
    text = page_of(table, explanations=explanations, reasons=[[text] for text in explanations])
    assert len(text.encode()) < MAX_BYTES
    assert data_of(text)["rows"] == 5_000
    assert data_of(text)["total"] == CANDIDATES


def test_the_values_of_each_source_give_way_to_the_candidates():
    number = pl.int_range(pl.len())
    table = master({})[[0] * 5_000].with_columns(pl.format("P-{}", number).alias("Property ID"), number.alias("Year Built"))
    source = {"Source File": "a.xlsx", "Source Sheet": "S", "Source Row": 2}
    rows = table.select("Property ID", *PROPERTY).with_columns(pl.lit(value).alias(name) for name, value in source.items())
    texts = [
        pl.format(f"{name} of property {{}}", number).alias(name) for name, value in PROPERTY.items() if isinstance(value, str)
    ]
    text = page_of(table, source_rows=pl.concat([rows.with_columns(texts)] * 3))
    assert len(text.encode()) < MAX_BYTES
    data = data_of(text)
    assert data["rows"] == 5_000
    assert set(data["compared"]["rows"]["row"]) == set(range(1_000))


@pytest.mark.parametrize("text", ["<" * 32_767, "\U0001d573" * 32_767, CORPUS[2] * 1_000], ids=["markup", "wide letters", "tags"])
def test_long_hostile_texts_give_a_small_page(text):
    texts = dict.fromkeys([name for name, value in PROPERTY.items() if isinstance(value, str)], text)
    entry = report()["files"][0] | {"file": text, "vendor": text, "reason": text}
    sheets = [f"{text}{i}" for i in range(200)]
    columns = [column(f"{text}{i}", canonical=i % 2 == 0, header=text) for i in range(200)]
    facts = report(
        files=[entry] * 2_000,
        columns={"sheets": sheets, "columns": columns},
        quality={"completeness": {}, "issues": {f"{text}{i}": 1 for i in range(50)}, "reasons": {}},
        deduplication=deduplication(text),
        errors={"causes": [{"message": text, "next_step": text}] * 20},
    )
    small = spread(master({}).with_columns(pl.lit("x").alias(name) for name in texts))
    wide = small.head(6_000).with_columns(pl.lit(value).alias(name) for name, value in texts.items())
    page = page_of(wide, facts, explanations=[text] * 5_000, messages=[text] * 2_000)
    assert len(page.encode()) < MAX_BYTES
