"""The report as JSON."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write_report(report: Mapping[str, Any], path: Path) -> None:
    """Indented, in UTF-8; dates as YYYY-MM-DD."""
    path.write_text(render_report(report) + "\n", encoding="utf-8")


def render_report(report: Mapping[str, Any]) -> str:
    """The report as JSON text."""
    return json.dumps(report, indent=2, ensure_ascii=False, default=str)
