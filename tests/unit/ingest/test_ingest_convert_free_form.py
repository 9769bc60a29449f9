"""Numbers as people type them."""

import polars as pl
import pytest

from flexscout.domain.columns import find_canonical_column
from flexscout.ingest.convert.table import convert_sheet
from flexscout.ingest.convert.values import clean_texts, convert_texts
from flexscout.ingest.mapping.header_map import map_headers


def convert(name, *texts):
    """Return the values, the reasons of the texts without one, and the reasons of the notes of a canonical column."""
    columns = {name: find_canonical_column(name)}
    found = convert_texts(clean_texts(pl.DataFrame({name: pl.Series(texts, dtype=pl.String)}), columns), columns)
    reasons = found.reasons[name].to_list() if name in found.reasons else [None] * len(texts)
    return found.values[name].to_list(), reasons, [reason for reason, _ in found.notes.get(name, ())]


def is_read(name, text, value, *notes):
    return convert(name, text) == ([pytest.approx(value)], [None], list(notes))


def is_issue(name, text):
    """Return whether a text is left blank and listed."""
    (value,), (reason,), notes = convert(name, text)
    return value is None and reason is not None and not notes


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("Building SqFt", "±61,913 SF", 61_913),
        ("Building SqFt", "\u00c2±61,913 SF", 61_913),
        ("Building SqFt", "~58,000 sf", 58_000),
        ("Building SqFt", "approx. 58,000", 58_000),
        ("Building SqFt", "Approximately 58,000 square feet", 58_000),
        ("Building SqFt", "58,000+", 58_000),
        ("Building SqFt", "58,000+ SF", 58_000),
        ("Building SqFt", "58,000 SF +/-", 58_000),
        ("Building SqFt", "58,000 +/- SF", 58_000),
        ("Building SqFt", "58,000 (approx.)", 58_000),
        ("Building SqFt", "+/\u2013 42k SF", 42_000),
        ("Building SqFt", "58,000 SF m/l", 58_000),
        ("Lot Size Acres", "2.5 +/-", 2.5),
        ("Lot Size Acres", "+/- 2.5 AC", 2.5),
        ("Lot Size Acres", "+-2.5 AC", 2.5),
        ("Lot Size Acres", "1.5± acres", 1.5),
        ("Lot Size Acres", "1,640± ACRES", 1_640),
        ("Lot Size Acres", "~2.5ac", 2.5),
        ("Lot Size Acres", "about ½ acre", 0.5),
        ("Lot Size Acres", "2.5 acres more or less", 2.5),
        ("Asking Price", "~$1.2M", 1_200_000),
        ("Asking Price", "$1.2 million (est.)", 1_200_000),
        ("Ceiling Height", "24'+", 24),
        ("Ceiling Height", "24'± clear", 24),
        ("Loading Docks", "4+", 4),
        ("Number of Units", "~12 units", 12),
        ("Year Built", "c. 1995", 1995),
        ("Year Built", "c1995", 1995),
        ("Year Built", "circa 1995", 1995),
        ("Year Built", "Built circa 1995", 1995),
        ("Year Built", "1995 +/-", 1995),
        ("Year Built", "Est. 1995", 1995),
        ("Occupancy", "~95%", 95),
        ("Occupancy", "95%+ leased", 95),
    ],
)
def test_an_approximate_number_is_read_with_a_note(name, text, value):
    assert is_read(name, text, value, "approximate")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("Building SqFt", "45,000 SF GLA", 45_000),
        ("Building SqFt", "45,000 sq.ft. (divisible)", 45_000),
        ("Building SqFt", "GBA: 45,000 SF", 45_000),
        ("Building SqFt", "45,000 SF total", 45_000),
        ("Building SqFt", "total of 45,000 SF", 45_000),
        ("Building SqFt", "45,000 rentable SF", 45_000),
        ("Building SqFt", "45,000 SF per county records", 45_000),
        ("Lot Size Acres", "2.5 acres of land", 2.5),
        ("Lot Size Acres", "2.5 AC (gross)", 2.5),
        ("Asking Price", "$1.2M OBO", 1_200_000),
        ("Asking Price", "$1,200,000 (negotiable)", 1_200_000),
        ("Asking Price", "Asking $1,200,000", 1_200_000),
        ("Asking Price", "Reduced to $1,200,000", 1_200_000),
        ("Ceiling Height", "24' clear", 24),
        ("Ceiling Height", "24\u2019 clear height", 24),
        ("Ceiling Height", "min. 24 ft", 24),
        ("Ceiling Height", "24'0\"", 24),
        ("Ceiling Height", "24\u20190\u201d", 24),
        ("Number of Units", "12 units", 12),
        ("Loading Docks", "4 dock doors", 4),
        ("Loading Docks", "4 dock-high doors", 4),
        ("Loading Docks", "4 ext", 4),
        ("Loading Docks", "4 exterior docks", 4),
        ("Loading Docks", "2 docks w/ levelers", 2),
        ("Loading Docks", "No", 0),
        ("Loading Docks", "Four (4) docks", 4),
        ("Overhead Doors", "2 drive-ins", 2),
        ("Overhead Doors", "1 drive-in ramp", 1),
        ("Loading Docks", "6 truck doors", 6),
        ("Ceiling Height", "16\u2019 Clear Height", 16),
        ("Overhead Doors", "2 tot.", 2),
        ("Overhead Doors", "two doors", 2),
        ("Overhead Doors", "(2) grade-level doors", 2),
        ("Year Built", "Built 1995", 1995),
        ("Year Built", "Built in 1995", 1995),
        ("Year Built", "1995 (built)", 1995),
        ("Occupancy", "Vacant", 0),
        ("Occupancy", "Leased", 100),
        ("Occupancy", "Fully leased", 100),
        ("Occupancy", "100% leased", 100),
        ("Occupancy", "95 leased", 95),
        ("Occupancy", "50% occ.", 50),
        ("Occupancy", "50% (occupied)", 50),
        ("Occupancy", "5% vacant", 95),
    ],
)
def test_words_that_change_nothing_are_ignored(name, text, value):
    assert is_read(name, text, value)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("Lot Size Acres", "2.5 acres (108,900 SF)", 2.5),
        ("Lot Size Acres", "108,900 SF / 2.50 AC", 2.5),
        ("Lot Size Acres", "0.2 acres (9,583 SF)", 0.2),
        ("Lot Size SqFt", "2.5 acres, 108,900 sq. ft.", 108_900),
        ("Asking Price", "$1,200,000 ($85/SF)", 1_200_000),
        ("Asking Price", "$1.2M / $85 PSF", 1_200_000),
        ("Asking Price", "$85/SF ($1,200,000)", 1_200_000),
        ("Asking Price", "$1,200,000, $85/SF", 1_200_000),
        ("Asking Price", "$1,200,000 (8.25% cap)", 1_200_000),
        ("Sold Price/SqFt", "$1,200,000 ($85/SF)", 85),
        ("Ceiling Height", "24' - 28'", 24),
        ("Ceiling Height", "22'-24' clear", 22),
        ("Ceiling Height", "24'0\" - 28'6\"", 24),
        ("Ceiling Height", "24 to 28 feet", 24),
        ("Ceiling Height", "28'/24'", 24),
        ("Ceiling Height", "24-28", 24),
        ("Loading Docks", "4/16'0\"w x 12'0\"h", 4),
        ("Loading Docks", "4 DH, 2 GL", 4),
        ("Loading Docks", "4 ext, 2 int", 6),
        ("Overhead Doors", "4 DH, 2 GL", 2),
        ("Overhead Doors", "4 dock-high & 2 drive-in doors", 2),
        ("Overhead Doors", "4 (12'x14')", 4),
        ("Overhead Doors", "2 - 10x12", 2),
        ("Overhead Doors", "1/10'0\"w x 12'0\"h, 2/12'0\"w x 14'0\"h", 3),
        ("Overhead Doors", "1 - 10'x10', 2 - 12'x14'", 3),
        ("Overhead Doors", "(2) 10' x 12' doors", 2),
        ("Overhead Doors", "Two 12'x14' doors", 2),
        ("Overhead Doors", "Two 12\u2019 x 14\u2019 Grade Level Doors", 2),
        ("Overhead Doors", "4 14x16 docks, 2 12x14 drive-ins", 2),
        ("Loading Docks", "3 docks, 1 drive-in", 3),
        ("Ceiling Height", "16\u201318' clear ceilings", 16),
        ("Ceiling Height", "18'0\"-22'0\"", 18),
        ("Year Built", "Built 1995 renovated 2018", 1995),
        ("Overhead Doors", "3 tot./12'0\"w x 14'0\"h", 3),
        ("Overhead Doors", "2 grade level doors (12'x14')", 2),
        ("Year Built", "1995 / 2011", 1995),
        ("Year Built", "1995/2011", 1995),
        ("Year Built", "1995 (renov. 2011)", 1995),
        ("Year Built", "1995 w/ 2011 addition", 1995),
        ("Year Built", "1995, renovated 2011", 1995),
        ("Year Built", "Built 1995 / Renovated in 2011", 1995),
        ("Year Built", "1995/2011 (renovated)", 1995),
        ("Year Built", "1978, 1985 & 1990", 1978),
        ("Year Built", "1980-1995", 1980),
    ],
)
def test_of_several_values_the_one_that_the_column_means_is_read_with_a_note(name, text, value):
    assert is_read(name, text, value, "partly_read")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Building SqFt", "10,000 - 25,000 SF"),
        ("Building SqFt", "up to 25,000 SF"),
        ("Building SqFt", "5,000 SF available"),
        ("Building SqFt", "5,000 SF office"),
        ("Building SqFt", "45,000 SF / 2.5 AC"),
        ("Building SqFt", "2 x 10,000 SF"),
        ("Building SqFt", "Vacant"),
        ("Lot Size Acres", "2 - 5 acres"),
        ("Lot Size Acres", "1/2"),
        ("Lot Size Acres", "Lot 5"),
        ("Lot Size Acres", "1 parcel"),
        ("Asking Price", "$1.0M - $1.2M"),
        ("Asking Price", "$85 PSF"),
        ("Asking Price", "$12.50/SF/YR NNN"),
        ("Asking Price", "$85/SF - $95/SF"),
        ("Asking Price", "from $1.2M"),
        ("Asking Price", "$1,200,000/acre"),
        ("Asking Price", "$1,200,000 per acre"),
        ("Asking Price", "$12.50 NNN"),
        ("Asking Price", "$4,500/month"),
        ("Asking Price", "$500,000 starting bid"),
        ("Sold Price/SqFt", "$1,200,000/acre"),
        ("Ceiling Height", "24x28"),
        ("Ceiling Height", "1-2"),
        ("Ceiling Height", "24' center / 20' eave"),
        ("Ceiling Height", "1/2"),
        ("Loading Docks", "Yes"),
        ("Loading Docks", "2 GL"),
        ("Loading Docks", "10x12"),
        ("Loading Docks", "2-4"),
        ("Overhead Doors", "12'x14'"),
        ("Overhead Doors", "12'x14' drive-in"),
        ("Overhead Doors", "Multiple"),
        ("Ceiling Height", "6m"),
        ("Overhead Doors", "4 DH"),
        ("Year Built", "1990s"),
        ("Year Built", "2011/1995"),
        ("Year Built", "Renovated 2011"),
        ("Year Built", "2011 (renovated)"),
        ("Year Built", "Pre-1940"),
        ("Year Built", "1995-96"),
        ("Year Built", "Proposed"),
        ("Occupancy", "90-95%"),
        ("Occupancy", "0.95 leased"),
        ("Occupancy", "0% (vacant)"),
        ("Occupancy", "Owner/User"),
    ],
)
def test_a_text_that_may_mean_another_number_is_an_issue(name, text):
    assert is_issue(name, text)


