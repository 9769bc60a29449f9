"""The frozen program, which `nox -s frozen` makes, on a computer without Python: it does the same as this environment."""

import os
import subprocess
import sys

import pypdf
import pytest

from program import run_program

pytestmark = pytest.mark.skipif("FROZEN_FLEXSCOUT" not in os.environ, reason="only for the frozen program: `nox -s frozen`")

DATA = ("all_flex_properties.csv", "all_flex_properties.parquet", "all_flex_properties.xlsx", "all_flex_properties_issues.csv")


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """Return a folder in which no Python can be found."""
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    for name in ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    return tmp_path


def test_the_demo_writes_the_same_bytes_as_in_an_environment(alone):
    frozen, installed = alone / "frozen", alone / "installed"
    for folder in (frozen, installed):
        folder.mkdir()
    assert run_program("demo", "demo", folder=frozen).code == 0
    own = [sys.executable, "-m", "flexscout", "demo", "demo"]
    subprocess.run(
        own, cwd=installed, check=True, capture_output=True, env=os.environ | {"FLEXSCOUT_CACHE": str(alone / "cache")}
    )
    for name in DATA:
        assert (frozen / "demo/results" / name).read_bytes() == (installed / "demo/results" / name).read_bytes(), name


def test_a_memo_is_written(alone):
    run_program("demo", "demo", folder=alone)
    memo = run_program("memo", "-o", "demo/results/all_flex_properties.xlsx", "--output", "memo.pdf", folder=alone)
    assert memo.code == 0, memo.err
    assert "flex" in pypdf.PdfReader(alone / "memo.pdf").pages[0].extract_text().lower()
