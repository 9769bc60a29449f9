"""Outlines of the states and counties, and the county at a position."""

import json
from collections.abc import Collection, Mapping, Sequence
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
        lines: Borders: the SVG path, the counties on its right and left (empty if none), its smallest and largest y.
        land: The outline of all states, as an SVG path.

    """

    states: Mapping[str, tuple[str, int, int]]
    counties: Mapping[str, tuple[str, str, int, int]]
    lines: Sequence[tuple[str, str, str, int, int]]
    land: str

    @cached_property
    def county_borders(self) -> str:
        """The borders between counties of one state, as an SVG path."""
        return "".join(f"M{course}" for course, right, left, *_ in self.lines if right[:2] == left[:2])

    @cached_property
    def state_borders(self) -> str:
        """Coasts and the borders between states, as an SVG path."""
        return "".join(f"M{course}" for course, right, left, *_ in self.lines if right[:2] != left[:2])

    @cached_property
    def places(self) -> pl.DataFrame:
        """The `place` (FIPS code of a county, code of a state), `label`, and center `x`, `y` of each county and state."""
        counties = [(fips, f"{name}, {state}", x, y) for fips, (name, state, x, y) in self.counties.items()]
        states = [(code, f"{name}, county unknown", x, y) for code, (name, x, y) in self.states.items()]
        return pl.DataFrame([*counties, *states], schema=["place", "label", "x", "y"], orient="row")

    def county_names(self, states: Collection[str]) -> pl.DataFrame:
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

    def crossings(self, rows: pl.Series) -> pl.DataFrame:
        """Find where borders cross the middle of horizontal rows.

        Args:
            rows: Sorted rows, each one unit high.

        Returns:
            `row`, `at` (x) and `place` (the county to the right; empty if none), sorted from left to right.

        """
        segments = _split_segments(_select_crossed(self._lines, rows))
        ends = segments.select(
            pl.min_horizontal("y", "y_before").alias("top"), pl.max_horizontal("y", "y_before").alias("bottom")
        )
        crossed = (
            _select_crossed(segments.hstack(ends), rows)
            .with_columns(pl.int_ranges("first", "last").alias("index"))
            .explode("index")
        )
        crossings = crossed.with_columns(rows.gather(crossed["index"]).alias("row"))
        share = (pl.col("row") + 0.5 - pl.col("y_before")) / (pl.col("y") - pl.col("y_before"))
        at = pl.col("x_before") + share * (pl.col("x") - pl.col("x_before"))
        # y grows downward, so the county to the right of a border that goes down is on the border's left hand.
        place = pl.when(pl.col("y") > pl.col("y_before")).then("on_left").otherwise("on_right")
        return crossings.select("row", at.alias("at"), place.alias("place")).sort("at")

    @property
    def _lines(self) -> pl.DataFrame:
        columns = ["course", "on_right", "on_left", "top", "bottom"]
        return pl.DataFrame(list(self.lines), schema=columns, orient="row").with_row_index("line")

    def county_at(self, points: pl.DataFrame) -> pl.Series:
        """Return the county of each point (`x`, `y` in units); null if none. Near a border it may be the neighbor."""
        row = pl.col("y").floor().cast(pl.Int32)
        positions = points.select(pl.col("x").alias("at"), row.alias("row")).with_row_index("order")
        crossings = self.crossings(positions["row"].unique().sort())
        joined = positions.sort("at").join_asof(crossings, on="at", by="row", strategy="backward", check_sortedness=False)
        places: pl.Series = joined.sort("order")["place"].replace("", None)
        return places


def _select_crossed(frame: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    """Keep the borders that cross any of the sorted rows, and add the range of rows they cross, `first` to `last`."""
    ends = (rows.search_sorted(frame[end], side="left").alias(name) for end, name in (("top", "first"), ("bottom", "last")))
    return frame.with_columns(ends).filter(pl.col("first") < pl.col("last"))


def _split_segments(lines: pl.DataFrame) -> pl.DataFrame:
    """Split borders into straight segments, from `x_before`, `y_before` to `x`, `y`."""
    numbers = pl.col("course").str.extract_all(r"-?\d+").cast(pl.List(pl.Int32))
    steps = lines.select("line", "on_right", "on_left", numbers.alias("numbers"))
    sides = (pl.col("numbers").list.gather_every(2, offset).alias(name) for offset, name in enumerate(("x", "y")))
    points = steps.with_columns(sides).drop("numbers").explode("x", "y").with_columns(pl.col("x", "y").cum_sum().over("line"))
    segments = points.with_columns(pl.col("x", "y").shift().name.suffix("_before"))
    return segments.filter(pl.col("line") == pl.col("line").shift())


def fold_place(name: pl.Expr) -> pl.Expr:
    """Return a key in which `ST. LOUIS COUNTY` and `Saint Louis` are equal."""
    letters = name.str.to_lowercase().str.normalize("NFKD").str.replace_all(r"\p{M}", "")
    bare = letters.str.replace(r"\s+(?:county|parish|borough|census area|municipality|city and borough)$", "")
    return bare.str.replace_all(r"\bsaint\b", "st").str.replace_all(r"\bsainte\b", "ste").str.replace_all("[^a-z]", "")


@lru_cache(maxsize=1)
def load_outlines() -> Outlines:
    """Load the outlines in the package."""
    data = json.loads(_FILE.read_text(encoding="utf-8"))
    return Outlines(data["states"], data["counties"], data["lines"], data["land"])
