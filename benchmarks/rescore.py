"""Score, match and write from cached tables: python rescore.py FOLDER OUT PROFILE.

The least that a run with another profile has to do. It writes the tables and the page, and keeps no run record.
"""

import sys
from pathlib import Path
from typing import Any

from flexscout import __version__
from flexscout.config.settings import PipelineConfiguration
from flexscout.ingest import FileIngestor, scan_folder
from flexscout.merging import MAX_EXPLAINED_ROWS, match_properties, merge_properties
from flexscout.outputs.comparisons import add_comparisons
from flexscout.outputs.files.write import write_tables
from flexscout.outputs.html.page import render_page
from flexscout.outputs.report.build import build_report
from flexscout.outputs.results import ResultTables, RunFacts
from flexscout.outputs.transaction import OutputTransaction
from flexscout.runtime import NoProgress
from flexscout.runtime.cache import open_table_cache
from flexscout.scoring import Criteria, score_files, select_rejected


def write_results(config: PipelineConfiguration) -> None:
    """Score, match and write."""
    tables, report = build_results(config)
    with OutputTransaction() as outputs:
        write_tables(tables, report, config, outputs)
        render_page(report, tables).write(outputs.stage(config.page_file), report)
        outputs.commit()


def build_results(config: PipelineConfiguration) -> tuple[ResultTables, dict[str, Any]]:
    """Return the result tables of the input folder, and their report."""
    criteria = Criteria.from_config(config)
    ingestor = FileIngestor(config)
    with open_table_cache(config) as cache:
        batches = ingestor.ingest(scan_folder(Path(config.input_folder)).sources, cache)
        files = score_files(batches, criteria, config.duplicate_fields, NoProgress())
        merged = merge_properties(files, match_properties(files, config), config, criteria)
    explained = criteria.explain(merged.master.head(MAX_EXPLAINED_ROWS))
    tables = ResultTables(
        add_comparisons(merged.master),
        merged.merge_log,
        merged.possible_duplicates,
        select_rejected(files.rejected),
        files.issues,
        explained["Explanation"].to_list(),
        explained["Reasons"].to_list(),
    )
    facts = RunFacts(tables, files.results, (), config.model_dump(), {}, 0, __version__)
    return tables, build_report(facts) | {"notes": {}, "changes": None}


if __name__ == "__main__":
    out = Path(sys.argv[2])
    write_results(
        PipelineConfiguration(
            input_folder=sys.argv[1],
            output_file=str(out / "all.xlsx"),
            report_file=str(out / "report.json"),
            profile=sys.argv[3],
        )
    )
