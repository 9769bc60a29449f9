"""How complete the candidates are, and what would not convert."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from flexscout.page.charts import bars
from flexscout.page.elements import card, grid, table


def quality(report: Mapping[str, Any]) -> Markup:
    """Per column how many candidates have it; per reason how many Issues there are."""
    found = report["quality"]
    shares = {name: share for name, share in found["completeness"].items() if share}
    empty = [name for name, share in found["completeness"].items() if not share]
    words = {name: f"{share:.0%}" for name, share in shares.items()}
    note = Markup('<p class="none">In no candidate: {}.</p>').format(", ".join(empty)) if empty else Markup("")
    complete = bars("Share of the candidates that have a value", shares, words, most=1) + note
    return grid([card("Completeness", complete), card("Issues with values, rows and columns", _issues(found))])


def _issues(found: Mapping[str, Any]) -> Markup:
    rows = [
        {"Issue": reason.replace("_", " "), "Times": count, "What it means": found.get("reasons", {}).get(reason, "")}
        for reason, count in found["issues"].items()
    ]
    return table("The sheet Issues has each with its place", rows) or Markup('<p class="none">None.</p>')
