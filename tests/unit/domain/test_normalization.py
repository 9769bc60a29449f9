"""Normalized text and comparison keys."""

import polars as pl
import pytest

from flexscout.domain.normalization import (
    abbreviate_words,
    apn_key,
    city_key,
    expand_abbreviations,
    have_different_apns,
    map_distinct,
    normalize_words,
    state_key,
    unit_key,
    zip_key,
)


def key_of(value, key, **options):
    return pl.select(key(pl.lit(value, pl.String), **options)).item()


@pytest.mark.parametrize(
    ("text", "words"),
    [("St. John's-Rd", "ST JOHNS RD"), ("10-12 Main", "10-12 MAIN"), ("Unit #4", "UNIT # 4"), ("  a_b  ", "A B")],
)
def test_normalized_words_are_upper_case_without_punctuation(text, words):
    assert key_of(text, normalize_words) == words


def test_words_are_abbreviated_with_their_directions():
    assert key_of("NORTH MAIN STREET", abbreviate_words) == "N MAIN ST"


def test_abbreviations_of_a_street_name_are_expanded():
    assert key_of("IND CTR", expand_abbreviations) == "INDUSTRIAL CENTER"


@pytest.mark.parametrize(
    ("value", "key", "expected"),
    [
        ("Saint Louis", city_key, "ST LOUIS"),
        ("St. Louis", city_key, "ST LOUIS"),
        ("City of Dallas, TX", city_key, "DALLAS"),
        ("Charlotte (Steele Creek)", city_key, "CHARLOTTE"),
        ("Coeur d'Alene", city_key, "COEUR DALENE"),
        ("COEUR D ALENE", city_key, "COEUR DALENE"),
        ("La Grange", city_key, "LAGRANGE"),
        ("north carolina", state_key, "NC"),
        ("Ontario", state_key, "ONTARIO"),
        (" 28202-1234", zip_key, "28202"),
        ("Suite 04", unit_key, "4"),
        ("Bay 4", unit_key, "4"),
        ("# 4", unit_key, "4"),
    ],
)
def test_equal_values_have_the_same_key(value, key, expected):
    assert key_of(value, key) == expected


@pytest.mark.parametrize("key", [city_key, state_key, zip_key, unit_key, apn_key])
@pytest.mark.parametrize("value", [None, "", " "])
def test_a_blank_value_has_no_key(value, key):
    assert key_of(value, key) is None


@pytest.mark.parametrize("apn", ["06-43 47", "06.43.47", "064347", "06_43-47"])
def test_punctuation_of_an_apn_does_not_count(apn):
    assert key_of(apn, apn_key) == "064347"


def test_leading_zeros_of_an_apn_count_unless_asked():
    assert [key_of("00-12a", apn_key), key_of("00-12a", apn_key, leading_zeros=False)] == ["0012A", "12A"]


@pytest.mark.parametrize(
    ("left", "right", "different"),
    [("06-43", "0643", False), ("06-43", "06-44", True), ("06-43", None, False), ("06-43", "--", False), (None, None, False)],
)
def test_only_known_apns_can_differ(left, right, different):
    assert pl.select(have_different_apns(pl.lit(left, pl.String), pl.lit(right, pl.String))).item() is different


def test_each_distinct_text_is_normalized_once_and_rows_keep_their_order():
    texts = pl.Series(["b st", None, "a st", "b st"])
    assert map_distinct(texts, normalize_words).to_list() == ["B ST", None, "A ST", "B ST"]
