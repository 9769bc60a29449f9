"""Classify, link and write alone, from tables that are read already: python rejudge.py FOLDER OUT PROFILE.

What a run with another profile can't do without. It writes the workbook, its twins and the page, and keeps no record.
"""

import sys
from pathlib import Path
from typing import Any

from flexscout import __version__
from flexscout.config import PipelineConfiguration
from flexscout.discovery import scan
from flexscout.export import Outputs, Tables, write_tables
from flexscout.journal import reading_version, table_cache
from flexscout.page import ROWS, draw_page
from flexscout.processing import BatchProcessor, not_selected, unique_properties
from flexscout.reporting import Facts, build_report


def rejudge(config: PipelineConfiguration) -> None:
    """Classify, link, write."""
    tables, report = judged(config)
    with Outputs() as outputs:
        write_tables(tables, report, config, outputs)
        draw_page(report, tables.master, tables.explanations).write(outputs.beside(config.page_file), report)
        outputs.commit()


def judged(config: PipelineConfiguration) -> tuple[Tables, dict[str, Any]]:
    """What the files of the settings' folder come to, and its report."""
    batch = BatchProcessor(config)
    with table_cache(config.cache_folder, reading_version()) as cache:
        known = cache.depending_on(batch.schema)
        files = batch.classify([known.find(source) for source in scan(Path(config.input_folder)).sources])
        unique = unique_properties(files, config, batch.criteria)
    why = batch.criteria.explain(unique.master.head(ROWS))
    tables = Tables(unique.master, unique.ledger, unique.possible, not_selected(files.others), files.issues, why)
    facts = Facts(
        files.results, (), unique.master, unique.ledger, unique.possible, config.model_dump(), {}, 0, 0.0, __version__,
        issues=files.issues, others=tables.others,
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
