"""What the script of the page knows about each candidate: columns, explanations, changes and merges."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import polars as pl
from markupsafe import Markup

from flexscout.domain import COMPARISON_COLUMNS, LINK_COLUMNS, OUTPUT_COLUMNS, POINTS_SUFFIX, SEEN_COLUMNS, list_canonical_columns
from flexscout.history import STATUS_COLUMN
from flexscout.merging import MAX_EXPLAINED_ROWS
from flexscout.outputs.html.cell_text import plain_text, single_line, web_address
from flexscout.outputs.html.source_values import compare_source_rows
from flexscout.outputs.results import ResultTables

MAX_DATA_BYTES = 2_200_000
"""Size of the data for the script."""

_ID = LINK_COLUMNS[0]
# Candidates, characters of a text, further columns, candidates with the values of each source: the first that fits.
_ALL = MAX_EXPLAINED_ROWS
_LIMITS = (
    (_ALL, 100, 60, _ALL), (_ALL, 100, 0, _ALL), (_ALL, 100, 0, 1_000), (_ALL, 40, 0, 250), (_ALL, 40, 0, 0), (2_000, 40, 0, 0),
    (500, 40, 0, 0), (100, 20, 0, 0),
)  # fmt: skip
_DETAIL_FACTOR = 4  # a part of an explanation or a list of differences may have as many times the characters of a text
_MAX_PARTS = 24  # of an explanation
_MAX_RECORDS = 5_000  # changes, and merges
_DECIMALS = {"USD": 0, "square feet": 0, "USD per square foot": 2}
_SCORES = {"Flex Score": "", "Completeness": "share", "Score Ceiling": ""}
_RESULT_TEXTS = ("Flex Classification", "Missing Factors", "Source File", "Source Sheet", *SEEN_COLUMNS, "Values From")
_PRICE, _COMPARABLES, _MEDIAN, _POSITION, _OWNER, _OWNED = COMPARISON_COLUMNS
_COMPARED_NUMBERS = {_PRICE: "USD per square foot", _MEDIAN: "USD per square foot", _COMPARABLES: "", _OWNED: ""}
_COMPARED_TEXTS = (_POSITION, _OWNER)
_PLACED = ("Property Link", "Source Row", _ID)  # columns behind all others
_HIDDEN = {"Latitude", "Longitude", "Property Link", *OUTPUT_COLUMNS}
_CHANGE_NUMBERS = ("Percent", "Old Score", "New Score")
_CHANGE_TEXTS = ("Change", "Column", "Old Value", "New Value", "Source")
_MERGE_NUMBERS = ("Removed Row", "Removed Building SqFt")
_MERGE_TEXTS = (
    "Removed File", "Removed Sheet", "Removed Address", "Removed Unit", "Removed Property Name", "Removed APN", "Evidence",
    "Fields That Differ", "Filled Cells",
)  # fmt: skip

_JSON_ESCAPES = {"<": r"\u003c", ">": r"\u003e", "&": r"\u0026", "\u2028": r"\u2028", "\u2029": r"\u2029"}
_MAX_DISTINCT_SHARE = 0.5  # of texts, from which positions in a list of distinct texts are no shorter


def render_data(
    report: Mapping[str, Any], tables: ResultTables, positions: pl.DataFrame, view: Mapping[str, Any], max_bytes: int
) -> Markup:
    """Render the data of the best candidates, with as many of them and texts as long as the size allows.

    Args:
        report: The report of the run.
        tables: The tables of the result.
        positions: The positions of the best candidates on the map.
        view: What the script needs to know of the map.
        max_bytes: The size.

    """
    data = _CandidateData(report, tables, positions, view)
    for limits in _LIMITS:
        text = _dump_json(data.select(*limits))
        if len(text.encode()) <= max_bytes:
            break
    return text


class _CandidateData:
    """The data within limits; what the next limits don't change is not computed again."""

    def __init__(self, report: Mapping[str, Any], tables: ResultTables, positions: pl.DataFrame, view: Mapping[str, Any]) -> None:
        self._tables, self._positions, self._view = tables, positions, view
        self._sources = _list_sources(report, tables)
        self._numbers = _choose_numbers(tables.master)
        self._texts, self._rest = _choose_texts(report, tables, tables.master, self._numbers)
        self._encode, self._compare = lru_cache(1)(self._encode_best), lru_cache(1)(self._compare_best)

    def select(self, rows: int, limit: int, further: int, with_sources: int) -> dict[str, Any]:
        """Return the data; the arguments are those of _LIMITS."""
        best, numbers = self._tables.master.head(rows), self._numbers
        columns, others = self._encode(rows, limit)
        rest = self._rest[:further]
        columns = columns | _encode_columns(best.select(plain_text(name, best, limit).alias(name) for name in rest))
        return {
            "total": self._tables.master.height,
            "rows": best.height,
            "columns": {name: columns[name] for name in (*numbers, *self._texts, *rest, *_PLACED) if name in columns},
            "units": numbers,
            "facts": [column.name for column in list_canonical_columns() if column.name in {*numbers, *self._texts}],
            "further": rest,
            "points": [name for name in numbers if name.endswith(POINTS_SUFFIX)],
            **others,
            "compared": self._compare(with_sources, limit),
            "map": self._view,
        }

    def _encode_best(self, rows: int, limit: int) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the columns of the best candidates, and what else is known of them."""
        tables, best = self._tables, self._tables.master.head(rows)
        link = pl.col("Property Link") if "Property Link" in best.columns else pl.lit(None)
        columns = best.select(
            *self._express_values(best, limit).values(),
            web_address(link).alias("Property Link"),
            *(pl.col(name) for name in ("Source Row",) if name in best.columns),
            plain_text(_ID, best, 40).alias(_ID),
        )
        others = {
            **self._positions.head(rows).to_dict(as_series=False),
            "why": _encode_lists(_split_explanations(tables.explanations[:rows], limit)),
            "reasons": _encode_lists(_clean_lists(tables.reasons[:rows], limit)),
            "sources": None if self._sources is None else _encode_lists(_clean_lists(self._sources.head(rows), limit)),
            "changes": _select_records(tables.changes, best, _CHANGE_TEXTS, _CHANGE_NUMBERS, limit),
            "merges": _select_records(tables.merge_log, best, _MERGE_TEXTS, _MERGE_NUMBERS, limit),
        }
        return _encode_columns(columns), others

    def _compare_best(self, rows: int, limit: int) -> dict[str, Any] | None:
        best = self._tables.master.head(rows)
        compared = compare_source_rows(self._tables.source_rows, best, self._express_values(best, limit), limit)
        return {key: _encode_table(table) for key, table in vars(compared).items()} if compared else None

    def _express_values(self, best: pl.DataFrame, limit: int) -> dict[str, pl.Expr]:
        numbers = {name: _finite_number(pl.col(name), _DECIMALS.get(unit, 2)) for name, unit in self._numbers.items()}
        texts = {name: plain_text(name, best, limit) for name in self._texts}
        return {name: value.alias(name) for name, value in (numbers | texts).items()}


def _choose_numbers(best: pl.DataFrame) -> dict[str, str]:
    """Return the columns of numbers and their units."""
    units = {column.name: column.unit for column in list_canonical_columns() if column.unit} | {"Year Built": "year"}
    units |= _SCORES | _COMPARED_NUMBERS | {name: "points" for name in best.columns if name.endswith(POINTS_SUFFIX)}
    hidden = _HIDDEN - {*_SCORES, *_COMPARED_NUMBERS}
    return {name: unit for name, unit in units.items() if name in best.columns and name not in hidden}


def _choose_texts(
    report: Mapping[str, Any], tables: ResultTables, best: pl.DataFrame, numbers: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    """Return the columns of texts that the page knows, and those that are only listed. Of the user's own, it has the status."""
    canonical = [column.name for column in list_canonical_columns() if column.name not in {*_HIDDEN, *numbers}]
    texts = [name for name in (*canonical, *_RESULT_TEXTS, *_COMPARED_TEXTS, STATUS_COLUMN) if name in best.columns]
    notes = {*tables.user_columns, *(report.get("notes") or {}).get("columns", ())}
    rest = [name for name in best.columns if name not in {*_HIDDEN, *notes, *texts, *numbers} and not name.startswith("__")]
    has_all_columns = report["settings"].get("output_columns", "all") == "all"
    return texts, rest if has_all_columns else []


