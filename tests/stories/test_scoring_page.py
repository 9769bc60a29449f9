"""The example of docs/explanation/scoring.md prints what the page shows."""

import re
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs/explanation/scoring.md").read_text(encoding="utf-8")


def test_the_example_prints_what_the_page_shows(capsys):
    names = {}
    for code in re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL):
        exec(compile(code, "docs/explanation/scoring.md", "exec"), names)  # noqa: S102 - the page's own code
    (shown,) = re.findall(r"^```text\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert capsys.readouterr().out == shown
    assert names["score"] > 8
    assert all(
        points > 5 for points in (names["points"][name] for name in ("Building Points", "Activity Points", "Value Points"))
    )
