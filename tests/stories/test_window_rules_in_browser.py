"""The rules in a browser: what a change does is seen at once, and the next run keeps the promise."""

import re

import polars as pl
import pytest

from browser import PHONE, find_violations, show_screen
from workbooks import HEADER, candidate, write_workbook

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    """Write ten candidates and a property that isn't one."""
    folder = tmp_path_factory.mktemp("rules")
    rows = [candidate(n, Building_SqFt=24_000 + 6_000 * n, Year_Built=1950 + 5 * n) for n in range(1, 10)]
    rows += [candidate(10, City="Raleigh"), candidate(11, Building_SqFt=18_000)]
    write_workbook(folder / "deals.xlsx", [HEADER, *rows])
    return folder


def listed(effect, kind):
    """Return the addresses in a list of what the rules change."""
    effect.locator(f"[data-kind={kind}]").click()
    return [text.partition("\n")[0] for text in effect.locator("tbody th").all_inner_texts()]


def test_a_change_shows_who_enters_and_leaves_and_the_next_run_lists_them(opened, window):
    page = opened("rules")
    effect = page.get_by_role("region", name="What it changes")
    effect.get_by_text("10 candidates, as before").wait_for()
    assert find_violations(page) == []
    page.get_by_label("Eligibility, Building SqFt: from", exact=True).fill("17000")
    effect.get_by_text("10 → 11 candidates").wait_for()
    assert listed(effect, "new") == ["11 Test Street"]
    page.get_by_role("button", name="Undo").click()
    effect.get_by_text("10 candidates, as before").wait_for()
    page.locator("[data-factor='Building Size'] summary").first.press("Enter")
    slider = page.get_by_label("Building Size, bracket 1: Points, slider")
    slider.press("Home")
    playwright.expect(page.get_by_label("Building Size, bracket 1: Points", exact=True)).to_have_value("0")
    page.get_by_label("Minimum score", exact=True).fill("6.5")
    page.get_by_role("button", name="Add a condition").press("Enter")
    page.get_by_label("Condition 1: Comparison").select_option(label="is none of")
    page.get_by_label("Condition 1: Value").fill("Raleigh, Durham")
    effect.get_by_text(re.compile(r"^10 → \d candidates?$")).wait_for()
    page.wait_for_timeout(500)
    assert find_violations(page) == []
    assert "10 Test Street" in listed(effect, "gone")
    assert listed(effect, "moved")
    promised = listed(effect, "best")
    scores = [row.rsplit("\t", 1)[-1].rpartition(" ")[2] for row in effect.locator("tbody tr").all_inner_texts()]
    page.get_by_role("button", name="Save the rules").click()
    page.get_by_label("Name of the profile").fill("our rules")
    assert find_violations(page) == []
    page.get_by_label("Name of the profile").press("Enter")
    page.get_by_role("button", name="Run now").press("Enter")
    page.get_by_text("Run 2 is done").wait_for()
    rows = pl.read_parquet(window.folder / "results/flex_properties.parquet")
    assert rows["Address"].to_list() == promised
    assert 0 < len(promised) < 10
    assert rows["Flex Score"].to_list() == [float(score) for score in scores]
    show_screen(page, "rules")
    effect.get_by_text("as before").wait_for()
    playwright.expect(page.get_by_label("Condition 1: Value")).to_have_value("Raleigh, Durham")
    page.get_by_text("The settings use the profile profiles/our rules.yaml.").wait_for()


def test_any_profile_is_edited_and_compared_on_a_phone(opened):
    page = opened("rules?profile=parcel", **PHONE)
    for name in ("Zoning", "Building", "Activity"):
        page.locator(f"[data-factor={name}] summary").first.click()
    page.get_by_text("Office SqFt divided by Office SqFt + Warehouse SqFt").wait_for()
    page.get_by_label("Activity, part 3, bracket 1: At most days ago").fill("100")
    page.get_by_label("Zoning: Weight", exact=True).fill("4")
    page.get_by_text("Changed, not saved.").wait_for()
    page.get_by_role("row", name="Test Street").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
    assert find_violations(page) == []
    page.get_by_role("button", name="Reset").click()
    playwright.expect(page.get_by_label("Zoning: Weight", exact=True)).to_have_value("3")
    page.get_by_role("button", name="Compare profiles").click()
    page.get_by_text("have another score").wait_for()
    assert find_violations(page) == []
    assert page.locator("dialog").evaluate("(dialog) => dialog.scrollWidth <= dialog.clientWidth")
