"""The commands and options that the design names."""

import subprocess
import sys

import pytest
import typer

from flexscout.cli.app import app

OPTIONS = (
    "--output-file",
    "--report-file",
    "--config",
    "--file-pattern",
    "--recursive",
    "--workers",
    "--min-score",
    "--no-deduplication",
    "--duplicate-fields",
    "--duplicate-policy",
    "--close-matches",
    "--no-csv",
    "--timeout",
    "--memory-limit",
    "--quiet",
    "--verbose",
    "--format",
)
SHORT = ("-o", "-c", "-w", "-q", "-v")


def help_of(*command):
    arguments = [sys.executable, "-m", "flexscout", *command, "--help"]
    return subprocess.run(arguments, capture_output=True, text=True, check=True).stdout


def test_the_help_names_every_command():
    assert all(f"\n  {command} " in help_of() for command in ("run", "check", "inspect", "profile", "init", "demo"))


def test_the_help_explains_the_exit_codes():
    assert "0 success; 1 finished, but some files failed; 2 could not run" in " ".join(help_of().split())


@pytest.mark.parametrize("command", ["run", "check"])
def test_run_and_check_have_the_same_options(command):
    text = help_of(command)
    assert [option for option in (*OPTIONS, *SHORT) if option not in text] == []


def test_compare_has_the_options_of_a_run_but_for_its_profile_and_outputs():
    text = help_of("profile", "compare")
    lacking = {"--report-file", "--no-csv"}
    assert {option for option in (*OPTIONS, *SHORT) if option not in text} == lacking
    assert "--profile" not in text


def test_run_can_be_dry():
    assert "--dry-run" in help_of("run")


def test_init_can_be_forced():
    assert "--force" in help_of("init")


def test_o_means_the_workbook_of_runs_in_every_command_that_takes_it():
    commands = {**typer.main.get_command(app).commands, **typer.main.get_command(app).commands["profile"].commands}
    options = [option.opts for command in commands.values() for option in command.params if "--output-file" in option.opts]
    assert len(options) > 6
    assert all("-o" in option for option in options)
