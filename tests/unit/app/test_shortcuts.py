"""Shortcuts to the window."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from flexscout.app.shortcuts import find_command, quote_exec, write_shortcuts


def test_command_opens_the_window():
    command = [part for part in find_command() if part != "app"]
    done = subprocess.run(
        [*command, *(["app"] if len(command) > 1 else []), "--help"], capture_output=True, text=True, check=True
    )
    assert "--shortcut" in done.stdout


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="desktop files are Linux's")
def test_desktop_file_is_in_the_menu(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr("platformdirs.user_desktop_dir", lambda: str(tmp_path / "none"))
    (path,) = write_shortcuts()
    assert path == tmp_path / "data/applications/flexscout.desktop"
    lines = dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)
    assert shlex.split(lines["Exec"]) == find_command()
    assert lines["Terminal"] == "false"
    assert Path(lines["Icon"]).read_text(encoding="utf-8").startswith("<svg")


def test_special_characters_of_a_path_are_escaped():
    assert quote_exec(['/a b/"x"', "$y%"]) == '"/a b/\\\\"x\\\\"" "\\\\$y%%"'
