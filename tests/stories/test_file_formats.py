"""The same properties give the same candidates in every file format, whatever the file is named."""

from itertools import product
from pathlib import Path

import pytest

from format_files import FORMATS, delimited, write, write_archive, write_delimited, write_page
from program import flexscout, run_program
from workbooks import HEADER, candidate, valid_properties_1

ROWS = [
    HEADER,
    *(candidate(number) for number in range(1, 8)),
    *(candidate(number, Property_Type="Office") for number in (8, 9, 10)),
]
AUTO = ("--file-pattern", "auto")


def list_candidates(outcome):
    return [(row["Address"], row["Flex Score"], row["Source Row"]) for row in outcome.rows()]


FILES = {f"{kind}{suffix}": number for number, (kind, suffix) in enumerate(product(FORMATS, (".xls", ".csv")), start=1)}


@pytest.fixture(scope="module")
def all_formats(tmp_path_factory):
    """A run over a file of each format under two names; ten properties in each, of which three are offices."""
    folder = tmp_path_factory.mktemp("formats")
    for name, number in FILES.items():
        kinds = ["Flex"] * 7 + ["Office"] * 3
        rows = [candidate(100 * number + i, Property_Type=kind) for i, kind in enumerate(kinds)]
        FORMATS[Path(name).stem](folder / "in" / name, [HEADER, *rows])
    return run_program("run", "in", *AUTO, folder=folder)


@pytest.mark.parametrize("name", FILES)
def test_every_format_gives_the_same_candidates(all_formats, name):
    assert all_formats.code == 0
    found = {
        (row["Address"], row["Flex Score"], row["Source Row"])
        for row in all_formats.rows()
        if row["Source File"].partition("/")[0] == name
    }
    assert found == {(f"{100 * FILES[name] + i} Test Street", "9.0", str(i + 2)) for i in range(7)}


def test_default_pattern_reads_workbooks_and_mentions_other_tables(tmp_path):
    valid_properties_1(tmp_path / "in")
    write_delimited(tmp_path / "in/a.csv", ROWS)
    write_archive(tmp_path / "in/b.zip", {"c.csv": delimited(ROWS)})
    outcome = flexscout("run", "in")
    assert outcome.code == 0
    assert '--file-pattern "*.csv" to read it' in outcome.file("a.csv")["reason"]
    assert "--file-pattern auto to read every file type" in outcome.file("b.zip")["reason"]
    assert flexscout("run", "in", "--file-pattern", "*.csv").file("a.csv")["status"] == "ok"


def test_files_without_a_table_are_skipped_with_a_reason(tmp_path):
    valid_properties_1(tmp_path / "in")
    write(tmp_path / "in/brochure.pdf", b"%PDF-1.7")
    write(tmp_path / "in/photo.png", b"\x89PNG\r\n\x1a\n")
    write(tmp_path / "in/README.txt", b"Call Ann, the broker.\n")
    write(tmp_path / "in/data.xlsx.crdownload", b"PK\x03\x04")
    outcome = flexscout("run", "in", *AUTO)
    assert outcome.code == 0
    assert outcome.file("brochure.pdf")["reason"] == "Its content is a PDF document."
    assert outcome.file("photo.png")["reason"] == "Its content is a picture."
    assert outcome.file("README.txt")["reason"].startswith("Plain text")
    assert "unfinished" in outcome.file("data.xlsx.crdownload")["reason"]


def test_file_named_like_a_table_but_without_one_fails(tmp_path):
    valid_properties_1(tmp_path / "in")
    write(tmp_path / "in/a.csv", b"%PDF-1.7")
    outcome = flexscout("run", "in", *AUTO)
    assert outcome.code == 1
    assert outcome.file("a.csv")["error"]["code"] == "pdf"


def test_results_are_never_read_as_input(tmp_path):
    """Not even a renamed CSV copy whose workbook was moved away."""
    valid_properties_1(tmp_path / "in")
    write_page(tmp_path / "in/notes.htm", [HEADER, candidate(20)])
    arguments = ("run", "in", *AUTO, "-o", "in/result.xlsx", "--report-file", "in/report.json")
    first = flexscout(*arguments)
    assert first.code == 0
    before = (tmp_path / "in/result.csv").read_bytes()
    (tmp_path / "in/result.xlsx").unlink()
    (tmp_path / "in/copy of result.txt").write_bytes(before)
    second = flexscout(*arguments)
    assert second.code == 0
    assert (tmp_path / "in/result.csv").read_bytes() == before


def test_check_reads_every_format(tmp_path):
    for number, make in enumerate(FORMATS.values()):
        make(tmp_path / f"in/{number}.xls", [HEADER, candidate(number)])
    outcome = run_program("check", "in", *AUTO)
    assert outcome.code == 0
    assert f"{len(FORMATS)} to read, 0 can't be read" in outcome.out


def test_ambiguous_format_is_reported_by_check_and_in_the_issues(tmp_path):
    write_delimited(tmp_path / "in/a.csv", [HEADER, candidate(Address="1 Peña Street")], encoding="cp1252")
    assert "encoding_assumed" in flexscout("check", "in", *AUTO).out
    assert list_candidates(flexscout("run", "in", *AUTO))[0][0] == "1 Peña Street"
