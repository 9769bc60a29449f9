r"""The notes store: what the user noted and corrected, as lines of a CSV file beside the workbook.

Lines are only ever added, so the file can be diffed, shared and merged. The latest line of a note counts; an empty text removes
the note. Each entry is one line: a line break in a text is written as `\n` and a backslash as `\\`.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

import polars as pl
from filelock import FileLock, Timeout

from flexscout.domain import (
    ADDRESS_COLUMNS,
    LINK_COLUMNS,
    NOTES_HEADER,
    RECORDS_FOLDER,
    format_count,
    list_canonical_columns,
    quote_formulas,
    unquote_formulas,
)
from flexscout.errors import OutputError

ID = LINK_COLUMNS[0]
KIND, COLUMN, TEXT, TIME, LINE = "Kind", "Column", "Text", "Time", "Line"

ENTRY_SCHEMA = dict.fromkeys((KIND, ID, *ADDRESS_COLUMNS, COLUMN, TEXT, TIME), pl.String)
"""Columns of a frame of entries: the EntryKind; the property's ID, null if unknown, and its place; the column; the text, null if
the entry removes a note or correction; the time, UTC in ISO 8601, null if it isn't known."""

OWNER = "__owner"
"""Working column: the property of an entry, which is its ID or, if that isn't known, its place."""

ENTRY_KEY = (KIND, OWNER, COLUMN)
"""What tells entries apart; of equal ones the latest counts."""

_MAX_BYTES = 2**28
_MAX_NAMED_LINES = 3
_LOCK_SECONDS = 60.0
_BOM = b"\xef\xbb\xbf"
_FIELD = r'("(?:[^"]|"")*"|[^",]*)'
_LINE_PATTERN = "^" + ",".join([_FIELD] * len(ENTRY_SCHEMA)) + "$"
_MARK = "\x00"  # stands for an escaped backslash while a line is read
_FIELD_NAMES = {str(i): name for i, name in enumerate(ENTRY_SCHEMA, 1)}


class EntryKind(StrEnum):
    """What an entry is."""

    NOTE = "note"
    CORRECTION = "correction"


@dataclass(frozen=True)
class StoredEntries:
    """The entries of a store.

    Attributes:
        entries: ENTRY_SCHEMA and LINE, in the order of the file.
        messages: Sentences about lines that can't be read.

    """

    entries: pl.DataFrame
    messages: tuple[str, ...] = ()


