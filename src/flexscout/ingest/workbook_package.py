"""Parts of an .xlsx or .xlsb package, found by its relations: programs may put the parts anywhere and name them as they like."""

import posixpath
import zlib
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree as ET  # nosec B405 # its one use refuses document types
from zipfile import BadZipFile, ZipFile

ROOT_RELATIONS = "_rels/.rels"

_USUAL_BOOKS = ("xl/workbook.xml", "xl/workbook.bin")
_MAX_PART_BYTES = 2**21  # of a list of sheets or relations; that of 10,000 sheets takes a third
_MAX_SIZE_BITS = 28  # four bytes of seven bits
_BINARY_SHEET = 156  # BrtBundleSh
_BOOK_TYPE, _SHEET_TYPE = "/officeDocument", "/worksheet"
_ZIP_ERRORS = (OSError, KeyError, BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, OverflowError, zlib.error)


class SheetPart(NamedTuple):
    """A sheet of a workbook: its name, and the name of its part as `normalize_name` writes it."""

    name: str
    part: str


def normalize_name(name: str) -> str:
    """Return the name of a part without the differences that programs make: case, backslashes, a slash in front."""
    return name.replace("\\", "/").lstrip("/").lower()


def name_relations(part: str) -> str:
    """Return the name of the part that holds the relations of a part."""
    folder, base = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{base}.rels")


def find_workbook_part(archive: ZipFile) -> str:
    """Return the normalized name of the workbook's main part: the usual one, or the target of the package's relations.

    It is empty if the package names none, or is damaged.
    """
    names = {normalize_name(name) for name in archive.namelist()}
    usual = next((name for name in _USUAL_BOOKS if name in names), "")
    if usual or ROOT_RELATIONS not in names:
        return usual
    try:
        relations = _parse_relations(read_part(archive, ROOT_RELATIONS))
    except ValueError:
        return ""
    targets = (_resolve(target, "") for kind, _, target in relations if kind == _BOOK_TYPE)
    return next((target for target in targets if target in names), "")


def read_part(archive: ZipFile, name: str, count: int = _MAX_PART_BYTES) -> bytes:
    """Return the first `count` bytes of a part, named as `normalize_name` does; empty if it is missing or damaged."""
    try:
        member = next(member for member in archive.infolist() if normalize_name(member.filename) == name)
        with archive.open(member) as part:
            return part.read(count)
    except (StopIteration, *_ZIP_ERRORS):
        return b""


def list_sheets(archive: ZipFile) -> list[SheetPart]:
    """Return the worksheets of an .xlsx or .xlsb in order, or none if its lists are damaged."""
    book = find_workbook_part(archive)
    try:
        return parse_sheets(read_part(archive, book), read_part(archive, name_relations(book)), book)
    except ValueError:
        return []


def iter_binary_records(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield the type, the start and the end of each whole record of an .xlsb part."""
    position, length = 0, len(content)
    while position < length:
        kind, start = content[position], position + 1
        if kind & 0x80:
            if start >= length:
                return
            kind, start = (kind & 0x7F) | (content[start] << 7), start + 1
        size = shift = 0
        while start < length and shift < _MAX_SIZE_BITS:
            byte, start = content[start], start + 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        else:
            return
        position = start + size
        if position > length:
            return
        yield kind, start, position


def _list_binary_sheets(content: bytes) -> Iterator[tuple[str, str]]:
    """Yield the name and the relation of each sheet of an .xlsb."""
    for kind, start, end in iter_binary_records(content):
        if kind == _BINARY_SHEET:
            relation, at = _read_wide_text(content[start:end], 8)
            yield _read_wide_text(content[start:end], at)[0], relation


def _read_wide_text(record: bytes, at: int) -> tuple[str, int]:
    """Return a text of a record, which starts with its length, and where it ends."""
    end = at + 4 + 2 * int.from_bytes(record[at : at + 4], "little")
    return record[at + 4 : end].decode("utf-16-le", "replace"), end


def parse_sheets(book_xml: bytes, relations_xml: bytes, book: str) -> list[SheetPart]:
    """Return the worksheets that the main part `book` lists, in order. Raises ValueError if the XML is damaged or unusual."""
    targets = {
        identity: _resolve(target, posixpath.dirname(book))
        for kind, identity, target in _parse_relations(relations_xml)
        if kind == _SHEET_TYPE
    }
    if book.endswith(".bin"):
        listed = list(_list_binary_sheets(book_xml))
    else:
        listed = [(sheet.get("name", ""), _read_relation_id(sheet)) for sheet in _find_elements(book_xml, "sheet")]
    return [SheetPart(name, targets[identity]) for name, identity in listed if targets.get(identity)]


def _parse_relations(xml: bytes) -> list[tuple[str, str, str]]:
    """Return the end of the type, the ID and the target of each relation."""
    rows = _find_elements(xml, "Relationship")
    return [(f"/{row.get('Type', '').rpartition('/')[2]}", row.get("Id", ""), row.get("Target", "")) for row in rows]


def _resolve(target: str, folder: str) -> str:
    """Return the part that a target means, which is relative to a folder or to the root."""
    name = normalize_name(target)
    is_absolute = target.startswith(("/", "\\")) or (folder and name.startswith(f"{folder}/"))
    return posixpath.normpath(name if is_absolute else posixpath.join(folder, name)) if name else ""


def _read_relation_id(sheet: ET.Element) -> str:
    return next((value for name, value in sheet.attrib.items() if name.rpartition("}")[2] == "id"), "")


def _find_elements(content: bytes, tag: str) -> Iterator[ET.Element]:
    if b"<!" in content:
        raise ValueError("a comment or a document type")
    try:
        # A document type is refused in every encoding, so no entity can expand.
        root = ET.fromstring(content, parser=ET.XMLParser(target=_NoDocumentType()))  # noqa: S314  # nosec B314
    except (ET.ParseError, LookupError) as error:
        raise ValueError("damaged XML") from error
    return (element for element in root.iter() if element.tag.rpartition("}")[2] == tag)


class _NoDocumentType(ET.TreeBuilder):
    """Builds the tree of a document without a document type."""

    def doctype(self, name: str, pubid: str, system: str) -> None:  # noqa: ARG002 - the parameters are the parser's
        """Refuse the document."""
        raise ValueError("a document type")
