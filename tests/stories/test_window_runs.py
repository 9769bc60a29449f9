"""The window's files and runs: drop files, see what each is, run, follow, stop."""

import pytest

from decisions import write_similar
from flexscout.config import read_file_values
from program import wait_until
from windows import open_window
from workbooks import HEADER, candidate, corrupted_file, invalid_format, valid_properties_1, write_workbook


@pytest.fixture
def tab(tmp_path):
    """A tab of a window with a new folder: what a test drops, runs and stops is seen by no other."""
    folder = tmp_path / "exports"
    folder.mkdir()
    with open_window(folder) as tab:
        yield tab


@pytest.fixture
def uploaded(tab, tmp_path):
    """Drop an export on the window, beside files that can't be read."""
    content = valid_properties_1(tmp_path / "elsewhere").read_bytes()
    assert tab.send("POST", "/api/uploads", content, name="valid.xlsx").json == {"name": "valid.xlsx", "size": len(content)}
    corrupted_file(tab.folder)
    invalid_format(tab.folder)
    (tab.folder / "empty.xlsx").touch()


def read_files(folder):
    """Return the content of every file of a folder but the locks, which are empty, and the log, which tells of the stop."""
    return {
        path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "lock" and path.suffix != ".log"
    }


def test_watched_folder_is_run_when_a_file_arrives_but_not_when_a_setting_changes(tab):
    assert tab.send("POST", "/api/watch", {"is_on": True}).status == 200
    version = tab.get("/api/settings")["version"]
    assert tab.send("PUT", "/api/settings", {"version": version, "changes": {"min_flex_score": 5}}).status == 200
    write_workbook(tab.folder / "new.xlsx", [HEADER, candidate(1)])
    assert wait_until(lambda: (tab.get("/api/state")["workspace"] or {})["has_results"])
    assert [record.number for record in tab.window.workspace.open_history().read_records()] == [1]
    assert tab.send("POST", "/api/watch", {"is_on": False}).status == 200
    assert not tab.get("/api/state")["is_watching"]
    assert tab.send("POST", "/api/watch", {"is_on": "yes"}).status == 400


def test_watch_that_ends_says_why_and_what_to_do(tab):
    assert tab.send("POST", "/api/watch", {"is_on": True}).status == 200
    path = tab.folder / "pipeline_config.yaml"
    path.write_text(path.read_text().replace("recursive_scan: true", "recursive_scan: 3"))
    write_workbook(tab.folder / "new.xlsx", [HEADER, candidate(1)])
    assert wait_until(lambda: tab.window.watch_problem)
    state = tab.get("/api/state")
    assert not state["is_watching"]
    assert "recursive_scan" in state["watch_problem"]["message"]
    path.write_text(path.read_text().replace("recursive_scan: 3", "recursive_scan: true"))
    assert tab.send("POST", "/api/watch", {"is_on": True}).status == 200
    assert tab.get("/api/state")["watch_problem"] is None


def test_tab_of_a_folder_that_another_tab_has_closed_reads_and_changes_nothing(tab, tmp_path):
    def send(method, path, body=None):
        return tab.request(method, path, body, X_Flexscout_Token=tab.token, X_Flexscout_Opened=str(opened))

    opened = tab.get("/api/state")["opened"]
    assert send("GET", "/api/files").status == 200
    other = tmp_path / "other"
    other.mkdir()
    assert tab.send("POST", "/api/workspaces", {"folder": str(other)}).status == 200
    for method, path in (
        ("GET", "/api/files"),
        ("POST", "/api/uploads?name=a.csv"),
        ("POST", "/api/runs"),
        ("GET", "/api/runs/events"),
    ):
        refused = send(method, path, b"{}" if method == "POST" else None)
        assert (refused.status, refused.json["error_kind"]) == (409, "OtherWorkspaceError")
    assert not (other / "inbox").exists()
    opened = tab.get("/api/state")["opened"]
    assert send("GET", "/api/files").status == 200


def test_new_folder_becomes_a_workspace_with_settings(tab):
    state = tab.get("/api/state")
    assert state["workspace"]["folder"] == str(tab.folder)
    assert state["workspace"]["has_results"] is False
    assert [one["folder"] for one in state["recent"]] == [str(tab.folder)]
    assert (tab.folder / "pipeline_config.yaml").exists()


def test_folder_without_files_says_what_to_do(tab):
    assert tab.get("/api/files") == {"files": [], "sources": []}  # nothing is wrong yet
    (tab.folder / "notes.txt").write_text("nothing to see")
    (row,) = tab.get("/api/files")["files"]
    assert (row["file"], row["state"], row["code"]) == ("notes.txt", "skipped", "text_without_header")


