"""Snapshots: exports of one source from several days, of which only the newest row of a property counts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter

import numpy as np
import polars as pl

from flexscout.domain import SEEN_COLUMNS, FileDate, blank_to_null, date_file, fold_header, format_day, look_up_columns
from flexscout.models import FileRecord, Source
from flexscout.runtime import map_table

_MIN_SHARED = 0.1
"""Share of the smaller file's properties that two files have in common if each has a date with its year in its name."""
_MIN_SHARED_UNDATED = 0.5
"""The same for other files: two searches downloaded as `export.xlsx` and `export (1).xlsx` may overlap."""
_MIN_SAME_HEADERS = 0.6  # share of all headers of two files that both have
_NO_SOURCE = -1

SNAPSHOT_SCHEMA = {
    "file": pl.String,
    "source": pl.Int64,
    "key": pl.String,
    "label": pl.String,
    "shown": pl.String,
    "day": pl.Date,
    "number": pl.Int64,
    "is_latest": pl.Boolean,
    "seconds": pl.Float64,
}
"""One row per file: number of its source; key of the source, which stays the same from run to run; its label (`CoStar`); label
and day as they are shown (`CoStar Jan 19`); its day; the number of the snapshot within its source from 0, whether that is the
latest, and its date in seconds since 1970."""


@dataclass(frozen=True)
class Export:
    """A file as an export of some source."""

    file: str
    vendor: str
    headers: frozenset[str]
    date: FileDate

    @property
    def order(self) -> tuple[object, ...]:
        """Sorts the snapshots of a source; files with an equal order are one snapshot."""
        return (self.date.day, *self.date.order)

    @property
    def group(self) -> tuple[str, str]:
        """What files of one source have in common beside headers and properties."""
        return (self.vendor, self.date.source.casefold())


class _Source:
    """The exports found so far of a source, oldest first, and the latest one's properties."""

    def __init__(self, export: Export, properties: np.ndarray) -> None:
        self.exports = [export]
        self.properties = properties

    def matches(self, export: Export, shared: int, size: int) -> bool:
        """Return whether an export with `size` properties, `shared` of them with the latest one, is of this source."""
        latest = self.exports[-1]
        both, either = len(latest.headers & export.headers), len(latest.headers | export.headers)
        if both < _MIN_SAME_HEADERS * either:
            return False
        is_dated = latest.date.is_named and export.date.is_named and latest.order != export.order
        least = _MIN_SHARED if is_dated else _MIN_SHARED_UNDATED
        return shared > 0 and shared >= least * min(size, self.properties.size)

    def add(self, export: Export, properties: np.ndarray) -> None:
        same_snapshot = self.exports[-1].order == export.order
        self.exports.append(export)
        self.properties = np.union1d(self.properties, properties) if same_snapshot else properties


def find_snapshots(records: Iterable[FileRecord], rows: pl.DataFrame) -> pl.DataFrame:
    """Find out which files are snapshots of one source.

    These have the same vendor, the same name without date and counter, similar headers, and properties in common.

    Args:
        records: The files.
        rows: `file` and `cluster` of each property row.

    Returns:
        A frame with SNAPSHOT_SCHEMA, by file.

    """
    exports = sorted(map(_build_export, records), key=lambda export: (export.group, export.order, export.file))
    distinct = rows.group_by("file").agg(pl.col("cluster").cast(pl.Int64).unique().sort())
    properties = {file: own.to_numpy() for file, own in zip(distinct["file"], distinct["cluster"], strict=True)}
    last = np.full(1 + max((int(own[-1]) for own in properties.values()), default=0), _NO_SOURCE)
    groups = (list(group) for _, group in groupby(exports, key=attrgetter("group")))
    return _tabulate([source for group in groups for source in _find_sources(group, properties, last)])


def list_possible_snapshots(records: Iterable[FileRecord]) -> pl.DataFrame:
    """Return what `find_snapshots` does, for files of which no properties are known."""
    records = list(records)
    names = [record.source.name for record in records]
    return find_snapshots(
        records, pl.DataFrame({"file": names, "cluster": [0] * len(names)}, schema_overrides={"file": pl.String})
    )


