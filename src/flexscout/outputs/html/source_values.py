"""What each source says of a property, as the card of the page compares it."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from flexscout.domain import LINK_COLUMNS, SOURCE_COLUMNS
from flexscout.outputs.html.cell_text import plain_text

_ID = LINK_COLUMNS[0]
_FILE, _SHEET, _ROW = SOURCE_COLUMNS


@dataclass(frozen=True)
class SourceValues:
    """The source rows of candidates, and how they differ from the list.

    A value that is in neither `differences` nor `absent` is the one on the list.

    Attributes:
        rows: `row` of the candidate from 0, `Source File`, `Source Sheet`, `Source Row`, and the number of the `sheet`.
        differences: `source`, the position in `rows`, `column` and `value`, null if the cell is blank.
        absent: `sheet` and `column` where no row of the sheet has a value.

    """

    rows: pl.DataFrame
    differences: pl.DataFrame
    absent: pl.DataFrame


def compare_source_rows(
    rows: pl.DataFrame | None, best: pl.DataFrame, values: Mapping[str, pl.Expr], limit: int
) -> SourceValues | None:
    """Compare the rows of the candidates with the list. None if the rows aren't known.

    Args:
        rows: The rows as their exports have them, with the `Property ID`.
        best: The candidates.
        values: Column -> its value as the page has it.
        limit: Characters of a text.

    """
    if rows is None or not {_ID, *SOURCE_COLUMNS} <= set(rows.columns) or _ID not in best.columns:
        return None
    found = rows.join(best.select(_ID).with_row_index("row"), on=_ID, maintain_order="left").sort("row", maintain_order=True)
    sheets = found.select(pl.struct(_FILE, _SHEET).rank("dense").alias("sheet"))
    names = [name for name in values if name in found.columns and name not in SOURCE_COLUMNS]
    own = pl.concat([sheets, found.select(values[name] for name in names)], how="horizontal").with_row_index("source")
    listed = best.select(values[name] for name in names)[found["row"]]
    schema = {"source": pl.get_index_type(), "column": pl.String, "value": pl.String}
    differences = pl.concat([pl.DataFrame(schema=schema), *(_find_differences(own, listed[name]) for name in names)])
    places = found.select("row", *(plain_text(name, found, limit).alias(name) for name in (_FILE, _SHEET)), _ROW)
    return SourceValues(places.with_columns(sheets), differences.sort("source", maintain_order=True), _list_absent(own, names))


def _find_differences(own: pl.DataFrame, listed: pl.Series) -> pl.DataFrame:
    """Return the rows whose value isn't the listed one, except of sheets without values in this column."""
    value = pl.col(listed.name)
    has_column = value.is_not_null().any().over("sheet")
    changed = own.filter(value.ne_missing(listed) & has_column)
    return changed.select("source", pl.lit(listed.name).alias("column"), value.cast(pl.String).alias("value"))


def _list_absent(own: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    by_sheet = own.group_by("sheet").agg(pl.col(names).is_null().all()).sort("sheet")
    return by_sheet.unpivot(names, index="sheet", variable_name="column").filter("value").select("sheet", "column")
