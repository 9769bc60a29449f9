"""The window in a browser: from dropped files to a downloaded workbook, with a mouse, a keyboard and a phone."""

import re

import pytest

from browser import PHONE, find_violations
from browser import show_screen as show
from hostile_texts import CORPUS
from windows import open_window
from workbooks import HEADER, candidate, corrupted_file, valid_properties_1, write_workbook

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

COLUMNS = (*HEADER, "Asking Price", "Latitude", "Longitude", "Owner Name")
CHARLOTTE, ATLANTA = (35.2, -80.8), (33.7, -84.4)
SCREENS = ("start", "files", "list", "problems")


def write_inputs(folder):
    """Write ten candidates of two cities, of which two may be the same, two other rows, and a damaged file."""
    sizes = {n: candidate(n, Building_SqFt=20_000 + 2_000 * n) for n in range(1, 8)}
    rows = [(*row, 1e6 * n, CHARLOTTE[0] + n / 50, CHARLOTTE[1], "Oak LLC") for n, row in sizes.items()]
    twins = ("2100 Peachtree Industrial Road", "2100 Peachtre Industrial Road")
    rows += [(*candidate(Address=one, City="Atlanta", State="GA"), None, *ATLANTA, "Elm LLC") for one in twins]
    rows += [(*candidate(30, Address="<b>30</b> Ash Street"), None, None, None, CORPUS[0])]
    rows += [
        (*candidate(31, Property_Type="Office"), 5e6, *ATLANTA, None),
        (*candidate(32, Building_SqFt=900), 5e6, *ATLANTA, None),
    ]
    write_workbook(folder / "deals.xlsx", [COLUMNS, *rows])
    corrupted_file(folder)


@pytest.fixture(scope="module")
def window(tmp_path_factory):
    """Serve a workspace that had one run, and writes other samples."""
    folder = tmp_path_factory.mktemp("deals")
    write_inputs(folder)
    with open_window(folder, valid_properties_1) as tab:
        tab.finish_run()
        yield tab


def addresses(page, count=None):
    """Return the addresses of the list in order, once it has `count` rows."""
    rows = page.locator(".ag-center-cols-container .ag-row")
    if count is not None:
        playwright.expect(rows).to_have_count(count)
    found = rows.evaluate_all(
        "(rows) => rows.map((row) => [+row.getAttribute('row-index'), row.querySelector('.cell-property b')?.textContent])"
    )
    return [address for _, address in sorted(found)]


def open_property(page, address):
    page.locator(".cell-property b", has_text=re.compile(f"^{re.escape(address)}$")).click()
    page.locator(".property h2", has_text=address).wait_for()
    return page.locator(".property")


# First start.


def test_samples_lead_to_a_downloaded_workbook(opened, window, monkeypatch, tmp_path):
    monkeypatch.setattr("platformdirs.user_documents_dir", lambda: str(tmp_path))
    folder = str(window.folder)
    page, other = opened("start"), opened("list")
    page.get_by_role("button", name="Try with samples").click()
    page.get_by_text("1 file").first.wait_for()
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_text("5 candidates on the list").wait_for()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Excel workbook").click()
    assert waiting.value.suggested_filename == "flex_properties.xlsx"
    assert (tmp_path / "flexscout samples/results/flex_properties.xlsx").exists()
    page.get_by_role("link", name="Show the list").click()
    assert len(addresses(page, 5)) == 5
    other.evaluate("dispatchEvent(new Event('visibilitychange'))")  # the other tab is looked at again
    other.get_by_text("The folder flexscout samples was opened in another tab.").wait_for()
    other.get_by_role("button", name=window.folder.name, exact=True).click()
    assert len(addresses(other, 10)) == 10
    show(page, "start")
    page.get_by_role("button", name="Choose a folder").first.click()
    page.get_by_label("Path of the folder").fill(folder)
    page.get_by_role("button", name="Open this folder").click()
    page.locator("#workspace", has_text=window.folder.name).wait_for()


def test_dropped_files_are_copied_to_the_inbox_and_listed(opened, window, tmp_path):
    page = opened("files")
    content = write_workbook(tmp_path / "dropped.xlsx", [HEADER, candidate(90)]).read_bytes()
    page.evaluate(
        """(bytes) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], "dropped.xlsx"));
            const drop = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
            document.querySelector(".drop").dispatchEvent(drop);
        }""",
        list(content),
    )
    page.get_by_text("1 file copied to the folder inbox").wait_for()
    row = page.get_by_role("row", name=re.compile("dropped.xlsx"))
    row.get_by_text("Ready").wait_for()
    assert (window.folder / "inbox/dropped.xlsx").read_bytes() == content
    (window.folder / "inbox/dropped.xlsx").unlink()


