"""The content of a mapping file: what the user says that headers mean."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

from flexscout.domain import (
    OUTPUT_COLUMNS,
    POINTS_SUFFIX,
    CodeTable,
    fold_header,
    format_column_letters,
    list_canonical_columns,
    normalize_header,
)

PASS, LEAVE_OUT = "pass", "leave out"
"""What a mapping file may have instead of a canonical column: keep the column as is, or drop it from the outputs."""

_OUTPUT_NAMES = {fold_header(name) for name in OUTPUT_COLUMNS}


@dataclass(frozen=True)
class ColumnChoice:
    """The user's choice for one header.

    Attributes:
        header: The header as the mapping file has it, or the letter of a column if there is no header.
        column: A canonical column, PASS or LEAVE_OUT.
        inverted: Whether the column holds the opposite (100 - value), or None if the vocabulary decides.
        unit: Header of the column with the unit of a size; empty if the canonical column says it.

    """

    header: str
    column: str
    inverted: bool | None = None
    unit: str = ""

    @property
    def is_canonical(self) -> bool:
        """Whether the choice is a canonical column."""
        return self.column not in (PASS, LEAVE_OUT)


@dataclass(frozen=True)
class Join:
    """Headers whose texts are put next to each other.

    Attributes:
        column: The canonical column that they make.
        headers: The headers, or letters of columns if there is no header.
        separator: What is put between the texts; None for the usual one of the column.

    """

    column: str
    headers: tuple[str, ...]
    separator: str | None = None

    @property
    def entry(self) -> str:
        """The entry of the mapping file, as messages name it."""
        return f"join.{self.column}"


@dataclass(frozen=True)
class Split:
    """A header whose texts have several parts of a place.

    Attributes:
        header: The header, or the letter of the column if there is no header.
        columns: The canonical columns to take out of it.

    """

    header: str
    columns: tuple[str, ...]

    @property
    def entry(self) -> str:
        """The entry of the mapping file, as messages name it."""
        return f"split.{self.header}"


@dataclass(frozen=True)
class Codes:
    """A code table that describes property types.

    Attributes:
        header: The header of the column with the codes; empty for the column that has the property type.
        table: The code table.

    """

    header: str
    table: CodeTable

    @property
    def entry(self) -> str:
        """The entry of the mapping file, as messages name it."""
        return f"codes.{self.header}" if self.header else "codes"


@dataclass(frozen=True)
class Constant:
    """A canonical column that has the same text in every row, in sheets that don't have the column."""

    column: str
    text: str

    @property
    def entry(self) -> str:
        """The entry of the mapping file, as messages name it."""
        return f"constants.{self.column}"


