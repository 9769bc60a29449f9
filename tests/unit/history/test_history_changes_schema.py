"""Changes in the columns of each vendor's exports."""

from flexscout.history.column_changes import compare_columns


def report(*files):
    """Return a report of files, each with a name, a vendor, and the columns and headers of its sheets."""
    columns = {}
    for name, _, sheets in files:
        for sheet, headers in sheets.items():
            place = name if len(sheets) == 1 else f"{name}, {sheet}"
            for column, header in headers.items():
                columns.setdefault(column, {})[place] = header
    return {
        "files": [
            {"file": name, "vendor": vendor, "sheets": [{"sheet": sheet} for sheet in sheets]} for name, vendor, sheets in files
        ],
        "columns": {"columns": [{"column": column, "headers": headers} for column, headers in columns.items()]},
    }


def crexi(*names, file="week1.xlsx", **renamed):
    return file, "Crexi", {"Sheet1": {name: name for name in names} | renamed}


def test_new_and_lost_columns_are_compared_by_vendor():
    found = compare_columns(report(crexi("Address", "Broker")), report(crexi("Address", "Taxes", file="week2.xlsx")))
    assert found == [{"vendor": "Crexi", "new": ["Taxes"], "lost": ["Broker"], "renamed": []}]


def test_a_column_under_another_header_is_renamed():
    (entry,) = compare_columns(report(crexi(APN="Parcel")), report(crexi(APN="Parcel Number")))
    assert entry["renamed"] == [{"column": "APN", "old": ["Parcel"], "new": ["Parcel Number"]}]


def test_a_column_that_keeps_its_header_in_some_files_is_not_renamed():
    new = report(crexi(APN="Parcel"), crexi(file="b.xlsx", APN="Parcel Number"))
    assert compare_columns(report(crexi(APN="Parcel")), new) == []


def test_a_column_that_is_in_another_sheet_is_not_lost():
    sheets = {"One": {"Address": "Address"}, "Two": {"Broker": "Broker"}}
    assert compare_columns(report(crexi("Address", "Broker")), report(("week2.xlsx", "Crexi", sheets))) == []


def test_a_vendor_in_only_one_report_is_ignored():
    assert compare_columns(report(crexi("Address")), report(("c.xlsx", "CoStar", {"S": {"Broker": "Broker"}}))) == []


def test_files_of_unknown_vendors_are_compared_together():
    old, new = (report(("a.xlsx", "", {"S": {name: name}})) for name in ("A", "B"))
    assert compare_columns(old, new)[0]["vendor"] == "unknown vendor"


def test_a_file_that_failed_has_no_columns():
    failed = report(crexi("Address"))
    failed["files"].append({"file": "bad.xlsx", "vendor": "", "sheets": []})
    failed["files"].append({"file": "skipped.xlsx"})
    assert compare_columns(failed, failed) == []


def test_a_report_of_an_older_version_has_nothing_to_compare():
    assert compare_columns({}, report(crexi("Address"))) == []
