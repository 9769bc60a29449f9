"""Parts of an .xlsx package, and small packages built from them in which another part replaces a large one."""

import io
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Self
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import polars as pl

from flexscout.ingest.readers.cell_extent import inflate_part
from flexscout.ingest.readers.streaming.row_splitter import UnknownDialect
from flexscout.ingest.workbook_package import ROOT_RELATIONS, find_workbook_part, name_relations, normalize_name, parse_sheets

MARK = "\ue000"
"""Marks a text as a pointer to a shared text; a part that contains it itself is not read in blocks."""

_MAX_SMALL_BYTES = 2**21  # of the small parts together, which are parsed again with every block
_EMPTY_SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'

_MARK_BYTES = MARK.encode()
_MARK_AS_REFERENCE = re.compile(rb"(?i)&#(?:x0*e000|0*57344);")
_OTHER_POINTER = re.compile(rb'\st="s"(\s[^<>]*)>(<(?:[\w.-]{1,40}:)?v>)')


class XlsxPackage:
    """An open .xlsx.

    Attributes:
        sheets: Name -> part, of the sheets that are tables, in the order of the workbook.

    Raises:
        UnknownDialect: The package is written in an unusual way.

    """

    def __init__(self, path: Path) -> None:
        try:
            self._archive = ZipFile(path)
        except (BadZipFile, ValueError, OverflowError, EOFError):
            raise UnknownDialect("its zip is unusual") from None
        try:
            self._parts = {normalize_name(part.filename): part for part in self._archive.infolist()}
            if len(self._parts) < len(self._archive.infolist()):
                raise UnknownDialect("its zip has several parts of one name")
            self._book = find_workbook_part(self._archive)
            self._small = self._read_small_parts()
            self.sheets = self._find_sheets()
        except BaseException:
            self._archive.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    @property
    def texts(self) -> ZipInfo | None:
        """Part of the shared texts."""
        return self._parts.get(self._resolve_beside_book("sharedstrings.xml"))

    def read_chunks(self, part: ZipInfo) -> Iterator[bytes]:
        """Decompress a part lazily. Raises UnknownDialect if its size is not the declared one, or it is damaged."""
        left = part.file_size
        try:
            for chunk in inflate_part(self._file, part):
                left -= len(chunk)
                if left < 0:
                    raise UnknownDialect("it is larger than it claims")
                yield chunk
        except BadZipFile:
            raise UnknownDialect("it can't be unpacked") from None

    def build_outline(self) -> bytes:
        """Build a workbook with the same sheets, all empty."""
        return self.zip_with({part.filename: (_EMPTY_SHEET,) for part in self.sheets.values()})

    def zip_with(self, parts: Mapping[str, Iterable[bytes]]) -> bytes:
        """Build a workbook of the small parts and the given ones (part name -> pieces of its content)."""
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

    def _resolve_beside_book(self, name: str) -> str:
        """Return the name of a part in the workbook's folder, where the parser looks for it."""
        return posixpath.join(posixpath.dirname(self._book), name)

    def _read_small_parts(self) -> dict[str, bytes]:
        names = (ROOT_RELATIONS, self._book, name_relations(self._book), self._resolve_beside_book("styles.xml"))
        parts = [part for name in names if (part := self._parts.get(name))]
        if sum(part.file_size for part in parts) > _MAX_SMALL_BYTES:
            raise UnknownDialect("its styles or names are too many")
        return {part.filename: b"".join(self.read_chunks(part)) for part in parts}

    def _find_sheets(self) -> dict[str, ZipInfo]:
        """Follow the relations, as the parser does."""
        content = {normalize_name(name): xml for name, xml in self._small.items()}
        try:
            sheets = parse_sheets(content.get(self._book, b""), content.get(name_relations(self._book), b""), self._book)
        except ValueError:
            raise UnknownDialect("its list of sheets is unusual") from None
        return {sheet.name: part for sheet in sheets if (part := self._parts.get(sheet.part))}


def has_marker(xml: bytes) -> bool:
    """Return whether a part contains MARK itself."""
    # Searching for one byte is 50 times as fast as searching for two.
    raw, reference = _MARK_BYTES[:1] in xml and _MARK_BYTES in xml, b"&" in xml and b"&#" in xml
    return raw or (reference and _MARK_AS_REFERENCE.search(xml) is not None)


def rewrite_pointers(xml: bytes, prefix: bytes) -> bytes:
    """Turn cells that point at shared texts into cells with MARK and the number; unusual pointers are left as they are."""
    usual = b' t="s"><' + prefix + b"v>"
    xml = xml.replace(usual, b' t="str"><' + prefix + b"v>" + _MARK_BYTES)
    return _OTHER_POINTER.sub(rb' t="str"\1>\2' + _MARK_BYTES, xml) if b't="s"' in xml else xml


def build_pointer_rows(count: int) -> bytes:
    """Build rows of one cell each that point at the first `count` shared texts."""
    return b"".join(b'<row><c t="s"><v>%d</v></c></row>' % number for number in range(count))


def resolve_texts(cells: pl.DataFrame, texts: pl.Series) -> pl.DataFrame:
    """Replace pointers with shared texts. Raises UnknownDialect if one points at none."""
    marked = cells.select(pl.all().str.starts_with(MARK).any())
    try:
        return cells.with_columns(_resolve_column(name, texts) for name in cells.columns if marked[name].item())
    except pl.exceptions.PolarsError:
        raise UnknownDialect("its cells point at no shared text") from None


def _resolve_column(name: str, texts: pl.Series) -> pl.Expr:
    text = pl.col(name)
    is_pointer = text.str.starts_with(MARK)
    number = pl.when(is_pointer).then(text.str.slice(1)).cast(pl.UInt32)
    return pl.when(is_pointer).then(pl.lit(texts).gather(number)).otherwise(text).alias(name)
