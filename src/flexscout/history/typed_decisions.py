"""The answers that the user typed in the workbook, read back for the next run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from flexscout.domain import ADDRESS_COLUMNS, format_count, join_some, shorten
from flexscout.errors import ProcessingError
from flexscout.history.decisions import DecisionList, is_identified, is_indistinct, parse_answer, read_decisions
from flexscout.history.run_history import RunHistory
from flexscout.history.saved_results import ResultSheet, read_result_sheets
from flexscout.history.user_input import back_up
from flexscout.matching import DECIDED, DECISION, SIDE_COLUMNS, Decision, DecisionKind, Side, build_side, list_pair_keys

POSSIBLE_SHEET = "Possible Duplicates"
MERGES_SHEET = "Duplicates"
"""The sheets with a column for the user's decision."""

_KEPT = tuple(name if name in ADDRESS_COLUMNS else f"Kept {name}" for name in SIDE_COLUMNS)
_SIDES = {
    POSSIBLE_SHEET: (SIDE_COLUMNS, tuple(f"Other {name}" for name in SIDE_COLUMNS)),
    MERGES_SHEET: (_KEPT, tuple(f"Removed {name}" for name in SIDE_COLUMNS)),
}
_KNOWN = ("Match Score", "Duplicate Group")  # columns by which the headers of these sheets are found
_ROW = "__row"  # working column: the row as Excel numbers it
_MAX_NAMES = 3  # of a list in a message
_MAX_TEXT = 40  # characters of a cell in a message


@dataclass(frozen=True)
class KnownDecisions:
    """The decisions of a run.

    Attributes:
        decisions: The decisions.
        problems: Sentences about lines of the file that can't be used.
        messages: The problems, and sentences about the answers that were read from the workbook.

    """

    decisions: tuple[Decision, ...]
    problems: tuple[str, ...]
    messages: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class _TypedAnswers:
    """Answers that differ from those that the workbook was written with; None where one was cleared.

    `unclear` are texts that are no answer, and `alike` rows that are called different although they are written alike.
    """

    pairs: tuple[tuple[Side, Side], ...] = ()
    answers: tuple[DecisionKind | None, ...] = ()
    unclear: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()


def collect_decisions(history: RunHistory, path: Path) -> KnownDecisions:
    """Read the decisions at `path`, and add the answers that the user typed in the workbook since it was written.

    Raises:
        ProcessingError: The file can't be read.
        OutputError: The new answers can't be written to it; they are still in the workbook then.

    """
    stored, workbook, last = read_decisions(path), history.workbook, history.find_last()
    if not workbook.exists() or (last and last.is_unchanged(workbook)):
        return KnownDecisions(stored.decisions, stored.problems, stored.problems)
    try:
        typed = _read_answers(workbook)
    except ProcessingError as error:
        message = f"Can't read your decisions from the previous workbook: {error.message} It is saved as {back_up(workbook)}."
        return KnownDecisions(stored.decisions, stored.problems, (*stored.problems, message))
    saved = date.fromtimestamp(workbook.stat().st_mtime)  # noqa: DTZ012 - the day where the user is
    changed = stored.decide(typed.pairs, typed.answers, saved)
    if changed.lines != stored.lines:
        changed.save()
    messages = (*changed.problems, *_describe_answers(stored, changed, typed))
    return KnownDecisions(changed.decisions, changed.problems, messages)


def _read_answers(workbook: Path) -> _TypedAnswers:
    pairs: list[tuple[Side, Side]] = []
    answers: list[DecisionKind | None] = []
    unclear: list[str] = []
    alike: list[str] = []
    for sheet in read_result_sheets(workbook, [], _KNOWN, optional=_SIDES):
        sides = next(_SIDES[name] for name in _SIDES if sheet.name.casefold().startswith(name.casefold()))
        for row in _list_changed(sheet, sides).iter_rows(named=True):
            left, right = (_build_side(row, names) for names in sides)
            answer = parse_answer(row[DECISION] or "")
            place = f'row {row[_ROW]} of "{sheet.name}"'
            if row[DECISION] and not answer:
                unclear.append(f"{shorten(row[DECISION], _MAX_TEXT)!r} in {place}")
            elif answer and is_indistinct(answer, list_pair_keys([Decision(answer, (left, right))])[0]):
                alike.append(place)
            elif is_identified(left) and is_identified(right):
                pairs.append((left, right))
                answers.append(answer)
    return _TypedAnswers(tuple(pairs), tuple(answers), tuple(unclear), tuple(alike))


def _build_side(row: Mapping[str, Any], names: Sequence[str]) -> Side:
    return build_side({column: row[name] for column, name in zip(SIDE_COLUMNS, names, strict=True)})


def _list_changed(sheet: ResultSheet, sides: tuple[tuple[str, ...], tuple[str, ...]]) -> pl.DataFrame:
    """Return the rows whose answer isn't the one that the sheet was written with."""
    names = (*sides[0], *sides[1], DECISION, DECIDED)
    positions = {name: sheet.find_positions(name)[:1] for name in names}
    if not positions[DECISION]:
        return pl.DataFrame()
    columns = [
        (pl.col(position[0]).str.strip_chars() if position else pl.lit(None, pl.String)).alias(name)
        for name, position in positions.items()
    ]
    rows = sheet.cells.with_row_index(_ROW, offset=sheet.row).select(_ROW, *columns)
    written = pl.col(DECIDED).str.extract(r"^(\w+):").str.to_lowercase().fill_null("")
    return rows.filter(pl.col(DECISION).str.to_lowercase().fill_null("") != written)


def _describe_answers(stored: DecisionList, changed: DecisionList, typed: _TypedAnswers) -> tuple[str, ...]:
    messages = []
    if changed.lines != stored.lines:
        keys = list_pair_keys([Decision(DecisionKind.LATER, pair) for pair in typed.pairs])
        answers = list(dict(zip(keys, typed.answers, strict=True)).values())  # several rows may be about one pair
        counts = {**{str(kind): answers.count(kind) for kind in DecisionKind}, "cleared": answers.count(None)}
        parts = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
        messages.append(f"Read {format_count(len(answers), 'decision')} from the workbook: {parts}.")
    if typed.unclear:
        texts = join_some(typed.unclear, _MAX_NAMES)
        messages.append(f"Answers in the workbook that aren't Same, Different or Later were not used: {texts}.")
    if typed.alike:
        rows = join_some(typed.alike, _MAX_NAMES)
        messages.append(f"Properties that are written alike can't be called different, because nothing tells them apart: {rows}.")
    return tuple(messages)
