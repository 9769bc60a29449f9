"""The user's decisions about possible duplicates and merges, in a CSV file beside the workbook: one line per decision."""

import csv
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from io import StringIO
from itertools import count
from pathlib import Path

import polars as pl

from flexscout.domain import quote_formulas, shorten, unquote_formulas
from flexscout.errors import OutputError, to_processing_error
from flexscout.matching import SIDE_COLUMNS, Decision, DecisionKind, Side, build_side, find_decisions_about, list_pair_keys
from flexscout.runtime import write_atomically

_OTHER = "Other "  # prefix of the columns of the second property
_ANSWER, _DATE = "Decision", "Date"
_SIDES = (SIDE_COLUMNS, tuple(f"{_OTHER}{name}" for name in SIDE_COLUMNS))
_HEADER = (_ANSWER, _DATE, *_SIDES[0], *_SIDES[1])
_DATE_FORMATS = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%Y-%m-%d %H:%M:%S")  # the others are what spreadsheet programs make of it
_ZIP_LENGTH = 5
_MAX_TEXT = 40  # characters of a cell in a message
INDISTINCT = "both properties are written alike, so nothing can tell them apart."
_WORDS = {
    DecisionKind.SAME: ("same", "s", "yes", "y", "duplicate"),
    DecisionKind.DIFFERENT: ("different", "d", "no", "n", "not the same"),
    DecisionKind.LATER: ("later", "l"),
}


@dataclass(frozen=True)
class _Line:
    """A line of the file as it is, and the decision in it, or None if it can't be used."""

    text: str
    decision: Decision | None = None


@dataclass(frozen=True)
class DecisionList:
    """The decisions about the properties of a workbook. Lines that can't be used stay as they are.

    Attributes:
        path: The file.
        columns: Its columns, in order.
        lines: Its lines below the header.
        problems: Sentences about lines that can't be used.

    """

    path: Path
    columns: tuple[str, ...] = _HEADER
    lines: tuple[_Line, ...] = ()
    problems: tuple[str, ...] = ()

    @cached_property
    def decisions(self) -> tuple[Decision, ...]:
        """The decisions in use, by number. Of several about the same pair the latest counts."""
        latest = dict(sorted(self._keyed, key=lambda entry: entry[1].age))
        return tuple(sorted(latest.values(), key=lambda one: one.number))

    def decide(self, pairs: Sequence[tuple[Side, Side]], kinds: Sequence[DecisionKind | None], day: date) -> "DecisionList":
        """Return the list with decisions about pairs, each in place of earlier ones about the same pair; None removes those.

        A decision that is in use already changes nothing.
        """
        every = [one for _, one in self._keyed]
        given = [Decision(kind or DecisionKind.LATER, sides, day) for sides, kind in zip(pairs, kinds, strict=True)]
        last = dict(zip(list_pair_keys(given), range(len(given)), strict=True)).values()  # about one pair
        found = [[every[i] for i in about] for about in find_decisions_about(every, pairs)]
        changed = [i for i, about in enumerate(found) if {one.kind for one in about} != {kinds[i]}]
        removed = {one.number for i in changed for one in found[i]}
        new = [self._format_line(given[i]) for i in changed if kinds[i] and i in last]
        return self._rewrite(removed, new)

    def remove(self, numbers: Collection[int]) -> "DecisionList":
        """Return the list without the decisions with these numbers, and without earlier ones about the same pairs."""
        pairs = {key for key, one in self._keyed if one.number in numbers}
        return self._rewrite({one.number for key, one in self._keyed if key in pairs}, [])

    def save(self) -> None:
        """Write the file; remove it if it has no lines.

        Raises:
            OutputError: It can't be written.

        """
        texts = [_join_cells(self.columns), *(line.text for line in self.lines)]
        try:
            if self.lines:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                write_atomically(self.path, "".join(f"{text}\n" for text in texts).encode("utf-8-sig", "surrogatepass"))
            else:
                self.path.unlink(missing_ok=True)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            message = f"Can't write your decisions to {self.path} ({reason})."
            raise OutputError(message, "Make the file writable, or choose another place with --output-file.") from None

    @cached_property
    def _keyed(self) -> list[tuple[frozenset[str], Decision]]:
        """Every decision with the key of its pair."""
        every = [line.decision for line in self.lines if line.decision]
        return list(zip(list_pair_keys(every), every, strict=True)) if every else []

    def _rewrite(self, removed: Collection[int], new: Sequence[str]) -> "DecisionList":
        kept = [line.text for line in self.lines if not (line.decision and line.decision.number in removed)]
        return _parse_lines(self.path, self.columns, [*kept, *new])

    def _format_line(self, decision: Decision) -> str:
        day = decision.decided.isoformat() if decision.decided else ""
        left, right = (dict(zip(names, side, strict=True)) for names, side in zip(_SIDES, decision.sides, strict=True))
        cells = {_ANSWER: str(decision.kind), _DATE: day, **left, **right}
        return _join_cells(_map_texts([cells.get(name, "") for name in self.columns], quote_formulas))


