"""The page in a browser: filters, list, map, cards, comparison, keyboard, phone and print, without messages or requests."""

import polars as pl
import pytest

from browser import Opened, find_violations
from hostile_texts import CORPUS
from pages import master, page_of, report

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
CHARLOTTE, ATLANTA, GREENSBORO = (
    {"Latitude": latitude, "Longitude": longitude} for latitude, longitude in ((35.2, -80.8), (33.7, -84.4), (36.1, -79.8))
)
COLUMNS = {"Asking Price": None, "Asking Price/SqFt": None, "Median Asking/SqFt": None, "Owner Name": None, "Owner Group": None}
OWNER = {"Owner Name": "OAK HOLDINGS, LLC", "Owner Group": "Oak Holdings LLC"}
ROWS = (
    {"Address": "1 Oak St", "Flex Score": 9.0, "Building SqFt": 20_000.0, "Asking Price": 2e6, "Asking Price/SqFt": 100.0}
    | {"Median Asking/SqFt": 125.0, "Flex Classification": "PRIME_FLEX"} | OWNER | CHARLOTTE,
    {"Address": "2 Elm St", "Flex Score": 7.0, "Building SqFt": 90_000.0, "State": "GA", "City": "Atlanta", "Asking Price": 9e6}
    | OWNER | ATLANTA,
    {"Address": "3 Ash St", "Flex Score": 5.0, "Building SqFt": None, "Property Type": "Warehouse", "Latitude": None},
    {"Address": "4 Fir St", "Flex Score": 4.5, "Building SqFt": 50_000.0, "Property Type": "Warehouse"} | GREENSBORO,
)  # fmt: skip
FIRST = {"Flex Classification": "GOOD_FLEX"}
EXPLANATIONS = [f"{row['Flex Score']} of 10: why {row['Address']} (3 of 3)" for row in ROWS]
REASONS = [[f"short reason {i}"] for i in range(len(ROWS))]
SOURCE_ROWS = [
    {"Property ID": "P-0", "Source File": "a.xlsx", "Source Sheet": "S", "Source Row": 2, "Building SqFt": 20_000.0, "APN": None},
    {
        "Property ID": "P-0",
        "Source File": "b.xlsx",
        "Source Sheet": "S",
        "Source Row": 9,
        "Building SqFt": 21_500.0,
        "APN": "7-1",
    },
]
CHANGE = {"Property ID": "P-1", "Change": "price cut", "Column": "Asking Price", "Old Value": "4000000", "New Value": "3500000"}
CHANGES = report(changes={"since_run": 1, "counts": {"price_cut": 1, "unchanged": 3}, "first": []})


