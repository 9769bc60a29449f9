"""`flexscout explain`: a property's rank, or why it isn't listed."""

import json
import shutil
from pathlib import Path

import openpyxl
import pytest

from program import flexscout
from result_sheets import header_row, headers_of
from workbooks import HEADER, candidate, write_sheets, write_workbook

OUT = ("--output-file", "all.xlsx")
TITLES = ("Type", "Street Address", "City", "State", "Bldg SF", "Lot Size Acres", "Year Built", "APN")
LISTED = [
    TITLES,
    ("Warehouse", "1836 Lindbergh St", "Charlotte", "NC", "30,000 SF", 2.0, "1995", "123-45-678"),
    ("Warehouse", "1836 LINDBERGH STREET", "Charlotte", "NC", "60,000 SF", 2.0, "n.a.", "123-45-678"),
    (None,) * 8,
    ("Office", "9 Elm St", "Concord", "NC", "30,000 SF", 2.0, "1995", "555-55-555"),
    ("Total", None, None, None, "90,000", None, None, None),
]
OTHERS = [HEADER, candidate(1), candidate(1, City="Atlanta", State="GA"), candidate(2, Year_Built="old", Occupancy=100)]


def write_inputs(folder):
    write_workbook(folder / "in/listed.xlsx", LISTED)
    write_sheets(folder / "in/others.xlsx", {"Main": OTHERS, "Notes": [("Hello",)]})


