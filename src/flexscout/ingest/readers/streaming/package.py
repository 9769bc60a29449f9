"""The parts of an .xlsx workbook, and small workbooks made of them that hold one other part instead of the large ones."""

import io
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Self
from xml.etree import ElementTree as ET  # nosec B405 # its one use refuses document types
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import polars as pl

from flexscout.ingest.readers.cell_extent import inflate_part
from flexscout.ingest.readers.streaming.row_splitter import UnknownDialect

BOOK, RELATIONS, STYLES, TEXTS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", "xl/sharedStrings.xml"
_ROOT_RELATIONS = "_rels/.rels"
_MOST_SMALL = 2**21  # bytes of the small parts, each of which is parsed anew with every block
_EMPTY_SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'
_KIND_OF_SHEET = "/worksheet"


class Package:
    """An open .xlsx; `sheets`: name -> the part that holds it, in the order of the workbook, of those that are tables."""

    def __init__(self, path: Path) -> None:
        try:
            self._archive = ZipFile(path)
        except (BadZipFile, ValueError, OverflowError, EOFError):
            raise UnknownDialect("its zip is unusual") from None
        try:
            self._parts = {_plain(part.filename): part for part in self._archive.infolist()}
            if len(self._parts) < len(self._archive.infolist()):
                raise UnknownDialect("its zip has several parts of one name")
            self._small = self._small_parts()
            self.sheets = self._sheets()
        except BaseException:
            self._archive.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    @property
    def texts(self) -> ZipInfo | None:
        """The part of shared texts."""
        return self._parts.get(_plain(TEXTS))

    def chunks(self, part: ZipInfo) -> Iterator[bytes]:
        """The bytes of a part as they are inflated. Raises UnknownDialect if there are other bytes than it claims."""
        left = part.file_size
        try:
            for chunk in inflate_part(self._file, part):
                left -= len(chunk)
                if left < 0:
                    raise UnknownDialect("it is larger than it claims")
                yield chunk
        except BadZipFile:
            raise UnknownDialect("it can't be unpacked") from None

    def outline(self) -> bytes:
        """A workbook with all sheets, which are empty."""
        return self.zipped({part.filename: (_EMPTY_SHEET,) for part in self.sheets.values()})

    def zipped(self, parts: Mapping[str, Iterable[bytes]]) -> bytes:
        """A workbook in which only these parts, by their names, have a content."""
        target = io.BytesIO()
        with ZipFile(target, "w", ZIP_STORED) as archive:
            for name, content in self._small.items():
                archive.writestr(name, content)
            for name, pieces in parts.items():
                with archive.open(name, "w") as part:
                    part.writelines(pieces)
        return target.getvalue()

    @property
    def _file(self) -> BinaryIO:
        return self._archive.fp  # type: ignore[return-value]

    def _small_parts(self) -> dict[str, bytes]:
        found = [part for name in (_ROOT_RELATIONS, BOOK, RELATIONS, STYLES) if (part := self._parts.get(_plain(name)))]
        if sum(part.file_size for part in found) > _MOST_SMALL:
            raise UnknownDialect("its styles or names are too many")
        return {part.filename: b"".join(self.chunks(part)) for part in found}

    def _sheets(self) -> dict[str, ZipInfo]:
        """By the relations, as the parser finds them."""
        targets = {
            row.get("Id"): row.get("Target", "")
            for row in self._elements(RELATIONS, "Relationship")
            if row.get("Type", "").endswith(_KIND_OF_SHEET)
        }
        sheets = {_name(row): targets.get(_relation(row)) for row in self._elements(BOOK, "sheet")}
        return {name: part for name, target in sheets.items() if target and (part := self._parts.get(_plain(_whole(target))))}

    def _elements(self, part: str, tag: str) -> Iterator[ET.Element]:
        content = next((content for name, content in self._small.items() if _plain(name) == _plain(part)), b"")
        if b"<!" in content:
            raise UnknownDialect("its list of sheets is unusual")
        try:
            # A document type is refused in every encoding, so no entity can expand.
            root = ET.fromstring(content, parser=ET.XMLParser(target=_NoDocumentType()))  # noqa: S314  # nosec B314
        except (ET.ParseError, ValueError, LookupError):
            raise UnknownDialect("its list of sheets is unusual") from None
        return (element for element in root.iter() if element.tag.rpartition("}")[2] == tag)


class _NoDocumentType(ET.TreeBuilder):
    """Builds the tree of a document that declares nothing."""

    def doctype(self, name: str, pubid: str, system: str) -> None:  # noqa: ARG002 - the parameters are the parser's
        """Refuse it."""
        raise ValueError("a document type")


def _plain(name: str) -> str:
    return name.replace("\\", "/").lower()


def _whole(target: str) -> str:
    """A target as a name in the zip: it counts from the workbook, or from the root."""
    return posixpath.normpath(target.removeprefix("/") if target.startswith(("/xl/", "xl/")) else f"xl/{target}")


def _name(sheet: ET.Element) -> str:
    return sheet.get("name", "")


def _relation(sheet: ET.Element) -> str | None:
    return next((value for name, value in sheet.attrib.items() if name.rpartition("}")[2] == "id"), None)


MARK = "\ue000"
"""Begins a text that stands for another; no content that has it by itself is read in blocks."""

_MARK = MARK.encode()
_MARK_AS_NUMBER = re.compile(rb"(?i)&#(?:x0*e000|0*57344);")
_OTHER_POINTER = re.compile(rb'\st="s"(\s[^<>]*)>(<(?:[\w.-]{1,40}:)?v>)')


def has_marker(xml: bytes) -> bool:
    """Whether a content has MARK by itself."""
    # Looking for one byte takes a fiftieth of looking for two.
    raw, number = _MARK[:1] in xml and _MARK in xml, b"&" in xml and b"&#" in xml
    return raw or (number and _MARK_AS_NUMBER.search(xml) is not None)


def rewrite_pointers(xml: bytes, prefix: bytes) -> bytes:
    """Rows whose cells hold numbers of shared texts as texts; those written in yet another way are left as they are."""
    usual = b' t="s"><' + prefix + b"v>"
    xml = xml.replace(usual, b' t="str"><' + prefix + b"v>" + _MARK)
    return _OTHER_POINTER.sub(rb' t="str"\1>\2' + _MARK, xml) if b't="s"' in xml else xml


def build_pointer_rows(count: int) -> bytes:
    """Rows of one cell each, which point at the first `count` texts."""
    return b"".join(b'<row><c t="s"><v>%d</v></c></row>' % number for number in range(count))


def resolve_texts(cells: pl.DataFrame, texts: pl.Series) -> pl.DataFrame:
    """The cells with the texts that they point at. Raises UnknownDialect where one points at none."""
    marked = cells.select(pl.all().str.starts_with(MARK).any())
    try:
        return cells.with_columns(_exchanged(name, texts) for name in cells.columns if marked[name].item())
    except pl.exceptions.PolarsError:
        raise UnknownDialect("its cells point at no shared text") from None


def _exchanged(name: str, texts: pl.Series) -> pl.Expr:
    text = pl.col(name)
    points = text.str.starts_with(MARK)
    number = pl.when(points).then(text.str.slice(1)).cast(pl.UInt32)
    return pl.when(points).then(pl.lit(texts).gather(number)).otherwise(text).alias(name)