def list_sources(snapshots: pl.DataFrame) -> tuple[Source, ...]:
    """Return the sources by label, from a frame with SNAPSHOT_SCHEMA."""
    exports: dict[str, list[tuple[str, date]]] = {}
    for label, file, day in snapshots.sort("label", "number", "file").select("label", "file", "day").iter_rows():
        exports.setdefault(label, []).append((file, day))
    return tuple(Source(label, tuple(files)) for label, files in exports.items())


def find_superseded(rows: pl.DataFrame, snapshots: pl.DataFrame) -> pl.DataFrame:
    """Return `row`, the position of each row that a newer snapshot of its source supersedes, and `by`, the first newer row.

    Args:
        rows: `file` and `cluster` of each property row.
        snapshots: The result of `find_snapshots`.

    """
    several = snapshots.filter(pl.col("number").max().over("source") > 0)
    if several.is_empty():
        return pl.DataFrame(schema={"row": pl.Int64, "by": pl.Int64})
    dated = (
        rows.select("file", "cluster")
        .with_row_index("row")
        .join(several.select("file", "source", "number"), on="file", maintain_order="left")
    )
    newest = dated.group_by("source", "cluster").agg(
        pl.col("number").max().alias("newest"),
        pl.col("row").sort_by("number", "row", descending=[True, False]).first().alias("by"),
    )
    joined = dated.join(newest, on=("source", "cluster")).filter(pl.col("number") < pl.col("newest"))
    return joined.select(pl.col("row").cast(pl.Int64), pl.col("by").cast(pl.Int64)).sort("row")


def locate_sources(rows: pl.DataFrame, snapshots: pl.DataFrame) -> pl.DataFrame:
    """Return in which sources each property was seen.

    Args:
        rows: `file` and `cluster` of each property row, superseded or not.
        snapshots: The result of `find_snapshots`.

    Returns:
        A row per cluster and source, latest first: `cluster`, `key`, `label`; `shown`, `day` and `is_latest` of the latest export
        that has it; `first_day` of the first one; and `latest_day` of the source's latest export.

    """
    latest = snapshots.group_by("source").agg(pl.col("day").max().alias("latest_day"))
    exports = snapshots.sort("number", "file").join(latest, on="source", maintain_order="left").with_row_index("export")
    # Only numbers are grouped and sorted: texts for each of millions of rows take much memory.
    compared = exports.select("export", "file", "source", "day", pl.col("label").rank("dense").alias("label"))
    seen = rows.select("cluster", look_up_columns(rows.select("file"), compared.select("file", "export"), "file")["export"])
    places = (
        seen.unique()
        .join(compared.drop("file"), on="export")
        .group_by("cluster", "source")
        .agg(pl.col("export").max(), pl.col("day").min().alias("first_day"))
        .join(compared.select("export", "day", "label"), on="export")
        .sort("cluster", "day", "label", "source", descending=[False, True, False, False])
        .select("cluster", "export", "first_day")
    )
    described = exports.select("export", "source", "key", "label", "shown", "day", "is_latest", "latest_day")
    return map_table(look_up_columns(places, described, "export").drop("export"))


def describe_sources(located: pl.DataFrame, snapshots: pl.DataFrame) -> pl.DataFrame:
    """Describe where each property was seen.

    Args:
        located: The result of `locate_sources`.
        snapshots: The result of `find_snapshots`.

    Returns:
        `cluster` and the columns of `SEEN_COLUMNS`: `Sources` (`CoStar Jan 19, Crexi Jan 19`), `First Seen` and `Last Seen`
        (dates), and `Missing From` (`the latest CoStar export (Jan 19)`; null if nothing is missing); and `is_current`, whether
        the latest export of some source has it.

    """
    days = _format_days(located["latest_day"], snapshots)
    exports = located.select("label", days.alias("days"))
    texts = exports.unique().with_columns(pl.format("the latest {} export ({})", "label", "days").alias("latest_export"))
    dated = located.hstack(exports.join(texts, on=("label", "days"), how="left", maintain_order="left").select("latest_export"))
    is_alone = dated.select(~pl.col("cluster").is_duplicated()).to_series()
    sources, first, last, missing_from = SEEN_COLUMNS
    # Most properties are in one source, and need no group, which takes much time and memory.
    alone = dated.filter(is_alone).select(
        "cluster",
        pl.col("shown").alias(sources),
        pl.col("first_day").alias(first),
        pl.col("day").alias(last),
        pl.when(~pl.col("is_latest")).then("latest_export").alias(missing_from),
        pl.col("is_latest").alias("is_current"),
    )
    missing = pl.col("latest_export").filter(~pl.col("is_latest"))
    several = (
        dated.filter(~is_alone)
        .group_by("cluster", maintain_order=True)
        .agg(
            pl.col("shown").str.join(", ").alias(sources),
            pl.col("first_day").min().alias(first),
            pl.col("day").max().alias(last),
            blank_to_null(missing.str.join(" and ")).alias(missing_from),
            pl.col("is_latest").any().alias("is_current"),
        )
    )
    return pl.concat([alone, several]).sort("cluster")