def run(folder, *options):
    outcome = flexscout("run", "in", *OUT, "--quiet", *options, folder=folder)
    assert outcome.code == 0


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A folder whose exports were run."""
    folder = tmp_path_factory.mktemp("explained")
    write_inputs(folder)
    run(folder)
    return folder


@pytest.fixture
def own_copy(done, tmp_path):
    """A copy of that folder, which a test may change."""
    return shutil.copytree(done, tmp_path, dirs_exist_ok=True)


def asked(folder, query, *options, code=0):
    """The answer as JSON."""
    outcome = flexscout("explain", query, *OUT, "--format", "json", *options, folder=folder)
    assert outcome.code == code, outcome.err
    return json.loads(outcome.out)


def property_of(folder, query, *options):
    answer = asked(folder, query, *options)
    assert (answer["outcome"], answer["warnings"]) == ("explained", [])
    return answer["property"]


def test_an_explanation_goes_from_cells_to_rank(done):
    outcome = flexscout("explain", "1836 Lindbergh St, Charlotte", *OUT, folder=done)
    lines = [" ".join(line.split()) for line in outcome.out.splitlines()]
    number = lines[2].split()[2]
    assert outcome.code == 0
    assert lines.pop(3).startswith("Seen in: listed ")  # the day on which the file was written
    assert lines[:-2] == [
        "1836 Lindbergh St, Charlotte, NC",
        "Rank 3 of 4, score 8.5 of 10, PRIME_FLEX",
        f"Property ID {number} APN 123-45-678, Warehouse",
        "",
        "Source rows",
        'listed.xlsx, sheet "Sheet1", row 2 (header in row 1; no known vendor, 8 of 8 columns known)',
        "Property Type Warehouse from column A 'Type'",
        "Address 1836 Lindbergh St from column B 'Street Address'",
        "Building SqFt 30,000 from column E 'Bldg SF': '30,000 SF'",
        "Lot Size Acres 2 from column F 'Lot Size Acres'",
        "Year Built 1995 from column G 'Year Built'",
        'listed.xlsx, sheet "Sheet1", row 3 (header in row 1; no known vendor, 8 of 8 columns known)',
        "Building SqFt 60,000 from column E 'Bldg SF': '60,000 SF'",
        "Year Built (blank) from column G 'Year Built': 'n.a.'",
        "",
        "Score",
        "Building Size 3 of 3 30,000 sq ft is the ideal size",
        "Property Type 2.5 of 3 the type is Warehouse",
        "Lot Size 2 of 2 2 acres is the ideal lot",
        "Age 1 of 1 built in 1995, modern",
        "Occupancy 0 of 1 occupancy is missing, worth up to 1",
        "",
        "What would raise the score",
        "up to +1 Occupancy is missing",
        "+0.5 Property Type contains flex",
        "Highest possible score if all missing values were ideal: 9.5",
        "",
        "Merged rows",
        "listed.xlsx:2: kept",
        "listed.xlsx:3: same fields (same Address, City, State after normalization)",
        "Not kept: lower score (6.5; the kept row has 8.5)",
        "Differs: Address: 1836 Lindbergh St (kept), 1836 LINDBERGH STREET; Building SqFt: 30000 (kept), 60000",
    ]


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("1836 LINDBERGH STREET", "address"),
        ("1836 Lindbergh", "address"),
        ("1836 lindbergh st., charlotte, NC 28208", "address"),
        ("1836 Lindbergh Street Charlotte NC", "address"),
        ("12345678", "apn"),
        ("listed.xlsx:2", "row"),
        ("listed.xlsx:sheet1:3", "row"),
        ("in/listed.xlsx:3", "row"),
    ],
)
def test_a_property_is_found_by_address_apn_and_row(done, query, kind):
    answer = asked(done, query)
    assert (answer["understood_as"], answer["found"]) == (kind, 1)
    assert [(row["file"], row["row"], row["kept"]) for row in answer["property"]["rows"]] == [
        ("listed.xlsx", 2, True),
        ("listed.xlsx", 3, False),
    ]


def test_a_property_is_found_by_its_id(done):
    known = property_of(done, "listed.xlsx:2")
    assert property_of(done, known["property_id"].lower()) == known


def test_an_address_in_two_cities_lists_both(done):
    outcome = flexscout("explain", "1 Test St", *OUT, folder=done)
    assert outcome.code == 1
    assert "1 Test Street, Charlotte, NC, score 9, rank" in outcome.out
    assert "1 Test Street, Atlanta, GA, score 9, rank" in outcome.out
    assert "2 properties in run 1 match '1 Test St'. Add the city" in outcome.err
    assert asked(done, "1 Test St, Atlanta")["property"]["about"]["City"] == "Atlanta"


def test_a_rejected_property_names_its_reasons(done):
    outcome = flexscout("explain", "9 Elm Street", *OUT, folder=done)
    reason = "Property Type is none of industrial, warehouse, distribution, flex, manufacturing, storage, logistics"
    assert outcome.out.splitlines()[1] == f"  Not selected: {reason} (score 6 of 10, GOOD_FLEX)"
    assert "To qualify, it needs a score of 4 and none of the issues above." in outcome.out
    story = property_of(done, "9 Elm Street")
    assert (story["rank"], story["status"], story["property_id"]) == (None, "not_eligible", None)


def test_values_that_could_not_be_read_are_listed(done):
    outcome = flexscout("explain", "others.xlsx:4", *OUT, folder=done)
    assert "others.xlsx:4, Year Built: 'old'. Not a four-digit year; left blank." in outcome.out
    ways = [(way["gain"], way["missing"], way["said"]) for way in property_of(done, "2 Test Street")["improvements"]]
    assert ways == [(1.0, True, "Year Built is missing"), (1.0, False, "Occupancy below 100")]


@pytest.mark.parametrize(
    ("query", "what", "words"),
    [
        ("listed.xlsx:4", "blank", 'Row 4 of listed.xlsx, sheet "Sheet1", is blank.'),
        ("listed.xlsx:6", "not_data", "is not a property but a total."),
        ("listed.xlsx:1", "header", "is the header."),
        ("listed.xlsx:70", "below_last", "is below the last row with data, which is row 6."),
    ],
)
def test_a_row_that_is_not_a_property_is_explained(done, query, what, words):
    assert asked(done, query)["non_property"]["kind"] == what
    outcome = flexscout("explain", query, *OUT, folder=done)
    assert (outcome.code, outcome.err) == (0, "")
    assert words in outcome.out


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("gone.xlsx:3", "Run 1 has no file gone.xlsx. Its files: listed.xlsx, others.xlsx."),
        ("others.xlsx:Elsewhere:3", 'others.xlsx has no sheet "Elsewhere" with properties. Its sheets: Main.'),
        ("others.xlsx:Notes:1", 'Sheet "Notes" of others.xlsx was skipped. No property table'),
        ("P-0000000000000000", "No property in run 1 matches 'P-0000000000000000' (read as a Property ID)."),
        ("77 Nowhere Boulevard", "No similar addresses found."),
    ],
)
def test_an_unknown_file_sheet_or_property_is_an_error_that_names_the_known_ones(done, query, words):
    outcome = flexscout("explain", query, *OUT, folder=done)
    assert (outcome.code, outcome.out) == (1, "")
    assert words in outcome.err
    assert outcome.err.count("\n") == 1


def test_an_unknown_address_lists_the_nearest(done):
    outcome = flexscout("explain", "1863 Lindberg St, Charlotte", *OUT, folder=done)
    assert outcome.code == 1
    assert "1836 Lindbergh St, Charlotte, NC, score 8.5, rank 3" in outcome.out.splitlines()[0]
    assert "The most similar addresses are listed above." in outcome.err
    assert asked(done, "1863 Lindberg St", code=1)["nearest"][0]["file"] == "listed.xlsx"


def test_the_json_has_a_stable_shape(done):
    answer = asked(done, "1836 Lindbergh St")
    assert [*answer] == [
        "format", "query", "understood_as", "outcome", "run", "ended", "warnings", "found", "property", "non_property", "matches",
        "nearest",
    ]  # fmt: skip
    story = answer["property"]
    assert (answer["format"], answer["run"], story["rank"], story["list_length"]) == (1, 1, 3, 4)
    assert story["factors"][0] == {
        "factor": "Building Size",
        "columns": ["Building SqFt"],
        "points": 3.0,
        "best": 3.0,
        "weight": 1.0,
        "text": "30,000 sq ft is the ideal size",
    }
    size = next(cell for cell in story["rows"][0]["cells"] if cell["column"] == "Building SqFt")
    assert (size["value"], size["cell"], size["header"], size["letter"]) == (30_000.0, "30,000 SF", "Bldg SF", "E")


def test_every_key_of_the_json_is_in_the_docs(done):
    page = (Path(__file__).parents[2] / "docs/reference/explain-json.md").read_text(encoding="utf-8")
    assert {key for key in keys_of(asked(done, "others.xlsx:4")) if f"`{key}`" not in page} == set()


def keys_of(value):
    """All keys, but for those that are names of columns."""
    if isinstance(value, list):
        return {key for entry in value for key in keys_of(entry)}
    if not isinstance(value, dict):
        return set()
    return {key for key in value if key.islower()} | {key for entry in value.values() for key in keys_of(entry)}


def test_the_sum_of_the_points_is_the_score(done):
    story = property_of(done, "1836 Lindbergh St")
    assert sum(factor["points"] for factor in story["factors"]) == story["score"]


def test_a_filtered_property_names_the_filter(tmp_path):
    write_inputs(tmp_path)
    run(tmp_path, "--where", "State = 'GA'")
    outcome = flexscout("explain", "1836 Lindbergh St", *OUT, folder=tmp_path)
    assert "Not selected: left out by the filter: State = 'GA'" in outcome.out


def test_a_number_in_thousands_says_so(tmp_path):
    row = ("Warehouse", "1 Mill Rd", "Charlotte", "NC", 42.5, 2.0, 1995, "1-2-3")
    whole = ("Warehouse", "7 Loom Rd", "Charlotte", "NC", "43,500 SF", 2.0, 1995, "1-2-4")
    titles = tuple("Bldg (000 SF)" if title == "Bldg SF" else title for title in TITLES)
    write_workbook(tmp_path / "in/a.xlsx", [titles, row, whole])
    run(tmp_path)
    said = flexscout("explain", "1 Mill Rd", *OUT, folder=tmp_path).out
    assert "42,500" in said
    assert "1,000 times the cell" in said
    said = flexscout("explain", "7 Loom Rd", *OUT, folder=tmp_path).out
    assert "43,500" in said
    assert "times the cell" not in said


def test_without_deduplication_each_row_is_a_property(tmp_path):
    write_inputs(tmp_path)
    run(tmp_path, "--no-deduplication")
    assert asked(tmp_path, "1836 Lindbergh St", code=1)["found"] == 2
    assert property_of(tmp_path, "listed.xlsx:3")["merged"] == []


def test_changed_files_are_explained_from_the_cache(own_copy):
    before = property_of(own_copy, "1836 Lindbergh St")
    write_workbook(own_copy / "in/listed.xlsx", [TITLES, *LISTED[4:5]])
    (own_copy / "in/others.xlsx").unlink()
    write_workbook(own_copy / "in/new.xlsx", [HEADER, candidate(7)])
    after = asked(own_copy, "1836 Lindbergh St")
    assert after["warnings"] == [
        "listed.xlsx is different since run 1. This answer uses what the run read.",
        "others.xlsx is gone since run 1. This answer uses what the run read.",
        "new.xlsx is new since run 1, and not part of this answer.",
    ]
    assert after["property"]["factors"] == before["factors"]
    assert after["property"]["rows"][0]["without_cells"] == "the file has changed since the run"


def test_an_unreachable_input_folder_is_a_warning(own_copy):
    (own_copy / "elsewhere").mkdir()
    shutil.copytree(own_copy / ".cache", own_copy / "elsewhere/.cache")
    command = ("explain", "1836 Lindbergh St", "-o", "../all.xlsx", "--format", "json")
    assert json.loads(flexscout(*command, folder=own_copy / "elsewhere").out)["warnings"] == []
    (own_copy / "in").rename(own_copy / "moved")
    (remark,) = json.loads(flexscout(*command, folder=own_copy / "elsewhere").out)["warnings"]
    assert remark.startswith("The input in of run 1 can't be found from ")
    assert remark.endswith("elsewhere. This answer uses what the run read.")


def test_failed_files_are_a_warning(tmp_path):
    write_inputs(tmp_path)
    (tmp_path / "in/broken.xlsx").write_text("no workbook")
    assert flexscout("run", "in", *OUT, "--quiet", folder=tmp_path).code == 1
    assert asked(tmp_path, "5 Nowhere Ln", code=1)["warnings"] == [
        "broken.xlsx is not part of this answer: run 1 could not read it."
    ]


def test_rows_that_are_no_longer_cached_are_a_warning(own_copy):
    (own_copy / "in/others.xlsx").unlink()
    shutil.rmtree(own_copy / ".cache")
    outcome = flexscout("explain", "1836 Lindbergh St", *OUT, folder=own_copy)
    assert outcome.code == 0
    assert "The tables of others.xlsx are no longer cached, so the rows that run 1 read there are missing." in outcome.out
    assert "The replayed list differs from the one that run 1 published." in outcome.out


def test_the_profile_of_the_run_is_used(tmp_path):
    write_inputs(tmp_path)
    (tmp_path / "own.yaml").write_text("extends: flex-industrial\ncap: 8\n", encoding="utf-8")
    run(tmp_path, "--profile", "own.yaml")
    (tmp_path / "own.yaml").unlink()
    story = property_of(tmp_path, "1836 Lindbergh St")
    assert (story["score"], story["cap"], story["improvements"]) == (8.0, 8.0, [])


def test_an_earlier_run_is_explained_by_number(own_copy):
    run(own_copy, "--min-score", "9")
    assert asked(own_copy, "1836 Lindbergh St")["property"]["reasons"] == ["Flex Score below 9"]
    assert property_of(own_copy, "1836 Lindbergh St", "--run", "1")["rank"] == 3
    outcome = flexscout("explain", "x", "--run", "7", *OUT, folder=own_copy)
    assert (outcome.code, outcome.out) == (2, "")
    assert "No run 7 that wrote all.xlsx is on record" in outcome.err


def test_a_property_that_left_the_list_is_found_by_id(own_copy):
    known = property_of(own_copy, "1836 Lindbergh St")["property_id"]
    run(own_copy, "--min-score", "9")
    assert asked(own_copy, known)["property"]["about"]["Address"] == "1836 Lindbergh St"


def test_possible_duplicates_are_listed(tmp_path):
    rows = [candidate(Address="4500 Westinghouse Blvd"), candidate(Address="4500 Westinghose Blvd")]
    write_workbook(tmp_path / "in/a.xlsx", [HEADER, *rows])
    run(tmp_path)
    (pair,) = property_of(tmp_path, "4500 Westinghouse Blvd")["possible_duplicates"]
    assert (pair["address"], pair["row"]) == ("4500 Westinghose Blvd", 3)
    outcome = flexscout("explain", "4500 Westinghouse Blvd", *OUT, folder=tmp_path)
    assert "Possible duplicates to review" in outcome.out


def test_values_from_other_rows_are_explained(tmp_path):
    write_workbook(tmp_path / "in/a.xlsx", [HEADER, candidate(Year_Built=None)])
    write_workbook(tmp_path / "in/b 2026-01-19.xlsx", [HEADER, candidate(Property_Type="Warehouse", Lot_Size_Acres=15)])
    run(tmp_path)
    outcome = flexscout("explain", "1 Test Street", *OUT, folder=tmp_path)
    assert "score 9 of 10" in outcome.out
    assert "b Jan 19" in outcome.out
    assert "Values from other rows (its own row scores 8): b Jan 19: Year Built" in outcome.out
    assert "    Gave: Year Built: 1995" in outcome.out


def test_a_rejected_row_of_a_listed_property_is_explained(tmp_path):
    write_workbook(tmp_path / "in/a.xlsx", [HEADER, candidate(), candidate(Lot_Size_Acres=None)])
    run(tmp_path)
    outcome = flexscout("explain", "a.xlsx:3", *OUT, folder=tmp_path)
    assert "Other rows of this property\n  a.xlsx:2: kept" in outcome.out
    assert "Not merged: not a candidate: Lot Size Acres is missing" in outcome.out


def test_the_users_notes_are_shown(tmp_path):
    write_workbook(tmp_path / "in/a.xlsx", [HEADER, candidate()])
    run(tmp_path)
    book = openpyxl.load_workbook(tmp_path / "all.xlsx")
    sheet = book["Flex Properties"]
    sheet.cell(header_row(sheet) + 1, headers_of(sheet).index("My Notes") + 1).value = "call Ann"
    book.save(tmp_path / "all.xlsx")
    run(tmp_path, "--fresh")
    assert property_of(tmp_path, "1 Test Street")["notes"] == {"My Notes": "call Ann"}


def test_a_weighted_mean_shows_the_weights(tmp_path):
    header = ("Address", "Property Type", "Building SqFt", "Lot Size Acres", "Zoning Code")
    write_workbook(tmp_path / "in/a.xlsx", [header, ("1 Main St", "Warehouse", 20_000, 0.3, "CG")])
    run(tmp_path, "--profile", "parcel")
    outcome = flexscout("explain", "1 Main St", *OUT, folder=tmp_path)
    assert "4 of 10  x 3" in outcome.out
    ways = {way["columns"][0]: (way["said"], way["sure"]) for way in property_of(tmp_path, "1 Main St")["improvements"]}
    assert ways["Zoning Code"] == ("Zoning Code is one of MUPD, MXPD, AGR/IND", True)
    assert ways["Lot Size Acres"] == ("Lot Size Acres from 0.5 to 2.5", False)


def test_without_a_run_the_error_names_the_next_step(tmp_path):
    outcome = flexscout("explain", "1836 Lindbergh St", *OUT, folder=tmp_path)
    assert (outcome.code, outcome.out) == (2, "")
    assert "No run that wrote all.xlsx is on record" in outcome.err
    assert "run flexscout first" in outcome.err
