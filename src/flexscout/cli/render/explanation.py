"""The answer about a property, for a person."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from flexscout.cli.terminal import print_error, print_line
from flexscout.domain import POSTAL_COLUMNS, canonical_column, escape_controls, format_count, format_time, join_address
from flexscout.insights import (
    Answer,
    Match,
    MergedRow,
    NonProperty,
    PossibleDuplicate,
    PropertyReport,
    ReadCell,
    SourceRow,
    format_cell,
)

_SHOWN = 8  # rows, pairs and the like
_LETTERS = 60  # of a cell
_SPACES = re.compile(r"[ \t\r\n]+")


def show_answer(answer: Answer) -> None:
    """Print it; what keeps it from being one goes to standard error."""
    if answer.story:
        _show_story(answer.story)
        print_line(f"As of run {answer.run} of {format_time(answer.ended)}.", blank_before=True)
    elif answer.no_property and answer.is_answered:
        _show_row(answer.no_property)
    for remark in answer.remarks:
        print_line(f"Note: {remark}")
    if answer.outcome == "several":
        _show_several(answer)
    elif answer.outcome == "none":
        _show_none(answer)
    elif not answer.is_answered and answer.no_property:
        print_error(answer.no_property.said)


def _show_row(row: NonProperty) -> None:
    print_line(row.said)
    if row.texts:
        print_line(f"  It holds: {' | '.join(map(_short, row.texts[:_SHOWN]))}")


def _show_several(answer: Answer) -> None:
    _show_matches(answer.matches)
    print_error(
        f"{format_count(answer.found, 'property')} of run {answer.run} match {answer.query!r}. "
        "Add the city, or ask by one of the names on the left."
    )


def _show_none(answer: Answer) -> None:
    _show_matches(answer.nearest)
    nearest = "Those that are written most alike are above." if answer.nearest else "None is written alike."
    print_error(
        f"No property of run {answer.run} is {answer.query!r} (it was taken for {_KINDS[answer.understood_as]}). {nearest} "
        "Give an address, an APN or Property ID of an output, or FILE:ROW."
    )


_KINDS = {"address": "an address", "property_id": "a Property ID", "apn": "an APN", "row": "a row", "name": "a name"}


def _show_matches(matches: Iterable[Match]) -> None:
    for match in matches:
        what = f"rank {match.rank:,}" if match.rank else f"not selected: {match.reasons}" if match.reasons else "not selected"
        place = ", ".join(filter(None, (match.address, match.city, match.state))) or match.apn or match.name
        print_line(f"  {match.property_id or f'{match.file}:{match.row}':16}  {place}, score {match.score:g}, {what}")


def _show_story(story: PropertyReport) -> None:
    print_line(_headline(story.about))
    print_line(f"  {_verdict(story)}")
    print_line(f"  {_names(story)}")
    _show_notes(story)
    _show_rows(story)
    _show_points(story)
    _show_raises(story)
    _show_merged(story)
    _show_possible(story.possible_duplicates)
    _show_issues(story.rows)


def _headline(about: Mapping[str, str]) -> str:
    """`Airport Commerce Center: 12 Main St, Charlotte, NC, 28208`, as far as known."""
    place = join_address(about, POSTAL_COLUMNS)
    name, address = about.get("Property Name", ""), about.get("Address", "")
    repeats = bool(address) and name.casefold().startswith(address.casefold())
    told = ": ".join(filter(None, ("" if repeats else name, place)))
    return told or about.get("APN") or "A property without an address"


def _verdict(story: PropertyReport) -> str:
    score = f"score {story.score:g} of {story.cap:g}, {story.flex_class}"
    if story.rank:
        return f"Rank {story.rank:,} of {story.of:,}, {score}"
    verify = "; on To Verify, because only missing values keep it out" if story.to_verify else ""
    return f"Not selected: {'; '.join(story.reasons)} ({score}){verify}"


def _names(story: PropertyReport) -> str:
    known = [("Property ID", story.property_id), ("APN", story.about.get("APN")), ("", story.about.get("Property Type"))]
    return ", ".join(f"{name} {value}".strip() for name, value in known if value)


def _show_notes(story: PropertyReport) -> None:
    for name, text in story.notes.items():
        print_line(f"  {name}: {text}")


def _show_rows(story: PropertyReport) -> None:
    print_line("Where it comes from", blank_before=True)
    asked = {name for factor in story.factors for name in factor.columns}
    for row in story.rows[:_SHOWN]:
        header = f"header in row {row.header_row}" if row.header_row else "no header"
        print_line(f'  {row.file}, sheet "{row.sheet}", row {row.row} ({header}; {row.recognized})')
        _show_cells([cell for cell in row.cells if _is_told(cell, asked, kept=row.kept)])
        if row.without_cells:
            print_line(f"    (Its cells can't be shown: {row.without_cells}.)")
    _show_more(len(story.rows), "row")


def _is_told(cell: ReadCell, asked: Collection[str], *, kept: bool) -> bool:
    """Whether the value says it otherwise than the cell; of the kept row also what is scored, and what has another header."""
    if not kept or cell.converted or cell.note:
        return cell.converted or bool(cell.note)
    renamed = cell.value is not None and cell.header.casefold() != cell.column.casefold()
    return renamed or cell.column in asked


def _show_cells(cells: Sequence[ReadCell]) -> None:
    values = [_short(_value(cell)) or "(empty)" for cell in cells]
    first, second = (max(map(len, texts), default=0) for texts in ([cell.column for cell in cells], values))
    for cell, value in zip(cells, values, strict=True):
        print_line(f"    {cell.column:{first}}  {value:{second}}  {_origin(cell)}")


def _value(cell: ReadCell) -> str:
    """As a person writes it: years and coordinates plain, other numbers with separators."""
    is_number = isinstance(cell.value, float | int) and canonical_column(cell.column).type in ("number", "percent")
    return f"{cell.value:,.12g}" if is_number else format_cell(cell.value)


def _origin(cell: ReadCell) -> str:
    """`from column C 'Bldg SF': '30,000 SF'`."""
    if not cell.header:
        return cell.note
    text = f": {_short(cell.cell)!r}" if cell.cell and cell.converted else ""
    return f"from column {cell.letter} {_short(cell.header)!r}{text}{f', {cell.note}' if cell.note else ''}"


def _show_points(story: PropertyReport) -> None:
    print_line("How it scored", blank_before=True)
    width = max(len(factor.factor) for factor in story.factors)
    is_mean = any(factor.weight != 1 for factor in story.factors)
    for factor in story.factors:
        weight = f" x {factor.weight:g}" if is_mean else ""
        print_line(f"  {factor.factor:{width}}  {factor.points:>4g} of {factor.best:<3g}{weight}  {factor.said}")
    if story.bonus:
        print_line(f"  {'Bonus':{width}}  {story.bonus:>4g}  {story.flags}")
    if story.unverified:
        print_line(f"  Not checked, because its sheet has no such column: {story.unverified}")
    if story.filled:
        before = "" if story.score_before_filling is None else f" (the score was {story.score_before_filling:g} before)"
        print_line(f"  Filled from its duplicates{before}: {story.filled}")


def _show_raises(story: PropertyReport) -> None:
    print_line("What would raise it", blank_before=True)
    if not story.raises:
        print_line("  Nothing: every factor gives its best.")
    for way in story.raises[:_SHOWN]:
        gain = f"+{way.gain:g}" if way.sure else f"up to +{way.gain:g}"
        print_line(f"  {gain:>11}  {way.said}")
    _show_more(len(story.raises), "way")
    if story.ceiling > story.score:
        print_line(f"  With all that is missing at its best: {story.ceiling:g} (Score Ceiling)")
    if story.rank is None:
        print_line(f"  A candidate needs {story.least_score:g}" + (", and none of the reasons above." if story.reasons else "."))


def _show_merged(story: PropertyReport) -> None:
    if not story.merged:
        return
    kept = story.rows[0]
    print_line("Merged" if any(row.merged for row in story.merged) else "Other rows of this property", blank_before=True)
    print_line(f"  {_place(kept)} speaks for it.")
    for row in story.merged[:_SHOWN]:
        _show_row_merged(row)
    _show_more(len(story.merged), "row")


def _show_row_merged(row: MergedRow) -> None:
    print_line(f"  {_place(row)}: {row.match} ({row.evidence})")
    print_line(f"    {'Not kept' if row.merged else 'Not merged'}: {row.why_not_kept}")
    if row.fields_that_differ:
        print_line(f"    Differs: {_short(row.fields_that_differ, 300)}")
    if row.filled_cells:
        print_line(f"    Gave: {row.filled_cells}")


def _show_possible(pairs: Sequence[PossibleDuplicate]) -> None:
    if pairs:
        print_line("Possible duplicates, for you to decide", blank_before=True)
    for pair in pairs[:_SHOWN]:
        place = ", ".join(filter(None, (pair.address, pair.city, pair.state)))
        print_line(f"  {pair.property_id}  {place} ({pair.score:.2f}): {pair.evidence}")
    _show_more(len(pairs), "pair")


def _show_issues(rows: Sequence[SourceRow]) -> None:
    told = [(row, issue) for row in rows for issue in row.issues]
    if told:
        print_line("What could not be understood", blank_before=True)
    for row, issue in told[:_SHOWN]:
        where = f"{row.file}, the whole column" if issue.whole_column else _place(row)
        value = f": {_short(issue.value)!r}" if issue.value else ""
        print_line(f"  {where}, {_short(issue.column)}{value}. {issue.said}")
    _show_more(len(told), "issue")


def _show_more(count: int, noun: str) -> None:
    if count > _SHOWN:
        print_line(f"  and {format_count(count - _SHOWN, f'more {noun}')}; --format json has all")


def _place(row: SourceRow | MergedRow) -> str:
    return f"{row.file}:{row.row}"


def _short(text: str, most: int = _LETTERS) -> str:
    line = escape_controls(" ".join(_SPACES.split(text.strip(" \t\r\n"))))
    return line if len(line) <= most else f"{line[:most]}..."
