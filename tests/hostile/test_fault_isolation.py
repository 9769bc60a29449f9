"""A file whose rows trigger a bug in flexscout fails with an error report; the other files give their results.

The faults are injected: a function of a stage raises if it sees a row of a certain file.
"""

import contextlib
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import openpyxl
import polars as pl
import pytest

import flexscout.merging.merged_rows
import flexscout.outputs.publish
import flexscout.scoring
from flexscout.config.settings import PipelineConfiguration
from in_process import run_in_process
from workbooks import HEADER, candidate, valid_properties_1, valid_properties_2, write_workbook

properties = import_module("flexscout.merging.properties")  # the package has a function of that name

HIDDEN = "17 Hidden Court"
INJECTION_POINTS = {
    "scoring": (flexscout.scoring.criteria.Criteria, "classify"),
    "matching": (properties, "find_clusters"),
    "merging": (flexscout.merging.merged_rows, "rank_rows"),
    "publishing": (flexscout.outputs.publish, "write_tables"),
}
STAGE_TEXT = {
    "scoring": "scoring its rows",
    "matching": "matching and merging its rows",
    "merging": "matching and merging its rows",
    "publishing": "writing the results",
}


def write_bad_file(folder, name="bad.xlsx", first=80):
    return write_workbook(folder / name, [HEADER, candidate(first, Address=HIDDEN), *(candidate(first + i) for i in (1, 2))])


def write_exports(folder):
    """Write two good files, and `bad.xlsx`."""
    valid_properties_1(folder)
    valid_properties_2(folder)
    write_bad_file(folder)
    return folder


@pytest.fixture
def folder(tmp_path):
    return write_exports(tmp_path / "in")


def files_of(argument):
    """The files of the rows in an argument of a stage: a frame, or parts of one."""
    frames = (
        [argument]
        if isinstance(argument, pl.DataFrame)
        else argument
        if isinstance(argument, flexscout.scoring.MatchColumns)
        else []
    )
    return {file for frame in frames for file in frame["Source File"]}


def inject(patch, stage, *files, error=ValueError):
    """Make a stage raise if it sees a row of one of the files (of any, if none is given); return the files of each call."""
    owner, name = INJECTION_POINTS[stage]
    original, seen = getattr(owner, name), []

    def faulty(*arguments, **named):
        names = {file for argument in arguments for file in files_of(getattr(argument, "master", argument))}
        seen.append(names)
        if not files or names & set(files):
            raise error(f"can't take {HIDDEN}")
        return original(*arguments, **named)

    patch.setattr(owner, name, faulty)
    return seen


def run(folder="in", out="out", **settings):
    config = PipelineConfiguration(
        input_folder=folder, output_file=f"{out}/all.xlsx", report_file=f"{out}/report.json", max_workers=1, **settings
    )
    return run_in_process(config)


def error_of(summary, name="bad.xlsx"):
    return next(error for error in summary.report["errors"]["errors"] if error["file"] == name)


def data_outputs(out):
    """Return the bytes of the data files, and the workbook cells that don't describe failures."""
    book = openpyxl.load_workbook(out / "all.xlsx")
    cells = {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}
    failure_sheets = {"Summary", "Files", "Settings"}
    kept = {title: rows for title, rows in cells.items() if title not in failure_sheets}
    return [Path(out, name).read_bytes() for name in ("all.csv", "all.parquet")], kept


@dataclass(frozen=True)
class Isolated:
    """A run in which a stage failed over the rows of `bad.xlsx`."""

    stage: str
    folder: Path
    summary: object


@pytest.fixture(scope="module", params=INJECTION_POINTS)
def isolated(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("isolated")
    write_exports(folder / "in")
    with contextlib.chdir(folder), pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / ".cache"))
        inject(patch, request.param, "bad.xlsx")
        return Isolated(request.param, folder, run())


@pytest.fixture(scope="module")
def unreadable(tmp_path_factory):
    """A folder with the results of a run that can't read `bad.xlsx`, and its summary."""
    folder = tmp_path_factory.mktemp("unreadable")
    write_exports(folder / "in")
    (folder / "in/bad.xlsx").write_bytes(b"PK no workbook")
    with contextlib.chdir(folder):
        return folder, run()


def test_faulty_file_is_named_with_its_stage_and_a_report(isolated):
    error = error_of(isolated.summary)
    summary, stage = isolated.summary, isolated.stage
    assert (summary.exit_code, error["category"], error["code"]) == (1, "processing", "internal_error")
    assert error["message"].startswith(f"bad.xlsx was left out: flexscout failed while {STAGE_TEXT[stage]} (ValueError).")
    report = next((isolated.folder / "logs").glob("internal-error-*.txt"))
    assert report.name in error["next_step"]


