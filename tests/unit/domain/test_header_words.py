"""The words of headers, however they are written."""

import pytest

from flexscout.domain import is_rate, split_header


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("Bldg Gross SqFt", "building gross sqft"),
        ("BLDG_GROSS_SQ_FT", "building gross sqft"),
        ("BldgGrossSqFt", "building gross sqft"),
        ("FINISHEDLIVINGAREA", "finished living area"),
        ("yr_impr", "year improvement"),
        ("bldgarea", "building area"),
        ("ZIPcode", "zip"),
        ("SQFTmain", "sqft main"),
        ("Land Area (SF)", "land area sqft"),
        ("% Leased", "percent leased"),
        ("OWN_NAME1", "owner name 1"),
        ("lot.lotSize1", "lot lot size 1"),
        ("HOUSE_NR_LO", "house number low"),
        ("EMV_LAND", "estimated market value land"),
        ("HOUSENO", "house number"),
        ("STREETDIR", "street direction"),
    ],
)
def test_words_are_split_and_written_out(header, words):
    assert " ".join(split_header(header)) == words


@pytest.mark.parametrize("header", ["Wappler", "landscape", "Owen", "Parking", "casino", "Plano"])
def test_other_words_are_not_split(header):
    assert split_header(header) == (header.casefold(),)


def test_a_header_that_is_prose_has_no_words():
    assert split_header("building area " * 20) == ()


@pytest.mark.parametrize("header", ["$/SF", "Price/SF", "Price per Acre", "Rent/SF/Yr", "$ / Acre", "Asking Rent PSF", "$/Unit"])
def test_something_per_something_is_a_rate(header):
    assert is_rate(header)


@pytest.mark.parametrize("header", ["City / State", "RBA (SF)", "Net Rentable Area (SF/Units)", "Zip/Postal Code"])
def test_other_slashes_and_percentages_are_no_rates(header):
    assert not is_rate(header)
