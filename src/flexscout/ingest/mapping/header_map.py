"""Map the headers of a sheet to canonical columns."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import polars as pl
from rapidfuzz import fuzz, process

from flexscout.domain import (
    HeaderAlias,
    Vendor,
    ambiguous_headers,
    canonical_columns,
    cell_values,
    code_tables,
    column_letters,
    fold_header,
    header_aliases,
    normalize_header,
    state_codes,
    vendor_headers,
    vendors,
)
from flexscout.ingest.mapping.column_mapping import (
    LEAVE_OUT,
    NO_MAPPING,
    ColumnChoice,
    ColumnMapping,
    name_unmapped_columns,
)
from flexscout.ingest.mapping.units import LotUnit, detect_lot_unit, is_lot_area, is_square_feet_as_acres
from flexscout.models import CellTexts, HeaderMap, Issue, IssueNote, IssueReason, MappedColumn

REQUIRED = (("Address", "APN"), ("Property Type", "Building SqFt"))
"""A property table has at least one column of each pair."""

UNCLEAR_LOT_UNIT: IssueNote = (IssueReason.UNIT_UNCLEAR, "acres or square feet? The column is kept as is, not scored")
"""Note about a lot size whose unit is in neither its header nor its values."""

_MIN_SIMILARITY = 88  # of 0-100, for a suggestion
_MIN_SUGGESTED_CHARACTERS = 4  # shorter names resemble anything
_MAX_SUGGESTED_COLUMNS = 200  # a sheet with more unmapped columns is not an export

Headers = Sequence[str | None]


def map_headers(
    sheet: str, headers: Headers, body: CellTexts, mapping: ColumnMapping = NO_MAPPING, *, spans_two_rows: bool = False
) -> HeaderMap:
    """Name every column of a sheet.

    A user's mapping comes first, then exact aliases from the vocabulary; similar names are only suggested. If a header leaves
    the unit open, the values decide; if they can't, the column stays unmapped. If two columns mean the same thing, the clearer
    and better-filled one is used.

    Args:
        sheet: Sheet name.
        headers: Header texts, by position.
        body: Texts below the header, columns in the order of `headers`.
        mapping: The user's mapping.
        spans_two_rows: Whether each header is made of two rows.

    """
    expanded = [normalize_header(header or "") for header in headers]
    vendor = next((vendor for vendor in vendors() if vendor.signs <= set(expanded)), None)
    choices = mapping.find_choices(headers)
    meanings, issues = _find_meanings(
        sheet, headers, ["" if i in choices else name for i, name in enumerate(expanded)], body, vendor
    )
    chosen_by_user = {i: choice for i, choice in choices.items() if choice.is_canonical}
    meanings |= {i: _apply_choice(choice, header_aliases().get(expanded[i])) for i, choice in chosen_by_user.items()}
    issues += _check_chosen_acres(sheet, headers, {i: meanings[i] for i in choices.keys() & meanings.keys()}, body)
    used = _choose_columns(meanings, body, choices)
    issues += _report_second_columns(sheet, headers, meanings, used)
    names = name_unmapped_columns(headers, used)
    unmapped = [MappedColumn(i, header or names[i], names[i], canonical=False) for i, header in enumerate(headers)]
    left_out = {i for i, choice in choices.items() if choice.column == LEAVE_OUT}
    columns = [
        _build_mapped_column(i, header or names[i], meanings[i]) if i in used else unmapped[i]
        for i, header in enumerate(headers)
        if (i in used or header or body.to_series(i).count()) and i not in left_out
    ]
    present = {column.name for column in columns if column.canonical}
    missing = tuple(column.name for column in canonical_columns() if column.name not in present)
    return HeaderMap(
        tuple(columns),
        vendor.name if vendor else "",
        missing,
        _suggest_columns([column for column in columns if not column.canonical], missing, choices),
        tuple(issues),
        known=_count_known(expanded, vendor),
        from_mapping=tuple(sorted({choice.header for choice in choices.values()})),
        excluded=tuple(unmapped[i] for i in choices if i in left_out),
        spans_two_rows=spans_two_rows,
    )


def find_missing_required(header_map: HeaderMap) -> list[str]:
    """Return the pairs of REQUIRED that a sheet lacks, such as `Address or APN`; empty for a property table."""
    missing = set(header_map.missing)
    return [" or ".join(pair) for pair in REQUIRED if missing.issuperset(pair)]


def _build_mapped_column(position: int, header: str, meaning: HeaderAlias) -> MappedColumn:
    return MappedColumn(position, header, meaning.column, canonical=True, inverted=meaning.inverted, codes=meaning.codes)


def _build_column_issue(sheet: str, header: str | None, reason: IssueReason, detail: str) -> Issue:
    return Issue(sheet, 0, str(header), "", reason, detail)


def _count_known(expanded: Sequence[str], vendor: Vendor | None) -> int:
    """Count the headers that the vocabulary or the vendor's exports have."""
    of_vendor = vendor_headers().get(vendor.name, frozenset()) if vendor else frozenset()
    known = header_aliases().keys() | ambiguous_headers().keys() | of_vendor
    return sum(1 for header in expanded if header in known)


