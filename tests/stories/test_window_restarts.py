"""What the user tells the window survives sorting, filters, runs and a new start of the program, and can be taken back."""

import re

import pytest

from browser import open_tabs, show_screen
from windows import open_window
from workbooks import HEADER, candidate, write_workbook

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = playwright.expect

SIMILAR = ("2100 Peachtree Industrial Road", "2100 Peachtre Industrial Road")


@pytest.fixture
def folder(tmp_path):
    """A folder with six candidates, of which two may be the same, and where each of them is."""
    rows = [candidate(n, Building_SqFt=20_000 + 2_000 * n) for n in range(1, 5)]
    rows += [candidate(Address=address, City="Atlanta", State="GA") for address in SIMILAR]
    write_workbook(tmp_path / "deals.xlsx", [HEADER, *rows])
    return tmp_path


def open_property(page, address):
    page.locator(".cell-property b", has_text=re.compile(f"^{re.escape(address)}$")).click()
    page.locator(".property h2", has_text=address).wait_for()
    return page.locator(".property")


def run_again(page, number):
    show_screen(page, "files")
    page.get_by_role("button", name=re.compile("^Run")).click()
    page.get_by_text(f"Run {number} is done").wait_for()
    show_screen(page, "list")


def read_year(panel):
    return panel.get_by_role("row", name=re.compile("^Year Built")).locator("td.own .value")


def test_notes_corrections_decisions_and_filters_outlive_the_program(folder, browser):
    with open_window(folder) as window:
        window.finish_run()
        with open_tabs(browser, window) as open_tab:
            page = open_tab()
            panel = open_property(page, "1 Test Street")
            panel.get_by_label("My Notes").fill("Ask for the rent roll.")
            panel.get_by_text("Saved", exact=True).wait_for()
            panel.get_by_role("button", name="Correct Year Built").click()
            panel.get_by_label("Correct Year Built").fill("2001")
            panel.get_by_role("button", name="Save").click()
            panel.get_by_text("corrected to 2001").wait_for()
            panel = open_property(page, SIMILAR[0])
            panel.get_by_role("button", name=re.compile("^Different")).click()
            panel.get_by_text("Saved; counts from the next run.").wait_for()
            page.get_by_label("Search").fill("test")
            expect(page.locator("#found")).to_have_text("4 of 6 properties")
            screen = page.url.partition("#/")[2]
    with open_window(folder) as window, open_tabs(browser, window) as open_tab:
        page = open_tab(screen)
        expect(page.locator("#found")).to_have_text("4 of 6 properties")
        expect(page.get_by_label("Search")).to_have_value("test")
        expect(page.locator(".property h2")).to_have_text(SIMILAR[0])
        expect(page.locator(".property").get_by_text("Possible duplicates")).to_have_count(0)
        panel = open_property(page, "1 Test Street")
        expect(panel.get_by_label("My Notes")).to_have_value("Ask for the rent roll.")
        expect(panel.get_by_text("corrected to 2001")).to_be_visible()
        run_again(page, 2)
        panel = open_property(page, "1 Test Street")
        expect(panel.get_by_label("My Notes")).to_have_value("Ask for the rent roll.")
        expect(read_year(panel)).to_have_text("2001")

        # A correction that is taken back: the value of the file at once, and in the next run.
        panel = open_property(page, "1 Test Street")
        expect(panel.get_by_text("your correction; the files have 1995")).to_be_visible()
        panel.get_by_role("button", name="Undo the correction of Year Built").click()
        panel.get_by_text("the value of the files; counts from the next run").wait_for()
        expect(read_year(panel)).to_have_text("1995")
        page.reload()
        expect(read_year(page.locator(".property"))).to_have_text("1995")
        run_again(page, 3)
        expect(read_year(open_property(page, "1 Test Street"))).to_have_text("1995")
        expect(page.locator(".property .corrected")).to_have_count(0)
