"""Write the table by which a missing state is inferred from County and City.

Run `pip install zipcodes==3.0.0` (MIT), then `python docs/scripts/build_counties.py`.
"""

from collections import defaultdict
from importlib import import_module
from pathlib import Path

import polars as pl

from flexscout.domain import city_key, map_state_codes
from flexscout.domain.normalization import county_key

TABLE = Path(__file__).parents[2] / "src/flexscout/domain/data/counties.tsv"


def main() -> None:
    """Write each county name with its state; for a name in several states, the cities that are in one of them only."""
    codes = import_module("zipcodes").list_all()
    rows = [
        (code["county"], city, code["state"])
        for code in codes
        if code["state"] in map_state_codes() and code["county"]
        for city in (code["city"], *code["acceptable_cities"])
    ]
    raw = pl.DataFrame(rows, schema=["county", "city", "state"], orient="row")
    keys = raw.select(county_key(pl.col("county")), city_key(pl.col("city")), "state").drop_nulls().unique()
    states: dict[str, set[str]] = defaultdict(set)
    cities: dict[tuple[str, str], set[str]] = defaultdict(set)
    for county, city, state in keys.iter_rows():
        states[county].add(state)
        cities[county, city].add(state)
    lines = [(county, next(iter(own)), "") for county, own in states.items() if len(own) == 1]
    by_state: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (county, city), own in cities.items():
        if len(own) == 1 < len(states[county]):
            by_state[county, next(iter(own))].append(city)
    lines += [(county, state, ";".join(sorted(names))) for (county, state), names in by_state.items()]
    TABLE.write_text("".join("\t".join(line) + "\n" for line in sorted(lines)), encoding="utf-8")


if __name__ == "__main__":
    main()
