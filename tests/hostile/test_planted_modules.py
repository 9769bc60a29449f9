"""Python files in the current folder or the input folder are never executed, whatever their names."""

import importlib.metadata
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from flexscout.runtime.process_start import PRELOADED
from program import list_unmeasured_environment
from workbooks import HEADER, candidate, write_workbook

_SITE = {"sitecustomize", "usercustomize"}
# Every name that a run may import or look for: the standard library, installed packages and optional ones.
_NAMES = {*sys.stdlib_module_names, *importlib.metadata.packages_distributions(), *_SITE}
_NAMES |= {"tzdata", "bottleneck", "numexpr", "altair", "pyiceberg", "sqlalchemy", "tables"}
_NAMES = {name for name in _NAMES if name.isidentifier()} - {"flexscout"}

_SCRIPT = [str(Path(sysconfig.get_path("scripts")) / "flexscout")]
_MODULE = [sys.executable, "-m", "flexscout"]
_CODE = [sys.executable, "-c", "from flexscout.cli import main; main()"]

# Stands in for Windows: workers are spawned, and the current folder comes first on the path.
_SPAWNING = """
import os, sys
from multiprocessing.context import SpawnProcess
from flexscout.runtime import process_start

started = []

class Spawned:
    @staticmethod
    def _Popen(process):
        started.append(process)
        return SpawnProcess._Popen(process)

process_start._BaseProcess = Spawned
sys.path[:0] = ["", os.getcwd()]
from flexscout.cli import main
try:
    main()
finally:
    assert started
"""


def plant(folder, marker, names):
    """Write a module of every name into the folder, and a plugin; each writes to the marker when it is executed."""
    folder.mkdir(exist_ok=True)
    code = f"open({str(marker)!r}, 'a').write(__file__ + '\\n')\n"
    packages = {name.split(".")[0]: name.split(".")[1] for name in PRELOADED if "." in name} | {"planted_plugin": "plugin"}
    packages.pop("flexscout")
    for name in names - packages.keys():
        (folder / f"{name}.py").write_text(code)
    for name in packages.keys() & (names | {"planted_plugin"}):
        (folder / name).mkdir()
        for inside in ("__init__", packages[name]):
            (folder / name / f"{inside}.py").write_text(code)
    metadata = folder / "planted_plugin-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: planted_plugin\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[pydantic]\nplanted = planted_plugin.plugin:plugin\n")


def loaded_by_python(tmp_path, command):
    """Return the modules that Python loads before the program starts; no program can choose their source."""
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "show.py").write_text("import sys; print(*sys.modules)")
    show = {"-m": ["-m", "show"], "-c": ["-c", "import sys; print(*sys.modules)"]}
    arguments = show[command[-2]] if command[-2:-1] else ["-c", "import re, sys; print(*sys.modules)"]  # as a script does
    done = subprocess.run([sys.executable, *arguments], cwd=empty, capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in done.stdout.split()}


def run_among(tmp_path, names, command, **environment):
    """Run the program in a folder full of planted modules; return its exit code, its stderr and the modules executed."""
    marker, folder = tmp_path / "executed", tmp_path / "downloads"
    plant(folder, marker, names)
    plant(folder / "in", marker, names)
    for name in ("one.xlsx", "two.xlsx"):
        write_workbook(folder / "in" / name, [HEADER, candidate(90)])
    done = subprocess.run(
        [*command, "run", ".", "--recursive", "-w", "2"],
        cwd=folder,
        env=list_unmeasured_environment() | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr, set(marker.read_text().split()) if marker.exists() else set()


def test_every_preloaded_module_is_planted():
    assert {name.split(".")[0] for name in PRELOADED} - _NAMES == {"flexscout"}


def test_installed_program_executes_no_planted_module(tmp_path):
    code, stderr, executed = run_among(tmp_path, _NAMES, _SCRIPT)
    assert (code, executed) == (0, set()), stderr


@pytest.mark.parametrize("command", [_MODULE, [_MODULE[0], "-E", *_MODULE[1:]], _CODE], ids=["-m", "-E -m", "-c"])
def test_python_run_in_the_folder_executes_no_planted_module(tmp_path, command):
    code, stderr, executed = run_among(tmp_path, _NAMES - loaded_by_python(tmp_path, command), command)
    assert (code, executed) == (0, set()), stderr


def test_python_with_safe_path_executes_no_planted_module(tmp_path):
    code, stderr, executed = run_among(tmp_path, _NAMES, [sys.executable, "-P", "-m", "flexscout"])
    assert (code, executed) == (0, set()), stderr


def test_spawned_workers_execute_no_planted_module(tmp_path):
    (tmp_path / "spawning.py").write_text(_SPAWNING)
    code, stderr, executed = run_among(tmp_path, _NAMES, [sys.executable, str(tmp_path / "spawning.py")])
    assert (code, executed) == (0, set()), stderr


def test_empty_and_relative_pythonpath_entries_are_ignored(tmp_path):
    names = _NAMES - _SITE - loaded_by_python(tmp_path, _SCRIPT)
    code, stderr, executed = run_among(tmp_path, names, _SCRIPT, PYTHONPATH=os.pathsep.join(["", "in", "."]))
    assert (code, executed) == (0, set()), stderr


def test_notebook_keeps_its_path_but_workers_drop_the_folder(tmp_path):
    """A caller's own imports still work; `-c` has the same empty path entry as a notebook."""
    (tmp_path / "own.py").write_text("")
    code = "import sys, flexscout.cli\nfrom flexscout.runtime.executors import WorkerPool\nbefore = sys.path, list(sys.path)\n"
    code += "with WorkerPool(1, 60, 1) as pool:\n    theirs = pool.submit(eval, '__import__(\"sys\").path').result()\n"
    code += "import own\nassert before == (sys.path, sys.path) and '' in sys.path\n"
    code += f"assert not {{'', {str(tmp_path)!r}}} & set(theirs), theirs"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert not done.stderr
