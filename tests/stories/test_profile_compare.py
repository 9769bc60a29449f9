"""`flexscout profile compare`: how another profile would change the ranking, and why."""

import csv
import json

import openpyxl
import pytest

from program import flexscout, run_program
from workbooks import HEADER, candidate, corrupted_file, valid_properties_1, valid_properties_2, write_workbook

pytestmark = pytest.mark.usefixtures("exports")

SMALLER = "extends: flex-industrial\neligibility:\n  Building SqFt: {from: 10000}\n  Lot Size Acres: {from: 0.5, to: 4}\n"
ROWS = [
    candidate(1),
    candidate(2, Building_SqFt=60_000),
    candidate(3, Building_SqFt=12_000),
    candidate(4, Lot_Size_Acres=4.5),
    candidate(5, Property_Type="Office"),
]


@pytest.fixture
def exports(tmp_path):
    write_workbook(tmp_path / "in/a.xlsx", [HEADER, *ROWS])
    (tmp_path / "mine.yaml").write_text(SMALLER)
    return tmp_path


def compare(a, b, *options, code=0):
    """Return the JSON output of a comparison."""
    outcome = flexscout("profile", "compare", a, b, "in", "--format", "json", *options)
    assert (outcome.code, "Traceback" in outcome.err) == (code, False)
    return json.loads(outcome.out)


def write_profile(folder, text, name="mine.yaml"):
    (folder / name).write_text(f"extends: flex-industrial\n{text}")


def explanations(changes):
    """Return address -> explanation."""
    return {change["Address"]: change["Why"] for change in changes}


def test_properties_that_enter_or_leave_have_an_explanation():
    comparison = compare("flex-industrial", "mine.yaml")
    assert explanations(comparison["enter"]) == {"3 Test Street": "not eligible in A: Building SqFt below 20,000"}
    assert explanations(comparison["leave"]) == {"4 Test Street": "not eligible in B: Lot Size Acres above 4"}
    assert (comparison["counts"]["in_a"], comparison["counts"]["in_b"], comparison["counts"]["in_both"]) == (3, 3, 2)


def test_a_change_has_both_scores_and_the_known_ranks():
    (change,) = compare("flex-industrial", "mine.yaml")["enter"]
    assert (change["Score A"], change["Score B"], change["Rank A"], change["Rank B"]) == (6, 6, None, 3)
    assert (change["Source File"], change["Source Row"]) == ("a.xlsx", 4)


def test_a_move_is_explained_by_the_points_that_differ(exports):
    write_profile(
        exports, "factors:\n  Building Size:\n    rules:\n      - {from: 50000, points: 3}\n      - {from: 20000, points: 1}\n"
    )
    moves = compare("flex-industrial", "mine.yaml")["moves"]
    assert explanations(moves)["2 Test Street"] == "Building Size 2 -> 3"
    assert explanations(moves)["1 Test Street"] == "Building Size 3 -> 1"
    assert {move["Address"]: move["Rank Change"] for move in moves} == {
        "1 Test Street": -1,
        "2 Test Street": 2,
        "4 Test Street": -1,
    }


def test_a_factor_of_one_profile_is_reported(exports):
    write_profile(exports, "factors:\n  Age: null\n")
    assert "Age 1 in A only" in explanations(compare("flex-industrial", "mine.yaml")["moves"])["1 Test Street"]


def test_a_bonus_is_reported(exports):
    write_profile(exports, "bonuses:\n  B: {points: 0.5, when: {Building Size: 3}}\n")
    assert explanations(compare("flex-industrial", "mine.yaml")["moves"])["1 Test Street"] == "Bonus 0.5 in B only"


def test_a_minimum_score_applies_to_both_profiles():
    comparison = compare("flex-industrial", "mine.yaml", "--min-score", "8.5", "--where", "State = 'NC'")
    assert explanations(comparison["enter"]) == {}
    assert explanations(comparison["leave"]) == {"4 Test Street": "not eligible in B: Lot Size Acres above 4"}


def test_points_can_lift_a_property_above_the_minimum_score(exports):
    write_profile(exports, "factors:\n  Building Size:\n    rules:\n      - {from: 20000, points: 3}\n")
    comparison = compare("flex-industrial", "mine.yaml", "--min-score", "9")
    assert explanations(comparison["enter"]) == {"2 Test Street": "score below 9 in A. Building Size 2 -> 3"}


def test_profiles_without_shared_factors_are_explained_by_their_top_factors():
    comparison = compare("flex-industrial", "parcel")
    assert comparison["counts"]["in_both"] == 3
    explanation = explanations(comparison["moves"])["1 Test Street"]
    assert explanation == "A: Building Size 3, Property Type 3, Lot Size 2. B: Building 8, Size 8.75, Location 5"


