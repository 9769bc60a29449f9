"""Exports in a bucket, and results in a bucket."""

import json
from io import BytesIO

import openpyxl
import pytest

from buckets import ACCESS_KEY, SECRET_KEY, SESSION_TOKEN, Bucket
from program import flexscout
from result_sheets import header_row, rows_of
from workbooks import HEADER, candidate, valid_properties_1, valid_properties_2, write_workbook

INPUTS, WORKBOOK = "s3://bucket/exports", "s3://bucket/results/all.xlsx"
TABLES = ("all.xlsx", "all.csv", "all.parquet", "all_issues.csv", "all_duplicates.csv", "all_duplicates.parquet")


@pytest.fixture(scope="module")
def server():
    with Bucket().serve() as bucket:
        yield bucket


@pytest.fixture
def bucket(server, tmp_path):
    """Return a bucket with two exports, which are in `exports` too."""
    server.empty()
    for write in (valid_properties_1, valid_properties_2):
        path = write(tmp_path / "exports")
        server.put(f"exports/{path.name}", path)
    return server


def run(*arguments, folder=None):
    return flexscout("run", INPUTS, "-o", WORKBOOK, *arguments, folder=folder)


def test_results_are_the_bytes_of_a_run_on_this_computer(bucket, tmp_path):
    assert run().code == 0
    assert flexscout("run", "exports", "-o", "local/all.xlsx").code == 0
    current = bucket.current()
    assert {name: current[name] for name in TABLES} == {name: (tmp_path / "local" / name).read_bytes() for name in TABLES}


def test_the_report_and_the_summary_name_the_addresses(bucket):
    done = run()
    report = json.loads(bucket.current()["pipeline_summary.json"])
    assert report["settings"]["input_folder"] == INPUTS
    assert report["settings"]["output_file"] == WORKBOOK
    written = [line.strip() for line in done.out.splitlines() if line.strip().startswith("s3://bucket/results/all/runs/1-")]
    assert {address.rpartition("/")[2] for address in written} >= set(TABLES)


def test_a_second_run_downloads_nothing_that_is_unchanged(bucket, tmp_path):
    run()
    bucket.requests.clear()
    again = run()
    assert "Nothing changed since run 1" in again.out
    assert "  s3://bucket/results/all/runs/1-" in again.out
    assert bucket.list_requests("GET", "/bucket/exports/") == []
    third = write_workbook(tmp_path / "third.xlsx", [HEADER, candidate(99)])
    bucket.put("exports/third.xlsx", third)
    assert run().code == 0
    assert bucket.list_requests("GET", "exports/") == ["/bucket/exports/third.xlsx"]


def test_left_out_objects_are_listed_but_not_downloaded(bucket, tmp_path):
    for name in ("old.xlsx", "CON.xlsx"):
        bucket.put(f"exports/{name}", write_workbook(tmp_path / "third.xlsx", [HEADER, candidate(99)]))
    bucket.requests.clear()
    assert run("--skip", "old*", "--skip", "con*").code == 0
    assert not [path for path in bucket.list_requests("GET", "exports/") if "old" in path or "CON" in path]
    files = json.loads(bucket.current()["pipeline_summary.json"])["files"]
    assert [one["file"] for one in files if one["status"] == "skipped"] == ["old.xlsx"]
    assert run("--skip", "con*").code == 0
    assert [path for path in bucket.list_requests("GET", "exports/") if "old" in path] == ["/bucket/exports/old.xlsx"]


def test_another_computer_continues_the_history(bucket, tmp_path):
    run()
    bucket.put("exports/third.xlsx", write_workbook(tmp_path / "third.xlsx", [HEADER, candidate(99)]))
    other = tmp_path / "other"
    other.mkdir()
    assert run(folder=other).code == 0
    assert "Nothing changed since run 2" in run().out
    report = json.loads(bucket.current()["pipeline_summary.json"])
    assert report["changes"]["counts"]["new"] == 1
    runs = json.loads(flexscout("runs", "-o", WORKBOOK, "--format", "json").out)
    assert [(one["run"], one["files"]) for one in runs] == [(2, 3), (1, 2)]


def test_copies_follow_the_bucket(bucket, tmp_path):
    flexscout("check", INPUTS)
    (copy,) = (tmp_path / ".cache").rglob("valid_properties_1.xlsx")
    bucket.put("exports/valid_properties_2.xlsx", write_workbook(tmp_path / "new.xlsx", [HEADER, candidate(99)]))
    bucket.remove("exports/valid_properties_1.xlsx")
    assert "1 to read" in flexscout("check", INPUTS).out
    assert not copy.exists()
    other = copy.with_name("valid_properties_2.xlsx")
    assert other.read_bytes() == (tmp_path / "new.xlsx").read_bytes()
    other.write_bytes(b"damaged")
    assert "1 to read" in flexscout("check", INPUTS).out
    assert other.read_bytes() == (tmp_path / "new.xlsx").read_bytes()


@pytest.mark.usefixtures("bucket")
def test_questions_about_a_run_are_answered_from_copies():
    run()
    done = flexscout("explain", "1 Test Street", "-o", WORKBOOK)
    assert done.code == 0
    assert "the file is gone" not in done.out
    for command in ("report", "memo", "decide"):
        done = flexscout(command, "-o", WORKBOOK)
        assert done.code == 2
        assert "this command can't write" in done.err