def _find_meanings(
    sheet: str, headers: Headers, expanded: list[str], body: CellTexts, vendor: Vendor | None
) -> tuple[dict[int, HeaderAlias], list[Issue]]:
    """Return position -> meaning of the header there, and issues about columns with an unclear unit or code table."""
    aliases = header_aliases() | dict(vendor.overrides if vendor else ())
    meanings = {i: aliases[header] for i, header in enumerate(expanded) if header in aliases}
    issues = _drop_foreign_codes(sheet, headers, meanings, body)
    for i, header in enumerate(expanded):
        if i in meanings or header not in ambiguous_headers():
            continue
        by_unit = ambiguous_headers()[header]
        match detect_lot_unit(body.to_series(i)):
            case LotUnit.UNKNOWN:
                issues.append(_build_column_issue(sheet, headers[i], *UNCLEAR_LOT_UNIT))
            case LotUnit.ACRES:
                meanings[i] = HeaderAlias(by_unit.acres)
            case LotUnit.SQUARE_FEET:
                meanings[i] = HeaderAlias(by_unit.square_feet)
    return meanings, issues + _correct_lot_sizes(sheet, headers, meanings, body)


def _apply_choice(choice: ColumnChoice, alias: HeaderAlias | None) -> HeaderAlias:
    """Return the meaning chosen by the user, with the codes and inversion that the vocabulary has for the same column."""
    same = alias if alias and alias.column == choice.column else HeaderAlias(choice.column)
    return same if choice.inverted is None else replace(same, inverted=choice.inverted)


def _check_chosen_acres(sheet: str, headers: Headers, chosen: Mapping[int, HeaderAlias], body: CellTexts) -> list[Issue]:
    """Warn if the values of a column that the user maps to acres disagree. The mapping wins."""
    detail = "too large for acres, but the mapping file says acres. map it to Lot Size SqFt instead"
    return [
        _build_column_issue(sheet, headers[i] or column_letters(i), IssueReason.UNIT_UNCLEAR, detail)
        for i, meaning in chosen.items()
        if meaning.column == "Lot Size Acres" and is_square_feet_as_acres(body.to_series(i))
    ]


def _drop_foreign_codes(sheet: str, headers: Headers, meanings: dict[int, HeaderAlias], body: CellTexts) -> list[Issue]:
    """Remove from `meanings` codes whose table is for one state, unless a State column has only that state."""
    tables = {i: code_tables()[meaning.codes].state for i, meaning in meanings.items() if meaning.in_state}
    state_columns = [body.to_series(i) for i, meaning in meanings.items() if meaning.column == "State"] if tables else []
    foreign = {i: state for i, state in tables.items() if not any(_list_states(texts) == {state} for texts in state_columns)}
    for i in foreign:
        del meanings[i]
    return [
        _build_column_issue(
            sheet,
            headers[i],
            IssueReason.CODES_UNCLEAR,
            f"no State column shows that all rows are in {state}. The column is kept as is, not scored",
        )
        for i, state in foreign.items()
    ]


