"""The layers of the package: imports go down only, and enter another package through its front."""

import ast
from functools import cache
from pathlib import Path

import pytest

import flexscout

PACKAGE = Path(flexscout.__file__).parent

# From the top down. A module imports only from layers below its own.
LAYERS = [
    "cli",
    "app",
    "insights jobs notebook",
    "staging",
    "pipeline",
    "outputs",
    "history",
    "merging",
    "matching",
    "scoring",
    "ingest",
    "runtime",
    "config",
    "models",
    "findings skipped",
    "sheet_columns",
    "errors",
    "domain error_codes",
    "_import_path",
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names.split()}

# Heavy libraries, and the only modules that import them.
HEAVY = {
    "fastexcel": "ingest/readers/excel_parser.py",
    "msoffcrypto": "ingest/readers/passwords.py",
    "olefile": "ingest/readers/passwords.py",
    "rustpy_xlsxwriter": "outputs/files/sheet_look.py outputs/files/xlsx_writer.py",
    "pebble": "runtime/executors.py",
    "rapidfuzz": "ingest/mapping/suggestions.py matching/spelling.py matching/lookup.py",
    "lxml": "ingest/readers/web_page.py ingest/readers/spreadsheetml.py",
    "numpy": "ingest/readers/delimited.py ingest/readers/xml_check.py matching/components.py merging/snapshots.py",
    "pydantic": "config/settings.py runtime/cache_entries.py scoring/profile.py scoring/profile_errors.py",
    "typst": "outputs/memo/typesetting.py",
    "distributed": "runtime/cluster.py",
    "watchfiles": "jobs/folder_watch.py",
    "filelock": "history/notes_store.py history/run_history.py staging/inputs.py staging/results.py",
    "obstore": "runtime/object_storage.py",
    "platformdirs": "app/folders.py app/shortcuts.py app/workspaces.py config/settings.py",
    "starlette": "app/output_routes.py app/requests.py app/result_routes.py app/rules_routes.py "
    "app/run_routes.py app/security.py app/server.py app/share_routes.py app/start_routes.py",
    "uvicorn": "app/server.py",
}

MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE or not path.stem.startswith("__"))
SOURCES = [path for path in MODULES if path.name != "__init__.py"]


def package_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def imports(path, *, eager=False):
    """Every module that a file imports: anywhere in it, or with `eager` when it is loaded."""
    return tuple(find_imports(path, eager=eager))


def find_imports(path, *, eager):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = tree.body if eager else list(ast.walk(tree))
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            is_package = (PACKAGE.parent / node.module.replace(".", "/")).is_dir()
            names = [f"{node.module}.{alias.name}" for alias in node.names] if is_package else []
            modules = [name for name in names if (PACKAGE.parent / f"{name.replace('.', '/')}.py").is_file()]
            yield from modules or [node.module]


def own_imports(path):
    return [name.split(".") for name in imports(path) if name.startswith("flexscout.")]


def test_every_package_has_a_layer():
    assert {package_of(path) for path in MODULES} == LEVEL.keys()


def test_a_module_imports_only_from_layers_below():
    imported = {(path, parts[1]) for path in MODULES for parts in own_imports(path) if parts[1] != package_of(path)}
    assert not {(path, name) for path, name in imported if LEVEL[name] <= LEVEL[package_of(path)]}


def test_a_module_enters_another_package_through_its_front():
    others = {(path, tuple(parts)) for path in MODULES for parts in own_imports(path) if parts[1] != package_of(path)}
    assert not {(path, parts) for path, parts in others if len(parts) > 2 and parts[1:] != ("runtime", "interrupts")}


def test_no_two_modules_import_each_other():
    names = {".".join(("flexscout", *path.relative_to(PACKAGE).with_suffix("").parts)): path for path in SOURCES}
    graph = {name: {other for other in imports(path, eager=True) if other in names} for name, path in names.items()}
    while leaves := [name for name, others in graph.items() if not others]:
        graph = {name: others - set(leaves) for name, others in graph.items() if name not in leaves}
    assert not graph


@pytest.mark.parametrize(("library", "users"), HEAVY.items())
def test_a_heavy_library_is_imported_in_few_modules(library, users):
    found = {
        path.relative_to(PACKAGE).as_posix() for path in MODULES if library in {name.split(".")[0] for name in imports(path)}
    }
    assert found == set(users.split())


def test_module_names_say_what_is_inside():
    assert not [path for path in MODULES if path.stem in {"utils", "helpers", "helper", "manager", "common", "misc"}]


def test_the_pipeline_stays_one_page():
    assert len((PACKAGE / "pipeline.py").read_text(encoding="utf-8").splitlines()) <= 180


def test_modules_are_neither_tiny_nor_huge():
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert not [path for path, count in lines.items() if count > 450]
    assert len([path for path, count in lines.items() if count < 60]) <= 25
