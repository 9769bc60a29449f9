"""Read the tables of sheets: neighbors with the same columns at once, as opening a small table takes longer than reading it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path, PurePath

import polars as pl
import polars.selectors as cs

from flexscout.domain import SOURCE_COLUMNS, combine_tables, list_canonical_columns
from flexscout.models import FileRecord, SourceFile
from flexscout.runtime import map_table, take_rows

MODIFIED, POSITION = "__modified", "__position"
"""Working columns: when the row's file was last changed (seconds since 1970); the position of the row in its table."""

SheetTables = Mapping[tuple[str, str], Path]
"""File and sheet -> the Parquet file with all its rows and columns."""

RowPositions = Mapping[tuple[str, str], Sequence[int]]
"""File and sheet -> POSITION of some of its rows."""

CANONICAL = {column.name for column in list_canonical_columns()}

_FILE, _SHEET, _ = SOURCE_COLUMNS
_PATH, _TABLE, _ORDER = "__path", "__table", "__order"  # working columns
_TABLES_PER_BLOCK = 100  # thousands of small frames hold several times the memory of their cells
_BLOCK_BYTES = 2**24  # of compressed tables that are read at once
_HELD_CELLS = 2**25  # of unmapped columns in memory


def add_unmapped_columns(rows: pl.DataFrame, tables: SheetTables) -> pl.DataFrame:
    """Return the rows with their unmapped columns, read from the tables by file, sheet and POSITION, which is dropped."""
    if not rows.width:
        return rows
    names = sorted(tables)
    numbers = pl.DataFrame(names, schema=dict.fromkeys((_FILE, _SHEET), pl.String), orient="row").with_row_index(_TABLE)
    numbered = rows.select(_FILE, _SHEET).join(numbers, on=[_FILE, _SHEET], how="left", maintain_order="left")[_TABLE]
    ordered = rows.select(POSITION).with_columns(numbered).with_row_index(_ORDER).sort(_TABLE, POSITION)
    parts = _read_unmapped([tables[name] for name in names], ordered)
    unmapped = combine_tables(_map_most(parts)).drop(POSITION)
    return pl.concat([rows.drop(POSITION), take_rows(unmapped, ordered[_ORDER].arg_sort())], how="horizontal")


def add_canonical_columns(rows: pl.DataFrame, tables: SheetTables) -> pl.DataFrame:
    """Return the rows, in any order, with their canonical columns, read from the tables by file, sheet and POSITION."""
    by_sheet = rows.partition_by(_FILE, _SHEET, as_dict=True, maintain_order=True)
    mapped = [_read_canonical(tables[(str(file), str(sheet))], part) for (file, sheet), part in sorted(by_sheet.items())]
    return pl.concat(mapped, how="diagonal") if mapped else rows


def read_mapped(records: Iterable[FileRecord], wanted: RowPositions | None = None) -> Iterator[pl.DataFrame]:
    """Yield the canonical columns of the rows of all tables, in order, with `Source File`, MODIFIED and POSITION.

    Args:
        records: The files.
        wanted: The rows to read; None for all.

    """
    sheets = [(record.source, sheet.sheet, sheet.table) for record in records for sheet in record.sheets if sheet.table]
    if wanted is not None:
        for source, sheet, table in sheets:
            is_wanted = pl.col(POSITION).is_in(list(wanted.get((source.name, sheet), ())))
            yield read_mapped_table(table, source).filter(is_wanted)
        return
    tables = [table for _, _, table in sheets]
    for block in _list_alike(tables):
        found, heights = _read_together([tables[number] for number in block], _select_mapped())
        sources = [(sheets[number][0], height) for number, height in zip(block, heights, strict=True)]
        rows = _number_rows([(source.name, source.modified, height) for source, height in sources])
        yield pl.concat([rows.select(POSITION), found.drop(POSITION), rows.drop(POSITION)], how="horizontal")


def read_mapped_table(table: Path, source: SourceFile) -> pl.DataFrame:
    """Return what `read_mapped` does, for one table."""
    rows = pl.scan_parquet(table).with_row_index(POSITION).select(POSITION, _select_mapped())
    return rows.with_columns(pl.lit(source.name).alias(_FILE), pl.lit(source.modified).alias(MODIFIED)).collect()


