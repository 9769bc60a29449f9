"""What a person says that headers mean: the content of a mapping file."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

from flexscout.mapping.naming import column_letter
from flexscout.vocabulary import fold

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
        return {} if self.header_row == 0 else {fold(choice.header): choice for choice in self.choices}

    @cached_property
    def by_letter(self) -> dict[str, Choice]:
        """Letter of a column -> what it means; empty where there is a header."""
        return {choice.header.upper(): choice for choice in self.choices} if self.header_row == 0 else {}

    def is_for(self, file: str) -> bool:
        """Whether it holds for a file of this name, without its folder."""
        return fnmatchcase(file.casefold(), self.files.casefold())

    def names_any(self, headers: Sequence[str | None]) -> int:
        """How many of the headers it has an entry for."""
        return sum(1 for header in headers if fold(header or "") in self.by_header)

    def choices_of(self, headers: Sequence[str | None]) -> dict[int, Choice]:
        """Position -> what a person says that the column there means."""
        if self.by_letter:
            found = {i: self.by_letter.get(column_letter(i)) for i in range(len(headers))}
        else:
            found = {i: self.by_header.get(fold(header or "")) for i, header in enumerate(headers)} if self.by_header else {}
        return {i: choice for i, choice in found.items() if choice}

    def unused(self, used: Collection[str]) -> tuple[str, ...]:
        """The entries that are not among the `used`."""
        return tuple(choice.header for choice in self.choices if choice.header not in used)


NO_MAPPING = ColumnMapping()
