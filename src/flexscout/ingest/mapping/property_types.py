"""Which columns tell a property's type: described ones before codes, and a finer one beside a coarse one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import polars as pl

from flexscout.domain import (
    CodeTable,
    TypeLevel,
    find_code_tables,
    find_type_base,
    fold_header,
    list_cell_values,
    list_umbrella_types,
    map_code_tables,
    map_state_codes,
    map_zip_codes_to_states,
)
from flexscout.ingest.land_use_codes import share_described
from flexscout.ingest.mapping.meanings import Meaning, Meanings, SheetColumns, is_coded, share_of
from flexscout.sheet_columns import DerivedColumn, DerivedKind

PROPERTY_TYPE = "Property Type"
_MIN_DESCRIBED = 0.6  # of the codes in a column; a table that knows fewer is another issuer's
_NEARLY_ALL = 0.9  # of the texts, from which words such as PDR are codes
_TRUNCATED_SHARE = 0.2  # of the texts, that end where the column does
_MIN_TRUNCATED = 3  # different texts
_MAX_TRUNCATED = 30  # characters of a column that cuts its texts off
_MIN_FILLED = 0.2  # of the rows, for a description to stand instead of codes
_CLASS_OF_BUILDING = ("buildingclass", "bldgclass")  # A, B or C: quality, unless a code table knows it


class _Issuer:
    """What shows who issued the codes of a sheet: the layout of its headers, and where its rows are. Few sheets need it."""

    def __init__(self, columns: SheetColumns, meanings: Meanings, layout: str) -> None:
        self.layout, self._columns, self._meanings = layout, columns, meanings

    @cached_property
    def states(self) -> frozenset[str]:
        return _find_states(self._columns, self._meanings)

    @cached_property
    def counties(self) -> frozenset[str]:
        return _find_counties(self._columns, self._meanings)


@dataclass(frozen=True)
class _TypeColumn:
    position: int
    level: TypeLevel
    tier: int
    base: str
    table: str = ""
    is_coded: bool = False
    filled: float = 0.0

    @property
    def says_type(self) -> bool:
        """Whether the values are texts, or codes that are understood."""
        return not self.is_coded or bool(self.table)


@dataclass
class PropertyTypes:
    """Meanings after it is known which columns tell the type.

    Attributes:
        meanings: The meanings that are left.
        combined: Column made of a coarse and a finer one, or None if one column says it all.
        unclear: Positions of codes whose issuer isn't known.
        unused: Positions of other columns of types.
        subtypes: Positions of a vendor's subtypes, which stand beside the type.
        states: States of the rows, as far as they are known; only if some codes are unclear.

    """

    meanings: Meanings
    combined: DerivedColumn | None = None
    unclear: list[int] = field(default_factory=list)
    unused: list[int] = field(default_factory=list)
    subtypes: frozenset[int] = frozenset()
    states: frozenset[str] = frozenset()


def resolve_types(columns: SheetColumns, meanings: Meanings, layout: str, position: int) -> PropertyTypes:
    """Choose the columns that tell the property type.

    Args:
        columns: Columns of the sheet.
        meanings: Position -> meaning.
        layout: Name of the vendor or layout; empty if unknown.
        position: Position for a combined column.

    """
    all_types = {i: meaning for i, meaning in meanings.items() if meaning.column == PROPERTY_TYPE}
    subtypes = {i for i, meaning in all_types.items() if meaning.level is TypeLevel.SUBTYPE}
    coarse = {i: meaning for i, meaning in all_types.items() if i not in subtypes}
    types = all_types if all(_is_umbrella(columns, i) for i in coarse) else coarse
    if not types:
        return PropertyTypes(meanings)
    issuer = _Issuer(columns, meanings, layout)
    if any(meaning.is_chosen for meaning in types.values()):
        return PropertyTypes({**meanings, **_describe_chosen(columns, types, issuer)})
    described = [_describe_column(columns, i, meaning, issuer) for i, meaning in types.items()]
    chosen = _choose(columns, described)
    others = {i: meaning for i, meaning in meanings.items() if i not in all_types}
    if not chosen:
        return PropertyTypes(others, unclear=[each.position for each in described], states=issuer.states)
    beside = frozenset(subtypes - types.keys())
    unused = [i for i in types if i not in {each.position for each in chosen}]
    result = dict(others)
    result[chosen[0].position] = replace(types[chosen[0].position], codes=chosen[0].table, in_state=False)
    unclear = [each.position for each in described if each.is_coded and not each.table and not any(c.says_type for c in chosen)]
    states = issuer.states if unclear else frozenset()
    if len(chosen) == 1:
        return PropertyTypes(result, None, unclear, unused, beside, states)
    sources = tuple((each.position, columns.get_header(each.position)) for each in chosen)
    combined = DerivedColumn(position, DerivedKind.TYPES, sources, codes=tuple(each.table for each in chosen))
    del result[chosen[0].position]
    return PropertyTypes(result, combined, unclear, unused, beside, states)


def find_type_tables(columns: SheetColumns, positions: Sequence[int], meanings: Meanings, layout: str) -> dict[int, str]:
    """Return position -> name of the code table, empty for texts, of the columns that the user joins to a property type.

    Args:
        columns: Columns of the sheet.
        positions: Their positions.
        meanings: Position -> meaning, which tells where the rows are.
        layout: Name of the vendor or layout; empty if unknown.

    """
    issuer = _Issuer(columns, meanings, layout)
    return {i: _describe_column(columns, i, Meaning(PROPERTY_TYPE), issuer).table for i in positions}


def _describe_chosen(columns: SheetColumns, types: Meanings, issuer: _Issuer) -> Meanings:
    """Return the columns that the user chose, with the code tables whose issuer is shown."""
    chosen = {i: meaning for i, meaning in types.items() if meaning.is_chosen and not meaning.codes}
    return {i: replace(each, codes=_describe_column(columns, i, each, issuer).table) for i, each in chosen.items()}


def _is_umbrella(columns: SheetColumns, position: int) -> bool:
    """Return whether the types say only that the properties are for business."""
    values = columns.sample(position).drop_nulls().str.to_lowercase()
    return share_of(values.is_in(list(list_umbrella_types()))) >= _NEARLY_ALL


def _describe_column(columns: SheetColumns, position: int, meaning: Meaning, issuer: _Issuer) -> _TypeColumn:
    coded = is_coded(columns, position)
    table = _find_table(columns, position, meaning, issuer, _MIN_DESCRIBED if coded else _NEARLY_ALL)
    return _TypeColumn(
        position,
        meaning.level or TypeLevel.COARSE,
        meaning.tier,
        find_type_base(columns.get_header(position)),
        table,
        is_coded=coded or bool(table),
        filled=columns.measure_filled_share(position),
    )


def _find_table(columns: SheetColumns, position: int, meaning: Meaning, issuer: _Issuer, least: float) -> str:
    """Return the name of the code table whose issuer is shown and that knows most of the codes; empty without one."""
    named = map_code_tables()[meaning.codes] if meaning.codes else None
    if named and (not meaning.in_state or issuer.states == named.states):
        return named.name
    header = fold_header(columns.get_header(position))
    if not any(header in table.headers for table in map_code_tables().values()):
        return ""
    found = find_code_tables(header, issuer.layout, issuer.states, issuer.counties)
    values = columns.sample(position)
    shares = [(share_described(values, table), table) for table in found]
    fitting: Iterable[tuple[float, CodeTable]] = (pair for pair in shares if pair[0] >= least)
    return next((table.name for _, table in fitting), "")


def _choose(columns: SheetColumns, types: Sequence[_TypeColumn]) -> list[_TypeColumn]:
    """Return the columns to use, the coarsest first: at most one coarse and one fine."""
    filled = [each for each in types if each.filled]
    texts = [each for each in filled if not each.is_coded]
    whole = [each for each in texts if not _is_truncated(columns, each)]
    codes = [each for each in filled if each.table and not _has_described_twin(each, whole)]
    codes = [each for each in codes if not _is_idle(columns, each, filled)]
    useful = [*texts, *codes]
    if not useful:
        unknown = [each for each in filled or types if _is_certainly_type(columns.get_header(each.position), each)]
        return [min(unknown, key=lambda each: (each.tier, each.position))] if unknown else []
    coarse = _choose_best([each for each in useful if each.level is TypeLevel.COARSE])
    fine = _choose_best([each for each in useful if each.level is not TypeLevel.COARSE])
    extra = _choose_best([each for each in codes if each not in (coarse, fine)]) if not (coarse and fine) else None
    return [each for each in (coarse, extra, fine) if each]


def _has_described_twin(coded: _TypeColumn, texts: Sequence[_TypeColumn]) -> bool:
    """Return whether a column of texts describes the same as the codes, as finely."""
    is_coarse = coded.level is TypeLevel.COARSE
    twins = [each for each in texts if each.base == coded.base and (is_coarse or each.level is not TypeLevel.COARSE)]
    return any(each.filled >= max(_MIN_FILLED, coded.filled / 2) for each in twins)


def _is_truncated(columns: SheetColumns, described: _TypeColumn) -> bool:
    """Return whether many texts are cut off at the same length: LIGHT MANUFA."""
    values = columns.sample(described.position).drop_nulls()
    lengths = values.str.len_chars()
    longest = lengths.max()
    if not isinstance(longest, int) or longest > _MAX_TRUNCATED:
        return False
    is_longest = lengths == longest
    return values.filter(is_longest).n_unique() >= _MIN_TRUNCATED and share_of(is_longest) >= _TRUNCATED_SHARE


def _is_idle(columns: SheetColumns, coded: _TypeColumn, types: Sequence[_TypeColumn]) -> bool:
    """Return whether codes are the same in all rows, although a coarser column isn't: a default that says nothing."""
    coarser = [each for each in types if each.level is TypeLevel.COARSE and each.position != coded.position]
    is_constant = columns.sample(coded.position).drop_nulls().n_unique() == 1
    return is_constant and any(columns.sample(each.position).drop_nulls().n_unique() > 1 for each in coarser)


