"""A real browser for tests of the page, if the machine has one."""

import os
import shutil
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
# Turn off updates and other background requests, which the tests would see.
FLAGS = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-gpu")


def chromium(playwright):
    """Launch headless Chromium: the machine's own or Playwright's. Skip the test if there is none."""
    installed = next(filter(None, map(shutil.which, NAMES)), None)
    if not installed and not Path(playwright.chromium.executable_path).exists():
        pytest.skip("no Chromium on this machine: install it, or run `playwright install chromium`")
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    flags = [*FLAGS, *(["--no-sandbox"] if root else [])]  # Chromium has no sandbox as root
    return playwright.chromium.launch(executable_path=installed, args=flags)


class Opened:
    """A page in a browser, with its requests and console messages."""

    def __init__(self, browser, path, **options):
        self.requests, self.console = [], []
        self.page = browser.new_page(**options)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.console.append(message.text))
        self.page.on("pageerror", lambda error: self.console.append(str(error)))
        self.page.goto(path.as_uri())

    def addresses(self):
        """Return the addresses of the candidates in the list, in order."""
        return self.page.locator("#list tbody .name").all_inner_texts()

    def printed(self):
        """Return the addresses of the candidates in the table for paper, in order."""
        return self.page.locator("#ranking tbody tr:visible td.what > b").all_inner_texts()

    def found(self):
        return self.page.locator("#found").inner_text()