class NotesStore:
    """The notes store of a workbook. As a context, it keeps others from adding entries, also other processes.

    Attributes:
        path: The file, which may not exist.

    Raises:
        OutputError: The file can't be written.

    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = FileLock(path.parent / RECORDS_FOLDER / f".{path.stem}.lock")

    def __enter__(self) -> Self:
        try:
            Path(self._lock.lock_file).parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout=_LOCK_SECONDS)
        except Timeout:
            raise OutputError(f"Your notes in {self.path} are being saved elsewhere.", "Wait a minute, then try again.") from None
        except OSError as error:
            raise self._explain(error) from None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._lock.release()

    def read(self) -> StoredEntries:
        """Return the entries. A line that can't be read stays in the file and is reported with its number.

        Raises:
            OutputError: The file can't be read, so its notes would be missing from the workbook.

        """
        try:
            content = self.path.read_bytes() if self.path.exists() else b""
        except OSError as error:
            raise OutputError(
                f"Can't read your notes in {self.path}: {error.strerror or error}.",
                "Close the file if it is open, then run again.",
            ) from None
        if len(content) > _MAX_BYTES:
            raise OutputError(f"{self.path} is too large for a file of notes.", "Move it away, then run again.")
        return _parse(content.removeprefix(_BOM), self.path.name)

    def append(self, entries: pl.DataFrame) -> None:
        """Add entries, in their order, and wait until they are on disk.

        Args:
            entries: Rows with the columns of ENTRY_SCHEMA.

        Raises:
            OutputError: The file can't be written.

        """
        if entries.is_empty():
            return
        lines = "".join(f"{line}\n" for line in entries.select(_format_line())["line"])
        try:
            with self, self.path.open("ab+") as file:
                size = file.seek(0, os.SEEK_END)
                start = b"" if size else _BOM + f"{','.join(NOTES_HEADER)}\n".encode()
                if size:
                    file.seek(size - 1)
                    start = b"" if file.read(1) == b"\n" else b"\n"
                file.write(start + lines.encode("utf-8", "replace"))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise self._explain(error) from None

    def _explain(self, error: OSError) -> OutputError:
        return OutputError(
            f"Can't save your notes in {self.path}: {error.strerror or error}. The previous results are unchanged.",
            "Close the file if it is open in Excel, then run again.",
        )


def select_current(entries: pl.DataFrame) -> pl.DataFrame:
    """Return the latest entry of each ENTRY_KEY with OWNER, in the order of the first; one without a text was removed."""
    owned = entries.with_columns(entry_owner())
    return owned.group_by(ENTRY_KEY, maintain_order=True).agg(pl.all().last()).select(owned.columns)


def entry_owner() -> pl.Expr:
    """Return the OWNER of each entry."""
    place = pl.concat_str([pl.lit(""), *(pl.col(name).fill_null("") for name in ADDRESS_COLUMNS)], separator="|")
    return pl.coalesce(ID, place).alias(OWNER)


def _parse(content: bytes, name: str) -> StoredEntries:
    lines = pl.Series("line", _decode(content), dtype=pl.String).to_frame().with_row_index(LINE, offset=1)
    text = pl.col("line").str.strip_suffix("\r")
    header = ",".join(NOTES_HEADER)
    filled = lines.with_columns(text).filter((pl.col("line").str.strip_chars(" ,") != "") & (pl.col("line") != header))
    if filled.is_empty():  # the pattern takes longer than all else here
        return StoredEntries(pl.DataFrame(schema=ENTRY_SCHEMA | {LINE: pl.Int64}))
    fields = filled.with_columns(pl.col("line").str.extract_groups(_LINE_PATTERN).alias("fields")).unnest("fields")
    read = fields.select(pl.col(LINE).cast(pl.Int64), *(_parse_field(i).alias(field) for i, field in _FIELD_NAMES.items()))
    problem = _find_problem()
    checked = read.with_columns(problem.alias("problem"))
    damaged = checked.filter(pl.col("problem").is_not_null()).select(LINE, "problem")
    entries = checked.filter(pl.col("problem").is_null()).select(*ENTRY_SCHEMA, LINE)
    return StoredEntries(entries, tuple(_describe_damaged(damaged, name)))


def _decode(content: bytes) -> list[str]:
    """Return the lines; Excel may have saved some of them in the Windows code page."""
    try:
        return content.decode().split("\n")
    except UnicodeDecodeError:
        return [_decode_line(line) for line in content.split(b"\n")]


def _decode_line(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


def _parse_field(position: str) -> pl.Expr:
    field = pl.col(position).str.replace_all(_MARK, "", literal=True)
    quoted = field.str.starts_with('"')
    text = (
        pl.when(quoted).then(field.str.slice(1).str.strip_suffix('"').str.replace_all('""', '"', literal=True)).otherwise(field)
    )
    unescaped = (
        text.str.replace_all("\\\\", _MARK, literal=True)
        .str.replace_all("\\n", "\n", literal=True)
        .str.replace_all("\\r", "\r", literal=True)
        .str.replace_all(_MARK, "\\", literal=True)
    )
    doubled = unescaped.str.starts_with("''")
    unquoted = pl.when(doubled).then(unescaped.str.slice(1)).otherwise(unquote_formulas(unescaped)).str.strip_chars()
    return pl.when(unquoted != "").then(unquoted)


def _find_problem() -> pl.Expr:
    """Return why a line can't be used, null if it can."""
    canonical = [column.name for column in list_canonical_columns()]
    is_correction = pl.col(KIND) == EntryKind.CORRECTION
    return (
        pl.when(pl.all_horizontal(pl.col(*_FIELD_NAMES.values()).is_null()))
        .then(pl.lit(f"it doesn't have the {len(NOTES_HEADER)} fields {', '.join(NOTES_HEADER)}"))
        .when(pl.col(KIND).is_null() | ~pl.col(KIND).is_in([str(kind) for kind in EntryKind]))
        .then(pl.lit("its first field should be note or correction"))
        .when(pl.col(COLUMN).is_null())
        .then(pl.lit("it names no column"))
        .when(is_correction & ~pl.col(COLUMN).is_in(canonical))
        .then(pl.lit("it corrects a column that flexscout doesn't know"))
        .when(is_correction & pl.col(ID).is_null())
        .then(pl.lit("a correction needs a Property ID"))
    )


def _describe_damaged(damaged: pl.DataFrame, name: str) -> Sequence[str]:
    messages = [
        f"Line {line:,} of {name} is not used: {problem}. Correct or delete it."
        for line, problem in damaged.head(_MAX_NAMED_LINES).iter_rows()
    ]
    rest = damaged.height - _MAX_NAMED_LINES
    return [*messages, f"{format_count(rest, 'more line')} of {name} can't be used either."] if rest > 0 else messages


def _format_line() -> pl.Expr:
    return pl.concat_str([_format_field(name) for name in ENTRY_SCHEMA], separator=",").alias("line")


def _format_field(name: str) -> pl.Expr:
    text = pl.col(name).fill_null("").str.replace_all(_MARK, "", literal=True)
    quoted = pl.when(text.str.starts_with("'")).then(pl.concat_str(pl.lit("'"), text)).otherwise(quote_formulas(text))
    escaped = (
        quoted.str.replace_all("\\", "\\\\", literal=True)
        .str.replace_all("\n", "\\n", literal=True)
        .str.replace_all("\r", "\\r", literal=True)
    )
    doubled = pl.format('"{}"', escaped.str.replace_all('"', '""', literal=True))
    return pl.when(escaped.str.contains(r'[",]')).then(doubled).otherwise(escaped)
