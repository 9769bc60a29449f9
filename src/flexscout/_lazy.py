"""Load the public names of a package on first use, so that importing the package is fast."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazy_exports(package: str, modules: Mapping[str, tuple[str, ...]]) -> Callable[[str], Any]:
    """Return a module-level `__getattr__` for `package`.

    Args:
        package: `__name__` of the package.
        modules: Module name within the package -> names that the package exports from it.

    """
    modules_by_name = {name: module for module, names in modules.items() for name in names}

    def __getattr__(name: str) -> Any:  # noqa: N807 - the module-level hook of PEP 562
        if name not in modules_by_name:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{modules_by_name[name]}"), name)

    return __getattr__
