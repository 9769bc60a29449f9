"""Write the rows of a long sheet in blocks: the XML by whole columns, compressed in threads.

The library that writes workbooks takes one core for all cells. It writes a long sheet only as far as its links go, and then a
model row, from which the style of each column's cells is learned. The other rows are rendered here as it would write them.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import chain
from typing import Self

import polars as pl
import polars.selectors as cs
from zlib_ng import zlib_ng

from flexscout.domain import format_column_letters

BLOCK_ROWS = 2_048
"""Rows of a block."""

Content = bytes | memoryview
"""Part of a file's XML; a view of what a column holds needn't be copied."""

_NUMBER = "row"  # working column; the others are named by numbers
_LEVEL = 2  # of compression: the next takes longer than rendering, and the first gives larger files
_MAX_WAITING = 4  # blocks per thread that wait to be written
_FIRST_DAY = date(1899, 12, 30)  # of Excel's calendar
_CELL = re.compile(r'<c r="([A-Z]+)\d+"( s="\d+")?')
_RANGES = re.compile(r'(?:ref|sqref)="[^"]*"|<xm:sqref>[^<]*<')
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"} | {
    chr(code): f"_x{code:04X}_" for code in (*range(9), *range(11, 32), 0xFFFE, 0xFFFF)
}
_CODE = r"_(x[0-9a-fA-F]{4}_)"  # Excel would read it as a character
_CODES = r"_x[0-9a-fA-F]{4}_x[0-9a-fA-F]{4}_"
_OUTER_SPACE = r"^[\t\n ]|[\t\n ]$"
_UNUSUAL = rf"[&<>\x00-\x08\x0b-\x1f\x{{fffe}}\x{{ffff}}]|_x|{_OUTER_SPACE}"


@dataclass(frozen=True)
class RowBlocks:
    """Rows of a sheet that the library leaves to this module.

    Attributes:
        rows: The rows, with the columns of the sheet.
        model: The number, from 1, of the model row in the sheet that the library wrote. It is the last row there.

    """

    rows: pl.DataFrame
    model: int

    @property
    def last(self) -> int:
        """The number of the last row, from 1."""
        return self.model + self.rows.height - 1

    def extend(self, ranges: str) -> str:
        """Return ranges of cells, such as `A4:F2503`, that end with the last row instead of the model row."""
        return re.sub(rf"(:\$?[A-Z]+\$?){self.model}\b", rf"\g<1>{self.last}", ranges)

    def splice(self, sheet: bytes) -> Iterator[Callable[[], Content]]:
        """Yield functions that return the parts of a sheet's XML, with these rows in place of the model row.

        Args:
            sheet: The XML as the library wrote it.

        """
        before, begin, data = sheet.decode().partition("<sheetData>")
        at = data.rindex(f'<row r="{self.model}"')
        model, _, after = data[at:].partition("</row>")
        rows = _number_columns(self.rows)
        render = _RowRenderer.for_rows(rows, dict(_CELL.findall(model))).render
        yield f"{self._extend_all(before)}{begin}{data[:at]}".encode
        for start in range(0, rows.height - 1, BLOCK_ROWS):
            yield partial(render, rows[:-1].slice(start, BLOCK_ROWS), self.model + start)
        # In some sheets the library writes another attribute in the last row.
        attributes = model.partition(">")[0].partition(f'"{self.model}"')[2]
        yield partial(render, rows.tail(1), self.last, attributes)
        yield self._extend_all(after).encode

    def _extend_all(self, text: str) -> str:
        return _RANGES.sub(lambda match: self.extend(match[0]), text)


def can_render(table: pl.DataFrame) -> bool:
    """Return whether this module writes the table as the library would.

    It has to write all types of columns, the last row needs a value for ranges to end with it, and codes that follow each other
    (`_x0041_x0042_`) are left to the library.
    """
    has_types = all(dtype.is_numeric() or dtype in (pl.String, pl.Date, pl.Null) for dtype in table.dtypes)
    if not has_types or all(value in (None, "") or value != value for value in table.row(-1)):  # noqa: PLR0124 - not a number
        return False
    return not _find_columns(_number_columns(table), cs.string().str.contains(_CODES).any())


def build_model_row(table: pl.DataFrame) -> pl.DataFrame:
    """Return a row with a value in each column."""
    return pl.DataFrame([pl.Series(name, [_choose_model(dtype)], dtype) for name, dtype in table.schema.items()])


def compress_in_threads(parts: Iterator[Callable[[], Content]], write: Callable[[bytes], object]) -> tuple[int, int]:
    """Write a raw deflate stream of the parts, which are rendered and compressed in threads.

    Args:
        parts: Functions that return the parts, in order.
        write: Writes bytes.

    Returns:
        The CRC-32 and the size of the content.

    """
    checksum, size, waiting = 0, 0, list[Future[tuple[Content, bytes]]]()
    workers = os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:
        submitted = (pool.submit(_compress, part) for part in parts)
        for future in chain(submitted, [None]):
            waiting += [future] if future else []
            while waiting and (future is None or len(waiting) > _MAX_WAITING * workers):
                content, compressed = waiting.pop(0).result()
                checksum, size = zlib_ng.crc32(content, checksum), size + len(content)
                write(compressed)
    write(zlib_ng.compressobj(_LEVEL, zlib_ng.DEFLATED, -zlib_ng.MAX_WBITS).flush())
    return checksum, size


def _compress(part: Callable[[], Content]) -> tuple[Content, bytes]:
    """Return a part, and its compressed form, after which another stream can follow."""
    content, stream = part(), zlib_ng.compressobj(_LEVEL, zlib_ng.DEFLATED, -zlib_ng.MAX_WBITS)
    return content, stream.compress(content) + stream.flush(zlib_ng.Z_FULL_FLUSH)


def _number_columns(table: pl.DataFrame) -> pl.DataFrame:
    """Return the table with numbers as names, as Polars takes some names for patterns."""
    return pl.DataFrame([values.alias(str(i)) for i, values in enumerate(table)])


def _choose_model(dtype: pl.DataType) -> object:
    if dtype == pl.Null:
        return None
    return date(2000, 1, 1) if dtype == pl.Date else "x" if dtype == pl.String else 1


@dataclass(frozen=True)
class _RowRenderer:
    """Renders rows of a table as XML. What depends on the values of a column is found once, for all rows.

    Attributes:
        styles: Letters of a column -> the attribute with the style of its cells.
        gaps: Columns in which a row has no value that is written.
        infinite: Columns of numbers of which one is infinite or not a number.
        unusual: Columns of texts of which one has to be escaped.

    """

    styles: Mapping[str, str]
    gaps: frozenset[str]
    infinite: frozenset[str]
    unusual: frozenset[str]

    @classmethod
    def for_rows(cls, rows: pl.DataFrame, styles: Mapping[str, str]) -> Self:
        """Return the renderer of a table whose columns are named by their numbers."""
        infinite = _find_columns(rows, cs.float().is_finite().not_().any())
        empty = _find_columns(rows, pl.all().is_null().any()) | _find_columns(rows, cs.string().str.len_bytes().eq(0).any())
        return cls(styles, infinite | empty, infinite, _find_columns(rows, cs.string().str.contains(_UNUSUAL).any()))

    def render(self, rows: pl.DataFrame, first: int, attributes: str = "") -> Content:
        """Return the XML of rows, the first of which has the number `first`; a row without values is left out."""
        numbers = pl.int_range(first, first + rows.height, eager=True).cast(pl.String).alias(_NUMBER)
        cells = [part for i, values in enumerate(rows) for part in self._render_cells(values, format_column_letters(i))]
        row = _concat(['<row r="', pl.col(_NUMBER), f'"{attributes}>', *cells, "</row>"], ignore_nulls=True)
        # The texts of an Arrow array follow each other in one buffer.
        texts = rows.with_columns(numbers).select(row).to_series().to_arrow(compat_level=pl.CompatLevel.oldest())
        content = memoryview(texts.buffers()[2])
        return re.sub(rb'<row r="\d+"></row>', b"", content) if len(self.gaps) == rows.width else content

    def _render_cells(self, values: pl.Series, letters: str) -> Iterator[str | pl.Expr]:
        """Yield the parts of the XML of a column's cells; one part, null where there is no value, if it has gaps."""
        if values.dtype == pl.Null or values.null_count() == values.len():
            return
        style, place = self.styles.get(letters, ""), (f'<c r="{letters}', pl.col(_NUMBER))
        has_gaps = values.name in self.gaps
        if values.dtype == pl.String:
            content = _render_texts(pl.col(values.name), has_gaps=has_gaps, is_unusual=values.name in self.unusual)
            parts = [*place, f'"{style} t="inlineStr"><is><t', *content, "</t></is></c>"]
        else:
            written = _write_numbers(values)
            text = written.cast(pl.String)
            if values.name in self.infinite:
                text = pl.when(written.is_finite()).then(text)
                if style:
                    yield pl.when(~written.is_finite()).then(_concat([*place, f'"{style}/>']))
            parts = [*place, f'"{style}><v>', text, "</v></c>"]
        # The parts of a column without gaps are joined with those of its neighbors, which copies them once instead of twice.
        yield from [_concat(parts)] if has_gaps else parts


