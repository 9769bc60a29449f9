"""Write the results of a run."""

from typing import TYPE_CHECKING

from flexscout._lazy import lazy_exports

if TYPE_CHECKING:
    from flexscout.outputs.branding import Branding, load_branding
    from flexscout.outputs.comparisons import add_comparisons, list_portfolios
    from flexscout.outputs.files import (
        REASON_TEXT,
        Sheet,
        add_reason_texts,
        check_suffix,
        choose_number_formats,
        export_tables,
        join_details,
        render_report,
        write_by_suffix,
        write_csv,
        write_report,
        write_tables_as_workbook,
        write_workbook,
    )
    from flexscout.outputs.html import MAP_HEIGHT, MAP_WIDTH, load_outlines, place_candidates, read_colors, render_page
    from flexscout.outputs.memo import (
        FactorBar,
        PropertySheet,
        SourceValues,
        render_memo,
        render_property_sheet,
        require_pdf_library,
    )
    from flexscout.outputs.publish import check_outputs, publish_results
    from flexscout.outputs.report import (
        REPORT_FORMAT,
        TOP_CANDIDATES,
        add_run_times,
        build_messages,
        build_report,
        compute_statistics,
        count_issues_by_reason,
        count_places,
        count_scores,
        describe_unmatched_mappings,
        measure_completeness,
        sort_by_frequency,
    )
    from flexscout.outputs.results import PAGE_RECORDS, ResultTables, RunFacts
    from flexscout.outputs.transaction import OutputTransaction, check_output_paths

__all__ = [
    "MAP_HEIGHT",
    "MAP_WIDTH",
    "PAGE_RECORDS",
    "REASON_TEXT",
    "REPORT_FORMAT",
    "TOP_CANDIDATES",
    "Branding",
    "FactorBar",
    "OutputTransaction",
    "PropertySheet",
    "ResultTables",
    "RunFacts",
    "Sheet",
    "SourceValues",
    "add_comparisons",
    "add_reason_texts",
    "add_run_times",
    "build_messages",
    "build_report",
    "check_output_paths",
    "check_outputs",
    "check_suffix",
    "choose_number_formats",
    "compute_statistics",
    "count_issues_by_reason",
    "count_places",
    "count_scores",
    "describe_unmatched_mappings",
    "export_tables",
    "join_details",
    "list_portfolios",
    "load_branding",
    "load_outlines",
    "measure_completeness",
    "place_candidates",
    "publish_results",
    "read_colors",
    "render_memo",
    "render_page",
    "render_property_sheet",
    "render_report",
    "require_pdf_library",
    "sort_by_frequency",
    "write_by_suffix",
    "write_csv",
    "write_report",
    "write_tables_as_workbook",
    "write_workbook",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "files": (
            "REASON_TEXT",
            "Sheet",
            "add_reason_texts",
            "check_suffix",
            "choose_number_formats",
            "export_tables",
            "join_details",
            "render_report",
            "write_by_suffix",
            "write_csv",
            "write_report",
            "write_tables_as_workbook",
            "write_workbook",
        ),
        "comparisons": ("add_comparisons", "list_portfolios"),
        "branding": ("Branding", "load_branding"),
        "memo": ("FactorBar", "PropertySheet", "SourceValues", "render_memo", "render_property_sheet", "require_pdf_library"),
        "html": ("MAP_HEIGHT", "MAP_WIDTH", "load_outlines", "place_candidates", "read_colors", "render_page"),
        "publish": ("check_outputs", "publish_results"),
        "report": (
            "REPORT_FORMAT",
            "TOP_CANDIDATES",
            "add_run_times",
            "build_messages",
            "build_report",
            "compute_statistics",
            "count_issues_by_reason",
            "count_places",
            "count_scores",
            "describe_unmatched_mappings",
            "measure_completeness",
            "sort_by_frequency",
        ),
        "results": ("PAGE_RECORDS", "ResultTables", "RunFacts"),
        "transaction": ("OutputTransaction", "check_output_paths"),
    },
)