def test_input_folder_that_is_gone_says_what_to_do(tab):
    path = tab.folder / "pipeline_config.yaml"
    path.write_text(path.read_text().replace('folder: "."', "folder: elsewhere"))
    listing = tab.get("/api/files")
    assert "elsewhere does not exist" in listing["problem"]
    assert listing["next_step"]
    assert tab.send("POST", "/api/watch", {"is_on": True}).status == 200
    assert wait_until(lambda: tab.window.watch_problem)["message"] == "elsewhere does not exist."
    last = tab.run()[-1]
    assert (last["event"], last["error_kind"]) == ("failed", "NothingToReadError")
    assert tab.get("/api/state")["last_run"]["message"] == last["message"]  # also for a screen that didn't follow it


def test_there_are_no_events_before_a_run(tab):
    assert tab.send("GET", "/api/runs/events").status == 404


def test_file_is_left_out_and_taken_in_again(tab):
    for name in ("a [1].xlsx", "b.xlsx"):
        write_workbook(tab.folder / name, [HEADER, candidate(len(name))])
    config = tab.folder / "pipeline_config.yaml"
    before = config.read_bytes()

    def list_patterns():
        return {row["file"]: (row["state"], row["pattern"], row["is_by_name"]) for row in tab.get("/api/files")["files"]}

    both = {"a [1].xlsx": ("ready", "", False), "b.xlsx": ("ready", "", False)}
    assert tab.send("POST", "/api/files/skip", {"file": "a [1].xlsx"}).status == 200
    assert list_patterns() == both | {"a [1].xlsx": ("skipped", "a [[]1].xlsx", True)}
    assert 'skip: ["a [[]1].xlsx"]' in config.read_text()
    assert [event["file"] for event in tab.run() if event["event"] == "file_done"] == ["b.xlsx"]
    assert tab.send("POST", "/api/files/take", {"pattern": "a [[]1].xlsx"}).status == 200
    assert list_patterns() == both
    assert config.read_bytes() == before
    config.write_text(config.read_text().replace("input:\n", 'input:\n  skip: ["*.xlsx"]\n'))
    assert list_patterns() == dict.fromkeys(both, ("skipped", "*.xlsx", False))
    assert tab.send("POST", "/api/files/take", {"pattern": "*.xlsx"}).status == 200
    assert list_patterns() == both


def test_pattern_of_the_environment_is_not_removed_from_the_settings(tab, monkeypatch):
    write_workbook(tab.folder / "a.xlsx", [HEADER, candidate()])
    monkeypatch.setenv("FLEXSCOUT_SKIP_FILES", "*.xlsx")
    config = tab.folder / "pipeline_config.yaml"
    tab.window.workspace.write_settings(config.read_text().replace("input:\n", 'input:\n  skip: ["old*"]\n'))
    refused = tab.send("POST", "/api/files/take", {"pattern": "*.xlsx"})
    assert refused.status == 400
    assert "environment" in refused.json["next_step"]
    assert tab.send("POST", "/api/files/skip", {"file": "b.xlsx"}).status == 200
    assert read_file_values(config)["skip_files"] == ["old*", "b.xlsx"]


def test_file_whose_types_do_not_count_is_told_before_a_run(tab):
    columns = ("Address", "City", "Building SqFt", "Lot Size Acres")

    def write(name, header, types):
        rows = [(f"{n} Loom Rd", "Gastonia", 20_000, 2.5, types[n % len(types)]) for n in range(1, 13)]
        write_workbook(tab.folder / name, [(*columns, header), *rows])

    write("codes.xlsx", "Use Code", (301, 4500))
    write("other.xlsx", "Property Type", ("Office", "Retail"))
    write("unnamed.xlsx", "Kind", ("4500 Warehouse", "301 - Industrial"))
    write("good.xlsx", "Property Type", ("4500 Warehouse", "301 - Industrial"))
    rows = {row["file"]: row for row in tab.get("/api/files")["files"]}
    assert {file: (row["state"], row["code"]) for file, row in rows.items()} == {
        "codes.xlsx": ("check_columns", "codes_unknown"),
        "good.xlsx": ("ready", ""),
        "other.xlsx": ("check_columns", "types_rejected"),
        "unnamed.xlsx": ("check_columns", "columns_not_found"),
    }
    assert rows["codes.xlsx"]["reason"] == "Property Type (Use Code) holds codes such as 301, 4500 whose meaning isn't known."
    assert rows["unnamed.xlsx"]["reason"].endswith("Kind holds property types: map it to Property Type?")
    choice = {"file": "codes.xlsx", "saved_as": "", "entries": {"columns": {"Use Code": "Property Type"}}}
    assert tab.send("POST", "/api/columns/save", choice).status == 200
    (row,) = (row for row in tab.get("/api/files")["files"] if row["file"] == "codes.xlsx")
    assert row["code"] == "codes_unknown"  # the choice doesn't say what the codes mean


