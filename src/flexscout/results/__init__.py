"""What a run wrote -> tables again."""

from flexscout.results.read import MASTER_SHEET, SCORE, read_result
from flexscout.results.sheets import ResultSheet, read_result_sheets

__all__ = ["MASTER_SHEET", "SCORE", "ResultSheet", "read_result", "read_result_sheets"]
