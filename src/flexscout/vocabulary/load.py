"""Reading the vocabulary's YAML files."""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

# The C loader is ten times faster; a wheel without it still works.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def load(name: str) -> Any:
    """The content of the vocabulary file `name` (without `.yaml`)."""
    text = files("flexscout.vocabulary").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=_Loader)  # noqa: S506  # nosec B506 # a safe loader in both cases