def test_folders_are_browsed_by_name(opened, window):
    page = opened("start")
    page.get_by_role("button", name="Choose a folder").first.click()
    page.get_by_label("Path of the folder").fill(str(window.folder.parent))
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_role("button", name=window.folder.name, exact=True).click()
    playwright.expect(page.get_by_text("deals.xlsx")).to_be_visible()


def test_used_address_says_how_to_open_the_window_again(browser, window):
    page = browser.new_page()
    address = window.window.create_address()
    page.goto(address)
    page.locator("#screens a").first.wait_for()
    again = browser.new_context().new_page()
    again.goto(address)
    again.get_by_text("isn't connected").wait_for()
    assert "flexscout app" in again.locator("main").inner_text()
    again.context.close()
    page.close()


def test_second_tab_gets_access_from_the_first(opened):
    page = opened("files")
    second = page.context.new_page()
    second.goto(page.url)
    playwright.expect(second.locator("main.files h1")).to_be_visible()


# Runs.


def test_failed_file_is_fixed_and_tried_again(opened, window):
    page = opened("problems")
    page.locator(".cause", has_text="corrupted_file.xlsx").wait_for()
    assert find_violations(page) == []
    path = window.folder / "corrupted_file.xlsx"
    damaged = path.read_bytes()
    write_workbook(path, [HEADER, candidate(91)])
    page.get_by_role("button", name="Try again").click()
    page.get_by_text("11 candidates on the list").wait_for()
    show(page, "list")
    assert "91 Test Street" in addresses(page, 11)
    path.write_bytes(damaged)
    show(page, "files")
    page.get_by_role("button", name="Run again").click()
    page.get_by_text("10 candidates on the list").wait_for()
    row = page.get_by_role("row", name=re.compile("corrupted_file.xlsx"))
    row.get_by_text("Damaged", exact=True).wait_for()  # as in the list of files before a run
    row.get_by_role("button", name="Leave out").wait_for()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download the workbook").click()
    assert waiting.value.suggested_filename == "flex_properties.xlsx"


def test_stopped_run_keeps_the_previous_list(opened, window):
    book = window.folder / "results/flex_properties.xlsx"
    before = book.read_bytes()
    large = write_workbook(window.folder / "large.xlsx", [HEADER, *(candidate(number) for number in range(1_000, 9_000))])
    page = opened("files")
    page.get_by_role("button", name="Run again").click()
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_text("The run was stopped.").wait_for()
    page.get_by_text("The previous list is unchanged.").wait_for()
    page.get_by_role("button", name="Run again").wait_for()
    assert book.read_bytes() == before
    large.unlink()


# The list.


def test_list_is_sorted_filtered_and_searched_and_survives_reload_and_back(opened):
    page = opened()
    best = addresses(page, 10)
    page.get_by_label("Search").fill("atlanta")
    assert sorted(addresses(page, 2)) == ["2100 Peachtre Industrial Road", "2100 Peachtree Industrial Road"]
    page.reload()
    assert sorted(addresses(page, 2)) == ["2100 Peachtre Industrial Road", "2100 Peachtree Industrial Road"]
    page.get_by_role("button", name="Reset", exact=True).click()
    addresses(page, 10)
    page.locator("summary", has_text="City").click()
    page.get_by_role("checkbox", name=re.compile("Charlotte")).check()
    addresses(page, 8)
    page.keyboard.press("Escape")
    page.go_back()
    addresses(page, 10)
    page.get_by_role("columnheader", name="Sq ft").click()
    page.locator("[aria-sort='ascending']").wait_for()
    page.wait_for_timeout(300)
    assert addresses(page, 10)[0] == "1 Test Street"
    page.reload()
    page.locator("[aria-sort='ascending']").wait_for()
    assert addresses(page, 10)[0] == "1 Test Street" != best[0]


def test_slider_narrows_the_list_and_says_so(opened):
    page = opened()
    page.locator("summary", has_text="Size").click()
    page.get_by_label("From size, exact").fill("30000")
    page.get_by_label("From size, exact").press("Enter")
    addresses(page, 6)
    page.get_by_label("Maximum size").press("Home")
    playwright.expect(page.locator("summary.active")).to_contain_text("Size:")


def test_views_show_what_to_verify_and_why_rows_were_rejected(opened):
    page = opened()
    page.locator("[data-view='rejected']").click()
    page.locator(".cell-reason", has_text="Property Type is none of").first.wait_for()
    playwright.expect(page.get_by_role("application")).to_have_attribute("aria-description", "2 properties on the map.")
    assert find_violations(page) == []
    page.go_back()
    addresses(page, 10)


