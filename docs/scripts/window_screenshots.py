"""Take the pictures of the window's screens with the sample exports: `python docs/scripts/window_screenshots.py [BROWSER]`."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = Path(__file__).parents[1] / "images"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
SIZE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
SCREENS = {
    "start": ".choices",
    "problems": ".cause",
    "changes": ".kinds",
    "duplicates": ".side-by-side",
    "history": ".runs-table",
    "share": "#share-property option",
    "list": ".legend li",
}
LATER, LATER_DAY = "later", "2026-01-19"
SETTLED = 900  # milliseconds after which the map is drawn
ADDRESS = re.compile(r"http://127\.0\.0\.1:\S+")
COUNTY = """\
Bldg Use,Situs Adress,Municipality,Struct Area,Lot Size,% Vacant,Memo
Flex,12 Loom Rd,Charlotte,"34,000",2.5 ac,10,call Ann
Warehouse,14 Loom Rd,Charlotte,n/k,2.5 ac,0,
Light Industrial,20 Loom Rd,Charlotte,"41,500",3.1 ac,0,corner lot
"""
"""An export whose address has a header with a mistake."""
OWN = ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "FLEXSCOUT_CACHE")


def capture_window(browser: str) -> None:
    """Open the window with sample exports and a damaged file, run, and take a picture of each screen."""
    with tempfile.TemporaryDirectory() as own:
        folder = Path(own) / "Weekly deals"
        settings = os.environ | dict.fromkeys(OWN, str(Path(own) / "settings"))
        program = (sys.executable, "-u", "-m", "flexscout")
        demo = (*program, "demo", str(Path(own) / "demo"))
        subprocess.run(demo, check=True, capture_output=True, env=settings | {"FLEXSCOUT_CACHE": f"{own}/cache"})  # noqa: S603
        shutil.copytree(Path(own) / "demo/exports", folder)
        (Path(own) / LATER).mkdir()
        _move_later(folder, Path(own) / LATER)
        (folder / "old export.xlsx").write_bytes(b"PK\x03\x04, cut off")
        (folder / "county parcels.csv").write_text(COUNTY, encoding="utf-8")
        command = (*program, "app", str(folder), "--no-browser")
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder, env=settings) as window:  # noqa: S603
            address = next(filter(None, map(ADDRESS.search, window.stdout or ())))[0]
            with sync_playwright() as started:
                _capture_screens(started.chromium.launch(executable_path=browser, args=FLAGS), address, folder)
            window.terminate()


def _move_later(source: Path, target: Path) -> None:
    """Move the exports of the second week."""
    for path in source.glob(f"*{LATER_DAY}*"):
        path.rename(target / path.name)


def _capture_screens(chromium: Browser, address: str, folder: Path) -> None:
    tab = chromium.new_page(viewport=SIZE)
    tab.goto(address)
    tab.get_by_role("button", name="Run", exact=True).click()
    tab.get_by_text("Run 1 is done").wait_for()
    _move_later(folder.parent / LATER, folder)
    tab.get_by_role("button", name="Look again").click()
    tab.get_by_role("row", name=re.compile(LATER_DAY)).first.wait_for()
    tab.get_by_role("button", name="Run again").click()
    tab.get_by_text("Run 2 is done").wait_for()
    tab.get_by_role("button", name="Run again").wait_for()
    _save(tab, "files", ".downloads button")
    for screen, part in SCREENS.items():
        tab.evaluate(f"location.hash = '#/{screen}'")
        _save(tab, screen, part)
    tab.locator(".ag-row .cell-property").nth(3).click()
    _save(tab, "property", ".property .factors")
    tab.evaluate("location.hash = '#/columns?file=county parcels.csv'")
    tab.get_by_role("button", name="Use as Address?").click()
    tab.get_by_text("This sheet is read as a property table.").wait_for()
    _save(tab, "columns", ".read-rows")
    tab.evaluate("location.hash = '#/settings'")
    _save(tab, "settings", ".setting")
    tab.evaluate("location.hash = '#/rules'")
    tab.locator("[data-factor='Building Size'] summary").first.click()
    tab.get_by_label("Building Size, bracket 1: Points", exact=True).fill("1")
    tab.get_by_label("Minimum score", exact=True).fill("5")
    _save(tab, "rules", ".effect tbody tr")
    tab.evaluate("location.hash = '#/list'")
    tab.locator(".ag-row .cell-property").nth(3).click()
    tab.emulate_media(color_scheme="dark")
    _save(tab, "dark", ".property .factors")
    tab.emulate_media(color_scheme="light")
    tab.get_by_label("Close the property").click()
    tab.set_viewport_size(PHONE)
    _save(tab, "phone", ".ag-row .cell-property")


def _save(tab: Page, name: str, part: str) -> None:
    tab.locator(part).first.wait_for(state="attached")
    tab.wait_for_timeout(SETTLED)
    tab.screenshot(path=IMAGES / f"window-{name}.png")


if __name__ == "__main__":
    capture_window(sys.argv[1] if len(sys.argv) > 1 else "/usr/bin/chromium")