def _build_export(record: FileRecord) -> Export:
    maps = [sheet.header_map for sheet in record.sheets]
    headers = frozenset(
        fold_header(column.header) for header_map in maps for column in (*header_map.columns, *header_map.excluded)
    )
    vendor = next((header_map.vendor for header_map in maps if header_map.vendor), "")
    return Export(record.source.name, vendor, headers, date_file(record.source.name, record.source.modified))


def _find_sources(exports: Sequence[Export], properties: dict[str, np.ndarray], last: np.ndarray) -> list[_Source]:
    """Divide the exports of a group, oldest first, among sources.

    Args:
        exports: Exports with the same vendor and name.
        properties: The distinct properties of each file.
        last: For each property, the source in which it was last seen; all _NO_SOURCE before and after.

    """
    sources: list[_Source] = []
    for export in exports:
        own = properties.get(export.file, np.empty(0, np.int64))
        known = last[own]
        shared = np.bincount(known[known != _NO_SOURCE], minlength=1)
        number = int(shared.argmax())
        if sources and sources[number].matches(export, int(shared[number]), own.size):
            sources[number].add(export, own)
        else:
            number = len(sources)
            sources.append(_Source(export, own))
        last[own] = number
    for export in exports:
        last[properties.get(export.file, np.empty(0, np.int64))] = _NO_SOURCE
    return sources


def _tabulate(sources: Sequence[_Source]) -> pl.DataFrame:
    labels = _label_sources(sources)
    rows = [row for number, source in enumerate(sources) for row in _list_files(number, source, labels[number])]
    names = ("file", "source", "key", "label", "day", "number", "is_latest", "seconds")
    table = pl.DataFrame(rows, schema={name: SNAPSHOT_SCHEMA[name] for name in names}, orient="row")
    shown = pl.concat_str("label", pl.lit(_format_days(table["day"], table)), separator=" ")
    return table.with_columns(shown.alias("shown")).select(*SNAPSHOT_SCHEMA).sort("file")


def _format_days(days: pl.Series, snapshots: pl.DataFrame) -> pl.Series:
    """Return days as `Jan 19`; with their year if the exports are from several."""
    with_year = snapshots["day"].dt.year().n_unique() > 1
    texts = {day: format_day(day, with_year=with_year) for day in days.unique().to_list()}
    return days.replace_strict(texts, return_dtype=pl.String) if texts else days.cast(pl.String)


def _list_files(number: int, source: _Source, label: str) -> Iterator[tuple[object, ...]]:
    orders = sorted({export.order for export in source.exports})
    for export in source.exports:
        position = orders.index(export.order)
        yield (
            export.file,
            number,
            "|".join(export.group),
            label,
            export.date.day,
            position,
            position == len(orders) - 1,
            export.date.seconds,
        )


def _label_sources(sources: Sequence[_Source]) -> list[str]:
    """Return a distinct label per source: its vendor, and the name of its files if the vendor is unknown or has several."""
    vendors = [source.exports[0].vendor for source in sources]
    labels = []
    for source, vendor in zip(sources, vendors, strict=True):
        export = source.exports[0]
        name = export.date.source or export.file
        words = [word for word in name.split(" ") if word.casefold() != vendor.casefold()]
        several = not vendor or vendors.count(vendor) > 1
        labels.append(" ".join(filter(None, (vendor, *words))) if several else vendor)
    return [label if labels.count(label) == 1 else sources[number].exports[0].file for number, label in enumerate(labels)]
