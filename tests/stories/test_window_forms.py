"""The window's forms in a browser: columns and settings are set there, and the command line uses them."""

import re
import sys

import polars as pl
import pytest

from browser import PHONE, find_violations, show_screen
from program import flexscout, wait_until
from windows import install_crontab, open_window
from workbooks import HEADER, candidate, write_workbook

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

PARTS = ("NUM", "STREET", "Where", "Use", "Area")
STRANGE = ("Bldg Use", "Situs Adress", "Municipality", "Struct Area", "Lot Size", "% Vacant", "Memo")
ROWS = [("Flex", f"{n} Loom Rd", "Charlotte", "34,000" if n else "n/k", "2.5 ac", 10, "<b>call</b>") for n in (12, 14, 0)]


@pytest.fixture(scope="module")
def window(tmp_path_factory):
    """Serve a workspace with a file whose columns aren't known."""
    folder = tmp_path_factory.mktemp("exports")
    write_workbook(folder / "county_2026.xlsx", [STRANGE, *ROWS])
    write_workbook(folder / "parts.xlsx", [PARTS, *((n, "Loom Rd", "Durham, NC", "301", 30_000 + n) for n in range(12, 15))])
    with open_window(folder) as tab:
        yield tab


def test_file_that_needs_columns_is_set_in_the_window_and_read_by_the_command_line(opened, window):
    page = opened("files")
    page.get_by_role("link", name="Set its columns: county_2026.xlsx").click()
    page.get_by_text("Needs a column for Address or APN.").wait_for()
    assert find_violations(page) == []
    page.get_by_role("button", name="Use as Address?").press("Enter")
    page.get_by_text("This sheet is read as a property table.").wait_for()
    page.get_by_label("Meaning of Memo").select_option(label="Leave out")
    page.get_by_role("button", name="Add a value").press("Enter")
    page.get_by_label("Meaning", exact=True).select_option("State")
    page.get_by_label("Value", exact=True).fill("Nowhere")
    page.get_by_text("Nowhere is not a state").wait_for()
    page.get_by_label("Value", exact=True).fill("NC")
    read = page.get_by_role("region", name="First rows").get_by_role("row", name="12 Loom Rd")
    read.get_by_text("NC", exact=True).wait_for()
    page.get_by_text("row 4 · Struct Area · n/k").wait_for()
    assert find_violations(page) == []
    with page.expect_download() as exported:
        page.get_by_role("button", name="Export").click()
    page.get_by_role("button", name="Remember for files like this").click()
    page.get_by_text("The mapping was saved.").first.wait_for()
    assert exported.value.path().read_bytes() == (window.folder / "mappings/county_2026.yaml").read_bytes()
    page.get_by_role("link", name="Files and run").first.click()
    page.get_by_role("row", name="county_2026.xlsx").get_by_text("Ready").wait_for()
    assert flexscout("run", "--config", "pipeline_config.yaml", "--file-pattern", "county*.xlsx").code == 0
    rows = pl.read_csv(window.folder / "results/flex_properties.csv", infer_schema=False)
    row = rows.row(by_predicate=pl.col("Address") == "12 Loom Rd", named=True)
    assert (row["State"], row["Occupancy"], "Memo" in row) == ("NC", "90", False)


def test_columns_are_joined_split_and_decoded_on_a_phone(opened, window):
    config = window.folder / "pipeline_config.yaml"
    page = opened("columns?file=parts.xlsx", **PHONE)
    page.get_by_role("button", name="Put columns together").click()
    page.get_by_label("Makes").select_option("Address")
    for header in ("NUM", "STREET"):
        page.get_by_label("Add a column").select_option(header)
    page.get_by_role("button", name="Split a column").click()
    page.get_by_role("group", name="Split column").get_by_label("Column", exact=True).select_option("Where")
    for name in ("City", "State"):
        page.get_by_label(name, exact=True).check()
    page.get_by_role("button", name="Add a code table").click()
    page.get_by_label("One per line").fill("301: Light industrial\n302 = Flex")
    page.get_by_role("group", name="Code table").get_by_label("Column", exact=True).select_option("Use")
    read = page.get_by_role("region", name="First rows").get_by_role("row", name="12 Loom Rd")
    for text in ("Durham", "NC", "Light industrial"):
        read.get_by_text(text).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
    assert find_violations(page) == []
    show_screen(page, "files")
    page.get_by_role("button", name="Leave out: parts.xlsx").press("Enter")
    page.get_by_text("You left it out").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
    assert find_violations(page) == []
    page.get_by_role("button", name="Take in again: parts.xlsx").press("Enter")
    page.get_by_role("button", name="Leave out: parts.xlsx").wait_for()
    window.window.workspace.write_settings(config.read_text().replace("input:\n", 'input:\n  skip: ["parts*"]\n'))
    page.get_by_role("button", name="Look again").click()
    page.get_by_text("The settings leave out parts*.").wait_for()
    assert find_violations(page) == []
    page.get_by_role("button", name="Take in parts* again: parts.xlsx").press("Enter")
    page.get_by_role("button", name="Leave out: parts.xlsx").wait_for()
    assert "parts" not in config.read_text()
    show_screen(page, "columns?file=parts.xlsx")
    playwright.expect(page.get_by_label("One per line")).to_have_value("301: Light industrial\n302: Flex")


