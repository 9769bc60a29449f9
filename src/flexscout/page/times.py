"""How long the run took and how much memory it held; the one part of the page that differs from run to run."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from flexscout.page.charts import bars
from flexscout.page.elements import card, grid, tiles

_SLOWEST = 10


def times(report: Mapping[str, Any]) -> Markup:
    """The stages, the slowest files, speed and memory."""
    run = report["performance"]
    figures = {
        "seconds": f"{report['statistics']['processing_duration']:,.1f}",
        "properties a minute": f"{run['properties_per_minute']:,}",
        "worker processes": f"{run['workers']:,}",
        "MB of memory at most": f"{run['peak_memory_mb']:,.0f}",
    }
    stages = bars("Seconds", run["seconds"], _words(run["seconds"]))
    slowest = dict(
        sorted(((file["file"], file["seconds"]) for file in report["files"] if file["seconds"]), key=lambda file: -file[1])[
            :_SLOWEST
        ]
    )
    parts = [card("Stages", stages), card("Slowest files", bars("Seconds in a worker", slowest, _words(slowest)))]
    return tiles(figures.items()) + grid(parts)


def _words(seconds: Mapping[str, float]) -> dict[str, str]:
    return {name: f"{value:,.2f}" for name, value in seconds.items()}
