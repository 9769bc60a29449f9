"""Fixtures for all tests."""

import pytest

from browser import chromium


@pytest.fixture(scope="session", autouse=True)
def _isolate_session(tmp_path_factory):
    """Keep fixtures that several tests share away from the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True)
def _isolate_files(tmp_path, monkeypatch):
    """Run each test in its own folder, with its own cache, so that relative paths such as the log's end up there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / ".cache"))


@pytest.fixture(scope="module")
def browser():
    """Start a real browser."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as started:
        running = chromium(started)
        yield running
        running.close()
