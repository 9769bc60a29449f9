"""How large and how old the candidates are."""

from collections.abc import Sequence

import polars as pl
from markupsafe import Markup

from flexscout.page.charts import Column, columns
from flexscout.page.elements import card, grid

_SQUARE_FEET = (0, 10_000, 20_000, 30_000, 40_000, 50_000, 75_000, 100_000, 150_000, 200_000)
_ACRES = (0, 0.5, 1, 2, 3, 5, 10, 20, 50)
_YEARS = (0, 1950, 1960, 1970, 1980, 1990, 2000, 2010, 2020)


def sizes(master: pl.DataFrame) -> Markup:
    """Building, lot and year."""
    return grid(
        [
            card("Building, thousand sq ft", _spread(master, "Building SqFt", _SQUARE_FEET, " sq ft", 1_000)),
            card("Lot, acres", _spread(master, "Lot Size Acres", _ACRES, " acres")),
            card("Year built", _spread(master, "Year Built", _YEARS, "")),
        ]
    )


def _spread(master: pl.DataFrame, name: str, edges: Sequence[float], unit: str, label_unit: int = 1) -> Markup:
    """How many values lie from each edge to the next."""
    values = (
        master[name].cast(pl.Float64, strict=False).drop_nulls() if name in master.columns else pl.Series([], dtype=pl.Float64)
    )
    counts = [int(((values >= low) & (values < high)).sum()) for low, high in zip(edges, (*edges[1:], float("inf")), strict=True)]
    grouped = "" if name == "Year Built" else ","
    entries = [
        Column(_label(i, edges, label_unit, grouped), _said(i, edges, unit, grouped), count) for i, count in enumerate(counts)
    ]
    missing = master.height - values.len()
    note = Markup('<p class="none">Unknown for {}.</p>').format(f"{missing:,}") if missing else Markup("")
    return columns(name, entries) + note


def _label(place: int, edges: Sequence[float], unit: int, grouped: str) -> str:
    if place == 0:
        return f"<{edges[1] / unit:{grouped}g}"
    return f"{edges[place] / unit:{grouped}g}" + ("+" if place == len(edges) - 1 else "")


def _said(place: int, edges: Sequence[float], unit: str, grouped: str) -> str:
    if place == 0:
        return f"below {edges[1]:{grouped}}{unit}"
    if place == len(edges) - 1:
        return f"{edges[place]:{grouped}}{unit} or more"
    return f"{edges[place]:{grouped}} to below {edges[place + 1]:{grouped}}{unit}"
