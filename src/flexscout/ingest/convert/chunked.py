"""A large sheet's text on disk -> a typed table on disk: rows are judged part by part, then columns are typed one by one.

What is decided by a whole column is so here too; in memory there is one column, or some ten thousand rows, at a time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import polars as pl

from flexscout.domain import escape_name
from flexscout.ingest.convert import decimal_marks as locale
from flexscout.ingest.convert.issues import IssueList
from flexscout.ingest.convert.rows import BLANK, PROPERTY, classify_rows, place_columns
from flexscout.ingest.convert.table import (
    ENDS_AT_MIDNIGHT,
    LOOKED_AT,
    TRIMMED,
    Converted,
    column_position,
    column_type,
    describe_columns,
    detect_value_kinds,
    fill_acres,
    measure_height,
    report_issues,
    sort_columns,
    source_columns,
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
from flexscout.models import ChunkedTable, HeaderMap, MappedColumn

_ROW_GROUP = 2**14  # rows of a typed column that are read at a time


def convert_chunked(  # noqa: PLR0913 - those of `convert`, and a folder
    sheet: str, cells: ChunkedTable, header_row: int, header_map: HeaderMap, folder: Path, *, from_1904: bool = False
) -> tuple[Converted, Iterator[pl.DataFrame]]:
    """As `convert`, but the table comes part by part, beside a result without one.

    `folder`: takes typed columns, and has to stay until the last part was taken.
    """
    issues = IssueList(sheet)
    issues.of_columns(header_map.issues)
    rows = _Rows(cells.skip_rows(header_row + 1), header_map, header_row + 2)
    rows.judge(issues)
    typing = _Typing(rows, sort_columns(header_map.canonical), folder / f"columns-{uuid4().hex}", from_1904=from_1904)
    files = typing.run(sheet, issues)
    kinds = rows.kinds
    blank, not_data = int((kinds == BLANK).sum()), int((~kinds.is_in([PROPERTY, BLANK])).sum())
    seen = detect_value_kinds(rows.extras_seen)
    converted = Converted(pl.DataFrame(), issues.listed(), issues.counts(), kinds.len(), blank, not_data, seen)
    return converted, rows.typed_parts(sheet, files)


class _Rows:
    """The rows below a header, and what they are. `first`: the number of the first, as Excel has it."""

    def __init__(self, body: ChunkedTable, header_map: HeaderMap, first: int) -> None:
        self._body, self._map, self._first = body, header_map, first
        self._height = _height(body)
        self._extras = {escape_name(entry.name): str(entry.position) for entry in header_map.unmapped}
        self._filled, self._midnights = dict.fromkeys(self._extras, False), dict.fromkeys(self._extras, False)
        self.extras_seen = pl.DataFrame(schema=dict.fromkeys(self._extras, pl.String))
        self.kinds = pl.Series("kind", dtype=pl.String)

    def judge(self, issues: IssueList) -> None:
        """What kind each row is; and which columns that pass through hold anything."""
        lacks = all(self._texts(int(place)).null_count() for place in place_columns(self._map))
        found = [self.kinds]
        for part in self._parts(self._body.columns):
            kinds = classify_rows(part, self._map, lacks=lacks)
            issues.of_rows(part, kinds)
            self._look_at_extras(part.filter(kinds == PROPERTY))
            found.append(kinds)
        self.kinds = pl.concat(found)

    def texts(self, position: int, name: str) -> pl.DataFrame:
        """A column of the properties, under a name."""
        # Part by part: copies of a whole column would be what takes most memory.
        found = [part.filter(self._are_properties(part))[str(position)] for part in self._parts([str(position)])]
        return pl.concat([pl.Series(dtype=pl.String), *found]).alias(name).to_frame()

    def numbers(self) -> pl.Series:
        """The numbers of the properties' rows."""
        return (self.kinds == PROPERTY).arg_true().cast(pl.Int64) + self._first

    def typed_parts(self, sheet: str, columns: list[Path]) -> Iterator[pl.DataFrame]:
        """The typed table, part by part; one without rows if there are none. `columns`: files of one typed column each."""
        begin = 0
        extras = [name for name in self._extras if self._filled[name]]
        # A column at least, so that parts have a height.
        for part in self._parts(list(dict.fromkeys(["0", *(self._extras[name] for name in extras)]))):
            rows = part.filter(self._are_properties(part))
            if rows.height:
                passing = (self._passing(name, rows[self._extras[name]]) for name in extras)
                yield pl.DataFrame([*_typed_rows(columns, begin, rows.height), *source_columns(sheet, rows["row"]), *passing])
            begin += rows.height
        if not begin:
            yield pl.DataFrame([*_typed_rows(columns, 0, 0), *source_columns(sheet, pl.Series(dtype=pl.Int64))])

    def _are_properties(self, part: pl.DataFrame) -> pl.Series:
        return self.kinds.slice(part["row"][0] - self._first, part.height) == PROPERTY

    def _texts(self, position: int) -> pl.Series:
        return self._body.to_series(position).head(self._height).to_frame().select(TRIMMED).to_series()

    def _parts(self, columns: list[str]) -> Iterator[pl.DataFrame]:
        """Trimmed texts with the number of the row, to the last row with a value."""
        begin = 0
        for frame in self._body.iter_frames(columns):
            part = frame.head(max(self._height - begin, 0)).with_columns(TRIMMED)
            if part.height:
                yield part.with_row_index("row", offset=self._first + begin)
            begin += frame.height

    def _look_at_extras(self, rows: pl.DataFrame) -> None:
        texts = rows.select(pl.col(position).alias(name) for name, position in self._extras.items())
        midnights = texts.select(ENDS_AT_MIDNIGHT)
        for name in self._extras:
            self._filled[name] |= texts[name].null_count() < texts.height
            self._midnights[name] |= bool(midnights[name].any())
        if self.extras_seen.height < LOOKED_AT:
            self.extras_seen = pl.concat([self.extras_seen, texts.head(LOOKED_AT - self.extras_seen.height)])

    def _passing(self, name: str, texts: pl.Series) -> pl.Series:
        return (strip_midnight(texts) if self._midnights[name] else texts).alias(name)


