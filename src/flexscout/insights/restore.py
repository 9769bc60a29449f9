"""Restore the list and the outputs of a past run: publish them again, all or none, as a run of their own."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from flexscout.config import PipelineConfiguration
from flexscout.domain import format_time
from flexscout.errors import FlexscoutError, NothingToReadError
from flexscout.history import NotedList, RunHistory, RunRecord, add_user_notes, collect_decisions, read_user_input
from flexscout.insights.replayed_run import ReplayedRun, replay
from flexscout.merging import MAX_EXPLAINED_ROWS
from flexscout.models import AggregateStatistics, RunSummary
from flexscout.outputs import (
    REPORT_FORMAT,
    OutputTransaction,
    ResultTables,
    add_comparisons,
    check_outputs,
    load_branding,
    load_report_content,
    render_memo,
    render_page,
    write_report,
    write_tables,
)
from flexscout.runtime import interrupts
from flexscout.scoring import add_unmapped_columns, collect_issues

_OWN_SETTINGS = (
    "output_file", "report_file", "log_file", "branding", "branding_logo", "enable_csv_export", "memo", "user_columns",
    "rejected_statuses",
)  # fmt: skip
"""Settings that stay as they are now: where the outputs go, how they look, and the user's columns."""

_STEP = "Restore another run, or run again."


@dataclass(frozen=True)
class RestoredRun:
    """A run that was restored.

    Attributes:
        number: The number that it has now.
        paths: The files that were written.
        messages: Sentences for the user, among them what couldn't be restored.

    """

    number: int
    paths: tuple[Path, ...]
    messages: tuple[str, ...]


def restore_run(config: PipelineConfiguration, number: int) -> RestoredRun:
    """Publish the list and the outputs of a past run again, with the user's notes as they are now.

    The list is the kept one. If it isn't kept, the run is replayed from its record and the cached tables. What only a replay has
    (the merges, rejected rows and issues) is left out if the replay differs from the list. Corrections that were made since count
    again from the next run on.

    Args:
        config: The settings of the runs that write the workbook.
        number: The number of the run.

    Raises:
        NothingToReadError: There is no such run, or it can't be restored.
        OutputError: The outputs can't be written, as while a run is going; nothing has changed then.

    """
    history = RunHistory(Path(config.output_file))
    record = history.find_run(number)
    if reason := explain_unrestorable(history, record):
        raise NothingToReadError(f"Run {number} can't be restored: {reason}", _STEP)
    with ExitStack() as stack:
        past, reason = _replay(history, record, stack)
        if past is None and not history.find_result(record):
            raise NothingToReadError(f"Run {number} can't be restored: its list is no longer kept, and {reason}.", _STEP)
        tables = _collect_tables(history, record, past)
        settings = record.settings.model_copy(update={name: getattr(config, name) for name in _OWN_SETTINGS})
        missing = [] if past else [f"The rejected rows, issues and possible duplicates are not restored, because {reason}."]
        return _publish(history, record, tables, settings, missing)


def explain_unrestorable(history: RunHistory, record: RunRecord) -> str:
    """Return why a run can't be restored whatever is cached, as a sentence; empty if it can be tried."""
    if not record.report["statistics"]["successful_files"]:
        return "it could read no file, so it has no list."
    if record.report["format"] != REPORT_FORMAT:
        return f"flexscout {record.report['flexscout']} made it, whose reports have another format."
    last = history.find_last()
    if last and last.number == record.number:
        return "it is the current one."
    return ""


def _replay(history: RunHistory, record: RunRecord, stack: ExitStack) -> tuple[ReplayedRun | None, str]:
    """Return the replay of a run, or None and the reason why it isn't exact."""
    try:
        past = stack.enter_context(replay(history, record))
    except FlexscoutError as error:
        return None, error.message.rstrip(".")
    if not past.inputs.keys() <= past.records.keys():
        return None, "files that it read have changed or are gone, and what was read of them is no longer cached"
    if not past.is_exact:
        return None, "a replay gives another list, for example because of a newer version or of decisions made since"
    return past, ""


