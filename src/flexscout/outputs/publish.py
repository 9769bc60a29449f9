"""Publish a run: write every output from the same facts, all of them or none."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from flexscout.config import PipelineConfiguration
from flexscout.history import CarryOver
from flexscout.models import AggregateStatistics, RunSummary
from flexscout.outputs.branding import load_branding
from flexscout.outputs.files import write_report, write_tables
from flexscout.outputs.html import render_page
from flexscout.outputs.memo import render_memo
from flexscout.outputs.report import add_run_times, build_messages, build_report
from flexscout.outputs.results import RunFacts
from flexscout.outputs.transaction import OutputTransaction
from flexscout.runtime import MemoryWatch, Stage, Stopwatch, interrupts


def publish_results(  # noqa: PLR0913 - what a run knows is joined here
    facts: RunFacts,
    carried: CarryOver,
    config: PipelineConfiguration,
    clock: Stopwatch,
    memory: MemoryWatch,
    *,
    record: Callable[[RunSummary], object] | None,
) -> RunSummary:
    """Write every output beside its path, then move all of them into place.

    If no file could be read, only the report and its page are written.

    Args:
        facts: The results of the run.
        carried: Notes and changes from earlier runs.
        config: Where the outputs go.
        clock: The seconds of each stage so far.
        memory: The peak memory so far.
        record: Called once the outputs are in place. None: nothing is moved into place, as a trial of whether writing works.

    Raises:
        OutputError: An output can't be written; nothing has changed then.

    """
    report_file, page_file = Path(config.report_file), config.page_file
    with OutputTransaction() as outputs:
        # The workbook keeps one core busy; the page is rendered on another.
        with clock.stage(Stage.PUBLISH), ThreadPoolExecutor(max_workers=1) as pool:
            report = build_report(facts)
            report |= carried.build_report_entries(report)
            page = pool.submit(render_page, report, facts.tables)
            if report["statistics"]["successful_files"]:
                notes = write_tables(facts.tables, report, config, outputs)
                if config.memo:
                    memo = render_memo(facts.tables, report, load_branding(report["settings"]))
                    outputs.stage(config.memo_file).write_bytes(memo)
            else:
                notes = ["No file could be read; the previous results stay as they were."]
                report_file, page_file = outputs.pick_free_path(report_file), outputs.pick_free_path(page_file)
        peak_memory_mb = memory.peak_mb
        report = add_run_times(report, facts, peak_memory_mb)
        messages = (*build_messages(facts, peak_memory_mb), *carried.messages, *notes)
        write_report(report, outputs.stage(report_file))
        page.result().write(outputs.stage(page_file), report, messages)
        statistics = AggregateStatistics(**report["statistics"])
        if record is None:
            return RunSummary(1 if statistics.failed_files else 0, statistics, report, (), messages)
        interrupts.confirm_commit()
        with interrupts.complete():  # the outputs and the record of the run change together
            carried.user_input.save_moved()  # before `commit`: nothing may fail once the outputs are in place
            paths = (*outputs.commit(), *filter(Path.exists, [config.notes_file]))
            summary = RunSummary(1 if statistics.failed_files else 0, statistics, report, paths, messages)
            record(summary)
    return summary
