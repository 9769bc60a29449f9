"""Suggest what unmapped columns may be: by a similar header, or by what their values look like. Nothing is applied by itself."""

from collections.abc import Collection, Iterator, Sequence
from functools import cache

import polars as pl
from rapidfuzz import fuzz, process

from flexscout.domain import (
    Role,
    find_role,
    fold_header,
    is_rate,
    list_suggestion_words,
    map_address_terms,
    map_header_aliases,
    map_state_codes,
    map_zip_codes_to_states,
    normalize_header,
    split_header,
)
from flexscout.findings import Suggestion, SuggestionReason
from flexscout.ingest.mapping.meanings import SheetColumns, are_types, share_of
from flexscout.ingest.mapping.units import LotUnit, detect_lot_unit
from flexscout.sheet_columns import MappedColumn

_MIN_SIMILARITY = 88  # of 0-100
_MIN_SUGGESTED_CHARACTERS = 4  # shorter names resemble anything, and another one of four is a word of its own: Site, Suite
_MAX_SUGGESTED_COLUMNS = 200  # a sheet with more unmapped columns is not an export

_SUGGESTED_BY_VALUES = frozenset({"Address", "State", "Zip Code", "Property Type", "APN", "Building SqFt", "Lot Size Acres",
                                  "Lot Size SqFt", "Year Built"})  # fmt: skip

_NEARLY_ALL, _MOSTLY, _HALF = 0.9, 0.7, 0.5
_MIN_DISTINCT = 3  # values; fewer are a constant or a flag
_MIN_DISTINCT_SHARE = 0.8  # of parcel numbers
_MIN_MEDIAN_BUILDING = 500  # square feet
_HOUSE_NUMBER = r"^\d+[A-Za-z]?(?:-\d+)?\s+\S*[A-Za-z]"
_BEGINS_AS_NUMBER = r"^(?:\+/-|[-+±~])?\s*[.\d]"
_YEAR = r"^(?:18[5-9]\d|19\d\d|20[0-4]\d)(?:\.0)?$"
_ZIP = r"^\d{5}(?:-\d{4})?$"
_APN = r"^[A-Za-z]?\d{1,6}(?:[-.][\dA-Za-z]{1,7}){2,}$"
_NOT_APN = r"^\d{3}[-.]\d{3}[-.]\d{4}$|^\d{1,4}[-.]\d{1,2}[-.]\d{1,4}$|^\d{1,3}(?:\.\d{1,3}){3}$"  # phones, dates, IP addresses
_DECIMAL = r"^\d*\.\d+$"
_NUMBER = r"^[\d,]+(?:\.\d+)?\s*(?i:sf|sq\.?\s*ft\.?)?$"
_SQUARE_FEET = r"(?i)\d\s*(?:sf|sq\.?\s*ft\.?)$"


def suggest_columns(
    columns: SheetColumns, unmapped: Sequence[MappedColumn], missing: Collection[str], judged: Collection[int]
) -> tuple[Suggestion, ...]:
    """Suggest missing canonical columns for unmapped ones.

    Args:
        columns: Columns of the sheet.
        unmapped: Those without a canonical name.
        missing: Canonical columns that the sheet doesn't have.
        judged: Positions of columns that the user chose, or whose header is known and was turned down for a reason.

    """
    open_columns = [column for column in unmapped[:_MAX_SUGGESTED_COLUMNS] if column.position not in judged]
    by_values = {each.header: each for each in _suggest_by_values(columns, open_columns, missing)}
    by_header = [
        each for each in _suggest_by_header(open_columns, missing) if by_values.get(each.header, each).column == each.column
    ]
    taken = {each.column for each in by_header}
    first: dict[str, Suggestion] = {}
    for suggestion in by_values.values():
        first.setdefault(suggestion.column, suggestion)
    return (*by_header, *(suggestion for column, suggestion in first.items() if column not in taken))


def _suggest_by_header(unmapped: Sequence[MappedColumn], missing: Collection[str]) -> Iterator[Suggestion]:
    candidates = {
        header: alias.column
        for header, alias in map_header_aliases().items()
        if alias.column in missing and len(header) >= _MIN_SUGGESTED_CHARACTERS and not (alias.codes or alias.generic)
    }
    for column in unmapped:
        folded = fold_header(column.header)
        if normalize_header(column.header) not in map_header_aliases() and len(folded) > _MIN_SUGGESTED_CHARACTERS:
            match = process.extractOne(folded, candidates.keys(), scorer=fuzz.ratio, score_cutoff=_MIN_SIMILARITY)
            if match:
                yield Suggestion(column.header, candidates[match[0]], SuggestionReason.SIMILAR_HEADER)


def _suggest_by_values(columns: SheetColumns, unmapped: Sequence[MappedColumn], missing: Collection[str]) -> Iterator[Suggestion]:
    if _SUGGESTED_BY_VALUES.isdisjoint(missing):
        return
    names = {column.position: columns.get_header(column.position) for column in unmapped if column.header}
    others = {i for i, header in names.items() if find_role(header, columns.prefixes) is Role.OTHER or is_rate(header)}
    open_positions = [i for i in names if i not in others and columns.sample(i).count() >= _MIN_DISTINCT]
    for i, shares in columns.shares(open_positions, (_HOUSE_NUMBER, _BEGINS_AS_NUMBER, "[A-Za-z]")).items():
        values = columns.sample(i).drop_nulls()
        for name, reason in _read_values(values, set(split_header(names[i])), *shares):
            if name in missing and not (name.startswith("Lot Size") and not _lacks_lot(missing)):
                yield Suggestion(names[i], name, reason)
                break


