"""Control characters in names, headers, values, settings and errors are escaped in outputs and the log."""

import json
import logging
import subprocess
import sys
import unicodedata

import pytest
from rich.console import Console

from flexscout.cli.render.progress_bar import BarProgress
from flexscout.domain import quote_path
from flexscout.domain.escaping import SafeFormatter, escape_controls, escape_json
from flexscout.runtime.run_log import open_run_log
from format_files import write_delimited
from program import flexscout, run_program
from workbooks import HEADER, candidate, write_sheets

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows allows no such file names")

TITLE = "\x1b]0;title\x07"
MARKUP = "[bold]x[/nope] :smile: [link=http://example.com]y"
UNSEEN = "[/nope]\u202e\u2066\u200b\u009b\u2028\U000e0041"
FORGED = "\nflexscout: all is fine\n"
EVIL = f"{TITLE}{MARKUP}\u202e\u2066\u200b\u009b\u2028\U000e0041"
SHOWN = f"\\x1b]0;title\\x07{MARKUP}\\u202e\\u2066\\u200b\\x9b\\u2028\\U000e0041"
NAME, SHOWN_NAME = EVIL.replace("/", "|"), SHOWN.replace("/", "|")  # the name of a file has no slash
BLANK_LETTERS = "\u034f\u115f\u1160\u17b4\u180b\u2800\u3164\ufe0f\uffa0\U000e0100"


def is_escaped(text):
    """Return whether there is no control or invisible character except line breaks."""
    return not [letter for letter in text if letter != "\n" and unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]


def is_forged(text):
    """Return whether a file name forged a line of its own."""
    return any(line.startswith("flexscout: all is fine") for line in text.splitlines())


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    """Run over hostile names of files, sheets and headers, and hostile values; one file is damaged."""
    folder = tmp_path_factory.mktemp("hostile")
    raw = folder / "data/raw"
    rows = [
        (*HEADER, "Extra\u202e\u200b\u009b"),
        (*candidate(1, Address=f"12 Main St {UNSEEN}", City="_x001B_]0;title_x0007_"), "x"),
    ]
    # openpyxl takes no brackets in the name of a sheet. A text file with ESC is refused; a workbook spells it out.
    write_sheets(raw / "good.xlsx", {"Data\u202e\u200b\u009b": rows}).rename(raw / f"{NAME}.xlsx")
    rows = [(*HEADER, f"Extra{UNSEEN}"), (*candidate(7, City=f"Cary{UNSEEN}", Year_Built=f"about{UNSEEN}"), UNSEEN)]
    write_delimited(raw / "values.csv", rows)
    (raw / f"bad{NAME}{FORGED}.xlsx").write_bytes(b"PK\x03\x04 broken")
    return run_program("run", "-w", "1", "--verbose", "--file-pattern", "auto", folder=folder)


def test_every_control_and_invisible_character_is_escaped():
    codes = map(chr, range(sys.maxunicode + 1))
    unsafe = [letter for letter in codes if unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]
    assert [
        letter for letter in [*unsafe, *BLANK_LETTERS] if escape_controls(letter).isascii() and len(escape_controls(letter)) > 1
    ] == [
        *unsafe,
        *BLANK_LETTERS,
    ]


def test_other_text_is_unchanged_and_escaping_is_idempotent():
    text = "Cañon City, 倉庫 [red] C:\\x 50% 😀 e\u0301"
    assert (escape_controls(text), escape_controls(escape_controls(EVIL))) == (text, escape_controls(EVIL))


def test_names_that_differ_by_an_invisible_character_look_different():
    names = ["a.xlsx", "a\u200b.xlsx", "a\u200c.xlsx", "a\x00.xlsx", "a\udcff.xlsx"]
    assert len({escape_controls(name) for name in names}) == len(names)


def test_escaped_json_parses_to_the_same_value():
    text = json.dumps({"name": f"{EVIL}{FORGED}\udcff"}, ensure_ascii=False, indent=2)
    assert json.loads(escape_json(text)) == json.loads(text)
    assert is_escaped(escape_json(text))


def test_run_shows_hostile_file_names_escaped(outcome):
    assert outcome.code == 1
    assert "2 files" in outcome.out
    assert is_escaped(outcome.out)
    assert is_escaped(outcome.err)
    assert SHOWN_NAME in outcome.err


def test_file_name_can_not_start_its_own_line(outcome):
    assert not is_forged(f"{outcome.out}\n{outcome.err}")


