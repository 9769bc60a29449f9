"""Measure the cost of the workbook: python benchmarks/workbook_cost.py [--rows N] [--runs N].

The sheets of a result of 8 files with formats, filters, links, bars and charts are compared with the same tables from the same
writer without them. In turn; the median of the ratios counts.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from generated_exports import create_run_folder, parse_sizes, write_folder
from rescore import build_results
from rustpy_xlsxwriter import FastExcel

from flexscout.config.settings import PipelineConfiguration
from flexscout.outputs.files import Sheet, add_reason_texts, write_workbook
from flexscout.outputs.files.sheets import build_sheets
from flexscout.pipeline import ScalableFlexPipeline


def main() -> None:
    """Run over the files, write both workbooks in turn and print."""
    options = parse_sizes(__doc__, rows=5_000, unique=1.0, runs=7)
    with create_run_folder() as folder:
        source = write_folder(folder / "in", files=8, rows=options.rows, unique=options.unique)
        config = PipelineConfiguration(input_folder=str(source), output_file=str(folder / "out/all.xlsx"))
        ScalableFlexPipeline(config).run()
        tables, report = build_results(config)
        tables = replace(tables, issues=add_reason_texts(tables.issues))
        sheets = build_sheets(tables, report)
        taken = [
            (
                _time(lambda: write_workbook(build_sheets(tables, report), folder / "workbook.xlsx")),
                _time(lambda: _write_plain(sheets, folder / "plain.xlsx")),
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


def _time(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
