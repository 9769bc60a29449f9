"""Classify, link and write alone, from tables that are read already: python rejudge.py FOLDER OUT PROFILE.

What a run with another profile can't do without. It writes the workbook, its twins and the page, and keeps no record.
"""

import sys
from pathlib import Path
from typing import Any

from flexscout import __version__
from flexscout.config.settings import PipelineConfiguration
from flexscout.ingest.scan import scan_folder
from flexscout.merging import count_removed_rows, match_properties, merge_properties
from flexscout.outputs.files.sheets import ResultTables
from flexscout.outputs.files.write import write_tables
from flexscout.outputs.html.page import render_page
from flexscout.outputs.html.ranking import MAX_PAGE_ROWS
from flexscout.outputs.report.build import RunFacts, build_report
from flexscout.outputs.transaction import OutputTransaction
from flexscout.runtime.batch import BatchProcessor
from flexscout.runtime.cache import hash_reading_code, open_table_cache
from flexscout.scoring.classify import select_rejected


def rejudge(config: PipelineConfiguration) -> None:
    """Classify, link, write."""
    tables, report = judged(config)
    with OutputTransaction() as outputs:
        write_tables(tables, report, config, outputs)
        render_page(report, tables.master, tables.explanations).write(outputs.stage(config.page_file), report)
        outputs.commit()


def judged(config: PipelineConfiguration) -> tuple[ResultTables, dict[str, Any]]:
    """What the files of the settings' folder come to, and its report."""
    batch = BatchProcessor(config)
    with open_table_cache(config.cache_folder, hash_reading_code()) as cache:
        known = cache.with_options(batch.schema)
        files = batch.classify([known.find(source) for source in scan_folder(Path(config.input_folder)).sources])
        unique = merge_properties(files, match_properties(files, config), config, batch.criteria)
    why = batch.criteria.explain(unique.master.head(MAX_PAGE_ROWS))
    tables = ResultTables(
        unique.master, unique.merge_log, unique.possible_duplicates, select_rejected(files.others), files.issues, why
    )
    facts = RunFacts(
        count_removed_rows(files.results, unique.merge_log), (), unique.master, unique.merge_log, unique.possible_duplicates,
        config.model_dump(), {}, 0, 0.0, __version__,
        issues=files.issues, rejected_rows=tables.rejected_rows,
    )  # fmt: skip
    return tables, build_report(facts) | {"notes": {}, "changes": None}


if __name__ == "__main__":
    out = Path(sys.argv[2])
    rejudge(
        PipelineConfiguration(
            input_folder=sys.argv[1],
            output_file=str(out / "all.xlsx"),
            report_file=str(out / "report.json"),
            profile=sys.argv[3],
        )
    )
