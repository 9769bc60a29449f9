"""The page as a whole: its content, and that hostile texts stay text."""

import base64
import hashlib
import re

import polars as pl
import pytest

from hostile_texts import CORPUS
from pages import PROPERTY, Tree, column, column_of, data_of, deduplication, master, page_of, report

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
    rows = (dict.fromkeys(texts, text) | {"Property ID": f"P-{i}"} for i, text in enumerate(CORPUS))
    table = master(*rows).rename({"Size Points": f"{CORPUS[0]} Points"})
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
    records = {name: list(CORPUS) for name in ("Removed File", "Removed Address", "Evidence", "Fields That Differ")}
    return page_of(
        table,
        changed,
        messages=CORPUS,
        explanations=[f"7 of 10: {text}" for text in CORPUS],
        reasons=[[text] for text in CORPUS],
        merge_log=table.select("Property ID").with_columns(pl.Series(name, texts) for name, texts in records.items()),
    )


@pytest.fixture(scope="module")
def hostile_text():
    return hostile_page()


@pytest.fixture(scope="module")
def hostile(hostile_text):
    return Tree(hostile_text)


def test_hostile_texts_create_no_elements(hostile):
    known = Tree(page_of(master({}, {})))
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


def test_the_data_for_the_script_is_json_without_markup(hostile_text):
    found = re.search(r'<script type="application/json" id="page-data">(.*?)</script>', hostile_text, re.DOTALL)
    assert not re.search("[<>&\u2028\u2029]", found[1])
    data = data_of(hostile_text)
    assert "</script><script>alert(1)</script>" in column_of(data, "Address")
    assert "<script>alert(1)</script>" in data["why"]["texts"]
    assert "<script>alert(1)</script>" in data["merges"]["Evidence"]


def test_the_script_gets_only_plain_web_addresses_as_links(hostile_text):
    assert column_of(data_of(hostile_text), "Property Link") == [None] * len(CORPUS)


def test_the_policy_allows_only_the_pages_own_script_and_style():
    text = page_of(master({}))
    policy = next(attributes["content"] for attributes in Tree(text).all("meta") if "http-equiv" in attributes)
    for kind in ("style", "script"):
        inline = re.findall(f"<{kind}>(.*?)</{kind}>", text, re.DOTALL)
        digests = (base64.b64encode(hashlib.sha256(part.encode()).digest()).decode() for part in inline)
        sources = " ".join(f"'sha256-{digest}'" for digest in digests)
        assert f"{kind}-src {sources};" in policy
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


def test_the_best_candidates_are_in_a_table_that_needs_no_script():
    table = master({"Asking Price": 3_400_000.0, "Asking Price/SqFt": 100.0, "Owner Group": "Lindbergh LLC"})
    text = Tree(page_of(table, reasons=[["34,000 sq ft is the ideal size", "flex & more"]])).text
    for expected in (
        "1836 Lindbergh St",
        "Charlotte, NC 28208 · Northlake Flex",
        "$3,400,000 $100 34,000 2.59 1995 Lindbergh LLC",
        "34,000 sq ft is the ideal size · flex & more",
    ):
        assert expected in text


def test_without_asking_prices_the_table_has_the_last_sales():
    text = Tree(page_of(master({"Asking Price": None, "Sold Price": 2_000_000.0}))).text
    assert "Type Last sale Sq ft Acres Built Why" in text
    assert "$2,000,000 34,000" in text


def test_the_script_knows_each_candidate_with_its_points_and_explanation():
    table = master({"Owner Name": "Lindbergh LLC", "Zoning Code": "I-1", "Dock Doors": "4", "My Notes": "call again"})
    explained = "7.5 of 10, GOOD_FLEX: 34,000 sq ft: ideal (3 of 3); type is flex (2.5 of 3)"
    data = data_of(page_of(table, explanations=[explained], reasons=[["ideal size"]], user_columns=("My Notes",)))
    assert {name: column_of(data, name)[0] for name in ("Size Points", "Owner Name", "Zoning Code", "Dock Doors")} == {
        "Size Points": 3.0,
        "Owner Name": "Lindbergh LLC",
        "Zoning Code": "I-1",
        "Dock Doors": "4",
    }
    assert data["why"] == {"texts": ["34,000 sq ft: ideal (3 of 3)", "type is flex (2.5 of 3)"], "at": [[0, 1]]}
    assert data["reasons"]["texts"] == ["ideal size"]


def test_the_users_notes_are_not_on_the_page():
    page = page_of(master({"My Status": "Tour", "My Notes": "call again"}), user_columns=("My Status", "My Notes"))
    assert "call again" not in page
    assert column_of(data_of(page), "My Status") == ["Tour"]


def test_long_explanations_stay_different():
    parts = [f"{i} {'long ' * 40}" for i in range(40)]
    data = data_of(page_of(master(*[{}] * 40), explanations=[f"7 of 10: {part}" for part in parts]))
    assert len(data["why"]["texts"]) == 40


