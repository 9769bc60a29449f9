"""`profile`: looking at the built-in ones, making one's own, and what is said of it."""

import re

import pytest
import yaml

from flexscout.scoring.profile_files import list_profiles, load_profile, read_profile_text
from flexscout.scoring.scorer import FlexPropertyScorer
from program import flexscout
from workbooks import HEADER, candidate, write_workbook


def written(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_list_names_each_profile_and_what_it_is():
    outcome = flexscout("profile", "list")
    assert outcome.code == 0
    assert [line.split()[0] for line in outcome.out.splitlines()] == ["flex-industrial", "parcel"]
    assert "every parcel is eligible" in outcome.out


def test_show_has_bands_points_eligibility_and_classes():
    shown = " ".join(flexscout("profile", "show", "flex-industrial").out.split())
    assert "Building Size Building SqFt 20,000 to under 50,000 3" in shown
    assert "Age Year Built from 1990 1" in shown
    assert "Lot Size Acres 0.5 to 20" in shown
    assert "PRIME_FLEX 8" in shown


def test_show_has_weights_and_bonuses():
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


def test_show_gives_the_yaml_as_it_is():
    assert flexscout("profile", "show", "parcel", "--format", "yaml").out == read_profile_text("parcel")


def test_show_of_a_profile_that_extends_another_shows_what_results(tmp_path):
    written(tmp_path / "mine.yaml", "extends: flex-industrial\nfactors:\n  Occupancy: null\n")
    shown = flexscout("profile", "show", "mine.yaml").out
    assert "Lot Size" in shown
    assert "Occupancy" not in shown


def test_a_copy_is_the_profile_under_its_own_name(tmp_path):
    assert flexscout("profile", "copy", "flex-industrial", "new/mine.yaml").code == 0
    assert load_profile("new/mine.yaml") == load_profile("flex-industrial").model_copy(update={"name": "mine"})
    assert "flexscout run FOLDER --profile new/mine.yaml" in (tmp_path / "new/mine.yaml").read_text(encoding="utf-8")


def test_a_copy_may_hold_changes_alone(tmp_path):
    assert flexscout("profile", "copy", "parcel", "mine.yml", "--extend").code == 0
    assert yaml.safe_load((tmp_path / "mine.yml").read_text(encoding="utf-8")) == {"extends": "parcel", "name": "mine"}
    assert load_profile("mine.yml").factors == load_profile("parcel").factors


def test_the_examples_of_such_a_copy_are_right(tmp_path):
    flexscout("profile", "copy", "parcel", "mine.yml", "--extend")
    examples = (tmp_path / "mine.yml").read_text(encoding="utf-8").split("Such as:\n#\n")[1]
    written(tmp_path / "mine.yml", "extends: parcel\n" + re.sub("(?m)^# ", "", examples))
    assert load_profile("mine.yml").classes["PRIME_FLEX"] == 7.5
    assert list(load_profile("mine.yml").factors) == list(load_profile("parcel").factors)[:-1]


def test_a_copy_overwrites_nothing_unless_forced(tmp_path):
    written(tmp_path / "mine.yaml", "mine")
    outcome = flexscout("profile", "copy", "parcel", "mine.yaml")
    assert outcome.code == 2
    assert "mine.yaml exists already. Give another path, or --force to overwrite it." in outcome.err
    assert (tmp_path / "mine.yaml").read_text() == "mine"
    assert flexscout("profile", "copy", "parcel", "mine.yaml", "--force").code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("copy", "parcel", "mine.txt"), "does not end in .yaml or .yml"),
        (("copy", "flex", "mine.yaml"), "no built-in profile flex; there are: flex-industrial, parcel"),
        (("show", "flex"), "no profile flex; there are: flex-industrial, parcel"),
        (("check", "none.yaml"), "none.yaml does not exist"),
    ],
)
def test_what_can_not_be_done_is_said(tmp_path, arguments, words):
    outcome = flexscout("profile", *arguments)
    assert outcome.code == 2
    assert words in outcome.err
    assert list(tmp_path.iterdir()) == []


def test_a_copy_below_a_file_is_refused_in_words(tmp_path):
    written(tmp_path / "file", "")
    outcome = flexscout("profile", "copy", "parcel", "file/mine.yaml")
    assert (outcome.code, "can't be written" in outcome.err) == (2, True)


@pytest.mark.parametrize("name", list_profiles())
def test_a_built_in_profile_is_fine(name):
    outcome = flexscout("profile", "check", name)
    assert outcome.code == 0
    assert len(outcome.out.splitlines()) == 1


def test_check_says_in_a_sentence_what_a_profile_is(tmp_path):
    written(tmp_path / "mine.yaml", "extends: flex-industrial\nfactors:\n  Occupancy: null\n")
    expected = "mine.yaml is fine: 4 factors, 9 points at best, eligible by Property Type, Building SqFt, Lot Size Acres.\n"
    assert flexscout("profile", "check", "mine.yaml").out == expected


def test_check_names_all_mistakes_with_line_and_suggestion(tmp_path):
    text = "extends: flex-industrial\nfactrs: {}\neligibility:\n  Building SqFt: {from: 9, form: 1}\n"
    written(tmp_path / "mine.yaml", text)
    outcome = flexscout("profile", "check", "mine.yaml")
    assert outcome.code == 2
    assert "mine.yaml has 2 errors" in outcome.err
    assert "line 2: factrs: factrs is not known; did you mean factors?" in outcome.err
    assert "line 4: eligibility.Building SqFt.form: form is not known; did you mean from?" in outcome.err


def test_check_tells_what_is_allowed_and_suspicious(tmp_path):
    written(tmp_path / "mine.yaml", "extends: flex-industrial\nclasses:\n  BEST: 12\n")
    outcome = flexscout("profile", "check", "mine.yaml")
    assert outcome.code == 0
    assert "But look: Class BEST: it begins at 12, above the best score of 10." in outcome.out


def test_a_run_takes_the_copy(tmp_path):
    write_workbook(tmp_path / "in/a.xlsx", [HEADER, candidate()])
    flexscout("profile", "copy", "flex-industrial", "mine.yaml")
    assert flexscout("run", "in", "--profile", "mine.yaml").rows()[0]["Flex Score"] == "9.0"


def test_python_takes_the_copy(tmp_path):
    flexscout("profile", "copy", "parcel", str(tmp_path / "mine.yaml"))
    record = {"zoning": "IL", "acres": 2.0}
    mine, built_in = (FlexPropertyScorer(name).calculate_flex_score(record) for name in ("mine.yaml", "parcel"))
    assert mine == built_in
