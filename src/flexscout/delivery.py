"""What a run leaves: every output from the same facts, all of them or none."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from flexscout.config import PipelineConfiguration
from flexscout.export import Outputs, Tables, write_report, write_tables
from flexscout.journal import MemoryWatch, Stopwatch
from flexscout.model import AggregateStatistics, RunSummary
from flexscout.page import draw_page
from flexscout.reporting import Facts, build_report, finished, messages


def delivered(facts: Facts, tables: Tables, config: PipelineConfiguration, clock: Stopwatch, memory: MemoryWatch) -> RunSummary:
    """Write everything beside its place, then put it there; if no file could be read, only the report and its page.

    Raises OutputError; nothing has changed then.
    """
    report = build_report(facts)
    report_file, page_file = Path(config.report_file), config.page_file
    with Outputs() as outputs:
        # The workbook keeps one core busy; the page is drawn on another.
        with clock.stage("export"), ThreadPoolExecutor(max_workers=1) as beside:
            page = beside.submit(draw_page, report, tables.master, tables.ledger, tables.others, facts.explanations)
            if report["statistics"]["successful_files"]:
                notes = write_tables(replace(tables, explanations=facts.explanations), report, config, outputs)
            else:
                notes = ["No file could be read; the previous results stay as they were."]
                report_file, page_file = outputs.free(report_file), outputs.free(page_file)
        facts = replace(facts, peak_memory_mb=memory.peak_mb)
        report, told = finished(report, facts), (*messages(facts), *notes)
        write_report(report, outputs.beside(report_file))
        page.result().write(outputs.beside(page_file), report, told)
        places = outputs.commit()
    figures = AggregateStatistics(**report["statistics"])
    return RunSummary(1 if figures.failed_files else 0, figures, report, places, told)