def _collect_tables(history: RunHistory, record: RunRecord, past: ReplayedRun | None) -> ResultTables:
    """Return the tables of a run: its kept list, and the others of its replay, else what the page of the run needs."""
    content = load_report_content(history, record) if history.find_result(record) else None
    kept = content.page_tables if content else None
    if past is None:
        assert kept  # noqa: S101  # nosec B101 # `restore_run` has checked that there is one of them
        return replace(kept, issues=collect_issues(()))
    ranking = past.ranking
    return replace(
        kept or _list_replayed(past),
        merge_log=ranking.merge_log,
        possible_duplicates=ranking.possible_duplicates,
        rejected_rows=ranking.rejected_rows,
        issues=past.files.issues,
        source_rows=ranking.source_rows,
    )


def _list_replayed(past: ReplayedRun) -> ResultTables:
    master = add_comparisons(add_unmapped_columns(past.ranking.master, past.files.tables))
    explained = past.criteria.explain(master.head(MAX_EXPLAINED_ROWS))
    return ResultTables(master, explanations=explained["Explanation"].to_list(), reasons=explained["Reasons"].to_list())


def _publish(
    history: RunHistory, record: RunRecord, tables: ResultTables, settings: PipelineConfiguration, missing: list[str]
) -> RestoredRun:
    check_outputs(settings)
    sources = history.read_sources(record)
    with history:
        user_input = read_user_input(history, settings)
        collect_decisions(history, settings.decisions_file)  # typed in the workbook, which is about to be replaced
        noted = add_user_notes(tables.master.drop(tables.user_columns, strict=False), user_input, settings)
        tables = replace(
            tables,
            master=noted.master,
            user_columns=noted.user_input.columns,
            unlisted_notes=noted.unlisted,
            is_rejected=noted.is_rejected,
            corrections=None,  # the sheet would list those of then: the next run would take later ones for removed
        )
        report = _update_report(record, settings, noted)
        title = f"This is the list of run {record.number}, {format_time(record.ended)}, restored."
        messages = (title, *missing, *user_input.messages, *record.messages)
        with OutputTransaction() as outputs:
            _stage_outputs(tables, report, messages, settings, outputs)
            with interrupts.complete():  # the outputs and the record change together
                noted.user_input.save_moved()
                paths = (*outputs.commit(), *filter(Path.exists, [settings.notes_file]))
                summary = RunSummary(record.exit_code, AggregateStatistics(**report["statistics"]), report, paths, messages)
                records = (settings.parquet_file, sources, tables.select_page_records())
                history.add(record.state, summary, *records, restored_from=record.number)
        return RestoredRun(history.find_run().number, paths, (title, *missing))


def _stage_outputs(
    tables: ResultTables,
    report: Mapping[str, Any],
    messages: Sequence[str],
    settings: PipelineConfiguration,
    outputs: OutputTransaction,
) -> None:
    write_tables(tables, report, settings, outputs)
    write_report(report, outputs.stage(Path(settings.report_file)))
    render_page(report, tables).write(outputs.stage(settings.page_file), report, messages)
    if settings.memo:
        memo = render_memo(tables, report, load_branding(report["settings"]))
        outputs.stage(settings.memo_file).write_bytes(memo)


def _update_report(record: RunRecord, settings: PipelineConfiguration, noted: NotedList) -> dict[str, Any]:
    """Return the report with the outputs and notes as they are now, and with the day from which dates count."""
    day = datetime.fromisoformat(record.begun).astimezone().date().isoformat()
    now = {name: value for name, value in settings.model_dump().items() if name in _OWN_SETTINGS}
    as_of = {"as_of": record.report["settings"].get("as_of") or day}
    notes = {
        "on_the_list": noted.noted_count,
        "of_others": noted.unlisted.height,
        "columns": list(noted.user_input.columns),
    }
    return {
        **record.report,
        "settings": {**record.report["settings"], **now, **as_of},
        "notes": {**record.report["notes"], **notes},
    }
