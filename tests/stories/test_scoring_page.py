"""The page about scores says what the program says."""

import re
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs/scoring.md").read_text(encoding="utf-8")


def test_the_example_prints_what_the_page_shows(capsys):
    (code,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    (shown,) = re.findall(r"^```text\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    exec(compile(code, "docs/scoring.md", "exec"), {})  # noqa: S102 - the page's own code
    assert capsys.readouterr().out == shown
