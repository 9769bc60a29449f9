"""The code on the Python page of the docs runs."""

import re
from pathlib import Path

import flexscout
from flexscout.cli.sample_exports import write_samples

PAGE = (Path(__file__).parents[2] / "docs/how-to/python.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_code_blocks_run_in_order(tmp_path):
    crexi, listings, *_ = write_samples(tmp_path / "samples")
    (tmp_path / "exports").mkdir()
    crexi.rename(tmp_path / "exports/crexi.xlsx")
    listings.rename(tmp_path / "exports/listings.xlsx")
    names = {}
    for block in BLOCKS:
        exec(compile(block, "docs/how-to/python.md", "exec"), names)  # noqa: S102 - the page's own code
    assert len(names["best"]) == 20
    assert len(names["master"]) < len(names["combined"])
    assert all((tmp_path / name).is_file() for name in ("best.xlsx", "columns.xlsx", "report.json"))


def test_every_public_class_is_shown():
    shown = set(re.findall(r"\w+", " ".join(re.findall(r"from flexscout import (.*)", PAGE)))) | {"FileProcessor"}
    does = {name for name in flexscout.__all__ if name.endswith(("or", "er", "Pipeline", "Discovery")) and "Error" not in name}
    assert does | {"ErrorHandler", "PipelineConfiguration"} <= shown
