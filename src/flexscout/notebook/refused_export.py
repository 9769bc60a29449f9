"""Summarize a file that isn't a property table: its sheets, and how their headers map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flexscout.config import PipelineConfiguration
from flexscout.domain import list_canonical_columns, list_cell_values, map_command
from flexscout.ingest import find_likeliest, find_missing_required, load_options, peek_mapped_sheets, sample_values
from flexscout.notebook.export_summary import detect_type

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from flexscout.errors import ProcessingError
    from flexscout.ingest import MappedSheet


def summarize_refused_file(path: Path, error: ProcessingError) -> dict[str, Any]:
    """Summarize a file that was refused, as data that can be written as JSON.

    Args:
        path: The file.
        error: Why it was refused.

    Returns:
        `sheets`, each with its `sheet`, `header_row`, `recognized`, `columns` (`header`, `column`, `type` and `samples` of each),
        and `lacks`, what it needs to be a property table; `mapped`, `missing`, `suggestions` and `suggested_by` of the sheet that
        comes closest, as in the summary of a file that is read; `error`; and the `command` that drafts a mapping file.

    """
    sheets = peek_mapped_sheets(path, load_options(PipelineConfiguration(input_folder=str(path.parent))))
    header_map = find_likeliest(sheets).header_map
    present = {column.name for column in header_map.canonical}
    return {
        "sheets": [_describe_sheet(mapped) for mapped in sheets],
        "mapped": header_map.mapped,
        "missing": [column.name for column in list_canonical_columns() if column.name not in present],
        "suggestions": header_map.suggested,
        "suggested_by": {each.header: str(each.reason) for each in header_map.suggestions},
        "error": error.as_dict(),
        "command": map_command(path),
    }


def _describe_sheet(mapped: MappedSheet) -> dict[str, Any]:
    made = {column.position for column in mapped.header_map.derived}
    return {
        "sheet": mapped.sheet.name,
        "header_row": mapped.header + 1,
        "recognized": mapped.header_map.recognized,
        "columns": [
            {
                "header": column.header,
                "column": column.name if column.canonical else "",
                "type": detect_type([_select_filled(mapped.get_texts(column.position))]),
                "samples": sample_values(mapped.get_texts(column.position)),
            }
            for column in mapped.header_map.columns
            if column.position not in made
        ],
        "lacks": find_missing_required(mapped.header_map),
    }


def _select_filled(texts: pl.Series) -> pl.Series:
    trimmed = texts.drop_nulls().str.strip_chars()
    return trimmed.filter(~trimmed.str.to_lowercase().is_in(list(list_cell_values("missing"))))
