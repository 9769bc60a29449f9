"""What the headers of a sheet mean, one by one: by alias, by vendor, by their words, and by the values below them."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import islice
from types import MappingProxyType

import polars as pl

from flexscout.domain import (
    PLACE_COLUMNS,
    HeaderAlias,
    Role,
    TypeLevel,
    Vendor,
    blank_missing,
    find_canonical_column,
    find_prefixes,
    find_role,
    find_type_base,
    find_word_meaning,
    fold_header,
    is_rate,
    list_building_statuses,
    list_cell_units,
    list_suggestion_words,
    list_type_words,
    list_vendors,
    map_ambiguous_headers,
    map_header_aliases,
    map_state_codes,
    may_describe_types,
    normalize_header,
    split_header,
)
from flexscout.ingest.cell_queries import map_columns
from flexscout.sheet_columns import CellTexts

SAMPLED_ROWS = 500
"""Rows whose values tell what a column holds."""

_ALIAS_TIER = -1  # an alias is clearer than any words
_NEARLY_ALL = 0.9
_STATUS_HEADERS = ("status", "propertystatus", "projectstatus")
_DESCRIBED_TIER = 300  # of types that are known by their values
_MAX_TYPE_CHARACTERS = 60  # longer texts are remarks
_TYPES_SHARE = 0.7
_CODE_TIER = 50  # of codes whose header is of something else, as a rule
_LIVING_TIER = 100  # a part of the building, as a rule
_WHOLE_TIER = 90  # of an address in a column that is called something else
WHOLE_ADDRESS = r"(?i)^\W*\d.*\S[,\s]+[A-Z]{2}\.?,?\s+\d{5}(?:-\d{4})?\s*(?:,?\s*USA?)?$|^\W*\d.*,.*,\s*[A-Z]{2}\.?$"
"""Pattern of an address with everything in it."""
_PRICE = r"^(?:\$\s?\d{1,3}(?:,\d{3})+|\$?\d{5,}|\d{1,3}(?:,\d{3}){1,})(?:\.\d+)?$"
_WHOLE_ZIP = r"^\d{5}(?:-?\d{4})?$"
_MEASURED = r"(?i)^\D{{0,9}}\d[\d,.]*\s*(?:\+ ?/ ?-|±)?\s*(?:{units})\W*$"  # 2.5 +/- AC
_DATE = r"^(?:19|20)\d\d-\d\d|^\d{1,2}[/-]\d{1,2}[/-](?:\d\d){1,2}$|^[A-Z][a-z]{2,8}\.?[ -]"
_EFFECTIVE_TIER = 200  # of an appraiser's area, which weighs parts of the building
_LIVING_WORDS = ("living", "heated", "finished", "livable")
_RATE_UNIT = "USD per square foot"
_MIN_VALUES = 3  # fewer tell nothing
_FITS_SHARE = 0.5  # of the values, from which a column holds what its header seems to say
_TYPE_WORDS_SHARE = 0.2
_VAGUE_TYPE_HEADERS = ("class", "style", "model", "category", "type", "product")  # of many things besides properties
_VALUE_PATTERNS = {
    "number": r"^\D{0,6}\d[\d,. ]*\D{0,14}$",
    "year": r"\d{4}|^0+$",
    "percent": r"\d",
    "date": r"\d",
    "zip": r"^\d{3,5}(?:\.0+)?(?:-\d{0,4})?$|^\d{7,9}$",
    "latitude": r"^[-+]?\d{1,2}\.\d+$",
    "longitude": r"^[-+]?\d{1,3}\.\d+$",
}
_WORD_COLUMNS = {
    "Address": r"[A-Za-z]",
    "Owner Name": r"[A-Za-z]{2}",
    "City": r"^[^\d]*[A-Za-z]{2}[^\d]*$",
    "County": r"[A-Za-z]{2}",
    "Property Name": r"^\D",
}
_MAX_HOUSEHOLDS, _FEW_HOUSEHOLDS = 60, 20  # in a building, at most and as a rule
_CODE_COLUMNS = {"APN": r"\d"}


class SheetColumns:
    """The columns of a sheet: headers, texts, and the values of its first rows.

    Args:
        headers: Header texts, by position.
        body: Texts below the header, columns in the order of `headers`.
        constants: Canonical column -> text that every row has if the sheet doesn't have the column.

    """

    def __init__(
        self, headers: Sequence[str | None], body: CellTexts, constants: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self.headers, self.body, self.constants = headers, body, constants

    @cached_property
    def prefixes(self) -> frozenset[str]:
        """Short first words that several headers share."""
        return find_prefixes(self.headers)

    def get_header(self, position: int) -> str:
        """Return the header at a position; empty if it has none."""
        return self.headers[position] or ""

    def get_texts(self, position: int) -> pl.Series:
        """Return all texts of a column."""
        return self.body.to_series(position)

    @cached_property
    def _samples(self) -> pl.DataFrame:
        """What `sample` returns, by position."""
        rows = self.body.head(SAMPLED_ROWS)
        return map_columns(rows, dict.fromkeys(rows.columns, blank_missing))

    def sample(self, position: int) -> pl.Series:
        """Return the trimmed texts of the first rows, null where a value is missing."""
        return self._samples.to_series(position)

    def count_values(self, position: int) -> int:
        """Return the number of values in all rows."""
        texts = self.get_texts(position)
        values = (
            self.sample(position)
            if texts.len() <= SAMPLED_ROWS
            else texts.alias("text").to_frame().select(blank_missing(pl.col("text"))).to_series()
        )
        return values.count()

    def list_frequent(self, position: int, count: int = 3) -> list[str]:
        """Return the most frequent of the sampled values."""
        counts = self.sample(position).drop_nulls().alias("value").value_counts()
        return counts.sort("count", "value", descending=[True, False])["value"].head(count).to_list()

    def measure_share(self, position: int, pattern: str) -> float | None:
        """Return the share of the sampled values that match a pattern, or None if there are too few values."""
        values = self.sample(position)
        return None if values.count() < _MIN_VALUES else share_of(values.str.contains(pattern))

    def is_mostly(self, position: int, pattern: str, least: float) -> bool:
        """Return whether at least a share of the sampled values match a pattern."""
        return (self.measure_share(position, pattern) or 0) >= least

    def measure_filled_share(self, position: int) -> float:
        """Return the share of the sampled rows that have a value."""
        values = self.sample(position)
        return values.count() / values.len() if values.len() else 0.0


def share_of(is_true: pl.Series) -> float:
    """Return the share of the values that are true, among those that aren't null; 0 without any."""
    known = is_true.len() - is_true.null_count()
    return int(is_true.sum()) / known if known else 0.0


