"""What each header of a sheet means."""

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
    Choice,
    ColumnMapping,
    name_unmapped_columns,
)
from flexscout.ingest.mapping.units import Verdict, detect_lot_unit, is_lot_area, is_square_feet_as_acres
from flexscout.models import HeaderMap, Issue, MappedColumn, TextTable

REQUIRED = (("Address", "APN"), ("Property Type", "Building SqFt"))
"""A property table has one column of each pair."""

_SUGGESTED_FROM = 88  # similarity, 0-100, from which a header is close enough to name
_SUGGESTED_LENGTH = 4  # characters; shorter names resemble anything
_SUGGESTED_AT_MOST = 200  # columns; a sheet with more strangers than that is no export


def map_headers(
    sheet: str,
    headers: Sequence[str | None],
    body: TextTable,
    mapping: ColumnMapping = NO_MAPPING,
    *,
    spans_two_rows: bool = False,
) -> HeaderMap:
    """Give every column of a sheet its name.

    `body`: the rows below the header as text, columns in the order of `headers`. What a `mapping` says is taken before anything
    else; an exact alias is taken, a resemblance only suggested; where the header leaves the unit open, the values decide or the
    column is left alone. `spans_two_rows`: whether each header is made of two rows.
    """
    folded = [normalize_header(header or "") for header in headers]
    vendor = _vendor(set(folded))
    choices = mapping.choices_of(headers)
    left_to_us = ["" if i in choices else header for i, header in enumerate(folded)]
    meanings, issues = _meanings(sheet, headers, left_to_us, body, vendor)
    meanings |= {i: _by_hand(choice, header_aliases().get(folded[i])) for i, choice in choices.items() if choice.is_canonical}
    issues += _too_large(sheet, headers, {i: meanings[i].column for i in choices.keys() & meanings.keys()}, body)
    chosen = _fullest(meanings, body, choices)
    issues += _second_columns(sheet, headers, meanings, chosen)
    names = name_unmapped_columns(headers, set(chosen))
    mapped = [
        _mapped(i, headers[i] or names[i], meanings[i])
        if i in chosen
        else MappedColumn(i, headers[i] or names[i], names[i], canonical=False)
        for i in range(len(headers))
        if (i in chosen or headers[i] or body.to_series(i).count()) and not _is_left_out(choices.get(i))
    ]
    present = {column.name for column in mapped if column.canonical}
    missing = tuple(column.name for column in canonical_columns() if column.name not in present)
    return HeaderMap(
        tuple(mapped),
        vendor.name if vendor else "",
        missing,
        _suggestions(mapped, set(missing), choices),
        tuple(issues),
        known=_known(folded, vendor),
        from_mapping=tuple(sorted({choice.header for choice in choices.values()})),
        excluded=tuple(
            MappedColumn(i, headers[i] or names[i], names[i], canonical=False)
            for i, choice in choices.items()
            if _is_left_out(choice)
        ),
        spans_two_rows=spans_two_rows,
    )


def find_missing_required(header_map: HeaderMap) -> list[str]:
    """The needed columns that a sheet lacks, such as `Address or APN`; empty if it is a property table."""
    missing = set(header_map.missing)
    return [" or ".join(pair) for pair in REQUIRED if missing.issuperset(pair)]


def _mapped(position: int, header: str, meaning: HeaderAlias) -> MappedColumn:
    return MappedColumn(position, header, meaning.column, canonical=True, inverted=meaning.inverted, codes=meaning.codes)


def _is_left_out(choice: Choice | None) -> bool:
    return choice is not None and choice.column == LEAVE_OUT


def _known(folded: Sequence[str], vendor: Vendor | None) -> int:
    """How many of the headers are known, here or to the vendor."""
    of_vendor = vendor_headers().get(vendor.name, frozenset()) if vendor else frozenset()
    known, unclear = header_aliases(), ambiguous_headers()
    return sum(1 for header in folded if header in known or header in unclear or header in of_vendor)


def _vendor(folded: set[str]) -> Vendor | None:
    return next((vendor for vendor in vendors() if vendor.signs <= folded), None)


def _meanings(
    sheet: str, headers: Sequence[str | None], folded: list[str], body: TextTable, vendor: Vendor | None
) -> tuple[dict[int, HeaderAlias], list[Issue]]:
    """Position -> what the header there means; and the columns whose unit stays in doubt."""
    known = header_aliases() | dict(vendor.overrides if vendor else ())
    unclear = ambiguous_headers()
    meanings = {i: known[header] for i, header in enumerate(folded) if header in known}
    issues = _codes_of_elsewhere(sheet, headers, meanings, body)
    for i, header in enumerate(folded):
        if i in meanings or header not in unclear:
            continue
        unit = detect_lot_unit(body.to_series(i))
        if unit is Verdict.UNSURE:
            issues.append(
                Issue(sheet, 0, str(headers[i]), "", "unit_unclear: acres or square feet? The column is passed through")
            )
        else:
            meanings[i] = HeaderAlias(unclear[header].acres if unit is Verdict.ACRES else unclear[header].square_feet)
    return meanings, issues + _corrections(sheet, headers, meanings, body)


