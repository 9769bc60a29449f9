"""Every imported name of flexscout exists. Type checkers can't tell, because packages load their names lazily."""

import ast
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


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_every_imported_name_exists(path):
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("flexscout")]
    assert [alias.name for node in imports for alias in node.names if not exists(node.module, alias.name)] == []


@pytest.mark.parametrize("package", [path.parent for path in MODULES if path.name == "__init__.py"], ids=lambda path: path.name)
def test_every_exported_name_exists(package):
    module = ".".join(package.relative_to(PACKAGE.parent).parts)
    assert [name for name in getattr(import_module(module), "__all__", ()) if not exists(module, name)] == []