def _number_rows(tables: Sequence[tuple[str, float, int]]) -> pl.DataFrame:
    """Return POSITION, `Source File` and MODIFIED of all rows of tables, given file, time of change and height of each."""
    schema = {_FILE: pl.String, MODIFIED: pl.Float64, _ORDER: pl.Int64}
    filled = pl.DataFrame(tables, schema, orient="row").filter(pl.col(_ORDER) > 0)
    positions = pl.int_ranges(_ORDER, dtype=pl.get_index_type()).alias(POSITION)
    return filled.select(_FILE, MODIFIED, positions).explode(POSITION)


def _read_unmapped(tables: Sequence[Path], rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield the unmapped columns and POSITION of the rows, which are sorted by the numbers of their tables, in order.

    Tables without rows give their columns alone.
    """
    counts = dict(rows.group_by(_TABLE).len().iter_rows())
    start = 0
    for block in _list_alike(tables):
        used = [number for number in block if number in counts]
        own = rows.slice(start, sum(counts[number] for number in used))
        start += own.height
        found, heights = _read_together([tables[number] for number in used or block[:1]], ~_select_mapped())
        if not used:
            yield found.clear()
            continue
        begins = pl.Series(heights, dtype=pl.Int64).cum_sum().shift(1, fill_value=0)
        places = own[_TABLE].replace_strict(used, begins.head(len(used)), return_dtype=pl.Int64) + own[POSITION]
        found = found[places]  # frees the other rows before these are used
        yield found.with_columns(own[POSITION])


def _map_most(parts: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Yield parts of a table that is soon copied; those behind the first cells, which memory has room for, are mapped."""
    cells = 0
    for part in parts:
        cells += part.height * part.width
        yield map_table(part, cells) if cells > _HELD_CELLS else part


def _read_canonical(table: Path, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of a sheet with the canonical columns that they don't have."""
    columns = cs.by_name(*(CANONICAL - set(rows.columns)), require_all=False)
    mapped = pl.scan_parquet(table).with_row_index(POSITION).select(columns).collect()
    return pl.concat([rows, mapped[rows[POSITION]]], how="horizontal")


def _list_alike(tables: Sequence[Path]) -> Iterator[list[int]]:
    """Yield the numbers of neighboring tables with the same columns."""
    block: list[int] = []
    size, columns = 0, tuple[tuple[str, ...], tuple[type, ...]](((), ()))
    for number, table in enumerate(tables):
        status = table.stat()
        own = _read_columns(table, status.st_mtime_ns, status.st_size)
        is_full = len(block) == _TABLES_PER_BLOCK or size > _BLOCK_BYTES
        if block and (is_full or own != columns or table == tables[number - 1]):
            yield block
            block, size = [], 0
        block.append(number)
        size, columns = size + status.st_size, own
    if block:
        yield block


@lru_cache(2**14)
def _read_columns(table: Path, _changed_ns: int, _size: int) -> tuple[tuple[str, ...], tuple[type, ...]]:
    """Return the names and types of a table's columns; none of the types has parameters. A run asks for them several times."""
    columns = pl.read_parquet_schema(table)
    return tuple(columns), tuple(map(type, columns.values()))


def _read_together(tables: Sequence[Path], columns: cs.Selector) -> tuple[pl.DataFrame, list[int]]:
    """Return some columns of tables that have the same columns, with POSITION among all rows, and the number of rows of each."""
    scanned = pl.scan_parquet(list(tables), include_file_paths=_PATH, glob=False).with_row_index(POSITION)
    found = scanned.select(columns | cs.by_name(POSITION, _PATH)).collect()
    if len(tables) == 1:
        return found.drop(_PATH), [found.height]
    runs = found.rechunk().select(pl.col(_PATH).rle()).unnest(_PATH)
    # By the ends of the paths, whose beginnings may be written otherwise on Windows.
    heights = {PurePath(path).parts[-2:]: count for count, path in runs.iter_rows()}
    return found.rechunk().drop(_PATH), [heights.get(table.parts[-2:], 0) for table in tables]


def _select_mapped() -> cs.Selector:
    return cs.by_name(*CANONICAL, *SOURCE_COLUMNS, require_all=False)
