"""Render the page of a run: one self-contained HTML file."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from markupsafe import Markup

from flexscout.domain import PAGE_GENERATOR_TAG, format_count
from flexscout.outputs.html.candidate_map import render_map
from flexscout.outputs.html.change_sections import render_changes
from flexscout.outputs.html.elements import (
    clip_text,
    read_asset,
    render_details,
    render_lead,
    render_section,
    render_sentences,
    render_table,
)
from flexscout.outputs.html.file_sections import render_causes, render_duplicates, render_files, render_schema
from flexscout.outputs.html.ranking import MAX_PAGE_ROWS, render_ranking
from flexscout.outputs.html.sections import (
    render_geography,
    render_key_figures,
    render_overview,
    render_quality,
    render_sizes,
    render_times,
)

_TITLES = {
    "changes": "Changes",
    "overview": "Overview",
    "map": "Map",
    "candidates": "Candidates",
    "places": "Places",
    "sizes": "Sizes",
    "duplicates": "Duplicates",
    "quality": "Data quality",
    "columns": "Columns",
    "files": "Files",
    "run": "Run",
}
_LINK = Markup('<a href="#{}">{}</a>')
_WARNING = Markup('<aside class="warning" aria-label="Failed files"><p><a href="#files">{text}</a></p>{causes}</aside>')


@dataclass(frozen=True)
class Page:
    """A rendered page, except for what is known only at the end of the run."""

    sections: Mapping[str, Markup]
    warning: Markup
    figures: Markup

    def write(self, path: Path, report: Mapping[str, Any], messages: Sequence[str] = ()) -> None:
        """Write the page in UTF-8; the arguments are those of `to_html`."""
        path.write_text(self.to_html(report, messages), encoding="utf-8", newline="\n")

    def to_html(self, report: Mapping[str, Any], messages: Sequence[str] = ()) -> str:
        """Return the page.

        Args:
            report: The finished report.
            messages: Sentences for the user.

        """
        parts = {**self.sections, "run": render_section("run", _TITLES["run"], render_times(report) + _render_settings(report))}
        style, script = read_asset("page.css"), read_asset("page.js")
        return str(
            read_asset("page.html").format(
                mark=Markup(PAGE_GENERATOR_TAG),  # noqa: S704  # nosec B704 # a constant
                style=style,
                script=script,
                style_hash=_hash_source(style),
                script_hash=_hash_source(script),
                title=_format_title(report),
                about=_describe_run(report),
                navigation=Markup("").join(_LINK.format(key, _TITLES[key]) for key in parts),
                warning=self.warning,
                messages=render_sentences(messages),
                figures=self.figures,
                sections=Markup("\n").join(parts.values()),
                version=report["flexscout"],
            )
        )


def render_page(report: Mapping[str, Any], master: pl.DataFrame, explanations: Sequence[str] = ()) -> Page:
    """Render the page of a report.

    Args:
        report: The run report; its run times may still change.
        master: The unique candidates, best first.
        explanations: Why the first candidates score what they do, in order.

    """
    bodies = {
        "changes": render_changes(report),
        "overview": render_overview(report, master),
        "map": render_map(master) if master.height else Markup(""),
        "candidates": _render_candidates(master, explanations) if master.height else Markup(""),
        "places": render_geography(report),
        "sizes": render_sizes(master),
        "duplicates": render_duplicates(report),
        "quality": render_quality(report),
        "columns": render_schema(report),
        "files": render_files(report),
    }
    sections = {key: render_section(key, _TITLES[key], body) for key, body in bodies.items() if body}
    return Page(sections, _render_warning(report), render_key_figures(report))


def _render_candidates(master: pl.DataFrame, explanations: Sequence[str]) -> Markup:
    total = format_count(master.height, "candidate")
    shown = f"The best {MAX_PAGE_ROWS:,} of {total}" if master.height > MAX_PAGE_ROWS else f"All {total}"
    lead = render_lead(f"{shown} with their points. The workbook has every column.")
    return lead + render_ranking(master, explanations)


def _render_warning(report: Mapping[str, Any]) -> Markup:
    statistics = report["statistics"]
    if not statistics["failed_files"]:
        return Markup("")
    failed = f"{statistics['failed_files']:,} of {format_count(statistics['total_files_processed'], 'file')} failed"
    return _WARNING.format(text=failed, causes=render_causes(report))


def _format_title(report: Mapping[str, Any]) -> str:
    return f"{report['statistics']['unique_flex_properties']:,} flex-industrial candidates"


def _describe_run(report: Mapping[str, Any]) -> str:
    settings = report["settings"]
    parts = [
        f"from {clip_text(Path(settings['input_folder']).name or settings['input_folder'], 80)}",
        f"profile {clip_text(Path(settings['profile']).stem, 40)}",
        f"score {settings['min_flex_score']:g} or more",
        f"filter: {clip_text(settings['where'], 160)}" if settings["where"] else "",
    ]
    return " · ".join(filter(None, parts))


def _render_settings(report: Mapping[str, Any]) -> Markup:
    rows = [{"Setting": name.replace("_", " "), "Value": _format_value(value)} for name, value in report["settings"].items()]
    return render_details("Settings of the run", render_table("Settings", rows))


def _format_value(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _hash_source(text: str) -> Markup:
    """Return the source expression that allows an inline text in a content security policy."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Markup(f"'sha256-{digest}'")  # noqa: S704  # nosec B704 # base64 needs no escaping
