"""Build tiny real workbooks from rows given in the test."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import openpyxl

Rows = Iterable[Sequence[object]]

HEADER = ("Property Type", "Address", "City", "State", "Building SqFt", "Lot Size Acres", "Year Built", "Occupancy")


def write_workbook(path: Path, rows: Rows) -> Path:
    """Write a workbook with one sheet, `Sheet1`, that holds `rows`."""
    return write_sheets(path, {"Sheet1": rows})


def write_sheets(path: Path, sheets: Mapping[str, Rows]) -> Path:
    """Write a workbook with several sheets, in order."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = openpyxl.Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def candidate(number: int = 1, **values: object) -> tuple[object, ...]:
    """Return a row for HEADER that scores 9: flex, 30,000 sq ft, 2 acres, built 1995, no occupancy.

    `number` makes the address unique; `values` replace cells, by column name with underscores for spaces.
    """
    row = {
        "Property_Type": "Flex",
        "Address": f"{number} Test Street",
        "City": "Charlotte",
        "State": "NC",
        "Building_SqFt": 30_000,
        "Lot_Size_Acres": 2.0,
        "Year_Built": 1995,
        "Occupancy": None,
    }
    unknown = values.keys() - row.keys()
    assert not unknown, f"no such column: {unknown}"
    return tuple((row | values).values())


def valid_properties_1(folder: Path) -> Path:
    """Write five candidates in Charlotte, an office, and a building that is too small."""
    rows = [HEADER, *(candidate(number) for number in range(1, 6))]
    rows += [candidate(6, Property_Type="Office"), candidate(7, Building_SqFt=4_000)]
    return write_workbook(folder / "valid_properties_1.xlsx", rows)


def valid_properties_2(folder: Path) -> Path:
    """Write two candidates of valid_properties_1 with different spelling, and three in Atlanta."""
    again = [candidate(number, Address=f"{number} TEST ST.", Year_Built=1985) for number in (1, 2)]
    others = [candidate(number, City="Atlanta", State="GA", Property_Type="Warehouse") for number in (11, 12, 13)]
    return write_workbook(folder / "valid_properties_2.xlsx", [HEADER, *again, *others])


def empty_file(folder: Path) -> Path:
    """Write a workbook without any cell."""
    return write_workbook(folder / "empty_file.xlsx", [])


def invalid_format(folder: Path) -> Path:
    """Write a table that isn't a property table."""
    return write_workbook(folder / "invalid_format.xlsx", [("Name", "Phone"), ("Ann", "555-0100")])


def corrupted_file(folder: Path) -> Path:
    """Write a truncated workbook, as after an interrupted download."""
    path = write_workbook(folder / "corrupted_file.xlsx", [HEADER, candidate()])
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


def large_dataset(folder: Path, rows: int = 10_000) -> Path:
    """Write many distinct candidates."""
    return write_workbook(folder / "large_dataset.xlsx", [HEADER, *(candidate(number) for number in range(1, rows + 1))])