def _list_states(texts: pl.Series) -> set[str | None]:
    """Return the states of a column, with None if a text is not a state."""
    lower = texts.drop_nulls().str.strip_chars().str.to_lowercase().unique()
    filled = lower.filter(~lower.is_in(list(cell_values("missing"))))
    return set(filled.str.to_uppercase().replace_strict(state_codes(), default=None))


def _correct_lot_sizes(sheet: str, headers: Headers, meanings: dict[int, HeaderAlias], body: CellTexts) -> list[Issue]:
    """Correct, in `meanings`, lot sizes whose values contradict their unit, and lot areas taken for building areas."""
    issues: list[Issue] = []
    lots = [i for i, meaning in meanings.items() if meaning.column == "Lot Size Acres"]
    for i in lots:
        if is_square_feet_as_acres(body.to_series(i)):
            del meanings[i]
            detail = "too large for acres. The column is kept as is, not scored"
            issues.append(_build_column_issue(sheet, headers[i], IssueReason.UNIT_UNCLEAR, detail))
    acres = next((body.to_series(i) for i in lots if i in meanings), None)
    for i in [i for i, meaning in meanings.items() if meaning.generic]:
        if acres is not None and is_lot_area(body.to_series(i), acres):
            meanings[i] = HeaderAlias("Lot Size SqFt")
            detail = "equal to the acres times 43,560"
            issues.append(_build_column_issue(sheet, headers[i], IssueReason.TAKEN_AS_LOT_AREA, detail))
    return issues


def _choose_columns(meanings: dict[int, HeaderAlias], body: CellTexts, chosen_by_user: Collection[int]) -> set[int]:
    """Choose among columns with the same meaning: the user's choice, else the clearest and best filled; ties: the first."""
    rivals: dict[str, list[int]] = {}
    for i, meaning in meanings.items():
        rivals.setdefault(meaning.column, []).append(i)
    return {
        same[0] if len(same) == 1 else max(same, key=lambda i: (i in chosen_by_user, *_rank(meanings[i], body.to_series(i))))
        for same in rivals.values()
    }


def _rank(meaning: HeaderAlias, texts: pl.Series) -> tuple[bool, bool, int]:
    """Rank a column by having any value, by a plain header, and by the number of values; greater is better."""
    filled = int((~texts.str.strip_chars().str.to_lowercase().is_in(list(cell_values("missing")))).sum())
    return filled > 0, meaning.is_plain, filled


def _report_second_columns(sheet: str, headers: Headers, meanings: dict[int, HeaderAlias], used: set[int]) -> list[Issue]:
    sources = {meanings[i].column: headers[i] for i in used}
    return [
        _build_column_issue(
            sheet, headers[i], IssueReason.SECOND_COLUMN, f"{meaning.column} is taken from {sources[meaning.column]}"
        )
        for i, meaning in meanings.items()
        if i not in used
    ]


def _suggest_columns(
    unmapped: list[MappedColumn], missing: Collection[str], chosen_by_user: Collection[int]
) -> tuple[tuple[str, str], ...]:
    """Return header -> missing canonical column with a similar name."""
    candidates = {
        header: alias.column
        for header, alias in header_aliases().items()
        if alias.column in missing and len(header) >= _MIN_SUGGESTED_CHARACTERS and not (alias.codes or alias.generic)
    }
    suggestions: list[tuple[str, str]] = []
    for column in unmapped[:_MAX_SUGGESTED_COLUMNS]:
        if column.position in chosen_by_user or normalize_header(column.header) in header_aliases():
            continue
        folded = fold_header(column.header)
        match = process.extractOne(folded, candidates.keys(), scorer=fuzz.ratio, score_cutoff=_MIN_SIMILARITY)
        if match:
            suggestions.append((column.header, candidates[match[0]]))
    return tuple(suggestions)
