"""Compare the results of two installed versions: `python benchmarks/compare_versions.py OLD_BIN NEW_BIN FOLDER...`.

Both programs run on each folder twice, with different settings and an empty cache. Rows, scores, survivors, the merge log,
rejected rows and the counts of issues must be equal. Texts for people may be reworded, but one for one: rows that shared a text
still share one. Every difference is printed; the exit code is 1 if there is one.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

OPTIONS = ("--file-pattern", "auto", "--as-of", "2026-01-31", "--fresh", "--quiet")
FILES = ("--output-file", "list.xlsx", "--report-file", "report.json")
SETTINGS = {
    "default settings": (),
    "profile parcel": ("--profile", "parcel", "--min-score", "2", "--duplicate-policy", "parcel", "--close-matches", "merge"),
}
FINISHED = (0, 1)  # 1: some file failed
COUNTS = ("status", "rows_read", "candidates", "below_score", "not_eligible", "blank", "not_data", "duplicates_removed", "issues")
SHEETS = ("Not Selected", "To Verify", "Possible Duplicates", "Columns")
# Columns with text for people.
REWORDED = frozenset({
    "Differs", "Eligibility", "Evidence", "Explanation", "Fields That Differ", "Filled Cells", "In Words", "Kind", "Match",
    "Reason", "Reasons", "To Qualify", "Unverified", "Why",
})  # fmt: skip
SHOWN = 5


def main(old: str, new: str, folders: list[str]) -> int:
    """Compare the versions on each folder, print the differences and return the exit code."""
    differences = 0
    for folder in folders:
        for name, options in SETTINGS.items():
            with tempfile.TemporaryDirectory() as place:
                outputs = (Path(place, "old"), Path(place, "new"))
                for program, output in zip((old, new), outputs, strict=True):
                    _run(program, Path(folder).resolve(), options, output)
                found = list(_compare(*outputs))
            print(f"{folder}, {name}: {f'{len(found)} differences' if found else 'equal'}")
            print("".join(f"  {line}\n" for line in found), end="", flush=True)
            differences += len(found)
    return min(differences, 1)


def _run(program: str, folder: Path, options: tuple[str, ...], output: Path) -> None:
    """Run one version over a folder and write its files to `output`."""
    output.mkdir()
    command = [program, "run", folder, *OPTIONS, *options, *FILES]
    environment = os.environ | {"FLEXSCOUT_CACHE": str(output / "cache")}
    done = subprocess.run(command, cwd=output, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in FINISHED:
        print(f"{program} ended with exit code {done.returncode}: {done.stderr}", file=sys.stderr)


def _compare(old: Path, new: Path) -> Iterator[str]:
    names = [{path.name for path in place.iterdir() if path.is_file()} for place in (old, new)]
    if names[0] != names[1]:
        yield f"files: {sorted(names[0] - names[1])} only in old, {sorted(names[1] - names[0])} only in new"
    for name in sorted(names[0] & names[1]):
        if name.endswith(".parquet"):
            yield from _compare_tables(name, pl.read_parquet(old / name), pl.read_parquet(new / name))
    for name in sorted(names[0] & names[1] & {"list.csv", "list_duplicates.csv", "list_issues.csv"}):
        yield from _compare_tables(name, *(pl.read_csv(place / name, infer_schema=False) for place in (old, new)))
    if "list.xlsx" in names[0] & names[1]:
        yield from _compare_workbooks(old / "list.xlsx", new / "list.xlsx")
    reports = [next(iter(sorted(place.glob("report*.json"))), None) for place in (old, new)]
    if all(reports):
        yield from _compare_reports(*(json.loads(path.read_text(encoding="utf-8")) for path in reports if path))


def _compare_workbooks(old: Path, new: Path) -> Iterator[str]:
    books = [
        pl.read_excel(path, sheet_id=0, has_header=False, infer_schema_length=0, raise_if_empty=False) for path in (old, new)
    ]
    if list(books[0]) != list(books[1]):
        yield f"sheets: {list(books[0])} in old, {list(books[1])} in new"
    for name in SHEETS:
        if name in books[0] and name in books[1]:
            yield from _compare_tables(f"sheet {name}", *(_with_header(book[name]) for book in books))


def _with_header(sheet: pl.DataFrame) -> pl.DataFrame:
    """The table of a sheet, whose first filled row is its header."""
    if sheet.is_empty():
        return sheet
    header = [name or f"column {i}" for i, name in enumerate(sheet.row(0))]
    return sheet.slice(1).rename(dict(zip(sheet.columns, header, strict=True)))


def _compare_tables(name: str, old: pl.DataFrame, new: pl.DataFrame) -> Iterator[str]:
    if old.columns != new.columns:
        gone, added = sorted({*old.columns} - {*new.columns}), sorted({*new.columns} - {*old.columns})
        yield f"{name}: columns {gone} only in old, {added} only in new (or another order)"
    if old.height != new.height:
        yield f"{name}: {old.height:,} rows in old, {new.height:,} in new"
        return
    for column in (column for column in old.columns if column in new.columns):
        both = pl.DataFrame({"old": old[column], "new": new[column]})
        wrong = _inconsistent(both) if column in REWORDED else both.filter(pl.col("old").ne_missing(pl.col("new")))
        if not wrong.is_empty():
            yield f"{name}: {column} differs in {wrong.height:,} rows, such as {wrong.head(SHOWN).rows()}"


def _inconsistent(both: pl.DataFrame) -> pl.DataFrame:
    """Pairs of texts in which one side stands for two texts of the other."""
    pairs = both.unique(maintain_order=True)
    return pairs.filter(pl.struct("old").is_duplicated() | pl.struct("new").is_duplicated())


def _compare_reports(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    facts = [dict(_facts(report)) for report in (old, new)]
    for key in sorted(facts[0].keys() | facts[1].keys()):
        values = [fact.get(key) for fact in facts]
        if values[0] != values[1]:
            yield f"report: {key} is {values[0]} in old, {values[1]} in new"


def _facts(report: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The figures of a report, each with its name."""
    for entry in report["files"]:
        yield from ((f"{entry['file']}: {name}", entry.get(name)) for name in COUNTS)
    yield from ((f"statistics: {name}", value) for name, value in report["statistics"].items() if "duration" not in name)
    yield from ((f"averages: {name}", value) for name, value in report["averages"].items())
    yield from ((f"issues: {name}", count) for name, count in report["quality"]["issues"].items())
    yield from ((f"errors: {code}", count) for code, count in report["errors"]["by_code"].items())
    yield from ((f"deduplication: {name}", value) for name, value in report["deduplication"].items() if isinstance(value, int))
    yield "rejection counts", sorted(reason["rows"] for reason in report["not_selected"])
    for sheet in report["schema"]:
        mapped = {re.sub(r"\s+", " ", name): column for name, column in sheet["mapped"].items()}
        yield f"{sheet['file']}, {sheet['sheet']}: mapped", mapped


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
