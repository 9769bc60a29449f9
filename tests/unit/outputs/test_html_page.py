"""The page as a whole: its content, and that hostile texts stay text."""

import base64
import hashlib
import json
import re

import polars as pl
import pytest

from hostile_texts import CORPUS
from pages import PROPERTY, Tree, column, deduplication, master, page_of, report

MERGE_LOG_COLUMNS = (
    "Address",
    "City",
    "State",
    "Kept File",
    "Kept Sheet",
    "Removed File",
    "Removed Sheet",
    "Evidence",
    "Fields That Differ",
)
ALLOWED_SCRIPTS = 2  # the data and the script


def hostile_page():
    """Render a page in which every text is hostile: cells, headers, files, messages and errors."""
    texts = [name for name, value in PROPERTY.items() if isinstance(value, str)]
    table = master(*(dict.fromkeys(texts, text) for text in CORPUS)).rename({"Size Points": f"{CORPUS[0]} Points"})
    joined = " ".join(CORPUS[:18])
    facts = report()
    entry = facts["files"][0] | {"file": joined, "vendor": joined, "reason": joined}
    cause = {"message": joined, "next_step": joined}
    changed = report(
        files=[entry, entry | {"status": "failed", "error": cause}],
        statistics=facts["statistics"]
        | {"failed_files": 1, "geographic_coverage": {"states": {joined: 3}, "counties": {joined: 3}}},
        columns={"sheets": [joined], "columns": [column(joined), column("Unit", canonical=False, missing=[joined])]},
        quality={"completeness": {joined: 1.0}, "issues": {joined: 3}, "reasons": {joined: joined}},
        errors={"causes": [cause]},
        deduplication=deduplication(joined) | {"merges": [dict.fromkeys(MERGE_LOG_COLUMNS, text) for text in CORPUS]},
        not_selected=[{"reason": text, "rows": 1} for text in CORPUS],
        settings=facts["settings"] | {"where": joined, "input_folder": joined, "profile": joined},
    )
    return page_of(table, changed, CORPUS, CORPUS)


@pytest.fixture(scope="module")
def hostile():
    return Tree(hostile_page())


def test_hostile_texts_create_no_elements(hostile):
    known = Tree(page_of(master({}, {}), explanations=["a: b; c"]))
    own = {tag for tag, _ in known.elements} | {"aside", "ul"}
    assert {tag for tag, _ in hostile.elements} <= own
    assert len(hostile.all("script")) == ALLOWED_SCRIPTS


def test_hostile_texts_create_no_active_attributes(hostile):
    assert not [name for _, attributes in hostile.elements for name in attributes if name.startswith("on") or name == "style"]


def test_hostile_texts_create_no_links_except_to_maps(hostile):
    links = [attributes["href"] for attributes in hostile.all("a")]
    assert all(re.match(r"#\w+$|https?://[\w.]+/", link) for link in links)
    assert {link for link in links if not link.startswith(("#", "https://www.google.com/maps/search/?api=1&query="))} == set()


def test_hostile_texts_are_shown_as_text(hostile):
    assert "<script>alert(1)</script>" in hostile.text


def test_the_data_for_the_script_is_json_without_markup():
    found = re.search(r'<script type="application/json" id="map-data">(.*?)</script>', hostile_page(), re.DOTALL)
    assert not re.search("[<>&\u2028\u2029]", found[1])
    assert "</script><script>alert(1)</script>" in json.loads(found[1])["points"]["address"]


def test_the_policy_allows_only_the_pages_own_script_and_style():
    text = page_of(master({}))
    policy = next(attributes["content"] for attributes in Tree(text).all("meta") if "http-equiv" in attributes)
    for kind in ("style", "script"):
        inline = re.search(f"<{kind}>(.*?)</{kind}>", text, re.DOTALL)[1]
        assert f"{kind}-src 'sha256-{base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()}'" in policy
    assert policy.startswith("default-src 'none'; ")


def test_the_page_loads_nothing():
    tree = Tree(page_of(master({})))
    sources = [
        attributes[name] for _, attributes in tree.elements for name in ("src", "srcset", "data", "action") if name in attributes
    ]
    assert not sources
    assert [attributes["href"] for attributes in tree.all("link")] == ["data:,"]
    assert "url(" not in page_of(master({}))


def test_the_page_shows_the_figures():
    text = Tree(page_of(master({}, {}), messages=["Something to know."])).text
    for expected in (
        "2 flex-industrial candidates",
        "1 of 1",
        "34,000",
        "Mecklenburg, NC",
        "CoStar",
        "Something to know.",
        "not a year",
    ):
        assert expected in text


def test_a_candidate_has_its_points_and_explanation():
    text = Tree(page_of(master({}), explanations=["7.5 of 10, GOOD_FLEX: A & B; type is flex (2.5 of 3)"])).text
    for expected in (
        "1836 Lindbergh St",
        "Charlotte, NC 28208 · Northlake Flex",
        "34,000",
        "2.59",
        "A & B",
        "type is flex (2.5 of 3)",
    ):
        assert expected in text


def test_possible_duplicates_are_listed():
    text = Tree(page_of(master({}), report(deduplication=deduplication("1 Oak St")))).text
    assert "1 Oak St 1 Oak St, 1 Oak St 88% 1 Oak St" in text


def test_failures_come_first_with_the_next_step():
    cause = {"message": "a.xlsx is password-protected.", "next_step": "Save an unprotected copy."}
    figures = report()["statistics"] | {"failed_files": 1}
    text = page_of(master({}), report(statistics=figures, errors={"causes": [cause]}))
    first, rest = text.split('<section id="overview">')
    assert "1 of 1 file failed" in first
    assert "Save an unprotected copy." in first
    assert "Save an unprotected copy." in rest


def test_only_the_first_of_many_messages_are_shown():
    text = Tree(page_of(master({}), messages=[f"Message {i}." for i in range(30)])).text
    assert "Message 19." in text
    assert "Message 20." not in text
    assert "And 10 more" in text


def test_a_run_without_candidates_has_a_page():
    for empty in (pl.DataFrame(), master({}).clear()):
        text = page_of(empty)
        assert "candidates" in text
        assert 'id="ranking"' not in text


def test_equal_runs_give_equal_pages():
    assert page_of(master({}, {}), explanations=["a: b"]) == page_of(master({}, {}), explanations=["a: b"])


def test_only_the_run_times_differ_between_runs():
    performance = report()["performance"] | {"seconds": {"processing": 9.0}}
    one, two = page_of(master({})), page_of(master({}), report(performance=performance))
    split = '<section id="run">'
    assert one.split(split)[0] == two.split(split)[0]
    assert one != two