@dataclass(frozen=True)
class Meaning:
    """What the column at a position means.

    Attributes:
        column: Canonical column; empty for a lot size in an open unit.
        tier: How clear its header is; lower is clearer.
        role: Whose place it is.
        part: Part of an address or APN that it holds; empty for the whole.
        level: How fine its property types are; None for other columns.
        generic: Whether the header is ambiguous, so that the values have to agree.
        inverted: Whether the canonical value is 100 - value.
        codes: Code table of its values; empty if they aren't codes.
        lot_units: Canonical columns for a lot size in acres and in square feet, or None if the unit is known.
        is_chosen: Whether the user's mapping says so.

    """

    column: str
    tier: int = _ALIAS_TIER
    role: Role = Role.BARE
    part: str = ""
    level: TypeLevel | None = None
    generic: bool = False
    inverted: bool = False
    codes: str = ""
    in_state: bool = False
    lot_units: tuple[str, str] | None = None
    is_chosen: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether the values can be taken as they are."""
        return not (self.generic or self.inverted or self.codes)


Meanings = dict[int, Meaning]


def find_vendor(expanded: Sequence[str]) -> Vendor | None:
    """Return the vendor whose signs are among the headers."""
    present = set(expanded)
    return next((vendor for vendor in list_vendors() if vendor.signs <= present), None)


def read_meanings(columns: SheetColumns, positions: Collection[int], vendor: Vendor | None) -> Meanings:
    """Return what the headers at these positions mean, where their values agree."""
    overrides = dict(vendor.overrides if vendor else ())
    found = {i: meaning for i in positions if (meaning := _read_meaning(columns, i, overrides))}
    found |= {i: _read_state_code(columns, i, meaning) for i, meaning in found.items() if meaning.column == "State"}
    if all(meaning.column != "Property Type" for meaning in found.values()):
        found |= _find_described_types(columns, [i for i in positions if i not in found])
    return {i: meaning for i, meaning in found.items() if meaning.column == "" or _fits(columns, i, meaning)}


def build_meaning(alias: HeaderAlias, header: str, prefixes: Collection[str] = ()) -> Meaning:
    """Return the meaning of an alias; `header` tells whose place it is, or how fine its property types are."""
    level, tier = None, _ALIAS_TIER
    if any(word in split_header(header) for word in _LIVING_WORDS):
        tier = _LIVING_TIER
    elif alias.column == "Property Type":
        words = find_word_meaning(header, prefixes)
        level = words.level if words and words.level else TypeLevel.COARSE
        tier = words.tier if words and level is not TypeLevel.COARSE else _ALIAS_TIER
    return Meaning(
        alias.column,
        tier=tier,
        role=find_role(header, prefixes) if alias.column in PLACE_COLUMNS else Role.BARE,
        level=level,
        generic=alias.generic,
        inverted=alias.inverted,
        codes=alias.codes,
        in_state=alias.in_state,
    )


def _read_meaning(columns: SheetColumns, position: int, overrides: Mapping[str, HeaderAlias | None]) -> Meaning | None:
    header = columns.get_header(position)
    folded = normalize_header(header)
    if special := _read_by_values(columns, position, fold_header(header)):
        return special
    if folded in overrides:
        alias = overrides[folded]
        return build_meaning(alias, header, columns.prefixes) if alias else None
    aliases = map_header_aliases()
    if folded in aliases and is_rate(header) == (find_canonical_column(aliases[folded].column).unit == _RATE_UNIT):
        return build_meaning(aliases[folded], header, columns.prefixes)
    if folded in map_ambiguous_headers() and not is_rate(header):
        units = map_ambiguous_headers()[folded]
        return Meaning("", lot_units=(units.acres, units.square_feet))
    return _read_words(columns, position)


def _read_by_values(columns: SheetColumns, position: int, folded: str) -> Meaning | None:
    """Return the meaning of a header whose values say that it isn't the usual one."""
    if folded == "occupancy" and _holds_types(columns, position):
        return Meaning("Property Type", _CODE_TIER, level=TypeLevel.FINE)
    rules = (rule for rule in _list_value_rules() if folded in rule[0])
    return next((meaning for _, pattern, meaning in rules if columns.is_mostly(position, pattern, _NEARLY_ALL)), None)


