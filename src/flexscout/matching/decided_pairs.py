"""Decisions applied to rows: which are in use, which contradict others, and what was decided about two rows or clusters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from flexscout.domain import join_some
from flexscout.matching.decisions import Decision, DecisionKind, find_decided_rows
from flexscout.runtime import PartitionedTable

DECISION = "Decision"
DECIDED = "Decided"
"""Columns of tables with pairs: the answer, and the answer with its author. The user may change the first one."""

_SET_ASIDE = "set aside, because it contradicts others"
_MAX_NAMES = 6  # decisions of a chain in a message


@dataclass(frozen=True)
class Contradiction:
    """A decision that is set aside, and the shortest chain of other decisions that it contradicts."""

    decision: Decision
    chain: tuple[Decision, ...]

    def __str__(self) -> str:
        """Return the contradiction for people."""
        chain = join_some([f"{one.number}: {one}" for one in self.chain], _MAX_NAMES, last=" and ")
        undo = f"Undo one of them, for example with `flexscout decide --undo {self.decision.number}`."
        return f"Your decision {self.decision.number}: {self.decision} is set aside, because it contradicts {chain}. {undo}"


@dataclass(frozen=True)
class DecidedPairs:
    """Decisions, and the rows that they are about.

    Attributes:
        decisions: All decisions.
        rows: As `find_decided_rows` returns them.
        contradictions: The decisions that are set aside.

    """

    decisions: tuple[Decision, ...]
    rows: pl.DataFrame
    contradictions: tuple[Contradiction, ...]

    @classmethod
    def resolve(cls, decisions: Sequence[Decision], rows: PartitionedTable) -> "DecidedPairs":
        """Find the normalized rows and the contradictions of decisions. Of contradicting decisions, the newest is set aside."""
        return cls.from_rows(decisions, find_decided_rows(decisions, map(rows.load, rows.numbers)))

    @classmethod
    def from_rows(cls, decisions: Sequence[Decision], rows: pl.DataFrame) -> "DecidedPairs":
        """Find the contradictions of decisions whose rows are known, see `find_decided_rows`."""
        return cls(tuple(decisions), rows, tuple(_find_contradictions(decisions, rows)))

    @property
    def unused(self) -> tuple[Decision, ...]:
        """The decisions with a side that matches no row."""
        used = self.rows.group_by("decision").agg(pl.col("side").n_unique().alias("sides")).filter(pl.col("sides") == 2)  # noqa: PLR2004
        positions = set(used["decision"])
        return tuple(one for i, one in enumerate(self.decisions) if i not in positions)

    @property
    def same(self) -> pl.DataFrame:
        """The rows of the properties that the user called the same."""
        return self._select(DecisionKind.SAME).filter(pl.col("side").n_unique().over("decision") > 1)

    @property
    def different(self) -> pl.DataFrame:
        """The rows of the properties that the user told apart, also where there are rows of one side only."""
        return self._select(DecisionKind.DIFFERENT)

    def _select(self, kind: DecisionKind) -> pl.DataFrame:
        set_aside = {one.decision for one in self.contradictions}
        obeyed = [i for i, one in enumerate(self.decisions) if one.kind is kind and one not in set_aside]
        return self.rows.filter(pl.col("decision").is_in(obeyed))

    def describe_rows(self, left: pl.Series, right: pl.Series) -> pl.DataFrame:
        """Return what was decided about pairs of rows: `DECISION` and `DECIDED`, and `Author` of an obeyed decision."""
        return self._describe(left, right, self.rows["row"])

    def describe_clusters(self, left: pl.Series, right: pl.Series, cluster_ids: pl.Series) -> pl.DataFrame:
        """Return the same about pairs of clusters."""
        return self._describe(left, right, cluster_ids.gather(self.rows["row"]))

    def _describe(self, left: pl.Series, right: pl.Series, ends: pl.Series) -> pl.DataFrame:
        sides = self.rows.select("decision", "side", ends.cast(pl.Int64).alias("end")).unique()
        first, second = (
            sides.filter(pl.col("side") == side).select("decision", pl.col("end").alias(end)) for side, end in enumerate("lr")
        )
        pairs = first.join(second, on="decision").filter(pl.col("l") != pl.col("r"))
        both_ways = pl.concat([pairs, pairs.select("decision", pl.col("r").alias("l"), pl.col("l").alias("r"))])
        latest = both_ways.join(self._texts, on="decision").sort("order").unique(["l", "r"], keep="last", maintain_order=True)
        wanted = pl.DataFrame([left.cast(pl.Int64).alias("l"), right.cast(pl.Int64).alias("r")])
        return wanted.join(latest, on=["l", "r"], how="left", maintain_order="left").select(DECISION, DECIDED, "Author")

    @property
    def _texts(self) -> pl.DataFrame:
        """The texts of each decision; the last in `order` counts: an obeyed one before one that is set aside, else the newest."""
        set_aside = {one.decision for one in self.contradictions}
        ranked = sorted(range(len(self.decisions)), key=lambda i: (self.decisions[i] not in set_aside, self.decisions[i].age))
        texts = []
        for order, i in enumerate(ranked):
            one = self.decisions[i]
            answer, is_obeyed = one.kind.capitalize(), one not in set_aside
            decided = f"{answer}: {one.author}" if is_obeyed else f"{answer}: {one.author}; {_SET_ASIDE}"
            texts.append((i, order, answer, decided, one.author if is_obeyed and one.kind is DecisionKind.SAME else None))
        schema = {"decision": pl.Int64, "order": pl.Int64, DECISION: pl.String, DECIDED: pl.String, "Author": pl.String}
        return pl.DataFrame(texts, schema=schema, orient="row")


def _find_contradictions(decisions: Sequence[Decision], rows: pl.DataFrame) -> Iterable[Contradiction]:
    """Yield the decisions that contradict older ones, oldest first."""
    sides: dict[int, dict[int, frozenset[int]]] = {}
    for decision, side, ends in rows.group_by("decision", "side").agg("row").iter_rows():
        sides.setdefault(decision, {})[side] = frozenset(ends)
    both = {i: (found[0], found[1]) for i, found in sides.items() if len(found) > 1}
    in_use = sorted(both, key=lambda i: decisions[i].age)
    graph = _DecisionGraph(both)
    for i in in_use:
        if decisions[i].kind is DecisionKind.LATER:
            continue
        chain = graph.add(i, is_same=decisions[i].kind is DecisionKind.SAME)
        if chain:
            yield Contradiction(decisions[i], tuple(decisions[one] for one in chain))


class _DecisionGraph:
    """Decisions that agree with each other. There are few, so that they are followed one by one."""

    def __init__(self, sides: dict[int, tuple[frozenset[int], frozenset[int]]]) -> None:
        self._sides = sides
        self._same_at: dict[int, list[int]] = {}  # row -> the decisions that connect it
        self._different_at: dict[int, list[int]] = {}  # row -> the decisions that tell it apart from others

    def add(self, decision: int, *, is_same: bool) -> list[int]:
        """Add a decision if it agrees with the others; else return the shortest chain that it contradicts."""
        if not is_same:
            chain = self._connect(decision)
            for row in () if chain else frozenset().union(*self._sides[decision]):
                self._different_at.setdefault(row, []).append(decision)
            return chain
        rows = frozenset().union(*self._sides[decision])
        for row in rows:
            self._same_at.setdefault(row, []).append(decision)
        reached = self._reach(rows)
        rivals = {other for row in reached for other in self._different_at.get(row, ())}
        chains = [
            [other, *path]
            for other in sorted(rivals)
            if all(side & reached for side in self._sides[other]) and (path := self._connect(other))
        ]
        if chains:
            for row in rows:
                self._same_at[row].remove(decision)
        return [one for one in min(chains, key=len, default=[]) if one != decision]

    def _reach(self, rows: frozenset[int]) -> frozenset[int]:
        reached, queue = set(rows), list(rows)
        while queue:
            for decision in self._same_at.get(queue.pop(), ()):
                new = frozenset().union(*self._sides[decision]) - reached
                reached |= new
                queue += new
        return frozenset(reached)

    def _connect(self, decision: int) -> list[int]:
        """Return the fewest `same` decisions that connect both sides of a decision, in order; empty if there are none."""
        start, goal = self._sides[decision]
        paths: dict[int, list[int]] = {row: [] for row in start}
        queue = sorted(start)
        for row in queue:
            for other in self._same_at.get(row, ()):
                for new in sorted(frozenset().union(*self._sides[other]) - paths.keys()):
                    paths[new] = [*paths[row], other]
                    queue.append(new)
                    if new in goal:
                        return paths[new]
        return []