def test_the_last_event_of_a_run_comes_after_the_upload(bucket):
    done = run("--format", "jsonl")
    assert json.loads(done.out.splitlines()[-1])["event"] == "finished"
    assert "all.parquet" in bucket.current()
    bucket.intercept = lambda method, _path: 403 if method == "PUT" else None
    done = run("--format", "jsonl", "--min-score", "5")
    assert done.code == 2
    assert json.loads(done.out.splitlines()[-1])["event"] == "failed"


def test_a_damaged_object_of_the_results_is_refused(bucket, tmp_path):
    run()
    (key,) = (key for key in bucket.list_keys() if key.endswith("/all.csv"))
    bucket.put(key, bucket.get(key)[:-1] + b"x")
    other = tmp_path / "other"
    other.mkdir()
    done = run(folder=other)
    assert done.code == 2
    assert "all.csv is damaged" in done.err


def test_notes_in_a_workbook_at_its_address_are_read_once(bucket):
    run()
    book = openpyxl.load_workbook(BytesIO(bucket.current()["all.xlsx"]))
    sheet = book["Flex Properties"]
    row = header_row(sheet) + 1
    column = [cell.value for cell in sheet[row - 1]].index("My Notes") + 1
    sheet.cell(row, column).value = "Call the owner"
    edited = BytesIO()
    book.save(edited)
    bucket.put("results/all.xlsx", edited.getvalue())
    first, second = run(), run("--fresh")
    assert "Reading your s3://bucket/results/all.xlsx" in first.err
    assert "Reading your" not in second.err
    book = openpyxl.load_workbook(BytesIO(bucket.current()["all.xlsx"]))
    assert [one["My Notes"] for one in rows_of(book["Flex Properties"]) if one["My Notes"]] == ["Call the owner"]


def test_an_upload_that_breaks_off_leaves_the_previous_results_current(bucket, tmp_path):
    run()
    before = bucket.get("results/all/current.json"), bucket.current()
    bucket.put("exports/third.xlsx", write_workbook(tmp_path / "third.xlsx", [HEADER, candidate(99)]))
    bucket.intercept = lambda method, path: 403 if method == "PUT" and path.endswith("/all.parquet") else None
    done = run()
    assert done.code == 2
    assert "all.parquet can't be written: access is denied" in done.err
    assert (bucket.get("results/all/current.json"), bucket.current()) == before
    bucket.intercept = lambda _method, _path: None
    assert run().code == 0
    assert json.loads(bucket.current()["pipeline_summary.json"])["changes"]["counts"]["new"] == 1


@pytest.mark.parametrize("earlier_runs", [0, 1])
def test_of_two_writers_the_second_ends_with_2_and_changes_nothing(bucket, earlier_runs):
    for _ in range(earlier_runs):
        run()

    def let_another_win(method, path):
        if method == "PUT" and "/runs/" in path:
            bucket.put("results/all/current.json", b"of the other run")

    bucket.intercept = let_another_win
    done = run("--fresh")
    assert done.code == 2
    assert f"Another run wrote {WORKBOOK} in the meantime." in done.err
    assert bucket.get("results/all/current.json") == b"of the other run"


@pytest.mark.parametrize(
    "key", ["exports/../evil.xlsx", "exports//evil.xlsx", "exports/con.xlsx", "exports/VALID_properties_1.XLSX"]
)
def test_keys_that_can_not_be_file_names_are_refused_before_a_download(bucket, key):
    bucket.put(key, b"evil")
    bucket.requests.clear()
    done = run("--recursive")
    assert done.code == 2
    assert "can't be read" in done.err
    assert bucket.list_requests("GET", ".xlsx") == []


@pytest.mark.parametrize("damage", [b"{}", b"[]", b'{"format": 1, "run": 1, "files": {"../x": {}}, "handed_in": {}}', b"\xff"])
def test_a_damaged_list_of_current_results_is_refused(bucket, damage):
    bucket.put("results/all/current.json", damage)
    done = run()
    assert done.code == 2
    assert "current.json is damaged" in done.err


def test_credentials_are_in_no_file_object_or_message(bucket, tmp_path):
    first = run("--verbose")
    bucket.intercept = lambda method, path: 403 if method == "PUT" and path.endswith(".json") else None
    refused_write = run("--fresh", "--verbose")
    bucket.intercept = lambda method, _path: 403 if method == "GET" else None
    refused_read = run("--verbose")
    assert [done.code for done in (first, refused_write, refused_read)] == [0, 2, 2]
    bucket.intercept = lambda _method, _path: None
    texts = [text.encode() for done in (first, refused_write, refused_read) for text in (done.out, done.err)]
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    keys = bucket.list_keys()
    for content in (*texts, *files, *map(bucket.get, keys), *map(str.encode, keys)):
        for secret in (ACCESS_KEY, SECRET_KEY, SESSION_TOKEN, "AWS4-HMAC"):
            assert secret.encode() not in content


def test_credentials_in_an_address_are_refused_and_not_repeated():
    done = flexscout("run", "s3://AKIAKEY:hunter2@bucket/exports")
    assert done.code == 2
    assert "credentials belong in the environment" in done.err
    assert "hunter2" not in done.err + done.out


def test_results_on_this_computer_from_exports_in_a_bucket(bucket, tmp_path):
    done = flexscout("run", INPUTS, "-o", "out/all.xlsx", "--report-file", "out/report.json")
    assert done.code == 0
    assert (tmp_path / "out/all.parquet").exists()
    assert bucket.list_requests("PUT") == []
    assert "2 to read" in flexscout("check", INPUTS).out