@cache
def _list_value_rules() -> tuple[tuple[Collection[str], str, Meaning], ...]:
    """Return folded headers, the pattern of nearly all values below them, and what they mean then."""
    lot = Meaning("", _WHOLE_TIER, lot_units=("Lot Size Acres", "Lot Size SqFt"))
    return (
        (("property", "building", "asset", "site", "listing", "premises"), WHOLE_ADDRESS, Meaning("Address", _WHOLE_TIER)),
        (("land", "lot", "parcel", "site"), _build_size_pattern("acres", "square_feet"), lot),
        (("size", "area", "propertysize"), _build_size_pattern("acres"), Meaning("Lot Size Acres", _WHOLE_TIER)),
        (("sold", "lastsale", "lastsold"), _DATE, Meaning("Sale Date", _WHOLE_TIER)),
        (("sold", "lastsale", "lastsold"), _PRICE, Meaning("Sold Price", _WHOLE_TIER)),
        (("zip4",), _WHOLE_ZIP, Meaning("Zip Code", _WHOLE_TIER)),
    )


@cache
def _build_size_pattern(*names: str) -> str:
    units = (unit for name in names for unit in list_cell_units(name))
    return _MEASURED.format(units="|".join(map(re.escape, units)))


def _holds_types(columns: SheetColumns, position: int) -> bool:
    return columns.is_mostly(position, r"^\D*[A-Za-z]{3}\D*$", _NEARLY_ALL) and _names_types(columns, position)


def _read_words(columns: SheetColumns, position: int) -> Meaning | None:
    header = columns.get_header(position)
    words = find_word_meaning(header, columns.prefixes)
    if words is None:
        return Meaning("Building Status", 0) if _holds_statuses(columns, position) else None
    if words.is_lot_size:
        return Meaning("", words.tier, lot_units=("Lot Size Acres", "Lot Size SqFt"))
    role = find_role(header, columns.prefixes) if words.column in PLACE_COLUMNS else Role.BARE
    is_effective = words.column == "Building SqFt" and "effective" in split_header(header)
    return Meaning(words.column, words.tier + is_effective * _EFFECTIVE_TIER, role, words.part, words.level)


def _holds_statuses(columns: SheetColumns, position: int) -> bool:
    """Return whether a column called only "status" says what became of buildings: existing, demolished, under construction."""
    if fold_header(columns.get_header(position)) not in _STATUS_HEADERS:
        return False
    values = columns.sample(position).str.to_lowercase()
    return values.count() >= _MIN_VALUES and share_of(values.is_in(list(list_building_statuses()))) >= _NEARLY_ALL


def _read_state_code(columns: SheetColumns, position: int, meaning: Meaning) -> Meaning:
    """Return the meaning of a state's code: of the state's own classes of property, unless it is the name of a state."""
    is_code = "code" in split_header(columns.get_header(position)) and meaning.role is Role.BARE
    if not is_code or not columns.sample(position).count() or _is_mostly_states(columns.sample(position), 1):
        return meaning
    return Meaning("Property Type", _CODE_TIER, level=TypeLevel.FINE)


