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
from workbooks import HEADER, candidate, corrupted_file, write_workbook

LONGEST_NAME = 31
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


def test_no_cell_is_a_formula(outcome):
    book = opened(outcome.workbook)
    assert [cell.coordinate for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == []


def test_the_list_reads_back_as_the_parquet_has_it(outcome):
    table = pl.read_parquet(outcome.parquet)
    header, *rows = opened(outcome.workbook)["Flex Properties"].iter_rows(values_only=True)
    found = {name: [_value(row[header.index(name)]) for row in rows] for name in table.columns}
    expected = {name: [_plain(value) for value in table[name]] for name in table.columns}
    assert found == expected


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
    for name in ("Flex Properties", "Duplicates", "Not Selected", "Issues"):
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
