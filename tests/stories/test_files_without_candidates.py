"""A file that gives no candidates, or whose type or sizes weren't found, says so and names the command."""

import json

from program import flexscout
from workbooks import HEADER, candidate, write_workbook

DIAGNOSIS = "0 of 10 rows are candidates. Property Type (use_code) holds codes such as 301, 201 whose meaning isn't known."
COMMAND = 'flexscout map "in/my county.xlsx"'


def write_county(folder):
    rows = [(f"{number} Loom Rd", 4_000, 0.2, (301, 201)[number > 6]) for number in range(1, 11)]
    write_workbook(folder / "in/my county.xlsx", [("Address", "Building SqFt", "Lot Size Acres", "use_code"), *rows])


def test_the_summary_the_page_the_report_and_the_workbook_say_why_and_what_to_do(tmp_path):
    write_county(tmp_path)
    write_workbook(tmp_path / "in/a.xlsx", [HEADER, candidate(1)])
    outcome = flexscout("run", "in")
    assert outcome.code == 0
    assert f"my county.xlsx: {DIAGNOSIS}" in outcome.out
    assert COMMAND in outcome.out
    page = next(tmp_path.glob("data/reports/*.html")).read_text(encoding="utf-8")
    assert "holds codes such as 301, 201" in page
    entry = outcome.file("my county.xlsx")
    assert [finding["code"] for finding in entry["findings"]] == ["codes_unknown"]
    assert entry["command"] == COMMAND
    assert outcome.file("a.xlsx")["findings"] == []
    assert COMMAND in next(row["Remark"] for row in outcome.sheet("Files") if row["File"] == "my county.xlsx")


def test_check_says_before_a_run_that_the_codes_are_unknown(tmp_path):
    write_county(tmp_path)
    sentence = DIAGNOSIS.partition("candidates. ")[2]
    assert f"{sentence} To map its columns: {COMMAND}" in flexscout("check", "in").out
    (file,) = json.loads(flexscout("check", "in", "--format", "json").out)["files"]
    assert [finding["code"] for finding in file["findings"]] == ["codes_unknown"]


def test_types_of_a_long_file_may_follow_its_first_rows(tmp_path):
    header = ("Address", "Property Type", "Building SqFt", "Lot Size Acres")
    rows = [(f"{number} Loom Rd", "Office", 20_000, 2) for number in range(1, 521)]
    write_workbook(tmp_path / "in/short.xlsx", [header, *rows[:400]])
    write_workbook(tmp_path / "in/long.xlsx", [header, *rows])
    files = json.loads(flexscout("check", "in", "--format", "json").out)["files"]
    assert {file["file"]: [finding["code"] for finding in file["findings"]] for file in files} == {
        "long.xlsx": [],
        "short.xlsx": ["types_rejected"],
    }


def test_a_size_that_was_not_found_is_in_the_summary_although_there_are_candidates(tmp_path):
    header, row = zip(*(pair for pair in zip(HEADER, candidate(), strict=True) if pair[0] != "Building SqFt"), strict=True)
    write_workbook(tmp_path / "in/a.xlsx", [header, row])
    outcome = flexscout("run", "in")
    assert len(outcome.rows()) == 1
    assert "a.xlsx: No column for Building SqFt was found. To map its columns: flexscout map in/a.xlsx" in outcome.out


def test_a_few_files_are_described_and_the_others_counted(tmp_path):
    header, row = zip(*(pair for pair in zip(HEADER, candidate(), strict=True) if pair[0] != "Building SqFt"), strict=True)
    for number in range(5):
        write_workbook(tmp_path / f"in/{number}.xlsx", [header, row, (f"{number}", *row[1:])])
    outcome = flexscout("run", "in")
    assert outcome.out.count("No column for Building SqFt was found.") == 3
    assert "And 2 more files like these: the sheet Files lists them." in outcome.out
