"""What became of each file, and what to do about those that failed."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from flexscout.page.elements import brief, table

_SHOWN = 150
_ORDER = {"failed": 0, "skipped": 1, "ok": 2}
_COUNTS = {
    "Rows": "rows_read",
    "Candidates": "candidates",
    "Below score": "below_score",
    "Not eligible": "not_eligible",
    "Blank": "blank",
    "No data": "not_data",
    "Merged": "duplicates_removed",
    "Issues": "issues",
}
_CAUSE = Markup("<li><b>{}</b> <span>What to do: {}</span></li>")


def causes(report: Mapping[str, Any]) -> Markup:
    """The failures by their cause, each with what to do next."""
    found = report["errors"]["causes"]
    items = Markup("").join(_CAUSE.format(brief(cause["message"], 600), brief(cause["next_step"], 400)) for cause in found)
    return Markup('<ul class="causes">{}</ul>').format(items) if found else Markup("")


def files(report: Mapping[str, Any]) -> Markup:
    """A row per file, those that failed first."""
    ordered = sorted(report["files"], key=lambda file: (_ORDER.get(file["status"], 0), file["file"]))
    of = f"the first {_SHOWN} of {len(ordered):,}; the sheet Files has all" if len(ordered) > _SHOWN else "all"
    return causes(report) + table(f"Files, {of}", [_row(file) for file in ordered[:_SHOWN]])


def _row(file: Mapping[str, Any]) -> dict[str, Any]:
    status = Markup('<b class="{0}">{0}</b>').format(brief(file["status"], 20))
    counts = {name: file[key] for name, key in _COUNTS.items()}
    return {
        "File": brief(file["file"], 80),
        "Status": status,
        "Vendor": file.get("vendor", ""),
        **counts,
        "Remark": _remark(file),
    }


def _remark(file: Mapping[str, Any]) -> str:
    error = file.get("error", {})
    left_out: Sequence[Mapping[str, str]] = file.get("sheets_left_out", ())
    sheets = [f"Sheet {sheet['sheet']} left out: {sheet['reason']}" for sheet in left_out[:3]]
    return brief(" ".join(filter(None, (file.get("reason"), error.get("message"), error.get("next_step"), *sheets))), 300)