def _encode_columns(columns: pl.DataFrame) -> dict[str, Any]:
    return {column.name: _encode_column(column) for column in columns if column.null_count() < column.len()}


def _split_explanations(explanations: Sequence[str], limit: int) -> pl.Series:
    """Return the parts of each explanation, without the score that it begins with."""
    sentences = pl.DataFrame({"why": explanations}, schema={"why": pl.String})
    parts = pl.col("why").str.splitn(": ", 2).struct.field("field_1").str.split("; ").list.head(_MAX_PARTS)
    cut = parts.list.eval(single_line(pl.element(), _DETAIL_FACTOR * limit).drop_nulls())
    return sentences.select(cut.alias("why"))["why"]


def _clean_lists(lists: pl.Series | Sequence[Sequence[str]], limit: int) -> pl.Series:
    """Return lists of texts as single lines."""
    column = lists if isinstance(lists, pl.Series) else pl.Series(list(lists), dtype=pl.List(pl.String))
    return column.list.eval(single_line(pl.element(), _DETAIL_FACTOR * limit).drop_nulls())


def _list_sources(report: Mapping[str, Any], tables: ResultTables) -> pl.Series | None:
    """Return the names of the sources of each candidate: of its surviving row, and of the rows merged into it."""
    master, merged = tables.master.head(MAX_EXPLAINED_ROWS), tables.merge_log
    if not {_ID, "Source File"} <= set(master.columns):
        return None
    names = [(export["file"], source["source"]) for source in report.get("sources", ()) for export in source["exports"]]
    known = pl.DataFrame(names, schema={"file": pl.String, "source": pl.String}, orient="row").unique("file", keep="first")
    others = [merged.select(_ID, pl.col("Removed File").alias("file"))] if {_ID, "Removed File"} <= set(merged.columns) else []
    files = pl.concat([master.select(_ID, pl.col("Source File").alias("file")), *others]).join(known, on="file", how="left")
    files = files.join(master.select(_ID), on=_ID, how="semi")
    lists = files.group_by(_ID).agg(pl.coalesce("source", "file").drop_nulls().unique().sort().alias("source"))
    return master.select(_ID).join(lists, on=_ID, how="left", maintain_order="left")["source"]


