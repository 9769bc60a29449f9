"""CSV that Excel opens correctly and that runs no formula."""

import csv
from datetime import date

import polars as pl
import pytest

from flexscout.outputs.files.table_files import write_csv

RISKY = ["=1+1", "@SUM(A1)", "+SUM(A1)", "-cmd|' /C calc'!A0", "\t=1", "\r=1", "=", "+", "-", "--", "-1+1", "+1 (704) 555"]
HARMLESS = ["-5", "+5", "-5.25", "-1,234", "-.5", "-1e5", "-80.843", "-5%", "1-2", "a=b", "Flex @ 77", "'=1", ""]


def written(tmp_path, **columns):
    """Return a table's CSV as bytes."""
    path = tmp_path / "a.csv"
    write_csv(pl.DataFrame(columns), path)
    return path.read_bytes()


def cells(tmp_path, *values):
    """Return the cells of one column, as a CSV reader sees them."""
    text = written(tmp_path, A=values, B=["x"] * len(values)).decode("utf-8-sig")
    return [row[0] for row in list(csv.reader(text.splitlines()))[1:]]


def one_cell(tmp_path, text):
    """Return one cell, as a CSV reader sees it."""
    write_csv(pl.DataFrame({"A": [text]}), tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))[1][0]


@pytest.mark.parametrize("text", RISKY)
def test_formulas_get_a_leading_quote(tmp_path, text):
    assert one_cell(tmp_path, text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_signed_numbers_and_other_text_are_unchanged(tmp_path, text):
    assert one_cell(tmp_path, text) == text


@pytest.mark.parametrize("value", [-5, -5.5])
def test_a_negative_number_gets_no_quote(tmp_path, value):
    assert cells(tmp_path, value) == [str(value)]


@pytest.mark.parametrize(("name", "expected"), [("=1+1", "'=1+1"), ("@A", "'@A"), ("-A", "'-A"), ("+A", "'+A"), ("A=1", "A=1")])
def test_headers_that_are_formulas_get_a_quote(tmp_path, name, expected):
    assert written(tmp_path, **{name: ["x"]}).decode("utf-8-sig").splitlines()[0] == expected


def test_a_column_of_whole_numbers_has_no_decimals(tmp_path):
    assert cells(tmp_path, 30_000.0, None, -2.0) == ["30000", "", "-2"]


def test_a_column_with_one_fraction_keeps_its_decimals(tmp_path):
    assert cells(tmp_path, 30_000.0, 0.5) == ["30000.0", "0.5"]


@pytest.mark.parametrize("huge", [1e300, 2.0**60, float("inf"), float("nan")])
def test_numbers_beyond_exact_integers_are_unchanged(tmp_path, huge):
    assert float(cells(tmp_path, 1.0, huge)[1]) == pytest.approx(huge, rel=0, abs=0, nan_ok=True)


def test_a_score_keeps_its_decimal(tmp_path):
    text = written(tmp_path, **{"Flex Score": [9.0], "Completeness": [1.0], "Building SqFt": [30_000.0]}).decode("utf-8-sig")
    assert text.splitlines()[1] == "9.0,1.0,30000"


def test_dates_are_iso_and_missing_values_are_empty(tmp_path):
    text = written(tmp_path, A=[date(2024, 3, 1), None], B=[None, "x"]).decode("utf-8-sig")
    assert text.splitlines()[1:] == ["2024-03-01,", ",x"]


@pytest.mark.parametrize("text", ["a,b", 'say "flex"', "two\nlines", "倉庫"])
def test_commas_quotes_line_breaks_and_unicode_survive(tmp_path, text):
    assert one_cell(tmp_path, text) == text


def test_a_table_without_rows_has_its_header(tmp_path):
    path = tmp_path / "a.csv"
    write_csv(pl.DataFrame(schema={"A": pl.String, "B": pl.Float64}), path)
    assert path.read_bytes() == b"\xef\xbb\xbfA,B\r\n"
