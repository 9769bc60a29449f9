"""The file of the user's decisions: plain text that survives hand edits."""

from datetime import date

import pytest

from flexscout.errors import OutputError
from flexscout.history.decisions import read_decisions
from flexscout.matching import SIDE_COLUMNS, DecisionKind, build_side

DAY = date(2026, 1, 19)


def side(address, **values):
    return build_side(
        {"Address": address, "City": "Charlotte", "State": "NC"} | {k.replace("_", " "): v for k, v in values.items()}
    )


@pytest.fixture
def path(tmp_path):
    return tmp_path / "out_decisions.csv"


def decide(path, answer, first, second, day=DAY):
    changed = read_decisions(path).decide([(first, second)], [answer], day)
    changed.save()
    return changed


def test_a_missing_file_has_no_decisions(path):
    assert read_decisions(path).decisions == ()


def test_a_decision_is_one_line_that_is_read_back(path):
    decide(path, DecisionKind.SAME, side("12 Main St", Zip_Code="01234", Building_SqFt=30_000.0), side("12 Main Ave\nrear"))
    assert len(path.read_text(encoding="utf-8-sig").splitlines()) == 2
    (decision,) = read_decisions(path).decisions
    assert (decision.kind, decision.decided, decision.number) == (DecisionKind.SAME, DAY, 1)
    assert dict(zip(SIDE_COLUMNS, decision.sides[0], strict=True))["Zip Code"] == "01234"
    assert decision.sides[0][-1] == "30000"
    assert decision.sides[1][0] == "12 Main Ave rear"


def test_another_answer_about_a_pair_replaces_the_first_whatever_its_order_and_spelling(path):
    decide(path, DecisionKind.SAME, side("12 Main St"), side("12 Main Ave"))
    decide(path, DecisionKind.DIFFERENT, side("12 MAIN AVENUE"), side("12 Main Street"))
    (decision,) = read_decisions(path).decisions
    assert decision.kind is DecisionKind.DIFFERENT


def test_the_same_answer_again_changes_nothing(path):
    decide(path, DecisionKind.SAME, side("12 Main St"), side("12 Main Ave"))
    content = path.read_bytes()
    decide(path, DecisionKind.SAME, side("12 MAIN AVENUE"), side("12 Main Street"), date(2027, 1, 1))
    assert path.read_bytes() == content


def test_two_answers_about_a_pair_at_a_time_become_one_decision(path):
    pair = (side("12 Main St"), side("12 Main Ave"))
    read_decisions(path).decide([pair, pair], [DecisionKind.SAME, DecisionKind.LATER], DAY).save()
    assert [one.kind for one in read_decisions(path).decisions] == [DecisionKind.LATER]


def test_removing_the_last_decision_removes_the_file(path):
    decide(path, DecisionKind.SAME, side("12 Main St"), side("12 Main Ave"))
    read_decisions(path).remove([1]).save()
    assert not path.exists()


def test_no_answer_removes_the_decision(path):
    decide(path, DecisionKind.SAME, side("12 Main St"), side("12 Main Ave"))
    decide(path, None, side("12 MAIN ST"), side("12 Main Ave"))
    assert not path.exists()


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("maybe,2026-01-19,1 Main St,,X,NC,,,,,2 Main St", "'maybe' isn't an answer"),
        ("same,yesterday,1 Main St,,X,NC,,,,,2 Main St", "'yesterday' isn't a date"),
        ("same,2026-01-19,1 Main St", "a property has no address, APN or name"),
        ('same,2026-01-19,"1 Main St', "isn't valid CSV"),
        ("different,2026-01-19,1 Main St,,X,NC,,,,,1 MAIN STREET,,x,nc", "written alike"),
    ],
)
def test_a_line_that_cant_be_used_is_reported_and_kept(path, line, problem):
    decide(path, DecisionKind.SAME, side("12 Main St"), side("12 Main Ave"))
    path.write_text(f"{path.read_text(encoding='utf-8')}{line}\n", encoding="utf-8")
    (found,) = read_decisions(path).problems
    assert f"{path.name}, line 3: " in found
    assert problem in found
    decide(path, DecisionKind.SAME, side("5 Oak St"), side("5 Oak Ave"))
    assert line in path.read_text(encoding="utf-8").splitlines()
    assert len(read_decisions(path).decisions) == 2


def test_what_a_spreadsheet_program_saves_is_read(path):
    decide(path, DecisionKind.SAME, side("12 Main St", Zip_Code="01234"), side("12 Main Ave"))
    text = path.read_text(encoding="utf-8-sig").replace("2026-01-19", "1/19/2026").replace("01234", "1234")
    path.write_bytes(text.replace("\n", "\r\n").encode("latin-1"))
    (decision,) = read_decisions(path).decisions
    assert decision.decided == DAY
    assert "01234" in decision.sides[0]


def test_lines_without_a_header_are_read(path):
    decide(path, DecisionKind.SAME, side("12 Main St"), side("12 Main Ave"))
    path.write_text("".join(path.read_text(encoding="utf-8-sig").splitlines(keepends=True)[1:]), encoding="utf-8")
    assert len(read_decisions(path).decisions) == 1


def test_a_file_of_other_bytes_is_a_problem_and_no_crash(path):
    path.write_bytes(bytes(range(256)))
    assert read_decisions(path).problems


def test_texts_that_a_spreadsheet_program_would_run_are_quoted(path):
    decide(path, DecisionKind.SAME, side("=1+1 Main St"), side("12 Main Ave"))
    assert "'=1+1 Main St" in path.read_text(encoding="utf-8")
    assert read_decisions(path).decisions[0].sides[0][0] == "=1+1 Main St"


def test_a_file_that_cant_be_written_is_an_output_error(path):
    changed = read_decisions(path).decide([(side("1 A St"), side("2 A St"))], [DecisionKind.SAME], DAY)
    path.mkdir()
    with pytest.raises(OutputError, match="Can't write your decisions"):
        changed.save()
