"""Read the sheets of a result, whose tables are below the sheet's name and a sentence."""


def header_row(sheet):
    """Return the number of the row with the headers, as Excel numbers it."""
    return 3 if sheet["A1"].value == sheet.title else 1


def headers_of(sheet):
    """Return the headers of a sheet's table."""
    return [cell.value for cell in sheet[header_row(sheet)]]


def rows_of(sheet):
    """Return the rows of a sheet's table as dicts."""
    header, *rows = sheet.iter_rows(min_row=header_row(sheet), values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def texts_of(sheet):
    """Return all texts and numbers of a sheet, row by row."""
    return [cell for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]
