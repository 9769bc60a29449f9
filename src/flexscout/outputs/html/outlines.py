"""The outlines of the states and counties, and in which county a place lies."""

import json
from collections.abc import Collection, Mapping, Sequence
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

    `states`: code -> name and center; `counties`: FIPS code -> name, state, and center; `lines`: each a border: its course, the
    counties on its right and left, empty where there is none, its least and greatest y; `land`: all of it, as an SVG path.
    """

    states: Mapping[str, tuple[str, int, int]]
    counties: Mapping[str, tuple[str, str, int, int]]
    lines: Sequence[tuple[str, str, str, int, int]]
    land: str

    @cached_property
    def county_borders(self) -> str:
        """The borders between counties of one state, as the data of an SVG path."""
        return "".join(f"M{course}" for course, right, left, *_ in self.lines if right[:2] == left[:2])

    @cached_property
    def state_borders(self) -> str:
        """Coasts and the borders between states, as the data of an SVG path."""
        return "".join(f"M{course}" for course, right, left, *_ in self.lines if right[:2] != left[:2])

    @cached_property
    def places(self) -> pl.DataFrame:
        """The center of each county (`place`: its FIPS code) and each state (its code), and its name."""
        counties = [(fips, f"{name}, {state}", x, y) for fips, (name, state, x, y) in self.counties.items()]
        states = [(code, f"{name}, county not known", x, y) for code, (name, x, y) in self.states.items()]
        return pl.DataFrame([*counties, *states], schema=["place", "label", "x", "y"], orient="row")

    def county_names(self, states: Collection[str]) -> pl.DataFrame:
        """`State`, `county` (folded) -> `place`, of some states."""
        rows = [(fips, name, state) for fips, (name, state, *_) in self.counties.items() if state in states]
        frame = pl.DataFrame(rows, schema=dict.fromkeys(("place", "name", "State"), pl.String), orient="row")
        city = (pl.col("place").str.slice(2) >= _FIRST_CITY) & pl.col("State").is_in(_CITIES)
        cities = frame.filter(city)
        # Of a county and a city of one name, the bare name is the county's.
        named = pl.concat([frame.filter(~city), cities.with_columns(pl.col("name") + " city"), cities])
        keyed = named.select("State", fold_place(pl.col("name")).alias("county"), "place")
        return keyed.unique(["State", "county"], keep="first", maintain_order=True)

    def crossings(self, rows: pl.Series) -> pl.DataFrame:
        """Where borders cross the middle of these rows, which are sorted, from left to right.

        `row`: from it to one unit below; `at`: x; `place`: the county to the right of it, empty where there is none.
        """
        edges = _edges(_between(self._lines, rows))
        ends = edges.select(pl.min_horizontal("y", "y_before").alias("top"), pl.max_horizontal("y", "y_before").alias("bottom"))
        crossed = _between(edges.hstack(ends), rows).with_columns(pl.int_ranges("first", "last").alias("which")).explode("which")
        found = crossed.with_columns(rows.gather(crossed["which"]).alias("row"))
        share = (pl.col("row") + 0.5 - pl.col("y_before")) / (pl.col("y") - pl.col("y_before"))
        at = pl.col("x_before") + share * (pl.col("x") - pl.col("x_before"))
        # The picture's y grows downward: right of a border that goes down lies what is on its left hand.
        place = pl.when(pl.col("y") > pl.col("y_before")).then("on_left").otherwise("on_right")
        return found.select("row", at.alias("at"), place.alias("place")).sort("at")

    @property
    def _lines(self) -> pl.DataFrame:
        columns = ["course", "on_right", "on_left", "top", "bottom"]
        return pl.DataFrame(list(self.lines), schema=columns, orient="row").with_row_index("line")

    def county_at(self, points: pl.DataFrame) -> pl.Series:
        """The county of each point (`x`, `y` in units), null where there is none; at a border perhaps the neighbor."""
        row = pl.col("y").floor().cast(pl.Int32)
        asked = points.select(pl.col("x").alias("at"), row.alias("row")).with_row_index("order")
        crossings = self.crossings(asked["row"].unique().sort())
        found = asked.sort("at").join_asof(crossings, on="at", by="row", strategy="backward", check_sortedness=False)
        places: pl.Series = found.sort("order")["place"].replace("", None)
        return places


def _between(frame: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    """What has any of the sorted rows between its `top` and `bottom`: those from `first` to `last`."""
    ends = (rows.search_sorted(frame[end], side="left").alias(name) for end, name in (("top", "first"), ("bottom", "last")))
    return frame.with_columns(ends).filter(pl.col("first") < pl.col("last"))


def _edges(lines: pl.DataFrame) -> pl.DataFrame:
    """The straight pieces of borders, from `x_before`, `y_before` to `x`, `y`."""
    numbers = pl.col("course").str.extract_all(r"-?\d+").cast(pl.List(pl.Int32))
    steps = lines.select("line", "on_right", "on_left", numbers.alias("numbers"))
    sides = (pl.col("numbers").list.gather_every(2, offset).alias(name) for offset, name in enumerate(("x", "y")))
    points = steps.with_columns(sides).drop("numbers").explode("x", "y").with_columns(pl.col("x", "y").cum_sum().over("line"))
    before = points.with_columns(pl.col("x", "y").shift().name.suffix("_before"))
    return before.filter(pl.col("line") == pl.col("line").shift())


def fold_place(name: pl.Expr) -> pl.Expr:
    """`ST. LOUIS COUNTY` and `Saint Louis` as one."""
    letters = name.str.to_lowercase().str.normalize("NFKD").str.replace_all(r"\p{M}", "")
    bare = letters.str.replace(r"\s+(?:county|parish|borough|census area|municipality|city and borough)$", "")
    return bare.str.replace_all(r"\bsaint\b", "st").str.replace_all(r"\bsainte\b", "ste").str.replace_all("[^a-z]", "")


@lru_cache(maxsize=1)
def load_outlines() -> Outlines:
    """Those in the package."""
    found = json.loads(_FILE.read_text(encoding="utf-8"))
    return Outlines(found["states"], found["counties"], found["lines"], found["land"])
