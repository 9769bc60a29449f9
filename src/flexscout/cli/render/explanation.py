"""Print the answer of `flexscout explain` for people."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from flexscout.cli.terminal import print_error, print_line
from flexscout.domain import POSTAL_COLUMNS, escape_controls, format_count, format_time, join_address, shorten
from flexscout.insights import (
    Answer,
    Match,
    MergedRow,
    NonProperty,
    Outcome,
    PossibleDuplicate,
    PropertyReport,
    QueryKind,
    ReadCell,
    SourceRow,
    format_value,
)

_MAX_SHOWN = 8  # rows, pairs and the like
_CELL_LENGTH = 60
_DIFFERENCES_LENGTH = 300
_SPACES = re.compile(r"[ \t\r\n]+")
_KIND_TEXTS = {
    QueryKind.ADDRESS: "an address",
    QueryKind.PROPERTY_ID: "a Property ID",
    QueryKind.APN: "an APN",
    QueryKind.ROW: "a row",
    QueryKind.NAME: "a name",
}


def show_answer(answer: Answer) -> None:
    """Print the answer on standard output; print on standard error why a query has none."""
    if answer.property_report:
        _show_property(answer.property_report)
        print_line(f"As of run {answer.run} on {format_time(answer.ended)}.", blank_before=True)
    elif answer.non_property and answer.is_answered:
        _show_non_property(answer.non_property)
    for warning in answer.warnings:
        print_line(f"Note: {warning}")
    if answer.outcome is Outcome.SEVERAL:
        _show_several(answer)
    elif answer.outcome is Outcome.NONE:
        _show_none(answer)
    elif answer.non_property and not answer.is_answered:
        print_error(answer.non_property.text)


def _show_non_property(row: NonProperty) -> None:
    print_line(row.text)
    if row.cells:
        print_line(f"  Cells: {' | '.join(map(_fold_to_line, row.cells[:_MAX_SHOWN]))}")


def _show_several(answer: Answer) -> None:
    _show_matches(answer.matches)
    print_error(
        f"{format_count(answer.found, 'property')} in run {answer.run} match {answer.query!r}. "
        "Add the city, or use an ID from the left column."
    )


def _show_none(answer: Answer) -> None:
    _show_matches(answer.nearest)
    nearest = "The most similar addresses are listed above." if answer.nearest else "No similar addresses found."
    print_error(
        f"No property in run {answer.run} matches {answer.query!r} (read as {_KIND_TEXTS[answer.understood_as]}). {nearest} "
        "Enter an address, an APN or Property ID from an output, or FILE:ROW."
    )


def _show_matches(matches: Iterable[Match]) -> None:
    for match in matches:
        rejected = f"not selected: {match.reasons}" if match.reasons else "not selected"
        place = ", ".join(filter(None, (match.address, match.city, match.state))) or match.apn or match.name
        name = match.property_id or f"{match.file}:{match.row}"
        print_line(f"  {name:16}  {place}, score {match.score:g}, {f'rank {match.rank:,}' if match.rank else rejected}")


def _show_property(report: PropertyReport) -> None:
    print_line(_describe_place(report.about))
    print_line(f"  {_describe_rank(report)}")
    known = [("Property ID", report.property_id), ("APN", report.about.get("APN")), ("", report.about.get("Property Type"))]
    print_line(f"  {', '.join(f'{name} {value}'.strip() for name, value in known if value)}")
    if report.sources:
        missing = f"; not in {report.missing_from}" if report.missing_from else ""
        print_line(f"  Seen in: {report.sources}{missing}")
    for name, text in report.notes.items():
        print_line(f"  {name}: {text}")
    _show_rows(report)
    _show_points(report)
    _show_improvements(report)
    _show_merged(report)
    _show_possible_duplicates(report.possible_duplicates)
    _show_issues(report.rows)


def _describe_place(about: Mapping[str, str]) -> str:
    """`Airport Commerce Center: 12 Main St, Charlotte, NC, 28208`; a name that repeats the address is left out."""
    name, address = about.get("Property Name", ""), about.get("Address", "")
    repeats_address = bool(address) and name.casefold().startswith(address.casefold())
    headline = ": ".join(filter(None, ("" if repeats_address else name, join_address(about, POSTAL_COLUMNS))))
    return headline or about.get("APN") or "A property without an address"


def _describe_rank(report: PropertyReport) -> str:
    score = f"score {report.score:g} of {report.cap:g}, {report.flex_class}"
    if report.rank:
        return f"Rank {report.rank:,} of {report.list_length:,}, {score}"
    verify = "; listed on To Verify, because only missing data keeps it off the list" if report.to_verify else ""
    return f"Not selected: {'; '.join(report.reasons)} ({score}){verify}"


def _show_rows(report: PropertyReport) -> None:
    print_line("Source rows", blank_before=True)
    scored = {name for factor in report.factors for name in factor.columns}
    for row in report.rows[:_MAX_SHOWN]:
        header = f"header in row {row.header_row}" if row.header_row else "no header"
        print_line(f'  {row.file}, sheet "{row.sheet}", row {row.row} ({header}; {row.recognized})')
        _show_cells([cell for cell in row.cells if _is_shown(cell, scored, kept=row.kept)])
        if row.without_cells:
            print_line(f"    (Cells not shown: {row.without_cells}.)")
    _show_more(len(report.rows), "row")


def _is_shown(cell: ReadCell, scored: Collection[str], *, kept: bool) -> bool:
    """Whether the value differs from the cell; in the kept row also whether it is scored or has another header."""
    if not kept or cell.converted or cell.note:
        return cell.converted or bool(cell.note)
    is_renamed = cell.value is not None and cell.header.casefold() != cell.column.casefold()
    return is_renamed or cell.column in scored


def _show_cells(cells: Sequence[ReadCell]) -> None:
    values = [_fold_to_line(format_value(cell.column, cell.value)) or "(blank)" for cell in cells]
    first, second = (max(map(len, texts), default=0) for texts in ([cell.column for cell in cells], values))
    for cell, value in zip(cells, values, strict=True):
        print_line(f"    {cell.column:{first}}  {value:{second}}  {_describe_origin(cell)}")


def _describe_origin(cell: ReadCell) -> str:
    """`from column C 'Bldg SF': '30,000 SF'`."""
    if not cell.header:
        return cell.note
    text = f": {_fold_to_line(cell.cell)!r}" if cell.cell and cell.converted else ""
    return f"from column {cell.letter} {_fold_to_line(cell.header)!r}{text}{f', {cell.note}' if cell.note else ''}"


def _show_points(report: PropertyReport) -> None:
    print_line("Score", blank_before=True)
    width = max(len(factor.factor) for factor in report.factors)
    is_mean = any(factor.weight != 1 for factor in report.factors)
    for factor in report.factors:
        weight = f" x {factor.weight:g}" if is_mean else ""
        print_line(f"  {factor.factor:{width}}  {factor.points:>4g} of {factor.best:<3g}{weight}  {factor.text}")
    if report.bonus:
        print_line(f"  {'Bonus':{width}}  {report.bonus:>4g}  {report.flags}")
    if report.unverified:
        print_line(f"  Not checked, because its sheet has no such column: {report.unverified}")
    if report.corrected:
        print_line(f"  Corrected by you: {report.corrected}")
    if report.values_from:
        before = "" if report.score_before_merging is None else f" (its own row scores {report.score_before_merging:g})"
        print_line(f"  Values from other rows{before}: {report.values_from}")


def _show_improvements(report: PropertyReport) -> None:
    print_line("What would raise the score", blank_before=True)
    if not report.improvements:
        print_line("  Nothing: every factor already has its maximum.")
    for improvement in report.improvements[:_MAX_SHOWN]:
        gain = f"+{improvement.gain:g}" if improvement.sure else f"up to +{improvement.gain:g}"
        print_line(f"  {gain:>11}  {improvement.said}")
    _show_more(len(report.improvements), "improvement")
    if report.ceiling > report.score:
        print_line(f"  Highest possible score if all missing values were ideal: {report.ceiling:g}")
    if report.rank is None:
        issues = " and none of the issues above" if report.reasons else ""
        print_line(f"  To qualify, it needs a score of {report.minimum_score:g}{issues}.")


def _show_merged(report: PropertyReport) -> None:
    if not report.merged:
        return
    is_merged = any(row.merged for row in report.merged)
    print_line("Merged rows" if is_merged else "Other rows of this property", blank_before=True)
    print_line(f"  {_cite_row(report.rows[0])}: kept")
    for row in report.merged[:_MAX_SHOWN]:
        print_line(f"  {_cite_row(row)}: {row.match} ({row.evidence})")
        print_line(f"    {'Not kept' if row.merged else 'Not merged'}: {row.why_not_kept}")
        if row.fields_that_differ:
            print_line(f"    Differs: {_fold_to_line(row.fields_that_differ, _DIFFERENCES_LENGTH)}")
        if row.filled_cells:
            print_line(f"    Gave: {row.filled_cells}")
    _show_more(len(report.merged), "row")


def _show_possible_duplicates(pairs: Sequence[PossibleDuplicate]) -> None:
    if pairs:
        print_line("Possible duplicates to review", blank_before=True)
    for pair in pairs[:_MAX_SHOWN]:
        place = ", ".join(filter(None, (pair.address, pair.city, pair.state)))
        print_line(f"  {pair.property_id}  {place} ({pair.score:.2f}): {pair.evidence}")
    _show_more(len(pairs), "pair")


def _show_issues(rows: Sequence[SourceRow]) -> None:
    issues = [(row, issue) for row in rows for issue in row.issues]
    if issues:
        print_line("Issues", blank_before=True)
    for row, issue in issues[:_MAX_SHOWN]:
        where = f"{row.file}, whole column" if issue.whole_column else _cite_row(row)
        value = f": {_fold_to_line(issue.value)!r}" if issue.value else ""
        print_line(f"  {where}, {_fold_to_line(issue.column)}{value}. {issue.text}")
    _show_more(len(issues), "issue")


def _show_more(count: int, noun: str) -> None:
    if count > _MAX_SHOWN:
        print_line(f"  and {format_count(count - _MAX_SHOWN, f'more {noun}')}; use --format json for all")


def _cite_row(row: SourceRow | MergedRow) -> str:
    return f"{row.file}:{row.row}"


def _fold_to_line(text: str, limit: int = _CELL_LENGTH) -> str:
    return shorten(escape_controls(" ".join(_SPACES.split(text.strip(" \t\r\n")))), limit)
