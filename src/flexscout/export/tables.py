"""The result in every format that the settings ask for."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from flexscout.config import PipelineConfiguration
from flexscout.export.delimited import write_csv
from flexscout.export.issues import in_words
from flexscout.export.links import links_left_out
from flexscout.export.outputs import Outputs
from flexscout.export.parquet import write_parquet
from flexscout.export.sheets import Tables, workbook_sheets
from flexscout.export.workbook import write_workbook
from flexscout.model import OUTPUT_COLUMNS, is_score_column
from flexscout.vocabulary import columns


def write_tables(tables: Tables, report: Mapping[str, Any], config: PipelineConfiguration, outputs: Outputs) -> list[str]:
    """Write all but the report to their places beside; gives, in sentences, what a format could not hold."""
    chosen = replace(tables, master=_chosen(tables.master, config), issues=in_words(tables.issues))
    workbook, parquet = outputs.beside(Path(config.output_file)), outputs.beside(config.parquet_file)
    ledger_csv, ledger_parquet = config.duplicates_files
    # The workbook keeps one core busy; its twins are written on another.
    with ThreadPoolExecutor(max_workers=1) as beside:
        twins = [
            beside.submit(write_parquet, chosen.master, parquet),
            beside.submit(write_csv, chosen.issues, outputs.beside(config.issues_file)),
            beside.submit(write_csv, chosen.ledger, outputs.beside(ledger_csv)),
            beside.submit(write_parquet, chosen.ledger, outputs.beside(ledger_parquet)),
        ]
        if config.enable_csv_export:
            twins.append(beside.submit(write_csv, chosen.master, outputs.beside(config.csv_file)))
        notes = [*write_workbook(workbook_sheets(chosen, report), workbook), *links_left_out(chosen.master)]
    for twin in twins:
        twin.result()
    return notes


def write_tables_as_workbook(tables: Tables, report: Mapping[str, Any], path: Path) -> None:
    """Write the workbook alone, of what is known."""
    issues = in_words(tables.issues) if tables.issues.width else tables.issues
    write_workbook(workbook_sheets(replace(tables, issues=issues), report), path)


def _chosen(master: pl.DataFrame, config: PipelineConfiguration) -> pl.DataFrame:
    """The columns that are written, the person's own after those of the design, whose places programs know."""
    standard = {column.name for column in columns()} | set(OUTPUT_COLUMNS)
    own = [name for name in master.columns if name in config.user_columns]
    others = [name for name in master.columns if name not in own]
    kept = [name for name in others if name in standard or is_score_column(name)]
    return master.select(*(others if config.output_columns == "all" else kept), *own)
