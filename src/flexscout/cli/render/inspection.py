"""What was found in a file, for a person."""

from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl
from rich.console import Console
from rich.table import Table

from flexscout.cli.render.text import describe_property
from flexscout.cli.terminal import print_line
from flexscout.domain import escape_controls, format_count
from flexscout.notebook import PropertyDataAnalyzer

_TYPES, _EXAMPLES, _SAMPLE = 15, 3, 5  # lines that a person reads
_NUMBERS = ("Values", "Filled", "Properties", "Share")


def show_inspection(name: str, analyzer: PropertyDataAnalyzer) -> None:
    """Print the columns, property types, key fields, suspicious values and a few industrial properties."""
    report = analyzer.generate_summary_report()
    rows = report["rows"]
    print_line(f"{name}: {format_count(rows['properties'], 'property')}, {format_count(report['columns'], 'column')}")
    left_out = f"of them {rows['blank']:,} blank, and {rows['not_data']:,} totals, footnotes and the like"
    print_line(f"  {format_count(rows['read'], 'row')} read, {left_out}")
    _show_columns(report)
    if "Property Type" in report["missing"]:
        print_line("There is no column of property types, so nothing says which are industrial.", blank_before=True)
    else:
        _show_types(report["property_types"])
    _show_key_fields(report["key_fields"])
    _show_issues(report["issues"])
    _show_suspicious(report["suspicious"], report["sheets"], analyzer)
    if report["property_types"]:
        _show_sample(analyzer)


def _show_columns(report: dict[str, Any]) -> None:
    filled = [field for field in report["fields"] if field["filled"]]
    empty = [field["header"] for field in report["fields"] if not field["filled"]]
    rows = [
        (
            field["header"] or "(calculated)",
            field["column"] or "-",
            str(field["unit"] or field["type"]),
            f"{field['filled']:,}",
            _percent(field["share"]),
        )
        for field in filled
    ]
    _show("Columns, as the file has them (-: passes through)", ("Header", "Understood as", "Type", "Values", "Filled"), rows)
    if empty:
        print_line(f"  Without any value ({len(empty)}): {', '.join(empty)}")
    for header, name in report["suggestions"].items():
        print_line(f"  Did you mean: {header} = {name}?")


def _show_types(types: dict[str, dict[str, Any]]) -> None:
    industrial = sum(figures["count"] for figures in types.values() if figures["industrial"])
    rows = [
        (name, f"{figures['count']:,}", _percent(figures["share"]), "industrial" if figures["industrial"] else "")
        for name, figures in list(types.items())[:_TYPES]
    ]
    _show(f"Property types ({industrial:,} industrial)", ("Property Type", "Properties", "Share", ""), rows)
    if len(types) > _TYPES:
        print_line(f"  and {len(types) - _TYPES:,} more")


def _show_key_fields(shares: dict[str, float | None]) -> None:
    rows = [(name, "no such column" if share is None else _percent(share)) for name, share in shares.items()]
    _show("Key fields", ("Column", "Filled"), rows)


def _show_issues(issues: dict[str, int]) -> None:
    if issues:
        print_line(f"Could not be understood, or left out ({sum(issues.values()):,})", blank_before=True)
    for reason, count in issues.items():
        print_line(f"  {_words(reason)}: {count:,}")


def _show_suspicious(reasons: dict[str, int], sheets: int, analyzer: PropertyDataAnalyzer) -> None:
    """The first values of each reason; they name their sheet where there are several."""
    print_line(f"Suspicious values ({sum(reasons.values()):,})", blank_before=True)
    issues = analyzer.collect_suspicious_issues()
    for reason, count in reasons.items():
        print_line(f"  {_words(reason)}: {count:,}")
        for row in issues.filter(pl.col("Reason") == reason).head(_EXAMPLES).iter_rows(named=True):
            sheet = f'sheet "{row["Source Sheet"]}", ' if sheets > 1 else ""
            print_line(f"    {sheet}row {row['Source Row']}, {row['Column']} {row['Value']}: {row['Detail']}")


def _show_sample(analyzer: PropertyDataAnalyzer) -> None:
    sample = analyzer.get_industrial_sample(_SAMPLE)
    if len(sample):
        print_line("Industrial properties, the first of them", blank_before=True)
    for row in sample.astype(object).where(sample.notna(), None).to_dict("records"):
        print_line(f"  {describe_property(row)} | {row['Property Type']}")


def _show(title: str, names: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table as wide as the terminal; texts of the file are never taken for markup."""
    print_line(title, blank_before=True)
    table = Table(box=None, padding=(0, 0, 0, 2))
    for name in names:
        table.add_column(name, justify="right" if name in _NUMBERS else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(escape_controls, row))
    console = Console(markup=False, highlight=False, emoji=False)
    with console.capture() as printed:
        console.print(table)
    for line in printed.get().splitlines():
        print_line(line.rstrip())


def _percent(share: float) -> str:
    """Whole percent; what is not quite all is never 100 %."""
    percent = 99 if 0.99 < share < 1 else round(share * 100)  # noqa: PLR2004
    return f"{percent} %" if percent or not share else "< 1 %"


def _words(reason: str) -> str:
    return reason.replace("_", " ").replace("sqft", "sq ft")