def read_decisions(path: Path) -> DecisionList:
    """Read the decisions; a missing file is an empty list.

    Raises:
        ProcessingError: The file can't be read.

    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return DecisionList(path)
    except OSError as error:
        raise to_processing_error(path, error) from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")  # in which any byte is a character, so that nothing is lost
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")
    header = tuple(cell.strip() for cell in _split_line(lines[0]) or ())
    if _ANSWER in header:
        return _parse_lines(path, header, lines[1:], first=2)
    return _parse_lines(path, _HEADER, [line for line in lines if line], first=1)


def parse_answer(text: str) -> DecisionKind | None:
    """Return the answer that a word means, such as `Same`, `s` or `yes`, or None if it isn't one."""
    folded = " ".join(text.lower().split())
    return next((answer for answer, words in _WORDS.items() if folded in words), None)


def is_indistinct(kind: DecisionKind, pair_key: Collection[str]) -> bool:
    """Return whether two properties are called different although they are written alike."""
    return kind is DecisionKind.DIFFERENT and len(pair_key) == 1


def is_identified(side: Side) -> bool:
    """Return whether a side has an address, an APN or a name."""
    return any(side[SIDE_COLUMNS.index(name)] for name in ("Address", "APN", "Property Name"))


def _parse_lines(path: Path, columns: tuple[str, ...], texts: Sequence[str], first: int = 2) -> DecisionList:
    """Parse the lines below the header, the first of which has the number `first` in the file."""
    cells = [_split_line(text) for text in texts]
    flat = iter(_map_texts([cell for row in cells for cell in row or ()], unquote_formulas))
    parsed = [_parse_cells(columns, None if row is None else [next(flat) for _ in row]) for row in cells]
    decisions = [one for one in parsed if isinstance(one, Decision)]
    numbers, keys = count(1), iter(list_pair_keys(decisions))
    lines: list[_Line] = []
    problems: list[str] = []
    for at, (text, one) in enumerate(zip(texts, parsed, strict=True), first):
        is_usable = isinstance(one, Decision) and not is_indistinct(one.kind, next(keys))
        problem = INDISTINCT if isinstance(one, Decision) and not is_usable else one
        if isinstance(problem, str) and problem:
            problems.append(f"{path.name}, line {at}: {problem} The line is kept, but not used.")
        lines.append(_Line(text, replace(one, number=next(numbers)) if isinstance(one, Decision) and is_usable else None))
    return DecisionList(path, columns, tuple(lines), tuple(problems))


def _parse_cells(columns: Sequence[str], cells: Sequence[str] | None) -> Decision | str:
    """Return the decision in a line, else what is wrong with it; an empty text for an empty line."""
    if cells is None:
        return "it isn't valid CSV."
    row = {name: text.strip() for name, text in zip(columns, cells, strict=False)}
    if not any(row.values()):
        return ""
    answer = parse_answer(row.get(_ANSWER, ""))
    if answer is None:
        return f"{shorten(row.get(_ANSWER, ''), _MAX_TEXT)!r} isn't an answer; write same, different or later."
    day = _parse_date(row.get(_DATE, ""))
    if day is None and row.get(_DATE):
        return f"{shorten(row[_DATE], _MAX_TEXT)!r} isn't a date; write it like 2026-01-19."
    left, right = (_build_side(row, names) for names in _SIDES)
    if not (is_identified(left) and is_identified(right)):
        return "a property has no address, APN or name."
    return Decision(answer, (left, right), day)


def _build_side(row: Mapping[str, str], names: Sequence[str]) -> Side:
    values = {column: row.get(name, "") for column, name in zip(SIDE_COLUMNS, names, strict=True)}
    if values["Zip Code"].isdecimal():
        values["Zip Code"] = values["Zip Code"].zfill(_ZIP_LENGTH)  # spreadsheet programs drop leading zeros
    return build_side(values)


def _parse_date(text: str) -> date | None:
    for form in _DATE_FORMATS:
        with suppress(ValueError):
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no time zone
    return None


def _split_line(text: str) -> list[str] | None:
    """Return the cells of a line, or None if it isn't CSV. Lines are split alone, so that a stray quote costs only its line."""
    try:
        return next(csv.reader([text], strict=True), [])
    except csv.Error:
        return None


def _join_cells(cells: Sequence[str]) -> str:
    line = StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()


def _map_texts(texts: Sequence[str], change: Callable[[pl.Expr], pl.Expr]) -> list[str]:
    return (
        pl.DataFrame({"text": texts}, schema={"text": pl.String}).select(change(pl.col("text")).alias("text"))["text"].to_list()
    )
