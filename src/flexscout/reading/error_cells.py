"""Cells in which Excel shows an error: the text reader gives them as empty, which would hide them."""

from collections.abc import Sequence

import fastexcel
import polars as pl

# The reader's name of an error -> what Excel shows.
_SHOWN = {
    "Div0": "#DIV/0!", "GettingData": "#GETTING_DATA", "NA": "#N/A", "Name": "#NAME?", "Null": "#NULL!", "Num": "#NUM!",
    "Ref": "#REF!", "Value": "#VALUE!",
}  # fmt: skip
_NAME = r"Error\((\w+)\)"


def texts_of(sheet: fastexcel.ExcelSheet) -> pl.DataFrame:
    """A sheet that was loaded as text, in which errors are the text that Excel shows for them."""
    cells, found = sheet.to_arrow_with_errors()
    frame = pl.DataFrame(cells)
    return _filled(frame, found.errors) if found else frame


def _filled(frame: pl.DataFrame, errors: Sequence[fastexcel.CellError]) -> pl.DataFrame:
    places = pl.DataFrame(
        {
            "row": [error.offset_position[0] for error in errors],
            "column": [error.offset_position[1] for error in errors],
            "detail": [error.detail for error in errors],
        }
    )
    shown = pl.col("detail").str.extract(_NAME).replace_strict(_SHOWN, default=None)
    named = places.with_columns(shown.alias("text")).drop_nulls("text").partition_by("column", as_dict=True)
    columns = [frame.to_series(column).scatter(part["row"], part["text"]) for (column,), part in named.items()]
    return frame.with_columns(columns)
