"""A real browser for tests of the page, if the machine has one."""

import contextlib
import os
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest

# The shell comes first: without windows of its own it takes half the time.
NAMES = (
    "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge",
)  # fmt: skip
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


TIMEOUT = 60_000  # milliseconds to wait for anything on a page
DESKTOP = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}


@contextlib.contextmanager
def open_tabs(browser, tab):
    """Yield what opens a tab of a window on a screen; check at the end that no tab sent anything elsewhere or logged messages.

    A story adds to `refused` the paths of requests that the window refuses in it: the browser logs a message for each.
    """
    contexts, requests, messages = [], [], []

    def open_tab(screen="list", tab=tab, **options):
        context = browser.new_context(**(DESKTOP | options))
        context.set_default_timeout(TIMEOUT)
        page = context.new_page()
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: messages.append((message.text, message.location["url"])))
        page.on("pageerror", lambda error: messages.append((str(error), "")))
        page.goto(tab.window.create_address())
        page.locator("#screens a").first.wait_for()
        show_screen(page, screen)
        contexts.append(context)
        return page

    open_tab.refused = set()
    yield open_tab
    for context in contexts:
        context.close()
    assert {urlsplit(url).hostname for url in requests if not url.startswith(("blob:", "data:"))} <= {"127.0.0.1"}
    assert [message for message in messages if urlsplit(message[1]).path not in open_tab.refused] == []


def show_screen(page, screen):
    """Show a screen of the window, such as `list?sort=Address`."""
    page.evaluate(f"location.hash = '#/{screen}'")
    page.locator(f"main.{screen.partition('?')[0]}").wait_for()
    if screen.startswith("list"):
        page.locator(".ag-row .cell-property").first.wait_for()


def find_violations(page):
    """Return what breaks rules of accessibility. A page loads the checker once, and returns only what it found."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe.Axe().axe_script)
    return page.evaluate(
        "async () => (await axe.run({ resultTypes: ['violations'] })).violations.map(({ id, nodes }) => [id, nodes[0].html])"
    )


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
