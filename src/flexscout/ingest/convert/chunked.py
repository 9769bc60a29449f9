"""Convert a giant sheet, whose text is on disk, to a typed table in bounded memory.

Rows are classified part by part, then columns are converted one by one, with the functions that `table.py` uses for all columns
at once. Decisions that need a whole column, such as day-first dates, still see the whole column: at any time, two columns or
some ten thousand rows are in memory.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import polars as pl

from flexscout.ingest.convert.decimal_marks import (
    DecimalMark,
    count_marks,
    detect_decimal_marks,
    has_decimal_comma,
    has_decimal_point,
)
from flexscout.ingest.convert.issues import IssueCollector
from flexscout.ingest.convert.mapped_columns import (
    describe_columns,
    fill_acres,
    find_canonical_position,
    find_column_type,
    finish_columns,
    sort_columns,
)
from flexscout.ingest.convert.rows import RowKind, classify_rows, find_location_positions
from flexscout.ingest.convert.table import ConvertedSheet, build_converted_sheet, build_source, measure_height, trim_cells
from flexscout.ingest.convert.unmapped_columns import (
    ENDS_AT_MIDNIGHT,
    SAMPLED_ROWS,
    detect_value_kinds,
    find_unmapped_columns,
    strip_midnight,
)
from flexscout.ingest.convert.values import (
    clean_texts,
    convert_common_forms,
    finish_conversion,
    select_decimal_columns,
    select_fractions,
    select_unconverted,
)
from flexscout.ingest.derived_columns import add_derived_columns
from flexscout.models import HeaderMap, IssueNote
from flexscout.sheet_columns import ChunkedCellTexts, MappedColumn

_FILES_PER_COLUMN_READ = 8  # of texts
_FILES_PER_PART = 2  # of texts, of the table
_ROW_GROUP_ROWS = 2**13  # of the file of a typed column
_MAX_THREADS = 2  # that convert columns; each holds a whole column


def convert_chunked_sheet(
    sheet: str, cells: ChunkedCellTexts, header_row: int, header_map: HeaderMap, *, from_1904: bool = False
) -> tuple[ConvertedSheet, Iterator[pl.DataFrame]]:
    """Convert the rows below the header as `convert_sheet` does, with the table on disk.

    The parameters are those of `convert_sheet`. The folder of `cells` receives the typed columns, and must exist until the last
    part of the table is taken.

    Returns:
        The converted sheet without its table, and the parts of the table.

    """
    issues = IssueCollector(sheet)
    issues.add_column_issues(header_map.issues)
    body = _Body(cells.skip_rows(header_row + 1), header_map, header_row + 2)
    body.classify(issues)
    typing = _ColumnTyping(body, sort_columns(header_map.canonical), cells.folder / f"columns-{uuid4().hex}", from_1904=from_1904)
    files = typing.convert_columns(sheet, issues)
    converted = build_converted_sheet(pl.DataFrame(), issues, body.row_kinds, detect_value_kinds(body.unmapped_sample))
    return converted, _make_ahead(body.build_parts(sheet, files))


class _Body:
    """The rows below a header, and their kinds. `first_row`: number of the first row as shown in Excel."""

    def __init__(self, cells: ChunkedCellTexts, header_map: HeaderMap, first_row: int) -> None:
        self._cells, self._map, self._first_row = cells, header_map, first_row
        self._height = _measure_chunked_height(cells)
        self._unmapped = find_unmapped_columns(header_map)
        self._has_values, self._has_midnights = dict.fromkeys(self._unmapped, False), dict.fromkeys(self._unmapped, False)
        self.unmapped_sample = pl.DataFrame(schema=dict.fromkeys(self._unmapped, pl.String))
        self.row_kinds = pl.Series("kind", dtype=pl.String)
        self._untidy: set[str] = set()  # columns with texts to trim
        self._is_classified = False
        self._is_property = pl.Series(dtype=pl.Boolean)

    def classify(self, issues: IssueCollector) -> None:
        """Classify all rows, and find the unmapped columns with values."""
        may_lack_location = all(self._has_nulls(position) for position in find_location_positions(self._map))
        row_kinds, after = [self.row_kinds], None
        for part in _make_ahead(self._split_parts([*self._cells.columns, *(str(made.position) for made in self._map.derived)])):
            last = row_kinds[-1].filter(row_kinds[-1] != RowKind.BLANK.value).tail(1)
            after = RowKind(last.item()) if last.len() else after
            row_kinds.append(classify_rows(part, self._map, may_lack_location=may_lack_location, after=after))
            issues.add_row_issues(part, row_kinds[-1])
            self._inspect_unmapped(part.filter(row_kinds[-1] == RowKind.PROPERTY.value))
        self.row_kinds = pl.concat(row_kinds)
        self._is_property = self.row_kinds == RowKind.PROPERTY.value
        self._is_classified = True

    def read_column(self, position: int, name: str) -> pl.DataFrame:
        """Return one column of the property rows under `name`."""
        # Part by part: copies of a whole column would take the most memory.
        found = self._split_parts([str(position)], _FILES_PER_COLUMN_READ)
        parts = [self._select_properties(part)[str(position)] for part in found]
        return pl.concat([pl.Series(dtype=pl.String), *parts]).alias(name).to_frame()

    def list_row_numbers(self) -> pl.Series:
        """Return the row numbers of the property rows as shown in Excel."""
        return self._is_property.arg_true().cast(pl.Int64) + self._first_row

    def build_parts(self, sheet: str, columns: list[Path]) -> Iterator[pl.DataFrame]:
        """Yield the property table part by part, at least one, from files of one typed column each."""
        start = 0
        unmapped = [name for name, has_values in self._has_values.items() if has_values]
        # At least one column, because a part without columns has no height.
        positions = list(dict.fromkeys(["0", *(self._unmapped[name] for name in unmapped)]))
        for part in self._split_parts(positions, _FILES_PER_PART):
            rows = self._select_properties(part)
            if rows.height:
                kept = (self._finish_unmapped(name, rows[self._unmapped[name]]) for name in unmapped)
                yield pl.DataFrame([*_read_typed_rows(columns, start, rows.height), *build_source(sheet, rows["row"]), *kept])
            start += rows.height
        if not start:
            yield pl.DataFrame([*_read_typed_rows(columns, 0, 0), *build_source(sheet, pl.Series(dtype=pl.Int64))])

    def _select_properties(self, part: pl.DataFrame) -> pl.DataFrame:
        return part.filter(self._is_property.slice(part["row"][0] - self._first_row, part.height))

    def _has_nulls(self, position: str) -> bool:
        return any(part[position].null_count() for part in self._split_parts([position], _FILES_PER_COLUMN_READ))

    def _split_parts(self, columns: list[str], files: int = 1) -> Iterator[pl.DataFrame]:
        """Yield trimmed texts of some files at a time with row numbers, up to the last row with a value."""
        derived = [made for made in self._map.derived if str(made.position) in columns]
        made_here = {str(made.position) for made in derived}
        sources = [str(position) for made in derived for position, _ in made.sources]
        stored = list(dict.fromkeys([*(name for name in columns if name not in made_here), *sources])) or ["0"]
        start = 0
        for frame in self._cells.iter_frames(stored, files=files):
            part = add_derived_columns(self._trim(frame.head(max(self._height - start, 0))), derived)
            if part.height:
                yield part.with_row_index("row", offset=self._first_row + start)
            start += frame.height

    def _trim(self, texts: pl.DataFrame) -> pl.DataFrame:
        if self._is_classified:
            # Trimming copies a column, and few columns need it.
            return texts.with_columns(trim_cells(texts.select(name for name in texts.columns if name in self._untidy)))
        trimmed = trim_cells(texts)
        self._untidy |= _find_changed(texts, trimmed)
        return trimmed

    def _inspect_unmapped(self, rows: pl.DataFrame) -> None:
        texts = rows.select(pl.col(position).alias(name) for name, position in self._unmapped.items())
        midnights = texts.select(ENDS_AT_MIDNIGHT)
        for name in self._unmapped:
            self._has_values[name] |= texts[name].null_count() < texts.height
            self._has_midnights[name] |= bool(midnights[name].any())
        if self.unmapped_sample.height < SAMPLED_ROWS:
            self.unmapped_sample = pl.concat([self.unmapped_sample, texts.head(SAMPLED_ROWS - self.unmapped_sample.height)])

    def _finish_unmapped(self, name: str, texts: pl.Series) -> pl.Series:
        return (strip_midnight(texts) if self._has_midnights[name] else texts).alias(name)


class _ColumnTyping:
    """Converts the canonical columns of a body one by one, each to a Parquet file in `folder`."""

    def __init__(self, body: _Body, mapped: Mapping[str, MappedColumn], folder: Path, *, from_1904: bool) -> None:
        self._body, self._mapped = body, mapped
        self._columns = {name: find_column_type(column, from_1904=from_1904) for name, column in mapped.items()}
        self._folder = folder
        self._folder.mkdir(parents=True)
        self._files: dict[str, Path] = {}

    def convert_columns(self, sheet: str, issues: IssueCollector) -> list[Path]:
        """Convert all columns, and return their files in canonical order."""
        evidence = _MarkEvidence()
        notes: dict[str, list[IssueNote]] = {}
        found = {name: IssueCollector(sheet) for name in self._mapped}
        with ThreadPoolExecutor(min(_MAX_THREADS, pl.thread_pool_size())) as pool:
            # Most steps of a conversion keep one core busy. Each thread knows the code tables in use by its context.
            running = [pool.submit(copy_context().run, self._convert, name, found[name]) for name in self._mapped]
            for name, future in zip(self._mapped, running, strict=True):
                notes[name], own = future.result()
                evidence.add(own)
        marks = self._detect_marks() if evidence.is_unclear else {}
        for name, mark in marks.items():
            if mark.is_comma:
                found[name] = IssueCollector(sheet)
                notes[name], _ = self._convert(name, found[name], {name: mark})
            else:
                notes[name].insert(0, mark.note)
        issues.add_column_issues(describe_columns(notes, self._mapped))
        for name in self._mapped:
            issues.extend(found[name])
        self._fill_acres()
        return [self._files[name] for name in sorted(self._files, key=find_canonical_position)]

    def _convert(
        self, name: str, issues: IssueCollector, marks: Mapping[str, DecimalMark] | None = None
    ) -> tuple[list[IssueNote], "_MarkEvidence"]:
        """Convert one column, and return the notes about it and its evidence of decimal marks."""
        columns = {name: self._columns[name]}
        texts = self._read_clean(name)
        values = convert_common_forms(texts, columns)
        has_decimals = bool(select_decimal_columns(columns))
        evidence = _MarkEvidence.from_column(texts[name], values[name]) if has_decimals else _MarkEvidence()
        typed = finish_conversion(texts, values, columns, marks or {})
        self._write(*finish_columns(self._body.list_row_numbers(), texts, typed, {name: self._mapped[name]}, issues))
        return typed.notes.get(name, []), evidence

    def _read_clean(self, name: str) -> pl.DataFrame:
        texts = self._body.read_column(self._mapped[name].position, name)
        return clean_texts(texts, {name: self._columns[name]})

    def _detect_marks(self) -> dict[str, DecimalMark]:
        names = select_decimal_columns(self._columns)
        return detect_decimal_marks({name: count_marks(self._read_clean(name)[name]) for name in names})

    def _fill_acres(self) -> None:
        lots = {name: pl.read_parquet(self._files[name]).to_series() for name in self._mapped if name.startswith("Lot Size")}
        for values in fill_acres(list(lots.values())):
            if values is not lots.get(values.name):
                self._write(values)

    def _write(self, values: pl.Series) -> None:
        path = self._files.setdefault(values.name, self._folder / f"{find_canonical_position(values.name)}.parquet")
        values.to_frame().write_parquet(path, compression="lz4", statistics=False, row_group_size=_ROW_GROUP_ROWS)


@dataclass
class _MarkEvidence:
    """Evidence of decimal commas and points in some columns."""

    has_comma: bool = False
    has_point: bool = False
    has_fraction: bool = False

    @property
    def is_unclear(self) -> bool:
        """Whether all columns must be compared."""
        return self.has_comma or (self.has_fraction and not self.has_point)

    @classmethod
    def from_column(cls, texts: pl.Series, values: pl.Series) -> "_MarkEvidence":
        """Return the evidence in a column, given the values of its usual forms."""
        is_comma = values.null_count() > texts.null_count() and has_decimal_comma(select_unconverted(texts, values))
        fractions = select_fractions(texts, values)
        return cls(is_comma, has_decimal_point(fractions), fractions.len() > 0)

    def add(self, other: "_MarkEvidence") -> None:
        """Add the evidence in other columns."""
        self.has_comma |= other.has_comma
        self.has_point |= other.has_point
        self.has_fraction |= other.has_fraction


def _make_ahead(parts: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Yield the parts; the next one is made in a thread while one is used."""
    context = copy_context()

    def make() -> pl.DataFrame | None:
        return context.run(lambda: next(parts, None))

    with ThreadPoolExecutor(1) as pool:
        upcoming = pool.submit(make)
        while (part := upcoming.result()) is not None:
            upcoming = pool.submit(make)
            yield part


def _find_changed(texts: pl.DataFrame, trimmed: pl.DataFrame) -> set[str]:
    """Return the names of the columns in which a text became shorter or null."""
    lengths = [frame.select(pl.all().str.len_bytes().sum()) for frame in (texts, trimmed)]
    nulls = [frame.null_count() for frame in (texts, trimmed)]
    changed = [[one.item() != other.item() for one, other in zip(*pair, strict=True)] for pair in (lengths, nulls)]
    return {name for name, *is_changed in zip(texts.columns, *changed, strict=True) if any(is_changed)}


def _measure_chunked_height(cells: ChunkedCellTexts) -> int:
    """Return the number of rows up to the last one with a value."""
    left = cells.height
    for frame in cells.iter_frames(cells.columns, last_first=True):
        left -= frame.height
        if height := measure_height(trim_cells(frame)):
            return left + height
    return 0


def _read_typed_rows(columns: list[Path], start: int, count: int) -> pl.DataFrame:
    """Read some rows of columns that have a file each."""
    slices = [pl.scan_parquet(path).slice(start, count) for path in columns]
    return pl.concat(slices, how="horizontal").collect() if slices else pl.DataFrame()
