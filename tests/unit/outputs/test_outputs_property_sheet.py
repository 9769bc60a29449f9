"""The sheet of one property."""

import pytest

from flexscout.outputs.branding import Branding
from flexscout.outputs.memo import FactorBar, PropertySheet, SourceValues, render_property_sheet
from hostile_texts import CORPUS
from memos import ASKING, KNOWN, NO_BRANDING, read_pages, read_pdf
from pages import PROPERTY

FACTORS = (FactorBar("Building Size", 3.0, 3.0, "34,000 sq ft is the ideal size"), FactorBar("Age", 0.5, 1.0, "built in 1985"))


def source(title="a.xlsx", place="Sheet1, row 2", **cells):
    return SourceValues(title, place, {name.replace("_", " "): (value, origin) for name, (value, origin) in cells.items()})


def build_sheet(**parts):
    complete = {
        "row": PROPERTY | {"Flex Score": 7.5},
        "verdict": "Rank 3 of 104",
        "cap": 10.0,
        "factors": FACTORS,
        "bonus": "",
        "improvements": [("+0.5", "Year Built from 1990")],
        "used": {},
        "sources": [source(Building_SqFt=("34,000", "Bldg SF: 34,000 SF"))],
        "superseded": 0,
        "merges": [],
        "duplicates": [],
        "owned": [],
        "history": [],
        "footer": "Run 2",
    }
    return PropertySheet(**(complete | parts))


def render(branding=NO_BRANDING, **parts):
    return render_property_sheet(build_sheet(**parts), branding)


def test_a_property_is_shown_with_its_facts_points_and_values():
    text = read_pdf(render(Branding("Elm Capital"), row=PROPERTY | KNOWN | ASKING | {"Flex Score": 7.5}))
    shown = (
        "Elm Capital", "1836 Lindbergh St", "Rank 3 of 104", "7.5 of 10", "$4,600,000", "4 more on the list",
        "3 of 3 34,000 sq ft is the ideal size", "0.5 of 1 built in 1985", "+0.5 Year Built from 1990", "a.xlsx Sheet1, row 2",
        "Building SqFt 34,000 Bldg SF: 34,000 SF", "Run 2 Page 1 of 1",
    )  # fmt: skip
    assert [one for one in shown if one not in text] == []


def test_scores_have_a_decimal():
    assert "9.0 of 10" in read_pdf(render(row=PROPERTY | {"Flex Score": 9.0}))


def test_values_that_differ_are_marked():
    sources = [
        source(Building_SqFt=("34,000", ""), City=("Charlotte", "")),
        source(Building_SqFt=("30,000", ""), City=("CHARLOTTE", "")),
    ]
    text = read_pdf(render(sources=sources))
    assert "Building SqFt differs 34,000 30,000" in text
    assert "City Charlotte CHARLOTTE" in text


@pytest.mark.parametrize(
    ("section", "title"),
    [("merges", "Merged rows"), ("owned", "Other properties of this owner"), ("history", "History")],
)
def test_a_section_is_shown_if_it_has_entries(section, title):
    text = read_pdf(render(**{section: ["An entry"]}))
    assert f"{title} • An entry" in text
    assert title not in read_pdf(render())


def test_long_lists_end_with_what_is_left_out():
    text = read_pdf(render(merges=["row"] * 9, owned=["one"] * 9, sources=[source(City=("Charlotte", ""))] * 9))
    assert "and 3 more rows" in text
    assert "and 3 more properties" in text
    assert "5 more rows of this property" in text


def test_values_that_a_newer_export_replaced_are_left_out_if_others_remain():
    sources = [source("new.xlsx", City=("Charlotte", "")), source("old.xlsx", City=("Charlotte", ""))]
    text = read_pdf(render(sources=sources, superseded=1))
    assert "old.xlsx" not in text
    assert "1 more row of this property: see flexscout explain." in text
    assert "old.xlsx" in read_pdf(render(sources=sources, superseded=2))


def test_lists_are_shorter_if_the_sheet_needs_more_than_a_page():
    cells = {f"Column {number}": ("x", "") for number in range(20)}
    pages = read_pages(render(sources=[source(**cells)], merges=["A long text. " * 12] * 9, owned=["A long text. " * 12] * 9))
    assert len(pages) == 1
    assert "and 7 more rows" in pages[0]


def test_columns_that_are_left_out_are_counted():
    cells = {f"Column {number}": ("x", "") for number in range(30)}
    assert "10 more columns: see the workbook." in read_pdf(render(sources=[source(**cells)]))


def test_a_factor_without_points_to_gain_has_an_empty_bar():
    assert "0 of 0 no rule" in read_pdf(render(factors=[FactorBar("Bonus", 0.0, 0.0, "no rule")]))


def test_a_property_of_which_little_is_known_has_a_sheet():
    text = read_pdf(render(row={"Flex Score": 0.0}, sources=[], factors=[], improvements=[]))
    assert "No address" in text
    assert "Values of every source" not in text


def test_equal_properties_give_equal_bytes():
    assert render() == render()


def test_a_usual_property_fits_on_one_page():
    cells = {name: (str(value), f"Header {name}") for name, value in PROPERTY.items()}
    texts = ["a.xlsx, row 3: same fields (same Address, City, State after normalization); not kept, because it is older"] * 3
    pages = read_pages(render(sources=[source(**cells)] * 3, merges=texts, owned=["Rank 9: 1 Elm St"] * 5, history=["new"] * 5))
    assert len(pages) == 1


@pytest.mark.parametrize("text", [*CORPUS, '#eval("1 + 1")', "W" * 30_000])
def test_a_text_stays_a_text(text):
    shown = read_pdf(
        render(
            row=PROPERTY | {"Address": text, "Owner Name": text, "Flex Score": 7.5},
            verdict=text,
            factors=[FactorBar(text, 1.0, 2.0, text)],
            improvements=[("+1", text)],
            sources=[source(text, text, **{text: (text, text)})],
            **{section: [text] for section in ("merges", "duplicates", "owned", "history")},
        )
    )
    plain = "".join(text[:20].split())
    if plain.isprintable() and plain.isascii():
        assert plain in "".join(shown.split())
