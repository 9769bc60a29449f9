"""Split clusters that hold two properties which the user told apart."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from flexscout.matching.normalized_rows import DETAILS
from flexscout.runtime import PartitionedTable

_CONTENT = ("number", "predirectional", "name", "suffix", "postdirectional", "unit", "written", "state", "city", "zip")
_POSITIONS = ("lat", "lon")


@dataclass(frozen=True)
class Evidence:
    """What connects rows, strongest first.

    Attributes:
        clusters: The cluster of each row without the user's decisions; the rules and pairs connect rows only within these.
        same: `decision` and `row` of the user's decisions that rows are the same.
        keys: The keys of the match rules.
        pairs: Merged close matches: `left` and `right` (the first rows at two places), `Score`.
        places: For each row, the first row at its place.

    """

    clusters: pl.Series
    same: pl.DataFrame
    keys: Sequence[pl.Series]
    pairs: pl.DataFrame
    places: pl.Series


def split_by_decision(
    first_rows: pl.Series, different: pl.DataFrame, evidence: Evidence, normalized: PartitionedTable
) -> pl.Series:
    """Split the clusters that hold both sides of a decision, by joining their rows again from the strongest evidence on.

    The result doesn't depend on the order of the rows: equally strong evidence is used in the order of the rows' values.

    Args:
        first_rows: The first row of the cluster of each row.
        different: `decision`, `side` and `row` of the pairs that the user told apart.
        evidence: What connects rows.
        normalized: The normalized rows, with DETAILS.

    Returns:
        The first row of the new cluster of each row.

    """
    sides = different.with_columns(first_rows.gather(different["row"]).alias("cluster"))
    split = sides.filter(pl.col("side").n_unique().over("decision", "cluster") > 1)["cluster"].unique()
    members = first_rows.is_in(split.implode()).arg_true().cast(pl.Int64)
    if members.is_empty():
        return first_rows
    rows = _describe_members(members, evidence.clusters, normalized)
    grown = _GrowingClusters(rows["row"], different)
    for group in _list_groups(rows, evidence):
        grown.join(group)
    new = pl.DataFrame(list(grown.map_first_rows().items()), schema={"row": pl.Int64, "first": pl.Int64}, orient="row")
    return first_rows.scatter(new["row"], new["first"])


def _describe_members(members: pl.Series, clusters: pl.Series, normalized: PartitionedTable) -> pl.DataFrame:
    """Return the rows sorted by their values, with DETAILS, `content` and `cluster`."""
    names = (*_CONTENT, *DETAILS, *_POSITIONS)
    rows = normalized.gather(members, names).with_columns(members.alias("row"), clusters.gather(members).alias("cluster"))
    values = [pl.col(name).cast(pl.String).fill_null("") for name in names]
    return rows.with_columns(pl.concat_str(values, separator="|").alias("content")).sort("content", "row")


def _list_groups(rows: pl.DataFrame, evidence: Evidence) -> Iterable[list[int]]:
    """Yield rows that belong together, the strongest evidence first.

    Of the rows that a rule connects, those that also agree in a detail come first.
    """
    yield from _group_by(rows.join(evidence.same.unique(), on="row"), ["decision"])
    yield from _group_by(rows, ["cluster", "content"])
    for keys in evidence.keys:
        keyed = rows.with_columns(keys.gather(rows["row"]).alias("key")).drop_nulls("key")
        for detail in DETAILS:
            yield from _group_by(keyed.drop_nulls(detail), ["cluster", "key", detail])
        yield from _group_by(keyed, ["cluster", "key"])
    yield from _list_pairs(rows, evidence)


def _group_by(rows: pl.DataFrame, names: list[str]) -> Iterable[list[int]]:
    # The rows are sorted by their values, and so are the groups by their first rows.
    groups = rows.group_by(names, maintain_order=True).agg("row").filter(pl.col("row").list.len() > 1)
    yield from groups["row"]


def _list_pairs(rows: pl.DataFrame, evidence: Evidence) -> Iterable[list[int]]:
    """Yield the rows at both places of each merged close match, highest score first."""
    place = evidence.places.gather(rows["row"]).cast(pl.Int64).alias("place")
    placed = rows.select("cluster", place, "row").with_row_index("order")
    places = placed.drop_nulls("place").group_by("cluster", "place").agg(pl.col("order").min(), "row")
    left, right = (places.rename({"place": side, "order": f"{side}_order", "row": f"{side}_rows"}) for side in ("left", "right"))
    pairs = evidence.pairs.select("left", "right", "Score").join(left, on="left").join(right, on=["cluster", "right"])
    ends = [
        pl.min_horizontal("left_order", "right_order").alias("first"),
        pl.max_horizontal("left_order", "right_order").alias("last"),
    ]
    ordered = pairs.with_columns(ends).sort("Score", "first", "last", descending=[True, False, False])
    yield from ordered.select(pl.concat_list("left_rows", "right_rows").alias("rows"))["rows"]


class _GrowingClusters:
    """Clusters of rows that grow as long as no cluster holds both sides of a decision."""

    def __init__(self, rows: pl.Series, different: pl.DataFrame) -> None:
        self._order = {row: order for order, row in enumerate(rows)}
        self._members = {row: [row] for row in rows}
        self._cluster = {row: row for row in rows}
        self._sides: dict[int, set[tuple[int, int]]] = {row: set() for row in rows}
        for decision, side, row in different.select("decision", "side", "row").iter_rows():
            if row in self._sides:
                self._sides[row].add((decision, side))

    def join(self, rows: Iterable[int]) -> None:
        """Join the clusters of these rows; a cluster that can't join the first ones joins a later one that it fits."""
        joined: list[int] = []
        for cluster in sorted({self._cluster[row] for row in rows}, key=self._order.__getitem__):
            target = next((other for other in joined if self._fits(cluster, other)), None)
            if target is None:
                joined.append(cluster)
            else:
                self._merge(cluster, target)

    def map_first_rows(self) -> dict[int, int]:
        """Return the first row of the cluster of each row."""
        return {row: min(members) for members in self._members.values() for row in members}

    def _fits(self, cluster: int, other: int) -> bool:
        return self._sides[cluster].isdisjoint((decision, 1 - side) for decision, side in self._sides[other])

    def _merge(self, cluster: int, target: int) -> None:
        for row in self._members[cluster]:
            self._cluster[row] = target
        self._members[target] += self._members.pop(cluster)
        self._sides[target] |= self._sides.pop(cluster)
