"""Outlines of states, counties and waters, and centers of states and counties."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import polars as pl

_FILE = Path(__file__).parent / "us_outlines.json"
_INDEPENDENT_CITY_STATES = ("VA", "MD", "MO")
_FIRST_INDEPENDENT_CITY = "510"  # the county part of the FIPS code


@dataclass(frozen=True)
class Outlines:
    """The content of `us_outlines.json`, in units of the projection.

    Attributes:
        states: Code -> name and center.
        counties: FIPS code -> name, state and center.
        county_borders: The borders between counties of one state, as an SVG path; so are the others.
        state_borders: Coasts and the borders between states.
        land: The outline of all states.
        lakes: The outlines of lakes.
        rivers: The courses of rivers.

    """

    states: Mapping[str, tuple[str, int, int]]
    counties: Mapping[str, tuple[str, str, int, int]]
    county_borders: str
    state_borders: str
    land: str
    lakes: str
    rivers: str

    @cached_property
    def places(self) -> pl.DataFrame:
        """The `place` (FIPS code of a county, code of a state) and center `x`, `y` of each county and state."""
        counties = [(fips, x, y) for fips, (_, _, x, y) in self.counties.items()]
        states = [(code, x, y) for code, (_, x, y) in self.states.items()]
        return pl.DataFrame([*counties, *states], schema=["place", "x", "y"], orient="row")

    def select_county_names(self, states: Collection[str]) -> pl.DataFrame:
        """Return `State`, `county` (folded name) and `place` (FIPS code) of the counties of some states."""
        rows = [(fips, name, state) for fips, (name, state, *_) in self.counties.items() if state in states]
        frame = pl.DataFrame(rows, schema=dict.fromkeys(("place", "name", "State"), pl.String), orient="row")
        is_city = pl.col("place").str.slice(2) >= _FIRST_INDEPENDENT_CITY
        is_city &= pl.col("State").is_in(_INDEPENDENT_CITY_STATES)
        cities = frame.filter(is_city)
        # If a county and an independent city share a name, the bare name is the county's.
        named = pl.concat([frame.filter(~is_city), cities.with_columns(pl.col("name") + " city"), cities])
        keyed = named.select("State", fold_place(pl.col("name")).alias("county"), "place")
        return keyed.unique(["State", "county"], keep="first", maintain_order=True)


def fold_place(name: pl.Expr) -> pl.Expr:
    """Return a key in which `ST. LOUIS COUNTY` and `Saint Louis` are equal."""
    letters = name.str.to_lowercase().str.normalize("NFKD").str.replace_all(r"\p{M}", "")
    bare = letters.str.replace(r"\s+(?:county|parish|borough|census area|municipality|city and borough)$", "")
    return bare.str.replace_all(r"\bsaint\b", "st").str.replace_all(r"\bsainte\b", "ste").str.replace_all("[^a-z]", "")


@lru_cache(maxsize=1)
def load_outlines() -> Outlines:
    """Load the outlines in the package."""
    return Outlines(**json.loads(_FILE.read_text(encoding="utf-8")))
