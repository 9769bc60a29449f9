"""A mapping file to start from: how the headers of an export are understood, for a person to correct."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap

import polars as pl

from flexscout.domain import canonical_columns, cell_values, column_letters, fold_header
from flexscout.ingest.mapping.column_mapping import PASS
from flexscout.models import HeaderMap, MappedColumn, TextTable

_PLAIN = re.compile(r"[A-Za-z][\w ()/.%$-]*$", re.ASCII)
_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}  # what YAML takes for a value of its own
_SAMPLES, _SAMPLE_LENGTH = 3, 30
_WIDEST = 44  # characters before the comment
_LOOKED_FOR = ("Property Type", "Address", "City", "State", "Zip Code", "APN", "Building SqFt", "Lot Size Acres", "Year Built",
               "Occupancy")  # fmt: skip
_UNIT_OPEN = "unit_unclear: acres or"


@dataclass(frozen=True)
class DraftTable:
    """A sheet as it is understood; `header_row` as Excel numbers it, 0 if there is none; `body`: the texts below it."""

    sheet: str
    header_row: int
    header_map: HeaderMap
    body: TextTable


def render_mapping(file: str, tables: Sequence[DraftTable]) -> str:
    """The mapping file of an export, as YAML: every header once, with what it is taken for and a few of its values."""
    return "\n".join([*_head(file, tables), "", "columns:", *_columns(tables)]) + "\n"


def _head(file: str, tables: Sequence[DraftTable]) -> Iterator[str]:
    yield f"# What the headers of {_one_line(file)} mean. Change what stands after the colons, then:"
    yield "#   flexscout run FOLDER --mapping THIS_FILE"
    for table in tables:
        place = f"header in row {table.header_row}" if table.header_row else "no header"
        yield f'# Sheet "{_one_line(table.sheet)}": {place}; {table.header_map.recognized}.'
    yield from _missing(tables)
    yield "#"
    yield "# After a colon: one of the columns listed below, or"
    yield "#   pass                                      the column keeps its own header, and no rule looks at it"
    yield "#   leave out                                 the column is not in the results"
    yield "#   {column: Occupancy, inverted: true}       it holds the opposite: 100 - value, such as vacancy"
    yield "# A size says its unit by its column: Lot Size Acres or Lot Size SqFt. A line that you delete is decided by flexscout."
    yield "# It holds for every file that has these headers; case, spaces and punctuation do not count."
    yield from wrap(
        "Columns: " + ", ".join(entry.name for entry in canonical_columns()), 120, initial_indent="# ", subsequent_indent="#   "
    )
    yield ""
    yield from _places(file, tables)


def _missing(tables: Sequence[DraftTable]) -> Iterator[str]:
    """The columns that rows are told apart and scored by, as far as no table has them."""
    missing = set.intersection(*(set(table.header_map.missing) for table in tables))
    named = [name for name in _LOOKED_FOR if name in missing]
    if named:
        yield f"# Not found yet: {', '.join(named)}."


def _places(file: str, tables: Sequence[DraftTable]) -> Iterator[str]:
    """Where the table stands: said where there is no header, else only for a person who wants to."""
    without = any(table.header_row == 0 for table in tables)
    yield (
        "header_row: 0  # there is none: columns go by their letters"
        if without
        else (f"# header_row: {tables[0].header_row}  # where flexscout should look for it; 0 if there is none")
    )
    yield f"{'' if without else '# '}files: {_quoted(file)}  # the files that this is for; * stands for any text"
    yield f"# sheet: {_quoted(tables[0].sheet)}  # the only sheet to read, of files that have it"


def _columns(tables: Sequence[DraftTable]) -> Iterator[str]:
    """A line per header, of the first sheet that has it."""
    told: set[str] = set()
    for table in tables:
        for column in table.header_map.columns:
            name = column.header if table.header_row else column_letters(column.position)
            if fold_header(name) and fold_header(name) not in told:
                told.add(fold_header(name))
                yield _line(name, column, table)


def _line(name: str, column: MappedColumn, table: DraftTable) -> str:
    entry = f"  {_quoted(name)}: {_value(column)}"
    remarks = [" | ".join(_samples(table.body.to_series(column.position))), *_questions(column, table.header_map)]
    return f"{entry:<{_WIDEST}}  # {'; '.join(filter(None, remarks))}".rstrip(" #")


def _value(column: MappedColumn) -> str:
    if column.inverted:
        return f"{{column: {column.name}, inverted: true}}"
    return column.name if column.canonical else PASS


def _questions(column: MappedColumn, header_map: HeaderMap) -> Iterator[str]:
    """What a person should decide."""
    yield from (f"did you mean {name}?" for header, name in header_map.suggestions if header == column.header)
    yield from (
        "in acres: Lot Size Acres; in square feet: Lot Size SqFt"
        for issue in header_map.issues
        if issue.column == column.header and issue.reason.startswith(_UNIT_OPEN)
    )


def _samples(texts: pl.Series) -> list[str]:
    """The first different values, short and on one line."""
    trimmed = texts.drop_nulls().str.strip_chars()
    filled = trimmed.filter(~trimmed.str.to_lowercase().is_in(list(cell_values("missing"))))
    return [_one_line(text)[:_SAMPLE_LENGTH] for text in filled.unique(maintain_order=True).head(_SAMPLES)]


def _one_line(text: str) -> str:
    """A comment ends with its line, and holds no control characters."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _quoted(text: str) -> str:
    """A text as YAML reads it back."""
    plain = _PLAIN.match(text) and text.lower() not in _WORDS and text == text.strip()
    return text if plain else json.dumps(text, ensure_ascii=not text.isprintable())
