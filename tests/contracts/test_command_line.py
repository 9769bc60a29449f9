"""The documented commands and options exist."""

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
COMMANDS = (
    "app", "run", "retry", "errors", "runs", "explain", "decide", "report", "memo", "diff", "check", "inspect", "map", "init",
    "config", "profile", "clean", "demo",
)  # fmt: skip
GROUPS = {"config": ("show",), "profile": ("list", "show", "copy", "check", "compare")}
SHORT = ("-o", "-c", "-w", "-q", "-v")


def read_help(*command):
    arguments = [sys.executable, "-m", "flexscout", *command, "--help"]
    return subprocess.run(arguments, capture_output=True, text=True, check=True).stdout


def test_help_lists_every_command():
    text = read_help()
    assert [command for command in COMMANDS if f"\n  {command} " not in text] == []


@pytest.mark.parametrize(("group", "commands"), GROUPS.items())
def test_help_of_a_group_lists_every_command(group, commands):
    text = read_help(group)
    assert [command for command in commands if f"\n  {command} " not in text] == []


def test_help_explains_the_exit_codes():
    assert "0 success; 1 finished, but some files failed; 2 could not run" in " ".join(read_help().split())


@pytest.mark.parametrize("command", ["run", "check"])
def test_run_and_check_have_the_same_options(command):
    text = read_help(command)
    assert [option for option in (*OPTIONS, *SHORT) if option not in text] == []


def test_profile_compare_has_the_options_of_a_run_except_profile_and_outputs():
    text = read_help("profile", "compare")
    excluded = {"--report-file", "--no-csv"}
    assert {option for option in (*OPTIONS, *SHORT) if option not in text} == excluded
    assert "--profile" not in text


def test_run_has_a_dry_run_option():
    assert "--dry-run" in read_help("run")


def test_init_has_a_force_option():
    assert "--force" in read_help("init")


def test_output_file_has_the_same_short_option_everywhere():
    commands = {**typer.main.get_command(app).commands, **typer.main.get_command(app).commands["profile"].commands}
    options = [option.opts for command in commands.values() for option in command.params if "--output-file" in option.opts]
    assert len(options) > 6
    assert all("-o" in option for option in options)
