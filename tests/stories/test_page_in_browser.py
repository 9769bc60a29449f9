"""The page in a browser: search, sort, filters, map, keyboard, phone and print, without console messages or requests."""

import pytest

from browser import Opened, chromium
from hostile_texts import CORPUS
from pages import master, page_of

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
CHARLOTTE, ATLANTA, GREENSBORO = (
    {"Latitude": latitude, "Longitude": longitude} for latitude, longitude in ((35.2, -80.8), (33.7, -84.4), (36.1, -79.8))
)
ROWS = (
    {"Address": "1 Oak St", "Flex Score": 9.0, "Building SqFt": 20_000.0} | CHARLOTTE,
    {"Address": "2 Elm St", "Flex Score": 7.0, "Building SqFt": 90_000.0, "State": "GA", "City": "Atlanta"} | ATLANTA,
    {"Address": "3 Ash St", "Flex Score": 5.0, "Building SqFt": None, "Property Type": "Warehouse", "Latitude": None},
    {"Address": "4 Fir St", "Flex Score": 4.5, "Building SqFt": 50_000.0, "Property Type": "Warehouse"} | GREENSBORO,
)
EXPLANATIONS = [f"{row['Flex Score']} of 10: why {row['Address']} (3 of 3)" for row in ROWS]


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as started:
        running = chromium(started)
        yield running
        running.close()


@pytest.fixture
def opened(browser, tmp_path):
    """Open a page of these rows, and check at the end that it made no requests and logged no messages."""
    pages = []

    def open_page(*rows, **options):
        path = tmp_path / "pipeline_summary.html"
        path.write_text(page_of(master(*(rows or ROWS)), explanations=EXPLANATIONS), encoding="utf-8")
        pages.append(Opened(browser, path, **options))
        return pages[-1]

    yield open_page
    for page in pages:
        assert page.requests == [(tmp_path / "pipeline_summary.html").as_uri()]
        assert page.console == []
        page.page.close()


def hover(opened, number):
    """Point at a candidate on the map; the first has number 0."""
    position = opened.page.evaluate(
        """(number) => {
            const svg = document.getElementById("map-svg"), data = JSON.parse(document.getElementById("map-data").textContent);
            svg.scrollIntoView({ block: "center" });
            const point = new DOMPoint(data.points.x[number], data.points.y[number]).matrixTransform(svg.getScreenCTM());
            return [point.x, point.y];
        }""",
        number,
    )
    opened.page.mouse.move(*position)
    return opened.page.locator("#map-tip")


def test_search_finds_address_city_and_type(opened):
    page = opened()
    page.page.fill("#find", "atlanta elm")
    assert (page.addresses(), page.found()) == (["2 Elm St"], "1 of 4")
    page.page.fill("#find", "warehouse")
    assert page.addresses() == ["3 Ash St", "4 Fir St"]
    page.page.fill("#find", "nowhere")
    assert page.page.locator("#none").is_visible()


def test_a_header_sorts_with_missing_values_last(opened):
    page = opened()
    header = page.page.get_by_role("button", name="Building (sq ft)")
    header.click()
    assert page.addresses() == ["2 Elm St", "4 Fir St", "1 Oak St", "3 Ash St"]
    header.click()
    assert page.addresses() == ["1 Oak St", "4 Fir St", "2 Elm St", "3 Ash St"]
    assert page.page.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"


def test_filters_narrow_the_list_and_reset_clears_them(opened):
    page = opened()
    page.page.select_option("#state", "NC")
    page.page.select_option("#type", "Warehouse")
    assert page.addresses() == ["3 Ash St", "4 Fir St"]
    page.page.select_option("#band", "s8")
    assert page.addresses() == []
    page.page.get_by_role("button", name="Reset").click()
    assert len(page.addresses()) == len(ROWS)


def test_an_explanation_opens(opened):
    page = opened()
    page.page.locator("summary", has_text="Why?").first.click()
    assert page.page.get_by_text("why 1 Oak St (3 of 3)").is_visible()


def test_the_map_describes_the_candidate_under_the_pointer(opened):
    page = opened()
    tip = hover(page, 1)
    assert "2 Elm St" in tip.inner_text()
    assert "score 7" in tip.inner_text()
    page.page.mouse.move(5, 5)
    assert tip.is_hidden()


