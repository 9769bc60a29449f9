"""Keywords of property types: their forms, boundaries and negation."""

import json

import polars as pl
import pytest

from flexscout.domain.vocabulary import list_word_forms
from flexscout.scoring.scorer import FlexPropertyScorer

POINTS = {
    "flex": 3,
    "warehouse": 2.5,
    "distribution": 2.5,
    "light industrial": 2,
    "industrial": 1.5,
    "manufacturing": 1,
    "storage": 1,
    "logistics": 1,
}


def type_points(property_type):
    return FlexPropertyScorer().calculate_flex_score({"Property Type": property_type})[1]["Property Type Points"]


@pytest.mark.parametrize(("word", "expected"), POINTS.items())
def test_a_keyword_gives_its_points(word, expected):
    assert type_points(word) == expected


@pytest.mark.parametrize("word", POINTS)
def test_every_form_of_a_keyword_counts(word):
    """A form that two keywords share, such as `light ind`, counts as the better one."""
    forms = pl.DataFrame({"Property Type": list_word_forms(word)})
    best = [max(POINTS[other] for other in POINTS if form in list_word_forms(other)) for form in list_word_forms(word)]
    assert FlexPropertyScorer().score(forms)["Property Type Points"].to_list() == best


@pytest.mark.parametrize(
    "text", ["FLEX", "Flex", "fLeX", "  flex  ", "Flex.", "(flex)", "Flex/R&D", "R&D/Flex", "Flex-Space", "flex_space"]
)
def test_case_and_punctuation_do_not_matter(text):
    assert type_points(text) == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("WAREH/DIST TERM", 2.5),
        ("Warehouses", 2.5),
        ("Mini-Warehouse", 1.0),
        ("WAREHOUSE TERMINAL OR STG : MINI WAREHOUSE", 1.0),
        ("Warehousing, distribution terminals - Mini-Whse", 1.0),
        ("Mini Market, Warehouse", 2.5),
        ("LIGHT MANUFA", 2.0),
        ("Heavy Manufactu", 1.0),
        ("WAREHOU", 2.5),
        ("HEAVY INDUSTRI", 1.5),
        ("warehousing & trucking", 2.5),
        ("DISTRIBUTION CENTER", 2.5),
        ("Light-Industrial", 2),
        ("LIGHT   INDUSTRIAL", 2),
        ("Industrial, Light", 2.0),
        ("Industrial, Office", 1.5),
        ("Office, Warehouse", 2.5),
        ("Heavy Industry", 1.5),
        ("LIGHT MFG", 2),
        ("Light Manufacturing", 2),
        ("Lt. Industrial", 2),
        ("IND-LT", 2),
        ("IND LIGHT", 2),
        ("HEAVY MFG", 1),
        ("MFR <10 UNITS", 0),
        ("SINGLE FAMILY-IND ZONING", 0),
        ("DIST TERM", 2.5),
        ("Manufacturers", 1),
        ("OPEN STORAGE", 1),
        ("Self-Storage", 1),
    ],
)
def test_types_of_real_exports_are_recognized(text, expected):
    assert type_points(text) == expected


@pytest.mark.parametrize(
    "text",
    ["Flexible Office", "flexibility", "Reflex Clinic", "Postindustrial Loft", "Warehouseman", "School District", "Dist School"],
)
def test_a_keyword_inside_another_word_does_not_count(text):
    assert type_points(text) == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Non-industrial / Office", 0),
        ("Retail (no warehouse)", 0),
        ("NON-WAREHOUSE RETAIL", 0),
        ("Warehouse, not flex", 2.5),
        ("Industrial without distribution", 1.5),
        ("No. 5 Warehouse", 2.5),
        ("Nonesuch Warehouse", 2.5),
    ],
)
def test_a_negated_keyword_does_not_count(text, expected):
    assert type_points(text) == expected


@pytest.mark.parametrize("text", ["Office", "Retail", "", "   ", "--", None])
def test_a_type_without_a_keyword_gives_no_points(text):
    assert type_points(text) == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Storage, Flex", 3),
        ("Industrial Flex Warehouse", 3),
        ("Light Industrial / Warehouse", 2.5),
        ("Industrial Distribution", 2.5),
        ("Storage (Light Industrial)", 2),
        ("Manufacturing, Industrial", 1.5),
    ],
)
def test_the_first_rule_with_a_keyword_counts(text, expected):
    assert type_points(text) == expected


@pytest.mark.parametrize("text", ["Stra\u00dfe", "CA\u00d1ON", "Flex\u03a31", "\u039f\u0394\u039f\u03a3", "\u0130L", "x\x0c"])
@pytest.mark.parametrize("condition", ["is", "words"])
def test_keywords_and_codes_can_have_letters_beyond_ascii(condition, text, tmp_path):
    rule = json.dumps({condition: [text], "points": 1})
    (tmp_path / "own.yaml").write_text(
        f"factors: {{F: {{column: City, rules: [{rule}]}}}}\nclasses: {{A: 0}}\n", encoding="utf-8"
    )
    assert FlexPropertyScorer(str(tmp_path / "own.yaml")).calculate_flex_score({"City": text})[0] == 1
