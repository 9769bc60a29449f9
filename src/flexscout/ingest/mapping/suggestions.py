"""Suggest what unmapped columns may be: by a similar header, or by what their values look like. Nothing is applied by itself."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import accumulate

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
    samples = {i: columns.sample(i) for i in names if i not in others}
    values = _Values({i: sample for i, sample in samples.items() if sample.count() >= _MIN_DISTINCT})
    numbers = values.select([i for i in values if values.measure_share(i, _BEGINS_AS_NUMBER) >= _NEARLY_ALL])
    for i in values:
        for name, reason in _read_values(values, numbers, i, set(split_header(names[i]))):
            if name in missing and not (name.startswith("Lot Size") and not _lacks_lot(missing)):
                yield Suggestion(names[i], name, reason)
                break


def _lacks_lot(missing: Collection[str]) -> bool:
    return {"Lot Size Acres", "Lot Size SqFt"} <= {*missing}


class _Values:
    """The trimmed values of some columns, none missing. Searched all at once, as most columns are asked for the same patterns.

    Args:
        samples: Position -> the values; missing ones are dropped.

    """

    def __init__(self, samples: Mapping[int, pl.Series]) -> None:
        self._samples = samples
        self._texts = pl.concat([pl.Series(dtype=pl.String), *(values.alias("") for values in samples.values())]).drop_nulls()
        counts = [values.count() for values in samples.values()]
        self._places = dict(zip(samples, zip(accumulate(counts, initial=0), counts, strict=False), strict=True))
        self._shares: dict[str, dict[int, float]] = {}

    def __iter__(self) -> Iterator[int]:
        return iter(self._places)

    def __contains__(self, position: object) -> bool:
        return position in self._places

    def select(self, positions: Iterable[int]) -> "_Values":
        """Return some of the columns."""
        return _Values({i: self._samples[i] for i in positions})

    def get(self, position: int) -> pl.Series:
        """Return the values of a column."""
        return self._texts.slice(*self._places[position])

    def measure_share(self, position: int, pattern: str) -> float:
        """Return the share of a column's values that match a pattern."""
        if pattern not in self._shares:
            is_match = self._texts.str.contains(pattern)
            self._shares[pattern] = {i: share_of(is_match.slice(*place)) for i, place in self._places.items()}
        return self._shares[pattern][position]


def _read_values(values: _Values, numbers: _Values, position: int, words: set[str]) -> Iterator[tuple[str, SuggestionReason]]:
    """Yield the canonical columns that values fit, each with what they look like.

    Args:
        values: The values of all columns.
        numbers: The columns whose values begin as numbers do.
        position: The column.
        words: Words of its header.

    """
    own, texts = values.get(position), values.measure_share(position, "[A-Za-z]")
    if own.n_unique() < _MIN_DISTINCT and texts < _NEARLY_ALL:
        return
    if values.measure_share(position, _HOUSE_NUMBER) >= _MOSTLY and _begin_streets(own):
        yield "Address", SuggestionReason.ADDRESSES
    elif texts >= _NEARLY_ALL and are_types(own):
        yield "Property Type", SuggestionReason.PROPERTY_TYPES
    elif position in numbers:
        yield from _read_numbers(numbers, position, words)
    elif texts >= _NEARLY_ALL:
        yield from _read_words(values, position)


def _begin_streets(values: pl.Series) -> bool:
    return share_of(values.str.to_uppercase().str.contains(_list_street_words())) >= _HALF


def _read_words(values: _Values, position: int) -> Iterator[tuple[str, SuggestionReason]]:
    if share_of(values.get(position).str.to_uppercase().is_in(list(map_state_codes()))) >= _NEARLY_ALL:
        yield "State", SuggestionReason.STATES
    if _is_parcel_number(values, position):
        yield "APN", SuggestionReason.PARCEL_NUMBERS


def _read_numbers(values: _Values, position: int, words: set[str]) -> Iterator[tuple[str, SuggestionReason]]:
    if _is_parcel_number(values, position):
        yield "APN", SuggestionReason.PARCEL_NUMBERS
    elif values.measure_share(position, _YEAR) >= _NEARLY_ALL:
        if not words & list_suggestion_words("other years"):
            yield "Year Built", SuggestionReason.YEARS
    elif words & list_suggestion_words("other numbers") - {"zip", "code"}:
        return
    elif values.measure_share(position, _ZIP) >= _NEARLY_ALL and _is_in_one_state(values.get(position)):
        yield "Zip Code", SuggestionReason.ZIP_CODES
    elif not words & list_suggestion_words("other numbers"):
        yield from _read_sizes(values, position, words)


def _read_sizes(values: _Values, position: int, words: set[str]) -> Iterator[tuple[str, SuggestionReason]]:
    """Yield the sizes that numbers may be. Without a unit in the values, a word of the header has to hint at a size."""
    if values.measure_share(position, r"(?i)\d\s*(?:ac|acres?)\.?$") >= _HALF:
        yield "Lot Size Acres", SuggestionReason.ACRES
    elif words & list_suggestion_words("lot") and values.measure_share(position, _NUMBER) >= _NEARLY_ALL:
        unit = detect_lot_unit(values.get(position))
        if unit is LotUnit.ACRES and values.measure_share(position, _DECIMAL) >= _HALF:
            yield "Lot Size Acres", SuggestionReason.ACRES
        elif unit is LotUnit.SQUARE_FEET:
            yield "Lot Size SqFt", SuggestionReason.SQUARE_FEET
    elif values.measure_share(position, _NUMBER) >= _NEARLY_ALL and (
        words & list_suggestion_words("building") or values.measure_share(position, _SQUARE_FEET) >= _HALF
    ):
        numbers = values.get(position).str.replace_all(r"[^\d.]", "").cast(pl.Float64, strict=False)
        median = numbers.filter(numbers > 0).median()
        if isinstance(median, float) and median >= _MIN_MEDIAN_BUILDING:
            yield "Building SqFt", SuggestionReason.SQUARE_FEET


def _is_parcel_number(values: _Values, position: int) -> bool:
    own = values.get(position)
    is_distinct = own.n_unique() >= _MIN_DISTINCT_SHARE * own.len()
    return (
        is_distinct and values.measure_share(position, _APN) >= _NEARLY_ALL and values.measure_share(position, _NOT_APN) < _HALF
    )


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
