"""No cell or header of a CSV becomes a formula in a spreadsheet program, whatever precedes its sign."""

import csv
import os
import shutil
import subprocess
import sys
import unicodedata

import polars as pl
import pytest

from flexscout.domain.text_columns import unquote_formulas
from flexscout.outputs.files.table_files import write_csv

SOFFICE = shutil.which("soffice")
BLANK_LETTERS = "\u034f\u115f\u1160\u2800\u3164\ufe0f\uffa0\U000e0100"
CATEGORIES = {"Cc", "Cf", "Zs", "Zl", "Zp"}
UNSEEN = [letter for letter in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(letter) in CATEGORIES]
UNSEEN += BLANK_LETTERS
FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(1)", "\uff1d1+1", "\uff0b1+1", "\uff0d1+1", "\uff20SUM(1)"]


def table():
    """Return a column per invisible character, before each sign and in the header; then without any, and after several."""
    starts = ["", *UNSEEN, "\ufeff \u200b", "\r\n\t ", "\x00\x00"]
    return pl.DataFrame({f"{start}=1+{i}": [start + text for text in FORMULAS] for i, start in enumerate(starts)})


def cells(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [cell for row in csv.reader(file) for cell in row]


def test_formulas_in_cells_and_headers_get_a_quote(tmp_path):
    write_csv(table(), tmp_path / "a.csv")
    found = cells(tmp_path / "a.csv")
    assert len(found) == table().width * (len(FORMULAS) + 1)
    assert [cell for cell in found if not cell.startswith("'")] == []


@pytest.mark.parametrize("text", ["-5", "+5.25", "-1,234", " -5", "\u00a0+5%", "-1e5"])
def test_a_signed_number_is_not_quoted(tmp_path, text):
    write_csv(pl.DataFrame({"A": [text]}), tmp_path / "a.csv")
    assert cells(tmp_path / "a.csv") == ["A", text]


@pytest.mark.parametrize("text", ["a=b", " 12 Main St", "\u200bName", "\u00a0", "a\t=1", "倉庫\uff1d1"])
def test_text_that_contains_a_sign_or_starts_invisibly_is_unchanged(tmp_path, text):
    write_csv(pl.DataFrame({"A": [text]}), tmp_path / "a.csv")
    assert cells(tmp_path / "a.csv") == ["A", text]


def test_the_quote_is_removed_when_the_csv_is_read_back(tmp_path):
    expected = table().unpivot()["value"]
    write_csv(pl.DataFrame({"A": expected}), tmp_path / "a.csv")
    found = pl.DataFrame({"A": cells(tmp_path / "a.csv")[1:]}).select(unquote_formulas(pl.col("A"))).to_series()
    assert found.to_list() == expected.to_list()


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
def test_libreoffice_reads_no_cell_as_a_formula(tmp_path):
    write_csv(table(), tmp_path / "written.csv")
    (tmp_path / "unsafe.csv").write_text("A\n=1+1\n", encoding="utf-8")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [SOFFICE, profile, "--headless", "--convert-to", "fods", "--outdir", tmp_path / "out"]
    environment = os.environ | {"HOME": str(tmp_path)}
    files = [tmp_path / "unsafe.csv", tmp_path / "written.csv"]
    subprocess.run([*command, *files], check=True, capture_output=True, timeout=120, env=environment)
    unsafe, written = ((tmp_path / f"out/{name}.fods").read_text(encoding="utf-8") for name in ("unsafe", "written"))
    assert unsafe.count("table:formula=") == 1
    assert written.count("<text:p>") >= table().width * len(FORMULAS)
    assert written.count("table:formula=") == 0
