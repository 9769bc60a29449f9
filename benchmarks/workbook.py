"""The price of the workbook: python benchmarks/workbook.py [--rows N] [--runs N].

Its sheets, made of the result of 8 files, with their formats, filters, links, bars, charts and fit for Excel; beside the same
tables by the same writer with none of it. In turn; the median of the ratios counts.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from inputs import write_folder
from rejudge import judged
from rustpy_xlsxwriter import FastExcel

from flexscout.config.settings import PipelineConfiguration
from flexscout.outputs.files.sheets import build_sheets
from flexscout.outputs.files.xlsx_writer import Sheet, write_workbook
from flexscout.pipeline import ScalableFlexPipeline


def main() -> None:
    """Judge the files, write both in turn, print."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rows", type=int, default=5_000, help="of each file")
    asked.add_argument("--unique", type=float, default=1.0, help="the share of them that is distinct")
    asked.add_argument("--runs", type=int, default=7)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="flexscout-benchmark-") as place:
        folder = Path(place)
        os.environ |= {"FLEXSCOUT_LOG_FILE": str(folder / "pipeline.log"), "FLEXSCOUT_CACHE": str(folder / "cache")}
        source = write_folder(folder / "in", files=8, rows=options.rows, unique=options.unique)
        config = PipelineConfiguration(input_folder=str(source), output_file=str(folder / "out/all.xlsx"))
        ScalableFlexPipeline(config).run()
        tables, report = judged(config)
        sheets = build_sheets(tables, report)
        taken = [
            (
                _seconds(lambda: write_workbook(build_sheets(tables, report), folder / "workbook.xlsx")),
                _seconds(lambda: _write_plain(sheets, folder / "plain.xlsx")),
            )
            for _ in range(options.runs)
        ]
    ratios = [ours / plain for ours, plain in taken]
    print(", ".join(f"{sheet.name} {len(sheet.table):,}" for sheet in sheets))
    print(f"workbook {statistics.median(ours for ours, _ in taken):.2f} s, plain {statistics.median(p for _, p in taken):.2f} s")
    print(f"workbook / plain: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")


def _write_plain(sheets: Sequence[Sheet], path: Path) -> None:
    book = FastExcel(path)
    for sheet in sheets:
        book.sheet(sheet.name, sheet.table)
    book.save()


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