def write_page(path, *rows, **tables):
    table = master(*(COLUMNS | FIRST | {"Property ID": f"P-{i}"} | row for i, row in enumerate(rows)))
    path.write_text(page_of(table, CHANGES, **tables), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    changes, merged = pl.DataFrame([CHANGE | {"Percent": -12.5}]), {"Property ID": ["P-0"], "Removed File": ["b.xlsx"]}
    path = tmp_path_factory.mktemp("page") / "pipeline_summary.html"
    tables = {"explanations": EXPLANATIONS, "reasons": REASONS, "changes": changes, "merge_log": pl.DataFrame(merged)}
    tables["source_rows"] = pl.DataFrame(SOURCE_ROWS)
    return write_page(path, *ROWS, **tables)


@pytest.fixture
def opened(browser, path):
    """Open a page, and check at the end that it made no requests and logged no messages."""
    pages = []

    def open_page(file=path, **options):
        pages.append((file, Opened(browser, file, **options)))
        return pages[-1][1]

    yield open_page
    for file, page in pages:
        assert page.requests == [file.as_uri()]
        assert page.console == []
        page.page.close()


def open_filter(page, label):
    page.page.locator(".filter > summary", has_text=label).first.click()
    return page.page.locator(".filter[open]")


def hover(page, row):
    """Point at a candidate on the map."""
    position = page.page.evaluate(
        """(row) => {
            const svg = document.getElementById("map-svg"), data = JSON.parse(document.getElementById("page-data").textContent);
            svg.scrollIntoView({ block: "center" });
            const point = new DOMPoint(data.x[row], data.y[row]).matrixTransform(svg.getScreenCTM());
            return [point.x, point.y];
        }""",
        row,
    )
    page.page.mouse.move(*position)
    return page.page.locator("#map-tip")


def test_the_first_screen_shows_price_size_owner_score_and_the_map(opened):
    page = opened(viewport={"width": 1440, "height": 900}).page
    first = page.locator("#list tbody tr").first.inner_text()
    for text in ("9.0", "1 Oak St", "short reason 0", "$2,000,000", "$100/SF", "20% below median", "20,000", "Oak Holdings LLC"):
        assert text in first
    assert page.locator("#map-svg").bounding_box()["y"] < 300


def test_search_finds_address_city_type_and_owner(opened):
    page = opened()
    for words, addresses in {
        "atlanta elm": ["2 Elm St"],
        "warehouse": ["3 Ash St", "4 Fir St"],
        "oak holdings": ["1 Oak St", "2 Elm St"],
        "nowhere": [],
    }.items():
        page.page.fill("#find", words)
        assert page.addresses() == addresses
    assert page.page.locator("#none").is_visible()
    assert page.found() == "0 of 4"


def test_a_slider_narrows_list_and_map(opened):
    page = opened()
    panel = open_filter(page, "Size")
    panel.get_by_label("Minimum size").press("ArrowRight")
    assert page.addresses() == ["2 Elm St", "4 Fir St"]
    panel.get_by_label("Maximum size").press("ArrowLeft")
    assert page.addresses() == ["4 Fir St"]
    assert page.page.locator("#map-dots .dot").count() == 1
    assert page.page.locator("summary.active").inner_text().startswith("Size: 50,000")
    page.page.get_by_role("button", name="Reset").click()
    assert len(page.addresses()) == len(ROWS)


def test_lists_of_values_narrow_the_list_and_count_the_rest(opened):
    page = opened()
    open_filter(page, "Type").get_by_label("Warehouse").check()
    assert page.addresses() == ["3 Ash St", "4 Fir St"]
    panel = open_filter(page, "City")
    assert panel.locator("label").all_inner_texts() == ["Charlotte, NC\n2", "Atlanta, GA\n0"]
    panel.get_by_label("Atlanta, GA").check()
    assert page.addresses() == []


def test_a_change_at_the_top_shows_its_properties(opened):
    page = opened()
    page.page.get_by_role("link", name="1 price cuts").click()
    assert page.addresses() == ["2 Elm St"]
    assert "Price cut -12.5%" in page.page.locator("#list tbody tr").inner_text()


def test_an_owner_leads_to_all_its_properties(opened):
    page = opened()
    page.page.get_by_role("button", name="1 more here").first.click()
    assert page.addresses() == ["1 Oak St", "2 Elm St"]
    page.page.locator("#only").click()
    assert len(page.addresses()) == len(ROWS)


def test_a_header_sorts_with_missing_values_last(opened):
    page = opened()
    header = page.page.get_by_role("button", name="Sq ft")
    header.click()
    assert page.addresses() == ["2 Elm St", "4 Fir St", "1 Oak St", "3 Ash St"]
    header.click()
    assert page.addresses() == ["1 Oak St", "4 Fir St", "2 Elm St", "3 Ash St"]
    assert page.page.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"


def test_a_card_tells_everything_about_a_property(opened):
    page = opened().page
    page.get_by_role("button", name="1 Oak St", exact=True).click()
    text = page.locator("#card").inner_text()
    for expected in (
        "why 1 Oak St (3 of 3)",
        "Oak Holdings LLC",
        "1 more of this owner",
        "2 Elm St",
        "b.xlsx",
        "Prime flex",
        "#1 of 4",
    ):
        assert expected in text
    assert "false" not in text
    sources = page.get_by_role("region", name="Values of each source")
    lines = [line.split("\t") for line in sources.inner_text().split("\n")]
    assert ["Building", "20,000 sq ft", "20,000 sq ft", "21,500 sq ft"] in lines
    assert page.locator("#card a", has_text="Listing").get_attribute("href") == "https://example.com/p/1"
    page.get_by_role("button", name="Next", exact=True).click()
    assert "Price cut -12.5%: Asking Price $4,000,000 → $3,500,000" in page.locator("#card").inner_text()
    page.keyboard.press("Escape")
    assert page.locator("#card").is_hidden()


def test_an_address_with_an_id_opens_that_card(opened):
    page = opened().page
    page.evaluate("location.hash = '#P-2'")
    page.locator("#card").get_by_role("heading", name="3 Ash St").wait_for()
    assert "center of its" in page.locator("#card").inner_text()


def test_properties_are_compared_side_by_side(opened):
    page = opened().page
    page.get_by_label("Compare 1 Oak St").check()
    assert page.get_by_role("button", name="Compare", exact=True).is_disabled()
    page.get_by_label("Compare 4 Fir St").check()
    page.get_by_role("button", name="Compare", exact=True).click()
    lines = page.locator("#comparison tr").all_inner_texts()
    assert "Building\t20,000 sq ft\t50,000 sq ft" in lines
    assert "Asking price\t$2,000,000\t" in lines


def test_the_map_describes_a_candidate_and_leads_to_its_row(opened):
    page = opened(viewport={"width": 1440, "height": 900})
    tip = hover(page, 1)
    assert "2 Elm St" in tip.inner_text()
    assert "score 7" in tip.inner_text()
    page.page.mouse.down()
    page.page.mouse.up()
    assert page.page.locator("tr.marked .name").inner_text() == "2 Elm St"
    page.page.mouse.move(5, 5)
    assert tip.is_hidden()


def test_the_list_follows_the_map(opened):
    page = opened(viewport={"width": 1440, "height": 900})
    svg = page.page.locator("#map-svg")
    before = svg.get_attribute("viewBox")
    hover(page, 1)
    page.page.get_by_label("List only what the map shows").check()
    page.page.focus("#map-svg")
    page.page.keyboard.press("ArrowRight")
    for _ in range(6):
        page.page.keyboard.press("+")
    assert page.addresses() == ["1 Oak St", "3 Ash St"]
    page.page.get_by_role("button", name="Show all candidates").click()
    assert [float(side) for side in svg.get_attribute("viewBox").split()] == [float(side) for side in before.split()]


def test_the_map_works_by_keyboard(opened):
    page = opened()
    page.page.focus("#map-svg")
    page.page.keyboard.press("ArrowRight")
    page.page.keyboard.press("ArrowRight")
    assert "2 Elm St" in page.page.locator("#map-tip").inner_text()
    page.page.keyboard.press("Enter")
    assert page.page.locator("tr.marked .name").inner_text() == "2 Elm St"


def test_the_keyboard_reaches_search_headers_and_cards(opened):
    page = opened()
    page.page.keyboard.press("/")
    page.page.keyboard.type("elm")
    assert page.addresses() == ["2 Elm St"]
    page.page.get_by_role("button", name="Property", exact=True).focus()
    page.page.keyboard.press("Enter")
    assert page.page.locator("th[aria-sort]").inner_text().startswith("Property")
    page.page.locator("#list .name").focus()
    page.page.keyboard.press("Enter")
    assert page.page.locator("#card").is_visible()


def test_many_candidates_are_shown_in_pages(opened, tmp_path):
    page = opened(write_page(tmp_path / "many.html", *[{"Address": f"{i} Oak St"} for i in range(120)]))
    assert len(page.addresses()) == 50
    page.page.get_by_role("button", name="Next").click()
    page.page.get_by_role("button", name="Next").click()
    assert page.addresses()[-1] == "119 Oak St"
    assert page.page.locator("#shown").inner_text() == "101\u2013120 of 120"


def test_a_phone_shows_the_page_without_horizontal_scrolling(opened):
    page = opened(**PHONE)
    assert page.page.evaluate("document.documentElement.scrollWidth") == 390
    page.page.select_option("#by", label="Size")
    assert page.addresses()[0] == "2 Elm St"
    assert find_violations(page.page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible(opened, scheme):
    page = opened(color_scheme=scheme)
    page.page.evaluate("document.querySelectorAll('details:not(.filter)').forEach((part) => { part.open = true; })")
    open_filter(page, "Size")
    assert find_violations(page.page) == []
    page.page.keyboard.press("Escape")
    page.page.get_by_label("Compare 1 Oak St").check()
    page.page.get_by_label("Compare 2 Elm St").check()
    page.page.get_by_role("button", name="1 Oak St", exact=True).click()
    assert find_violations(page.page) == []
    page.page.keyboard.press("Escape")
    page.page.get_by_role("button", name="Compare", exact=True).click()
    assert find_violations(page.page) == []


def test_the_theme_follows_the_system_until_the_button_is_clicked(opened):
    page = opened(color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.page.evaluate(ground)
    page.page.get_by_role("button", name="Light").click()
    assert page.page.evaluate(ground) != dark


def test_the_printed_page_has_the_candidates_that_match_without_tools(opened):
    page = opened()
    for words, addresses in {"warehouse": ["3 Ash St", "4 Fir St"], "": [row["Address"] for row in ROWS]}.items():
        page.page.emulate_media(media="screen")
        page.page.fill("#find", words)
        page.page.pdf()
        page.page.emulate_media(media="print")
        assert page.printed() == addresses
    assert page.page.locator("#filters, #list, .zoom").locator("visible=true").count() == 0


def test_the_page_is_readable_without_scripts(opened):
    page = opened(java_script_enabled=False)
    assert len(page.printed()) == len(ROWS)
    assert page.page.locator("#map-svg .dot").count() == 4
    assert page.page.locator("#filters").is_hidden()


def test_hostile_texts_do_nothing(opened, tmp_path):
    names = ("Property Name", "Property Type", "Address", "City", "State", "Owner Name", "Owner Group")
    page = opened(
        write_page(
            tmp_path / "hostile.html", *[dict.fromkeys(names, text) for text in CORPUS], reasons=[[text] for text in CORPUS]
        )
    )
    dialogs = []
    page.page.on("dialog", lambda dialog: dialogs.append(dialog))  # noqa: PLW0108 - playwright marks what it is given
    page.page.focus("#map-svg")
    for _ in CORPUS:
        page.page.keyboard.press("ArrowRight")
    page.page.fill("#find", "<script>")
    assert page.addresses()[0] == CORPUS[0]
    page.page.locator("#list .name").first.click()
    assert CORPUS[0] in page.page.locator("#card").inner_text()
    assert dialogs == []
