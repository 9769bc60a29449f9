"""Print what `flexscout inspect` finds in a file."""

from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl
from rich.console import Console
from rich.table import Table

from flexscout.cli.terminal import print_line
from flexscout.domain import describe_property, escape_controls, format_count
from flexscout.findings import Suggestion, SuggestionReason
from flexscout.notebook import PropertyDataAnalyzer

_MAX_TYPES, _MAX_EXAMPLES, _SAMPLE_SIZE = 15, 3, 5
_RIGHT_ALIGNED = ("Values", "Filled", "Properties", "Share")


def print_inspection(name: str, analyzer: PropertyDataAnalyzer) -> None:
    """Print columns, property types, key fields, issues, suspicious values and a sample of industrial properties."""
    report = analyzer.generate_summary_report()
    rows = report["rows"]
    print_line(f"{name}: {format_count(rows['properties'], 'property')}, {format_count(report['columns'], 'column')}")
    print_line(
        f"  {format_count(rows['read'], 'row')} read: {rows['blank']:,} blank, {rows['not_data']:,} totals, footnotes or similar"
    )
    if report["mapping"]:
        print_line(f"  Read with the mapping file {report['mapping']}")
    _print_columns(report)
    if "Property Type" in report["missing"]:
        print_line("No column has property types, so industrial properties can't be told apart.", blank_before=True)
    else:
        _print_types(report["property_types"])
    _print_key_fields(report["key_fields"])
    _print_issues(report["issues"])
    _print_suspicious(report["suspicious"], report["sheets"], analyzer)
    if report["property_types"]:
        _print_sample(analyzer)


def _print_columns(report: dict[str, Any]) -> None:
    empty = [field["header"] for field in report["fields"] if not field["filled"]]
    rows = [
        (
            field["header"] or "(calculated)",
            field["column"] or "-",
            str(field["unit"] or field["type"]),
            f"{field['filled']:,}",
            _format_share(field["share"]),
        )
        for field in report["fields"]
        if field["filled"]
    ]
    _print_table("Columns in file order (-: kept as is)", ("Header", "Mapped to", "Type", "Values", "Filled"), rows)
    _print_empty(empty)
    _print_suggestions(report)


def print_refused(name: str, report: dict[str, Any]) -> None:
    """Print the sheets of a file that isn't a property table, what its columns may be, and the command that maps them."""
    print_line(f"{name}: not a property table, {format_count(len(report['sheets']), 'sheet')}")
    for sheet in report["sheets"]:
        title = f'Sheet "{sheet["sheet"]}", header in row {sheet["header_row"]} (-: kept as is)'
        filled = [column for column in sheet["columns"] if column["samples"]]
        rows = [(each["header"], each["column"] or "-", each["type"], " | ".join(each["samples"])) for each in filled]
        _print_table(title, ("Header", "Mapped to", "Type", "Examples"), rows)
        _print_empty([each["header"] for each in sheet["columns"] if not each["samples"]])
        if sheet["lacks"]:
            print_line(f"  It lacks: {' and '.join(sheet['lacks'])}")
    print_line("To use it", blank_before=True)
    _print_suggestions(report)
    print_line(f"  Map its columns: {report['command']}")


def _print_empty(headers: Sequence[str]) -> None:
    if headers:
        print_line(f"  Empty ({len(headers)}): {', '.join(headers)}")


def _print_suggestions(report: dict[str, Any]) -> None:
    for header, name in report["suggestions"].items():
        suggestion = Suggestion(header, name, SuggestionReason(report["suggested_by"][header]))
        print_line(f"  Did you mean: {suggestion.question}")


def _print_types(types: dict[str, dict[str, Any]]) -> None:
    industrial = sum(figures["count"] for figures in types.values() if figures["industrial"])
    rows = [
        (name, f"{figures['count']:,}", _format_share(figures["share"]), "industrial" if figures["industrial"] else "")
        for name, figures in list(types.items())[:_MAX_TYPES]
    ]
    _print_table(f"Property types ({industrial:,} industrial)", ("Property Type", "Properties", "Share", ""), rows)
    if len(types) > _MAX_TYPES:
        print_line(f"  and {len(types) - _MAX_TYPES:,} more")


def _print_key_fields(shares: dict[str, float | None]) -> None:
    rows = [(name, "no such column" if share is None else _format_share(share)) for name, share in shares.items()]
    _print_table("Key fields", ("Column", "Filled"), rows)


def _print_issues(issues: dict[str, int]) -> None:
    if issues:
        print_line(f"Issues: values that couldn't be read, or were left out ({sum(issues.values()):,})", blank_before=True)
    for reason, count in issues.items():
        print_line(f"  {_format_reason(reason)}: {count:,}")


def _print_suspicious(reasons: dict[str, int], sheets: int, analyzer: PropertyDataAnalyzer) -> None:
    """Print the first values of each reason, with their sheet if there are several."""
    print_line(f"Suspicious values ({sum(reasons.values()):,})", blank_before=True)
    issues = analyzer.collect_suspicious_issues()
    for reason, count in reasons.items():
        print_line(f"  {_format_reason(reason)}: {count:,}")
        for row in issues.filter(pl.col("Reason") == reason).head(_MAX_EXAMPLES).iter_rows(named=True):
            sheet = f'sheet "{row["Source Sheet"]}", ' if sheets > 1 else ""
            print_line(f"    {sheet}row {row['Source Row']}, {row['Column']} {row['Value']}: {row['Detail']}")


def _print_sample(analyzer: PropertyDataAnalyzer) -> None:
    sample = analyzer.get_industrial_sample(_SAMPLE_SIZE)
    if len(sample):
        print_line("First industrial properties", blank_before=True)
    for row in sample.astype(object).where(sample.notna(), None).to_dict("records"):
        print_line(f"  {describe_property(row)} | {row['Property Type']}")


def _print_table(title: str, names: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table as wide as the terminal; texts of the file aren't read as markup."""
    print_line(title, blank_before=True)
    table = Table(box=None, padding=(0, 0, 0, 2))
    for name in names:
        table.add_column(name, justify="right" if name in _RIGHT_ALIGNED else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(escape_controls, row))
    console = Console(markup=False, highlight=False, emoji=False)
    with console.capture() as printed:
        console.print(table)
    for line in printed.get().splitlines():
        print_line(line.rstrip())


def _format_share(share: float) -> str:
    """Return a whole percentage; 100% and 0% only if exact."""
    percent = 99 if 0.99 < share < 1 else round(share * 100)  # noqa: PLR2004
    return f"{percent}%" if percent or not share else "<1%"


def _format_reason(reason: str) -> str:
    return reason.replace("_", " ").replace("sqft", "sq ft")
