"""Applying the user's corrections to records."""

from datetime import date

import polars as pl
import pytest

from flexscout.merging.corrections import CORRECTION_SCHEMA, apply_corrections, correct_records

ROWS = pl.DataFrame(
    {
        "Property ID": ["P-1", "P-2", "P-3"],
        "Asking Price": [4_200_000.0, None, 1.0],
        "Year Built": pl.Series([1990, 1991, 1992], dtype=pl.Int32),
        "Sale Date": [date(2024, 1, 1), None, None],
        "Near Highway": [True, None, None],
        "__status": ["candidate"] * 3,
        "__reasons": [None, None, None],
    },
    schema_overrides={"__reasons": pl.String},
)


def corrections(*rows):
    named = [dict(zip(("Property ID", "Column", "Value"), row, strict=True)) for row in rows]
    return pl.DataFrame(named, schema=CORRECTION_SCHEMA)


def values(result, name):
    return dict(result.rows.select("Property ID", name).rows())


@pytest.mark.parametrize(
    ("name", "text", "value", "source"),
    [
        ("Asking Price", "3900000", 3_900_000.0, "4200000"),
        ("Year Built", "1985", 1985, "1990"),
        ("Sale Date", "2025-02-28", date(2025, 2, 28), "2024-01-01"),
        ("Near Highway", "no", False, "yes"),
        ("Ceiling Height", "18.5", 18.5, None),
        ("Zip Code", "02134", "02134", None),
    ],
)
def test_a_correction_replaces_the_value_of_its_property(name, text, value, source):
    result = apply_corrections(ROWS, corrections(("P-1", name, text)))
    assert values(result, name)["P-1"] == value
    assert result.corrections["Source Value"].to_list() == [source]
    assert result.changed.to_list() == ["P-1"]
    assert values(result, "Corrected Cells") == {"P-1": f"{name} (source: {source or 'none'})", "P-2": None, "P-3": None}


def test_other_values_and_rows_stay():
    result = apply_corrections(ROWS, corrections(("P-2", "Asking Price", "5"), ("P-2", "Year Built", "1980")))
    assert result.rows["Asking Price"].to_list() == [4_200_000.0, 5.0, 1.0]
    assert result.rows["Year Built"].to_list() == [1990, 1980, 1992]
    assert values(result, "Corrected Cells")["P-2"] == "Asking Price (source: none); Year Built (source: 1991)"
    assert result.rows.schema["Year Built"] == pl.Int32


def test_a_correction_that_the_sources_agree_with_changes_nothing():
    result = apply_corrections(ROWS, corrections(("P-1", "Asking Price", "4200000")))
    assert result.changed.is_empty()
    assert result.corrections["Source Value"].to_list() == ["4200000"]


def test_a_correction_of_a_property_that_is_not_there_is_returned_unused():
    result = apply_corrections(ROWS, corrections(("P-9", "Asking Price", "5")))
    assert result.rows.drop("Corrected Cells").equals(ROWS)
    assert result.corrections.select("Property ID", "Source Value").rows() == [("P-9", None)]


def test_only_changed_records_are_scored_again():
    seen = []

    def rescore(rows):
        seen.extend(rows["Property ID"])
        return rows.with_columns(pl.lit("not_eligible").alias("__status"), pl.lit("too expensive").alias("__reasons"))

    result = correct_records(ROWS, corrections(("P-2", "Asking Price", "5"), ("P-1", "Asking Price", "4200000")), rescore)
    assert seen == ["P-2"]
    assert result.rows["Property ID"].to_list() == ["P-1", "P-2", "P-3"]
    assert values(result, "__reasons") == {"P-1": None, "P-2": "too expensive (with your correction)", "P-3": None}


def test_without_corrections_records_are_unchanged():
    assert correct_records(ROWS, corrections(), lambda rows: rows).rows.equals(ROWS)
