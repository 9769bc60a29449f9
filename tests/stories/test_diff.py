"""`flexscout diff`: new, gone and changed properties between two results."""

import csv
import json
import shutil

import openpyxl
import polars as pl
import pytest

from program import flexscout
from workbooks import HEADER, candidate, write_workbook

FIRST = [candidate(1), candidate(2), candidate(3, Building_SqFt=60_000)]
SECOND = [candidate(1, Address="1 TEST ST."), candidate(3), candidate(4)]


@pytest.fixture(scope="module")
def weeks(tmp_path_factory):
    """A folder with the runs of two weeks; the first result is saved as `week1` in each format."""
    folder = tmp_path_factory.mktemp("weeks")
    for rows in (FIRST, SECOND):
        write_workbook(folder / "in/a.xlsx", [HEADER, *rows])
        outcome = flexscout("run", "in", "--output-file", "all.xlsx", "--quiet", folder=folder)
        assert (outcome.code, outcome.err) == (0, "")
        for suffix in (".xlsx", ".csv", ".parquet"):
            if rows is FIRST:
                shutil.copy(folder / f"all{suffix}", folder / f"week1{suffix}")
    return folder


def compared(folder, old, new, *options):
    """Return the comparison as JSON data."""
    outcome = flexscout("diff", old, new, "--format", "json", *options, folder=folder)
    assert (outcome.code, outcome.err) == (0, "")
    return json.loads(outcome.out)


def test_diff_lists_new_gone_and_changed_properties(weeks):
    outcome = flexscout("diff", "week1.xlsx", "all.xlsx", folder=weeks)
    assert outcome.code == 0
    assert outcome.out.splitlines() == [
        "Old: week1.xlsx  3 properties",
        "New: all.xlsx    3 properties",
        "1 new, 1 gone, 1 with a changed score, 1 with other changed values, 1 unchanged.",
        "",
        "New (by rank)",
        "   9.00  4 Test Street, Charlotte, NC",
        "",
        "Gone (by old rank)",
        "   9.00  2 Test Street, Charlotte, NC",
        "",
        "Changed scores (by rank)",
        "   8.00 ->  9.00  3 Test Street, Charlotte, NC: Building Size 2.0 -> 3.0",
        "",
        "Other changed values (by rank)",
        "  3 Test Street, Charlotte, NC: Building SqFt 60000 -> 30000",
    ]


@pytest.mark.parametrize(("old", "new"), [(".xlsx", ".csv"), (".csv", ".parquet"), (".parquet", ".xlsx")])
def test_all_formats_compare_equally(weeks, old, new):
    assert compared(weeks, f"week1{old}", f"all{new}")["changes"] == compared(weeks, "week1.parquet", "all.parquet")["changes"]


def test_a_workbooks_backup_can_be_compared(weeks):
    assert compared(weeks, "all.xlsx.bak", "all.xlsx")["counts"]["new"] == 1


def test_runs_can_be_compared_by_number(weeks):
    by_number = compared(weeks, "1", "2", "--output-file", "all.xlsx")
    assert (by_number["old"], by_number["new"], by_number["columns"]) == ("run 1", "run 2", [])
    assert by_number["changes"] == compared(weeks, "week1.csv", "all.csv")["changes"]


def test_equal_results_have_no_changes(weeks):
    outcome = flexscout("diff", "week1.csv", "week1.xlsx", folder=weeks)
    assert (outcome.code, outcome.out.splitlines()[-1]) == (
        0,
        "No changes: both results have the same properties with the same scores and values.",
    )


def test_a_result_without_property_ids_is_compared_by_place(weeks):
    pl.read_parquet(weeks / "week1.parquet").drop("Property ID").write_parquet(weeks / "old.parquet")
    outcome = flexscout("diff", "old.parquet", "all.xlsx", folder=weeks)
    assert "1 new, 1 gone, 1 with a changed score" in outcome.out
    assert "without Property ID, so properties are matched by Address, City, State." in outcome.out


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".parquet", ".json"])
def test_all_changes_are_written_to_the_output(weeks, suffix, tmp_path):
    path = tmp_path / f"changes{suffix}"
    outcome = flexscout("diff", "week1.xlsx", "all.xlsx", "--output", path, folder=weeks)
    assert outcome.out.splitlines()[-1] == f"Wrote {path}"
    assert kinds_in(path) == ["new", "gone", "score changed", "value changed"]