def test_different_weights_are_reported(exports):
    write_profile(exports, "score: weighted mean\n")
    texts = set(explanations(compare("flex-industrial", "mine.yaml", "--min-score", "0")["moves"]).values())
    assert texts == {"same points, weighted differently"}


def test_each_side_is_the_ranking_of_a_run(exports):
    valid_properties_1(exports / "in")
    valid_properties_2(exports / "in")
    write_profile(exports, "factors:\n  Age: null\n")
    moves = compare("flex-industrial", "mine.yaml")["moves"]
    before, after = (flexscout("run", "in", "--profile", name).rows() for name in ("flex-industrial", "mine.yaml"))
    assert len(moves) == len(before) == len(after)
    assert {move["Rank A"]: move["Score A"] for move in moves} == {i: float(row["Flex Score"]) for i, row in enumerate(before, 1)}
    assert {move["Rank B"]: move["Address"] for move in moves} == {i: row["Address"] for i, row in enumerate(after, 1)}


def test_a_property_is_matched_whichever_row_survives(exports):
    write_workbook(exports / "in/b.xlsx", [HEADER, candidate(1, Address="1 TEST ST.", Building_SqFt=120_000)])
    write_profile(
        exports, "factors:\n  Building Size:\n    rules:\n      - {from: 100000, points: 2.5}\n      - {from: 20000, points: 1}\n"
    )
    comparison = compare("flex-industrial", "mine.yaml")
    assert (comparison["enter"], comparison["leave"]) == ([], [])
    assert explanations(comparison["moves"])["1 Test St."] == "Building Size 3 -> 2.5. the surviving row in A is row 2 of a.xlsx"


def test_without_deduplication_each_row_is_a_property(exports):
    write_workbook(exports / "in/b.xlsx", [HEADER, candidate(1, Year_Built=1985)])
    assert compare("flex-industrial", "mine.yaml", "--no-deduplication")["counts"]["in_a"] == 4
    assert compare("flex-industrial", "mine.yaml")["counts"]["in_a"] == 3


def test_rows_without_an_address_are_matched_by_their_source(exports):
    write_workbook(exports / "in/a.xlsx", [HEADER, candidate(1, Address=None), candidate(2, Address=None)])
    assert compare("flex-industrial", "flex-industrial")["counts"]["unchanged"] == 2


def test_the_terminal_shows_counts_reasons_and_the_output_path():
    outcome = flexscout("profile", "compare", "flex-industrial", "mine.yaml", "in")
    assert outcome.code == 0
    assert "A: flex-industrial  3 properties on the list" in outcome.out
    assert "1 enter, 1 leave, 2 are on both lists" in outcome.out
    assert "6.00 -> 6.00         - -> 3       3 Test Street, Charlotte, NC" in outcome.out
    assert "data/reports/profile_comparison.xlsx" in outcome.out.replace("\\", "/")


def test_no_change_is_reported():
    outcome = flexscout("profile", "compare", "flex-industrial", "flex-industrial", "in")
    assert outcome.code == 0
    assert "Nothing changes: both lists have the same properties, with the same scores and ranks." in outcome.out


def test_no_candidate_is_reported():
    outcome = flexscout("profile", "compare", "flex-industrial", "mine.yaml", "in", "--min-score", "9.5")
    assert (outcome.code, "Neither profile finds a candidate" in outcome.out) == (0, True)


def test_the_workbook_has_a_sheet_for_each_kind_of_change(exports):
    flexscout("profile", "compare", "flex-industrial", "mine.yaml", "in", "--quiet")
    book = openpyxl.load_workbook(exports / "data/reports/profile_comparison.xlsx")
    assert book.sheetnames == ["Summary", "Enter", "Leave", "Moves"]
    header, row = book["Enter"].iter_rows(values_only=True)
    assert row[header.index("Address")] == "3 Test Street"
    assert ("Enter: on the list in B only", 1) in list(book["Summary"].iter_rows(values_only=True))


