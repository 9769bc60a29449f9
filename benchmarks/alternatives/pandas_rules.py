"""The rules of flex-industrial over whole pandas columns, shared by the alternatives."""

import numpy as np
import pandas as pd

NUMBERS = ["Building SqFt", "Lot Size Acres", "Year Built", "Occupancy", "Sold Price", "Latitude", "Longitude"]
_KINDS = (
    (r"\bflex\b", 3.0),
    (r"\b(?:warehouse|distribution)", 2.5),
    (r"\blight industrial", 2.0),
    (r"\bindustrial", 1.5),
    (r"\b(?:manufacturing|storage|logistics)", 1.0),
)
_ELIGIBLE = r"\b(?:industrial|warehouse|distribution|flex|manufacturing|storage|logistics)"


def rank(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the unique candidates, best first."""
    frame[NUMBERS] = frame[NUMBERS].apply(pd.to_numeric, errors="coerce")
    size, acres, year, kind = (frame[name] for name in ("Building SqFt", "Lot Size Acres", "Year Built", "Property Type"))
    lower = kind.str.lower().fillna("")
    has = [lower.str.contains(pattern) for pattern, _ in _KINDS]
    points = (
        np.select([size.between(low, high, "left") for low, high in ((20e3, 50e3), (50e3, 1e5), (1e5, 2e5))], [3.0, 2.0, 1.0])
        + np.select(has, [point for _, point in _KINDS])
        + np.select([acres.between(1, 5), acres.between(5, 10), acres.between(0.5, 20)], [2.0, 1.5, 1.0])
        + np.select([year >= 1990, year >= 1980], [1.0, 0.5])
        + (frame["Occupancy"] < 100)
    )  # fmt: skip
    eligible = lower.str.contains(_ELIGIBLE) & (size >= 20e3) & acres.between(0.5, 20)
    candidates = frame.assign(**{"Flex Score": points})[eligible & (points >= 4)]
    best = candidates.sort_values("Flex Score", ascending=False, kind="stable")
    keys = pd.DataFrame({name: best[name].str.upper().str.strip() for name in ("Address", "City", "State")})
    return best[~keys.duplicated()]
