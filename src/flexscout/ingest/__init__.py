"""Read source files into typed tables: everything that runs in a worker."""

from typing import TYPE_CHECKING

from flexscout._lazy import lazy_exports

if TYPE_CHECKING:
    from flexscout.ingest.batch import FileIngestor
    from flexscout.ingest.convert import (
        ISSUE_SCHEMA,
        RowKind,
        convert_column,
        convert_sheet,
        get_number_range,
        parse_dates,
        sample_issues,
    )
    from flexscout.ingest.file_filter import POSSIBLE_SUFFIXES, TABLE_SUFFIXES, find_left_out, read_workbook_properties
    from flexscout.ingest.file_types import FileType, detect_file_type, is_protected
    from flexscout.ingest.header_row import find_header, header_texts
    from flexscout.ingest.inputs import AbsentFiles, build_display_name, find_input, list_config_places
    from flexscout.ingest.mapping import (
        LEAVE_OUT,
        PASS,
        PEEKED_ROWS,
        MappedSheet,
        change_entries,
        draft_mapping,
        find_likeliest,
        find_missing_required,
        has_vague_headers,
        map_headers,
        parse_mapping,
        read_entries,
        render_entries,
        sample_values,
    )
    from flexscout.ingest.options import find_mapping_files, load_options
    from flexscout.ingest.preview import FilePreview
    from flexscout.ingest.property_sheets import peek_mapped_sheets
    from flexscout.ingest.readers import (
        DEFAULT_MEMORY,
        Workbook,
        collect_cells,
        read_named_sheets,
        read_workbook,
        translate_reader_errors,
        use_password,
    )
    from flexscout.ingest.scan import (
        FileDiscovery,
        Scan,
        build_source_file,
        count_protected_files,
        matches_pattern,
        scan_folder,
        scan_inputs,
    )

__all__ = [
    "DEFAULT_MEMORY",
    "ISSUE_SCHEMA",
    "LEAVE_OUT",
    "PASS",
    "PEEKED_ROWS",
    "POSSIBLE_SUFFIXES",
    "TABLE_SUFFIXES",
    "AbsentFiles",
    "FileDiscovery",
    "FileIngestor",
    "FilePreview",
    "FileType",
    "MappedSheet",
    "RowKind",
    "Scan",
    "Workbook",
    "build_display_name",
    "build_source_file",
    "change_entries",
    "collect_cells",
    "convert_column",
    "convert_sheet",
    "count_protected_files",
    "detect_file_type",
    "draft_mapping",
    "find_header",
    "find_input",
    "find_left_out",
    "find_likeliest",
    "find_mapping_files",
    "find_missing_required",
    "get_number_range",
    "has_vague_headers",
    "header_texts",
    "is_protected",
    "list_config_places",
    "load_options",
    "map_headers",
    "matches_pattern",
    "parse_dates",
    "parse_mapping",
    "peek_mapped_sheets",
    "read_entries",
    "read_named_sheets",
    "read_workbook",
    "read_workbook_properties",
    "render_entries",
    "sample_issues",
    "sample_values",
    "scan_folder",
    "scan_inputs",
    "translate_reader_errors",
    "use_password",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "batch": ("FileIngestor",),
        "convert": (
            "ISSUE_SCHEMA",
            "RowKind",
            "convert_column",
            "convert_sheet",
            "get_number_range",
            "parse_dates",
            "sample_issues",
        ),
        "file_filter": ("POSSIBLE_SUFFIXES", "TABLE_SUFFIXES", "find_left_out", "read_workbook_properties"),
        "file_types": ("FileType", "detect_file_type", "is_protected"),
        "header_row": ("find_header", "header_texts"),
        "inputs": ("AbsentFiles", "build_display_name", "list_config_places", "find_input"),
        "mapping": (
            "LEAVE_OUT",
            "PASS",
            "PEEKED_ROWS",
            "MappedSheet",
            "change_entries",
            "draft_mapping",
            "find_likeliest",
            "find_missing_required",
            "has_vague_headers",
            "map_headers",
            "parse_mapping",
            "read_entries",
            "render_entries",
            "sample_values",
        ),
        "options": ("find_mapping_files", "load_options"),
        "preview": ("FilePreview",),
        "property_sheets": ("peek_mapped_sheets",),
        "readers": (
            "DEFAULT_MEMORY",
            "Workbook",
            "collect_cells",
            "read_named_sheets",
            "read_workbook",
            "translate_reader_errors",
            "use_password",
        ),
        "scan": (
            "FileDiscovery",
            "Scan",
            "build_source_file",
            "count_protected_files",
            "matches_pattern",
            "scan_folder",
            "scan_inputs",
        ),
    },
)
