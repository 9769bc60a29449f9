"""A cache in a bucket: what one computer read, another neither downloads nor reads again."""

import json
import pickle
import shutil
import threading
from types import SimpleNamespace

import pytest

from buckets import ACCESS_KEY, SECRET_KEY, SESSION_TOKEN, Bucket
from flexscout.config import PipelineConfiguration
from flexscout.ingest import build_source_file
from flexscout.ingest.worker import ingest_file
from flexscout.runtime import TableCache, hash_reading_code, open_table_cache, seal_record
from program import flexscout, run_program
from workbooks import HEADER, candidate, write_workbook

INPUTS, CACHE = "s3://bucket/exports", "s3://bucket/cache"
FILES = [f"export_{number}.xlsx" for number in range(8)]
TABLES = ("all.xlsx", "all.csv", "all.parquet", "all_issues.csv", "all_duplicates.csv", "all_duplicates.parquet")


@pytest.fixture(scope="module")
def server():
    with Bucket().serve() as bucket, pytest.MonkeyPatch.context() as patch:
        patch.setenv("FLEXSCOUT_CACHE", CACHE)
        bucket.empty()
        yield bucket


@pytest.fixture(scope="module")
def first_run(server, tmp_path_factory):
    """Run with worker processes on a first computer; return its folder, and what is in the bucket."""
    folder = tmp_path_factory.mktemp("first")
    for number, name in enumerate(FILES):
        path = write_workbook(folder / name, [HEADER, *(candidate(10 * number + i) for i in range(4))])
        server.put(f"exports/{name}", path)
    done = run_program("run", INPUTS, "-o", "out/all.xlsx", folder=folder)
    assert done.code == 0, done.err
    return folder, {key: server.get(key) for key in server.list_keys()}


@pytest.fixture
def bucket(server, first_run):
    """Return the bucket as the first run left it."""
    kept = first_run[1]
    server.intercept = lambda _method, _path: None
    for key in server.list_keys():
        if key not in kept:
            server.remove(key)
    for key, content in kept.items():
        if not key.startswith("exports/"):  # an export that is written again is another one
            server.put(key, content)
    server.requests.clear()
    return server


@pytest.fixture
def tables(first_run):
    return read_tables(first_run[0])


def read_tables(folder):
    return {name: (folder / "out" / name).read_bytes() for name in TABLES}


def run(folder, *arguments):
    """Run on a computer whose disk is a folder."""
    folder.mkdir(exist_ok=True)
    return flexscout("run", INPUTS, "-o", "out/all.xlsx", *arguments, folder=folder)


def find_entry(bucket, file):
    """Return the key of a file's entry in the bucket."""
    (key,) = (key for key in bucket.list_keys() if key.endswith("/record.json") and file.encode() in bucket.get(key))
    return key.removesuffix("/record.json")


def test_a_second_computer_downloads_and_reads_no_unchanged_export(bucket, tables, tmp_path):
    bucket.put("cache/0123-4567/record.json", b"of another file")
    done = run(tmp_path / "b", "--format", "jsonl")
    assert done.code == 0, done.err
    assert bucket.list_requests("GET", "/exports/") == []
    assert read_tables(tmp_path / "b") == tables
    files = [event for line in done.out.splitlines() if (event := json.loads(line))["event"] == "file_done"]
    assert [event["reused"] for event in files] == [True] * len(FILES)


def test_only_entries_of_the_files_of_a_run_are_downloaded(bucket, tmp_path):
    own = {find_entry(bucket, name) for name in FILES}
    for number in range(20):
        bucket.put(f"cache/{number:032}-{number:016}/record.json", b"of another file")
    bucket.requests.clear()
    run(tmp_path / "b")
    read = bucket.list_requests("GET", "/bucket/cache/")
    assert {path.split("/")[3] for path in read} == {"contents", *(key.split("/")[1] for key in own)}


def test_a_new_export_is_downloaded_alone_and_known_to_the_others(bucket, tmp_path):
    bucket.put("exports/third.xlsx", write_workbook(tmp_path / "third.xlsx", [HEADER, candidate(99)]))
    bucket.requests.clear()
    assert run(tmp_path / "b").code == 0
    assert bucket.list_requests("GET", "/exports/") == ["/bucket/exports/third.xlsx"]
    assert run(tmp_path / "c").code == 0
    assert bucket.list_requests("GET", "/exports/") == []
    assert read_tables(tmp_path / "b") == read_tables(tmp_path / "c")


def damage_record(bucket, key):
    bucket.put(f"{key}/record.json", bucket.get(f"{key}/record.json")[:-9])


