"""Hostile workbooks for tests: small on disk, quick to write, each with one property that has crashed a reader."""

import struct
import zipfile
import zlib
from pathlib import Path

from workbooks import HEADER, candidate, write_workbook

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SHEET_START = f'<?xml version="1.0"?><worksheet xmlns="{_MAIN}"><sheetData>'.encode()
_SHEET_END = b"</sheetData></worksheet>"
_ROW = b'<row r="1"><c r="A1" t="inlineStr"><is><t>Address</t></is></c></row>'

SHEET = "xl/worksheets/sheet1.xml"
TEXTS = "xl/sharedStrings.xml"


def plain_workbook(path):
    """Write a workbook with one candidate."""
    return write_workbook(path, [HEADER, candidate(90)])


def with_parts(path, changes):
    """Write a workbook with some parts replaced or added: name -> bytes."""
    plain_workbook(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()} | changes
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def sheet_of(rows):
    """Return the XML of a sheet."""
    return _SHEET_START + rows + _SHEET_END


def stray_cell(folder, cell="XFD10000"):
    """Write a table with a number far below and to the right of it."""
    row = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    far = f'<row r="{row}"><c r="{cell}"><v>1</v></c></row>'.encode()
    return with_parts(folder / "stray_cell.xlsx", {SHEET: sheet_of(_ROW + far)})


def stray_cell_in_large_sheet(folder):
    """Write a sheet that is too large for the quick checks, with a number in its last possible cell."""
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>%d</v></c></row>' % (n, n, n) for n in range(1, 6_000))
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return with_parts(folder / "stray_cell_in_large_sheet.xlsx", {SHEET: sheet_of(rows + far)})


def false_shared_text_count(folder, count=4_294_967_295):
    """Write a table of shared texts that declares more than it has."""
    texts = f'<sst xmlns="{_MAIN}" count="1" uniqueCount="{count}"><si><t>x</t></si></sst>'.encode()
    path = write_workbook(folder / "false_shared_text_count.xlsx", [HEADER, candidate(90)])
    with zipfile.ZipFile(path) as archive:
        relations = archive.read("xl/_rels/workbook.xml.rels")
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    more = f'<Relationship Id="rId99" Type="{kind}" Target="sharedStrings.xml"/></Relationships>'.encode()
    changed = relations.replace(b"</Relationships>", more)
    return with_parts(path, {TEXTS: texts, "xl/_rels/workbook.xml.rels": changed})


def many_parts(folder, count=70_000):
    """Write a zip with `count` empty entries."""
    path = plain_workbook(folder / "many_parts.xlsx")
    _append(path, [(f"xl/media/{number}", b"", 0, 0) for number in range(count)])
    return path


def deep_nesting(folder, depth=500_000):
    """Write a sheet of nested elements."""
    return with_parts(folder / "deep_nesting.xlsx", {SHEET: sheet_of(b"<a>" * depth + b"</a>" * depth)})


def entity_bomb(folder):
    """Write a sheet with exponentially expanding entities (billion laughs)."""
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    start = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{entities}]>'.encode()
    row = b'<row r="1"><c r="A1" t="inlineStr"><is><t>&l9;</t></is></c></row>'
    sheet = b'%s<worksheet xmlns="%s"><sheetData>%s%s' % (start, _MAIN.encode(), row, _SHEET_END)
    return with_parts(folder / "entity_bomb.xlsx", {SHEET: sheet})


def encrypted_part(folder):
    """Write a zip whose entries are marked as encrypted."""
    path = plain_workbook(folder / "encrypted_part.xlsx")
    content = bytearray(path.read_bytes())
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(sign)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(sign, at + 4)
    path.write_bytes(content)
    return path


def ods_repeats(folder, rows=1_048_576, columns=16_384):
    """Write one cell with a value, repeated over the whole sheet."""
    cell = f'<table:table-cell table:number-columns-repeated="{columns}" office:value-type="float" office:value="1"/>'
    row = f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>'
    return ods(folder / "ods_repeats.ods", row)


def ods(path, rows):
    """Write an OpenDocument spreadsheet with one table, `Data`."""
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text"))
    table = f'<table:table table:name="Data">{rows}</table:table>'
    start = f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet>'
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", '<manifest xmlns="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>')
        archive.writestr("content.xml", f"{start}{table}</office:spreadsheet></office:body></office:document-content>")
    return path


def bomb(folder, gigabytes=3.0, *, declared=None, rows=False):
    """Write a sheet of zeros, or of one repeated row, that decompresses to `gigabytes`; `declared`: its size in the header."""
    block = _ROW * (2**20 // len(_ROW)) if rows else bytes(2**20)
    times = int(gigabytes * 2**30 / len(block))
    size = len(_SHEET_START) + len(block) * times
    path = plain_workbook(folder / "bomb.xlsx")
    with zipfile.ZipFile(path) as archive:
        others = {name: archive.read(name) for name in archive.namelist() if name != SHEET}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in others.items():
            archive.writestr(name, content)
    _append(path, [(SHEET, _deflate(block, times), 8, size if declared is None else declared)])
    return path


def _deflate(block, times):
    """Return the deflate stream of a sheet's start and a repeated block; fast, as a fully flushed block can be repeated."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    start = deflate.compress(_SHEET_START) + deflate.flush(zlib.Z_FULL_FLUSH)
    piece = deflate.compress(block) + deflate.flush(zlib.Z_FULL_FLUSH)
    return start + piece * times + deflate.flush(zlib.Z_FINISH)


def _append(path, entries):
    """Append raw entries to a zip: name, data, method, declared size."""
    content = path.read_bytes()
    count, length, start = struct.unpack_from("<HII", content, content.rfind(b"PK\x05\x06") + 10)
    place, data, directory = start, [], [content[start : start + length]]
    for name, packed, method, size in entries:
        sizes = struct.pack("<HHHIII", method, 0, 33, 0, len(packed), size)
        local = struct.pack("<4sHH", b"PK\x03\x04", 20, 0) + sizes + struct.pack("<HH", len(name), 0) + name.encode() + packed
        central = struct.pack("<4sHHH", b"PK\x01\x02", 20, 20, 0) + sizes
        directory.append(central + struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, place) + name.encode())
        data.append(local)
        place += len(local)
    end = _end(count + len(entries), sum(map(len, directory)), place)
    path.write_bytes(b"".join([content[:start], *data, *directory, end]))


def _end(count, length, place):
    """Return the end of a zip's directory; from 65,535 entries on, with the zip64 form in front."""
    short = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, min(count, 65_535), min(count, 65_535), length, place, 0)
    if count < 65_535:
        return short
    large = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, length, place)
    return large + struct.pack("<4sIQI", b"PK\x06\x07", 0, place + length, 1) + short


def truncated(folder):
    """Write a workbook cut off at each tenth."""
    content = plain_workbook(folder / "whole.xlsx").read_bytes()
    (folder / "whole.xlsx").unlink()
    for tenth in range(1, 10):
        Path(folder / f"truncated_{tenth}.xlsx").write_bytes(content[: len(content) * tenth // 10])
    return folder
