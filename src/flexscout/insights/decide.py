"""Decide which properties are the same: the properties that the user means, and the decisions beside the workbook."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from flexscout.config import PipelineConfiguration
from flexscout.domain import SOURCE_COLUMNS
from flexscout.errors import DecisionError, NothingToReadError
from flexscout.history import INDISTINCT, DecisionList, RunHistory, is_identified, is_indistinct, read_decisions
from flexscout.insights.query import parse_query
from flexscout.insights.replayed_run import AT, PROPERTY, RANK, ReplayedRun, replay
from flexscout.matching import (
    DECISION,
    Contradiction,
    DecidedPairs,
    Decision,
    DecisionKind,
    Side,
    build_side,
    describe_side,
    find_decided_rows,
    find_decisions_about,
    list_pair_keys,
    normalize_details,
    normalize_rows,
)
from flexscout.scoring import MISSING_FIELDS

_OTHER = "Other "
_BOTH = 2
_LIST_STEP = "List the decisions with `flexscout decide --list`."


@dataclass(frozen=True)
class OpenPair:
    """A possible duplicate that isn't decided.

    Attributes:
        sides: What is known of both properties.
        sources: Where they come from: `a.xlsx:12`.
        score: Match score, 0-1.
        evidence: What speaks for and against a match.
        is_postponed: Whether the user wanted to decide later.

    """

    sides: tuple[Side, Side]
    sources: tuple[str, str]
    score: float
    evidence: str
    is_postponed: bool


@dataclass(frozen=True)
class ListedDecision:
    """A decision, and what the last run makes of it.

    Attributes:
        decision: The decision.
        in_use: Whether both properties are in the files of the last run, or None if there is no run.
        contradicts: The decisions because of which it is set aside.

    """

    decision: Decision
    in_use: bool | None
    contradicts: tuple[Decision, ...] = ()


class PropertyDecisions:
    """The user's decisions about which properties are the same. Later runs that write the same workbook obey them.

    A property is named by its address, APN, Property ID or name, or as a row of a file: `FILE:ROW`. These refer to the last run.

    Args:
        config: The settings of the run, or the path of a configuration file.
        past: The replay of the last run, if there is one already.

    Raises:
        ConfigurationError: A setting has an error.

    """

    def __init__(self, config: PipelineConfiguration | str | Path | None = None, *, past: ReplayedRun | None = None) -> None:
        if isinstance(config, str | Path):
            config = PipelineConfiguration.from_file(config)
        self.config = config or PipelineConfiguration()
        self._history = RunHistory(Path(self.config.output_file))
        self._past = past

    @property
    def path(self) -> Path:
        """The file with the decisions: text that can be compared, shared and edited."""
        return self.config.decisions_file

    @property
    def problems(self) -> tuple[str, ...]:
        """Sentences about lines of the file that can't be used."""
        return read_decisions(self.path).problems

    def decide(self, kind: str, first: str, second: str) -> tuple[Contradiction, ...]:
        """Save today's decision about two properties, in place of an earlier one.

        Args:
            kind: `same`, `different` or `later`.
            first: A property.
            second: Another property.

        Returns:
            The decisions that are set aside because they contradict others.

        Raises:
            DecisionError: A name means no property or several, or the two can't be told apart.
            NothingToReadError: There is no run yet.
            OutputError: The decision can't be saved.
            ValueError: There is no such kind.

        """
        chosen = DecisionKind(kind)
        with self._replay() as past:
            sides = (_choose_side(_find_rows(first, past)), _choose_side(_find_rows(second, past)))
            _check_sides(chosen, sides)
            changed = read_decisions(self.path).decide([sides], [chosen], _read_today())
            self._write(changed)
            return _resolve(past, changed.decisions).contradictions

    def decide_pair(self, kind: str | None, pair: OpenPair) -> None:
        """Save today's decision about a possible duplicate or a merge; None removes the decision that there is.

        Raises:
            DecisionError: The properties can't be told apart.
            OutputError: The decision can't be saved.
            ValueError: There is no such kind.

        """
        chosen = None if kind is None else DecisionKind(kind)
        if chosen:
            _check_sides(chosen, pair.sides)
        self._write(read_decisions(self.path).decide([pair.sides], [chosen], _read_today()))

    def find_kinds(self, pairs: Sequence[tuple[Side, Side]]) -> list[DecisionKind | None]:
        """Return what is decided about each pair, None where nothing is."""
        decisions = read_decisions(self.path).decisions
        found = find_decisions_about(decisions, pairs) if decisions and pairs else [[]] * len(pairs)
        latest = [max((decisions[i] for i in about), key=lambda one: one.age, default=None) for about in found]
        return [one.kind if one else None for one in latest]

    def undo(self, *which: str | int) -> tuple[Decision, ...]:
        """Remove a decision.

        Args:
            which: The number of the decision, or the two properties.

        Returns:
            The decisions that were removed.

        Raises:
            DecisionError: There is no such decision, or a name means no property or several.
            OutputError: The change can't be saved.

        """
        stored = read_decisions(self.path)
        if len(which) == _BOTH:
            with self._replay() as past:
                numbers = _find_between(past, *(_find_rows(str(query), past)[AT] for query in which))
        else:
            numbers = {int(number) for number in which if str(number).isdecimal()}
        removed = tuple(one for one in stored.decisions if one.number in numbers)
        if not removed:
            raise DecisionError(f"There is no decision {' and '.join(map(str, which))}.", _LIST_STEP)
        self._write(stored.remove(numbers))
        return removed

    def list_decisions(self) -> tuple[ListedDecision, ...]:
        """Return the decisions, oldest line of the file first, with what the last run makes of them."""
        decisions = read_decisions(self.path).decisions
        try:
            with self._replay() as past:
                decided = _resolve(past, decisions)
        except NothingToReadError:
            return tuple(ListedDecision(one, None) for one in decisions)
        chains = {one.decision: one.chain for one in decided.contradictions}
        unused = set(decided.unused)
        return tuple(ListedDecision(one, one not in unused, chains.get(one, ())) for one in decisions)

    def list_open_pairs(self) -> tuple[OpenPair, ...]:
        """Return the possible duplicates of the last run that aren't decided, surest first, postponed ones last.

        Raises:
            NothingToReadError: There is no run yet.

        """
        with self._replay() as past:
            table = past.ranking.possible_duplicates
        return tuple(build_pair(row) for row in table.iter_rows(named=True))

    def find_contradictions(self) -> tuple[Contradiction, ...]:
        """Return the decisions that are set aside because they contradict others.

        Raises:
            NothingToReadError: There is no run yet.

        """
        with self._replay() as past:
            return _resolve(past, read_decisions(self.path).decisions).contradictions

    @contextmanager
    def _replay(self) -> Iterator[ReplayedRun]:
        if self._past:
            yield self._past
            return
        with replay(self._history, self._history.find_run()) as past:
            yield past

    def _write(self, decisions: DecisionList) -> None:
        with self._history:  # no run may read or write the file meanwhile
            decisions.save()


