"""Takes the picture of the page from the demo's results, with Chromium: `python docs/make_page_picture.py [BROWSER]`."""

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

PICTURE = Path(__file__).parent / "images/page.png"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
SIZE = {"width": 1280, "height": 1520}


def main(browser: str) -> None:
    """Run the demo in a folder of its own and photograph its page."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as started:
        subprocess.run([sys.executable, "-m", "flexscout", "demo"], cwd=folder, check=True, capture_output=True)
        opened = started.chromium.launch(executable_path=browser, args=FLAGS).new_page(viewport=SIZE)
        opened.goto((Path(folder) / "flexscout-demo/results/pipeline_summary.html").as_uri())
        opened.screenshot(path=PICTURE)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "/usr/bin/chromium")
