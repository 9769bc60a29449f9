"""Write workbooks, CSV, Parquet and JSON files."""

from flexscout.outputs.files.layout import Sheet
from flexscout.outputs.files.settings_sheet import list_settings
from flexscout.outputs.files.sheets import choose_number_formats
from flexscout.outputs.files.table_files import (
    REASON_TEXT,
    add_reason_texts,
    join_details,
    render_report,
    write_csv,
    write_report,
)
from flexscout.outputs.files.write import check_suffix, export_tables, write_by_suffix, write_tables, write_tables_as_workbook
from flexscout.outputs.files.xlsx_writer import write_workbook

__all__ = [
    "REASON_TEXT",
    "Sheet",
    "add_reason_texts",
    "check_suffix",
    "choose_number_formats",
    "export_tables",
    "join_details",
    "list_settings",
    "render_report",
    "write_by_suffix",
    "write_csv",
    "write_report",
    "write_tables",
    "write_tables_as_workbook",
    "write_workbook",
]