def test_log_lines_can_not_be_forged(outcome):
    text = outcome.log.read_text(encoding="utf-8")
    assert is_escaped(text)
    entries = [json.loads(line) for line in text.splitlines()]
    assert len(entries) == text.count("\n")
    assert any(entry.get("file", "").endswith(f"{FORGED}.xlsx") for entry in entries)


def test_report_is_escaped_and_parses_to_the_original_names(outcome):
    text = (outcome.folder / "data/reports/pipeline_summary.json").read_text(encoding="utf-8")
    assert is_escaped(text)
    assert f"{NAME}.xlsx" in {entry["file"] for entry in outcome.report["files"]}


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("command", [("errors",), ("runs",), ("explain", "values.csv:2"), ("explain", "12 Main St"), ("check",)])
def test_commands_about_past_runs_escape_their_output(outcome, command, form):
    done = flexscout(*command, "--format", form, folder=outcome.folder)
    assert done.out
    assert is_escaped(done.out + done.err)
    assert not is_forged(f"{done.out}\n{done.err}")


@pytest.mark.parametrize("form", ["text", "json"])
def test_diff_escapes_values(outcome, tmp_path, form):
    other = flexscout("run", "-w", "1", "--quiet", "--file-pattern", "values.csv", outcome.folder / "data/raw", folder=tmp_path)
    done = flexscout("diff", other.workbook, outcome.workbook, "--format", form, folder=outcome.folder)
    assert done.code == 0
    assert "12 Main St [/nope]" in done.out
    assert is_escaped(done.out)


@pytest.mark.parametrize("form", ["text", "json"])
def test_inspect_escapes_headers_and_values(outcome, form):
    done = flexscout("inspect", f"data/raw/{NAME}.xlsx", "--format", form, folder=outcome.folder)
    assert done.code == 0
    assert is_escaped(done.out + done.err)


def test_map_escapes_its_yaml(outcome):
    done = flexscout("map", f"data/raw/{NAME}.xlsx", folder=outcome.folder)
    assert done.code == 0
    assert is_escaped(done.out)


def test_invalid_setting_is_escaped(tmp_path):
    (tmp_path / "a.yaml").write_text('output:\n  "\\e]0;title\\a\\nflexscout: all is fine": 1\n', encoding="utf-8")
    done = flexscout("check", "--config", "a.yaml", folder=tmp_path)
    assert done.code == 2
    assert is_escaped(done.err)
    assert not is_forged(done.err)


def test_missing_folder_with_a_hostile_name_is_escaped(tmp_path):
    done = flexscout("check", NAME, folder=tmp_path)
    assert done.code == 2
    assert SHOWN_NAME in done.err
    assert is_escaped(done.err)


def test_progress_bar_does_not_read_file_names_as_markup(tmp_path):
    progress = BarProgress()
    with (tmp_path / "out").open("w", encoding="utf-8") as file:
        progress.bar.live.console = Console(file=file, width=200, markup=True)
        progress.on_start(1)
        progress.on_rows_read(EVIL, 1, 2)
        progress.bar.live.console.print(progress.bar.get_renderable())
    assert SHOWN in (tmp_path / "out").read_text(encoding="utf-8")


def test_log_entry_on_the_terminal_is_one_line():
    record = logging.LogRecord("flexscout", logging.INFO, "", 0, "%s found", (f"{TITLE}{FORGED}",), None)
    shown = SafeFormatter("%(levelname)s %(name)s: %(message)s").format(record)
    assert shown == "INFO flexscout: \\x1b]0;title\\x07\\x0aflexscout: all is fine\\x0a found"


def test_log_escapes_what_json_does_not(tmp_path, monkeypatch):
    monkeypatch.setattr(logging.getLogger("flexscout"), "propagate", False)  # pytest-xdist can't send a surrogate it captured
    with open_run_log(tmp_path / "a.log", "INFO") as logger:
        logger.info("%s found", f"{EVIL}{FORGED}\udcff")
    (line,) = (tmp_path / "a.log").read_text(encoding="utf-8").splitlines()
    assert is_escaped(line)
    assert json.loads(line)["message"] == f"{EVIL}{FORGED}\udcff found"


@pytest.mark.parametrize("name", ["$(touch x).xlsx", "`touch x`.xlsx", 'a"; touch x; ".xlsx'])
def test_suggested_command_never_runs_a_part_of_a_file_name(tmp_path, name):
    command = ["sh", "-c", f"echo {quote_path(name)}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == f"{name}\n"
    assert not (tmp_path / "x").exists()