def _fits(columns: SheetColumns, position: int, meaning: Meaning) -> bool:
    """Return whether the values are of the column's kind. Aliases of the vocabulary need no proof, except for coordinates."""
    kind = find_canonical_column(meaning.column).type
    if _holds_other_numbers(columns, position, meaning):
        return False
    if meaning.tier == _ALIAS_TIER and kind not in ("latitude", "longitude") and not _is_vague_type(columns, position, meaning):
        return True
    if meaning.part:
        return True
    if meaning.column == "Property Type":
        return not _is_vague_type(columns, position, meaning) or _names_types(columns, position)
    if kind == "state":
        return _is_mostly_states(columns.sample(position))
    pattern = _VALUE_PATTERNS.get(kind) or _WORD_COLUMNS.get(meaning.column) or _CODE_COLUMNS.get(meaning.column)
    share = columns.measure_share(position, pattern) if pattern else None
    return share is None or share >= _FITS_SHARE


def _holds_other_numbers(columns: SheetColumns, position: int, meaning: Meaning) -> bool:
    """Return whether values are numbers of something else, whatever the header: codes of cities, or counts of households."""
    if meaning.column in ("City", "County"):
        return columns.is_mostly(position, r"^\d+(?:\.0+)?$", _NEARLY_ALL)
    return fold_header(columns.get_header(position)) == "occupancy" and _counts_households(columns, position)


def _counts_households(columns: SheetColumns, position: int) -> bool:
    """Return whether values are small whole numbers: the households in a building, as some assessors call its occupancy."""
    if columns.measure_share(position, r"^\d+(?:\.0+)?$") != 1:
        return False
    counts = columns.sample(position).cast(pl.Float64, strict=False)
    return (
        share_of(counts <= _MAX_HOUSEHOLDS) == 1
        and share_of(counts.is_between(1, _FEW_HOUSEHOLDS)) >= _FITS_SHARE
        and (counts.n_unique() > _MIN_VALUES)
    )


def _find_described_types(columns: SheetColumns, positions: Sequence[int]) -> Meanings:
    """Return the column whose header ends as that of types does, and whose values name types of properties: PCDESC."""
    named = ((i, columns.get_header(i)) for i in positions if may_describe_types(columns.get_header(i)))
    fitting = (
        i
        for i, header in named
        if are_types(columns.sample(i).drop_nulls())
        or (find_type_base(header) and _is_category(columns.sample(i).drop_nulls()) and _names_types(columns, i, _FITS_SHARE))
    )
    return {i: Meaning("Property Type", _DESCRIBED_TIER, level=TypeLevel.FINE) for i in islice(fitting, 1)}


def are_types(values: pl.Series) -> bool:
    """Return whether a few short texts name property types, also behind a code: 4500 Warehouse."""
    return _is_category(values) and share_of(values.str.contains(_build_type_pattern())) >= _TYPES_SHARE


def _is_category(values: pl.Series) -> bool:
    """Return whether values are a few short texts."""
    is_short = share_of(values.str.len_chars() <= _MAX_TYPE_CHARACTERS) == 1
    is_text = share_of(values.str.contains("[A-Za-z]{3}")) >= _NEARLY_ALL
    return is_short and is_text and values.n_unique() <= _FITS_SHARE * values.len()


@cache
def _build_type_pattern() -> str:
    return rf"(?i)\b(?:{'|'.join(sorted(list_suggestion_words('property types')))})\b"


def _is_vague_type(columns: SheetColumns, position: int, meaning: Meaning) -> bool:
    header = normalize_header(columns.get_header(position))
    return meaning.column == "Property Type" and header not in map_header_aliases() and header.endswith(_VAGUE_TYPE_HEADERS)


def _names_types(columns: SheetColumns, position: int, least: float = _TYPE_WORDS_SHARE) -> bool:
    """Return whether at least a share of the values names types of properties, or most are codes."""
    words = columns.measure_share(position, rf"(?i)\b(?:{'|'.join(list_type_words())})\b")
    return words is not None and (words >= least or is_coded(columns, position))


def is_coded(columns: SheetColumns, position: int) -> bool:
    """Return whether most values of a column are codes: texts without a word."""
    share = columns.measure_share(position, r"[A-Za-z]{3}")
    return share is not None and share < _FITS_SHARE


def _is_mostly_states(values: pl.Series, least: int = _MIN_VALUES) -> bool:
    filled = values.drop_nulls().str.to_uppercase()
    return filled.len() < least or share_of(filled.is_in(list(map_state_codes()))) >= _FITS_SHARE


def mark_chosen(meaning: Meaning, column: str, *, inverted: bool | None) -> Meaning:
    """Return the meaning that the user chose, with the codes and inversion that the vocabulary has for the same column."""
    same = meaning if meaning.column == column and not meaning.part else Meaning(column)
    chosen = replace(same, is_chosen=True, role=Role.BARE)
    return chosen if inverted is None else replace(chosen, inverted=inverted)