def _find_columns(table: pl.DataFrame, check: pl.Expr) -> frozenset[str]:
    """Return the columns for which an aggregation is true."""
    found = table.select(check)
    return frozenset(name for name in found.columns if found[name].item())


def _concat(parts: Sequence[str | pl.Expr], *, ignore_nulls: bool = False) -> pl.Expr:
    """Join texts and columns; texts that follow each other become one."""
    joined: list[pl.Expr] = []
    text = ""
    for part in (*parts, pl.lit("")):
        if isinstance(part, str):
            text += part
        else:
            joined += [pl.lit(text), part]
            text = ""
    return pl.concat_str(joined, ignore_nulls=ignore_nulls)


def _render_texts(value: pl.Expr, *, has_gaps: bool, is_unusual: bool) -> list[str | pl.Expr]:
    """Return what follows the name of a text's element."""
    text = pl.when(value.str.len_bytes() > 0).then(value) if has_gaps else value
    if not is_unusual:
        return [">", text]
    space = pl.when(value.str.contains(_OUTER_SPACE)).then(pl.lit(' xml:space="preserve">')).otherwise(pl.lit(">"))
    return [space, text.str.replace_all(_CODE, "_x005F_${1}").str.replace_many(_ESCAPES)]


def _write_numbers(values: pl.Series) -> pl.Expr:
    """Return numbers as the library writes them; dates are days since Excel's first one."""
    value = pl.col(values.name)
    days = (value - pl.lit(_FIRST_DAY)).dt.total_days() if values.dtype == pl.Date else value
    return days.cast(pl.Float64)
