"""Names and limits of the columns and files that flexscout writes."""

from __future__ import annotations

SOURCE_COLUMNS = ("Source File", "Source Sheet", "Source Row")
"""Where a row comes from: file relative to the input folder, sheet, row as Excel numbers it."""


FLAGS, MISSING_FACTORS = "Flags", "Missing Factors"
"""Which bonuses a row has; which factors have no data for it."""


SCORE_COLUMNS = ("Flex Score", "Flex Classification", FLAGS, MISSING_FACTORS, "Completeness", "Score Ceiling")
"""What classification adds beside the points: score 0-10 and its band, share of factors with data 0-1, best possible score."""


POINTS = " Points"
"""How the name of a factor's column ends; the factors are the profile's."""


def is_score_column(name: str) -> bool:
    """Whether flexscout writes the column when it scores."""
    return name in SCORE_COLUMNS or name.endswith(POINTS)


def is_score_number(name: str) -> bool:
    """Whether it is a number of such a column."""
    return is_score_column(name) and name not in ("Flex Classification", FLAGS, MISSING_FACTORS)


UNVERIFIED = "Unverified"
"""Criteria that a row was not checked against, because its sheet lacks the column."""


LINK_COLUMNS = ("Property ID", "Duplicate Group", "Source Count", "Also In")
"""What linkage adds to a result: an ID that stays from run to run; the group in the merge log; how many rows are this property,
and in which other files they are."""


FILL_COLUMNS = ("Filled Cells", "Score Before Filling")
"""Which blanks of a row were filled from its duplicates; its score without them, where it was another."""


OUTPUT_COLUMNS = (*SCORE_COLUMNS, *SOURCE_COLUMNS, *LINK_COLUMNS, *FILL_COLUMNS, UNVERIFIED)
"""Names that flexscout writes itself; an input column of that name is renamed."""


STATUS, REASONS, TO_VERIFY = "__status", "__reasons", "__to_verify"
"""Working columns: RowStatus; why a row was not selected; whether only missing values stand in its way."""


SQUARE_FEET_PER_ACRE = 43_560


MADE_FROM = {"Lot Size Acres": ("Lot Size SqFt",)}
"""Columns that are calculated where a sheet has others."""


PLACE_COLUMNS = frozenset({"City", "State", "Zip Code", "County"})
"""Columns that say where an address is; a sheet may lack one because all its rows are of one place."""


WORKBOOK_LINKS = ("Map", "Property Page")
"""Columns that the workbook adds to its list, in no other output."""


WORKBOOK_CREATOR = "flexscout"
"""The creator that flexscout writes into its workbooks, by which it knows them again."""


PAGE_MARK = f'<meta name="generator" content="{WORKBOOK_CREATOR}">'
"""What stands in the head of its pages, for the same."""


ISSUES_SUFFIX, DUPLICATES_SUFFIX = "_issues", "_duplicates"
"""What the names of the Issues' CSV and of the merge log add to the workbook's."""


ISSUES_LISTED = 10_000
"""Issues of a file that are listed; beyond, they are only counted."""


POSSIBLE_LISTED = 10_000
"""Pairs of properties that may be one that are listed, the surest; beyond, they are only counted."""
