"""`flexscout profile`: list, show, copy and check profiles."""

import re

import pytest
import yaml

from flexscout.scoring.profile_files import list_profiles, load_profile, read_profile_text
from flexscout.scoring.scorer import FlexPropertyScorer
from program import flexscout
from workbooks import HEADER, candidate, write_workbook


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_list_shows_each_profile_with_its_description():
    outcome = flexscout("profile", "list")
    assert outcome.code == 0
    assert [line.split()[0] for line in outcome.out.splitlines()] == ["flex-industrial", "parcel"]
    assert "every parcel is eligible" in outcome.out


def test_show_displays_ranges_points_eligibility_and_classes():
    shown = " ".join(flexscout("profile", "show", "flex-industrial").out.split())
    assert "Building Size Building SqFt 20,000 to under 50,000 3" in shown
    assert "Age Year Built from 1990 1" in shown
    assert "Lot Size Acres 0.5 to 20" in shown
    assert "PRIME_FLEX 8" in shown


def test_show_displays_weights_and_bonuses():
    shown = " ".join(flexscout("profile", "show", "parcel").out.split())
    assert "weight 2.5" in shown
    assert "HIGH_POTENTIAL 0.5 Zoning 8 and Size 7" in shown
    assert "Every property is eligible." in shown


@pytest.mark.parametrize("name", list_profiles())
@pytest.mark.parametrize("width", [80, 120])
def test_show_fits_the_terminal(monkeypatch, name, width):
    monkeypatch.setenv("COLUMNS", str(width))
    lines = flexscout("profile", "show", name).out.splitlines()
    assert max(map(len, lines)) <= width


def test_show_prints_the_yaml_unchanged():
    assert flexscout("profile", "show", "parcel", "--format", "yaml").out == read_profile_text("parcel")


def test_show_resolves_extends(tmp_path):
    write(tmp_path / "mine.yaml", "extends: flex-industrial\nfactors:\n  Occupancy: null\n")
    shown = flexscout("profile", "show", "mine.yaml").out
    assert "Lot Size" in shown
    assert "Occupancy" not in shown


def test_a_copy_is_the_profile_under_a_new_name(tmp_path):
    assert flexscout("profile", "copy", "flex-industrial", "new/mine.yaml").code == 0
    assert load_profile("new/mine.yaml") == load_profile("flex-industrial").model_copy(update={"name": "mine"})
    assert "flexscout run FOLDER --profile new/mine.yaml" in (tmp_path / "new/mine.yaml").read_text(encoding="utf-8")


def test_a_copy_can_extend_the_profile(tmp_path):
    assert flexscout("profile", "copy", "parcel", "mine.yml", "--extend").code == 0
    assert yaml.safe_load((tmp_path / "mine.yml").read_text(encoding="utf-8")) == {"extends": "parcel", "name": "mine"}
    assert load_profile("mine.yml").factors == load_profile("parcel").factors


def test_the_examples_in_an_extending_copy_are_valid(tmp_path):
    flexscout("profile", "copy", "parcel", "mine.yml", "--extend")
    examples = (tmp_path / "mine.yml").read_text(encoding="utf-8").split("For example:\n#\n")[1]
    write(tmp_path / "mine.yml", "extends: parcel\n" + re.sub("(?m)^# ", "", examples))
    assert load_profile("mine.yml").classes["PRIME_FLEX"] == 7.5
    assert list(load_profile("mine.yml").factors) == list(load_profile("parcel").factors)[:-1]


