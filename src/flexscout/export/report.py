"""The report as JSON."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flexscout.inert_text import escape_json


def write_report(report: Mapping[str, Any], path: Path) -> None:
    """Indented, in UTF-8; dates as YYYY-MM-DD."""
    path.write_text(render_report(report) + "\n", encoding="utf-8")


def render_report(report: Mapping[str, Any]) -> str:
    """The report as JSON text, in which control and invisible characters are escaped."""
    return escape_json(json.dumps(report, indent=2, ensure_ascii=False, default=str))
