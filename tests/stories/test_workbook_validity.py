"""The workbook as the programs see it that open it: its parts, its types, its links."""

import posixpath
import shutil
import subprocess
import warnings
import zipfile
from datetime import date, datetime

import openpyxl
import polars as pl
import pytest
from lxml import etree

from program import flexscout
from result_sheets import rows_of
from workbooks import HEADER, candidate, corrupted_file, write_workbook

LONGEST_NAME = 31
PORTRAIT, LANDSCAPE, SMALLEST_SCALE = 100, 138, 0.55  # characters across a page of letter paper
COLUMNS = (*HEADER, "Zip Code", "APN", "Sale Date", "Property Link", "Remark")
MORE = ("02801", "0012345678901234567890", date(2024, 3, 1), "https://example.com/p?a=1&b=2", "=1+1")


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    """Two runs over files with duplicates, an office, a gap and a damaged file; the second has changes."""
    folder = tmp_path_factory.mktemp("valid")
    rows = [(*candidate(1), *MORE), (*candidate(1, Year_Built=None), *MORE), (*candidate(2, Property_Type="Office"), *MORE)]
    write_workbook(folder / "data/raw/a.xlsx", [COLUMNS, *rows])
    flexscout("run", "--quiet", folder=folder)
    write_workbook(folder / "data/raw/b.xlsx", [COLUMNS, (*candidate(3), *MORE), (*candidate(4, Building_SqFt=None), *MORE)])
    corrupted_file(folder / "data/raw")
    return flexscout("run", folder=folder)


@pytest.fixture(scope="module")
def parts(outcome):
    with zipfile.ZipFile(outcome.workbook) as book:
        return {name: book.read(name) for name in book.namelist()}


def opened(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(path)


def test_every_part_is_well_formed(parts):
    assert all(etree.fromstring(content) is not None for name, content in parts.items() if name.endswith((".xml", ".rels")))


def test_every_part_has_a_type_and_every_type_a_part(parts):
    types = etree.fromstring(parts["[Content_Types].xml"])
    named = {entry.get("PartName").lstrip("/") for entry in types if entry.get("PartName")}
    endings = {entry.get("Extension") for entry in types if entry.get("Extension")}
    assert named <= parts.keys()
    assert [name for name in parts if name not in named and name.rpartition(".")[2] not in endings] == []


def test_every_relationship_leads_to_a_part(parts):
    lost = []
    for name in (name for name in parts if name.endswith(".rels")):
        base = posixpath.dirname(posixpath.dirname(name))
        for link in etree.fromstring(parts[name]):
            target = posixpath.normpath(posixpath.join("/" + base, link.get("Target"))).lstrip("/")
            if link.get("TargetMode") != "External" and target not in parts:
                lost.append((name, target))
    assert lost == []


def test_sheets_have_names_of_their_own_that_excel_takes(outcome):
    names = opened(outcome.workbook).sheetnames
    assert "Changes" in names
    assert len({name.casefold() for name in names}) == len(names)
    assert max(map(len, names)) <= LONGEST_NAME


def test_every_printed_sheet_fits_the_width_of_a_page_in_a_readable_size(outcome):
    for sheet in opened(outcome.workbook):
        assert (sheet.page_setup.fitToWidth or 1, sheet.sheet_properties.pageSetUpPr.fitToPage) == (1, True), sheet.title
        assert sheet.print_title_rows or sheet.title == "Summary"
        last = openpyxl.utils.range_boundaries(sheet.print_area.rpartition("!")[2])[2]
        areas = sheet.column_dimensions.values()
        columns = {i: area.width for area in areas for i in range(area.min, area.max + 1)}
        widths = [columns[i] for i in range(1, last + 1)]
        characters = PORTRAIT if sheet.page_setup.orientation == "portrait" else LANDSCAPE
        assert sum(widths) <= characters / SMALLEST_SCALE, sheet.title


def test_no_cell_is_a_formula(outcome):
    book = opened(outcome.workbook)
    assert [cell.coordinate for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == []


def test_the_list_reads_back_as_the_parquet_has_it(outcome):
    table = pl.read_parquet(outcome.parquet)
    book = opened(outcome.workbook)
    rows = [one | more for one, more in zip(*(rows_of(book[name]) for name in ("Flex Properties", "All Columns")), strict=True)]
    in_words = {"Flex Classification": ["Prime Flex"] * len(rows)}
    found = {name: [_value(row[name]) for row in rows] for name in table.columns}
    expected = {name: [_plain(value) for value in table[name]] for name in table.columns}
    assert found == expected | in_words


def test_the_list_leads_to_maps_and_to_the_pages_of_the_properties(outcome):
    sheet = opened(outcome.workbook)["Flex Properties"]
    targets = {cell.hyperlink.target for row in sheet.iter_rows() for cell in row if cell.hyperlink}
    maps = {target for target in targets if target.startswith("https://www.google.com/maps/search/?api=1&query=")}
    assert len(maps) == 2
    assert targets - maps == {"https://example.com/p?a=1&b=2"}
    assert not {"Map", "Property Page"} & set(pl.read_parquet(outcome.parquet).columns)


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_libreoffice_reads_the_same_values(outcome, tmp_path):
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path), str(outcome.workbook)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    ours, theirs = opened(outcome.workbook), opened(tmp_path / outcome.workbook.name)
    assert theirs.sheetnames == ours.sheetnames
    for name in ours.sheetnames:
        width = ours[name].max_column
        mine = [tuple(map(_value, row)) for row in ours[name].iter_rows(values_only=True)]
        other = [tuple(map(_value, row[:width])) for row in theirs[name].iter_rows(values_only=True, max_row=len(mine))]
        assert other == mine


def _value(value):
    """As the Parquet has it: whole numbers are numbers, days have no hour."""
    if isinstance(value, datetime):
        return value.date()
    return float(value) if isinstance(value, int) else value


def _plain(value):
    if isinstance(value, bool):
        return "yes" if value else "no"
    return float(value) if isinstance(value, int) else value
