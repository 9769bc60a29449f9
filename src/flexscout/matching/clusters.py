"""Cluster rows: all rows of a cluster are the same property, by match rules and close matches."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from flexscout.config import PipelineConfiguration
from flexscout.domain import ADDRESS_COLUMNS, INFERRED_FROM, apn_key, common_missing_fields, select_as_text, unit_key
from flexscout.matching.cannot_links import Evidence, split_by_decision
from flexscout.matching.close_matches import ScoreBands, find_close_pairs
from flexscout.matching.decided_pairs import DecidedPairs
from flexscout.matching.decisions import Decision
from flexscout.matching.distinct_places import DistinctPlaces, find_distinct_places
from flexscout.matching.match_rules import MatchKind, MatchRule, build_match_rules, is_place_match
from flexscout.matching.parcels import (
    build_parcel_rules,
    find_parcel_conflicts,
    find_shared_parcels,
    pair_shared_parcels,
    separate_parcels,
)
from flexscout.matching.property_ids import build_identity_keys, mark_told_apart

Positions = npt.NDArray[np.int64]

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

    """

    fields: tuple[str, ...] = ADDRESS_COLUMNS
    policy: DuplicatePolicy = "site"
    close_matches: CloseMatches = "review"
    bands: ScoreBands = field(default_factory=ScoreBands)

    @classmethod
    def from_config(cls, config: PipelineConfiguration) -> "MatchSettings":
        """Return the match settings of a run."""
        return cls(config.duplicate_fields, config.duplicate_policy, config.close_matches)


@dataclass(frozen=True)
class Clusters:
    """Which rows are the same property, and why.

    Attributes:
        cluster_ids: The cluster of each row, numbered from 0 in the order of their first rows.
        match_pairs: Close matches: `left` and `right` (positions of rows), `Score` (0-1), `Evidence`, `sure` (in the merge band),
            and `merge` (whether the pair was merged; the others are for review).
        match_rules: The rules by which rows were matched, the strongest first.
        place_rows: For each row, the first row at its place.
        identity_keys: For each row, what identifies its property from run to run; null where the address is unknown.
        decided: The user's decisions about the rows.
        inferred_from: For each row, what its state was inferred from, null if it was given or is unknown.
        address_units: For each row, the unit in its address as it is compared; empty if there is none, null without an address.

    """

    cluster_ids: pl.Series
    match_pairs: pl.DataFrame
    match_rules: Sequence[MatchRule]
    place_rows: pl.Series
    identity_keys: pl.Series
    decided: DecidedPairs
    inferred_from: pl.Series
    address_units: pl.Series

    def describe_matches(self, kept: pl.Series, removed: pl.Series) -> pl.DataFrame:
        """Return why the rows at these positions are the same property: `Match` (the kind) and `Evidence` (a sentence).

        `DECISION` and `DECIDED` are what the user decided about them.
        """
        matches = [pl.lit(rule.keys.gather(kept) == rule.keys.gather(removed)) for rule in self.match_rules]
        evidence = [
            rule.evidence if rule.evidence.meta.is_literal() else rule.evidence.gather(removed) for rule in self.match_rules
        ]
        close = pl.lit(self._find_close_evidence(kept, removed))
        decided = self.decided.describe_rows(kept, removed)
        author = pl.lit(decided["Author"])
        note = pl.lit(_describe_inference(self.inferred_from, kept, removed))
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

    def _find_close_evidence(self, kept: pl.Series, removed: pl.Series) -> pl.Series:
        """Return the evidence of the close match between the places of two rows, null where there is none."""
        ends = pl.DataFrame([self.place_rows.gather(kept).alias("left"), self.place_rows.gather(removed).alias("right")])
        merged = self.match_pairs.filter("merge").select("left", "right", "Evidence")
        both_ways = pl.concat([merged, merged.select(pl.col("right").alias("left"), pl.col("left").alias("right"), "Evidence")])
        return ends.join(both_ways, on=["left", "right"], how="left", maintain_order="left")["Evidence"]


