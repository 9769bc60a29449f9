"""Where the candidates are: the states, counties and cities with the most."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from markupsafe import Markup

from flexscout.page.charts import bars
from flexscout.page.elements import card, grid

_SHOWN = 12


def geography(report: Mapping[str, Any]) -> Markup:
    """A chart per kind of place."""
    coverage = report["statistics"]["geographic_coverage"]
    return grid(_places(kind, coverage.get(kind, {})) for kind in ("states", "counties", "cities"))


def _places(kind: str, counts: Mapping[str, int]) -> Markup:
    if not counts:
        return card(kind.capitalize(), Markup('<p class="none">Not in the data.</p>'))
    of = f"the first {_SHOWN} of {len(counts):,}" if len(counts) > _SHOWN else f"all {len(counts):,}"
    return card(kind.capitalize(), bars(f"Candidates, {of}", dict(islice(counts.items(), _SHOWN))))
