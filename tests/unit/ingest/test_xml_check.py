"""XML that is ill-formed, but read in silence, becomes a note on its sheet."""

import re
import zipfile

import pytest

from flexscout.ingest.readers import limits, xml_check
from flexscout.ingest.readers.any_file import read_workbook
from flexscout.ingest.readers.streaming import large_workbook
from flexscout.ingest.scan import build_source_file
from flexscout.ingest.worker import ingest_file
from flexscout.runtime.cache import TableCache
from format_files import write_archive
from sheets_as_xml import sheet_xml, write_book
from workbooks import HEADER, candidate, write_workbook

ROWS = 20


def row(number, text):
    return f'<row r="{number}"><c r="A{number}" t="inlineStr"><is><t>{text}</t></is></c></row>'


def damaged_book(path, old, new, sheet="Data"):
    rows = [row(number, f"{number} Test Street") for number in range(1, ROWS + 1)]
    xml = sheet_xml(rows)
    assert old in xml
    return write_book(path, {sheet: xml.replace(old, new, 1), "Other": sheet_xml([row(1, "x")])})


def notes_of(path):
    return {sheet.name: sheet.notes for sheet in read_workbook(path).sheets}


@pytest.fixture(params=["parsed", "counted"])
def method(request, monkeypatch):
    if request.param == "counted":
        monkeypatch.setattr(xml_check, "_STRICT_BYTES", 0)
    return request.param


@pytest.mark.usefixtures("method")
@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("7 Test", "7 < Test", "in or after row 7"),
        ("7 Test Street</t>", "7 Test Street", "in or after row 7"),
        ("7 Test Street</t></is>", "7 Test Street</t>", "in or after row 7"),
        ("</worksheet>", "", "its end is missing"),
        ("</worksheet>", "</worksheet><row>", "in or after row 20"),
    ],
    ids=["bare <", "unclosed text", "unclosed string", "missing end", "junk"],
)
def test_ill_formed_xml_is_noted_with_its_place(tmp_path, old, new, place):
    path = damaged_book(tmp_path / "a.xlsx", old, new)
    assert notes_of(path) == {"Data": (("ill_formed", place),), "Other": ()}


def test_an_end_tag_with_a_wrong_name_is_noted_in_a_small_sheet(tmp_path):
    path = damaged_book(tmp_path / "a.xlsx", "7 Test Street</t>", "7 Test Street</x>")
    assert notes_of(path)["Data"] == (("ill_formed", "in or after row 7"),)


@pytest.mark.usefixtures("method")
@pytest.mark.parametrize("text", ["a > b", "a /> b", "<![CDATA[a < b]]>", "what? <!-- a <row> --> yes!", "a &lt; b"])
def test_well_formed_xml_is_not_noted(tmp_path, text):
    path = damaged_book(tmp_path / "a.xlsx", "7 Test Street", text)
    assert notes_of(path) == {"Data": (), "Other": ()}


@pytest.mark.usefixtures("method")
def test_ill_formed_shared_texts_are_noted_on_every_sheet(tmp_path):
    cell = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    texts = ["<si><t>1 < Test Street</t></si>", "<si><t>x</t></si>"]
    path = write_book(tmp_path / "a.xlsx", {"One": sheet_xml([cell]), "Two": sheet_xml([cell])}, texts)
    assert {note[0] for notes in notes_of(path).values() for note in notes} == {"ill_formed"}
    assert all(notes_of(path).values())


@pytest.mark.usefixtures("method")
def test_a_wrong_checksum_is_noted(tmp_path):
    path = damaged_book(tmp_path / "a.xlsx", "7 Test", "7 Test")
    with zipfile.ZipFile(path) as archive:
        part = archive.getinfo("xl/worksheets/part2.xml")
    content = bytearray(path.read_bytes())
    entry = content.rindex(part.filename.encode()) - 46
    content[entry + 16] ^= 1
    path.write_bytes(content)
    assert "checksum is wrong" in notes_of(path)["Data"][0][1]


@pytest.mark.parametrize(("line", "found"), [(3, True), (ROWS - 1, False)])
def test_beyond_a_number_of_bytes_tags_are_not_counted(tmp_path, monkeypatch, line, found):
    monkeypatch.setattr(xml_check, "_STRICT_BYTES", 0)
    monkeypatch.setattr(xml_check, "CHECKED_BYTES", 1_200)
    monkeypatch.setattr("flexscout.ingest.readers.cell_extent.CHUNK_BYTES", 400)
    path = damaged_book(tmp_path / "a.xlsx", f"{line} Test Street</t>", f"{line} Test Street")
    assert bool(notes_of(path)["Data"]) is found


def test_the_end_of_the_counted_bytes_is_no_damage(tmp_path, monkeypatch):
    monkeypatch.setattr(xml_check, "_STRICT_BYTES", 0)
    monkeypatch.setattr("flexscout.ingest.readers.cell_extent.CHUNK_BYTES", 97)
    path = damaged_book(tmp_path / "a.xlsx", "7 Test", "7 Test")
    for count in range(400, 1_500, 131):
        monkeypatch.setattr(xml_check, "CHECKED_BYTES", count)
        assert not notes_of(path)["Data"]


def test_an_ill_formed_sheet_read_in_blocks_is_noted(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "LARGE_PART_BYTES", 0)
    monkeypatch.setattr(large_workbook, "BLOCK_BYTES", 300)
    path = damaged_book(tmp_path / "a.xlsx", "7 Test Street</t>", "7 Test Street")
    ((reason, detail),) = notes_of(path)["Data"]
    assert (reason, "ill-formed" in detail) == ("read_whole", True)


def test_an_ill_formed_spreadsheet_of_libreoffice_is_noted(tmp_path):
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text"))
    cell = '<table:table-cell office:value-type="string"><text:p>a</text:p></table:table-cell>'
    rows = f"<table:table-row>{cell * 2}</table:table-row>"
    for end in ("</office:document-content>", "</office:document-content><junk>"):
        table = f"<table:table table:name='Data'>{rows}</table:table>"
        body = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
        parts = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "META-INF/manifest.xml": "<m/>"}
        parts["content.xml"] = f'<?xml version="1.0"?><office:document-content {spaces}>{body}{end}'
        (notes,) = notes_of(write_archive(tmp_path / "a.ods", parts)).values()
        assert bool(notes) is end.endswith("<junk>")


def test_the_note_becomes_an_issue_of_the_file(tmp_path):
    path = write_workbook(tmp_path / "a.xlsx", [HEADER, *(candidate(number) for number in range(1, 9))])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = re.sub(rb"4 Test Street</t>", b"4 Test Street", parts[sheet])
    write_archive(path, parts)
    record = ingest_file(build_source_file(path, path.name), TableCache(tmp_path / "cache"))
    assert ("ill_formed", 1) in record.sheets[0].issue_counts