def _select_records(
    records: pl.DataFrame | None, best: pl.DataFrame, texts: Sequence[str], numbers: Sequence[str], limit: int
) -> dict[str, Any]:
    """Return the records of the candidates as columns, with the `row` of the candidate, from 0."""
    if records is None or not records.height or _ID not in best.columns or _ID not in records.columns:
        return {}
    rows = best.select(_ID).with_row_index("row")
    found = records.join(rows, on=_ID, maintain_order="left").sort("row", maintain_order=True).head(_MAX_RECORDS)
    columns = found.select(
        "row",
        *(plain_text(name, found, _DETAIL_FACTOR * limit).alias(name) for name in texts if name in found.columns),
        *(_finite_number(pl.col(name), 2).alias(name) for name in numbers if name in found.columns),
    )
    return _encode_table(columns)


def _dump_json(value: Any) -> Markup:
    """Return JSON that can't end the script element that holds it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for letter, code in _JSON_ESCAPES.items():
        text = text.replace(letter, code)
    return Markup(text)  # noqa: S704  # nosec B704 # <, > and & are escaped above


def _encode_table(table: pl.DataFrame) -> dict[str, Any]:
    return {column.name: _encode_column(column) for column in table}


def _encode_column(column: pl.Series) -> Any:
    """Return a column as a list, or as its distinct `texts` and the position `at` of each row's text if that is shorter."""
    if column.dtype != pl.String:
        return column.to_list()
    texts = column.drop_nulls().unique(maintain_order=True)
    if texts.len() > _MAX_DISTINCT_SHARE * column.len():
        return column.to_list()
    return {"texts": texts.to_list(), "at": column.cast(pl.Enum(texts)).to_physical().to_list()}


def _encode_lists(lists: pl.Series) -> Any:
    """Return lists of texts as their distinct `texts` and the positions `at` of each row's texts."""
    texts = lists.explode().drop_nulls().unique(maintain_order=True)
    at = lists.list.eval(pl.element().cast(pl.Enum(texts)).to_physical())
    return {"texts": texts.to_list(), "at": at.to_list()}


def _finite_number(number: pl.Expr, decimals: int) -> pl.Expr:
    """Return rounded numbers, whole ones as integers if there are no decimals; null if they aren't finite."""
    value = number.cast(pl.Float64, strict=False).round(decimals)
    return pl.when(value.is_finite()).then(value if decimals else value.cast(pl.Int64, strict=False))
