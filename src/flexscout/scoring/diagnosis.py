"""Find out what keeps whole files off the list: columns that weren't found, and why none of a file's rows is a candidate."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import narwhals as nw
import polars as pl

from flexscout.domain import DERIVED_COLUMNS, SOURCE_COLUMNS, STATUS, format_count, is_unavailable
from flexscout.findings import Finding, FindingCode
from flexscout.ingest import PEEKED_ROWS
from flexscout.models import FileRecord, Issue, IssueReason, ProcessingResult, RowStatus, SheetRecord
from flexscout.scoring.criteria import Criteria
from flexscout.scoring.profile import Rule
from flexscout.scoring.rules import RuleExpressions, add_rule_columns, describe_condition, rule_column

_FILE = SOURCE_COLUMNS[0]
_TYPE, _SIZE, _LOT = "Property Type", "Building SqFt", "Lot Size Acres"
_MIN_ROWS = 10  # of a file without candidates; fewer need no diagnosis
_MIN_ROWS_OF_MISREAD = 3  # the same, where a column seems to be misread
_MISREAD = (FindingCode.CODES_UNKNOWN, FindingCode.SIZE_IS_LOT, FindingCode.VALUES_MISSING)
_NEARLY_ALL = 0.95  # of the rows, from which one criterion explains a file
_EXAMPLES = 3
_WORD = r"[A-Za-z]{3}"


@dataclass(frozen=True)
class _Failures:
    """How many rows of a file have no value for a criterion, and how many have one that fails."""

    column: str
    rule: Rule
    missing: int
    failed: int

    @property
    def rows(self) -> int:
        return self.missing + self.failed


def diagnose_files(
    results: Sequence[ProcessingResult], rejected: pl.DataFrame, criteria: Criteria
) -> dict[str, tuple[Finding, ...]]:
    """Return the findings of each file that was read: why it has no candidates, then the columns that weren't found.

    Args:
        results: The files, with the account of their rows.
        rejected: The rows that aren't candidates.
        criteria: What the rows were classified by.

    """
    read = [result for result in results if result.success]
    without = {result.record.source.name for result in read if not result.account.candidates}
    by_file: dict[str, pl.DataFrame] = {}
    if without and rejected.height:
        rows = rejected.filter(pl.col(_FILE).is_in(list(without)) & (pl.col(STATUS) != RowStatus.SUPERSEDED))
        by_file = {str(name): part for (name,), part in rows.partition_by(_FILE, as_dict=True).items()}
    findings: dict[str, tuple[Finding, ...]] = {}
    for result in read:
        name = result.record.source.name
        rows_of_file = by_file.get(name)
        diagnosis = [] if rows_of_file is None else _explain_rows(result, rows_of_file, criteria)
        sheets = result.record.sheets
        findings[name] = (*diagnosis, *_list_missing_columns(sheets, criteria), *_find_second_tables(sheets))
    return findings


def diagnose_records(records: Sequence[FileRecord], criteria: Criteria) -> dict[str, tuple[Finding, ...]]:
    """Return the findings of each file before a run: what its headers and first types say, then the columns that weren't found.

    Args:
        records: The files, inspected.
        criteria: What a run classifies their rows by.

    """
    read = [record for record in records if record.sheets]
    return {
        record.source.name: (*_explain_first_rows(record.sheets, criteria), *_list_missing_columns(record.sheets, criteria))
        for record in read
    }


def _explain_first_rows(sheets: Sequence[SheetRecord], criteria: Criteria) -> list[Finding]:
    """Return what will keep the rows off the list, as far as their types and the choice of columns tell."""
    if not {_TYPE, _SIZE} & set(criteria.profile.needed_columns):
        return []
    rows = pl.DataFrame({_TYPE: [one for sheet in sheets for one in sheet.first_types]}, schema={_TYPE: pl.String})
    is_judged = _TYPE in criteria.profile.eligibility and rows.height >= _MIN_ROWS_OF_MISREAD
    failures = _count_failures(rows, [_TYPE], criteria) if is_judged else []
    found = next(_find_reasons(sheets, rows, failures), None)
    is_whole = all(sheet.header_row + sheet.rows_read < PEEKED_ROWS for sheet in sheets)  # else other types may follow
    return [replace(found, rows=0)] if found and (is_whole or found.code in _MISREAD) else []


def _list_missing_columns(sheets: Sequence[SheetRecord], criteria: Criteria) -> list[Finding]:
    """Return which of type and sizes the sheets lack: one finding if all lack the same, else one per sheet."""
    needed = [name for name in (_TYPE, _SIZE, _LOT) if name in criteria.profile.needed_columns]
    lacking = {sheet.sheet: tuple(name for name in needed if is_unavailable(name, sheet.header_map.missing)) for sheet in sheets}
    if len(set(lacking.values())) == 1:
        lacking = {"": next(iter(lacking.values()))}
    return [Finding(FindingCode.COLUMNS_NOT_FOUND, columns=names, sheet=sheet) for sheet, names in lacking.items() if names]


def _find_second_tables(sheets: Sequence[SheetRecord]) -> list[Finding]:
    """Return how many rows of each sheet are of a second table, whose columns are others."""
    counts = {sheet.sheet: dict(sheet.issue_counts).get(IssueReason.OTHER_TABLE.value, 0) for sheet in sheets}
    return [
        Finding(FindingCode.SECOND_TABLE, examples=(format_count(count, "row"),), sheet=sheet if len(sheets) > 1 else "")
        for sheet, count in counts.items()
        if count
    ]


def _explain_rows(result: ProcessingResult, rows: pl.DataFrame, criteria: Criteria) -> list[Finding]:
    """Return why none of a file's rows is a candidate; nothing for a few rows that may well be no candidates."""
    if rows.height < _MIN_ROWS_OF_MISREAD:
        return []
    sheets = result.record.sheets
    missing = set.intersection(*(set(sheet.header_map.missing) for sheet in sheets))
    present = [name for name in criteria.profile.eligibility if not is_unavailable(name, missing)]
    failures = _count_failures(rows, present, criteria)
    found = next(_find_reasons(sheets, rows, failures), None)
    if rows.height < _MIN_ROWS:
        return [found] if found and found.code in _MISREAD else []
    return [found or _explain_rest(rows, failures, criteria)]


