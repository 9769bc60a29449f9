"""A real browser for the tests of the page, where the machine has one."""

import os
import shutil
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
# Without these a browser asks for updates and the like, and would be seen to.
FLAGS = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-gpu")


def chromium(playwright):
    """A headless Chromium: the machine's own, or the one that `playwright install chromium` brought. Skips if there is none."""
    own = next(filter(None, map(shutil.which, NAMES)), None)
    if not own and not Path(playwright.chromium.executable_path).exists():
        pytest.skip("no Chromium on this machine: install it, or run `playwright install chromium`")
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    flags = [*FLAGS, *(["--no-sandbox"] if root else [])]  # as root it has no sandbox
    return playwright.chromium.launch(executable_path=own, args=flags)


class Opened:
    """A page in a browser, with all that it asked for and all that it complained of."""

    def __init__(self, browser, path, **options):
        self.requests, self.complaints = [], []
        self.page = browser.new_page(**options)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(path.as_uri())

    def addresses(self):
        """The addresses of the candidates that are in sight, in order."""
        return self.page.locator("#ranking tbody tr:visible td.what > b").all_inner_texts()

    def found(self):
        return self.page.locator("#found").inner_text()
