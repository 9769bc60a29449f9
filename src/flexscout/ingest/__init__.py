"""Read source files into typed tables: everything that runs in a worker."""

from typing import TYPE_CHECKING

from flexscout._lazy import lazy_exports

if TYPE_CHECKING:
    from flexscout.ingest.convert import (
        HEADER,
        ISSUE_SCHEMA,
        NOTE,
        TOTAL,
        convert_column,
        convert_sheet,
        number_range_of,
        sample_fairly,
        to_dates,
    )
    from flexscout.ingest.file_types import FileType, detect_file_type
    from flexscout.ingest.header_row import find_header, header_texts
    from flexscout.ingest.mapping import find_missing_required, load_mapping, map_headers
    from flexscout.ingest.readers import (
        DEFAULT_MEMORY,
        Workbook,
        collect_cells,
        read_named_sheets,
        read_workbook,
        translate_reader_errors,
    )
    from flexscout.ingest.scan import FileDiscovery, Scan, build_source_file, scan_folder
    from flexscout.ingest.worker import IngestOptions, diagnose_file, draft_mapping, ingest_file, inspect_file

__all__ = [
    "DEFAULT_MEMORY",
    "HEADER",
    "ISSUE_SCHEMA",
    "NOTE",
    "TOTAL",
    "FileDiscovery",
    "FileType",
    "IngestOptions",
    "Scan",
    "Workbook",
    "build_source_file",
    "collect_cells",
    "convert_column",
    "convert_sheet",
    "detect_file_type",
    "diagnose_file",
    "draft_mapping",
    "find_header",
    "find_missing_required",
    "header_texts",
    "ingest_file",
    "inspect_file",
    "load_mapping",
    "map_headers",
    "number_range_of",
    "read_named_sheets",
    "read_workbook",
    "sample_fairly",
    "scan_folder",
    "to_dates",
    "translate_reader_errors",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "convert": (
            "HEADER",
            "ISSUE_SCHEMA",
            "NOTE",
            "TOTAL",
            "convert_column",
            "convert_sheet",
            "number_range_of",
            "sample_fairly",
            "to_dates",
        ),
        "file_types": ("FileType", "detect_file_type"),
        "header_row": ("find_header", "header_texts"),
        "mapping": ("find_missing_required", "load_mapping", "map_headers"),
        "readers": (
            "DEFAULT_MEMORY",
            "Workbook",
            "collect_cells",
            "read_named_sheets",
            "read_workbook",
            "translate_reader_errors",
        ),
        "scan": ("FileDiscovery", "Scan", "build_source_file", "scan_folder"),
        "worker": ("IngestOptions", "diagnose_file", "draft_mapping", "ingest_file", "inspect_file"),
    },
)