def test_columns_are_chosen_and_kept(opened):
    page = opened()
    page.get_by_role("button", name="Columns").click()
    page.get_by_label("Find a column").fill("stat")
    page.get_by_label("State", exact=True).check()
    page.get_by_role("button", name="Done").click()
    page.reload()
    page.locator(".ag-row .cell-property").first.wait_for()
    assert page.locator(".ag-header-cell[col-id='State']").count() == 1


def test_selection_is_compared_and_exported(opened):
    page = opened()
    for address in ("1 Test Street", "2 Test Street"):
        page.get_by_label(f"Select {address}").check()
    page.get_by_role("button", name="Compare").click()
    lines = page.locator("dialog tr").all_inner_texts()
    assert any("22,000 sq ft" in line and "24,000 sq ft" in line for line in lines)
    assert find_violations(page) == []
    page.keyboard.press("Escape")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Export as CSV").click()
    assert waiting.value.suggested_filename.endswith(".csv")
    text = waiting.value.path().read_text(encoding="utf-8-sig")
    assert "1 Test Street" in text
    assert "7 Test Street" not in text


def step_on_map(page):
    area = page.get_by_role("application")
    playwright.expect(area).to_have_attribute("aria-description", "10 properties on the map.")
    area.focus()
    page.keyboard.press("ArrowRight")


def test_map_leads_to_a_property(opened):
    page = opened()
    step_on_map(page)
    page.locator(".tip b", has_text="Test Street").wait_for()
    title = page.locator(".tip b").inner_text()
    page.keyboard.press("Enter")
    playwright.expect(page.locator(".property h2")).to_have_text(title)


def test_list_follows_the_map(opened):
    page = opened()
    page.get_by_label("List only what the map shows").check()
    step_on_map(page)
    for _ in range(8):
        page.keyboard.press("+")
    playwright.expect(page.locator("#found")).to_contain_text("of 10")


# The property.


def test_property_shows_score_reasons_and_the_cell_of_each_value(opened):
    page = opened()
    panel = open_property(page, "3 Test Street")
    text = panel.inner_text()
    for expected in ("$3,000,000", "26,000 sq ft", "Why this score", "deals.xlsx", "What would raise it"):
        assert expected in text
    assert panel.get_by_role("row", name=re.compile("Address")).locator(".cell").first.inner_text()
    with page.expect_download() as waiting:
        panel.get_by_role("button", name="Download as PDF").click()
    assert waiting.value.suggested_filename == "3 Test Street.pdf"


def test_property_is_printed_whole_and_alone(opened):
    page = opened()
    panel = open_property(page, "3 Test Street")
    page.evaluate("window.print = () => {}")
    panel.get_by_role("button", name="Print").click()
    page.emulate_media(media="print")
    assert page.locator(".bar, .main-pane, body > header").locator("visible=true").count() == 0
    assert panel.evaluate("(panel) => panel.scrollHeight - panel.clientHeight") == 0


def test_arrow_keys_go_on_to_the_next_property(opened):
    page = opened()
    order = addresses(page, 10)
    open_property(page, order[0])
    page.keyboard.press("ArrowDown")
    page.locator(".property h2", has_text=order[1]).wait_for()
    page.get_by_role("button", name="Next").click()
    page.locator(".property h2", has_text=order[2]).wait_for()
    page.keyboard.press("Escape")
    playwright.expect(page.locator(".property")).to_be_hidden()


def test_note_survives_sort_filter_reload_and_run(opened, window):
    page = opened()
    panel = open_property(page, "5 Test Street")
    panel.get_by_label("My Notes").fill("Ask for the rent roll.")
    panel.get_by_text("Saved", exact=True).wait_for()
    page.get_by_role("columnheader", name="Sq ft").click()
    page.get_by_label("Search").fill("charlotte")
    page.reload()
    playwright.expect(page.locator(".property").get_by_label("My Notes")).to_have_value("Ask for the rent roll.")
    window.finish_run()
    page.reload()
    playwright.expect(page.locator(".property").get_by_label("My Notes")).to_have_value("Ask for the rent roll.")


