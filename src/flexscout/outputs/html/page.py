"""Render the page of a run: one self-contained HTML file."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from markupsafe import Markup

from flexscout.domain import PAGE_GENERATOR_TAG, format_count, format_date
from flexscout.outputs.branding import Branding, load_branding
from flexscout.outputs.html.candidate_table import render_candidates
from flexscout.outputs.html.change_sections import render_changes, render_news
from flexscout.outputs.html.elements import (
    clip_text,
    read_asset,
    render_details,
    render_section,
    render_sentences,
    render_table,
)
from flexscout.outputs.html.file_sections import render_causes, render_duplicates, render_files, render_schema
from flexscout.outputs.html.sections import (
    render_geography,
    render_key_figures,
    render_overview,
    render_owners,
    render_quality,
    render_sizes,
    render_times,
)
from flexscout.outputs.results import ResultTables

SHARED_ASSETS = ("colors.css", "elements.js", "format.js")
"""Files that the page and the window have in common: colors, building elements, and formats of values."""

_STYLES = ("colors.css", "page.css", "results.css", "dialogs.css", "print.css")
_SCRIPTS = ("elements.js", "format.js", "start.js", "values.js", "list.js", "filters.js", "card.js", "map.js", "main.js")
_TITLES = {
    "candidates": "Candidates",
    "changes": "Changes",
    "owners": "Owners",
    "overview": "Overview",
    "places": "Places",
    "sizes": "Sizes",
    "method": "How the list was made",
}
_METHOD_TITLES = {
    "duplicates": "Duplicates",
    "quality": "Data quality",
    "columns": "Columns",
    "files": "Files",
    "run": "Run",
}
_FIRM = Markup('<p class="brand">{}</p>')
_LOGO = Markup('<img src="data:{type};base64,{content}" alt="">')
_PRINT_HEADER = Markup('@page {{ @top-left {{ content: "{}" }} }}')
_LINK = Markup('<a href="#{}">{}</a>')
_PART = Markup('<details><summary>{title}</summary><div id="{key}">{body}</div></details>')
_WARNING = Markup('<aside class="warning" aria-label="Failed files"><p><a href="#files">{text}</a></p>{causes}</aside>')


@dataclass(frozen=True)
class Page:
    """A rendered page, except for what is known only at the end of the run."""

    sections: Mapping[str, Markup]
    method: Mapping[str, Markup]
    warning: Markup
    news: Markup
    branding: Branding

    def write(self, path: Path, report: Mapping[str, Any], messages: Sequence[str] = ()) -> None:
        """Write the page in UTF-8; the arguments are those of `to_html`."""
        path.write_text(self.to_html(report, messages), encoding="utf-8", newline="\n")

    def to_html(self, report: Mapping[str, Any], messages: Sequence[str] = ()) -> str:
        """Return the page.

        Args:
            report: The finished report.
            messages: Sentences for the user.

        """
        method = {**self.method, "run": render_times(report) + _render_settings(report)}
        parts = Markup("").join(_PART.format(key=key, title=_METHOD_TITLES[key], body=body) for key, body in method.items())
        sections = {**self.sections, "method": render_section("method", _TITLES["method"], render_sentences(messages) + parts)}
        style, script, print_style = _join_assets(_STYLES), _join_scripts(), _print_header(report, self.branding)
        return str(
            read_asset("page.html").format(
                mark=Markup(PAGE_GENERATOR_TAG),  # noqa: S704  # nosec B704 # a constant
                style=style,
                print_style=print_style,
                script=script,
                style_hash=_hash_source(style),
                print_hash=_hash_source(print_style),
                script_hash=_hash_source(script),
                firm=_FIRM.format(clip_text(self.branding.name)) if self.branding.name else Markup(""),
                logo=_render_logo(self.branding),
                title=_format_title(report),
                about=_describe_run(report),
                navigation=Markup("").join(_LINK.format(key, _TITLES[key]) for key in sections),
                warning=self.warning,
                news=self.news,
                sections=Markup("\n").join(sections.values()),
                version=report["flexscout"],
            )
        )


def render_page(report: Mapping[str, Any], tables: ResultTables) -> Page:
    """Render the page of a report.

    Args:
        report: The run report; its run times may still change.
        tables: The tables of the result.

    """
    master, branding = tables.master, load_branding(report["settings"])
    bodies = {
        "changes": render_changes(report),
        "owners": render_owners(master),
        "overview": render_key_figures(report) + render_overview(report, master),
        "places": render_geography(report),
        "sizes": render_sizes(master),
    }
    sections = {key: render_section(key, _TITLES[key], body) for key, body in bodies.items() if body}
    if master.height:
        sections = {"candidates": render_candidates(report, tables, len(_render_logo(branding))), **sections}
    method = {
        "duplicates": render_duplicates(report),
        "quality": render_quality(report),
        "columns": render_schema(report),
        "files": render_files(report),
    }
    return Page(sections, method, _render_warning(report), render_news(report), branding)


def read_shared_asset(name: str) -> str:
    """Return a file of the page that the window uses too, one of SHARED_ASSETS."""
    return str(read_asset(name))


def _render_logo(branding: Branding) -> Markup:
    content = base64.b64encode(branding.logo).decode()
    return _LOGO.format(type=branding.media_type, content=content) if content else Markup("")


def _render_warning(report: Mapping[str, Any]) -> Markup:
    statistics = report["statistics"]
    if not statistics["failed_files"]:
        return Markup("")
    failed = f"{statistics['failed_files']:,} of {format_count(statistics['total_files_processed'], 'file')} failed"
    return _WARNING.format(text=failed, causes=render_causes(report))


def _format_title(report: Mapping[str, Any]) -> str:
    return format_count(report["statistics"]["unique_flex_properties"], "flex-industrial candidate")


def _describe_run(report: Mapping[str, Any]) -> str:
    settings, day = report["settings"], report.get("data_date")
    parts = [
        f"Data of {format_date(date.fromisoformat(day))}" if day else "",
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


def _join_assets(names: Sequence[str]) -> Markup:
    return Markup("").join(map(read_asset, names))


def _join_scripts() -> Markup:
    """Return the scripts as one, in a scope of its own; a page that is one file has no modules."""
    return Markup('"use strict";\n(() => {{\n{}}})();\n').format(_join_assets(_SCRIPTS).replace("export const ", "const "))


def _print_header(report: Mapping[str, Any], branding: Branding) -> Markup:
    """Return the style that prints the firm and the title on top of each page."""
    text = " · ".join(filter(None, (clip_text(branding.name), _format_title(report), _describe_run(report))))
    title = "".join(f"\\{ord(letter):x} " for letter in text)
    return _PRINT_HEADER.format(Markup(title))  # noqa: S704  # nosec B704 # it holds only CSS escapes
