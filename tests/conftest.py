"""Fixtures for all tests."""

import pytest


@pytest.fixture(autouse=True)
def _isolate_files(tmp_path, monkeypatch):
    """Run each test in its own folder, with its own cache, so that relative paths such as the log's end up there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / ".cache"))
