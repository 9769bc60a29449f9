"""Every imported name of flexscout exists. An import alone doesn't show it, because packages load their names lazily."""

import ast
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import flexscout

PACKAGE = Path(flexscout.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))


def exists(module, name):
    if hasattr(import_module(module), name):
        return True
    return (PACKAGE.parent / module.replace(".", "/") / f"{name}.py").is_file()


def test_every_imported_name_exists():
    nodes = [(path, node) for path in MODULES for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    imports = [
        (path, node)
        for path, node in nodes
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("flexscout")
    ]
    names = [(path, node.module, alias.name) for path, node in imports for alias in node.names]
    assert [(path, name) for path, module, name in names if not exists(module, name)] == []


@pytest.mark.parametrize("package", [path.parent for path in MODULES if path.name == "__init__.py"], ids=lambda path: path.name)
def test_every_exported_name_exists(package):
    module = ".".join(package.relative_to(PACKAGE.parent).parts)
    assert [name for name in getattr(import_module(module), "__all__", ()) if not exists(module, name)] == []


def test_flexscout_can_be_imported_eagerly():
    """Projects set `EAGER_IMPORT` in their tests, which turns off lazy loading in every package that uses lazy_loader."""
    command = [sys.executable, "-c", "import flexscout"]
    done = subprocess.run(command, env={**os.environ, "EAGER_IMPORT": "1"}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
