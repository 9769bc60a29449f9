"""The way from a folder of exports to one ranked list, on one page."""

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from flexscout import __version__
from flexscout.config import PipelineConfiguration
from flexscout.discovery import Scan, scan
from flexscout.errors import is_transient
from flexscout.export import Outputs, Tables, check_place, write_report, write_tables
from flexscout.journal import MemoryWatch, Stopwatch, TableFolder, run_log
from flexscout.model import AggregateStatistics, CheckSummary, RunSummary
from flexscout.page import ROWS, draw_page
from flexscout.processing import BatchProcessor, Classified, NoProgress, Progress, gathered, merged, with_other_columns
from flexscout.reporting import Facts, build_report, finished, messages

logger = logging.getLogger("flexscout.pipeline")


class ScalableFlexPipeline:
    """Turns a folder of property exports into one ranked, deduplicated, explained list of flex-industrial candidates.

    `config`: the settings, or a configuration file; `progress`: told of each file as it is done.
    """

    def __init__(self, config: PipelineConfiguration | str | Path | None = None, *, progress: Progress | None = None) -> None:
        self.config = (
            PipelineConfiguration.from_file(config) if isinstance(config, str | Path) else config or PipelineConfiguration()
        )
        self._progress = progress if progress and self.config.progress_reporting else NoProgress()
        self._batch = BatchProcessor(self.config, progress=self._progress)

    def run(self) -> RunSummary:
        """Read, classify, deduplicate, rank and write.

        Raises NothingToReadError or OutputError; a file's own error is in the summary and costs no other file.
        """
        clock = Stopwatch()
        with clock.stage("discovery"):
            found = self._scan()
            for place in (Path(self.config.output_file), Path(self.config.report_file), self.config.page_file):
                check_place(place)
        log, memory = run_log(Path(self.config.log_file), self.config.log_level), MemoryWatch(self.config.memory_limit_gb)
        with log, memory, TableFolder() as folder:
            _log_found(found)
            with clock.stage("processing"):
                files = self._process(found, folder)
            with clock.stage("aggregation"):
                unique = merged(files.candidates, self.config)
                master = with_other_columns(unique.survivors, files.tables)
            tables = Tables(master, unique.ledger, files.others, files.issues)
            summary = self._export(self._facts(found, files, tables, clock), tables, clock, memory)
            _log_finished(summary)
            return summary

    def check(self) -> CheckSummary:
        """What a run would read, how each file's headers map and what is missing; reads no more than it must, writes nothing.

        Raises NothingToReadError.
        """
        found = self._scan()
        records = (*self._batch.inspect(found.sources), *found.unreadable)
        exit_code = 1 if any(record.error for record in records) else 0
        by_name = tuple(sorted(records, key=lambda record: record.source.name))
        return CheckSummary(exit_code, by_name, found.skipped, self._batch.unmatched(records))

    def _scan(self) -> Scan:
        config = self.config
        return scan(Path(config.input_folder), config.file_pattern, recursive=config.recursive_scan, own=config.own_files)

    def _process(self, found: Scan, folder: Path) -> Classified:
        """Every file, by name, whatever the order of arrival; what could not be opened may be free by now."""
        again = [record.source for record in found.unreadable if is_transient(record.error)]
        lost = [record for record in found.unreadable if not is_transient(record.error)]
        return gathered([*self._batch.process([*found.sources, *again], folder), self._batch.classify(lost)])

    def _facts(self, found: Scan, files: Classified, tables: Tables, clock: Stopwatch) -> Facts:
        return Facts(
            results=files.results,
            skipped=found.skipped,
            master=tables.master,
            ledger=tables.ledger,
            issues=tables.issues,
            settings=self.config.model_dump(),
            seconds=clock.seconds,
            workers=self._batch.workers,
            peak_memory_mb=0.0,
            version=__version__,
            left_out=files.left_out,
            unmatched=self._batch.unmatched(result.record for result in files.results),
            explanations=self._batch.criteria.explain(tables.master.head(ROWS)),
        )

    def _export(self, facts: Facts, tables: Tables, clock: Stopwatch, memory: MemoryWatch) -> RunSummary:
        """Write everything beside its place, then put it there; if no file could be read, only the report and its page."""
        report = build_report(facts)
        report_file, page_file = Path(self.config.report_file), self.config.page_file
        with Outputs() as outputs:
            # The workbook keeps one core busy; the page is drawn on another.
            with clock.stage("export"), ThreadPoolExecutor(max_workers=1) as beside:
                page = beside.submit(draw_page, report, tables.master, tables.ledger, tables.others, facts.explanations)
                if report["statistics"]["successful_files"]:
                    notes = write_tables(tables, report, self.config, outputs)
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


def _log_found(found: Scan) -> None:
    for source in found.sources:
        logger.info("%s found", source.name, extra={"event": "file_found", "data": {"file": source.name, "bytes": source.size}})
    for file in found.skipped:
        logger.warning("%s skipped: %s", file.name, file.reason, extra={"event": "file_skipped", "data": {"file": file.name}})


def _log_finished(summary: RunSummary) -> None:
    data = {"exit_code": summary.exit_code, **summary.report["performance"]}
    logger.info("run finished", extra={"event": "run_finished", "data": data})
