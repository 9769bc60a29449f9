"""The sheets that the user may answer: changes, notes, corrections, and pairs of properties with a column for the decision."""

import polars as pl

from flexscout.domain import ADDRESS_COLUMNS, format_decimals, list_canonical_columns
from flexscout.history import MERGES_SHEET
from flexscout.matching import DECIDED, DECISION, DecisionKind
from flexscout.merging import SINCE, SOURCE_VALUE, VALUE
from flexscout.outputs.files.layout import Sheet, put_first
from flexscout.outputs.files.property_sheets import TEXT_COLUMNS
from flexscout.outputs.results import ResultTables

_MERGE_COLUMNS = (
    DECISION, DECIDED, "Duplicate Group", *ADDRESS_COLUMNS, "Removed Address", "Evidence", "Filled Cells",
    "Fields That Differ", "Kept File", "Removed File",
)  # fmt: skip
_MERGE_WIDTHS = {
    DECISION: 11.0, DECIDED: 13.0, "Duplicate Group": 11.0, "Address": 24.0, "City": 13.0, "State": 7.0, "Removed Address": 24.0,
    "Evidence": 30.0, "Filled Cells": 30.0, "Fields That Differ": 36.0, "Kept File": 20.0, "Removed File": 20.0,
}  # fmt: skip
_PAIR_COLUMNS = (
    DECISION, DECIDED, "Match Score", "Nearly Sure", "Evidence", "Address", "Other Address", "City", "Other City",
    "Building SqFt", "Other Building SqFt", "APN", "Other APN", "Source File", "Other Source File",
)  # fmt: skip
_PAIR_WIDTHS = {
    DECISION: 11.0, DECIDED: 13.0, "Match Score": 9.0, "Nearly Sure": 9.0, "Evidence": 32.0, "Address": 23.0,
    "Other Address": 23.0, "City": 12.0, "Other City": 12.0, "Building SqFt": 10.0, "Other Building SqFt": 10.0, "APN": 15.0,
    "Other APN": 15.0, "Source File": 20.0, "Other Source File": 20.0,
}  # fmt: skip
_WRAPPED_IN_PAIRS = (
    "Address", "Other Address", "Removed Address", "Evidence", "Filled Cells", "Fields That Differ", "Kept File", "Removed File",
    "APN", "Other APN", "Source File", "Other Source File",
)  # fmt: skip
_CHANGE_COLUMNS = (
    "Change", *ADDRESS_COLUMNS, "Column", "Old Value", "New Value", "Amount", "Percent", "Old Score", "New Score", "Factors",
    "Source", "Property ID",
)  # fmt: skip
_CHANGE_WIDTHS = {
    "Change": 16.0, "Address": 26.0, "City": 14.0, "State": 7.0, "Column": 16.0, "Old Value": 16.0, "New Value": 16.0,
    "Amount": 13.0, "Percent": 9.0, "Old Score": 8.0, "New Score": 8.0, "Factors": 30.0, "Source": 22.0, "Property ID": 17.0,
}  # fmt: skip
_NORMALIZED, _LINKS = " after normalization", r"(?:^|; )Property Link: [^;]*"  # not shown
_SHARE_FORMAT = '0.0"%"'


def build_pairs_sheet(name: str, table: pl.DataFrame, formats: dict[str, str], about: str) -> list[Sheet]:
    """Build a sheet of pairs; the user's decisions come first and have a list of answers to choose from.

    The columns that only identify the pair, by which decisions are read back, are not printed.
    """
    if not table.width:
        return []
    columns, widths = (_MERGE_COLUMNS, _MERGE_WIDTHS) if name == MERGES_SHEET else (_PAIR_COLUMNS, _PAIR_WIDTHS)
    texts = {"Evidence": _NORMALIZED, "Filled Cells": _LINKS, "Fields That Differ": _LINKS}
    shown = [
        pl.col(name).str.replace_all(pattern, "").str.strip_prefix("; ")
        for name, pattern in texts.items()
        if name in table.columns
    ]
    pairs, printed = put_first(table.with_columns(shown), columns)
    answers = tuple(answer.capitalize() for answer in DecisionKind)
    return [
        Sheet(
            name,
            pairs,
            formats,
            (*TEXT_COLUMNS, DECISION, DECIDED),
            choices={DECISION: answers},
            wrapped=_WRAPPED_IN_PAIRS,
            centered=("Duplicate Group", "Match Score", "Nearly Sure", "State"),
            widths=widths,
            about=about,
            frozen=2,
            printed=printed,
        )
    ]


def build_changes_sheet(changes: pl.DataFrame | None, formats: dict[str, str]) -> list[Sheet]:
    """Build the sheet of changes since the last list, with amounts of money as such, or none if there is nothing to compare."""
    if changes is None:
        return []
    units = {column.name: column.unit for column in list_canonical_columns() if column.unit.startswith("USD")}
    is_money = pl.col("Column").is_in(list(units))
    values = [
        pl.when(is_money)
        .then(pl.format("${}", format_decimals(pl.col(name).cast(pl.Float64, strict=False), 2)))
        .otherwise(name)
        .alias(name)
        for name in ("Old Value", "New Value")
    ]
    kind = pl.col("Change")
    table = changes.with_columns(*values, (kind.str.head(1).str.to_uppercase() + kind.str.slice(1)).alias("Change"))
    ordered, printed = put_first(table, _CHANGE_COLUMNS)
    return [
        Sheet(
            "Changes",
            ordered,
            {**formats, "Amount": "#,##0", "Percent": _SHARE_FORMAT},
            ("Old Value", "New Value"),
            wrapped=("Factors",),
            centered=("State", "Old Score", "New Score"),
            widths=_CHANGE_WIDTHS,
            about="What changed since the last list: new and gone properties, prices, sales, listings and scores.",
            frozen=2,
            printed=printed,
        )
    ]


def build_user_sheets(tables: ResultTables) -> list[Sheet]:
    """Build the sheets of notes on unlisted properties and of corrections, if there are any."""
    sheets = []
    if tables.unlisted_notes is not None and tables.unlisted_notes.height:
        sheets.append(
            Sheet(
                "Notes of Others",
                tables.unlisted_notes,
                texts=(*TEXT_COLUMNS, *tables.user_columns),
                about="Your notes on properties that aren't on the list now. They return with their properties.",
            )
        )
    if tables.corrections is not None and tables.corrections.height:
        values = {SOURCE_VALUE: SOURCE_VALUE, VALUE: "My Value", SINCE: SINCE}
        columns = ("Property ID", *ADDRESS_COLUMNS, "Column", *values)
        corrections = tables.corrections.select(columns).rename(values)
        sheets.append(
            Sheet(
                "My Corrections",
                corrections,
                texts=tuple(values.values()),
                about="Values that you corrected, with what the sources say. Delete a row to end a correction.",
            )
        )
    return sheets