def damage_table(bucket, key):
    content = bytearray(bucket.get(f"{key}/sheet-1.parquet"))
    content[len(content) // 2] ^= 1
    bucket.put(f"{key}/sheet-1.parquet", bytes(content))


def lose_table(bucket, key):
    bucket.remove(f"{key}/sheet-1.parquet")


def lengthen_table(bucket, key):
    bucket.put(f"{key}/sheet-1.parquet", bucket.get(f"{key}/sheet-1.parquet") + b"more")


def exchange_entries(bucket, key):
    other = find_entry(bucket, FILES[-1])
    for name in ("record.json", "sheet-1.parquet"):
        bucket.put(f"{key}/{name}", bucket.get(f"{other}/{name}"))


def name_a_file_elsewhere(bucket, key):
    record = json.loads(bucket.get(f"{key}/record.json"))
    del record["format"], record["checksum"]
    text = json.dumps(record).replace("sheet-1.parquet", "../../../evil.parquet")
    bucket.put(f"{key}/record.json", seal_record(text.encode(), 3))
    bucket.put("evil.parquet", b"evil")


def lose_record(bucket, key):
    bucket.remove(f"{key}/record.json")


DAMAGES = (damage_record, damage_table, lose_table, lengthen_table, exchange_entries, name_a_file_elsewhere, lose_record)


def test_damaged_entries_cost_that_their_files_are_read_again_and_are_replaced(bucket, tables, tmp_path):
    keys = {name: find_entry(bucket, name) for name in FILES}
    before = {key: bucket.get(f"{key}/sheet-1.parquet") for key in keys.values()}
    for damage, key in zip(DAMAGES, keys.values(), strict=False):
        damage(bucket, key)
    bucket.requests.clear()
    done = run(tmp_path / "b")
    assert done.code == 0, done.err
    assert set(bucket.list_requests("GET", "/exports/")) == {f"/bucket/exports/{name}" for name in FILES[: len(DAMAGES)]}
    assert read_tables(tmp_path / "b") == tables
    assert done.err.count("in the shared cache s3://bucket/cache is damaged") == len(DAMAGES) - 1  # a lost record is no entry
    assert list(tmp_path.rglob("evil*")) == []
    assert {name: find_entry(bucket, name) for name in FILES} == keys
    assert {key: bucket.get(f"{key}/sheet-1.parquet") for key in before} == before


def test_a_damaged_index_costs_downloads_and_a_wrong_one_is_corrected(bucket, tables, tmp_path):
    (index,) = (key for key in bucket.list_keys() if "/contents/" in key)
    content = json.loads(bucket.get(index))
    one = content["objects"][FILES[0]]
    right, one["fingerprint"] = one["fingerprint"], "0" * 64
    forged = seal_record(json.dumps({"objects": content["objects"]}).encode(), 1)
    for number, damaged in enumerate((bucket.get(index)[:-5], b"[]", forged)):
        bucket.put(index, damaged)
        done = run(tmp_path / str(number))
        assert done.code == 0, done.err
        assert read_tables(tmp_path / str(number)) == tables
        assert json.loads(bucket.get(index))["objects"][FILES[0]]["fingerprint"] == right


def test_a_shared_cache_that_refuses_gives_one_warning_and_costs_time_only(bucket, tables, tmp_path):
    bucket.intercept = lambda _method, path: 403 if path.startswith("/bucket/cache") else None
    done = run(
        tmp_path / "b",
    )
    assert done.code == 0, done.err
    assert done.err.count("The shared cache is not fully used") == 1
    assert "access is denied" in done.err
    assert read_tables(tmp_path / "b") == tables
    texts = [done.out.encode(), done.err.encode(), *(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())]
    assert not [
        secret for secret in (ACCESS_KEY, SECRET_KEY, SESSION_TOKEN, "AWS4-HMAC") for text in texts if secret.encode() in text
    ]
    bucket.intercept = lambda _method, _path: None
    key = find_entry(bucket, FILES[0])
    bucket.remove(f"{key}/record.json")
    assert run(tmp_path / "b", "--min-score", "5").code == 0  # has its own entries, and shares them now
    assert find_entry(bucket, FILES[0]) == key


def test_an_upload_that_breaks_off_leaves_no_entry(bucket, tmp_path):
    bucket.put("exports/third.xlsx", write_workbook(tmp_path / "third.xlsx", [HEADER, candidate(99)]))
    before = [key for key in bucket.list_keys() if key.endswith("record.json")]
    bucket.intercept = lambda method, path: 403 if method == "PUT" and path.endswith(".parquet") else None
    assert run(tmp_path / "b").code == 0
    assert [key for key in bucket.list_keys() if key.endswith("record.json")] == before


def test_mappings_are_chosen_by_header_rows_from_the_bucket(bucket, tmp_path):
    columns = "columns:\n  Größe: Building SqFt\n  Art: Property Type\n"
    bucket.put("exports/mappings/german.yaml", columns.encode())
    renamed = {"Property Type": "Art", "Building SqFt": "Größe"}
    rows = [[renamed.get(name, name) for name in HEADER], candidate(99)]
    bucket.put("exports/german.xlsx", write_workbook(tmp_path / "german.xlsx", rows))
    assert run(tmp_path / "b").code == 0
    bucket.requests.clear()
    assert run(tmp_path / "c").code == 0
    assert bucket.list_requests("GET", "/exports/") == ["/bucket/exports/mappings/german.yaml"]
    assert read_tables(tmp_path / "b") == read_tables(tmp_path / "c")


def test_with_results_in_the_bucket_an_unchanged_run_elsewhere_downloads_no_entry(bucket, tmp_path):
    for name in ("b", "c"):
        (tmp_path / name).mkdir()
        bucket.requests.clear()
        done = flexscout("run", INPUTS, "-o", "s3://bucket/results/all.xlsx", folder=tmp_path / name)
        assert done.code == 0, done.err
    assert "Nothing changed since run 1" in done.out
    assert "  s3://bucket/results/all/runs/1-" in done.out
    assert {path.split("/")[3] for path in bucket.list_requests("GET", "/bucket/cache/")} == {"contents"}


def test_an_explanation_downloads_only_the_export_that_it_quotes(bucket, tmp_path):
    run(tmp_path / "b")
    bucket.requests.clear()
    done = flexscout("explain", f"{FILES[2]}:3", "-o", "out/all.xlsx", folder=tmp_path / "b")
    assert done.code == 0, done.err
    assert bucket.list_requests("GET", "/exports/") == [f"/bucket/exports/{FILES[2]}"]
    assert "the row isn't in the file" not in done.out


def test_a_past_run_is_explained_without_an_export_that_is_neither_cached_nor_reachable(bucket, tmp_path):
    assert run(tmp_path / "b").code == 0
    bucket.remove(f"{find_entry(bucket, FILES[0])}/record.json")
    shutil.rmtree(tmp_path / "b/.cache")
    bucket.intercept = lambda method, path: 403 if method == "GET" and path.endswith(FILES[0]) else None
    done = flexscout("explain", f"{FILES[2]}:3", "-o", "out/all.xlsx", folder=tmp_path / "b")
    assert done.code == 0, done.err
    assert f"The tables of {FILES[0]} are no longer cached" in " ".join((done.out + done.err).split())


def test_fresh_and_clean_leave_the_bucket_complete(bucket, tables, tmp_path):
    before = bucket.list_keys()
    assert run(tmp_path / "b", "--fresh").code == 0
    assert len(bucket.list_requests("GET", "/exports/")) == len(FILES)
    assert read_tables(tmp_path / "b") == tables
    assert flexscout("clean", "--all", folder=tmp_path / "b").code == 0
    assert bucket.list_keys() == before


@pytest.mark.usefixtures("server")
def test_workers_get_the_cache_on_this_computer_without_an_address(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with open_table_cache(PipelineConfiguration(cache=CACHE)) as cache:
        content = pickle.dumps(cache)
        assert pickle.loads(content) == TableCache(cache.folder, hash_reading_code(), is_persistent=True)  # noqa: S301 - its own
        assert CACHE.encode() not in content


def open_cache(folder, monkeypatch):
    """Open the shared cache as a computer does whose own cache is a folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return open_table_cache(PipelineConfiguration(cache="s3://bucket/entries"))


def write_sources(folder, count):
    paths = [write_workbook(folder / f"{number}.xlsx", [HEADER, candidate(number)]) for number in range(count)]
    return [build_source_file(path, path.name) for path in paths]


def test_entries_that_fit_on_the_disk_only_one_by_one_are_not_downloaded_at_the_same_time(bucket, tmp_path, monkeypatch):
    sources = write_sources(tmp_path, 3)
    with open_cache(tmp_path / "a", monkeypatch) as cache:
        for source in sources:
            cache.store(ingest_file(source, cache))
    size = max(len(bucket.get(key)) for key in bucket.list_keys() if key.startswith("entries/") and key.endswith(".parquet"))
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=2**28 + size))
    meeting, met = threading.Barrier(2), []

    def meet(method, path):
        if method == "GET" and path.endswith(".parquet"):
            try:
                met.append(meeting.wait(0.3))
            except threading.BrokenBarrierError:
                meeting.reset()

    bucket.intercept = meet
    with open_cache(tmp_path / "b", monkeypatch) as cache:
        assert any(cache.find_all(sources))
    assert met == []


def test_an_entry_that_is_invalidated_while_it_is_uploaded_is_not_used(bucket, tmp_path, monkeypatch):
    (source,) = write_sources(tmp_path, 1)
    uploading, invalidated = threading.Event(), threading.Event()

    def wait(method, path):
        if method == "PUT" and path.endswith(".parquet"):
            uploading.set()
            invalidated.wait(10)

    bucket.intercept = wait
    with open_cache(tmp_path / "a", monkeypatch) as cache:
        cache.store(ingest_file(source, cache))
        assert uploading.wait(10)
        cache.invalidate(source)
        invalidated.set()
    with open_cache(tmp_path / "b", monkeypatch) as cache:
        assert cache.find_all([source]) == [None]
