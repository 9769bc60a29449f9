"""The pages that come from the code are those of the code as it is."""

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = runpy.run_path(str(ROOT / "docs/make_tables.py"))


@pytest.mark.parametrize("name", sorted(PAGES["TABLES"].keys() - {"cli.md"}))
def test_a_table_is_up_to_date(name):
    """If this fails: python docs/make_tables.py"""
    assert PAGES["with_table"](name) == (ROOT / "docs" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("command", PAGES["COMMANDS"])
def test_the_page_of_the_command_line_names_every_option(command):
    """Not letter for letter: how a help is laid out is its library's."""
    options = set(re.findall(r"--[a-z-]+", PAGES["_help"](*command.split())))
    assert options <= set(re.findall(r"--[a-z-]+", (ROOT / "docs/cli.md").read_text(encoding="utf-8")))


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("docs/*.md")), ids=lambda page: page.name)
def test_every_link_within_the_project_leads_somewhere(page):
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_checks_call_the_test_command_of_the_readme():
    blocks = re.findall(r"^```sh\n(.*?)\n```$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 2
    assert blocks[0].endswith("flexscout demo")
    assert "pytest" in blocks[1]
