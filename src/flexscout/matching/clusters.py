"""Cluster rows: all rows of a cluster are the same property, by match rules and close matches."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import starmap
from typing import Literal

import polars as pl

from flexscout.config import AUTO, PipelineConfiguration
from flexscout.domain import ADDRESS_COLUMNS, INFERRED_FROM
from flexscout.matching.cannot_links import Evidence, split_by_decision
from flexscout.matching.close_matches import ScoreBands
from flexscout.matching.components import connect_rows, link_rows
from flexscout.matching.decided_pairs import DecidedPairs
from flexscout.matching.decisions import Decision
from flexscout.matching.match_rules import KEY_COLUMNS, MatchKind, MatchRule, describe_same_fields, is_place_match
from flexscout.matching.normalized_rows import Partitioning, Rows, partition_rows
from flexscout.matching.parcels import find_parcel_conflicts, separate_parcels
from flexscout.matching.partitions import RowMatches, RunTasks, match_partitions
from flexscout.matching.property_ids import CONFLICT, build_identity_keys, build_parcel_parts, join_identity_keys, mark_told_apart
from flexscout.runtime import PartitionedTable

DuplicatePolicy = Literal["site", "parcel"]
"""`site`: one address is one property. `parcel`: other parcels and units at an address are other properties."""

CloseMatches = Literal["merge", "review", "off"]
"""What happens to nearly sure close matches: merge them, list them for review, or don't look for them."""

_THROUGH_ANOTHER_ROW = "both match another row of the same property"


@dataclass(frozen=True)
class MatchSettings:
    """How rows are matched.

    Attributes:
        fields: Columns in which two rows have to agree after normalization.
        policy: Whether parcels and units divide an address.
        close_matches: What happens to nearly sure close matches.
        bands: The match scores of close matches.
        partitions: In how many parts rows are matched, one after another; 0 for as many as their number needs.

    """

    fields: tuple[str, ...] = ADDRESS_COLUMNS
    policy: DuplicatePolicy = "site"
    close_matches: CloseMatches = "review"
    bands: ScoreBands = field(default_factory=ScoreBands)
    partitions: int = 0

    @classmethod
    def from_config(cls, config: PipelineConfiguration) -> "MatchSettings":
        """Return the match settings of a run."""
        partitions = 0 if config.partitions == AUTO else int(config.partitions)
        return cls(config.duplicate_fields, config.duplicate_policy, config.close_matches, partitions=partitions)


