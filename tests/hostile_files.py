"""Hostile workbooks for tests: small on disk, quick to make, each with one thing that has cost a reader its life."""

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


def honest(path):
    """A workbook with one candidate, to spoil."""
    return write_workbook(path, [HEADER, candidate(90)])


def with_parts(path, changes):
    """An honest workbook of which parts are replaced or added: name -> bytes."""
    honest(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()} | changes
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def sheet_of(rows):
    """The XML of a sheet."""
    return _SHEET_START + rows + _SHEET_END


def far_cell(folder, cell="XFD10000"):
    """A table, and a number far below and to the right of it."""
    row = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    far = f'<row r="{row}"><c r="{cell}"><v>1</v></c></row>'.encode()
    return with_parts(folder / "far_cell.xlsx", {SHEET: sheet_of(_ROW + far)})


def far_below_many(folder):
    """A sheet that is too large for a quick look, with a number in its last corner."""
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>%d</v></c></row>' % (n, n, n) for n in range(1, 6_000))
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return with_parts(folder / "far_below_many.xlsx", {SHEET: sheet_of(rows + far)})


def false_text_count(folder, count=4_294_967_295):
    """A table of shared texts that claims more than there are."""
    texts = f'<sst xmlns="{_MAIN}" count="1" uniqueCount="{count}"><si><t>x</t></si></sst>'.encode()
    path = write_workbook(folder / "false_text_count.xlsx", [HEADER, candidate(90)])
    with zipfile.ZipFile(path) as archive:
        relations = archive.read("xl/_rels/workbook.xml.rels")
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    more = f'<Relationship Id="rId99" Type="{kind}" Target="sharedStrings.xml"/></Relationships>'.encode()
    changed = relations.replace(b"</Relationships>", more)
    return with_parts(path, {TEXTS: texts, "xl/_rels/workbook.xml.rels": changed})


def many_parts(folder, count=70_000):
    """A zip of as many empty entries as that."""
    path = honest(folder / "many_parts.xlsx")
    _append(path, [(f"xl/media/{number}", b"", 0, 0) for number in range(count)])
    return path


def deep_nesting(folder, depth=500_000):
    """Elements in each other."""
    return with_parts(folder / "deep_nesting.xlsx", {SHEET: sheet_of(b"<a>" * depth + b"</a>" * depth)})


def entity_bomb(folder):
    """A billion laughs."""
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    start = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{entities}]>'.encode()
    row = b'<row r="1"><c r="A1" t="inlineStr"><is><t>&l9;</t></is></c></row>'
    sheet = b'%s<worksheet xmlns="%s"><sheetData>%s%s' % (start, _MAIN.encode(), row, _SHEET_END)
    return with_parts(folder / "entity_bomb.xlsx", {SHEET: sheet})


def encrypted_part(folder):
    """A zip of which the entries are marked as encrypted."""
    path = honest(folder / "encrypted_part.xlsx")
    content = bytearray(path.read_bytes())
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(sign)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(sign, at + 4)
    path.write_bytes(content)
    return path


def ods_repeats(folder, rows=1_048_576, columns=16_384):
    """One cell with a value, repeated over the whole sheet."""
    cell = f'<table:table-cell table:number-columns-repeated="{columns}" office:value-type="float" office:value="1"/>'
    row = f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>'
    return ods(folder / "ods_repeats.ods", row)


def ods(path, rows):
    """A spreadsheet of OpenDocument with one table, `Data`."""
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text"))
    table = f'<table:table table:name="Data">{rows}</table:table>'
    start = f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet>'
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", '<manifest xmlns="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>')
        archive.writestr("content.xml", f"{start}{table}</office:spreadsheet></office:body></office:document-content>")
    return path


def bomb(folder, gigabytes=3.0, *, claimed=None, rows=False):
    """A sheet of zeros, or of one row over and over, that unpacks to so many gigabytes; `claimed`: bytes that its header says."""
    block = _ROW * (2**20 // len(_ROW)) if rows else bytes(2**20)
    times = int(gigabytes * 2**30 / len(block))
    size = len(_SHEET_START) + len(block) * times
    path = honest(folder / "bomb.xlsx")
    with zipfile.ZipFile(path) as archive:
        others = {name: archive.read(name) for name in archive.namelist() if name != SHEET}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in others.items():
            archive.writestr(name, content)
    _append(path, [(SHEET, _deflated(block, times), 8, size if claimed is None else claimed)])
    return path


def _deflated(block, times):
    """The deflate stream of a sheet's start and the block so often; quickly, as what is flushed wholly can be repeated."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    start = deflate.compress(_SHEET_START) + deflate.flush(zlib.Z_FULL_FLUSH)
    piece = deflate.compress(block) + deflate.flush(zlib.Z_FULL_FLUSH)
    return start + piece * times + deflate.flush(zlib.Z_FINISH)


def _append(path, entries):
    """Add entries to a zip as they are: name, data, method, size that is claimed."""
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
    """The end of a zip's directory; beyond 65,535 entries the large form stands before it."""
    short = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, min(count, 65_535), min(count, 65_535), length, place, 0)
    if count < 65_535:
        return short
    large = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, length, place)
    return large + struct.pack("<4sIQI", b"PK\x06\x07", 0, place + length, 1) + short


def truncated(folder):
    """An honest workbook, cut off at each tenth."""
    content = honest(folder / "whole.xlsx").read_bytes()
    (folder / "whole.xlsx").unlink()
    for tenth in range(1, 10):
        Path(folder / f"truncated_{tenth}.xlsx").write_bytes(content[: len(content) * tenth // 10])
    return folder
