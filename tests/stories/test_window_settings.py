"""The window's Settings: the settings of the workspace's file, with the checks of the command line."""

import sys

import pytest

from program import flexscout
from windows import install_crontab, open_window
from workbooks import HEADER, candidate, write_workbook

needs_cron = pytest.mark.skipif(sys.platform != "linux", reason="cron is for Linux")

SECRET = "Zebra-crossing-77"  # noqa: S105 - of the test's own file


@pytest.fixture(scope="module")
def window(tmp_path_factory):
    folder = tmp_path_factory.mktemp("deals")
    write_workbook(folder / "deals.xlsx", [HEADER, candidate(1)])
    with open_window(folder) as tab:
        yield tab


@pytest.fixture(autouse=True)
def config(tab):
    """The settings file, as it was at first."""
    path = tab.folder / "pipeline_config.yaml"
    text = path.read_text()
    yield path
    path.write_text(text)


def save(tab, status=200, **changes):
    answer = tab.send("PUT", "/api/settings", {"version": tab.get("/api/settings")["version"], "changes": changes})
    assert answer.status == status, answer.content
    return answer.json


def test_each_setting_has_its_kind_its_default_and_its_value(tab):
    answer = tab.get("/api/settings")
    fields = {field["name"]: field for field in answer["fields"]}
    assert fields["min_flex_score"] | {"about": ""} == {
        "name": "min_flex_score", "section": "filtering", "key": "min_flex_score", "about": "", "kind": "number", "choices": [],
        "minimum": 0, "maximum": 10, "default": 4.0,
    }  # fmt: skip
    assert (fields["snapshots"]["kind"], fields["snapshots"]["choices"]) == ("choice", ["newest", "all"])
    kinds = {
        name: fields[name]["kind"] for name in ("input_folder", "output_file", "mapping", "user_columns", "memo", "password")
    }
    assert list(kinds.values()) == ["folder", "file", "texts", "list", "flag", "password"]
    assert (answer["values"]["file_pattern"], "min_flex_score" in answer["values"], answer["problems"]) == ("auto", False, [])


def test_saved_settings_count_on_the_command_line_and_comments_stay(tab, config):
    comments = [line for line in config.read_text().splitlines() if line.startswith("#")]
    answer = save(tab, min_flex_score=6.5, user_columns=["Deal Team"], branding="Oak: LLC")
    assert answer["problems"] == []
    assert (answer["values"]["min_flex_score"], answer["values"]["branding"]) == (6.5, "Oak: LLC")
    assert [line for line in config.read_text().splitlines() if line.startswith("#")] == comments
    shown = flexscout("config", "show", "--config", "pipeline_config.yaml").out
    assert "min_flex_score: 6.5  # pipeline_config.yaml, line" in shown
    assert "min_flex_score" not in save(tab, min_flex_score=None)["values"]


@pytest.mark.parametrize(
    ("changes", "name", "words"),
    [
        ({"min_flex_score": 11}, "min_flex_score", "from 0 to 10"),
        ({"output_file": "list.csv"}, "output_file", "must end in .xlsx"),
        ({"where": "State ="}, "", "filter"),
        ({"profile": "nonsense"}, "", "nonsense"),
        ({"mapping": "nowhere.yaml"}, "", "nowhere.yaml"),
        ({"branding_logo": "nowhere.png"}, "", "nowhere.png"),
        ({"nonsense": 1}, "", "nonsense"),
        ({"snapshots": ["newest"]}, "snapshots", "newest, all"),
    ],
)
def test_mistakes_are_told_as_on_the_command_line_and_not_saved(tab, config, changes, name, words):
    text = config.read_text()
    problem = next(one for one in save(tab, **changes)["problems"])
    assert (problem["name"], words in problem["message"]) == (name, True)
    assert config.read_text() == text


def test_mistakes_of_the_file_are_shown_and_can_be_corrected(tab, config):
    config.write_text(config.read_text() + "filtering:\n  min_flex_score: 40\n")
    answer = tab.get("/api/settings")
    assert ([one["name"] for one in answer["problems"]], answer["values"]["min_flex_score"]) == (["min_flex_score"], 40)
    assert save(tab, min_flex_score=4)["problems"] == []


def test_file_that_was_changed_elsewhere_is_not_overwritten(tab, config):
    version = tab.get("/api/settings")["version"]
    config.write_text(config.read_text() + "# mine\n")
    answer = tab.send("PUT", "/api/settings", {"version": version, "changes": {"memo": False}})
    assert (answer.status, "elsewhere" in answer.json["error"]) == (409, True)
    assert config.read_text().endswith("# mine\n")


def test_password_is_saved_and_never_sent(tab, config):
    answer = save(tab, password=SECRET)
    assert answer["has_password"]
    assert SECRET in config.read_text()
    assert SECRET not in str(answer) + str(tab.get("/api/settings"))
    assert not save(tab, password=None)["has_password"]


def test_line_ends_of_windows_stay(tab, config):
    config.write_bytes(config.read_bytes().replace(b"\n", b"\r\n"))
    save(tab, min_flex_score=5)
    content = config.read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n") > 5


def test_request_without_changes_is_refused(tab):
    assert tab.send("PUT", "/api/settings", {"version": "", "changes": []}).status == 400


@needs_cron
def test_weekly_run_is_shown_with_its_commands_created_and_removed(tab, tmp_path, monkeypatch):
    lines = install_crontab(tmp_path, monkeypatch)
    plan = tab.get("/api/schedule", day="friday", time="06:30")
    assert (plan["scheduler"], plan["is_set"], plan["create"]) == ("cron", False, ["crontab -"])
    assert plan["line"].startswith("30 6 * * 5 cd ")
    assert tab.send("POST", "/api/schedule", {"day": "friday", "time": "06:30"}).status == 200
    assert lines.read_text() == plan["line"] + "\n"
    assert tab.get("/api/schedule")["is_set"]
    assert tab.send("POST", "/api/schedule/remove", {}).status == 200
    assert lines.read_text() == ""


@needs_cron
@pytest.mark.parametrize(("day", "time"), [("someday", "06:30"), ("friday", "6h"), ("friday", "26:30")])
def test_weekly_run_needs_a_day_and_a_time(tab, day, time, tmp_path, monkeypatch):
    install_crontab(tmp_path, monkeypatch)
    assert tab.send("POST", "/api/schedule", {"day": day, "time": time}).status == 400


@needs_cron
def test_system_without_scheduler_is_told(tab, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert tab.get("/api/schedule") == {"scheduler": None}
    assert tab.send("POST", "/api/schedule", {"day": "friday", "time": "06:30"}).status == 400
