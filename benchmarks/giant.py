"""One giant sheet: seconds and memory to read it, to prepare it, to run on it: python benchmarks/giant.py [--rows N] [--runs N].

67 columns (a million rows; `--rows 100000` for fewer), with its texts inline and shared. Each way is a process of its own, in
turn; memory is the most that it holds at a time. DuckDB takes part where its extension for Excel is installed, which it fetches
itself: duckdb.sql("INSTALL excel"). fastexcel holds 4.7 GB of a million rows.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from inputs import giant_table
from measure import memory
from rustpy_xlsxwriter import write_worksheet

_READ = """
import pathlib, sys, tempfile
from flexscout.ingest.readers import read_workbook
path = pathlib.Path(sys.argv[1])
with tempfile.TemporaryDirectory(dir=path.parent) as folder:
    print(read_workbook(path, 2**32, pathlib.Path(folder)).sheets[0].cells.height)
"""
_PREPARE = """
import pathlib, sys, tempfile
from flexscout.ingest import build_source_file as source_file
from flexscout.runtime import TableCache
from flexscout.ingest.worker import prepare_file
path = pathlib.Path(sys.argv[1])
with tempfile.TemporaryDirectory(dir=path.parent) as folder:
    sys.exit(prepare_file(source_file(path, path.name), TableCache(pathlib.Path(folder)), memory=2**32).error)
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
_OURS = {"flexscout, read": _READ, "flexscout, prepare": _PREPARE, "flexscout, run": _RUN}
_WAYS = {**_OURS, "fastexcel": _FASTEXCEL, "DuckDB": _DUCKDB}


def main() -> None:
    """Make the sheets, measure, print."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rows", type=int, default=1_000_000, help="how many rows the sheet has")
    asked.add_argument("--runs", type=int, default=1, help="how often each is run")
    asked.add_argument("--folder", type=Path, help="where the sheets are written; some hundred MB for a million rows")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="flexscout-benchmark-", dir=options.folder) as place:
        for texts in ("inline", "shared"):
            path = Path(place) / f"{texts}.xlsx"
            write_worksheet(giant_table(options.rows), str(path), dedupe_strings=texts == "shared")
            print(f"\n## {options.rows:,} rows x 67 columns, {texts} texts, {path.stat().st_size / 1e6:,.0f} MB\n")
            _measure(path, options.runs)


def _measure(path: Path, runs: int) -> None:
    for name, code in _WAYS.items():
        try:
            taken = [memory([sys.executable, "-c", code, str(path)]) for _ in range(runs)]
        except RuntimeError:
            print(f"{name:20} does not run here")
            continue
        seconds = statistics.median(one.seconds for one in taken)
        print(f"{name:20} {seconds:7.1f} s {max(one.memory_mb for one in taken):7,.0f} MB", flush=True)


if __name__ == "__main__":
    main()