@pytest.mark.usefixtures("uploaded")
def test_files_have_a_state_and_a_next_step(tab):
    rows = {row["file"]: row for row in tab.get("/api/files")["files"]}
    states = {file: row["state"] for file, row in rows.items()}
    assert states["inbox/valid.xlsx"] == "ready"
    assert states["corrupted_file.xlsx"] == "damaged"
    assert states["invalid_format.xlsx"] == "needs_columns"
    assert states["empty.xlsx"] == "skipped"
    assert rows["corrupted_file.xlsx"]["next_step"]
    assert rows["empty.xlsx"]["reason"]


@pytest.mark.usefixtures("uploaded")
def test_run_is_followed_to_its_end_and_makes_a_list(tab):
    events = tab.run()
    assert [event["event"] for event in events][-1] == "finished"
    assert events[-1]["candidates"] == 5
    assert events[-1]["failed_files"] == 2
    state = tab.get("/api/state")
    assert state["is_running"] is False
    assert (state["workspace"]["run"], state["workspace"]["has_results"]) == (1, True)
    assert (tab.folder / "results/flex_properties.xlsx").exists()


@pytest.mark.usefixtures("uploaded")
def test_events_can_be_read_again_after_a_reload(tab):
    assert tab.run() == tab.events() == tab.events() != []


@pytest.mark.usefixtures("uploaded")
def test_only_one_run_at_a_time_and_stop_ends_it(tab):
    tab.run()
    rows = [candidate(number) for number in range(2_000)]
    write_workbook(tab.folder / "many.xlsx", [HEADER, *rows])
    assert tab.send("POST", "/api/runs", {}).status == 202
    refused = tab.send("POST", "/api/runs", {})
    assert (refused.status, refused.json["error"]) == (409, "A run is going.")
    assert tab.send("POST", "/api/workspaces", {"folder": str(tab.folder.parent)}).status == 409
    assert tab.get("/api/state")["is_running"] is True
    assert tab.send("POST", "/api/runs/stop").status == 202
    assert tab.events()[-1]["event"] == "stopped"
    assert tab.get("/api/state")["workspace"]["run"] == 1
    assert tab.run()[-1]["candidates"] == 2_000


@pytest.mark.parametrize("stage", ["match", "write"])
def test_run_that_is_stopped_late_changes_no_file(tab, stage):
    write_workbook(tab.folder / "many.xlsx", [HEADER, *map(candidate, range(2_000))])
    tab.run()
    write_workbook(tab.folder / "more.xlsx", [HEADER, *map(candidate, range(1_000, 4_000))])
    before = read_files(tab.folder / "results")
    assert tab.send("POST", "/api/runs", {}).status == 202
    for event in tab.window.job:
        if event.fields.get("stage") == stage:
            assert tab.send("POST", "/api/runs/stop").status == 202
            break
    assert tab.events()[-1]["event"] == "stopped"
    assert read_files(tab.folder / "results") == before


def test_what_to_do_about_a_message_or_a_file_is_a_code(tab):
    write_similar(tab.folder)
    invalid_format(tab.folder)
    (tab.folder / "notes.txt").write_text("nothing to see")
    last = tab.run()[-1]
    (note,) = (note for note in last["notes"] if note["code"])
    assert note["code"] == "possible_duplicates"
    assert "flexscout" not in note["text"]
    assert any(message.startswith(note["text"]) and "flexscout decide" in message for message in last["messages"])
    codes = {row["file"]: row["code"] for row in tab.get("/api/files")["files"]}
    assert codes == {"a.xlsx": "", "invalid_format.xlsx": "missing_required_columns", "notes.txt": "text_without_header"}


def test_settings_with_an_error_are_told_in_the_state(tab):
    path = tab.folder / "pipeline_config.yaml"
    text = path.read_text()
    path.write_text(text.replace("recursive_scan: true", "recursive_scan: 3"))
    assert "recursive_scan" in tab.get("/api/state")["folder_problem"]
    assert tab.send("POST", "/api/runs", {}).status == 400
    path.write_text(text)
