"""Convert texts to typed values."""

from typing import TYPE_CHECKING

from flexscout._lazy import lazy_exports

if TYPE_CHECKING:
    from flexscout.ingest.convert.chunked import convert_chunked_sheet
    from flexscout.ingest.convert.dates import parse_dates
    from flexscout.ingest.convert.issues import ISSUE_SCHEMA, sample_issues
    from flexscout.ingest.convert.rows import RowKind
    from flexscout.ingest.convert.table import ConvertedSheet, can_convert, convert_column, convert_sheet, get_number_range

__all__ = [
    "ISSUE_SCHEMA",
    "ConvertedSheet",
    "RowKind",
    "can_convert",
    "convert_chunked_sheet",
    "convert_column",
    "convert_sheet",
    "get_number_range",
    "parse_dates",
    "sample_issues",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "chunked": ("convert_chunked_sheet",),
        "dates": ("parse_dates",),
        "issues": ("ISSUE_SCHEMA", "sample_issues"),
        "rows": ("RowKind",),
        "table": ("ConvertedSheet", "can_convert", "convert_column", "convert_sheet", "get_number_range"),
    },
)
