"""Time the answers of the window about a large list: python window_answers.py [WORKSPACE].

Without a workspace, 60,000 properties are generated and run. Prints milliseconds of wall-clock and CPU time of each request, sent
over a socket as a tab sends it.
"""

import contextlib
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from windows import Tab, open_window

_ROWS = 60_000
_CITIES = (
    ("Charlotte", "NC", "28206"),
    ("Greensboro", "NC", "27407"),
    ("Norcross", "GA", "30071"),
    ("Greenville", "SC", "29607"),
)
_STREETS = ("Foundry Street", "Commerce Drive", "Granite Road", "Depot Blvd", "Loom Street", "Quarry Road", "Oak Drive")


def write_exports(folder: Path) -> None:
    """Write invented properties as three CSV files."""
    draw = random.Random(1)  # noqa: S311 - data, not secrets
    rows = [
        {
            "Property Type": draw.choice(("Flex", "Flex", "Warehouse", "Light Industrial", "Office")),
            "Address": f"{draw.randint(1, 99_999)} {draw.choice(_STREETS)}",
            **dict(zip(("City", "State", "Zip Code"), draw.choice(_CITIES), strict=True)),
            "Building SqFt": draw.randint(15_000, 80_000),
            "Lot Size Acres": round(draw.uniform(0.5, 15), 2),
            "Year Built": draw.randint(1950, 2022),
            "Occupancy": draw.randint(0, 100),
            "Asking Price": draw.randint(500_000, 9_000_000),
            "Owner Name": f"Owner {draw.randint(1, 20_000)} LLC",
            "APN": f"{number:010d}",
            "Latitude": round(draw.uniform(33, 36), 5),
            "Longitude": round(draw.uniform(-85, -80), 5),
            **{f"Extra {i}": draw.choice(("a", "b", "some text")) for i in range(25)},
        }
        for number in range(_ROWS)
    ]
    folder.mkdir(parents=True, exist_ok=True)
    for part in range(3):
        pl.DataFrame(rows[part::3]).write_csv(folder / f"part{part}.csv")


def measure(name: str, ask: Callable[[], Any]) -> Any:
    """Ask, print the time, and return the answer."""
    wall, cpu = time.perf_counter(), time.process_time()
    answer = ask()
    print(f"{name:44}{1000 * (time.perf_counter() - wall):8.0f}{1000 * (time.process_time() - cpu):8.0f}", flush=True)
    return answer


def measure_answers(tab: Tab) -> None:
    """Measure each kind of request."""

    def read(**query: Any) -> Any:
        return tab.get("/api/list", **{name: json.dumps(value) if name == "filter" else value for name, value in query.items()})

    listed = measure("the list, first", read)
    print(f"{listed['total']:,} properties, {len(listed['columns'])} columns")
    measure("a window further down", lambda: read(start=listed["total"] // 2))
    measure("in order of price", lambda: read(sort="Asking Price"))
    measure("in order of address", lambda: read(sort="Address"))
    measure("search", lambda: read(filter={"search": "granite"}))
    measure("range", lambda: read(filter={"ranges": {"Building SqFt": [20_000, 40_000]}}))
    measure("summary with points", lambda: tab.get("/api/summary"))
    measure("summary of a search", lambda: tab.get("/api/summary", filter=json.dumps({"search": "granite"})))
    keys = listed["ids"]
    measure("a property, first (replays the run)", lambda: tab.get(f"/api/properties/{keys[0]}"))
    for key in keys[1:4]:
        measure("another property", lambda key=key: tab.get(f"/api/properties/{key}"))
    measure(
        "note", lambda: tab.send("PUT", f"/api/properties/{keys[0]}/notes", {"texts": {"My Notes": f"Note of {time.time():.0f}"}})
    )
    measure("the list after a note", read)
    measure("rejected rows", lambda: read(view="rejected"))
    measure("the same criteria (prepares the rows)", lambda: tab.send("POST", "/api/rerank", {}))
    measure("another minimum score", lambda: tab.send("POST", "/api/rerank", {"min_score": 6}))
    measure("another condition", lambda: tab.send("POST", "/api/rerank", {"where": "State = 'NC'"}))
    measure("another profile", lambda: tab.send("POST", "/api/rerank", {"profile": "parcel"}))
    content = tab.get("/api/rules")["content"]
    rule = content["factors"]["Building Size"]["parts"][0]["rules"][0]
    for points in (2.9, 2.8, 2.7):
        rule["points"] = points
        measure("a step of a slider", lambda: tab.send("POST", "/api/rerank", {"content": content}))
    measure("two profiles compared", lambda: tab.get("/api/profiles/comparison", a="flex-industrial", b="parcel"))


def main() -> None:
    """Open the workspace, run if it has no results, and measure."""
    with contextlib.ExitStack() as stack:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if len(sys.argv) == 1:
            write_exports(folder / "exports")
        tab = stack.enter_context(open_window(Path(os.path.realpath(folder))))
        if not tab.get("/api/state")["workspace"]["has_results"]:
            measure("run", tab.run)
        measure_answers(tab)


if __name__ == "__main__":
    main()
