"""Two similar addresses as exports have them, and what a user decides about them."""

import warnings

import openpyxl

import result_sheets
from result_sheets import header_row, headers_of
from workbooks import HEADER, candidate, write_workbook

RIGHT, MISSPELLED = "12 Commerce Street", "12 Comerce Street"


def write_similar(folder, name="a.xlsx", first=RIGHT, second=MISSPELLED):
    """Write two candidates whose addresses differ in a letter, and one elsewhere."""
    return write_workbook(
        folder / name, [HEADER, candidate(Address=first), candidate(Address=second, Building_SqFt=31_000), candidate(9)]
    )


def book_of(outcome):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(outcome.workbook)


def rows_of(outcome, sheet):
    """Return the rows of a sheet as dicts."""
    return result_sheets.rows_of(book_of(outcome)[sheet])


def decide_in_workbook(outcome, sheet, answer, row=0):
    """Enter an answer in the column Decision, as a user does in Excel."""
    book = book_of(outcome)
    column = headers_of(book[sheet]).index("Decision") + 1
    book[sheet].cell(header_row(book[sheet]) + 1 + row, column).value = answer
    book.save(outcome.workbook)


def addresses_of(outcome):
    return [row["Address"] for row in outcome.rows()]
