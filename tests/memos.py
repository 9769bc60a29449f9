"""Memos of small results, and the text of PDF files."""

import io

import pypdf

from flexscout.outputs.branding import Branding
from flexscout.outputs.memo import render_memo
from flexscout.outputs.results import ResultTables
from pages import deduplication, master, report

ASKING = {"Asking Price": 4_600_000.0, "Asking Price/SqFt": 135.0, "Median Asking/SqFt": 150.0}
KNOWN = {
    "APN": "123-45-678",
    "Sold Price": 3_450_000.0,
    "Owner Name": "GRANITE HOLDINGS LLC",
    "Owner Group": "Granite Holdings, LLC",
    "Owner Properties": 5,
    "Price Position": "10% below the median of 9 comparable properties in the county",
    "Flex Classification": "GOOD_FLEX",
}
NO_BRANDING = Branding()


def build_report(rows, *, pairs=(), **parts):
    """Return the report of a list, whose first ten rows are the top candidates; `pairs` are possible duplicates."""
    top = [{"rank": rank} for rank in range(1, min(rows, 10) + 1)]
    merges = deduplication() | {"possible": {"pairs": len(pairs), "surest": list(pairs)}}
    return report(**({"top_candidates": top, "profile": {}, "data_date": "2026-01-19", "deduplication": merges} | parts))


def memo_of(*rows, branding=NO_BRANDING, reasons=(), change_table=None, **parts):
    """Return the memo of a list; each row changes some cells of a candidate, `parts` replace those of the report."""
    tables = ResultTables(master(*rows) if rows else master({}).clear(), reasons=reasons, changes=change_table)
    return render_memo(tables, build_report(len(rows), **parts), branding)


def read_pages(pdf):
    """Return the text of each page on one line."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return [" ".join(page.extract_text().replace("\u200b", "").split()) for page in pages]


def read_pdf(pdf):
    """Return the text of a PDF on one line."""
    return " ".join(read_pages(pdf))
