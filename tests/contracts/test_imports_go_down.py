"""The house: which floor may import which."""

import ast
from pathlib import Path

import pytest

import flexscout

HOUSE = Path(flexscout.__file__).parent

# From the top down. Rooms of one floor are strangers to each other.
FLOORS = [
    {"cli"},
    {"pipeline", "demo", "analysis", "comparison", "explanation"},
    {"delivery"},
    {"processing", "history"},
    {"prepare", "notes"},
    {"results"},
    {"discovery", "reading", "mapping", "conversion", "classification", "linkage", "aggregation", "reporting", "export", "page"}
    | {"changes"},
    {"vocabulary", "model", "config", "errors", "executors", "import_path", "inert_text", "interrupts", "journal", "kinds"},
]
LEVEL = {room: level for level, floor in enumerate(FLOORS) for room in floor}

# Heavy libraries, each behind one door.
DOORS = {
    "fastexcel": "reading/parser.py",
    "rustpy_xlsxwriter": "export/workbook.py",
    "pebble": "executors/workers.py",
    "rapidfuzz": "mapping/headers.py linkage/close.py linkage/lookup.py",
    "lxml": "reading/web_page.py reading/spreadsheetml.py",
    "numpy": "reading/quoting.py linkage/groups.py linkage/components.py",
    "pydantic": "config/settings.py classification/profile.py classification/mistakes.py journal/cache.py",
    "watchfiles": "cli/watch.py",
    "filelock": "history/runs.py",
    "platformdirs": "config/settings.py",
}

MODULES = sorted(path for path in HOUSE.rglob("*.py") if path.name != "__main__.py" and path != HOUSE / "__init__.py")


def room_of(path):
    return path.relative_to(HOUSE).parts[0].removesuffix(".py")


def imported_modules(path):
    """Every module that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def imported_rooms(path):
    parts = (name.split(".") for name in imported_modules(path) if name.startswith("flexscout."))
    return {part[1] for part in parts} - {room_of(path)}


def test_every_room_has_a_floor():
    assert {room_of(path) for path in MODULES} <= LEVEL.keys()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(HOUSE).as_posix())
def test_a_module_imports_only_from_floors_below(path):
    ground = len(FLOORS) - 1
    own = LEVEL[room_of(path)]
    wrong = {room for room in imported_rooms(path) if LEVEL[room] <= own and own != ground}
    assert not wrong


@pytest.mark.parametrize(
    "path", [path for path in MODULES if LEVEL[room_of(path)] == len(FLOORS) - 1], ids=lambda path: path.name
)
def test_the_ground_imports_nothing_from_above(path):
    assert imported_rooms(path) <= FLOORS[-1]


@pytest.mark.parametrize(("library", "door"), DOORS.items())
def test_a_heavy_library_has_one_door(library, door):
    users = {
        path.relative_to(HOUSE).as_posix()
        for path in MODULES
        if library in {name.split(".")[0] for name in imported_modules(path)}
    }
    assert users == set(door.split())


def test_no_file_hides_what_is_inside():
    assert not [path for path in MODULES if path.stem in {"utils", "helpers", "helper", "manager", "common", "misc"}]


def test_the_pipeline_stays_one_page():
    assert len((HOUSE / "pipeline.py").read_text(encoding="utf-8").splitlines()) <= 130