def kinds_in(path):
    """Return the column `Change` of a written file."""
    if path.suffix == ".xlsx":
        return [cell.value for cell in openpyxl.load_workbook(path)["Changes"]["A"]][1:]
    if path.suffix == ".csv":
        return [row["Change"] for row in csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines())]
    if path.suffix == ".parquet":
        return pl.read_parquet(path)["Change"].to_list()
    return [change["Change"] for change in json.loads(path.read_text(encoding="utf-8"))["changes"]]


def test_only_the_first_of_many_changes_are_printed(weeks, tmp_path):
    table = pl.read_parquet(weeks / "all.parquet").head(1)
    many = pl.concat([table.with_columns(pl.lit(f"P-{i}").alias("Property ID")) for i in range(12)])
    many.write_parquet(tmp_path / "many.parquet")
    outcome = flexscout("diff", "week1.parquet", tmp_path / "many.parquet", folder=weeks)
    assert "New (first 10 of 12, by rank)" in outcome.out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("week2.xlsx", "all.xlsx"), 2, "week2.xlsx does not exist"),
        (("in", "all.xlsx"), 2, "in is a folder, not a result. Name the workbook in it."),
        (("7", "all.xlsx"), 2, "No run 7 that wrote"),
        (("in/a.xlsx", "all.xlsx"), 1, "a.xlsx is not a result of flexscout: its sheets are Sheet1."),
        (("all_issues.csv", "all.xlsx"), 1, "all_issues.csv is not a result of flexscout"),
        (("week1.csv", "all.xlsx", "--output", "week1.csv"), 2, "week1.csv is one of the two results and would be overwritten."),
        (("week1.csv", "all.csv", "--output", "all.xlsx", "-o", "all.xlsx"), 2, "all.xlsx is an output of `flexscout run`."),
        (("week1.csv", "all.xlsx", "--output", "changes.doc"), 2, "Can't write changes.doc: its suffix is not a"),
    ],
)
def test_an_invalid_comparison_is_an_error_message(weeks, arguments, code, message):
    outcome = flexscout("diff", *arguments, folder=weeks)
    assert (outcome.code, outcome.out) == (code, "")
    assert message in outcome.err
    assert outcome.err.count("\n") == 1


def test_a_run_whose_result_is_gone_is_an_error(weeks, tmp_path):
    shutil.copytree(weeks / ".flexscout", tmp_path / ".flexscout")
    (tmp_path / ".flexscout/all/run-000001.parquet").unlink()
    outcome = flexscout("diff", "1", "2", "--output-file", "all.xlsx", folder=tmp_path)
    assert (outcome.code, outcome.err) == (
        2,
        "flexscout: The result of run 1 is no longer kept. List later runs with `flexscout runs`.\n",
    )


def test_columns_are_compared_between_runs(tmp_path):
    for header in (HEADER, (*HEADER, "Broker")):
        write_workbook(tmp_path / "in/a.xlsx", [header, (*candidate(), "Ann")[: len(header)]])
        assert flexscout("run", "in", "--output-file", "all.xlsx", "--quiet", folder=tmp_path).code == 0
    outcome = flexscout("diff", "1", "2", "--output-file", "all.xlsx", folder=tmp_path)
    assert outcome.out.splitlines()[-1] == "  unknown vendor: new Broker"


def test_a_property_spelled_differently_by_another_vendor_is_not_new(tmp_path):
    """Its ID comes from the plainest spelling, which has changed."""
    header, place = (*HEADER, "Zip Code"), {"Address": "12 Main St", "State": "FL"}
    for name, city in (("a", "Boca Raton"), ("b", "Boca")):
        write_workbook(tmp_path / f"in/{name}.xlsx", [header, (*candidate(City=city, **place), "33432")])
        assert flexscout("run", "in", "--output-file", "all.xlsx", "--quiet", folder=tmp_path).code == 0
    assert compared(tmp_path, "1", "2", "--output-file", "all.xlsx")["counts"]["new"] == 0
