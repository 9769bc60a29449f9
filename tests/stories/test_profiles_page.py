"""The examples of docs/how-to/profiles.md run."""

import re
from pathlib import Path

import pytest

from flexscout.scoring.profile_lint import lint_profile
from flexscout.scoring.scorer import FlexPropertyScorer
from program import flexscout
from workbooks import HEADER, candidate, write_workbook

PAGE = (Path(__file__).parents[2] / "docs/how-to/profiles.md").read_text(encoding="utf-8")
PROFILES = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
COMMANDS = re.findall(r"^flexscout (.*)$", PAGE, re.MULTILINE)
SHOWN = re.search(r"^A: flex-industrial.*?(?=^```$)", PAGE, re.MULTILINE | re.DOTALL)[0]
PROPERTY = {"Property Type": "Flex", "Building SqFt": 15_000, "Lot Size Acres": 2, "Zoning Code": "IL", "Loading Docks": 2}


@pytest.mark.parametrize("text", PROFILES)
def test_each_example_profile_scores_without_warnings(tmp_path, text):
    (tmp_path / "mine.yaml").write_text(text)
    scorer = FlexPropertyScorer("mine.yaml")
    assert scorer.calculate_flex_score(PROPERTY)[0] > 0
    assert lint_profile(scorer.profile, 4.0) == ()


def test_the_commands_run_in_order_and_print_what_the_page_shows(tmp_path):
    smaller = candidate(Address="7 Loom Road", Building_SqFt=12_000)
    older = candidate(Address="9 Mill Street", Occupancy=90, Year_Built=1970)
    rows = [candidate(1), candidate(2, Property_Type="Industrial"), smaller, older]
    write_workbook(tmp_path / "exports/a.xlsx", [HEADER, *rows])
    (tmp_path / "mine.yaml").write_text(PROFILES[0])
    outcomes = [flexscout(*command.split()) for command in COMMANDS]
    assert [outcome.code for outcome in outcomes] == [0] * len(COMMANDS)
    assert outcomes[3].out.startswith(SHOWN)


def test_the_page_names_the_copy_command():
    assert "flexscout profile copy flex-industrial mine.yaml --extend" in PAGE
    assert flexscout("profile", "copy", "flex-industrial", "mine.yaml", "--extend").code == 0
