"""Changes, duplicates, past runs and sharing in a browser: one path through each screen, with keys, a mouse and a phone."""

import email
import email.policy
import re

import pytest

from browser import PHONE, find_violations, show_screen
from hostile_texts import CORPUS
from images import png
from windows import open_window
from workbooks import HEADER, candidate, write_workbook

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

COLUMNS = (*HEADER, "Asking Price", "Owner Name", "Latitude", "Longitude")
TWINS = ("2100 Peachtree Industrial Road", "2100 Peachtre Industrial Road", "45 Magnolia Avenue", "45 Magnola Avenue")
SCREENS = ("changes", "duplicates", "duplicates?tab=merged", "duplicates?tab=decisions", "history", "share")


def write_week(folder, price, *numbers):
    """Write two pairs of possible duplicates, a hostile text, and candidates with these numbers."""
    rows = [(*candidate(number), price, "Oak LLC") for number in numbers]
    rows += [
        (*candidate(Address=address), 3_000_000, "Elm LLC", 35.2271 + at / 1_000, -80.8431) for at, address in enumerate(TWINS)
    ]
    rows += [(*candidate(30, Address="<b>30</b> Ash Street"), 3_000_000, CORPUS[0])]
    write_workbook(folder / "deals.xlsx", [COLUMNS, *rows])
    write_workbook(folder / "again.xlsx", [COLUMNS, (*candidate(1, Address="1 TEST ST"), price, None)])


@pytest.fixture(scope="module")
def window(tmp_path_factory):
    """Serve a workspace that had runs in two weeks."""
    folder = tmp_path_factory.mktemp("weeks")
    with open_window(folder) as tab:
        for price, numbers in ((2_000_000, (1, 2, 3)), (1_500_000, (1, 2, 4))):
            write_week(folder, price, *numbers)
            tab.finish_run()
        yield tab


def test_duplicates_are_decided_and_undone_by_keys(opened, window):
    page = opened("duplicates")
    progress, title = page.locator(".review-progress p"), page.locator(".pair h2")
    playwright.expect(progress).to_have_text("0 of 2 decided")
    page.locator(".side-by-side .differs th", has_text="Address").wait_for()
    page.locator(".both-places canvas[aria-description^='2 properties']").wait_for()
    page.keyboard.press("s")
    playwright.expect(progress).to_have_text("1 of 2 decided")
    playwright.expect(title).to_contain_text("Pair 2 of 2")
    page.locator(".effect", has_text=re.compile("instead of 8: 1 leaves")).wait_for()
    page.keyboard.press("d")
    playwright.expect(progress).to_have_text("2 of 2 decided")
    page.keyboard.press("u")
    playwright.expect(progress).to_have_text("1 of 2 decided")
    page.keyboard.press("ArrowLeft")
    playwright.expect(title).to_contain_text("Pair 1 of 2")
    playwright.expect(page.locator("[data-decision='same']")).to_have_attribute("aria-pressed", "true")
    page.locator("[data-tab='decisions']").click()
    page.get_by_role("button", name=re.compile("^Remove the decision")).click()
    page.get_by_text("You have decided nothing yet.").wait_for()
    assert not (window.folder / "results/flex_properties_decisions.csv").exists()


def test_changes_are_filtered_and_seen_after_a_reload(opened):
    page = opened("changes?from=1&to=2")
    rows = page.locator(".changes-table tbody tr")
    page.locator("[data-kind='price cut']").first.click()
    playwright.expect(rows).to_have_count(2)
    playwright.expect(rows.first).to_contain_text("$2,000,000 → $1,500,000 (-25%)")
    rows.first.get_by_role("checkbox").check()
    page.locator("button[data-kind='price cut']", has_text="1 unseen").wait_for()
    page.reload()
    playwright.expect(rows.first.get_by_role("checkbox")).to_be_checked()
    page.get_by_label("Only unseen").check()
    playwright.expect(rows).to_have_count(1)
    page.get_by_role("button", name="Mark all as seen").click()
    page.get_by_text("No changes match.").wait_for()
    page.go_back()
    playwright.expect(rows).to_have_count(2)
    page.locator("[data-kind='all']").click()
    page.get_by_label("Search").fill("3 test")
    playwright.expect(rows).to_have_count(1)
    playwright.expect(rows).to_contain_text("Gone")


def test_past_run_is_restored_and_a_property_shows_its_values_over_time(opened, window):
    page = opened("list")
    page.locator(".cell-property b", has_text=re.compile("^1 Test Street|^1 TEST ST")).click()
    page.locator(".lines figure", has_text="Asking Price: $2,000,000 → $1,500,000").wait_for()
    page.locator("summary", has_text="Values by run").click()
    playwright.expect(page.locator("table.timeline tbody tr")).to_have_count(2)
    assert find_violations(page) == []
    show_screen(page, "history")
    page.get_by_role("button", name="Restore run 1").click()
    assert find_violations(page) == []
    page.locator("dialog").get_by_role("button", name="Restore", exact=True).click()
    page.locator("#message", has_text="The run was restored as run 3.").wait_for()
    page.get_by_text("restored from run 1").wait_for()
    show_screen(page, "list")
    page.locator(".cell-property b", has_text="3 Test Street").wait_for()
    window.finish_run()


def test_draft_and_branding_are_made_in_the_window(opened, window):
    page = opened("share")
    page.get_by_label("Name", exact=True).fill("Oak & Elm <Partners>")
    page.set_input_files("#share-logo", files=[{"name": "logo.png", "mimeType": "image/png", "buffer": png()}])
    page.locator(".brand-preview img").wait_for()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("The name and the logo were saved.").wait_for()
    assert "Oak & Elm <Partners>" in (window.folder / "pipeline_config.yaml").read_text()
    page.locator("#share-property option").first.wait_for(state="attached")
    page.get_by_label("the chosen property").check()
    page.get_by_label("To").fill("ann@example.com")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Make the draft").click()
    mail = email.message_from_bytes(waiting.value.path().read_bytes(), policy=email.policy.default)
    assert (waiting.value.suggested_filename, mail["To"]) == ("flexscout list.eml", "ann@example.com")
    assert [part.get_content_type() for part in mail.iter_attachments()] == ["text/html", "application/pdf"]


@pytest.mark.parametrize("options", [PHONE, {"color_scheme": "dark"}], ids=["phone", "dark"])
def test_every_screen_is_accessible_and_fits(opened, options):
    page = opened("changes", **options)
    for screen in SCREENS:
        show_screen(page, screen)
        page.locator("main table, main .panel p, #share-property option").first.wait_for(state="attached")
        page.wait_for_timeout(250)
        width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert (screen, width, find_violations(page)) == (screen, 0, [])