def test_outputs_equal_those_of_a_run_that_can_not_read_the_file(isolated, unreadable):
    summary, (folder, expected) = isolated.summary, unreadable
    assert data_outputs(isolated.folder / "out") == data_outputs(folder / "out")
    assert summary.statistics.unique_flex_properties == expected.statistics.unique_flex_properties
    same = ("statistics", "deduplication", "top_candidates", "quality", "not_selected")
    own, theirs = ({name: one.report[name] for name in same} for one in (summary, expected))
    for one in (own, theirs):
        one["statistics"] = {**one["statistics"], "processing_duration": 0}
    assert own == theirs


def test_only_rows_of_the_other_files_are_accounted_for(isolated):
    files = {entry["file"]: entry for entry in isolated.summary.report["files"]}
    assert files["bad.xlsx"]["status"] == "failed"
    assert files["bad.xlsx"]["rows_read"] == 0
    assert (files["valid_properties_1.xlsx"]["rows_read"], files["valid_properties_2.xlsx"]["status"]) == (7, "ok")


@pytest.mark.usefixtures("folder")
def test_runs_over_a_faulty_file_give_equal_bytes(monkeypatch):
    inject(monkeypatch, "merging", "bad.xlsx")
    run()
    first = {path.name: path.read_bytes() for path in Path("out").glob("all.*")}
    run(reuse=False)
    assert {path.name: path.read_bytes() for path in Path("out").glob("all.*") if path.name in first} == first


@pytest.mark.parametrize("stage", INJECTION_POINTS)
def test_several_faulty_files_are_found(monkeypatch, folder, stage):
    for number in range(4):
        write_workbook(folder / f"good_{number}.xlsx", [HEADER, candidate(100 + number)])
    write_bad_file(folder, "worse.xlsx", 90)
    inject(monkeypatch, stage, "bad.xlsx", "worse.xlsx")
    summary = run()
    assert {error["file"] for error in summary.report["errors"]["errors"]} == {"bad.xlsx", "worse.xlsx"}
    assert summary.statistics.successful_files == 6


def test_faults_in_different_stages_are_found(monkeypatch, folder):
    write_bad_file(folder, "worse.xlsx", 90)
    inject(monkeypatch, "matching", "bad.xlsx")
    inject(monkeypatch, "publishing", "worse.xlsx", error=TypeError)
    summary = run()
    assert STAGE_TEXT["matching"] in error_of(summary)["message"]
    assert STAGE_TEXT["publishing"] in error_of(summary, "worse.xlsx")["message"]


def kept_bytes(out="out"):
    return {path: path.read_bytes() for path in Path(out).iterdir() if path.is_file()}


def test_fault_without_a_faulty_file_keeps_the_previous_outputs(monkeypatch, folder):
    run()
    before = kept_bytes()
    write_workbook(folder / "new.xlsx", [HEADER, candidate(70)])
    monkeypatch.setattr(flexscout.outputs.publish, "build_report", lambda _: {}["missing"])
    with pytest.raises(KeyError):
        run()
    assert kept_bytes() == before
    assert not list(Path("logs").glob("internal-error-*"))


@pytest.mark.parametrize("stage", INJECTION_POINTS)
def test_fault_of_every_file_keeps_the_previous_outputs(monkeypatch, folder, stage):
    run()
    before = {path: content for path, content in kept_bytes().items() if path.stem == "all"}
    write_workbook(folder / "new.xlsx", [HEADER, candidate(70)])
    inject(monkeypatch, stage)
    try:
        code = run().exit_code
    except ValueError:
        code = 2
    assert code != 0
    assert {path: content for path, content in kept_bytes().items() if path in before} == before


def test_fault_of_two_files_together_keeps_the_previous_outputs(monkeypatch, folder):
    run()
    before = kept_bytes()
    write_workbook(folder / "new.xlsx", [HEADER, candidate(70)])
    original = properties.find_clusters

    def faulty(rows, *others):
        if {"bad.xlsx", "new.xlsx"} <= files_of(rows):
            raise ValueError("these two")
        return original(rows, *others)

    monkeypatch.setattr(properties, "find_clusters", faulty)
    with pytest.raises(ValueError, match="these two"):
        run()
    assert kept_bytes() == before
    assert not list(Path("logs").glob("internal-error-*"))


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, OSError])
def test_interrupt_and_lack_of_memory_or_disk_are_not_isolated(monkeypatch, error):
    seen = inject(monkeypatch, "matching", "bad.xlsx", error=error)
    with pytest.raises(error):
        run()
    assert len(seen) == 1