@dataclass(frozen=True)
class Clusters:
    """Which rows are the same property, and why.

    Attributes:
        cluster_ids: The cluster of each row, numbered from 0 in the order of their first rows.
        match_pairs: Close matches: `left` and `right` (positions of rows), `Score` (0-1), `Evidence`, `sure` (in the merge band),
            and `merge` (whether the pair was merged; the others are for review).
        match_rules: The rules by which rows were matched, the strongest first.
        place_rows: For each row, the first row at its place.
        decided: The user's decisions about the rows.
        settings: How rows were matched.
        rows: The normalized rows.
        parcel_keys: The keys of rows that share a parcel with another address, see `build_parcel_keys`.
        has_conflict: Whether each row was connected with addresses that have other APNs.

    """

    cluster_ids: pl.Series
    match_pairs: pl.DataFrame
    match_rules: Sequence[MatchRule]
    place_rows: pl.Series
    decided: DecidedPairs
    settings: MatchSettings
    rows: PartitionedTable
    parcel_keys: pl.DataFrame
    has_conflict: pl.Series

    def describe_matches(self, kept: pl.Series, removed: pl.Series) -> pl.DataFrame:
        """Return why the rows at these positions are the same property: `Match` (the kind) and `Evidence` (a sentence).

        `DECISION` and `DECIDED` are what the user decided about them.
        """
        matches = [pl.lit(rule.keys.gather(kept) == rule.keys.gather(removed)) for rule in self.match_rules]
        values = [self.rows.gather(side.cast(pl.Int64), ["missing_fields", INFERRED_FROM]) for side in (kept, removed)]
        same_fields = describe_same_fields(self.settings.fields, values[1]["missing_fields"])
        note = pl.lit(_describe_inference(*(side[INFERRED_FROM] for side in values)))
        evidence = [pl.lit(rule.evidence or same_fields) for rule in self.match_rules]
        close = pl.lit(self._find_close_evidence(kept, removed))
        decided = self.decided.describe_rows(kept, removed)
        author = pl.lit(decided["Author"])
        return pl.select(
            pl.coalesce(
                pl.when(author.is_not_null()).then(pl.lit(str(MatchKind.DECISION))),
                *(
                    pl.when(is_match).then(pl.lit(str(rule.kind)))
                    for is_match, rule in zip(matches, self.match_rules, strict=True)
                ),
                pl.when(close.is_not_null()).then(pl.lit(str(MatchKind.CLOSE))),
                pl.lit(str(MatchKind.THROUGH_ANOTHER_ROW)),
            ).alias("Match"),
            pl.coalesce(
                author,
                *(pl.when(is_match).then(text + note) for is_match, text in zip(matches, evidence, strict=True)),
                close,
                pl.lit(_THROUGH_ANOTHER_ROW),
            ).alias("Evidence"),
            *decided.drop("Author"),
        )

    def identify(self, rows: pl.Series) -> pl.Series:
        """Return what identifies the property of each of these rows from run to run, null where its address is unknown."""
        wanted = self.cluster_ids.gather(rows)
        is_member = self.cluster_ids.is_in(wanted.unique().implode())
        by_unit = self.settings.policy == "parcel"
        parts = []
        for number in self.rows.numbers:
            part = self.rows.load(number, ["row", *KEY_COLUMNS])
            members = part.filter(is_member.gather(part["row"]))
            known = members.with_columns(
                self.cluster_ids.gather(members["row"]), self.has_conflict.gather(members["row"]).alias(CONFLICT)
            )
            parts.append(build_identity_keys(known, self.settings.fields, self.parcel_keys, by_unit=by_unit))
        keys = join_identity_keys(parts, by_unit=by_unit)
        marked = mark_told_apart(keys, self.cluster_ids, self.decided.different)
        return wanted.alias("cluster").to_frame().join(marked, on="cluster", how="left", maintain_order="left")["key"]

    def find_address_units(self, rows: pl.Series) -> pl.Series:
        """Return the unit in the address of the rows at these positions; empty if there is none, null without an address."""
        return self.rows.gather(rows.cast(pl.Int64), ["unit"])["unit"]

    def _find_close_evidence(self, kept: pl.Series, removed: pl.Series) -> pl.Series:
        """Return the evidence of the close match between the places of two rows, null where there is none."""
        ends = pl.DataFrame([self.place_rows.gather(side).cast(pl.Int64) for side in (kept, removed)], ["left", "right"])
        merged = self.match_pairs.filter("merge").select("left", "right", "Evidence")
        both_ways = pl.concat([merged, merged.select(pl.col("right").alias("left"), pl.col("left").alias("right"), "Evidence")])
        return ends.join(both_ways, on=["left", "right"], how="left", maintain_order="left")["Evidence"]


def find_clusters(
    rows: Rows,
    settings: MatchSettings | None = None,
    missing_column: str = "",
    decisions: Sequence[Decision] = (),
    run: RunTasks = starmap,
) -> Clusters:
    """Cluster rows. Which rows share a cluster doesn't depend on their order.

    A row without an address matches no other row.

    Args:
        rows: Any of the canonical columns, and `Source File`.
        settings: How rows are matched.
        missing_column: Column with the fields that the sheet of each row doesn't have. By default, those that the rows lack.
        decisions: The user's decisions, which win over everything else.
        run: What runs the tasks if there are several partitions.

    """
    settings = settings or MatchSettings()
    by_parcel = settings.policy == "parcel"
    partitioning = Partitioning(settings.fields, is_place_match(settings.fields), settings.partitions)
    table = partition_rows(rows, partitioning, missing_column, with_details=bool(decisions))
    bands = settings.bands if settings.close_matches != "off" else None
    matches = match_partitions(table, settings.fields, bands, by_unit=by_parcel, run=run if table.count > 1 else starmap)
    rules, pairs = matches.rules, _combine_pairs(matches, table, settings)
    first_rows = connect_rows([rule.keys for rule in rules], _link_places(pairs, matches.place_rows))
    has_conflict = find_parcel_conflicts(first_rows, rules[0].keys, table)
    if has_conflict.any():
        rules, pairs = separate_parcels(has_conflict, rules, pairs, table)
        first_rows = connect_rows([rule.keys for rule in rules], _link_places(pairs, matches.place_rows))
    if by_parcel:
        first_rows = split_by_parcel(first_rows, table)
    decided = DecidedPairs.resolve(decisions, table)
    evidence = Evidence(first_rows, decided.same, [rule.keys for rule in rules], pairs.filter("merge"), matches.place_rows)
    linked = link_rows(first_rows, decided.same)
    first_rows = split_by_decision(linked, decided.different, evidence, table)
    cluster_ids = (first_rows.rank("dense").cast(pl.Int64) - 1).alias("cluster")
    return Clusters(cluster_ids, pairs, rules, matches.place_rows, decided, settings, table, matches.parcel_keys, has_conflict)


