"""`flexscout decide`: the user decides about possible duplicates in the terminal."""

import json
import os
import pty
import subprocess

import pytest

from decisions import MISSPELLED, RIGHT, addresses_of, rows_of, write_similar
from flexscout import PipelineConfiguration, PropertyDecisions
from flexscout.errors import DecisionError
from program import PROGRAM, flexscout
from workbooks import HEADER, candidate, write_workbook


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A run over similar addresses."""
    folder = tmp_path_factory.mktemp("done")
    write_similar(folder / "in")
    return flexscout("run", "in", folder=folder)


@pytest.fixture
def first(done, tmp_path):
    """A copy of that run, which a test may change."""
    return done.copy(tmp_path)


def outputs_of(outcome):
    """The bytes of the outputs; the workbook also has the changes since another run."""
    paths = outcome.workbook.parent.glob("all_flex_properties*")
    return {path.name: path.read_bytes() for path in paths if path.suffix in (".csv", ".parquet")}


def decide_in_terminal(keys):
    """Answer the questions of `flexscout decide` in a terminal; return what it prints."""
    controller, terminal = pty.openpty()
    program = subprocess.Popen([*PROGRAM, "decide"], stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    os.close(terminal)
    os.write(controller, keys.encode())
    out, _ = program.communicate(timeout=120)
    os.close(controller)
    return program.returncode, out


def test_a_decision_and_its_undo_restore_the_bytes_of_the_outputs(first):
    before = outputs_of(first)
    assert flexscout("decide", "--same", RIGHT, MISSPELLED).code == 0
    second = flexscout("run", "in")
    assert addresses_of(second) == [RIGHT, "9 Test Street"]
    (change,) = second.report["changes"]["first"]
    kept = second.rows()[0]["Property ID"]
    assert (change["Change"], change["Property ID"]) == ("merged", kept)
    assert {change["Old Value"], change["New Value"]} == {f"{one}, Charlotte, NC" for one in (RIGHT, MISSPELLED)}
    assert "gone" not in second.out
    undone = flexscout("decide", "--undo", RIGHT.upper(), MISSPELLED)
    assert (undone.code, "Removed: " in undone.out) == (0, True)
    third = flexscout("run", "in")
    assert outputs_of(third) == before


@pytest.mark.usefixtures("first")
def test_a_run_after_a_decision_is_not_a_repeated_run():
    flexscout("run", "in")
    assert "Nothing changed" in flexscout("run", "in").out
    flexscout("decide", "--different", "in/a.xlsx:2", "a.xlsx:3")
    second = flexscout("run", "in")
    assert "Nothing changed" not in second.out
    assert rows_of(second, "Possible Duplicates") == []
    assert "Nothing changed" in flexscout("run", "in").out


def test_properties_are_named_by_id_too(first):
    ids = [row["Property ID"] for row in first.rows()]
    assert flexscout("decide", "--same", ids[0], ids[2]).code == 0
    assert len(flexscout("run", "in").rows()) == 2


@pytest.mark.usefixtures("first")
def test_the_list_says_what_is_not_in_use_and_what_contradicts(tmp_path):
    flexscout("decide", "--same", RIGHT, MISSPELLED)
    flexscout("decide", "--same", RIGHT, "9 Test Street")
    contradiction = flexscout("decide", "--different", MISSPELLED, "9 Test Street")
    assert contradiction.code == 0
    assert "Your decision 3:" in contradiction.err
    listed = json.loads(flexscout("decide", "--list", "--format", "json").out)
    assert [(one["number"], one["in_use"], one["contradicts"]) for one in listed] == [
        (1, True, []),
        (2, True, []),
        (3, True, [1, 2]),
    ]
    run = flexscout("run", "in")
    assert (run.code, "Your decision 3:" in run.out, len(run.rows())) == (0, True, 1)
    write_workbook(tmp_path / "in/a.xlsx", [HEADER, candidate(Address=RIGHT), candidate(9)])
    flexscout("run", "in")
    lines = flexscout("decide", "--list").out.splitlines()
    assert ["not in use" in line for line in lines[:3]] == [True, False, True]


@pytest.mark.usefixtures("first")
def test_undo_takes_a_number():
    flexscout("decide", "--same", RIGHT, MISSPELLED)
    assert flexscout("decide", "--undo", "1").code == 0
    assert flexscout("decide", "--list").out == "There are no decisions.\n"
    missing = flexscout("decide", "--undo", "1")
    assert (missing.code, "There is no decision 1" in missing.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--same", "Nowhere Lane", RIGHT], "No property in run 1 matches 'Nowhere Lane'"),
        (["--different", RIGHT, RIGHT.upper()], "written alike"),
        (["--same", RIGHT], "--same needs two properties"),
        (["--same", "--undo", RIGHT, MISSPELLED], "Use only one of"),
        (["--undo", RIGHT], "--undo needs two properties or a number"),
        ([RIGHT, MISSPELLED], "Add --same"),
        ([], "needs a terminal"),
    ],
)
def test_what_cant_be_decided_is_an_error_with_the_next_step(first, arguments, message):
    outcome = flexscout("decide", *arguments, folder=first.folder)
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert message in outcome.err


def test_without_a_run_there_is_nothing_to_decide(tmp_path):
    outcome = flexscout("decide", "--same", "a", "b", folder=tmp_path)
    assert (outcome.code, "No run that wrote" in outcome.err) == (2, True)


def test_a_damaged_line_is_reported_by_run_and_list(first):
    flexscout("decide", "--same", RIGHT, MISSPELLED)
    path = first.workbook.with_name("all_flex_properties_decisions.csv")
    path.write_text(f"{path.read_text(encoding='utf-8')}perhaps,,1 A St\n", encoding="utf-8")
    message = "all_flex_properties_decisions.csv, line 3: 'perhaps' isn't an answer"
    assert message in flexscout("run", "in").out
    assert message in flexscout("decide", "--list").err


@pytest.mark.usefixtures("first")
def test_each_pair_is_shown_side_by_side_and_the_answer_is_saved():
    code, out = decide_in_terminal("what?\ns\n")
    assert (code, out.count("Same, different, later, or quit?")) == (0, 2)
    assert "1 of 1 (score 0.95): same number; street names 1 letter apart (COMERCE, COMMERCE)" in out
    assert f" * Address        {MISSPELLED}  {RIGHT}\n" in out
    assert f" * Building SqFt  {'31,000':17}  30,000\n" in out
    assert f"   City           {'Charlotte':17}  Charlotte\n" in out
    assert "1 decision saved in data" in out
    assert len(flexscout("run", "in").rows()) == 2
    assert "no possible duplicates" in decide_in_terminal("")[1]


@pytest.mark.usefixtures("first")
def test_quitting_keeps_the_answers_before(tmp_path):
    others = [candidate(Address="7 Industrial Parkway"), candidate(Address="7 Industral Parkway")]
    write_workbook(tmp_path / "in/b.xlsx", [HEADER, *others])
    flexscout("run", "in")
    assert decide_in_terminal("l\nq\n")[0] == 0
    flexscout("run", "in")
    _, out = decide_in_terminal("\x04")
    assert "1 of 2 (score 0.95)" in out
    assert len(json.loads(flexscout("decide", "--list", "--format", "json").out)) == 1


def test_profile_comparisons_and_explanations_use_the_decisions(first):
    flexscout("decide", "--same", RIGHT, "9 Test Street")
    flexscout("run", "in")
    explained = flexscout("explain", RIGHT)
    assert "a.xlsx:4: your decision (you, " in explained.out
    compared = flexscout("profile", "compare", "flex-industrial", "flex-industrial", "in", "--format", "json")
    assert compared.code == 0
    assert len(first.rows()) == 2


def test_decisions_from_python(first):
    decisions = PropertyDecisions(PipelineConfiguration(input_folder="in", output_file=str(first.workbook)))
    assert decisions.decide("same", RIGHT, MISSPELLED) == ()
    (listed,) = decisions.list_decisions()
    assert (listed.decision.kind, listed.in_use) == ("same", True)
    assert decisions.undo(1) == (listed.decision,)
    (pair,) = decisions.list_open_pairs()
    decisions.decide_pair("later", pair)
    assert decisions.list_open_pairs()[0].is_postponed
    with pytest.raises(DecisionError, match="no decision 9"):
        decisions.undo(9)
    with pytest.raises(ValueError, match="perhaps"):
        decisions.decide("perhaps", RIGHT, MISSPELLED)
