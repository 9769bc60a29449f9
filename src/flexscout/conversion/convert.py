"""A sheet's text below its header -> a typed table, its Issues, and the count of what is no property."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from flexscout.conversion.codes import described
from flexscout.conversion.kinds import kinds_of
from flexscout.conversion.rows import BLANK, PROPERTY, row_kinds
from flexscout.conversion.values import clean, typed
from flexscout.model import SQUARE_FEET_PER_ACRE, HeaderMap, Issue, MappedColumn
from flexscout.vocabulary import code_tables, column, columns

ISSUE_SCHEMA = {
    "Source Sheet": pl.String,
    "Source Row": pl.Int64,
    "Column": pl.String,
    "Value": pl.String,
    "Reason": pl.String,
}
"""Columns of an Issues table; `Source Row` is 0 where a whole column is meant."""

_ACRE_DECIMALS = 6  # a twentieth of a square foot
_ORDER = {entry.name: position for position, entry in enumerate(columns())}
_MIDNIGHT = r"^(\d{4}-\d{2}-\d{2}) 00:00:00$"


@dataclass(frozen=True)
class Converted:
    """A sheet, typed.

    `table`: a row per property: canonical columns, `Source Sheet`, `Source Row`, then the columns that pass through;
    `issues`: ISSUE_SCHEMA; `rows_read`: rows from below the header to the last that is not empty; `kinds`: a letter per column
    that passes through, in their order (see kinds.py).
    """

    table: pl.DataFrame
    issues: pl.DataFrame
    rows_read: int
    blank: int
    not_data: int
    kinds: str = ""


def convert(sheet: str, cells: pl.DataFrame, header_row: int, header_map: HeaderMap) -> Converted:
    """Type the rows below `header_row` (a position, from 0) as `header_map` says."""
    body = _body(cells, header_row)
    kinds = row_kinds(body, header_map)
    rows = body.filter(kinds == PROPERTY)
    typed, issues = _typed(sheet, rows, header_map.canonical)
    extras = rows.select(pl.col(str(entry.position)).alias(entry.name) for entry in header_map.extra)
    table = pl.DataFrame([*_with_acres(typed), *_source(sheet, rows), *_extras(extras)])
    not_data = _not_data(sheet, body, kinds)
    blank = int((kinds == BLANK).sum())
    all_issues = pl.concat([_of_columns(header_map.issues), not_data, *issues]).sort("Source Row", maintain_order=True)
    return Converted(table, all_issues, body.height, blank, not_data.height, kinds_of(extras))


def convert_column(name: str, texts: pl.Series) -> pl.Series:
    """The values of one canonical column; null where a text is missing or won't do."""
    kinds = {name: column(name)}
    return typed(clean(texts.to_frame(name), kinds), kinds)[0][name]


def _body(cells: pl.DataFrame, header_row: int) -> pl.DataFrame:
    """The rows below the header to the last with a value, trimmed texts, with Excel's row number in `row`."""
    trimmed = pl.all().str.strip_chars().replace("", None)
    body = cells.slice(header_row + 1).with_columns(trimmed).with_row_index("row", offset=header_row + 2)
    filled = body.select(pl.any_horizontal(pl.exclude("row").is_not_null())).to_series().arg_true()
    return body.head(0 if filled.is_empty() else int(filled[-1]) + 1)


def _typed(sheet: str, rows: pl.DataFrame, mapped: Iterable[MappedColumn]) -> tuple[list[pl.Series], list[pl.DataFrame]]:
    """The canonical columns in their order, and the Issues of each."""
    ordered = {entry.name: entry for entry in sorted(mapped, key=lambda entry: _ORDER[entry.name])}
    kinds = {name: column(name) for name in ordered}
    texts = clean(rows.select(pl.col(str(entry.position)).alias(name) for name, entry in ordered.items()), kinds)
    values, reasons = typed(texts, kinds)
    values, unknown = _described(values, ordered)
    found = [*reasons.items(), *unknown.items()]
    issues = [_issues(sheet, rows["row"], ordered[name].header, texts[name], why) for name, why in found]
    return [(100 - found).alias(found.name) if ordered[found.name].inverted else found for found in values], issues


def _described(values: pl.DataFrame, ordered: Mapping[str, MappedColumn]) -> tuple[pl.DataFrame, dict[str, pl.Series]]:
    """Columns of codes with their words; and by column, the reasons of unknown codes."""
    coded = {name: described(values[name], code_tables()[entry.codes]) for name, entry in ordered.items() if entry.codes}
    unknown = {name: reasons for name, (_, reasons) in coded.items() if reasons.count()}
    return values.with_columns(both for both, _ in coded.values()), unknown


def _issues(sheet: str, rows: pl.Series, header: str, texts: pl.Series, reasons: pl.Series) -> pl.DataFrame:
    """The rows of a column that have a reason."""
    frame = pl.DataFrame({"Source Row": rows.cast(pl.Int64), "Value": texts, "Reason": reasons.cast(pl.String)})
    named = frame.filter(pl.col("Reason").is_not_null()).with_columns(
        pl.lit(sheet).alias("Source Sheet"), pl.lit(header).alias("Column")
    )
    return named.select(*ISSUE_SCHEMA)


def _of_columns(issues: Iterable[Issue]) -> pl.DataFrame:
    rows = [(issue.sheet, issue.row, issue.column, issue.value, issue.reason) for issue in issues]
    return pl.DataFrame(rows, schema=ISSUE_SCHEMA, orient="row")


def _not_data(sheet: str, body: pl.DataFrame, kinds: pl.Series) -> pl.DataFrame:
    """Totals, footnotes and repeated headers, as Issues: left out, but named."""
    left_out = body.with_columns(kinds.alias("kind")).filter(~kinds.is_in([PROPERTY, BLANK]))
    return left_out.select(
        pl.lit(sheet).alias("Source Sheet"),
        pl.col("row").cast(pl.Int64).alias("Source Row"),
        pl.lit("").alias("Column"),
        pl.coalesce(pl.exclude("row", "kind"), pl.lit("")).alias("Value"),
        pl.format("not_data: {}", "kind").alias("Reason"),
    )


def _with_acres(typed: list[pl.Series]) -> list[pl.Series]:
    """Fill acres that are missing, or 0, from the lot's square feet."""
    named = {values.name: values for values in typed}
    if "Lot Size SqFt" not in named:
        return typed
    acres = (named["Lot Size SqFt"] / SQUARE_FEET_PER_ACRE).round(_ACRE_DECIMALS).alias("Lot Size Acres")
    if "Lot Size Acres" in named:
        known = (named["Lot Size Acres"] > 0).fill_null(value=False)
        acres = named["Lot Size Acres"].zip_with(known | acres.is_null(), acres)
    named["Lot Size Acres"] = acres
    return sorted(named.values(), key=lambda values: _ORDER[values.name])


def _source(sheet: str, rows: pl.DataFrame) -> list[pl.Series]:
    names = pl.repeat(sheet, rows.height, dtype=pl.String, eager=True)
    return [names.alias("Source Sheet"), rows["row"].cast(pl.Int64).alias("Source Row")]


def _extras(found: pl.DataFrame) -> list[pl.Series]:
    """The columns that pass through, unless they are empty; a date without a time loses its midnight."""
    has_midnights = found.select(pl.all().str.ends_with(" 00:00:00").any())
    filled = [values for values in found if values.null_count() < values.len()]
    return [values.str.replace(_MIDNIGHT, "$1") if has_midnights[values.name].any() else values for values in filled]
