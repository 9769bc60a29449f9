"""Fixtures for stories: a window whose workspace had one run, shared by the tests of a file that has a fixture `exports`."""

import pytest

from browser import open_tabs
from windows import open_window


@pytest.fixture(scope="module")
def window(exports):
    """Serve the folder `exports`, in which there was one run."""
    with open_window(exports) as tab:
        tab.finish_run()
        yield tab


@pytest.fixture
def tab(window, monkeypatch):
    """A tab of the window, in its folder."""
    monkeypatch.chdir(window.folder)
    return window


@pytest.fixture
def opened(tab, browser):
    """Open a tab in a browser on a screen; check at the end that it sent nothing elsewhere and logged no messages."""
    with open_tabs(browser, tab) as open_tab:
        yield open_tab