def build_pair(row: Mapping[str, Any]) -> OpenPair:
    """Return the pair in a row that has both sides, those of the second one in columns that begin with `Other`."""
    file, _, number = SOURCE_COLUMNS
    return OpenPair(
        (build_side(row), build_side(row, _OTHER)),
        (f"{row[file]}:{row[number]}", f"{row[_OTHER + file]}:{row[_OTHER + number]}"),
        row["Match Score"],
        row["Evidence"],
        is_postponed=row.get(DECISION) is not None,
    )


def _find_rows(query: str, past: ReplayedRun) -> pl.DataFrame:
    """Return the rows that the user means, all of one property.

    Raises:
        DecisionError: There are none, or rows of several properties.

    """
    rows = past.rows[parse_query(query, past).rows] if past.rows.width else pl.DataFrame()
    if rows.is_empty():
        step = "Enter an address, an APN or Property ID from an output, or FILE:ROW; `flexscout explain` finds similar addresses."
        raise DecisionError(f"No property in run {past.record.number} matches {query!r}.", step)
    count = rows[PROPERTY].n_unique()
    if count > 1:
        step = "Add the city, or use a Property ID or FILE:ROW; `flexscout explain` lists them."
        raise DecisionError(f"{count} properties in run {past.record.number} match {query!r}.", step)
    return rows


def _choose_side(rows: pl.DataFrame) -> Side:
    """Return the listed one of a property's rows, else the best."""
    best = rows.sort(RANK, "Flex Score", AT, descending=[False, True, False], nulls_last=True)
    return build_side(best.row(0, named=True))


def _check_sides(kind: DecisionKind, sides: tuple[Side, Side]) -> None:
    """Raise DecisionError if a decision about these sides can't be kept."""
    if unknown := [side for side in sides if not is_identified(side)]:
        raise DecisionError(f"{describe_side(unknown[0]) or 'A property'} has no address, APN or name.", "Add one to the export.")
    if is_indistinct(kind, list_pair_keys([Decision(kind, sides)])[0]):
        step = "Name two rows that differ in their address, APN, unit, name or size, such as FILE:ROW."
        raise DecisionError(f"{describe_side(sides[0])}: {INDISTINCT}", step)


def _find_between(past: ReplayedRun, first: pl.Series, second: pl.Series) -> set[int]:
    """Return the numbers of the decisions with some of the first rows on one side, and some of the second on the other."""
    decided = past.clusters.decided
    is_end = [pl.col("row").is_in(end.implode()).alias(name) for name, end in (("a", first), ("b", second))]
    ends = decided.rows.select("decision", "side", *is_end)
    sides = ends.group_by("decision", "side").agg(pl.col("a", "b").any())
    left, right = (sides.filter(pl.col("side") == side) for side in (0, 1))
    pairs = left.join(right, on="decision").filter((pl.col("a") & pl.col("b_right")) | (pl.col("b") & pl.col("a_right")))
    return {decided.decisions[position].number for position in pairs["decision"]}


class _ComparedRows:
    """The rows of a replay, and what decisions compare of them, normalized once."""

    def __init__(self) -> None:
        self._rows: pl.DataFrame | None = None

    def get(self, past: ReplayedRun) -> pl.DataFrame:
        """Return the normalized rows."""
        if self._rows is None:
            rows = past.rows if past.rows.width else pl.DataFrame(schema={MISSING_FIELDS: pl.String})
            self._rows = normalize_rows(rows, rows[MISSING_FIELDS]).with_columns(normalize_details(rows))
        return self._rows


def _resolve(past: ReplayedRun, decisions: tuple[Decision, ...]) -> DecidedPairs:
    return DecidedPairs.from_rows(decisions, find_decided_rows(decisions, [past.keep(_ComparedRows).get(past)]))


def _read_today() -> date:
    return date.today()  # noqa: DTZ011 - the day where the user is
