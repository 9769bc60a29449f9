"""The mapping page of the docs shows real output."""

import re
import textwrap
from pathlib import Path

import pytest

from program import flexscout
from workbooks import write_workbook

PAGE = (Path(__file__).parents[2] / "docs/how-to/mapping.md").read_text(encoding="utf-8")
WRITTEN, EDITED = (textwrap.dedent(block) for block in re.findall(r"^ +```yaml\n(.*?)^ +```$", PAGE, re.MULTILINE | re.DOTALL))


@pytest.fixture
def county(tmp_path):
    """Write the workbook shown in the first table of the page."""
    table = [line for line in PAGE.splitlines() if line.startswith("| ")][:3]
    header, *rows = ([cell.strip() or None for cell in line.strip("|").split("|")] for line in table if "---" not in line)
    return write_workbook(tmp_path / "in/county.xlsx", [header, *rows])


def test_the_page_shows_the_drafted_mapping(county):
    assert flexscout("map", county).out.endswith(WRITTEN)


def test_the_edited_mapping_of_the_page_reads_the_file(county):
    (county.parents[1] / "county.yaml").write_text(EDITED, encoding="utf-8")
    outcome = flexscout("run", "in", "--mapping", "county.yaml")
    assert outcome.code == 0
    assert {row["Address"]: row["Year Built"] for row in outcome.rows()} == {"12 Loom Rd": "1995", "14 Loom Rd": "1988"}
