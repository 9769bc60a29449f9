"""Cells in which Excel shows an error: the text reader gives them as empty, which would hide them."""

from collections.abc import Sequence
from typing import Protocol

import polars as pl

# The reader's name of an error -> what Excel shows.
_SHOWN = {
    "Div0": "#DIV/0!", "GettingData": "#GETTING_DATA", "NA": "#N/A", "Name": "#NAME?", "Null": "#NULL!", "Num": "#NUM!",
    "Ref": "#REF!", "Value": "#VALUE!",
}  # fmt: skip
_NAME = r"Error\((\w+)\)"


class CellError(Protocol):
    """What the reader says of a cell that is no text: its row and column in the frame, and a sentence."""

    @property
    def offset_position(self) -> tuple[int, int]: ...  # noqa: D102 - said above

    @property
    def detail(self) -> str: ...  # noqa: D102


def with_errors(frame: pl.DataFrame, errors: Sequence[CellError]) -> pl.DataFrame:
    """A sheet that was loaded as text, with the errors as the text that Excel shows for them."""
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
