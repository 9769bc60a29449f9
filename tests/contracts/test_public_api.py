"""The public names of `flexscout`, and what importing it loads."""

import subprocess
import sys

import pytest

import flexscout


def modules_after(code):
    """Return the modules that a fresh interpreter has loaded after `code`."""
    script = f"{code}\nimport sys\nprint(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split())


def test_public_names_are_sorted():
    assert flexscout.__all__ == sorted(flexscout.__all__)


@pytest.mark.parametrize("name", flexscout.__all__)
def test_public_name_exists_and_is_documented(name):
    assert getattr(flexscout, name).__doc__


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="flexscout attribute Nonsense"):
        _ = flexscout.Nonsense


def test_import_loads_no_frame_library():
    assert not modules_after("import flexscout") & {"pandas", "polars", "pydantic", "typer"}


@pytest.mark.parametrize("command", [[], ["run"], ["profile", "show"], ["profile", "compare"]])
def test_help_loads_no_frame_library(command):
    code = f"import sys, contextlib, io\nsys.argv = {['flexscout', *command, '--help']}\nfrom flexscout.cli import main\n"
    code += "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):\n    main()"
    assert not modules_after(code) & {"pandas", "polars", "fastexcel", "pyarrow"}


def test_a_pipeline_that_finds_nothing_changed_loads_no_reader_or_matcher():
    code = "from flexscout import PipelineConfiguration, ScalableFlexPipeline\n"
    code += "ScalableFlexPipeline(PipelineConfiguration(input_folder='.'))"
    assert not modules_after(code) & {"fastexcel", "narwhals", "numpy", "pebble", "pyarrow", "rapidfuzz"}