def test_changes_and_merges_belong_to_their_property():
    table = master({"Property ID": "P-1", "Source File": "a.xlsx"}, {"Property ID": "P-2", "Source File": "a.xlsx"})
    changes = pl.DataFrame({"Property ID": ["P-2", "P-9"], "Change": ["price cut", "gone"], "Percent": [-6.1, None]})
    merged = pl.DataFrame({"Property ID": ["P-2"], "Removed File": ["b.xlsx"], "Evidence": ["same parcel"]})
    sources = [{"source": "CoStar", "exports": [{"file": "a.xlsx"}]}, {"source": "Crexi", "exports": [{"file": "b.xlsx"}]}]
    data = data_of(page_of(table, report(sources=sources), changes=changes, merge_log=merged))
    assert data["changes"] == {"row": [1], "Change": ["price cut"], "Percent": [-6.1]}
    assert data["merges"] == {"row": [1], "Removed File": ["b.xlsx"], "Evidence": ["same parcel"]}
    assert [[data["sources"]["texts"][at] for at in row] for row in data["sources"]["at"]] == [["CoStar"], ["CoStar", "Crexi"]]


def test_source_rows_are_compared_with_the_list():
    listed = {"Property ID": "P-2", "Address": "1 Oak St", "Building SqFt": 20_000.0, "Occupancy": 90.0}
    best = master({"Property ID": "P-1"}, listed)
    first = listed | {"Source File": "a.xlsx", "Source Sheet": "S", "Source Row": 2, "Occupancy": None}
    blank = first | {"Source Row": 3, "Building SqFt": None}
    other = first | {"Source File": "b.xlsx", "Building SqFt": 21_000.0, "Occupancy": 90.0}
    compared = data_of(page_of(best, source_rows=pl.DataFrame([first, blank, other])))["compared"]
    assert compared["rows"]["row"] == [1, 1, 1]
    assert compared["rows"]["sheet"] == [1, 1, 2]
    assert compared["differences"]["source"] == [1, 2]
    assert compared["differences"]["value"] == {"texts": ["21000"], "at": [None, 0]}
    assert compared["absent"]["sheet"] == [1]
    assert compared["absent"]["column"] == ["Occupancy"]


def test_the_first_screen_has_the_date_and_what_changed():
    counts = {"new": 6, "price_cut": 4, "gone": 2, "unchanged": 90}
    changes = {"since_run": 3, "of": "2026-01-12T08:00:00+00:00", "data_date": "2026-01-11", "counts": counts, "first": []}
    first = page_of(master({}), report(data_date="2026-01-19", changes=changes)).split('<section id="candidates"')[0]
    assert "Data of Jan 19, 2026" in Tree(first).text
    assert "Since Jan 11, 2026 6 new 4 price cuts 2 gone" in Tree(first).text


def test_owners_with_several_properties_are_listed():
    owned = {"Owner Group": "Oak Holdings LLC", "Building SqFt": 30_000.0}
    text = Tree(page_of(master(owned, {"Owner Group": "Elm LLC"}, owned))).text
    assert "Oak Holdings LLC 2 1 60,000" in text
    assert "Owners with several" not in Tree(page_of(master(owned))).text


def test_a_change_leads_to_the_card_of_its_property():
    change = dict.fromkeys(("Column", "Old Value", "New Value", "Old Score", "New Score", "Percent", "Source"))
    sold = change | {
        "Change": "sold",
        "Property ID": "P-1",
        "Address": "1 Oak St",
        "Column": "Sale Date",
        "New Value": "2026-01-15",
    }
    gone = change | {"Change": "gone", "Property ID": "P-2", "Address": "2 Elm St"}
    changes = {"since_run": 1, "counts": {"sold": 1, "gone": 1, "unchanged": 0}, "first": [sold, gone]}
    page = Tree(page_of(master({}), report(changes=changes)))
    assert "1 Oak St none Jan 15, 2026" in page.text
    assert [link["href"] for link in page.all("a") if link["href"].startswith("#P-")] == ["#P-1"]


def test_the_firm_is_at_the_top(tmp_path):
    logo = tmp_path / "logo.png"
    logo.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1")
    settings = report()["settings"] | {"branding": "Oak & <b>Partners</b>", "branding_logo": str(logo)}
    page = Tree(page_of(master({}), report(settings=settings)))
    assert "Oak & <b>Partners</b>" in page.text
    assert page.all("img")[0]["src"].startswith("data:image/png;base64,iVBORw0KGgo")


def test_possible_duplicates_are_listed():
    text = Tree(page_of(master({}), report(deduplication=deduplication("1 Oak St")))).text
    assert "1 Oak St 1 Oak St, 1 Oak St 88% 1 Oak St" in text


def test_failures_come_first_with_the_next_step():
    cause = {"message": "a.xlsx is password-protected.", "next_step": "Save an unprotected copy."}
    figures = report()["statistics"] | {"failed_files": 1}
    text = page_of(master({}), report(statistics=figures, errors={"causes": [cause]}))
    first, rest = text.split('<section id="candidates"')
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
        assert 'id="page-data"' not in text


def test_equal_runs_give_equal_pages():
    parts = {"explanations": ["a: b"], "reasons": [["b"]]}
    assert page_of(master({}, {}), **parts) == page_of(master({}, {}), **parts)


def test_only_the_run_times_differ_between_runs():
    performance = report()["performance"] | {"seconds": {"processing": 9.0}}
    one, two = page_of(master({})), page_of(master({}), report(performance=performance))
    split = '<div id="run">'
    assert one.split(split)[0] == two.split(split)[0]
    assert one != two
