"""The window with 50,000 properties asks for little and shows little at a time."""

import csv
import re
from urllib.parse import urlsplit

import pytest

from browser import DESKTOP, TIMEOUT
from windows import open_window

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

ROWS = 50_000
MAX_NODES = 3_000
COLUMNS = ("Property Type", "Address", "City", "State", "Building SqFt", "Lot Size Acres", "Year Built", "Latitude", "Longitude")


def write_many(folder):
    with (folder / "many.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for n in range(ROWS):
            place = (33 + n % 997 / 400, -84 + n % 991 / 300)
            writer.writerow(("Flex", f"{n} Test Street", "Charlotte", "NC", 20_000 + n % 30_000, 2, 1950 + n % 60, *place))


@pytest.fixture(scope="module")
def opened(tmp_path_factory, browser):
    folder = tmp_path_factory.mktemp("many")
    write_many(folder)
    with open_window(folder) as tab:
        tab.finish_run()
        page = browser.new_page(**DESKTOP)
        page.set_default_timeout(TIMEOUT)
        page.requests, page.folder = [], tab.folder
        page.on("request", lambda request: page.requests.append(urlsplit(request.url).path))
        page.goto(tab.window.create_address())
        page.locator("#found", has_text=re.compile(f"{ROWS:,}")).wait_for()
        page.locator(".ag-row .cell-property").first.wait_for()
        yield page
        page.close()


@pytest.fixture
def page(opened, monkeypatch):
    monkeypatch.chdir(opened.folder)
    opened.evaluate("location.hash = '#/list'")
    opened.locator("#found", has_text=re.compile(f"^{ROWS:,}")).wait_for()
    opened.locator(".ag-row .cell-property").first.wait_for()
    opened.wait_for_timeout(500)
    return opened


def count_requests(page, action, path="/api/list"):
    """Return how many windows of rows an action asks for, after the rows are there."""
    page.requests.clear()
    action()
    page.wait_for_timeout(700)
    return page.requests.count(path)


def count_nodes(page):
    return page.locator("*").count()


def test_opening_asks_for_one_window_of_rows_and_one_summary(page):
    page.requests.clear()
    page.reload()
    page.locator(".ag-row .cell-property").first.wait_for()
    page.wait_for_timeout(700)
    assert page.requests.count("/api/summary") == 1
    assert page.requests.count("/api/list") == 2  # the columns, and the first rows
    assert count_nodes(page) < MAX_NODES


def test_a_jump_asks_only_for_the_rows_that_are_seen(page):
    scroll = "(body) => { body.scrollTop = body.scrollHeight / 2; }"
    assert count_requests(page, lambda: page.locator(".ag-body-viewport").evaluate(scroll)) <= 2
    assert page.locator(".ag-row .cell-property").count() > 5
    assert count_nodes(page) < MAX_NODES


def test_sort_and_search_ask_for_one_window_each(page):
    assert count_requests(page, lambda: page.get_by_role("columnheader", name="Sq ft").click()) <= 2
    assert count_requests(page, lambda: page.get_by_label("Search").fill("4999 test")) <= 2
    page.locator("#found", has_text="of 50,000").wait_for()
    assert count_nodes(page) < MAX_NODES


def test_moving_the_map_asks_for_nothing_and_draws_no_dot_anew(page):
    move = """async () => {
        const canvas = document.querySelector(".map canvas"), box = canvas.getBoundingClientRect();
        const pens = CanvasRenderingContext2D.prototype, draw = pens.drawImage;
        const send = (type, x, y) => canvas.dispatchEvent(new PointerEvent(type, {
            clientX: box.left + x, clientY: box.top + y, pointerId: 1, pointerType: "touch", bubbles: true }));
        const frame = () => new Promise(requestAnimationFrame);
        const wait = globalThis.setTimeout;
        let drawn = 0;
        globalThis.setTimeout = () => 0;  // a slow computer would take the time between two frames for the end of the move
        pens.drawImage = function (...values) { drawn += 1; return draw.apply(this, values); };
        canvas.setPointerCapture = () => {};
        send("pointerdown", 100, 100);
        for (let i = 1; i <= 20; i += 1) {
            send("pointermove", 100 + 5 * i, 100 + 3 * i);
            await frame();
        }
        [pens.drawImage, globalThis.setTimeout] = [draw, wait];
        send("pointerup", 200, 160);
        return drawn;
    }"""
    page.requests.clear()
    assert 0 < page.evaluate(move) <= 40  # the picture of all dots, moved
    assert page.requests == []