def test_a_click_on_the_map_shows_the_row(opened):
    page = opened()
    page.page.fill("#find", "oak")
    hover(page, 1)
    page.page.mouse.down()
    page.page.mouse.up()
    assert page.page.locator("tr.marked td.what > b").inner_text() == "2 Elm St"


def test_the_map_zooms_and_resets(opened):
    page = opened()
    svg = page.page.locator("#map-svg")
    before = svg.get_attribute("viewBox")
    page.page.get_by_role("button", name="Zoom in").click()
    assert svg.get_attribute("viewBox") != before
    page.page.get_by_role("button", name="Show all candidates").click()
    assert [float(side) for side in svg.get_attribute("viewBox").split()] == [float(side) for side in before.split()]


def test_the_map_works_by_keyboard(opened):
    page = opened()
    page.page.focus("#map-svg")
    page.page.keyboard.press("ArrowRight")
    page.page.keyboard.press("ArrowRight")
    assert "2 Elm St" in page.page.locator("#map-tip").inner_text()
    page.page.keyboard.press("Enter")
    assert page.page.locator("tr.marked td.what > b").inner_text() == "2 Elm St"


def test_the_map_follows_the_keyboard(opened):
    page = opened()
    hover(page, 0)
    for _ in range(6):
        page.page.get_by_role("button", name="Zoom in").click()
    page.page.focus("#map-svg")
    page.page.keyboard.press("ArrowRight")
    assert "1 Oak St" in page.page.locator("#map-tip").inner_text()
    page.page.keyboard.press("ArrowRight")
    assert "2 Elm St" in page.page.locator("#map-tip").inner_text()


def test_the_keyboard_reaches_search_and_headers(opened):
    page = opened()
    page.page.keyboard.press("/")
    page.page.keyboard.type("elm")
    assert page.addresses() == ["2 Elm St"]
    page.page.get_by_role("button", name="Property", exact=True).focus()
    page.page.keyboard.press("Enter")
    assert page.page.locator("th[aria-sort]").inner_text().startswith("Property")


def test_many_candidates_are_shown_in_pages(opened):
    page = opened(*[{"Address": f"{i} Oak St"} for i in range(120)])
    assert len(page.addresses()) == 50
    page.page.get_by_role("button", name="Show 50 more").click()
    assert len(page.addresses()) == 100
    page.page.get_by_role("button", name="Show all 120").click()
    assert len(page.addresses()) == 120


def test_a_phone_shows_the_page_without_horizontal_scrolling(opened):
    page = opened(**PHONE)
    assert page.page.evaluate("document.documentElement.scrollWidth") == 390
    page.page.select_option("#by", label="Building (sq ft)")
    assert page.addresses()[0] == "2 Elm St"


def test_the_theme_follows_the_system_until_the_button_is_clicked(opened):
    page = opened(color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.page.evaluate(ground)
    page.page.get_by_role("button", name="Light").click()
    assert page.page.evaluate(ground) != dark


def test_the_printed_page_has_the_table_without_its_tools(opened):
    page = opened()
    page.page.emulate_media(media="print")
    assert page.page.locator("#tools").is_hidden()
    assert len(page.addresses()) == len(ROWS)


def test_the_page_is_readable_without_scripts(opened):
    page = opened(java_script_enabled=False)
    assert len(page.addresses()) == len(ROWS)
    assert page.page.locator("#map-svg .dot").count() == 3
    assert page.page.locator("#tools").is_hidden()


def test_hostile_texts_do_nothing(opened):
    page = opened(*[dict.fromkeys(("Property Name", "Property Type", "Address", "City", "State"), text) for text in CORPUS])
    dialogs = []
    page.page.on("dialog", lambda dialog: dialogs.append(dialog))  # noqa: PLW0108 - playwright marks what it is given
    page.page.focus("#map-svg")
    for _ in CORPUS:
        page.page.keyboard.press("ArrowRight")
    page.page.fill("#find", "<script>")
    assert page.addresses()[0] == CORPUS[0]
    assert dialogs == []
