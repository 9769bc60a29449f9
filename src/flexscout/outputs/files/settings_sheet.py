"""The sheet Settings: the rules and settings of the result, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from flexscout.config import Affects, list_settings_affecting
from flexscout.domain import find_canonical_column
from flexscout.outputs.files.layout import Sheet
from flexscout.outputs.files.property_sheets import format_class
from flexscout.scoring import Part, Profile, Rule, format_bound

_LABELS = {
    "min_flex_score": "Minimum score",
    "where": "Filter on properties",
    "where_rows": "Filter on rows",
    "enable_deduplication": "Duplicates are merged",
    "duplicate_fields": "Same property if equal",
    "duplicate_policy": "One property is one",
    "close_matches": "Close matches of addresses",
    "merge_record": "Values of a property",
    "drop_withdrawn": "Leaves the list when withdrawn from",
    "snapshots": "Exports of several days",
    "schema_policy": "Missing columns",
    "file_pattern": "Files read",
    "skip_files": "Files left out",
    "recursive_scan": "Subfolders are read",
    "mapping": "Mapping files",
    "code_tables": "Your land-use codes",
    "output_columns": "Columns written",
    "enable_csv_export": "CSV copy is written",
    "user_columns": "Your columns",
    "rejected_statuses": "Statuses that reject a property",
    "hide_rejected": "Rejected properties leave the list",
    "as_of": "Dates count back from",
    "profile": "Profile",
}
_VALUES = {
    ("duplicate_policy", "site"): "address, with its unit if it has one",
    ("duplicate_policy", "parcel"): "parcel: a different APN or unit is a property of its own",
    ("close_matches", "review"): "listed for review, not merged",
    ("close_matches", "merge"): "merged if nearly sure",
    ("close_matches", "off"): "not looked for",
    ("merge_record", "merged"): "combined from all its current rows",
    ("merge_record", "survivor"): "those of its best row only",
    ("snapshots", "newest"): "only the newest row of a property counts",
    ("snapshots", "all"): "all rows count",
    ("schema_policy", "report"): "reported",
    ("schema_policy", "strict"): "the file fails",
    ("output_columns", "all"): "all",
    ("output_columns", "standard"): "known columns and scores",
    ("drop_withdrawn", "never"): "no source: it stays",
    ("drop_withdrawn", "any"): "any source",
    ("drop_withdrawn", "all"): "all sources",
    ("as_of", ""): "the day of the run",
}
_HIDDEN = {"branding", "branding_logo", "output_memo"}  # they change no figure


def build_settings_sheet(report: Mapping[str, Any]) -> Sheet:
    """Build the sheet of what the result depends on: the scoring rules, the settings and the version."""
    return Sheet(
        "Settings",
        list_settings(report),
        texts=("Setting", "Value"),
        wrapped=("Value",),
        widths={"Topic": 24.0, "Setting": 34.0, "Value": 80.0},
        about="How the list was made: what gives points, what a property needs, and the settings of the run.",
        page={"landscape": False},
    )


def list_settings(report: Mapping[str, Any]) -> pl.DataFrame:
    """Return what the result of a run depends on in words: `Topic`, `Setting` and `Value`."""
    rows = [
        *_describe_profile(report["profile"]),
        *_describe_settings(report["settings"]),
        ("flexscout", "Version", report["flexscout"]),
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(("Topic", "Setting", "Value"), pl.String), orient="row")


def _describe_profile(profile: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield topic, setting and value of each rule of a profile; nothing if a newer version wrote it."""
    try:
        rules = Profile.model_validate(profile)
    except ValueError:
        return
    method = "sum of the factors' points" if rules.score == "sum" else "weighted mean of the factors' points"
    yield "Score", "Profile", f"{rules.name}: {rules.about}" if rules.about else rules.name
    yield "Score", "Method", f"{method}, at most {rules.cap:g}"
    for name, factor in rules.factors.items():
        for part in (*factor.parts, *factor.unknown):
            for rule in part.rules:
                yield "Score", name, f"{_describe_rule(part, rule)}: {_format_points(rule)}"
    for flag, bonus in rules.bonuses.items():
        minimums = " and ".join(f"{name} has at least {points:g}" for name, points in bonus.when.items())
        yield "Score", f"Bonus: {flag}", f"if {minimums}: {bonus.points:g} points"
    for name, rule in rules.eligibility.items():
        yield "To be on the list", name, _describe_condition(rule, name)
    for name, rule in rules.exclusions.items():
        yield "Never on the list", name, _describe_condition(rule, name)
    for name, minimum in rules.bands:
        yield "Class", format_class(name), f"{minimum:g} points or more"


def _describe_rule(part: Part, rule: Rule) -> str:
    """Return `20,000 to under 50,000 sq ft is the ideal size`, or `Property Type has flex`."""
    condition = _describe_condition(rule, part.column)
    if rule.kind == "number" and "{}" in rule.says:
        return rule.says.replace("{}", condition)
    subject = " + ".join(part.ratio.of) + " / " + " + ".join(part.ratio.to) if part.ratio else " + ".join(part.columns)
    return f"{subject} {condition}"


def _describe_condition(rule: Rule, column: str | None) -> str:
    if rule.text_test:
        kind, *texts = rule.text_test
        return f"{'has' if kind == 'words' else 'is'} {', '.join(texts)}"
    if rule.within_days is not None:
        return f"in the last {rule.within_days:g} days"
    lower, upper = (None if bound is None else format_bound(bound, column) for bound in (rule.lower, rule.upper))
    if lower is None:
        return f"{'under' if rule.below is not None else 'up to'} {upper}"
    if upper is None:
        is_year = column is not None and find_canonical_column(column).type == "year"
        return f"over {lower}" if rule.above is not None else f"{lower} or {'later' if is_year else 'more'}"
    return f"{'' if rule.above is None else 'over '}{lower} to {'' if rule.below is None else 'under '}{upper}"


def _format_points(rule: Rule) -> str:
    points = rule.points if isinstance(rule.points, tuple) else (rule.points,)
    return f"{' to '.join(f'{end:g}' for end in points)} {'point' if points == (1,) else 'points'}"


def _describe_settings(settings: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    shown = list_settings_affecting(Affects.RESULTS) - _HIDDEN
    for name, value in settings.items():
        if name in shown:
            yield "Settings", _LABELS.get(name, name.replace("_", " ").capitalize()), _describe_value(name, value)


def _describe_value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    text = _VALUES.get((name, str(value)), str(value))
    return text or "none"
