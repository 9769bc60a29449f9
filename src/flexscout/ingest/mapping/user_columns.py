"""Columns that a user's mapping makes in a sheet: joined, split and constant ones; and the code tables of its types."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from flexscout.domain import TypeLevel
from flexscout.ingest.derived_columns import ADDRESS_SEPARATOR, APN_SEPARATOR
from flexscout.ingest.land_use_codes import share_described
from flexscout.ingest.mapping.column_mapping import Codes, ColumnMapping, Join
from flexscout.ingest.mapping.meanings import Meaning, Meanings, SheetColumns
from flexscout.ingest.mapping.property_types import PROPERTY_TYPE
from flexscout.sheet_columns import DerivedColumn, DerivedKind


@dataclass
class UserColumns:
    """What the entries of a mapping make of a sheet, apart from its choices.

    Attributes:
        derived: Joined and split columns, with the canonical column of each.
        types: Positions of the columns that are joined to a property type, the coarsest first.
        entries: Entries that the sheet has the headers for.
        sources: Positions of the columns that are joined or split.

    """

    derived: list[tuple[str, DerivedColumn]] = field(default_factory=list)
    types: tuple[int, ...] = ()
    entries: list[str] = field(default_factory=list)
    sources: set[int] = field(default_factory=set)

    @property
    def names(self) -> set[str]:
        """The canonical columns that are made."""
        return {name for name, _ in self.derived} | ({PROPERTY_TYPE} if self.types else set())


def make_user_columns(columns: SheetColumns, mapping: ColumnMapping, chosen: Collection[str]) -> UserColumns:
    """Make the measured, joined and split columns. Each applies to sheets that have all of its headers.

    Args:
        columns: Columns of the sheet.
        mapping: The user's mapping.
        chosen: Canonical columns that the sheet has by the user's choice, which are not made.

    """
    made = UserColumns()
    for choice in (each for each in mapping.choices if each.unit):
        if positions := mapping.find_positions(columns.headers, [choice.header, choice.unit]):
            made.sources.update(positions)
            made.derived.append((choice.column, _build(columns, made, DerivedKind.MEASURE, positions, "")))
    for join in mapping.joins:
        positions = mapping.find_positions(columns.headers, join.headers)
        if positions and join.column not in {*chosen, *made.names}:
            _add_join(columns, made, join, positions)
    for split in mapping.splits:
        positions = mapping.find_positions(columns.headers, [split.header])
        if positions:
            made.entries.append(split.entry)
            made.sources.update(positions)
            for name in split.columns:
                if name not in {*chosen, *made.names}:
                    made.derived.append((name, _build(columns, made, DerivedKind.PLACE, positions, name)))
    return made


def _add_join(columns: SheetColumns, made: UserColumns, join: Join, positions: list[int]) -> None:
    made.entries.append(join.entry)
    made.sources.update(positions)
    if join.column == PROPERTY_TYPE and join.separator is None:
        made.types = tuple(positions)
    elif join.column == "Sale Date" and join.separator is None:
        made.derived.append((join.column, _build(columns, made, DerivedKind.DATE, positions, "")))
    else:
        usual = APN_SEPARATOR if join.column == "APN" else ADDRESS_SEPARATOR
        separator = usual if join.separator is None else join.separator
        made.derived.append((join.column, _build(columns, made, DerivedKind.JOIN, positions, separator)))


def _build(columns: SheetColumns, made: UserColumns, kind: DerivedKind, positions: Iterable[int], text: str) -> DerivedColumn:
    return DerivedColumn(len(columns.headers) + len(made.derived), kind, _name_sources(columns, positions), text)


def _name_sources(columns: SheetColumns, positions: Iterable[int]) -> tuple[tuple[int, str], ...]:
    return tuple((i, columns.get_header(i)) for i in positions)


def join_types(columns: SheetColumns, positions: Sequence[int], tables: Mapping[int, str], position: int) -> DerivedColumn:
    """Return the property type that is joined from several columns.

    Args:
        columns: Columns of the sheet.
        positions: Positions of the sources, the coarsest first.
        tables: Position -> code table of each source; empty for texts.
        position: Position for the column.

    """
    codes = tuple(tables[i] for i in positions)
    return DerivedColumn(position, DerivedKind.TYPES, _name_sources(columns, positions), codes=codes)


def make_constants(mapping: ColumnMapping, present: Collection[str], next_position: int) -> list[tuple[str, DerivedColumn]]:
    """Return the constants of the canonical columns that are not in `present`."""
    missing = [constant for constant in mapping.constants if constant.column not in present]
    return [
        (constant.column, DerivedColumn(next_position + i, DerivedKind.CONSTANT, text=constant.text))
        for i, constant in enumerate(missing)
    ]


def assign_code_tables(
    columns: SheetColumns, mapping: ColumnMapping, meanings: Meanings, joined: Collection[int]
) -> dict[int, Codes]:
    """Return position -> the code table that the mapping gives the column.

    Without a header, a table describes the property type: the one that the user chose, or the column it knows most codes of.

    Args:
        columns: Columns of the sheet.
        mapping: The user's mapping.
        meanings: Position -> meaning.
        joined: Positions of the columns that the user joins to a property type.

    """
    assigned: dict[int, Codes] = {}
    for codes in mapping.codes:
        if codes.header:
            positions = mapping.find_positions(columns.headers, [codes.header]) or []
        else:
            types = joined or [i for i, meaning in meanings.items() if meaning.column == PROPERTY_TYPE]
            shares = {i: share_described(columns.sample(i), codes.table) for i in types}
            chosen = [i for i in types if i in meanings and meanings[i].is_chosen] or [i for i in types if shares[i]]
            positions = [max(chosen, key=lambda i: shares[i])] if chosen else []
        assigned |= dict.fromkeys(positions, codes)
    return assigned


def describe_by_table(meanings: Meanings, position: int, codes: Codes) -> Meaning:
    """Return the meaning of a column whose code table the user chose."""
    known = meanings.get(position)
    same = known if known and known.column == PROPERTY_TYPE else Meaning(PROPERTY_TYPE, level=TypeLevel.COARSE)
    return replace(same, codes=codes.table.name, in_state=False, is_chosen=True)
