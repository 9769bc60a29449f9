"""Fixtures for all tests."""

import gc
import os
import re
import tempfile
from pathlib import Path

import pytest

from browser import TIMEOUT, chromium


def pytest_xdist_auto_num_workers():
    """Use one worker more than there are cores: tests also wait, for processes, disks and browsers."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items):
    """Run the files with the longest tests first, so that no worker ends long after the others."""
    items.sort(key=lambda item: item.path.name not in ("test_killed_runs.py", "test_cluster.py"))


def pytest_collection_finish():
    """Exclude the collected tests from garbage collection, and collect as seldom as the program does."""
    gc.freeze()
    gc.set_threshold(50_000)


@pytest.fixture(scope="session", autouse=True)
def _isolate_session(tmp_path_factory):
    """Keep fixtures that several tests share away from the user's cache, and let programs that tests start load compiled code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        yield


@pytest.fixture
def tmp_path(request, tmp_path_factory):
    """Create a folder. Pytest's own fixture looks through the folders of all tests before it creates one."""
    name = re.sub(r"\W", "_", request.node.name)[:30]
    return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=tmp_path_factory.getbasetemp()))


@pytest.fixture(autouse=True)
def _isolate_files(tmp_path, monkeypatch):
    """Run each test in its own folder, with its own cache, so that relative paths such as the log's end up there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / ".cache"))


@pytest.fixture(scope="session")
def browser():
    """Start a real browser."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    playwright.expect.set_options(timeout=TIMEOUT)
    with playwright.sync_playwright() as started:
        running = chromium(started)
        yield running
        running.close()
