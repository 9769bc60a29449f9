"""Convert texts to typed values."""

from flexscout.ingest.convert.chunked import convert_chunked
from flexscout.ingest.convert.dates import to_dates
from flexscout.ingest.convert.issues import ISSUE_SCHEMA, sample_fairly
from flexscout.ingest.convert.rows import HEADER, NOTE, TOTAL
from flexscout.ingest.convert.table import Converted, convert_column, convert_sheet, number_range_of

__all__ = [
    "HEADER",
    "ISSUE_SCHEMA",
    "NOTE",
    "TOTAL",
    "Converted",
    "convert_chunked",
    "convert_column",
    "convert_sheet",
    "number_range_of",
    "sample_fairly",
    "to_dates",
]