def test_copy_overwrites_a_file_only_with_force(tmp_path):
    write(tmp_path / "mine.yaml", "mine")
    outcome = flexscout("profile", "copy", "parcel", "mine.yaml")
    assert outcome.code == 2
    assert "mine.yaml already exists. Choose another path, or use --force to overwrite it." in outcome.err
    assert (tmp_path / "mine.yaml").read_text() == "mine"
    assert flexscout("profile", "copy", "parcel", "mine.yaml", "--force").code == 0


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("copy", "parcel", "mine.txt"), "must end in .yaml or .yml"),
        (("copy", "flex", "mine.yaml"), "no built-in profile flex. The built-in profiles are: flex-industrial, parcel"),
        (("show", "flex"), "no profile flex. The built-in profiles are: flex-industrial, parcel"),
        (("check", "none.yaml"), "none.yaml does not exist"),
    ],
)
def test_invalid_arguments_are_reported(tmp_path, arguments, expected):
    outcome = flexscout("profile", *arguments)
    assert outcome.code == 2
    assert expected in outcome.err
    assert list(tmp_path.iterdir()) == []


def test_a_copy_inside_a_file_is_an_error(tmp_path):
    write(tmp_path / "file", "")
    outcome = flexscout("profile", "copy", "parcel", "file/mine.yaml")
    assert (outcome.code, "can't be written" in outcome.err) == (2, True)


@pytest.mark.parametrize("name", list_profiles())
def test_built_in_profiles_pass_the_check(name):
    outcome = flexscout("profile", "check", name)
    assert outcome.code == 0
    assert len(outcome.out.splitlines()) == 1


def test_check_summarizes_a_valid_profile(tmp_path):
    write(tmp_path / "mine.yaml", "extends: flex-industrial\nfactors:\n  Occupancy: null\n")
    expected = "mine.yaml is valid: 4 factors, 9 points at most, eligible by Property Type, Building SqFt, Lot Size Acres.\n"
    assert flexscout("profile", "check", "mine.yaml").out == expected


def test_check_lists_all_errors_with_line_and_suggestion(tmp_path):
    text = "extends: flex-industrial\nfactrs: {}\neligibility:\n  Building SqFt: {from: 9, form: 1}\n"
    write(tmp_path / "mine.yaml", text)
    outcome = flexscout("profile", "check", "mine.yaml")
    assert outcome.code == 2
    assert "mine.yaml has 2 errors" in outcome.err
    assert "line 2: factrs: factrs is not known; did you mean factors?" in outcome.err
    assert "line 4: eligibility.Building SqFt.form: form is not known; did you mean from?" in outcome.err


def test_check_lists_warnings(tmp_path):
    write(tmp_path / "mine.yaml", "extends: flex-industrial\nclasses:\n  BEST: 12\n")
    outcome = flexscout("profile", "check", "mine.yaml")
    assert outcome.code == 0
    assert "Warning: Class BEST can't be reached: it starts at 12, above the best score of 10." in outcome.out


def test_a_run_accepts_a_copy(tmp_path):
    write_workbook(tmp_path / "in/a.xlsx", [HEADER, candidate()])
    flexscout("profile", "copy", "flex-industrial", "mine.yaml")
    assert flexscout("run", "in", "--profile", "mine.yaml").rows()[0]["Flex Score"] == "9.0"


def test_the_scorer_accepts_a_copy(tmp_path):
    flexscout("profile", "copy", "parcel", str(tmp_path / "mine.yaml"))
    record = {"zoning": "IL", "acres": 2.0}
    mine, built_in = (FlexPropertyScorer(name).calculate_flex_score(record) for name in ("mine.yaml", "parcel"))
    assert mine == built_in


def test_a_building_that_is_gone_or_not_built_stays_off_the_list_with_its_reason(tmp_path):
    statuses = ("Existing", "Demolished", "Under Construction")
    rows = [(*candidate(number), status) for number, status in enumerate(statuses)]
    write_workbook(tmp_path / "in/costar.xlsx", [(*HEADER, "Constr Status"), *rows])
    outcome = flexscout("run", "in")
    assert [row["Address"] for row in outcome.rows()] == ["0 Test Street"]
    assert {row["Address"]: row["Reason"] for row in outcome.sheet("Not Selected")} == {
        "1 Test Street": "Building Status is Demolished",
        "2 Test Street": "Building Status is Under Construction",
    }
    file = outcome.file("costar.xlsx")
    assert (file["rows_read"], file["candidates"], file["not_eligible"]) == (3, 1, 2)
