"""What a run leaves: every output from the same facts, all of them or none."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from flexscout.config import PipelineConfiguration
from flexscout.history import CarryOver
from flexscout.models import AggregateStatistics, RunSummary
from flexscout.outputs.files import ResultTables, write_report, write_tables
from flexscout.outputs.html import render_page
from flexscout.outputs.report import RunFacts, add_run_times, build_messages, build_report
from flexscout.outputs.transaction import OutputTransaction
from flexscout.runtime import MemoryWatch, Stopwatch


def publish_results(  # noqa: PLR0913, PLR0917 - all that a run knows meets here
    facts: RunFacts,
    tables: ResultTables,
    before: CarryOver,
    config: PipelineConfiguration,
    clock: Stopwatch,
    memory: MemoryWatch,
    *,
    commit: bool = True,
) -> RunSummary:
    """Write everything beside its place, then put it there; if no file could be read, only the report and its page.

    `commit`: if false, everything is written beside its place and removed again, to see whether that works.

    Raises OutputError; nothing has changed then.
    """
    report = build_report(replace(facts, is_rejected=before.is_rejected))
    report |= before.build_report_entries(report)
    report_file, page_file = Path(config.report_file), config.page_file
    with OutputTransaction() as outputs:
        # The workbook keeps one core busy; the page is drawn on another.
        with clock.stage("export"), ThreadPoolExecutor(max_workers=1) as beside:
            page = beside.submit(render_page, report, tables.master, facts.explanations)
            if report["statistics"]["successful_files"]:
                notes = write_tables(_whole(tables, facts, before, config), report, config, outputs)
            else:
                notes = ["No file could be read; the previous results stay as they were."]
                report_file, page_file = outputs.pick_free_path(report_file), outputs.pick_free_path(page_file)
        facts = replace(facts, peak_memory_mb=memory.peak_mb)
        report, told = add_run_times(report, facts), (*build_messages(facts), *before.messages, *notes)
        write_report(report, outputs.stage(report_file))
        page.result().write(outputs.stage(page_file), report, told)
        # Before `commit`: nothing may fail once the outputs are in their places.
        figures = AggregateStatistics(**report["statistics"])
        places = outputs.commit() if commit else ()
    return RunSummary(1 if figures.failed_files else 0, figures, report, places, told)


def _whole(tables: ResultTables, facts: RunFacts, before: CarryOver, config: PipelineConfiguration) -> ResultTables:
    """The tables of the result with what a person is told and has told."""
    return replace(
        tables,
        explanations=facts.explanations,
        is_rejected=before.is_rejected,
        changes=before.changes.table if before.changes else None,
        unlisted_notes=before.unlisted_notes,
        user_columns=config.user_columns,
    )
