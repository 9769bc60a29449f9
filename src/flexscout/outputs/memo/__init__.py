"""Write a memo of a result, and a sheet of one property, as PDF."""

from flexscout.outputs.memo.memo import render_memo
from flexscout.outputs.memo.property_sheet import FactorBar, PropertySheet, SourceValues, render_property_sheet
from flexscout.outputs.memo.typesetting import require_pdf_library

__all__ = ["FactorBar", "PropertySheet", "SourceValues", "render_memo", "render_property_sheet", "require_pdf_library"]