def test_notes_of_two_tabs_are_both_kept(opened):
    first, second = (open_property(opened(), "4 Test Street") for _ in range(2))
    slow = "async (...call) => { await new Promise((go) => setTimeout(go, 900)); return send(...call); }"
    first.page.evaluate(f"void (window.fetch = ((send) => {slow})(fetch))")
    first.get_by_label("My Notes").fill("Ask")
    first.page.wait_for_timeout(700)  # it is being saved
    first.get_by_label("My Notes").fill("Ask Ann.")
    first.get_by_text("Saved", exact=True).wait_for()
    first.page.wait_for_timeout(1_700)
    second.get_by_label("My Notes").press_sequentially("Ask Bob.", delay=20)
    second.get_by_text("Saved, with what another tab or the workbook has added.").wait_for()
    playwright.expect(second.get_by_label("My Notes")).to_have_value("Ask Ann.\nAsk Bob.")


def test_note_is_saved_when_the_property_is_left_at_once(opened):
    page = opened()
    panel = open_property(page, "6 Test Street")
    panel.get_by_label("My Notes").fill("Left at once.")
    panel.get_by_label("Close the property").click()
    playwright.expect(panel).to_be_hidden()
    panel = open_property(page, "6 Test Street")
    playwright.expect(panel.get_by_label("My Notes")).to_have_value("Left at once.")


def test_correction_counts_at_the_next_run(opened, window):
    page = opened()
    panel = open_property(page, "7 Test Street")
    panel.get_by_label("Correct Asking Price").click()
    panel.get_by_role("textbox", name="Correct Asking Price").fill("6500000")
    panel.locator("h2").click()  # leaving the box saves
    panel.get_by_text("corrected to 6500000").wait_for()
    panel.get_by_label("Correct Year Built").click()
    panel.get_by_role("textbox", name="Correct Year Built").fill("1800")
    page.keyboard.press("Escape")
    playwright.expect(panel.get_by_text("corrected to")).to_have_count(1)
    window.finish_run()
    page.reload()
    playwright.expect(page.locator(".property .facts")).to_contain_text("$6,500,000")


def test_decision_about_a_duplicate_counts_at_the_next_run(opened, window):
    page = opened()
    panel = open_property(page, "2100 Peachtree Industrial Road")
    panel.get_by_role("button", name=re.compile("^Different")).click()
    panel.get_by_text("Saved; counts from the next run.").wait_for()
    page.reload()
    playwright.expect(panel.get_by_role("button", name=re.compile("^Different"))).to_have_attribute("aria-pressed", "true")
    panel.get_by_role("button", name=re.compile("^Same")).click()
    playwright.expect(panel.get_by_role("button", name=re.compile("^Same"))).to_have_attribute("aria-pressed", "true")
    window.finish_run()
    show(page, "list?view=candidates")
    page.reload()
    assert len([one for one in addresses(page, 9) if "Peach" in one]) == 1
    path = next(window.folder.rglob("*decisions*.csv"), None)
    if path:
        path.unlink()
    window.finish_run()


# People.


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_screen_is_accessible(opened, scheme):
    page = opened("start", color_scheme=scheme)
    for screen in SCREENS:
        show(page, screen)
        page.wait_for_timeout(250)
        assert (screen, find_violations(page)) == (screen, [])
    show(page, "list")
    open_property(page, "1 Test Street")
    assert find_violations(page) == []
    page.keyboard.press("Escape")
    for name in ("Price", "City"):
        page.locator("summary", has_text=name).click()
        assert find_violations(page) == []
        page.keyboard.press("Escape")


def test_phone_shows_every_screen_without_horizontal_scrolling(opened):
    page = opened("start", **PHONE)
    for screen in SCREENS:
        show(page, screen)
        page.wait_for_timeout(250)
        assert (screen, page.evaluate("document.documentElement.scrollWidth")) == (screen, 360)
        assert (screen, find_violations(page)) == (screen, [])
    show(page, "list")
    page.get_by_role("button", name="Map", exact=True).click()
    assert page.get_by_role("application").is_visible()
    open_property(page, "1 Test Street")
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_keyboard_alone_reaches_a_note(opened):
    page = opened("start")
    page.locator("#skip").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Shift+Tab")
    for _ in range(10):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.textContent") == "List":
            break
    page.keyboard.press("Enter")
    page.locator(".ag-row .cell-property").first.wait_for()
    page.keyboard.press("/")
    page.keyboard.type("2 test")
    playwright.expect(page.locator("#found")).to_contain_text("of 10")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("Boolean(document.activeElement.closest('.ag-root'))"):
            break
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator(".property h2").wait_for()


def test_hostile_texts_stay_texts(opened):
    page = opened()
    panel = open_property(page, "<b>30</b> Ash Street")
    assert CORPUS[0] in panel.inner_text()
    assert panel.locator("h2 b").count() == 0


def test_theme_is_kept(opened):
    page = opened("start")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="Dark").click()
    page.reload()
    page.locator("#screens a").first.wait_for()
    assert page.evaluate(ground) != light