def _lacks_lot(missing: Collection[str]) -> bool:
    return {"Lot Size Acres", "Lot Size SqFt"} <= {*missing}


def _read_values(
    values: pl.Series, words: set[str], addresses: float, numbers: float, texts: float
) -> Iterator[tuple[str, SuggestionReason]]:
    """Yield the canonical columns that trimmed values fit, each with what they look like.

    Args:
        values: The values, none missing.
        words: Words of the header.
        addresses: Share of the values that begin with a house number.
        numbers: Share that begins as a number does.
        texts: Share with a letter.

    """
    if values.n_unique() < _MIN_DISTINCT and texts < _NEARLY_ALL:
        return
    if addresses >= _MOSTLY and _share(values.str.to_uppercase(), _list_street_words()) >= _HALF:
        yield "Address", SuggestionReason.ADDRESSES
    elif texts >= _NEARLY_ALL and are_types(values):
        yield "Property Type", SuggestionReason.PROPERTY_TYPES
    elif numbers >= _NEARLY_ALL:
        yield from _read_numbers(values, words)
    elif texts >= _NEARLY_ALL:
        yield from _read_words(values)


def _read_words(values: pl.Series) -> Iterator[tuple[str, SuggestionReason]]:
    if share_of(values.str.to_uppercase().is_in(list(map_state_codes()))) >= _NEARLY_ALL:
        yield "State", SuggestionReason.STATES
    if _is_parcel_number(values):
        yield "APN", SuggestionReason.PARCEL_NUMBERS


def _read_numbers(values: pl.Series, words: set[str]) -> Iterator[tuple[str, SuggestionReason]]:
    if _is_parcel_number(values):
        yield "APN", SuggestionReason.PARCEL_NUMBERS
    elif _share(values, _YEAR) >= _NEARLY_ALL:
        if not words & list_suggestion_words("other years"):
            yield "Year Built", SuggestionReason.YEARS
    elif words & list_suggestion_words("other numbers") - {"zip", "code"}:
        return
    elif _share(values, _ZIP) >= _NEARLY_ALL and _is_in_one_state(values):
        yield "Zip Code", SuggestionReason.ZIP_CODES
    elif not words & list_suggestion_words("other numbers"):
        yield from _read_sizes(values, words)


def _read_sizes(values: pl.Series, words: set[str]) -> Iterator[tuple[str, SuggestionReason]]:
    """Yield the sizes that numbers may be. Without a unit in the values, a word of the header has to hint at a size."""
    if _share(values, r"(?i)\d\s*(?:ac|acres?)\.?$") >= _HALF:
        yield "Lot Size Acres", SuggestionReason.ACRES
    elif words & list_suggestion_words("lot") and _share(values, _NUMBER) >= _NEARLY_ALL:
        unit = detect_lot_unit(values)
        if unit is LotUnit.ACRES and _share(values, _DECIMAL) >= _HALF:
            yield "Lot Size Acres", SuggestionReason.ACRES
        elif unit is LotUnit.SQUARE_FEET:
            yield "Lot Size SqFt", SuggestionReason.SQUARE_FEET
    elif _share(values, _NUMBER) >= _NEARLY_ALL and (
        words & list_suggestion_words("building") or _share(values, _SQUARE_FEET) >= _HALF
    ):
        numbers = values.str.replace_all(r"[^\d.]", "").cast(pl.Float64, strict=False)
        median = numbers.filter(numbers > 0).median()
        if isinstance(median, float) and median >= _MIN_MEDIAN_BUILDING:
            yield "Building SqFt", SuggestionReason.SQUARE_FEET


def _share(values: pl.Series, pattern: str) -> float:
    return share_of(values.str.contains(pattern))


def _is_parcel_number(values: pl.Series) -> bool:
    is_distinct = values.n_unique() >= _MIN_DISTINCT_SHARE * values.len()
    return is_distinct and _share(values, _APN) >= _NEARLY_ALL and _share(values, _NOT_APN) < _HALF


def _is_in_one_state(zips: pl.Series) -> bool:
    """Return whether nearly all ZIP codes are in one state; numbers of five digits are in many."""
    states = zips.str.slice(0, 3).replace_strict(map_zip_codes_to_states(), default=None, return_dtype=pl.String)
    commonest = states.drop_nulls().mode().sort()
    return commonest.len() > 0 and share_of((states == commonest[0]).fill_null(value=False)) >= _NEARLY_ALL


@cache
def _list_street_words() -> str:
    """Return a pattern of upper-case words that end streets."""
    forms = {form for short, others in map_address_terms("suffixes").items() for form in (short, *others)}
    return rf"\b(?:{'|'.join(sorted(forms))})\b"
