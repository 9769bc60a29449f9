"""Names of columns and files that several stages share, and limits on what outputs list."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

ADDRESS_COLUMNS = ("Address", "City", "State")
"""Where a property is, in the fewest columns; also the default `duplicate_fields`."""

POSTAL_COLUMNS = (*ADDRESS_COLUMNS, "Zip Code")
"""The address as it is written on a letter or looked up on a map."""

AREA_COLUMNS = frozenset({"City", "State", "Zip Code", "County"})
"""Columns that say where an address is. A sheet may lack one because all its rows are in one place."""

SOURCE_COLUMNS = ("Source File", "Source Sheet", "Source Row")
"""Where a row comes from: file relative to the input folder, sheet, row as Excel numbers it."""

FLAGS, MISSING_FACTORS = "Flags", "Missing Factors"
"""The bonuses of a row, and the factors that have no data for it."""

SCORE_COLUMNS = ("Flex Score", "Flex Classification", FLAGS, MISSING_FACTORS, "Completeness", "Score Ceiling")
"""What scoring adds beside the points: score 0-10 and its band, share of factors with data 0-1, best possible score."""

POINTS_SUFFIX = " Points"
"""How the name of a factor's column ends. The profile names the factors."""

UNVERIFIED = "Unverified"
"""Criteria that a row was not checked against because its sheet lacks the column."""

LINK_COLUMNS = ("Property ID", "Duplicate Group", "Source Count", "Also In")
"""What merging adds: an ID that is stable across runs, the group in the merge log, the number of rows that are this property,
and the other files they are in."""

SEEN_COLUMNS = ("Sources", "First Seen", "Last Seen", "Missing From")
"""Where a property was seen: its sources with the day of the latest export that has it, the days of the first and the last such
export, and the latest exports that no longer have it."""

RECORD_COLUMNS = ("Values From", "Score Before Merging")
"""Which values of a property come from other rows than the surviving one, and that row's own score if it differs."""

INFERRED = "Inferred"
"""Which values of a property no source has, and what they were inferred from: `State from ZIP code`."""

CORRECTED_CELLS = "Corrected Cells"
"""The values of a row that the user corrected, each with the value from the sources."""

COMPARISON_COLUMNS = (
    "Asking Price/SqFt",
    "Comparable Properties",
    "Median Asking/SqFt",
    "Price Position",
    "Owner Group",
    "Owner Properties",
)
"""How a property compares with the others on the list: its price per square foot beside the median of comparable ones, and how
many properties its owner has there."""

OUTPUT_COLUMNS = (
    *SCORE_COLUMNS,
    *SOURCE_COLUMNS,
    *LINK_COLUMNS,
    *SEEN_COLUMNS,
    *RECORD_COLUMNS,
    INFERRED,
    *COMPARISON_COLUMNS,
    UNVERIFIED,
    CORRECTED_CELLS,
)
"""Columns that flexscout writes itself. An input column with such a name is renamed."""

STATUS, REASONS, TO_VERIFY = "__status", "__reasons", "__to_verify"
"""Working columns: RowStatus, the rejection reasons of a row, and whether only missing values keep it from being selected."""

LEFT_OUT = "__left_out"
"""Working column: whether the user's filter of rows leaves a row out, so that it gives no values to its property."""

SQUARE_FEET_PER_ACRE = 43_560

DERIVED_COLUMNS = {"Lot Size Acres": ("Lot Size SqFt",)}
"""Columns that are calculated if a sheet has only the others."""

WORKBOOK_LINKS = ("Map", "Property Page")
"""Columns that only the workbook's list has."""

WORKBOOK_COLUMNS = ("Rank", "Why", "What Is Missing")
"""Columns that only the workbook's sheets of properties have: the rank, the reasons for the score, the factors without data."""

WORKBOOK_CREATOR = "flexscout"
"""Creator in the properties of a workbook, by which flexscout recognizes its own output."""

WORKBOOK_LIST_TAG = "flexscout-list:"
"""Begins a keyword in the properties of a workbook: the checksum of the Parquet file with the same list follows."""

PAGE_GENERATOR_TAG = f'<meta name="generator" content="{WORKBOOK_CREATOR}">'
"""Tag in the head of an HTML page, for the same purpose."""

PDF_KEYWORDS_TAG = f"/Keywords({WORKBOOK_CREATOR})"
"""Entry near the end of a PDF file, likewise."""

ISSUES_SUFFIX, DUPLICATES_SUFFIX, NOTES_SUFFIX, DECISIONS_SUFFIX = "_issues", "_duplicates", "_notes", "_decisions"
"""What the names of the issues file, the merge log, the notes store and the user's decisions add to the workbook's name."""

RECORDS_FOLDER = ".flexscout"
"""The folder beside a workbook with the records of its runs, each workbook's in a folder with its name."""

NOTES_HEADER = ("Kind", LINK_COLUMNS[0], *ADDRESS_COLUMNS, "Column", "Text", "Time")
"""Columns of the notes store: what the user noted and corrected."""

MAX_LISTED_ISSUES = 10_000
"""Issues listed per file; the rest are only counted."""

MAX_POSSIBLE_DUPLICATES = 10_000
"""Possible duplicates listed, most certain first; the rest are only counted."""


def is_score_column(name: str) -> bool:
    """Return whether scoring writes the column."""
    return name in SCORE_COLUMNS or name.endswith(POINTS_SUFFIX)


def is_unavailable(name: str, missing: Collection[str]) -> bool:
    """Return whether a column is missing, and so is what it is calculated from."""
    return {name, *DERIVED_COLUMNS.get(name, ())}.issubset(missing)


def is_score_number(name: str) -> bool:
    """Return whether scoring writes the column and it holds numbers."""
    return is_score_column(name) and name not in ("Flex Classification", FLAGS, MISSING_FACTORS)
