"""The outlines of the states and counties, and in which county a place lies."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import polars as pl

_FILE = Path(__file__).parent / "us_outlines.json"
_CITIES = ("VA", "MD", "MO")  # have cities that belong to no county, numbered from 510 on
_FIRST_CITY = "510"


@dataclass(frozen=True)
class Outlines:
    """What `us_outlines.json` holds, in units of the projection.

    `states`: code -> name and center; `counties`: FIPS code -> name, state, and center; `lines`: each a border with its course
    and the counties on its right and left, empty where there is none; `land`: all of it, as the data of an SVG path.
    """

    states: Mapping[str, tuple[str, int, int]]
    counties: Mapping[str, tuple[str, str, int, int]]
    lines: Sequence[tuple[str, str, str]]
    land: str

    @cached_property
    def county_borders(self) -> str:
        """The borders between counties of one state, as the data of an SVG path."""
        return "".join(f"M{course}" for course, right, left in self.lines if right[:2] == left[:2])

    @cached_property
    def state_borders(self) -> str:
        """Coasts and the borders between states, as the data of an SVG path."""
        return "".join(f"M{course}" for course, right, left in self.lines if right[:2] != left[:2])

    @cached_property
    def places(self) -> pl.DataFrame:
        """The center of each county (`place`: its FIPS code) and each state (its code), and its name."""
        counties = [(fips, f"{name}, {state}", x, y) for fips, (name, state, x, y) in self.counties.items()]
        states = [(code, f"{name}, county not known", x, y) for code, (name, x, y) in self.states.items()]
        return pl.DataFrame([*counties, *states], schema=["place", "label", "x", "y"], orient="row")

    @cached_property
    def county_names(self) -> pl.DataFrame:
        """`State`, `county` (folded) -> `place`."""
        rows = [
            (fips, name, state, fips[2:] >= _FIRST_CITY and state in _CITIES) for fips, (name, state, *_) in self.counties.items()
        ]
        frame = pl.DataFrame(rows, schema=["place", "name", "State", "city"], orient="row")
        of_cities = frame.filter("city")
        named = pl.concat([frame.filter(~pl.col("city")), of_cities.with_columns(pl.col("name") + " city"), of_cities])
        keyed = named.select("State", folded(pl.col("name")).alias("county"), "place")
        return keyed.unique(["State", "county"], keep="first", maintain_order=True)

    def crossings(self, top_row: int, bottom_row: int) -> pl.DataFrame:
        """Where borders cross the middle of these rows, from left to right.

        `row`: from it to one unit below; `at`: x; `place`: the county to the right of it, empty where there is none.
        """
        lines = pl.DataFrame(list(self.lines), schema=["course", "on_right", "on_left"], orient="row").with_row_index("line")
        numbers = lines.with_columns(pl.col("course").str.extract_all(r"-?\d+").cast(pl.List(pl.Int32)))
        sides = (pl.col("course").list.gather_every(2, offset).alias(name) for offset, name in enumerate(("x", "y")))
        points = numbers.with_columns(sides).explode("x", "y").with_columns(pl.col("x", "y").cum_sum().over("line"))
        before = points.with_columns(pl.col("x", "y").shift().name.suffix("_before"))
        edges = before.filter(pl.col("line") == pl.col("line").shift())
        top, bottom = pl.min_horizontal("y", "y_before"), pl.max_horizontal("y", "y_before")
        rows = pl.int_ranges(top.clip(lower_bound=top_row), bottom.clip(upper_bound=bottom_row + 1)).alias("row")
        crossed = edges.with_columns(rows).filter(pl.col("row").list.len() > 0).explode("row")
        share = (pl.col("row") + 0.5 - pl.col("y_before")) / (pl.col("y") - pl.col("y_before"))
        at = pl.col("x_before") + share * (pl.col("x") - pl.col("x_before"))
        # The picture's y grows downward: right of a border that goes down lies what is on its left hand.
        place = pl.when(pl.col("y") > pl.col("y_before")).then("on_left").otherwise("on_right")
        return crossed.select("row", at.alias("at"), place.alias("place")).sort("at")

    def county_at(self, points: pl.DataFrame) -> pl.Series:
        """The county of each point (`x`, `y` in units), null where there is none; near a border perhaps the neighbor."""
        row = pl.col("y").floor().cast(pl.Int64)
        asked = points.select(pl.col("x").alias("at"), row.alias("row")).with_row_index("order")
        crossings = self.crossings(*asked.select(pl.col("row").min().alias("top"), pl.col("row").max().alias("bottom")).row(0))
        found = asked.sort("at").join_asof(crossings, on="at", by="row", strategy="backward", check_sortedness=False)
        places: pl.Series = found.sort("order")["place"].replace("", None)
        return places


def folded(name: pl.Expr) -> pl.Expr:
    """`ST. LOUIS COUNTY` and `Saint Louis` as one."""
    letters = name.str.to_lowercase().str.normalize("NFKD").str.replace_all(r"\p{M}", "")
    bare = letters.str.replace(r"\s+(?:county|parish|borough|census area|municipality|city and borough)$", "")
    return bare.str.replace_all(r"\bsaint\b", "st").str.replace_all(r"\bsainte\b", "ste").str.replace_all("[^a-z]", "")


@lru_cache(maxsize=1)
def outlines() -> Outlines:
    """Those in the package."""
    found = json.loads(_FILE.read_text(encoding="utf-8"))
    return Outlines(found["states"], found["counties"], found["lines"], found["land"])
