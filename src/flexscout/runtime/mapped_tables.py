"""Keep large tables on disk, mapped into memory: the system reads a column when it is used, and can drop it again.

A mapped table is a data frame like any other. Its files have no names, so nothing is left behind if the process is killed.
"""

import mmap
import weakref
from collections.abc import Iterable, Iterator
from tempfile import TemporaryFile
from threading import Lock
from typing import Any

import polars as pl

from flexscout.errors import OutputError
from flexscout.runtime.storage import choose_temporary_folder

MAPPED_CELLS = 2**24
"""Cells from which a table is mapped: 200,000 rows of 80 columns."""

_PART_CELLS = 2**20  # a mapped table keeps a file open, and there may be thousands of small parts
_CELLS_AT_A_TIME = 2**23  # that are copied in memory before they are written
_ALIGNMENT = 64  # bytes, of the columns in a file
_open_maps: "weakref.WeakSet[mmap.mmap]" = weakref.WeakSet()
_lock = Lock()


def map_table(table: pl.DataFrame, total_cells: int = 0) -> pl.DataFrame:
    """Return a table, mapped from disk if it is large, or a large part of one with so many cells in all."""
    cells = table.height * table.width
    if max(total_cells, cells) < MAPPED_CELLS or cells < _PART_CELLS:
        return table
    return _map_parts(table[:, names] for names in _group_columns(table.columns, table.height))


def copy_rows(table: pl.DataFrame, positions: pl.Series) -> pl.DataFrame:
    """Return the rows at some positions; mapped from disk if they are many."""
    if positions.len() * table.width < MAPPED_CELLS:
        return table[positions]
    return _map_parts(table[:, names][positions] for names in _group_columns(table.columns, positions.len()))


def take_rows(table: pl.DataFrame, positions: pl.Series) -> pl.DataFrame:
    """Return the rows at some positions, and remove all columns from the table: never two copies of many columns exist.

    The result is mapped from disk if it is large.
    """
    parts = (
        pl.DataFrame([table.drop_in_place(name) for name in names])[positions]
        for names in _group_columns(table.columns, positions.len())
    )
    if positions.len() * table.width >= MAPPED_CELLS:
        return _map_parts(parts)
    return pl.concat(parts, how="horizontal") if table.width else table


def keep_rows(table: pl.DataFrame, condition: pl.Expr) -> pl.DataFrame:
    """Return the rows that meet a condition; the table itself, which is no copy, if all do."""
    is_kept = table.select(condition.alias("is_kept")).to_series()
    return table if is_kept.all() and not is_kept.has_nulls() else copy_rows(table, is_kept.arg_true())


def replace_columns(table: pl.DataFrame, columns: Iterable[pl.Series]) -> pl.DataFrame:
    """Return the table with new values in some columns, which are made one after another; mapped from disk if it is large."""
    if table.height * table.width < MAPPED_CELLS:
        return table.with_columns(columns)
    return table.with_columns(_map_parts(column.to_frame() for column in columns))


def release_pages() -> None:
    """Give back the memory of all mapped tables until they are used again, where the system can (Linux, macOS)."""
    if hasattr(mmap, "MADV_DONTNEED"):
        with _lock:  # the thread that watches the memory calls this too
            maps = list(_open_maps)
        for mapped in maps:
            mapped.madvise(mmap.MADV_DONTNEED)


def _group_columns(names: list[str], height: int) -> Iterator[list[str]]:
    count = max(1, _CELLS_AT_A_TIME // max(1, height))
    return (names[start : start + count] for start in range(0, len(names), count))


def _map_parts(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Write columns to a file without a name, and return them mapped from it, side by side. Raises OutputError."""
    import pyarrow as pa  # noqa: PLC0415 - few runs have so many rows

    try:
        content, spans = _write_parts(parts)
    except OSError as error:
        message = f"Can't write to the folder for temporary files: {error.strerror or error}."
        raise OutputError(message, "Free disk space there, or set TMPDIR to another folder, then run again.") from error
    found = [(pl.DataFrame(pa.ipc.open_stream(content[at : at + size]).read_all()), dtypes) for at, size, dtypes in spans]
    return pl.DataFrame([values.cast(dtype) for part, dtypes in found for values, dtype in zip(part, dtypes, strict=True)])


def _write_parts(parts: Iterable[pl.DataFrame]) -> tuple[Any, list[tuple[int, int, list[pl.DataType]]]]:
    """Return the mapped file as a buffer, and the position and size of each part in it, with the types of its columns."""
    import pyarrow as pa  # noqa: PLC0415 - as above

    spans: list[tuple[int, int, list[pl.DataType]]] = []
    with TemporaryFile(prefix="flexscout-", dir=choose_temporary_folder()) as file:
        for part in parts:
            release_pages()
            start = file.tell()
            rows = part.rechunk().to_arrow(compat_level=pl.CompatLevel.newest())
            with pa.ipc.new_stream(file, rows.schema) as writer:
                writer.write_table(rows, max_chunksize=max(1, rows.num_rows))
            spans.append((start, file.tell() - start, part.dtypes))
            file.write(bytes(-file.tell() % _ALIGNMENT))
        if not spans:
            return b"", spans
        file.flush()
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    with _lock:
        _open_maps.add(mapped)
    return pa.py_buffer(mapped), spans