def find_clusters(
    frame: pl.DataFrame,
    settings: MatchSettings | None = None,
    missing_fields: pl.Series | None = None,
    decisions: Sequence[Decision] = (),
) -> Clusters:
    """Cluster the rows of a frame. Which rows share a cluster doesn't depend on the order of the rows.

    A row without an address matches no other row.

    Args:
        frame: Any of the canonical columns, and `Source File`.
        settings: How rows are matched.
        missing_fields: The fields that the sheet of each row doesn't have. By default, those that the frame doesn't have.
        decisions: The user's decisions, which win over everything else.

    """
    settings = settings or MatchSettings()
    missing = common_missing_fields(frame, settings.fields) if missing_fields is None else missing_fields
    by_parcel = settings.policy == "parcel"
    places = find_distinct_places(frame, missing)
    rules = build_match_rules(frame, places, settings.fields, by_unit=by_parcel)
    place_rows = places.places["row"].gather(places.place_ids)
    pairs = _find_close_rows(places, settings)
    if is_place_match(settings.fields):
        shared = find_shared_parcels(places.normalized, place_rows)
        rules += build_parcel_rules(places.normalized, shared)
        pairs = _add_shared_parcels(pairs, shared) if settings.close_matches != "off" else pairs
    first_rows = _connect_rows([rule.keys for rule in rules], pairs.filter("merge"))
    has_conflict = find_parcel_conflicts(first_rows, rules[0].keys, places.normalized["apn"])
    if has_conflict.any():
        rules, pairs = separate_parcels(has_conflict, rules, pairs, places.normalized["apn"])
        first_rows = _connect_rows([rule.keys for rule in rules], pairs.filter("merge"))
    parcels = _normalize_parcels(frame, places.places["unit"].gather(places.place_ids)) if by_parcel else None
    if parcels is not None:
        first_rows = split_by_parcel(first_rows, parcels)
    decided = DecidedPairs.resolve(decisions, frame, places.normalized)
    evidence = Evidence(first_rows, decided.same, [rule.keys for rule in rules], pairs.filter("merge"), place_rows)
    linked = _link_rows(first_rows, decided.same)
    first_rows = split_by_decision(linked, decided.different, evidence, frame, places.normalized)
    cluster_ids = (first_rows.rank("dense").cast(pl.Int64) - 1).alias("cluster")
    identity_keys = mark_told_apart(build_identity_keys(rules, cluster_ids, parcels), cluster_ids, decided.different)
    inferred_from = places.normalized[INFERRED_FROM]
    units = places.normalized["unit"]
    return Clusters(cluster_ids, pairs, rules, place_rows, identity_keys, decided, inferred_from, units)


def connected_components(size: int, left: Positions, right: Positions) -> Positions:
    """Return, for each of `size` rows, the first row of its connected component.

    Args:
        size: The number of rows.
        left: One end of each edge.
        right: The other end of each edge.

    """
    first = np.arange(size, dtype=np.int64)
    while True:
        smaller = np.minimum(first[left], first[right])
        previous = first.copy()
        # Point both rows, and the rows that they pointed to, to the smaller one.
        for ends in (left, right, previous[left], previous[right]):
            np.minimum.at(first, ends, smaller)
        first = first[first]
        if np.array_equal(first, previous):
            return first


def split_by_parcel(first_rows: pl.Series, parcels: pl.DataFrame) -> pl.Series:
    """Split clusters so that none has two APNs or two units.

    A row without an APN stays with its cluster if that has one APN only; otherwise such rows form a cluster of their own.
    The same holds for units.

    Args:
        first_rows: The first row of the cluster of each row.
        parcels: `apn` and `unit` of each row.

    Returns:
        The first row of the new cluster of each row.

    """
    rows = parcels.with_columns(first_rows.alias("cluster"))
    has_several_apns = pl.col("apn").drop_nulls().n_unique().over("cluster") > 1
    by_parcel = rows.with_columns(pl.when(has_several_apns).then(pl.col("apn").fill_null("")).alias("parcel"))
    has_several_units = pl.col("unit").drop_nulls().n_unique().over("cluster", "parcel") > 1
    by_unit = by_parcel.with_columns(pl.when(has_several_units).then(pl.col("unit").fill_null("")).alias("part"))
    first = by_unit.with_row_index("row").select(pl.col("row").min().over("cluster", "parcel", "part")).to_series()
    return first.cast(pl.Int64)