def _count_failures(rows: pl.DataFrame, names: Sequence[str], criteria: Criteria) -> list[_Failures]:
    profile, rules = criteria.profile, RuleExpressions(criteria.profile, criteria.as_of)
    frame = add_rule_columns(nw.from_native(rows), profile)
    counted = []
    for name in names:
        rule = profile.eligibility[name]
        missing = nw.col(rule_column(name)).is_null()
        holds = rules.holds_for_column(rule, name)
        counts = frame.select(missing.sum().alias("missing"), holds.sum().alias("holds")).rows(named=True)[0]
        counted.append(_Failures(name, rule, int(counts["missing"]), rows.height - int(counts["missing"]) - int(counts["holds"])))
    return counted


def _find_reasons(sheets: Sequence[SheetRecord], rows: pl.DataFrame, failures: Sequence[_Failures]) -> Iterator[Finding]:
    """Yield what explains that nearly all rows are rejected, the most likely mistake first."""
    if codes := _find_issue(sheets, IssueReason.CODES_UNCLEAR, _TYPE):
        yield Finding(FindingCode.CODES_UNKNOWN, rows.height, (_TYPE,), codes.column, tuple(codes.value.split(", ")))
    decisive = [each for each in failures if each.rows >= _NEARLY_ALL * rows.height]
    yield from (_explain_criterion(sheets, rows, each) for each in decisive if each.column == _TYPE)
    if lot := _find_issue(sheets, IssueReason.TAKEN_AS_LOT_AREA, _SIZE):
        yield Finding(FindingCode.SIZE_IS_LOT, rows.height, (_SIZE,), lot.column)
    yield from (_explain_criterion(sheets, rows, each) for each in decisive if each.column != _TYPE)


def _find_issue(sheets: Sequence[SheetRecord], reason: IssueReason, missing: str) -> Issue | None:
    """Return the first issue of a sheet that lacks the column because of it."""
    lacking = (sheet for sheet in sheets if missing in sheet.header_map.missing)
    return next((issue for sheet in lacking for issue in sheet.header_map.issues if issue.reason is reason), None)


def _explain_criterion(sheets: Sequence[SheetRecord], rows: pl.DataFrame, failures: _Failures) -> Finding:
    name = failures.column
    header = _find_header(sheets, name)
    if failures.missing >= _NEARLY_ALL * rows.height:
        return Finding(FindingCode.VALUES_MISSING, rows.height, (name,), header)
    if not failures.rule.text_test:
        return Finding(FindingCode.VALUES_REJECTED, rows.height, (name,), header, (describe_condition(failures.rule),))
    values = rows[name].drop_nulls().cast(pl.String)
    frequent = values.alias("value").value_counts().sort("count", "value", descending=[True, False])["value"]
    is_coded = int(values.str.contains(_WORD).sum()) < values.len() / 2
    code = FindingCode.CODES_UNKNOWN if is_coded else FindingCode.TYPES_REJECTED
    return Finding(code, rows.height, (name,), header, tuple(frequent.head(_EXAMPLES)))


def _find_header(sheets: Sequence[SheetRecord], name: str) -> str:
    """Return the header of a column, or of what it is calculated from."""
    names = (name, *DERIVED_COLUMNS.get(name, ()))
    columns = (column for wanted in names for sheet in sheets for column in sheet.header_map.canonical if column.name == wanted)
    return next((column.header for column in columns), "")


def _explain_rest(rows: pl.DataFrame, failures: Sequence[_Failures], criteria: Criteria) -> Finding:
    """Explain rows that no criterion rejects alone: low scores, the filter, or several criteria."""
    is_low = rows[STATUS] == RowStatus.BELOW_SCORE
    if int(is_low.sum()) >= _NEARLY_ALL * rows.height:
        return Finding(FindingCode.SCORES_TOO_LOW, rows.height, examples=(f"{criteria.min_flex_score:g}",))
    if (criteria.where or criteria.where_rows) and not any(each.rows for each in failures):
        return Finding(FindingCode.FILTERED_OUT, rows.height)
    counts = [f"{each.column} {each.rows:,}" for each in failures if each.rows]
    counts += [f"{name} {count:,}" for name, count in _count_excluded(rows, criteria).items() if count]
    counts += [f"Flex Score {int(is_low.sum()):,}"] if is_low.any() else []
    return Finding(FindingCode.SEVERAL_CRITERIA, rows.height, examples=tuple(counts))


def _count_excluded(rows: pl.DataFrame, criteria: Criteria) -> dict[str, int]:
    rules = RuleExpressions(criteria.profile, criteria.as_of)
    frame = add_rule_columns(nw.from_native(rows), criteria.profile)
    excluded = {
        name: frame.filter(nw.any_horizontal(*(condition for condition, _ in found), ignore_nulls=True))
        for name, found in rules.exclusions(criteria.profile).items()
    }
    return {name: len(part) for name, part in excluded.items()}
