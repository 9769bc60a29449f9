"""Land-use codes that stand in for a property type."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from flexscout.vocabulary.load import load


@dataclass(frozen=True)
class CodeTable:
    """The codes of one maker and what they say.

    `state`: where they are used, two letters; `digits`: of every code, leading zeros among them; `source`: its citation.
    """

    name: str
    state: str
    digits: int
    source: str
    codes: Mapping[str, str]


@cache
def code_tables() -> dict[str, CodeTable]:
    """Name -> table of land-use codes."""
    tables = load("land_use_codes")["tables"]
    return {name: _table(name, entry) for name, entry in tables.items()}


def _table(name: str, entry: Mapping[str, Any]) -> CodeTable:
    return CodeTable(name, entry["state"], entry["digits"], entry["source"], dict(entry["codes"]))
