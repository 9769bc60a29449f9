"""Reference pages are up to date, links lead somewhere, and code on the pages runs."""

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REFERENCE = runpy.run_path(str(ROOT / "docs/scripts/generate_reference.py"))
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md")), *sorted(ROOT.glob(".github/**/*.md"))]
REPOSITORY = "https://github.com/flexscout/flexscout/blob/main/"
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


@pytest.mark.parametrize("name", sorted(REFERENCE["TABLES"].keys() - {"reference/cli.md"}))
def test_generated_tables_are_up_to_date(name):
    """If this fails, run python docs/scripts/generate_reference.py."""
    assert REFERENCE["render_page"](name) == (ROOT / "docs" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("command", REFERENCE["COMMANDS"])
def test_command_line_page_names_every_option(command):
    """Options only: the layout of the help belongs to its library."""
    options = set(re.findall(r"--[a-z-]+", REFERENCE["read_help"](*command.split())))
    assert options <= set(re.findall(r"--[a-z-]+", (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8")))


@each_page
def test_relative_links_lead_somewhere(page):
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@each_page
def test_links_to_the_repository_lead_to_a_file(page):
    paths = re.findall(rf"{re.escape(REPOSITORY)}([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_architecture_shows_the_layers_that_the_imports_keep():
    layers = runpy.run_path(str(ROOT / "tests/contracts/test_layers.py"))["LAYERS"]
    assert "```text\n" + "\n".join(layers) + "\n```" in (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def test_architecture_stays_short():
    assert len((ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").split()) <= 1_200


def test_architecture_names_every_package():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    packages = [path.parent.name for path in (ROOT / "src/flexscout").glob("*/__init__.py")]
    assert [name for name in packages if f"`{name}/`" not in text] == []


@each_page
def test_python_blocks_compile_and_import_what_exists(page):
    """Blocks that show results also run, in tests/stories."""
    for block in re.findall(r"^```python\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        compile(block, page.name, "exec")
        for line in re.findall(r"^from flexscout[\w.]* import [\w, ]+$", block, re.MULTILINE):
            exec(line, {})  # noqa: S102 - an import


def test_readme_has_one_marked_test_command():
    """`.ci/run` runs the block below the marker."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^<!-- test-command -->\n+```sh\n(.*?)\n```$", readme, re.MULTILINE | re.DOTALL)
    assert "pytest" in command


def test_readme_starts_with_the_demo():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    first, *_ = re.findall(r"^```sh\n(.*?)\n```$", readme, re.MULTILINE | re.DOTALL)
    assert first.endswith("flexscout demo")