def _by_hand(choice: Choice, known: HeaderAlias | None) -> HeaderAlias:
    """What a person says; where the vocabulary says the same column, also what it knows of its values."""
    same = known if known and known.column == choice.column else HeaderAlias(choice.column)
    return same if choice.inverted is None else replace(same, inverted=choice.inverted)


def _too_large(sheet: str, headers: Sequence[str | None], by_hand: Mapping[int, str], body: TextTable) -> list[Issue]:
    """What a person says is obeyed, but told where the values are no acres."""
    doubtful = [i for i, name in by_hand.items() if name == "Lot Size Acres" and is_square_feet_as_acres(body.to_series(i))]
    why = "unit_unclear: too large for acres, but the mapping file says so. Lot Size SqFt would fit"
    return [Issue(sheet, 0, str(headers[i] or column_letters(i)), "", why) for i in doubtful]


def _codes_of_elsewhere(
    sheet: str, headers: Sequence[str | None], meanings: dict[int, HeaderAlias], body: TextTable
) -> list[Issue]:
    """Take from `meanings` the codes that no State says to be of their table's state; says so."""
    of_state = {i: code_tables()[meaning.codes].state for i, meaning in meanings.items() if meaning.in_state}
    there = [body.to_series(i) for i, meaning in meanings.items() if meaning.column == "State"] if of_state else []
    elsewhere = {i: state for i, state in of_state.items() if not any(_states(texts) == {state} for texts in there)}
    for i in elsewhere:
        del meanings[i]
    why = "codes_unclear: no State says that they are those of {}. The column is passed through"
    return [Issue(sheet, 0, str(headers[i]), "", why.format(state)) for i, state in elsewhere.items()]


def _states(texts: pl.Series) -> set[str | None]:
    """The states of a column; None among them where a text is none."""
    lower = texts.drop_nulls().str.strip_chars().str.to_lowercase().unique()
    filled = lower.filter(~lower.is_in(list(cell_values("missing"))))
    return set(filled.str.to_uppercase().replace_strict(state_codes(), default=None))


def _corrections(sheet: str, headers: Sequence[str | None], meanings: dict[int, HeaderAlias], body: TextTable) -> list[Issue]:
    """Put right what the values contradict, in `meanings`; says so."""
    issues: list[Issue] = []
    lots = [i for i, meaning in meanings.items() if meaning.column == "Lot Size Acres"]
    for i in lots:
        if is_square_feet_as_acres(body.to_series(i)):
            del meanings[i]
            issues.append(Issue(sheet, 0, str(headers[i]), "", "unit_unclear: too large for acres. The column is passed through"))
    acres = next((body.to_series(i) for i in lots if i in meanings), None)
    for i in [i for i, meaning in meanings.items() if meaning.generic]:
        if acres is not None and is_lot_area(body.to_series(i), acres):
            meanings[i] = HeaderAlias("Lot Size SqFt")
            issues.append(Issue(sheet, 0, str(headers[i]), "", "taken_as_lot_area: equal to the acres times 43,560"))
    return issues


def _fullest(meanings: dict[int, HeaderAlias], body: TextTable, by_hand: Collection[int]) -> set[int]:
    """Of the columns that mean the same, the one that a person named, else the plainest and fullest; the first of equals."""
    rivals: dict[str, list[int]] = {}
    for i, meaning in meanings.items():
        rivals.setdefault(meaning.column, []).append(i)
    return {
        same[0] if len(same) == 1 else max(same, key=lambda i: (i in by_hand, *_rank(meanings[i], body.to_series(i))))
        for same in rivals.values()
    }


def _rank(meaning: HeaderAlias, texts: pl.Series) -> tuple[bool, bool, int]:
    """Greater is better: holds a value at all, says plainly what it is, holds many."""
    filled = int((~texts.str.strip_chars().str.to_lowercase().is_in(list(cell_values("missing")))).sum())
    return filled > 0, meaning.is_plain, filled


def _second_columns(sheet: str, headers: Sequence[str | None], meanings: dict[int, HeaderAlias], chosen: set[int]) -> list[Issue]:
    winner = {meanings[i].column: headers[i] for i in chosen}
    return [
        Issue(sheet, 0, str(headers[i]), "", f"second_column: {meaning.column} is taken from {winner[meaning.column]}")
        for i, meaning in meanings.items()
        if i not in chosen
    ]


def _suggestions(mapped: list[MappedColumn], missing: set[str], by_hand: Collection[int]) -> tuple[tuple[str, str], ...]:
    known = {
        header: alias.column
        for header, alias in header_aliases().items()
        if alias.column in missing and len(header) >= _SUGGESTED_LENGTH and not (alias.codes or alias.generic)
    }
    found: list[tuple[str, str]] = []
    for column in [column for column in mapped if not column.canonical][:_SUGGESTED_AT_MOST]:
        if column.position in by_hand or normalize_header(column.header) in header_aliases():
            continue
        near = process.extractOne(fold_header(column.header), known.keys(), scorer=fuzz.ratio, score_cutoff=_SUGGESTED_FROM)
        if near:
            found.append((column.header, known[near[0]]))
    return tuple(found)
