"""The page of a run: one HTML file that needs nothing else."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from markupsafe import Markup

from flexscout.domain import PAGE_GENERATOR_TAG
from flexscout.outputs.html.candidate_map import render_map
from flexscout.outputs.html.elements import (
    read_asset,
    render_details,
    render_lead,
    render_section,
    render_sentences,
    render_table,
    shorten,
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
_WARNING = Markup('<aside class="warning" aria-label="Files that failed"><p><a href="#files">{said}</a></p>{causes}</aside>')


@dataclass(frozen=True)
class Page:
    """A page that lacks only what is known when the run ends."""

    sections: Mapping[str, Markup]
    warning: Markup
    figures: Markup

    def write(self, path: Path, report: Mapping[str, Any], messages: Sequence[str] = ()) -> None:
        """Write it, in UTF-8; as for `html`."""
        path.write_text(self.html(report, messages), encoding="utf-8", newline="\n")

    def html(self, report: Mapping[str, Any], messages: Sequence[str] = ()) -> str:
        """The whole text; `report`: the finished one; `messages`: what a person should know, in sentences."""
        parts = {**self.sections, "run": render_section("run", _TITLES["run"], render_times(report) + _settings(report))}
        style, script = read_asset("page.css"), read_asset("page.js")
        return str(
            read_asset("page.html").format(
                mark=Markup(PAGE_GENERATOR_TAG),  # noqa: S704  # nosec B704 # a constant
                style=style,
                script=script,
                style_hash=_hash(style),
                script_hash=_hash(script),
                title=_title(report),
                about=_about(report),
                navigation=Markup("").join(_LINK.format(key, _TITLES[key]) for key in parts),
                warning=self.warning,
                messages=render_sentences(messages),
                figures=self.figures,
                sections=Markup("\n").join(parts.values()),
                version=report["flexscout"],
            )
        )


def render_page(report: Mapping[str, Any], master: pl.DataFrame, explanations: Sequence[str] = ()) -> Page:
    """The page of a report and its list.

    `master`: the unique candidates, best first; `explanations`: why the first of them scored what they did, in their order.
    """
    bodies = {
        "overview": render_overview(report, master),
        "map": render_map(master) if master.height else Markup(""),
        "candidates": _candidates(master, explanations) if master.height else Markup(""),
        "places": render_geography(report),
        "sizes": render_sizes(master),
        "duplicates": render_duplicates(report),
        "quality": render_quality(report),
        "columns": render_schema(report),
        "files": render_files(report),
    }
    sections = {key: render_section(key, _TITLES[key], body) for key, body in bodies.items() if body}
    return Page(sections, _warning(report), render_key_figures(report))


def _candidates(master: pl.DataFrame, explanations: Sequence[str]) -> Markup:
    which = f"The best {MAX_PAGE_ROWS:,} of {master.height:,}" if master.height > MAX_PAGE_ROWS else "All of them"
    return render_lead(f"{which}, with the points of each. The workbook has every column.") + render_ranking(master, explanations)


def _warning(report: Mapping[str, Any]) -> Markup:
    figures = report["statistics"]
    if not figures["failed_files"]:
        return Markup("")
    said = f"{figures['failed_files']:,} of {figures['total_files_processed']:,} files could not be read"
    return _WARNING.format(said=said, causes=render_causes(report))


def _title(report: Mapping[str, Any]) -> str:
    return f"{report['statistics']['unique_flex_properties']:,} flex-industrial candidates"


def _about(report: Mapping[str, Any]) -> str:
    settings = report["settings"]
    parts = [
        f"from {shorten(Path(settings['input_folder']).name or settings['input_folder'], 80)}",
        f"profile {shorten(Path(settings['profile']).stem, 40)}",
        f"score {settings['min_flex_score']:g} or more",
        f"only where {shorten(settings['where'], 160)}" if settings["where"] else "",
    ]
    return " · ".join(filter(None, parts))


def _settings(report: Mapping[str, Any]) -> Markup:
    shown = [{"Setting": name.replace("_", " "), "Value": _value(value)} for name, value in report["settings"].items()]
    return render_details("Settings of the run", render_table("Settings", shown))


def _value(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _hash(text: str) -> Markup:
    """How a content security policy names an inline text that may be used."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Markup(f"'sha256-{digest}'")  # noqa: S704  # nosec B704 # base64 has no sign of HTML
