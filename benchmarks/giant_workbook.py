"""Measure time and memory for one giant sheet: python benchmarks/giant_workbook.py [--rows N] [--runs N].

67 columns and a million rows (`--rows 100000` for fewer), with inline and with shared strings: reading it, ingesting it, and a
whole run. Each is a process of its own, in turn; memory is the peak. DuckDB takes part if its Excel extension is installed
(duckdb.sql("INSTALL excel") downloads it). fastexcel needs 4.7 GB for a million rows.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from generated_exports import generate_giant_table
from process_metrics import measure_memory
from rustpy_xlsxwriter import write_worksheet

_READ = """
import pathlib, sys, tempfile
from flexscout.ingest.readers import read_workbook
path = pathlib.Path(sys.argv[1])
with tempfile.TemporaryDirectory(dir=path.parent) as folder:
    print(read_workbook(path, 2**32, pathlib.Path(folder)).sheets[0].cells.height)
"""
_INGEST = """
import pathlib, sys, tempfile
from flexscout.ingest import build_source_file
from flexscout.runtime import TableCache
from flexscout.ingest.worker import ingest_file
path = pathlib.Path(sys.argv[1])
with tempfile.TemporaryDirectory(dir=path.parent) as folder:
    sys.exit(ingest_file(build_source_file(path, path.name), TableCache(pathlib.Path(folder)), memory_bytes=2**32).error)
"""
_RUN = """
import os, pathlib, subprocess, sys, tempfile
path = pathlib.Path(sys.argv[1])
with tempfile.TemporaryDirectory(dir=path.parent) as folder:
    os.mkdir(f"{folder}/in")
    os.link(path, f"{folder}/in/giant.xlsx")
    run = [sys.executable, "-m", "flexscout", "run", f"{folder}/in", "--output-file", f"{folder}/out/list.xlsx"]
    sys.exit(subprocess.run(run, env={**os.environ, "FLEXSCOUT_CACHE": f"{folder}/cache"}).returncode)
"""
_FASTEXCEL = """
import fastexcel, sys
fastexcel.read_excel(sys.argv[1]).load_sheet(0, header_row=None, dtypes="string").to_arrow_with_errors()
"""
_DUCKDB = """
import duckdb, sys
duckdb.execute("LOAD excel")
duckdb.execute(f"COPY (FROM read_xlsx('{sys.argv[1]}', all_varchar=true)) TO '{sys.argv[1]}.parquet'")
"""
_FLEXSCOUT = {"flexscout, read": _READ, "flexscout, ingest": _INGEST, "flexscout, run": _RUN}
_PROGRAMS = {**_FLEXSCOUT, "fastexcel": _FASTEXCEL, "DuckDB": _DUCKDB}


def main() -> None:
    """Write the sheets, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the sheet")
    parser.add_argument("--runs", type=int, default=1, help="number of measurements")
    parser.add_argument("--folder", type=Path, help="where to write the sheets; a few hundred MB for a million rows")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="flexscout-benchmark-", dir=options.folder) as place:
        for texts in ("inline", "shared"):
            path = Path(place) / f"{texts}.xlsx"
            write_worksheet(generate_giant_table(options.rows), str(path), dedupe_strings=texts == "shared")
            print(f"\n## {options.rows:,} rows x 67 columns, {texts} strings, {path.stat().st_size / 1e6:,.0f} MB\n")
            _measure(path, options.runs)


def _measure(path: Path, runs: int) -> None:
    for name, code in _PROGRAMS.items():
        try:
            taken = [measure_memory([sys.executable, "-c", code, str(path)]) for _ in range(runs)]
        except RuntimeError:
            print(f"{name:20} couldn't run")
            continue
        seconds = statistics.median(one.seconds for one in taken)
        print(f"{name:20} {seconds:7.1f} s {max(one.memory_mb for one in taken):7,.0f} MB", flush=True)


if __name__ == "__main__":
    main()