def test_a_note_tells_how_many_values_and_the_first():
    columns = {"Building SqFt": find_canonical_column("Building SqFt")}
    found = convert_texts(pl.DataFrame({"Building SqFt": ["1,200", "~1,300 SF", None, "±1,400"]}), columns)
    assert found.values["Building SqFt"].to_list() == [1200, 1300, None, 1400]
    assert found.notes == {"Building SqFt": [("approximate", "2 values, the first ~1,300 SF")]}


def test_an_approximate_number_may_have_a_decimal_comma():
    assert convert("Asking Price", "~1.234,56", "2.345,67") == ([1234.56, 2345.67], [None] * 2, ["decimal_comma", "approximate"])


def test_words_about_occupancy_are_understood_in_a_column_of_vacancies():
    header = ("Address", "Vacancy")
    texts = ["Vacant", "Leased", "5% vacant", "95% leased", "~5%"]
    cells = pl.DataFrame([header, *((f"{i} Test Street", text) for i, text in enumerate(texts))], schema=["0", "1"], orient="row")
    result = convert_sheet("S", cells, 0, map_headers("S", header, cells.slice(1)))
    assert result.table["Occupancy"].to_list() == [0, 100, 95, 95, 95]
    assert result.issues.select("Source Row", "Column", "Reason", "Detail").rows() == [
        (0, "Vacancy", "approximate", "1 value, the first ~5%")
    ]


def test_approximate_fractions_are_fractions():
    assert convert("Occupancy", "~0.95", "0.9", "50% occ.") == ([95, 90, 50], [None] * 3, ["approximate"])
