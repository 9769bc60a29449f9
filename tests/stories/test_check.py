"""`flexscout check`: what a run would read."""

import json
import subprocess
import sys

import pytest

from program import flexscout
from workbooks import HEADER, candidate, corrupted_file, valid_properties_1, write_workbook


def test_check_shows_how_headers_map_and_what_is_missing(tmp_path):
    header = ("Property Address", "City", "Property Type", "RBA", "Zonning Code")
    write_workbook(
        tmp_path / "in/costar.xlsx", [("Exported by CoStar",), header, ("1 Loom Rd", "Charlotte", "Flex", 34_000, "I-1")]
    )
    outcome = flexscout("check", "in")
    assert outcome.code == 0
    assert "header in row 2" in outcome.out
    assert "Property Address -> Address" in outcome.out
    assert "State" in outcome.out.split("missing, needed for scoring or deduplication")[1]
    assert "Zonning Code = Zoning Code?" in outcome.out


def test_a_column_that_is_calculated_from_another_is_not_missing(tmp_path):
    header = ("Address", "Property Type", "Building SqFt", "Lot Size SqFt")
    write_workbook(tmp_path / "in/a.xlsx", [header, ("1 Loom Rd", "Flex", 34_000, 87_120)])
    missing = flexscout("check", "in").out.split("missing, needed for scoring or deduplication")[1].splitlines()[0]
    assert ("Year Built" in missing, "Lot Size Acres" in missing) == (True, False)


@pytest.mark.parametrize("command", [("check",), ("run", "--dry-run")])
def test_check_writes_nothing(tmp_path, command):
    valid_properties_1(tmp_path / "in")
    assert flexscout(*command, "in").code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_unreadable_file_is_named(tmp_path):
    valid_properties_1(tmp_path / "in")
    corrupted_file(tmp_path / "in")
    outcome = flexscout("check", "in")
    assert outcome.code == 1
    assert "corrupted_file.xlsx is damaged" in outcome.out


def test_json_format_has_the_header_map(tmp_path):
    write_workbook(tmp_path / "in/a.xlsx", [HEADER, candidate()])
    result = json.loads(flexscout("check", "in", "--format", "json").out)
    assert result["files"][0]["sheets"][0]["mapped"]["Address"] == "Address"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
def test_closed_pipe_is_not_an_error(tmp_path):
    for number in range(200):
        write_workbook(tmp_path / f"in/{number}.xlsx", [HEADER, candidate(number)])
    line = f"{sys.executable} -m flexscout check in | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["/bin/bash", "-c", line], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