@dataclass(frozen=True)
class ColumnMapping:
    """A user's choices, and where they apply.

    Attributes:
        name: Name of the mapping file.
        choices: Choices, one per header.
        header_row: Number of the header row as shown in Excel; 0 if there is no header, None to find it.
        sheet: The only sheet to read, in workbooks that have it; empty for all sheets.
        files: Pattern of the file names that the mapping is for.
        joins: Columns that are joined.
        splits: Columns that are split.
        constants: Texts that every row has.
        codes: Code tables of property types.

    """

    name: str = ""
    choices: tuple[ColumnChoice, ...] = ()
    header_row: int | None = None
    sheet: str = ""
    files: str = "*"
    joins: tuple[Join, ...] = ()
    splits: tuple[Split, ...] = ()
    constants: tuple[Constant, ...] = ()
    codes: tuple[Codes, ...] = ()

    @cached_property
    def by_header(self) -> dict[str, ColumnChoice]:
        """Folded header -> choice; empty if columns are named by letter."""
        return {} if self.header_row == 0 else {fold_header(choice.header): choice for choice in self.choices}

    @cached_property
    def by_letter(self) -> dict[str, ColumnChoice]:
        """Column letter -> choice; empty if there is a header."""
        return {choice.header.upper(): choice for choice in self.choices} if self.header_row == 0 else {}

    def applies_to(self, file: str) -> bool:
        """Return whether the mapping is for files of this name, given without its folder."""
        return fnmatchcase(file.casefold(), self.files.casefold())

    @cached_property
    def headers(self) -> tuple[str, ...]:
        """Every header that an entry names, or every letter of a column if there is no header, once."""
        joined = (header for join in self.joins for header in join.headers)
        coded = (codes.header for codes in self.codes if codes.header)
        named = (*(choice.header for choice in self.choices), *joined, *(split.header for split in self.splits), *coded)
        return tuple({_normalize_header(header): header for header in named}.values())

    @cached_property
    def known_names(self) -> frozenset[str]:
        """Normalized headers of the entries, by which the header row is found; empty if there is no header."""
        headers = self.headers if self.header_row != 0 else ()
        return frozenset(key(header) for header in headers for key in (fold_header, normalize_header))

    @property
    def tables(self) -> tuple[CodeTable, ...]:
        """The code tables of the file."""
        return tuple(codes.table for codes in self.codes)

    def count_entries(self, headers: Sequence[str | None]) -> int:
        """Count the headers that have an entry."""
        known = {fold_header(header) for header in self.headers} if self.header_row != 0 else frozenset()
        return sum(1 for header in headers if fold_header(header or "") in known)

    def find_choices(self, headers: Sequence[str | None]) -> dict[int, ColumnChoice]:
        """Return position -> choice for the column there."""
        if not self.choices:
            return {}
        found = (
            self.by_letter.get(format_column_letters(i)) if self.by_letter else self.by_header.get(fold_header(header or ""))
            for i, header in enumerate(headers)
        )
        return {i: choice for i, choice in enumerate(found) if choice}

    def find_positions(self, headers: Sequence[str | None], names: Sequence[str]) -> list[int] | None:
        """Return the positions of columns by their headers, or letters if there is no header, or None if one is missing."""
        if self.header_row == 0:
            keys, wanted = [format_column_letters(i) for i in range(len(headers))], [name.upper() for name in names]
        else:
            keys, wanted = [fold_header(text or "") for text in headers], [fold_header(name) for name in names]
        return [keys.index(key) for key in wanted] if set(wanted) <= set(keys) else None

    def list_unused(self, used: Collection[str]) -> tuple[str, ...]:
        """Return the entries that are not in `used`."""
        others: tuple[Join | Split | Codes | Constant, ...] = (*self.joins, *self.splits, *self.codes, *self.constants)
        entries = (*(choice.header for choice in self.choices), *(other.entry for other in others))
        return tuple(entry for entry in entries if entry not in used)


def _normalize_header(header: str) -> str:
    return fold_header(header) or header


NO_MAPPING = ColumnMapping()


def name_unmapped_columns(headers: Sequence[str | None], mapped: Collection[int]) -> list[str]:
    """Name the columns at positions that are not in `mapped`.

    The name is the header, unique up to case and punctuation. A blank header becomes `Column C`, the name of an output column
    gets the suffix ` (input)`, a repeated name gets ` (2)`.
    """
    taken = {_name_key(column.name) for column in list_canonical_columns()}
    last_numbers: dict[str, int] = {}
    names: list[str] = []
    for i, header in enumerate(headers):
        name = _tidy_header(header) or f"Column {format_column_letters(i)}"
        if i not in mapped:
            is_output = fold_header(name) in _OUTPUT_NAMES or name.casefold().endswith(POINTS_SUFFIX.casefold())
            name = _make_unique(f"{name} (input)" if is_output else name, taken, last_numbers)
            taken.add(_name_key(name))
        names.append(name)
    return names


def _tidy_header(header: str | None) -> str:
    """Collapse whitespace and NULs, which pandas refuses, and strip two leading underscores, which mark working columns."""
    name = " ".join((header or "").replace("\0", " ").split())
    return name.lstrip("_ ") if name.startswith("__") else name


def _name_key(name: str) -> str:
    """Return the name without case, spaces and punctuation, unless nothing is left."""
    return fold_header(name) or "".join(name.casefold().split())


def _make_unique(name: str, taken: Collection[str], last_numbers: dict[str, int]) -> str:
    """Return the name, numbered if it is taken. `last_numbers`: key -> the last number given."""
    unique = name
    key = _name_key(name)
    while _name_key(unique) in taken:
        last_numbers[key] = last_numbers.get(key, 1) + 1
        unique = f"{name} ({last_numbers[key]})"
    return unique