@pytest.mark.usefixtures("folder")
def test_run_without_a_fault_calls_each_stage_once(monkeypatch):
    seen = inject(monkeypatch, "matching", "no such file.xlsx")
    assert run().exit_code == 0
    assert len(seen) == 1


def test_next_run_reads_the_faulty_file_again(isolated, tmp_path):
    shutil.copytree(isolated.folder, tmp_path, dirs_exist_ok=True)
    summary = run()
    assert (summary.exit_code, summary.repeated_run) == (0, 0)
    assert {entry["status"] for entry in summary.report["files"]} == {"ok"}
    assert summary.report["performance"]["files_reused"] == 2


@pytest.mark.usefixtures("folder")
def test_error_report_has_columns_and_calls_but_no_cells(monkeypatch):
    inject(monkeypatch, "matching", "bad.xlsx")
    run()
    text = next(Path("logs").glob("internal-error-bad-*.txt")).read_text(encoding="utf-8")
    assert "'Building SqFt': Float64" in text
    assert "Sheet 'Sheet1': 3 rows" in text
    assert "polars " in text
    assert "ValueError" in text
    assert "properties.py" in text
    assert not [cell for cell in (HIDDEN, "Charlotte", "30000", "Test Street") if cell in text]


@pytest.mark.usefixtures("folder")
def test_panic_while_publishing_is_not_taken_for_a_full_disk(monkeypatch):
    inject(monkeypatch, "publishing", "bad.xlsx", error=type("PanicException", (BaseException,), {}))
    assert error_of(run())["code"] == "internal_error"


@pytest.mark.usefixtures("folder")
def test_search_leaves_one_copy_of_an_unreadable_workbook(monkeypatch):
    run()
    Path("out/all.xlsx").write_bytes(b"no workbook any more")
    inject(monkeypatch, "publishing", "bad.xlsx")
    run()
    copies = list(Path("out").glob("all (not read back*"))
    assert [copy.read_bytes() for copy in copies] == [b"no workbook any more"]


@pytest.mark.usefixtures("folder")
def test_search_leaves_no_other_files(monkeypatch):
    run()
    before = {path.name for path in Path("out").iterdir()}
    inject(monkeypatch, "publishing", "bad.xlsx")
    run()
    assert {path.name.removesuffix(".bak") for path in Path("out").iterdir()} == before


def test_single_faulty_file_keeps_the_previous_outputs(monkeypatch):
    write_bad_file(Path("in"))
    run()
    before = {path: content for path, content in kept_bytes().items() if path.stem == "all"}
    write_bad_file(Path("in"), first=60)
    inject(monkeypatch, "merging", "bad.xlsx")
    assert run().exit_code == 1
    assert {path: content for path, content in kept_bytes().items() if path in before} == before


PROGRAM = """
from importlib import import_module
properties = import_module("flexscout.merging.properties")
original = properties.find_clusters
Panic = type("PanicException", (BaseException,), {{}})
def faulty(rows, *others):
    files = {{file for part in rows for file in part["Source File"]}}
    if {condition}:
        raise {error}("a fault")
    return original(rows, *others)
properties.find_clusters = faulty
import sys
sys.argv = ["flexscout", "run", "in"]
from flexscout.cli import main
main()
"""


def call_with_fault(condition, error="ValueError"):
    code = PROGRAM.format(condition=condition, error=error)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=False)


@pytest.mark.usefixtures("folder")
def test_program_names_the_file_and_the_report_and_exits_with_1():
    done = call_with_fault("'bad.xlsx' in files")
    assert done.returncode == 1
    report = next(Path("logs").glob("internal-error-bad-*.txt"))
    assert "flexscout: failed: bad.xlsx was left out" in done.stderr
    assert str(report) in done.stderr
    assert "Traceback" not in done.stderr
    assert Path("data/exports/all_flex_properties.csv").exists()
    written = json.loads(Path("data/reports/pipeline_summary.json").read_text(encoding="utf-8"))
    assert written["errors"]["by_code"] == {"internal_error": 1}


@pytest.mark.usefixtures("folder")
def test_program_exits_with_2_if_no_file_causes_the_fault():
    done = call_with_fault("len(files) > 2")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert not Path("data/exports/all_flex_properties.csv").exists()


@pytest.mark.usefixtures("folder")
def test_panic_of_a_library_is_isolated_too():
    assert call_with_fault("'bad.xlsx' in files", "Panic").returncode == 1
    done = call_with_fault("len(files) > 2", "Panic")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
