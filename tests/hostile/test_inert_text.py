"""Text that can steer a terminal is shown as escapes: names, headers, values, settings and errors, in outputs and the log."""

import json
import logging
import subprocess
import sys
import unicodedata

import pytest
from rich.console import Console

from flexscout.cli.render.progress_bar import BarProgress
from flexscout.domain.safe_text import SafeFormatter, escape_controls, escape_json
from flexscout.errors import quote_path
from flexscout.runtime.run_log import open_run_log
from program import flexscout
from strange_files import write_delimited
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


def is_inert(text):
    """No control or invisible character, but for line ends."""
    return not [letter for letter in text if letter != "\n" and unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]


def is_forged(text):
    """Whether a line is there that only a name holds."""
    return any(line.startswith("flexscout: all is fine") for line in text.splitlines())


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    """A run over hostile names of files, sheets and headers, and hostile values; one file is damaged."""
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
    return flexscout("run", "-w", "1", "--verbose", "--file-pattern", "auto", folder=folder)


def test_every_control_and_invisible_character_is_escaped():
    codes = map(chr, range(sys.maxunicode + 1))
    unsafe = [letter for letter in codes if unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]
    assert [
        letter for letter in [*unsafe, *BLANK_LETTERS] if escape_controls(letter).isascii() and len(escape_controls(letter)) > 1
    ] == [
        *unsafe,
        *BLANK_LETTERS,
    ]


def test_other_text_stays_as_it_is_and_escaping_twice_changes_nothing():
    text = "Cañon City, 倉庫 [red] C:\\x 50% 😀 e\u0301"
    assert (escape_controls(text), escape_controls(escape_controls(EVIL))) == (text, escape_controls(EVIL))


def test_names_that_differ_by_an_invisible_character_look_different():
    names = ["a.xlsx", "a\u200b.xlsx", "a\u200c.xlsx", "a\x00.xlsx", "a\udcff.xlsx"]
    assert len({escape_controls(name) for name in names}) == len(names)


def test_json_reads_back_the_same():
    text = json.dumps({"name": f"{EVIL}{FORGED}\udcff"}, ensure_ascii=False, indent=2)
    assert json.loads(escape_json(text)) == json.loads(text)
    assert is_inert(escape_json(text))


def test_a_run_shows_hostile_file_names_as_they_are_spelled(outcome):
    assert outcome.code == 1
    assert "2 files" in outcome.out
    assert is_inert(outcome.out)
    assert is_inert(outcome.err)
    assert SHOWN_NAME in outcome.err


def test_a_file_name_begins_no_line_of_its_own(outcome):
    assert not is_forged(f"{outcome.out}\n{outcome.err}")


def test_a_line_of_the_log_can_not_be_forged(outcome):
    text = outcome.log.read_text(encoding="utf-8")
    assert is_inert(text)
    entries = [json.loads(line) for line in text.splitlines()]
    assert len(entries) == text.count("\n")
    assert any(entry.get("file", "").endswith(f"{FORGED}.xlsx") for entry in entries)


def test_the_report_is_inert_and_has_the_names_as_they_are(outcome):
    text = (outcome.folder / "data/reports/pipeline_summary.json").read_text(encoding="utf-8")
    assert is_inert(text)
    assert f"{NAME}.xlsx" in {entry["file"] for entry in outcome.report["files"]}


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("command", [("errors",), ("runs",), ("explain", "values.csv:2"), ("explain", "12 Main St"), ("check",)])
def test_commands_about_a_run_are_inert(outcome, command, form):
    done = flexscout(*command, "--format", form, folder=outcome.folder)
    assert done.out
    assert is_inert(done.out + done.err)
    assert not is_forged(f"{done.out}\n{done.err}")


@pytest.mark.parametrize("form", ["text", "json"])
def test_diff_shows_values_inert(outcome, tmp_path, form):
    other = flexscout("run", "-w", "1", "--quiet", "--file-pattern", "values.csv", outcome.folder / "data/raw", folder=tmp_path)
    done = flexscout("diff", other.workbook, outcome.workbook, "--format", form, folder=outcome.folder)
    assert done.code == 0
    assert "12 Main St [/nope]" in done.out
    assert is_inert(done.out)


@pytest.mark.parametrize("form", ["text", "json"])
def test_inspect_shows_headers_and_values_inert(outcome, form):
    done = flexscout("inspect", f"data/raw/{NAME}.xlsx", "--format", form, folder=outcome.folder)
    assert done.code == 0
    assert is_inert(done.out + done.err)


def test_map_prints_yaml_that_is_inert(outcome):
    done = flexscout("map", f"data/raw/{NAME}.xlsx", folder=outcome.folder)
    assert done.code == 0
    assert is_inert(done.out)


def test_a_wrong_setting_is_shown_inert(tmp_path):
    (tmp_path / "a.yaml").write_text('output:\n  "\\e]0;title\\a\\nflexscout: all is fine": 1\n', encoding="utf-8")
    done = flexscout("check", "--config", "a.yaml", folder=tmp_path)
    assert done.code == 2
    assert is_inert(done.err)
    assert not is_forged(done.err)


def test_a_missing_folder_with_a_hostile_name_is_shown_inert(tmp_path):
    done = flexscout("check", NAME, folder=tmp_path)
    assert done.code == 2
    assert SHOWN_NAME in done.err
    assert is_inert(done.err)


def test_the_progress_bar_takes_a_file_name_for_no_markup(tmp_path):
    progress = BarProgress()
    with (tmp_path / "out").open("w", encoding="utf-8") as file:
        progress.bar.live.console = Console(file=file, width=200, markup=True)
        progress.started(1)
        progress.rows_read(EVIL, 1, 2)
        progress.bar.live.console.print(progress.bar.get_renderable())
    assert SHOWN in (tmp_path / "out").read_text(encoding="utf-8")


def test_a_log_line_on_the_terminal_is_one_line():
    record = logging.LogRecord("flexscout", logging.INFO, "", 0, "%s found", (f"{TITLE}{FORGED}",), None)
    shown = SafeFormatter("%(levelname)s %(name)s: %(message)s").format(record)
    assert shown == "INFO flexscout: \\x1b]0;title\\x07\\x0aflexscout: all is fine\\x0a found"


def test_the_log_escapes_what_json_leaves(tmp_path, monkeypatch):
    monkeypatch.setattr(logging.getLogger("flexscout"), "propagate", False)  # pytest-xdist can't send a surrogate it captured
    with open_run_log(tmp_path / "a.log", "INFO") as logger:
        logger.info("%s found", f"{EVIL}{FORGED}\udcff")
    (line,) = (tmp_path / "a.log").read_text(encoding="utf-8").splitlines()
    assert is_inert(line)
    assert json.loads(line)["message"] == f"{EVIL}{FORGED}\udcff found"


@pytest.mark.parametrize("name", ["$(touch x).xlsx", "`touch x`.xlsx", 'a"; touch x; ".xlsx'])
def test_a_command_to_copy_runs_nothing_that_a_file_name_holds(tmp_path, name):
    command = ["sh", "-c", f"echo {quote_path(name)}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == f"{name}\n"
    assert not (tmp_path / "x").exists()
