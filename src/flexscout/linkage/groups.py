"""Rows -> groups of one property each, with the links that made them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import polars as pl

from flexscout.config import PipelineConfiguration
from flexscout.linkage.address import PARTS
from flexscout.linkage.close import Bands, close_pairs
from flexscout.linkage.components import connected
from flexscout.linkage.keys import address_key, duplicate_keys, sheets_of
from flexscout.linkage.parcels import apart
from flexscout.linkage.place import texts
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

    @property
    def by_address(self) -> bool:
        """Whether what counts is one address in one place, so that other ways to write it count too."""
        return {*self.fields} == {"Address", "City", "State"}


@dataclass(frozen=True)
class Groups:
    """Which rows are one property, and why.

    `numbers`: a row's group, from 0 in the order of their first rows; equal numbers are one property. `links`: `left`, `right`
    (positions of rows), `Score` 0-1, `Evidence`, `merge`: close matches, those that were merged and those to review.
    `keys`: the exact key of each row, `zip_keys` the same with the ZIP code for the city, null if it has none; `places`: the
    first row at each row's place.
    """

    numbers: pl.Series
    links: pl.DataFrame
    keys: pl.Series
    zip_keys: pl.Series
    places: pl.Series

    def evidence(self, kept: pl.Series, removed: pl.Series, fields: Sequence[str]) -> pl.Series:
        """Why the rows at these positions are one, in words."""
        same = self.keys.gather(kept) == self.keys.gather(removed)
        same_code = self.zip_keys.gather(kept) == self.zip_keys.gather(removed)
        return pl.select(
            pl.when(same).then(pl.lit(f"same {', '.join(fields)} after normalization"))
            .when(same_code).then(pl.lit("same Address, State, Zip Code after normalization"))
            .otherwise(pl.lit(self._close_evidence(kept, removed)).fill_null("both are one with another row of the group"))
            .alias("Evidence")
        ).to_series()  # fmt: skip

    def _close_evidence(self, kept: pl.Series, removed: pl.Series) -> pl.Series:
        """That of the close match between the places of two rows, null where there is none."""
        ends = pl.DataFrame([self.places.gather(kept).alias("left"), self.places.gather(removed).alias("right")])
        merges = self.links.filter("merge").select("left", "right", "Evidence")
        both_ways = pl.concat([merges, merges.select(pl.col("right").alias("left"), pl.col("left").alias("right"), "Evidence")])
        return ends.join(both_ways, on=["left", "right"], how="left", maintain_order="left")["Evidence"]


def duplicate_groups(frame: pl.DataFrame, linking: Linking | None = None, sheets: pl.Series | None = None) -> Groups:
    """Which rows of a frame of many sheets are one property; independent of their order but for the numbers.

    `frame`: any of the canonical columns, and where rows come from; `sheets`: what each row's sheet lacks, as `lacking` says it,
    by default what the frame lacks. A row whose address has no house number is linked with none.
    """
    how = linking or Linking()
    lacked = sheets_of(frame, how.fields) if sheets is None else sheets
    sites = sites_of(frame, lacked)
    exact = duplicate_keys(frame, how.fields, lacked, _told(sites))
    zips = _place_keys(sites.told, "zip") if how.by_address else pl.repeat(None, frame.height, dtype=pl.String, eager=True)
    links = _close_links(sites, how)
    first = _bound([exact, zips, *_unit_keys(sites, how)], links.filter("merge"))
    if how.policy == "parcel":
        first = _divided(frame, sites, first)
    numbers = (first.rank("dense").cast(pl.Int64) - 1).alias("group")
    return Groups(numbers, links, exact, zips, sites.places["row"].gather(sites.rows))


def _told(sites: Sites) -> dict[str, pl.Series]:
    """The fields that are normalized already."""
    names = {"City": "city", "State": "state", "Zip Code": "zip"}
    return {"Address": address_key(sites.told)} | {field: sites.told[name] for field, name in names.items()}


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


def _place_keys(told: pl.DataFrame, place: str) -> pl.Series:
    """A key of address, state and `place` (`city` or `zip`), null where one of them is missing."""
    return told.select(pl.concat_str(*PARTS, "state", place, separator="|").alias("key")).to_series()


def _unit_keys(sites: Sites, how: Linking) -> list[pl.Series]:
    """By parcel a unit is one, whether it stands in the address or in the column Unit."""
    if how.policy == "site" or not how.by_address:
        return []
    written = pl.when(pl.col("unit") != "").then("unit")
    told = sites.told.with_columns(pl.coalesce(written, "told_unit").alias("unit"))
    return [_place_keys(told, place) for place in ("city", "zip")]


def _close_links(sites: Sites, how: Linking) -> pl.DataFrame:
    """Close matches between the first rows of two places."""
    if how.close_matches == "off" or not how.by_address:
        pairs = close_pairs(sites.places.clear(), how.bands)
    else:
        pairs = close_pairs(sites.places, how.bands)
    first = sites.places["row"]
    return pairs.with_columns(
        first.gather(pairs["left"]).cast(pl.Int64).alias("left"),
        first.gather(pairs["right"]).cast(pl.Int64).alias("right"),
        pl.col("merge") & (how.close_matches == "merge"),
    )


def _divided(frame: pl.DataFrame, sites: Sites, groups: pl.Series) -> pl.Series:
    units = sites.places["unit"].gather(sites.rows)
    return apart(groups, texts(frame, ("APN", "Unit")).with_columns(units.alias("unit")))