def test_codes_alone_are_remembered_for_files_with_the_same_columns(opened, window):
    rows = [(f"12-{n}", f"{n} Loom Rd", (301, 201)[n % 2], 20_000 + n, 2.5) for n in range(1, 13)]
    write_workbook(window.folder / "roll.xlsx", [("Parcel ID", "Situs Address", "Use Code", "Bldg Sq Ft", "Acres"), *rows])
    page = opened("files")
    row = page.get_by_role("row", name=re.compile("^roll.xlsx"))
    row.get_by_text("Check its columns").wait_for()
    assert find_violations(page) == []
    row.get_by_role("link", name="Set its columns").click()
    state = page.locator(".reading-state")
    state.get_by_text("holds codes such as 201, 301 whose meaning isn't known. Say what the codes mean").wait_for()
    page.get_by_role("button", name="Add a code table").click()
    page.get_by_label("One per line").fill("301: Light industrial\n201: Office")
    playwright.expect(state.get_by_text("holds codes")).to_have_count(0)
    page.get_by_role("button", name="Remember for files like this").press("Enter")
    page.get_by_text("The mapping was saved.").first.wait_for()
    show_screen(page, "files")
    row.get_by_text("Ready").wait_for()
    (window.folder / "roll.xlsx").unlink()


def test_settings_are_changed_checked_and_reset_with_the_keyboard(opened, window):
    config = window.folder / "pipeline_config.yaml"
    page = opened("settings")
    score = page.get_by_label("Minimum score", exact=True)
    score.fill("60")
    page.get_by_text("4 → 60").wait_for()
    assert find_violations(page) == []
    page.get_by_role("button", name="Save 1 change").press("Enter")
    page.get_by_text("give a number from 0 to 10").wait_for()
    assert "60" not in config.read_text()
    score.fill("6")
    page.get_by_label("Read subfolders", exact=True).press("Space")
    page.get_by_role("button", name="Save 2 changes").press("Enter")
    page.get_by_text("The settings were saved.").first.wait_for()
    page.get_by_label("Watch the folder").check()
    page.locator("#announcements", has_text="The folder is watched.").wait_for()
    assert window.window.is_watching
    text = config.read_text()
    opened.refused.add("/api/files")  # while the settings have an error
    config.write_text(text.replace("min_flex_score: 6", "min_flex_score: 60"))
    write_workbook(window.folder / "arrived.xlsx", [HEADER, candidate(50)])
    assert wait_until(lambda: window.window.watch_problem)
    page.evaluate("dispatchEvent(new Event('visibilitychange'))")
    page.locator("#message").get_by_text("The folder isn't watched any more").wait_for()
    page.get_by_text("give a number from 0 to 10").last.wait_for()
    assert find_violations(page) == []
    (window.folder / "arrived.xlsx").unlink()
    config.write_text(text)
    page.get_by_label("Watch the folder").check()
    playwright.expect(page.get_by_text("give a number from 0 to 10")).to_have_count(0)
    page.get_by_label("Watch the folder").uncheck()
    page.locator("#announcements", has_text="isn't watched any more").wait_for()
    assert "min_flex_score: 6" in config.read_text()
    page.get_by_label("Only what differs from the defaults").check()
    page.get_by_role("button", name="Reset Minimum score").press("Enter")
    page.get_by_role("button", name="Save 1 change").press("Enter")
    page.get_by_role("button", name="Save", exact=True).wait_for()
    assert "min_flex_score" not in config.read_text()


def test_settings_fit_a_phone_in_the_dark_and_browse_folders(opened, window, tmp_path, monkeypatch):
    lines = install_crontab(tmp_path, monkeypatch)
    page = opened("settings", **PHONE, color_scheme="dark")
    page.get_by_role("button", name="Browse for Folder of the cache").click()
    page.get_by_label("Path of the folder").fill(str(window.folder))
    page.get_by_role("button", name="Use this folder").click()
    playwright.expect(page.get_by_label("Folder of the cache", exact=True)).to_have_value(str(window.folder))
    if sys.platform == "linux":
        page.get_by_label("Day", exact=True).select_option("Friday")
        page.get_by_text("What exactly is written and called").click()
        page.get_by_label("Line of the crontab").get_by_text("0 7 * * 5 cd ").wait_for()
        page.get_by_role("button", name="Create").click()
        page.get_by_text("A weekly run is set in cron.").wait_for()
        assert lines.read_text().startswith("0 7 * * 5 cd ")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
    assert find_violations(page) == []
