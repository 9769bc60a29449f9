"""Measure the cost of verifying the cache: python benchmarks/cache_checks.py [--files N] [--rows N] [--runs N].

Looking up every file of a folder, which verifies each byte of its tables, is compared with reading those tables and with reading
the exports. One process, in turn; the median counts.
"""

import statistics
from itertools import pairwise
from pathlib import Path
from time import perf_counter

import polars as pl
from generated_exports import create_run_folder, parse_sizes, write_folder

from flexscout.ingest.scan import build_source_file
from flexscout.ingest.worker import ingest_file
from flexscout.models import SourceFile
from flexscout.runtime.cache import TableCache
from flexscout.runtime.storage import compute_checksum


def main() -> None:
    """Write the inputs, measure and print."""
    options = parse_sizes(__doc__, files=20, rows=1_000, runs=7)
    with create_run_folder() as folder:
        exports = sorted(write_folder(folder / "in", files=options.files, rows=options.rows).iterdir())
        sources = [build_source_file(path, path.name) for path in exports]
        cache = TableCache(folder / "cache", is_persistent=True)
        read = _read_exports(sources, cache)
        tables = [path for path in sorted(cache.folder.rglob("*.parquet")) if path.is_file()]
        taken = [_time_once(sources, cache, tables) for _ in range(options.runs)]
        size = sum(table.stat().st_size for table in tables)
    checked, loaded, looked_up = (statistics.median(column) for column in zip(*taken, strict=True))
    print(f"{options.files} files of {options.rows:,} rows, {size / 1e6:.1f} MB of tables")
    print(f"read the exports and write their tables   {read * 1000:9.1f} ms")
    print(f"read the tables                           {loaded * 1000:9.1f} ms")
    print(f"checksums of the tables                   {checked * 1000:9.1f} ms  {size / checked / 1e9:.2f} GB/s")
    print(f"look up with record and checksums         {looked_up * 1000:9.1f} ms")
    print(f"checksums / read the tables: {checked / loaded:.3f}; checksums / read the exports: {checked / read:.5f}")


def _read_exports(sources: list[SourceFile], cache: TableCache) -> float:
    """Return the seconds to convert all exports, as one worker does."""
    started = perf_counter()
    for source in sources:
        cache.store(ingest_file(source, cache))
    return perf_counter() - started


def _time_once(sources: list[SourceFile], cache: TableCache, tables: list[Path]) -> tuple[float, float, float]:
    """Return the seconds to verify the tables, to read them, and to look up all files."""
    moments = [perf_counter()]
    for table in tables:
        compute_checksum(table)
    moments.append(perf_counter())
    for table in tables:
        pl.read_parquet(table)
    moments.append(perf_counter())
    if any(cache.find(source) is None for source in sources):
        raise RuntimeError("a file was not found in the cache")
    moments.append(perf_counter())
    checked, loaded, looked_up = (later - earlier for earlier, later in pairwise(moments))
    return checked, loaded, looked_up


if __name__ == "__main__":
    main()
