"""What a person says that headers mean: the content of a mapping file."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

from flexscout.domain import OUTPUT_COLUMNS, POINTS_SUFFIX, canonical_columns, column_letters, fold_header

_LETTERS = 26
_OWN = {fold_header(name) for name in OUTPUT_COLUMNS}


def name_unmapped_columns(headers: Sequence[str | None], chosen: Collection[int]) -> list[str]:
    """A name for each position that is not `chosen`: its header, made unique up to case and punctuation.

    A blank header becomes `Column C`, a name that flexscout writes itself gets ` (input)`, a repeated one ` (2)`.
    """
    taken = {_key(column.name) for column in canonical_columns()}
    numbers: dict[str, int] = {}
    names: list[str] = []
    for i, header in enumerate(headers):
        name = _shown(header) or f"Column {column_letters(i)}"
        if i not in chosen:
            name = _free(f"{name} (input)" if _is_own(name) else name, taken, numbers)
            taken.add(_key(name))
        names.append(name)
    return names


def _is_own(name: str) -> bool:
    return fold_header(name) in _OWN or name.casefold().endswith(POINTS_SUFFIX.casefold())


def _shown(header: str | None) -> str:
    """The header with single spaces; without leading underscores where there are two, which mark working columns.

    A NUL counts as a space: pandas takes no name with one.
    """
    name = " ".join((header or "").replace("\0", " ").split())
    return name.lstrip("_ ") if name.startswith("__") else name


def _key(name: str) -> str:
    """Return what makes a name unique: without case, spaces and punctuation; a name of nothing but punctuation keeps it."""
    return fold_header(name) or "".join(name.casefold().split())


def _free(name: str, taken: Collection[str], numbers: dict[str, int]) -> str:
    """The name, or its first numbered form that is free; `numbers`: the last one given to each name."""
    free = name
    key = _key(name)
    while _key(free) in taken:
        numbers[key] = numbers.get(key, 1) + 1
        free = f"{name} ({numbers[key]})"
    return free


PASS, LEAVE_OUT = "pass", "leave out"
"""What may stand in place of a column: it passes through under its own header; it is left out of the outputs."""


@dataclass(frozen=True)
class Choice:
    """What one header means.

    `header`: as the mapping file spells it, or the letter of a column where there is no header; `column`: a canonical column,
    PASS or LEAVE_OUT; `inverted`: whether it holds the opposite (100 - value), None where that is left to the vocabulary.
    """

    header: str
    column: str
    inverted: bool | None = None

    @property
    def is_canonical(self) -> bool:
        """Whether it names a canonical column."""
        return self.column not in (PASS, LEAVE_OUT)


@dataclass(frozen=True)
class ColumnMapping:
    """The choices of a person, and where they hold.

    `name`: of its file; `header_row`: as Excel numbers it, 0 for a table without header, None where flexscout looks for it;
    `sheet`: the one to read where a workbook has it, or empty; `files`: pattern of the file names it is for.
    """

    name: str = ""
    choices: tuple[Choice, ...] = ()
    header_row: int | None = None
    sheet: str = ""
    files: str = "*"

    @cached_property
    def by_header(self) -> dict[str, Choice]:
        """Folded header -> what it means; empty where columns are named by letter."""
        return {} if self.header_row == 0 else {fold_header(choice.header): choice for choice in self.choices}

    @cached_property
    def by_letter(self) -> dict[str, Choice]:
        """Letter of a column -> what it means; empty where there is a header."""
        return {choice.header.upper(): choice for choice in self.choices} if self.header_row == 0 else {}

    def is_for(self, file: str) -> bool:
        """Whether it holds for a file of this name, without its folder."""
        return fnmatchcase(file.casefold(), self.files.casefold())

    def names_any(self, headers: Sequence[str | None]) -> int:
        """How many of the headers it has an entry for."""
        return sum(1 for header in headers if fold_header(header or "") in self.by_header)

    def choices_of(self, headers: Sequence[str | None]) -> dict[int, Choice]:
        """Position -> what a person says that the column there means."""
        if self.by_letter:
            found = {i: self.by_letter.get(column_letters(i)) for i in range(len(headers))}
        else:
            found = (
                {i: self.by_header.get(fold_header(header or "")) for i, header in enumerate(headers)} if self.by_header else {}
            )
        return {i: choice for i, choice in found.items() if choice}

    def unused(self, used: Collection[str]) -> tuple[str, ...]:
        """The entries that are not among the `used`."""
        return tuple(choice.header for choice in self.choices if choice.header not in used)


NO_MAPPING = ColumnMapping()
