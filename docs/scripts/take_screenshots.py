"""Take the pictures of the README and the guides from the demo's results: `python docs/scripts/take_screenshots.py [BROWSER]`.

It needs Chromium and Poppler (`pdftotext`, `pdftoppm`), and for the workbook LibreOffice (`soffice`).
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright
from window_screenshots import capture_window

IMAGES = Path(__file__).parents[1] / "images"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
SIZE = {"width": 1440, "height": 900}
VIEWS = {
    "page": {"viewport": SIZE},
    "page-dark": {"viewport": SIZE, "color_scheme": "dark"},
    "page-phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
}
SHEETS = {"workbook": ("Summary", 110, 935, 1000), "workbook-list": ("Flex Properties", 150, 1650, 800)}
"""Picture -> sheet, dots per inch, and the width and height of the part of its first page that is shown."""


def main(browser: str) -> None:
    """Run the demo in a temporary folder and take a screenshot of its workbook and of its HTML page."""
    with tempfile.TemporaryDirectory() as folder:
        _run(sys.executable, "-m", "flexscout", "demo", folder=folder)
        results = Path(folder) / "flexscout-demo/results"
        _capture_workbook(results / "all_flex_properties.xlsx")
        _capture_page(results / "pipeline_summary.html", browser)
        _capture_memos(results)
        capture_window(browser)


def _capture_workbook(book: Path) -> None:
    """Save the upper part of the first printed page of some sheets."""
    folder = book.parent
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    _run("soffice", profile, "--headless", "--convert-to", "pdf", book.name, folder=folder)
    pages = _run("pdftotext", "-layout", book.with_suffix(".pdf").name, "-", folder=folder).split("\f")
    for name, (sheet, dots, width, height) in SHEETS.items():
        number = str(next(i for i, text in enumerate(pages, 1) if re.search(rf"{sheet} +Page \d", text)))  # in the footer
        one = ("-f", number, "-l", number, "-singlefile", "-png", "-r", str(dots))
        part = ("-x", "0", "-y", "0", "-W", str(width), "-H", str(height))
        _run("pdftoppm", *one, *part, book.with_suffix(".pdf").name, name, folder=folder)
        (folder / f"{name}.png").replace(IMAGES / f"{name}.png")


def _capture_memos(results: Path) -> None:
    """Save the first page of the memo, and the sheet of the best property."""
    book = "all_flex_properties.xlsx"
    best = json.loads((results / "pipeline_summary.json").read_text(encoding="utf-8"))["top_candidates"][0]["Property ID"]
    calls = {"memo": ("memo", "--output"), "property-sheet": ("explain", best, "--pdf")}
    for name, call in calls.items():
        _run(sys.executable, "-m", "flexscout", *call, f"{name}.pdf", "--output-file", book, folder=results)
        _run("pdftoppm", "-f", "1", "-l", "1", "-singlefile", "-png", "-r", "100", f"{name}.pdf", name, folder=results)
        (results / f"{name}.png").replace(IMAGES / f"{name}.png")


def _capture_page(page: Path, browser: str) -> None:
    with sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=browser, args=FLAGS)
        for name, options in VIEWS.items():
            opened = chromium.new_page(**options)
            opened.goto(page.as_uri())
            opened.screenshot(path=IMAGES / f"{name}.png")
        opened = chromium.new_page(viewport=SIZE)
        opened.goto(page.as_uri())
        opened.pdf(path=page.with_suffix(".pdf"), prefer_css_page_size=True)
        opened.locator("#list .name").nth(3).click()
        opened.screenshot(path=IMAGES / "page-card.png")
    _run("pdftoppm", "-l", "1", "-singlefile", "-png", "-r", "100", page.with_suffix(".pdf").name, "print", folder=page.parent)
    (page.parent / "print.png").replace(IMAGES / "page-print.png")


def _run(*command: str, folder: str | Path) -> str:
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)  # noqa: S603 - runs the programs named above
    return done.stdout


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "/usr/bin/chromium")