def _choose_best(types: Sequence[_TypeColumn]) -> _TypeColumn | None:
    """Return the clearest column: texts before codes, well filled ones before others."""
    return min(
        types,
        key=lambda each: (each.filled < _MIN_FILLED, each.is_coded, each.tier, -each.filled, each.position),
        default=None,
    )


def _is_certainly_type(header: str, column: _TypeColumn) -> bool:
    """Return whether a header of unknown codes is that of property types, not of a building's quality."""
    folded = fold_header(header)
    return not column.is_coded or column.tier < 0 or not folded.startswith(_CLASS_OF_BUILDING)


def _find_states(columns: SheetColumns, meanings: Meanings) -> frozenset[str]:
    """Return the states of the rows: of the State column, without one of the mapping file or the ZIP codes; empty if unknown."""
    if "State" in columns.constants and not any(meaning.column == "State" for meaning in meanings.values()):
        return frozenset({map_state_codes()[columns.constants["State"].upper()]})
    for name, codes in (("State", map_state_codes()), ("Zip Code", None)):
        for i in (i for i, meaning in meanings.items() if meaning.column == name and not meaning.part):
            values = columns.sample(i).drop_nulls()
            known = _map_zips(values) if codes is None else values.str.to_uppercase().replace_strict(codes, default=None)
            if known.len() and known.null_count() == 0:
                return frozenset(known.unique())
    return frozenset()


def _map_zips(values: pl.Series) -> pl.Series:
    return values.str.slice(0, 3).replace_strict(map_zip_codes_to_states(), default=None, return_dtype=pl.String)


def _find_counties(columns: SheetColumns, meanings: Meanings) -> frozenset[str]:
    positions = [i for i, meaning in meanings.items() if meaning.column == "County"]
    if "County" in columns.constants and not positions:
        return frozenset({columns.constants["County"].lower()})
    values = [columns.sample(i).drop_nulls().str.to_lowercase() for i in positions]
    return frozenset(text for texts in values for text in texts.unique() if text not in list_cell_values("missing"))