def test_a_csv_is_one_table(exports):
    assert flexscout("profile", "compare", "flex-industrial", "mine.yaml", "in", "-o", "new/c.csv", "-q").out == ""
    with (exports / "new/c.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [(row["Change"], row["Address"]) for row in csv.DictReader(file)]
    assert rows[:2] == [("enter", "3 Test Street"), ("leave", "4 Test Street")]


def test_the_json_file_equals_the_printed_json(exports):
    comparison = compare("flex-industrial", "mine.yaml", "-o", "c.json")
    assert json.loads((exports / "c.json").read_text(encoding="utf-8")) == comparison


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".json"])
def test_equal_input_gives_equal_bytes(exports, suffix):
    valid_properties_1(exports / "in")
    valid_properties_2(exports / "in")
    command = ("profile", "compare", "flex-industrial", "parcel", "in", "-q", "-o")
    flexscout(*command, f"alone{suffix}")
    run_program(*command, f"workers{suffix}", "-w", "2")
    assert (exports / f"alone{suffix}").read_bytes() == (exports / f"workers{suffix}").read_bytes()


def test_outputs_of_runs_are_unchanged(exports):
    before = flexscout("run", "in").workbook.read_bytes()
    assert flexscout("profile", "compare", "flex-industrial", "mine.yaml", "in").code == 0
    assert (exports / "data/exports/all_flex_properties.xlsx").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("flex-industrial", "none.yaml", "in"), "none.yaml does not exist"),
        (("flex", "mine.yaml", "in"), "There is no profile flex"),
        (("flex-industrial", "mine.yaml", "nowhere"), "nowhere does not exist"),
        (("flex-industrial", "mine.yaml", "in", "-o", "c.txt"), "Use .xlsx, .csv or .json."),
        (("flex-industrial", "mine.yaml", "in", "-o", "data/exports/all_flex_properties.csv"), "is an output of runs"),
        (("flex-industrial", "mine.yaml", "in", "--where", "Stat = 'NC'"), "did you mean State?"),
    ],
)
def test_invalid_arguments_are_reported_and_nothing_is_written(exports, arguments, expected):
    outcome = flexscout("profile", "compare", *arguments)
    assert outcome.code == 2
    assert expected in outcome.err
    assert "Traceback" not in outcome.err
    assert sorted(path.name for path in exports.iterdir()) == ["in", "mine.yaml"]


def test_an_export_is_never_overwritten(exports):
    before = (exports / "in/a.xlsx").read_bytes()
    outcome = flexscout("profile", "compare", "flex-industrial", "mine.yaml", "in", "-o", "in/a.xlsx")
    assert outcome.code == 2
    assert (exports / "in/a.xlsx").read_bytes() == before


def test_a_failed_file_is_named_and_the_others_are_compared(exports):
    corrupted_file(exports / "in")
    outcome = flexscout("profile", "compare", "flex-industrial", "mine.yaml", "in")
    assert outcome.code == 1
    assert "failed: corrupted_file.xlsx is damaged" in outcome.err
    assert "1 enter, 1 leave" in outcome.out


def test_nothing_is_written_if_every_file_fails(exports):
    (exports / "in/a.xlsx").unlink()
    corrupted_file(exports / "in")
    outcome = flexscout("profile", "compare", "flex-industrial", "mine.yaml", "in")
    assert outcome.code == 1
    assert "No file could be read, so nothing was written." in outcome.out
    assert list((exports / "data/reports").iterdir()) == []


def test_settings_can_come_from_a_file(exports):
    (exports / "c.yaml").write_text("input: {folder: in}\nfiltering: {min_flex_score: 9}\nclassification: {profile: gone.yaml}\n")
    outcome = flexscout("profile", "compare", "flex-industrial", "mine.yaml", "-c", "c.yaml")
    assert outcome.code == 0
    assert "A: flex-industrial  2 properties on the list" in outcome.out


def test_swapping_the_profiles_reverses_the_changes(exports):
    valid_properties_2(exports / "in")
    there, back = compare("flex-industrial", "mine.yaml"), compare("mine.yaml", "flex-industrial")
    names = [[change["Address"] for change in found[kind]] for found, kind in ((there, "enter"), (back, "leave"))]
    assert names[0] == names[1] == ["3 Test Street"]
    assert {move["Source Row"]: move["Rank Change"] for move in there["moves"]} == {
        move["Source Row"]: -move["Rank Change"] for move in back["moves"]
    }


def test_a_row_that_neither_profile_selects_can_link_two_rows_to_one_property(exports):
    header = (*HEADER, "Zip Code")
    ends = [(*candidate(1), "28202"), (*candidate(1, City="Mint Hill"), "28227")]
    write_workbook(exports / "in/a.xlsx", [header, *ends])
    assert compare("flex-industrial", "mine.yaml")["counts"]["in_both"] == 2
    write_workbook(exports / "in/a.xlsx", [header, *ends, (*candidate(1, Property_Type="Office"), "28227")])
    assert compare("flex-industrial", "mine.yaml")["counts"]["in_both"] == 1