class _Typing:
    """Types the canonical columns of rows one by one, each into a file of its own in `folder`."""

    def __init__(self, rows: _Rows, mapped: Mapping[str, MappedColumn], folder: Path, *, from_1904: bool) -> None:
        self._rows, self._mapped = rows, mapped
        self._kinds = {name: column_type(name, from_1904=from_1904) for name in mapped}
        self._folder = folder
        self._folder.mkdir(parents=True)
        self._files: dict[str, Path] = {}

    def run(self, sheet: str, issues: IssueList) -> list[Path]:
        """Type all columns; gives their files in order."""
        decimals = _Decimals()
        notes: dict[str, str] = {}
        found: dict[str, IssueList] = {}
        for name in self._mapped:
            found[name] = IssueList(sheet)
            notes |= self._type(name, found[name], decimals)
        verdicts = self._verdicts() if decimals.are_unclear else {}
        for name in [name for name, note in verdicts.items() if note in (locale.READ, locale.BY_NEIGHBORS)]:
            found[name] = IssueList(sheet)
            self._type(name, found[name], decimals, {name: verdicts[name]})
        issues.of_columns(describe_columns({**notes, **verdicts}, self._mapped))
        for name in self._mapped:
            issues.extend(found[name])
        self._fill_acres()
        return [self._files[name] for name in sorted(self._files, key=column_position)]

    def _type(
        self, name: str, issues: IssueList, decimals: "_Decimals", verdict: Mapping[str, str] | None = None
    ) -> dict[str, str]:
        """Type one column; gives what is to say of it as a whole."""
        kind = {name: self._kinds[name]}
        texts = self._clean(name)
        values = convert_common_forms(texts, kind)
        if select_decimal_columns(kind):
            decimals.look(texts[name], values[name])
        done = finish_conversion(texts, values, kind, verdict or {})
        self._write(*report_issues(self._rows.numbers(), texts, done, {name: self._mapped[name]}, issues))
        return done.notes

    def _clean(self, name: str) -> pl.DataFrame:
        return clean_texts(self._rows.texts(self._mapped[name].position, name), {name: self._kinds[name]})

    def _verdicts(self) -> dict[str, str]:
        return locale.verdicts({name: locale.signs(self._clean(name)[name]) for name in select_decimal_columns(self._kinds)})

    def _fill_acres(self) -> None:
        lots = {name: pl.read_parquet(self._files[name]).to_series() for name in self._mapped if name.startswith("Lot Size")}
        for values in fill_acres(list(lots.values())):
            if values is not lots.get(values.name):
                self._write(values)

    def _write(self, values: pl.Series) -> None:
        path = self._files.setdefault(values.name, self._folder / f"{len(self._files)}.parquet")
        values.to_frame().write_parquet(path, compression="lz4", statistics=False, row_group_size=_ROW_GROUP)


@dataclass
class _Decimals:
    """Whether the columns that were looked at leave it open what their decimals are."""

    says_comma: bool = False
    says_point: bool = False
    has_fraction: bool = False

    @property
    def are_unclear(self) -> bool:
        return self.says_comma or (self.has_fraction and not self.says_point)

    def look(self, texts: pl.Series, values: pl.Series) -> None:
        """One more column, with the values of its common form."""
        if values.null_count() > texts.null_count():
            self.says_comma |= locale.says_comma(select_unconverted(texts, values))
        if not self.says_point:
            fractions = select_fractions(texts, values)
            self.has_fraction |= fractions.len() > 0
            self.says_point = locale.says_point(fractions)


def _height(body: ChunkedTable) -> int:
    """The rows up to the last with a value."""
    left = body.height
    for frame in body.iter_frames(body.columns, last_first=True):
        left -= frame.height
        if height := measure_height(frame.select(TRIMMED)):
            return left + height
    return 0


def _typed_rows(columns: list[Path], begin: int, count: int) -> pl.DataFrame:
    """Some rows of columns that have a file each."""
    slices = [pl.scan_parquet(path).slice(begin, count) for path in columns]
    return pl.concat(slices, how="horizontal").collect() if slices else pl.DataFrame()