def _normalize_parcels(frame: pl.DataFrame, address_units: pl.Series) -> pl.DataFrame:
    """Return `apn` and `unit` of each row; the column Unit wins over the unit in the address."""
    texts = select_as_text(frame, ("APN", "Unit")).with_columns(address_units.alias("address_unit"))
    in_address = pl.when(pl.col("address_unit") != "").then("address_unit")
    return texts.select(
        apn_key(pl.col("APN"), leading_zeros=False).alias("apn"), pl.coalesce(unit_key(pl.col("Unit")), in_address).alias("unit")
    )


def _connect_rows(keys: Sequence[pl.Series], merged: pl.DataFrame) -> pl.Series:
    """Return the first row of the component of each row, connected by equal keys and by merged pairs."""
    rows = pl.int_range(keys[0].len(), eager=True)
    edges = [*((rows, _first_row_of_key(key)) for key in keys), (merged["left"], merged["right"])]
    left, right = (np.concatenate([edge[side].to_numpy() for edge in edges]).astype(np.int64) for side in (0, 1))
    joins_two = left != right
    return pl.Series("cluster", connected_components(rows.len(), left[joins_two], right[joins_two]))


def _link_rows(first_rows: pl.Series, same: pl.DataFrame) -> pl.Series:
    """Join the clusters of the rows that the user called the same; `same` has the `decision` and `row` of each."""
    if same.is_empty():
        return first_rows
    links = same.select("row", pl.col("row").first().over("decision").alias("first"))
    edges = [(pl.int_range(first_rows.len(), eager=True), first_rows), (links["row"], links["first"])]
    left, right = (np.concatenate([edge[side].to_numpy() for edge in edges]).astype(np.int64) for side in (0, 1))
    return pl.Series("cluster", connected_components(first_rows.len(), left, right))


def _first_row_of_key(keys: pl.Series) -> pl.Series:
    """Return, for each row, the first row with its key; a row without a key is its own."""
    first = pl.when(pl.col("key").is_null()).then("row").otherwise(pl.col("row").min().over("key"))
    return keys.alias("key").to_frame().with_row_index("row").select(first.alias("first")).to_series()


def describe_inference(inferred_from: pl.Series, left: pl.Series, right: pl.Series) -> pl.Series:
    """Return `; State inferred from ZIP code` for pairs of rows in which a state was inferred, else an empty text."""
    source = pl.coalesce(pl.lit(inferred_from.gather(left)), pl.lit(inferred_from.gather(right)))
    return pl.select(pl.format("; State inferred from {}", source).fill_null("").alias("note")).to_series()


def _find_close_rows(places: DistinctPlaces, settings: MatchSettings) -> pl.DataFrame:
    """Return the close matches as pairs of the first rows of two places."""
    is_wanted = settings.close_matches != "off" and is_place_match(settings.fields)
    pairs = find_close_pairs(places.places if is_wanted else places.places.clear(), settings.bands)
    first_rows = places.places["row"].cast(pl.Int64)
    left, right = first_rows.gather(pairs["left"]), first_rows.gather(pairs["right"])
    return pairs.with_columns(
        left.alias("left"),
        right.alias("right"),
        pl.col("Evidence") + pl.lit(_describe_inference(places.normalized[INFERRED_FROM], left, right)),
        (pl.col("sure") & (settings.close_matches == "merge")).alias("merge"),
    )


def _add_shared_parcels(pairs: pl.DataFrame, parcels: pl.DataFrame) -> pl.DataFrame:
    """Add the pairs of rows that only share a parcel."""
    ends = pl.select(
        pl.min_horizontal(pairs["left"], pairs["right"]), pl.max_horizontal(pairs["left"], pairs["right"]).alias("right")
    )
    others = pair_shared_parcels(parcels).join(ends, on=["left", "right"], how="anti", maintain_order="left")
    return pl.concat([pairs, others.select(pairs.columns)])


def _describe_inference(inferred_from: pl.Series, left: pl.Series, right: pl.Series) -> pl.Series:
    """Return `; State inferred from ZIP code` for pairs of rows in which a state was inferred, else an empty text."""
    source = pl.coalesce(pl.lit(inferred_from.gather(left)), pl.lit(inferred_from.gather(right)))
    return pl.select(pl.format("; State inferred from {}", source).fill_null("").alias("note")).to_series()
