"""Rows -> groups of one property each, with the links that made them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import polars as pl

from flexscout.config import PipelineConfiguration
from flexscout.linkage.close import Bands, close_pairs
from flexscout.linkage.components import connected
from flexscout.linkage.identity import identities
from flexscout.linkage.joins import CLOSE, THROUGH_ANOTHER, Join, is_place, joins_of
from flexscout.linkage.keys import lacking_of
from flexscout.linkage.parcels import apart, parcels
from flexscout.linkage.sites import Sites, sites_of

DuplicatePolicy = Literal["site", "parcel"]
"""`site`: one address is one property; `parcel`: other parcels and units at it are others."""

CloseMatches = Literal["merge", "review", "off"]
"""What becomes of close matches in the upper band: merged, listed for a person to decide, or not looked for."""


@dataclass(frozen=True)
class Linking:
    """How rows are linked. `fields`: columns that two rows agree in, normalized, to be one property."""

    fields: tuple[str, ...] = ("Address", "City", "State")
    policy: DuplicatePolicy = "site"
    close_matches: CloseMatches = "review"
    bands: Bands = field(default_factory=Bands)

    @classmethod
    def of(cls, config: PipelineConfiguration) -> "Linking":
        """As the settings of a run say."""
        return cls(config.duplicate_fields, config.duplicate_policy, config.close_matches)


@dataclass(frozen=True)
class Groups:
    """Which rows are one property, and why.

    `numbers`: a row's group, from 0 in the order of their first rows; equal numbers are one property. `links`: `left`, `right`
    (positions of rows), `Score` 0-1, `Evidence`, `sure` (in the upper band), `merge`: close matches, those that were merged and
    those to review. `joins`: the keys by which rows were joined, the plainest first; `places`: the first row at each row's place.
    `identities`: what is the same for a row's property from run to run, null where its address says nothing.
    """

    numbers: pl.Series
    links: pl.DataFrame
    joins: Sequence[Join]
    places: pl.Series
    identities: pl.Series

    def evidence(self, kept: pl.Series, removed: pl.Series) -> pl.DataFrame:
        """Why the rows at these positions are one: `Match`, the kind of it, and `Evidence`, in words."""
        same = [pl.lit(join.keys.gather(kept) == join.keys.gather(removed)) for join in self.joins]
        why = [join.told if join.told.meta.is_literal() else join.told.gather(removed) for join in self.joins]
        close = pl.lit(self._close_evidence(kept, removed))
        return pl.select(
            pl.coalesce(
                *(pl.when(is_so).then(pl.lit(join.match)) for is_so, join in zip(same, self.joins, strict=True)),
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
        ends = pl.DataFrame([self.places.gather(kept).alias("left"), self.places.gather(removed).alias("right")])
        merges = self.links.filter("merge").select("left", "right", "Evidence")
        both_ways = pl.concat([merges, merges.select(pl.col("right").alias("left"), pl.col("left").alias("right"), "Evidence")])
        return ends.join(both_ways, on=["left", "right"], how="left", maintain_order="left")["Evidence"]


def duplicate_groups(frame: pl.DataFrame, linking: Linking | None = None, lacking: pl.Series | None = None) -> Groups:
    """Which rows of a frame of many sheets are one property; independent of their order but for the numbers.

    `frame`: any of the canonical columns, and where rows come from; `lacking`: what each row's sheet lacks, as `lacking` of
    `keys` says it, by default what the frame lacks. A row without an address is linked with none.
    """
    how = linking or Linking()
    lacked = lacking_of(frame, how.fields) if lacking is None else lacking
    sites = sites_of(frame, lacked)
    joins = joins_of(frame, sites, how.fields, lacked, by_unit=how.policy == "parcel")
    links = _close_links(sites, how)
    first = _bound([join.keys for join in joins], links.filter("merge"))
    told = parcels(frame, sites.places["unit"].gather(sites.rows)) if how.policy == "parcel" else None
    if told is not None:
        first = apart(first, told)
    numbers = (first.rank("dense").cast(pl.Int64) - 1).alias("group")
    return Groups(numbers, links, joins, sites.places["row"].gather(sites.rows), identities(joins, numbers, told))


def _bound(keys: Sequence[pl.Series], merges: pl.DataFrame) -> pl.Series:
    """For each row the first that it hangs together with, by equal keys and by merges."""
    rows = pl.int_range(keys[0].len(), eager=True)
    links = [*((rows, _first_rows(key)) for key in keys), (merges["left"], merges["right"])]
    left, right = (np.concatenate([pair[side].to_numpy() for pair in links]).astype(np.int64) for side in (0, 1))
    return pl.Series("group", connected(rows.len(), left, right))


def _first_rows(keys: pl.Series) -> pl.Series:
    """For each row the first one of its key; a row without a key is its own."""
    first = pl.when(pl.col("key").is_null()).then("row").otherwise(pl.col("row").min().over("key"))
    return keys.alias("key").to_frame().with_row_index("row").select(first.alias("first")).to_series()


def _close_links(sites: Sites, how: Linking) -> pl.DataFrame:
    """Close matches between the first rows of two places."""
    wanted = how.close_matches != "off" and is_place(how.fields)
    pairs = close_pairs(sites.places if wanted else sites.places.clear(), how.bands)
    first = sites.places["row"]
    return pairs.with_columns(
        first.gather(pairs["left"]).cast(pl.Int64).alias("left"),
        first.gather(pairs["right"]).cast(pl.Int64).alias("right"),
        (pl.col("sure") & (how.close_matches == "merge")).alias("merge"),
    )
