"""Rows -> groups of one property each, with the links that made them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from flexscout.config import PipelineConfiguration
from flexscout.domain import ADDRESS_COLUMNS, apn_key, common_missing_fields, select_as_text, unit_key
from flexscout.matching.close_matches import ScoreBands, find_close_pairs
from flexscout.matching.distinct_places import DistinctPlaces, find_distinct_places
from flexscout.matching.match_rules import CLOSE, THROUGH_ANOTHER, MatchRule, build_match_rules, is_place_match
from flexscout.matching.property_ids import identify_clusters

Positions = npt.NDArray[np.int64]


def connected_components(size: int, left: Positions, right: Positions) -> Positions:
    """For each of `size` rows the first row that it is linked to, over any number of links `left[i]`-`right[i]`.

    Independent of the order of the links; the work is that of a few passes over all of them.
    """
    first = np.arange(size, dtype=np.int64)
    while True:
        least = np.minimum(first[left], first[right])
        before = first.copy()
        # Both rows, and what each was hung on so far, hang on the lesser of the two.
        for ends in (left, right, before[left], before[right]):
            np.minimum.at(first, ends, least)
        first = first[first]
        if np.array_equal(first, before):
            return first


def parcel_columns(frame: pl.DataFrame, written: pl.Series) -> pl.DataFrame:
    """`apn` and `unit` of each row as they are compared; `written`: the units that stand in the addresses.

    Numbers of two counties are two parcels as well; how a number is written, and its leading zeros, do not count.
    """
    told = select_as_text(frame, ("APN", "Unit")).with_columns(written.alias("written"))
    return told.select(
        apn_key(pl.col("APN"), leading_zeros=False).alias("apn"),
        pl.coalesce(unit_key(pl.col("Unit")), pl.when(pl.col("written") != "").then("written")).alias("unit"),
    )


def split_by_parcel(groups: pl.Series, told: pl.DataFrame) -> pl.Series:
    """The groups, divided so that none holds two parcel numbers or two units, as `parcels` tells them.

    A row that names no parcel stays with those of its group if they are one parcel, else with its like; so for units.
    """
    rows = told.with_columns(groups.alias("group"))
    several_parcels = pl.col("apn").drop_nulls().n_unique().over("group") > 1
    parceled = rows.with_columns(pl.when(several_parcels).then(pl.col("apn").fill_null("")).alias("parcel"))
    several_units = pl.col("unit").drop_nulls().n_unique().over("group", "parcel") > 1
    divided = parceled.with_columns(pl.when(several_units).then(pl.col("unit").fill_null("")).alias("part"))
    first = divided.with_row_index("row").select(pl.col("row").min().over("group", "parcel", "part")).to_series()
    return first.cast(pl.Int64)


DuplicatePolicy = Literal["site", "parcel"]
"""`site`: one address is one property; `parcel`: other parcels and units at it are others."""

CloseMatches = Literal["merge", "review", "off"]
"""What becomes of close matches in the upper band: merged, listed for a person to decide, or not looked for."""


@dataclass(frozen=True)
class MatchSettings:
    """How rows are linked. `fields`: columns that two rows agree in, normalized, to be one property."""

    fields: tuple[str, ...] = ADDRESS_COLUMNS
    policy: DuplicatePolicy = "site"
    close_matches: CloseMatches = "review"
    bands: ScoreBands = field(default_factory=ScoreBands)

    @classmethod
    def from_config(cls, config: PipelineConfiguration) -> "MatchSettings":
        """As the settings of a run say."""
        return cls(config.duplicate_fields, config.duplicate_policy, config.close_matches)


@dataclass(frozen=True)
class Clusters:
    """Which rows are one property, and why.

    `numbers`: a row's group, from 0 in the order of their first rows; equal numbers are one property. `links`: `left`, `right`
    (positions of rows), `Score` 0-1, `Evidence`, `sure` (in the upper band), `merge`: close matches, those that were merged and
    those to review. `joins`: the keys by which rows were joined, the plainest first; `places`: the first row at each row's place.
    `identities`: what is the same for a row's property from run to run, null where its address says nothing.
    """

    cluster_ids: pl.Series
    match_pairs: pl.DataFrame
    match_rules: Sequence[MatchRule]
    place_rows: pl.Series
    identity_keys: pl.Series

    def describe_matches(self, kept: pl.Series, removed: pl.Series) -> pl.DataFrame:
        """Why the rows at these positions are one: `Match`, the kind of it, and `Evidence`, in words."""
        same = [pl.lit(join.keys.gather(kept) == join.keys.gather(removed)) for join in self.match_rules]
        why = [join.told if join.told.meta.is_literal() else join.told.gather(removed) for join in self.match_rules]
        close = pl.lit(self._close_evidence(kept, removed))
        return pl.select(
            pl.coalesce(
                *(pl.when(is_so).then(pl.lit(join.match)) for is_so, join in zip(same, self.match_rules, strict=True)),
                pl.when(close.is_not_null()).then(pl.lit(CLOSE)),
                pl.lit(THROUGH_ANOTHER),
            ).alias("Match"),
            pl.coalesce(
                *(pl.when(is_so).then(told) for is_so, told in zip(same, why, strict=True)),
                close,
                pl.lit("both are one with another row of the group"),
            ).alias("Evidence"),
        )

    def _close_evidence(self, kept: pl.Series, removed: pl.Series) -> pl.Series:
        """That of the close match between the places of two rows, null where there is none."""
        ends = pl.DataFrame([self.place_rows.gather(kept).alias("left"), self.place_rows.gather(removed).alias("right")])
        merges = self.match_pairs.filter("merge").select("left", "right", "Evidence")
        both_ways = pl.concat([merges, merges.select(pl.col("right").alias("left"), pl.col("left").alias("right"), "Evidence")])
        return ends.join(both_ways, on=["left", "right"], how="left", maintain_order="left")["Evidence"]


def find_clusters(frame: pl.DataFrame, linking: MatchSettings | None = None, lacking: pl.Series | None = None) -> Clusters:
    """Which rows of a frame of many sheets are one property; independent of their order but for the numbers.

    `frame`: any of the canonical columns, and where rows come from; `lacking`: what each row's sheet lacks, as `lacking` of
    `keys` says it, by default what the frame lacks. A row without an address is linked with none.
    """
    how = linking or MatchSettings()
    lacked = common_missing_fields(frame, how.fields) if lacking is None else lacking
    sites = find_distinct_places(frame, lacked)
    joins = build_match_rules(frame, sites, how.fields, lacked, by_unit=how.policy == "parcel")
    links = _close_links(sites, how)
    first = _bound([join.keys for join in joins], links.filter("merge"))
    told = parcel_columns(frame, sites.places["unit"].gather(sites.rows)) if how.policy == "parcel" else None
    if told is not None:
        first = split_by_parcel(first, told)
    numbers = (first.rank("dense").cast(pl.Int64) - 1).alias("group")
    return Clusters(numbers, links, joins, sites.places["row"].gather(sites.rows), identify_clusters(joins, numbers, told))


def _bound(keys: Sequence[pl.Series], merges: pl.DataFrame) -> pl.Series:
    """For each row the first that it hangs together with, by equal keys and by merges."""
    rows = pl.int_range(keys[0].len(), eager=True)
    links = [*((rows, _first_rows(key)) for key in keys), (merges["left"], merges["right"])]
    left, right = (np.concatenate([pair[side].to_numpy() for pair in links]).astype(np.int64) for side in (0, 1))
    return pl.Series("group", connected_components(rows.len(), left, right))


def _first_rows(keys: pl.Series) -> pl.Series:
    """For each row the first one of its key; a row without a key is its own."""
    first = pl.when(pl.col("key").is_null()).then("row").otherwise(pl.col("row").min().over("key"))
    return keys.alias("key").to_frame().with_row_index("row").select(first.alias("first")).to_series()


def _close_links(sites: DistinctPlaces, how: MatchSettings) -> pl.DataFrame:
    """Close matches between the first rows of two places."""
    wanted = how.close_matches != "off" and is_place_match(how.fields)
    pairs = find_close_pairs(sites.places if wanted else sites.places.clear(), how.bands)
    first = sites.places["row"]
    return pairs.with_columns(
        first.gather(pairs["left"]).cast(pl.Int64).alias("left"),
        first.gather(pairs["right"]).cast(pl.Int64).alias("right"),
        (pl.col("sure") & (how.close_matches == "merge")).alias("merge"),
    )
