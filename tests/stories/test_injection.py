"""Formulas, markup and scripts in any input stay plain text in every output."""

import csv
import warnings

import openpyxl
import polars as pl
import pytest

from hostile_texts import CORPUS
from pages import Tree
from program import flexscout
from result_sheets import rows_of
from workbooks import HEADER, candidate, write_workbook

LONGEST = 32_767
ACTIVE = (
    "=1+1", "=cmd|' /C calc'!A0", "+1+cmd", "-1+1|x", "@SUM(1)", "\t=1", "{=1}", "'=1", '=WEBSERVICE("http://example.com")',
    "http://example.com/x", "mailto:a@example.com", "file:///c:/x", "internal:Sheet1!A1", "external:c:\\x.xlsx", "_x0041_",
    "9" * 40, "1899-12-31", "a\u200bb", "y" * 33_000,
)  # fmt: skip
# Characters that XML or CSV can't hold are left out; line breaks are tested elsewhere.
TEXTS = [text for text in (*ACTIVE, *CORPUS) if text.isprintable() or "\t" in text or "\u200b" in text]
NAMES = ("=1+1", "@SUM(1)", "+x", "-y", "<script>alert(1)</script>", "http://example.com/h", "{=1}")
LINKS = ("javascript:alert(1)", "mailto:a@example.com", "internal:Sheet1!A1", "file:///c:/x")


def rows():
    """Yield a candidate per text, with the text as an unmapped value, a name and a link, below the same texts as headers."""
    yield (*HEADER, "Property Name", "Property Link", *NAMES)
    for number, text in enumerate(TEXTS, 1):
        yield (*candidate(number), text, LINKS[number % len(LINKS)], *[text] * len(NAMES))


@pytest.fixture(scope="module", params=["xlsx", "csv"])
def outcome(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("injected")
    path = folder / f"data/raw/a.{request.param}"
    if request.param == "xlsx":
        # openpyxl turns text that starts with = into a formula, as Excel does; an attacker writes an inline string.
        write_workbook(path, [[_as_text(value) for value in row] for row in rows()])
    else:
        path.parent.mkdir(parents=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows())
    outcome = flexscout("run", "--quiet", "--file-pattern", "auto", folder=folder)
    assert (outcome.code, outcome.err) == (0, "")
    return outcome


def _as_text(value):
    if not isinstance(value, str):
        return value
    cell = openpyxl.cell.WriteOnlyCell(openpyxl.Workbook(write_only=True).create_sheet(), value="")
    cell._value, cell.data_type = value, "s"  # noqa: SLF001 - `cell.value` would make = a formula
    return cell


def table(outcome):
    return pl.read_parquet(outcome.parquet)


def opened(outcome):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(outcome.workbook)


def test_every_property_is_listed_with_its_text(outcome):
    master = table(outcome)
    assert master.height == len(TEXTS)
    assert set(NAMES) <= set(master.columns)
    assert set(master[NAMES[0]].drop_nulls()) >= {text for text in ACTIVE if text == text.strip() and text != "_x0041_"}


def test_workbook_has_no_formula(outcome):
    cells = [cell for sheet in opened(outcome) for row in sheet.iter_rows() for cell in row]
    assert [cell.value for cell in cells if cell.data_type == "f"] == []


def test_workbook_links_only_to_web_addresses(outcome):
    links = [cell.hyperlink for sheet in opened(outcome) for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    assert links
    assert {link.location for link in links} == {None}
    assert all(link.target.startswith("https://www.google.com/maps/search/?api=1&query=") for link in links)


def test_workbook_has_the_texts_unchanged(outcome):
    # XML normalizes line breaks, and Excel reads _x0041_ as a letter.
    texts = {row[NAMES[0]] for row in rows_of(opened(outcome)["All Columns"])}
    assert {text[:LONGEST] for text in table(outcome)[NAMES[0]].drop_nulls() if "_x" not in text and "\r" not in text} <= texts


def test_csv_has_no_cell_that_a_spreadsheet_would_evaluate(outcome):
    with outcome.csv.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "@", "\t", "\r"))] == []
    assert [cell for cell in cells if cell.startswith(("+", "-")) and not cell[1:].replace(".", "").isdigit()] == []


def test_page_has_only_its_own_elements(outcome):
    page = Tree((outcome.folder / "data/reports/pipeline_summary.html").read_text(encoding="utf-8"))
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert [link["href"] for link in page.all("a") if link["href"].startswith(("javascript:", "mailto:", "file:"))] == []
    assert not page.all("img")