def split_by_parcel(first_rows: pl.Series, rows: PartitionedTable) -> pl.Series:
    """Split clusters so that none has two APNs or two units.

    A row without an APN stays with its cluster if that has one APN only; otherwise such rows form a cluster of their own.
    The same holds for units.

    Args:
        first_rows: The first row of the cluster of each row.
        rows: The normalized rows.

    Returns:
        The first row of the new cluster of each row.

    """
    members = first_rows.is_duplicated().arg_true().cast(pl.Int64)
    parcels = rows.gather(members, KEY_COLUMNS).select(build_parcel_parts())
    table = parcels.with_columns(members.alias("row"), first_rows.gather(members).alias("cluster"))
    has_several_apns = pl.col("apn").drop_nulls().n_unique().over("cluster") > 1
    by_parcel = table.with_columns(pl.when(has_several_apns).then(pl.col("apn").fill_null("")).alias("parcel"))
    has_several_units = pl.col("unit").drop_nulls().n_unique().over("cluster", "parcel") > 1
    by_unit = by_parcel.with_columns(pl.when(has_several_units).then(pl.col("unit").fill_null("")).alias("part"))
    first = by_unit.select(pl.col("row").min().over("cluster", "parcel", "part")).to_series()
    return first_rows.scatter(members, first)


def _combine_pairs(matches: RowMatches, rows: PartitionedTable, settings: MatchSettings) -> pl.DataFrame:
    """Return the close matches, then the pairs of rows that only share a parcel, with `merge`."""
    close = matches.close_pairs
    if settings.close_matches == "off":
        return close.with_columns(pl.lit(value=False).alias("merge"))
    inferred = [rows.gather(close[side], [INFERRED_FROM])[INFERRED_FROM] for side in ("left", "right")]
    noted = close.with_columns(
        pl.col("Evidence") + pl.lit(_describe_inference(*inferred)),
        (pl.col("sure") & (settings.close_matches == "merge")).alias("merge"),
    )
    ends = pl.select(
        pl.min_horizontal(close["left"], close["right"]), pl.max_horizontal(close["left"], close["right"]).alias("right")
    )
    others = matches.shared_pairs.join(ends, on=["left", "right"], how="anti", maintain_order="left")
    return pl.concat([noted, others.with_columns(pl.lit(value=False).alias("merge")).select(noted.columns)])


def _link_places(pairs: pl.DataFrame, place_rows: pl.Series) -> pl.DataFrame:
    """Return what merged close matches connect, `left` and `right`: all rows at both places, not only their first rows."""
    merged = pairs.filter("merge").select("left", "right").cast(pl.Int64)
    rows = pl.DataFrame([place_rows.alias("left").cast(pl.Int64), pl.int_range(place_rows.len(), eager=True).alias("right")])
    is_merged = pl.col("left").is_in(pl.concat([merged["left"], merged["right"]]).unique().implode())
    return pl.concat([merged, rows.filter(is_merged & (pl.col("left") != pl.col("right")))])


def _describe_inference(left: pl.Series, right: pl.Series) -> pl.Series:
    """Return `; State inferred from ZIP code` for pairs of rows in which a state was inferred, else an empty text.

    Args:
        left: What the state of one row was inferred from.
        right: That of the other.

    """
    source = pl.coalesce(pl.lit(left), pl.lit(right))
    return pl.select(pl.format("; State inferred from {}", source).fill_null("").alias("note")).to_series()
